"""Configuration: the settings in config.toml, and what is wrong with them."""

import codecs
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ivscope.settings.commands import BY_ID, EXPLORER, TYPING, share_keys
from ivscope.settings.files import read_whole
from ivscope.settings.key_names import NoKeyError, read_key, shown_key


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a complaint, "; did you mean 'jump.error'?"; empty when no name is similar."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for what is wrong

    for match in get_close_matches(name, tuple(known), n=1):
        return f"; did you mean {match!r}?"
    return ""


_MOST_BYTES = 1_000_000
"""Bytes of a configuration: far more than anybody writes."""

_ALWAYS_QUITS = "ctrl+q"
"""Textual's own key for quitting; it takes precedence over every binding."""


def wanted_keys(table: Mapping[str, object], complaints: list[str]) -> dict[str, list[str]]:
    """Keys by command id, as the file wants them.

    Args:
        table: Command id to text ("e,f8") or list of texts; empty for no keys.
        complaints: Gets a sentence for each key that is wrong, which is left out.
    """
    wanted: dict[str, list[str]] = {}
    for id_, value in table.items():
        texts = _texts(value)
        if id_ not in BY_ID:
            complaints.append(f"keys: {id_!r} is not a command{nearest(id_, BY_ID)}")
        elif texts is None:
            complaints.append(
                f"keys: {id_} is {value!r}, which is neither a text nor a list of texts"
            )
        else:
            keys = _read_keys(id_, texts, complaints)
            # With nothing usable among them, the default is better than no key at all.
            if keys or not texts:
                wanted[id_] = keys
    return wanted


def _texts(value: object) -> list[str] | None:
    if isinstance(value, str):
        value = [value] if value == "," else value.split(",")
        value = [text.strip() if len(text) > 1 else text for text in value if text]
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        return None
    return [text for text in value if text]


def _read_keys(id_: str, texts: list[str], complaints: list[str]) -> list[str]:
    keys: dict[str, None] = {}
    for text in texts:
        try:
            # In the explorer digits are counts, as in 10).
            is_digit = len(text) == 1 and text.isdigit() and not BY_ID[id_].views & EXPLORER
            key = text if is_digit else read_key(text)
        except NoKeyError as why:
            complaints.append(f"keys: {id_}: {why}")
            continue
        if key == _ALWAYS_QUITS and id_ != "app.quit":
            complaints.append(f"keys: {id_}: {shown_key(key)} always quits")
        elif BY_ID[id_].views <= TYPING and (len(key) == 1 or key == "space"):
            complaints.append(f"keys: {id_}: {shown_key(key)} is a character to type there")
        else:
            keys[key] = None
    return list(keys)


def choose_keys(wanted: Mapping[str, list[str]], complaints: list[str]) -> dict[str, str]:
    """Keys by command id. If two commands on one screen want the same key, the first gets it.

    A default key of a command that the person did not set gives way; the complaint names both.
    """
    owners: dict[str, list[str]] = {}
    chosen: dict[str, str] = {}
    for id_, keys in wanted.items():
        kept = []
        for key in keys:
            owner = _rival(id_, owners.get(key, ()))
            if owner is None:
                owners.setdefault(key, []).append(id_)
                kept.append(key)
            else:
                complaints.append(
                    f"keys: {shown_key(key)} is given to {owner} and to {id_}; {owner} has it"
                )
        chosen[id_] = ",".join(kept)
    complaints += [
        f"keys: {shown_key(key)} now is {owner}, no longer {id_}; set {id_} too if that is intended"
        for id_, command in BY_ID.items()
        if id_ not in wanted
        for key in command.keys.split(",")
        if (owner := _rival(id_, owners.get(key, ()))) is not None
    ]
    return chosen


def _rival(id_: str, owners: Iterable[str]) -> str | None:
    """The command that has a key already and shares a screen with the command that wants it."""
    return next((one for one in owners if share_keys(BY_ID[one], BY_ID[id_])), None)


