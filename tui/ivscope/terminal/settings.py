"""Checks the terminal, chooses its signs, and sets what Textual reads from the environment."""

from collections.abc import Mapping
from typing import Final

_ESCAPE_DELAY = "50"
_SSH_ESCAPE_DELAY = "150"
"""Milliseconds until an Esc counts as the key, if nothing follows. A slow link splits the bytes of
an arrow key now and then; what comes later than this is put together in the explorer."""

_FRAMES = "240"
"""Frames a second at most. What a key changes waits for a frame, and often for a second one; there
is none where nothing changes."""

_SSH_FRAMES = "20"
"""The same over SSH: a slow link shows no more, and each costs bytes."""


def refusal(environ: Mapping[str, str], *, is_terminal: bool) -> str | None:
    """Why the explorer cannot run here, with what to do; None when it can."""
    try:
        import termios  # noqa: F401, PLC0415 - Windows has none
    except ModuleNotFoundError:
        return "the explorer needs a Unix terminal, which Windows lacks: it works in WSL"
    if not is_terminal:
        return (
            "the explorer needs a terminal: stdin and stdout are not both one. Over SSH ssh -t "
            "gives one; the commands that print need none (ivscope --help)"
        )
    term = environ.get("TERM") or "not set"
    if term in {"dumb", "not set"}:
        return (
            f"TERM is {term}, which cannot show an explorer: set TERM to what your terminal is "
            "(export TERM=xterm-256color, say)"
        )
    return None


_NO_BLOCKS: Final = frozenset({"linux", "ansi", "cons25", "sun"})
"""Values of TERM of consoles whose fonts lack most block elements, as those that begin with vt."""


def draws_blocks(environ: Mapping[str, str], glyphs: str, glyph_width: int) -> bool:
    """Whether block elements are drawn, not their ASCII twins. The terminal is not asked.

    Args:
        environ: Its locale and TERM decide when `glyphs` is "auto".
        glyphs: The setting: "auto", "unicode" or "ascii".
        glyph_width: Cells that the terminal gives to a sign of ambiguous width. With 2 the twins
            are drawn whatever `glyphs` says: rows would be wider than the screen.
    """
    if glyph_width != 1 or glyphs == "ascii":
        return False
    if glyphs == "unicode":
        return True
    locale = next(filter(None, map(environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    term = environ.get("TERM", "")
    is_utf8 = locale.lower().replace("-", "").partition("@")[0].endswith("utf8")
    return is_utf8 and term not in _NO_BLOCKS and not term.startswith("vt")


_LINKING_TERMS: Final = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour")
"""How TERM begins in terminals that show links."""

_LINKING_PROGRAMS: Final = frozenset({"iTerm.app", "WezTerm", "vscode", "ghostty"})
"""Values of TERM_PROGRAM of others that do."""

_LINKING_VTE: Final = 5000
"""VTE_VERSION from which GNOME Terminal and its kin show links: 0.50."""


def shows_links(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is known to take links (OSC 8). It is not asked.

    In tmux and screen they are off: whether these pass links on depends on their version, on their
    configuration and on the terminal around them.
    """
    term, vte = environ.get("TERM", ""), environ.get("VTE_VERSION", "")
    if "TMUX" in environ or "STY" in environ or term.startswith(("tmux", "screen")):
        return False
    return (
        term.startswith(_LINKING_TERMS)
        or environ.get("TERM_PROGRAM") in _LINKING_PROGRAMS
        or "WT_SESSION" in environ
        or (vte.isascii() and vte.isdigit() and int(vte) >= _LINKING_VTE)
    )


NOT_FOR_IVSCOPE: Final = frozenset(
    {
        # The terminal tells its size itself; what a shell has exported can be of another window.
        "COLUMNS",
        "LINES",
        # Switches for who develops with the toolkit: other drivers, files with what is typed.
        "TEXTUAL",
        "TEXTUAL_COLOR_SYSTEM",
        "TEXTUAL_DEBUG",
        "TEXTUAL_DRIVER",
        "TEXTUAL_LOG",
        "TEXTUAL_PRESS",
        "TEXTUAL_SCREENSHOT",
        "TEXTUAL_SCREENSHOT_FILENAME",
        "TEXTUAL_SCREENSHOT_LOCATION",
    }
)
"""Variables that Textual would follow, and the explorer must not."""


PAGE_NEEDS: Final = frozenset({"COLUMNS", "TEXTUAL_COLOR_SYSTEM"})
"""Those that `ivscope serve` sets for a page, which has no terminal that could tell them."""


_LIGHT_GROUNDS: Final = frozenset({"7", "9", "10", "11", "12", "13", "14", "15"})
"""Numbers of colours that are light in the usual palettes."""


def theme_of_ground(environ: Mapping[str, str]) -> str:
    """The ANSI theme for a dark or a light ground, by COLORFGBG alone; dark when that is not set.

    Terminals that set it write the numbers of two colours, "15;0" or "15;default;0", the ground
    last. To ask the terminal instead costs a round trip, and some print the question.
    """
    ground = environ.get("COLORFGBG", "").rpartition(";")[2]
    return "ansi-light" if ground in _LIGHT_GROUNDS else "ansi-dark"


def toolkit_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Environment for Textual, which reads it when it is imported. What the user set stays.

    The ANSI themes use the terminal's own 16 colours: readable on every palette, cheap over SSH,
    and the only ones that NO_COLOR leaves without any colour code.
    """
    settings = {
        "TEXTUAL_THEME": "ansi-dark",  # for the first line on screen; the app has its own themes
        "TEXTUAL_ANIMATIONS": "none",
        "ESCDELAY": _ESCAPE_DELAY,
        "TEXTUAL_FPS": _FRAMES,
        # A killed program cannot undo kitty's key protocol, and its shell could not be typed in.
        "TEXTUAL_DISABLE_KITTY_KEY": "1",
    }
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        settings |= {"ESCDELAY": _SSH_ESCAPE_DELAY, "TEXTUAL_FPS": _SSH_FRAMES}
    return {name: value for name, value in settings.items() if name not in environ}
