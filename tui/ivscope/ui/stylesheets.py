"""Finds `styles/` in an installed wheel or in a checkout, and gives it the colours of a theme.

All themes use the terminal's own 16 colours and its default one: what is readable there the person
has chosen already. Muted text is the default colour, dim, since "bright black" is the background of
some palettes. A colour never says anything alone: a sign or a word says it too.
"""

from pathlib import Path
from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

from ivscope.render.lines import Role

_VIEWS = ("app", "explorer", "prompt", "summary", "lanes", "compare", "help")

STYLESHEETS = tuple(f"{view}.tcss" for view in _VIEWS)
"""Files in the order in which they apply: what all views share, then one for each view."""

PLAIN_SIGNS = "-plain-signs"
"""Class of an app whose terminal draws no block elements: the ASCII twins are shown instead."""

LINKS = "-links"
"""Class of an app whose terminal shows links: the names of AWS pages are some."""


def stylesheet(name: str) -> Path:
    """Return the absolute path of a stylesheet.

    Raises:
        FileNotFoundError: Naming both places where it was looked for.
    """
    package = Path(__file__).parents[1]
    places = (package / "styles" / name, package.parents[1] / "styles" / name)
    for place in places:
        if place.is_file():
            return place
    raise FileNotFoundError(f"stylesheet {name} is neither {places[0]} nor {places[1]}")


_Looks = dict[Role, tuple[str, str]]
"""Colour and text style of a role, as a stylesheet writes them."""

_PLAIN: Final = ("ansi_default", "none")

_ON_DARK: Final[_Looks] = {
    Role.TEXT: _PLAIN,
    Role.MUTED: ("ansi_default", "dim"),
    Role.STRONG: ("ansi_default", "bold"),
    Role.ERROR: ("ansi_red", "bold"),
    Role.WARNING: ("ansi_yellow", "none"),
    Role.GOOD: ("ansi_green", "none"),
    Role.ACCENT: ("ansi_cyan", "none"),
    Role.ADDED: ("ansi_bright_blue", "bold"),
    Role.REMOVED: ("ansi_yellow", "underline"),
    Role.CHANGED: ("ansi_yellow", "bold"),
    Role.HIT: ("ansi_yellow", "bold underline"),
}

_ON_LIGHT: Final[_Looks] = {
    **_ON_DARK,
    # On white the usual yellow has a contrast of 1.7, cyan of 2.0 and green of 2.2 to 1.
    Role.WARNING: ("ansi_magenta", "none"),
    Role.GOOD: ("ansi_default", "bold"),
    Role.ACCENT: ("ansi_blue", "none"),
    Role.ADDED: ("ansi_blue", "bold"),
    Role.REMOVED: ("ansi_magenta", "underline"),
    Role.CHANGED: ("ansi_magenta", "bold"),
    Role.HIT: ("ansi_magenta", "bold underline"),
}

_HIGH_CONTRAST: Final[_Looks] = {
    # The default colour has the most contrast that a terminal offers, on any ground.
    Role.TEXT: _PLAIN,
    Role.MUTED: _PLAIN,
    Role.STRONG: ("ansi_default", "bold"),
    Role.ERROR: ("ansi_default", "bold underline"),
    Role.WARNING: ("ansi_default", "bold"),
    Role.GOOD: _PLAIN,
    Role.ACCENT: ("ansi_default", "bold"),
    Role.ADDED: ("ansi_default", "bold"),
    Role.REMOVED: ("ansi_default", "underline"),
    Role.CHANGED: ("ansi_default", "bold"),
    Role.HIT: ("ansi_default", "bold underline"),
}

_COLOR_BLIND_DARK: Final[_Looks] = {
    # Blue and yellow stay apart for those who cannot tell red from green.
    **_ON_DARK,
    Role.ERROR: ("ansi_bright_yellow", "bold"),
    Role.GOOD: ("ansi_bright_blue", "none"),
    Role.ACCENT: ("ansi_bright_blue", "none"),
    Role.CHANGED: ("ansi_bright_blue", "bold"),
}

_COLOR_BLIND_LIGHT: Final[_Looks] = {
    # Yellow cannot be read on white. Red is a dark brown to those who do not see red.
    **_ON_LIGHT,
    Role.WARNING: ("ansi_red", "none"),
    Role.REMOVED: ("ansi_red", "underline"),
    Role.CHANGED: ("ansi_blue", "bold"),
    Role.HIT: ("ansi_blue", "bold underline"),
}


def _variables(looks: _Looks) -> dict[str, str]:
    """Return what a stylesheet writes as `$role-error` and `$role-error-style`, for each role."""
    colours = {f"role-{role}": colour for role, (colour, _) in looks.items()}
    return colours | {f"role-{role}-style": style for role, (_, style) in looks.items()}


ROLE_VARIABLES: Final = _variables({**_ON_DARK, Role.MUTED: ("ansi_bright_black", "none")})
"""Variables of the stylesheets in a theme that does not set them, one of Textual's own. In its true
colours Textual cannot dim the default colour, whose value it does not know."""


def themes() -> tuple[Theme, ...]:
    """Return the themes of ivscope, of which two take the place of Textual's own."""
    looks = {
        "ansi-dark": _ON_DARK,
        "ansi-light": _ON_LIGHT,
        "high-contrast": _HIGH_CONTRAST,
        "color-blind-dark": _COLOR_BLIND_DARK,
        "color-blind-light": _COLOR_BLIND_LIGHT,
    }
    return tuple(_theme(name, roles) for name, roles in looks.items())


def _theme(name: str, looks: _Looks) -> Theme:
    base = BUILTIN_THEMES["ansi-light" if name.endswith("-light") else "ansi-dark"]
    # The line that is typed in: its cursor and what is selected are in reverse on any ground.
    typing = {
        "input-cursor-foreground": "ansi_default",
        "input-cursor-background": "ansi_default",
        "input-cursor-text-style": "reverse",
        "input-selection-foreground": "ansi_default",
        "input-selection-background": "ansi_default",
    }
    variables = {**base.variables, **typing, **_variables(looks)}
    return Theme(
        name=name,
        primary=base.primary,
        secondary=base.secondary,
        warning=base.warning,
        error=base.error,
        success=base.success,
        accent=base.accent,
        foreground=base.foreground,
        background=base.background,
        surface=base.surface,
        panel=base.panel,
        boost=base.boost,
        dark=base.dark,
        ansi=True,
        variables=variables,
    )