def in_force(chosen: Mapping[str, str]) -> dict[str, str]:
    """Keys of every command: the chosen ones, else the default ones that no other command has."""
    owners: dict[str, list[str]] = {}
    for id_, keys in chosen.items():
        for key in keys.split(","):
            owners.setdefault(key, []).append(id_)
    return {
        id_: chosen[id_]
        if id_ in chosen
        else ",".join(
            key for key in command.keys.split(",") if _rival(id_, owners.get(key, ())) is None
        )
        for id_, command in BY_ID.items()
    }


AUTO_THEME = "auto"
"""ansi-dark or ansi-light, by what the terminal says of its ground in COLORFGBG."""

THEMES = (
    AUTO_THEME,
    "ansi-dark",
    "ansi-light",
    "high-contrast",
    "color-blind-dark",
    "color-blind-light",
)
"""Themes in the terminal's own 16 colours: the style sheets use no others."""

GLYPHS = ("auto", "unicode", "ascii")
"""Block elements, their ASCII twins, or what locale and TERM say that the terminal can draw."""

MOST_BACKGROUND_CALLS = 4
"""Calls per second: the account's quota of five without one for the customer's own services."""


class Configuration(NamedTuple):
    """Checked settings. The defaults are those without a file."""

    keys: Mapping[str, str] = MappingProxyType({})
    """Keys of the commands that were set, by command id; empty for a command without keys."""
    theme: str = AUTO_THEME
    """One of `THEMES`."""
    mouse: bool = False
    fold: bool = True
    """Whether equal routine events of one second share a row."""
    zone: str = "utc"
    """"utc", "local" or a name of the time zone database, "Europe/Berlin"."""
    background_calls: int = 2
    """Calls per second for what nobody waits for. 1 to `MOST_BACKGROUND_CALLS`."""
    glyphs: str = "auto"
    """One of `GLYPHS`."""
    glyph_width: int = 1
    """Cells that the terminal gives to a sign of ambiguous width, 1 or 2."""
    keep_places: bool = True
    """Whether places and marks are kept for the next run."""
    redact: bool = False
    """Whether user ids and attributes are shown by stand-ins, unless --no-redact says otherwise."""


def configuration_path(environ: Mapping[str, str]) -> Path | None:
    """The path of config.toml, which need not exist; None without a home folder."""
    if environ.get("IVSCOPE_CONFIG"):
        return Path(environ["IVSCOPE_CONFIG"])
    folder = environ.get("XDG_CONFIG_HOME", "")
    if Path(folder).is_absolute():  # XDG: a relative path is to be ignored
        return Path(folder) / "ivscope" / "config.toml"
    home = environ.get("HOME", "")
    return Path(home) / ".config" / "ivscope" / "config.toml" if Path(home).is_absolute() else None


def load(environ: Mapping[str, str]) -> tuple[Configuration, tuple[str, ...]]:
    """Read the configuration.

    Returns:
        Settings, with the default wherever something is wrong; and one sentence for each wrong
        thing. A file that is not there is not wrong, unless IVSCOPE_CONFIG names it.
    """
    path = configuration_path(environ)
    if path is None:
        return Configuration(), ()
    try:
        content = read_whole(path, _MOST_BYTES)
    except FileNotFoundError:
        if environ.get("IVSCOPE_CONFIG"):
            return Configuration(), (f"{path} is not there, but IVSCOPE_CONFIG names it",)
        return Configuration(), ()
    except OSError as error:
        return Configuration(), (f"{path} cannot be read: {error.strerror or error}",)
    return read(content, str(path))


def read(content: bytes, name: str) -> tuple[Configuration, tuple[str, ...]]:
    """Read the content of the file called `name`; see `load`."""
    import tomllib  # noqa: PLC0415 - most people have no file

    try:
        table = tomllib.loads(content.removeprefix(codecs.BOM_UTF8).decode())
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Configuration(), (f"{name} is not UTF-8 text (at line {line})",)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "tables within too many tables"
        return Configuration(), (f"{name} is not TOML: {reason}",)
    return _checked(table)


def _checked(table: Mapping[str, object]) -> tuple[Configuration, tuple[str, ...]]:
    complaints: list[str] = []
    settings = Configuration._fields
    complaints += [
        f"{setting!r} is not a setting{nearest(setting, settings)}"
        for setting in table
        if setting not in settings
    ]
    defaults = Configuration()
    return (
        Configuration(
            keys=_keys(table.get("keys", {}), complaints),
            theme=_theme(table.get("theme", defaults.theme), complaints),
            mouse=_switch("mouse", table.get("mouse", defaults.mouse), complaints),
            fold=_switch("fold", table.get("fold", defaults.fold), complaints),
            zone=_zone(table.get("zone", defaults.zone), complaints),
            background_calls=_calls(
                table.get("background_calls", defaults.background_calls), complaints
            ),
            keep_places=_switch(
                "keep_places", table.get("keep_places", defaults.keep_places), complaints
            ),
            redact=_switch("redact", table.get("redact", defaults.redact), complaints),
            glyphs=_glyphs(table.get("glyphs", defaults.glyphs), complaints),
            glyph_width=_glyph_width(table.get("glyph_width", defaults.glyph_width), complaints),
        ),
        tuple(complaints),
    )


def _keys(value: object, complaints: list[str]) -> Mapping[str, str]:
    if not isinstance(value, dict):
        complaints.append('keys is a table, [keys], of lines such as "jump.error" = "e,f8"')
        return Configuration().keys
    wanted = wanted_keys(_flat(value), complaints)
    return MappingProxyType(choose_keys(wanted, complaints))


def _flat(table: Mapping[str, object]) -> dict[str, object]:
    """Keys by command id. Ids have a dot, and TOML makes tables of them without quotes."""
    flat: dict[str, object] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{rest}": keys for rest, keys in _flat(value).items()}
        else:
            flat[name] = value
    return flat


def _theme(value: object, complaints: list[str]) -> str:
    if isinstance(value, str) and value in THEMES:
        return value
    complaints.append(f"theme is {value!r}, which is not one of {', '.join(THEMES)}")
    return Configuration().theme


def _glyphs(value: object, complaints: list[str]) -> str:
    if isinstance(value, str) and value in GLYPHS:
        return value
    complaints.append(f"glyphs is {value!r}, which is not one of {', '.join(GLYPHS)}")
    return Configuration().glyphs


def _glyph_width(value: object, complaints: list[str]) -> int:
    # A TOML true is an int to Python.
    if isinstance(value, int) and not isinstance(value, bool) and value in {1, 2}:
        return value
    complaints.append(f"glyph_width is {value!r}, which is neither 1 nor 2")
    return Configuration().glyph_width


def _switch(name: str, value: object, complaints: list[str]) -> bool:
    if isinstance(value, bool):
        return value
    complaints.append(f"{name} is {value!r}, which is neither true nor false")
    return bool(getattr(Configuration(), name))


def _zone(value: object, complaints: list[str]) -> str:
    if isinstance(value, str):
        if value.lower() in {"utc", "local"}:
            return value.lower()
        if _is_zone(value):
            return value
    complaints.append(
        f"zone is {value!r}, which is neither utc nor local nor known as a time zone here"
        f"{why_no_zone()}"
    )
    return Configuration().zone


def why_no_zone() -> str:
    """What to add to a sentence about a zone that is not known: empty if others are known."""
    from zoneinfo import available_timezones  # noqa: PLC0415 - seldom needed

    if available_timezones():
        return ""
    return ": this machine has no time zone data (pip install tzdata gives it)"


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - seldom needed

    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def _calls(value: object, complaints: list[str]) -> int:
    # A TOML true is an int to Python.
    is_count = isinstance(value, int) and not isinstance(value, bool)
    if isinstance(value, int) and is_count and 1 <= value <= MOST_BACKGROUND_CALLS:
        return value
    complaints.append(
        f"background_calls is {value!r}, which is not a whole number "
        f"from 1 to {MOST_BACKGROUND_CALLS}"
    )
    return Configuration().background_calls


def effective_keys(configuration: Configuration) -> dict[str, str]:
    """Keys in force of every command, by command id; empty for a command without keys."""
    return in_force(configuration.keys)


def keymap(configuration: Configuration) -> dict[str, str]:
    """What `App.set_keymap` takes: keys of the commands that differ from the key table.

    A command without keys gets a made-up one: Textual would keep its defaults if it got none.
    """
    return {
        id_: keys or f"no_key_{id_}"
        for id_, keys in effective_keys(configuration).items()
        if keys != BY_ID[id_].keys
    }
