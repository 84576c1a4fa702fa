"""Names of keys: as people write them, and as screen, help and README print them."""

_SHOWN = {
    "question_mark": "?",
    "slash": "/",
    "comma": ",",
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "insert": "Ins",
    "delete": "Del",
    "backspace": "Backspace",
    "backslash": "\\",
    "right_square_bracket": "]",
    "circumflex_accent": "^",
    "underscore": "_",
}

_NAMED = frozenset(
    {"escape", "enter", "space", "tab", "backspace", "insert", "delete", "comma"}
    | {"down", "up", "left", "right", "pagedown", "pageup", "home", "end"}
    | {f"f{number}" for number in range(1, 13)}
)
"""Keys without a character, and the comma, which separates keys. Keyboards end with F12."""

_ALSO_CALLED = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
    ",": "comma",
    " ": "space",
    "slash": "/",
    "backslash": "\\",
    "question_mark": "?",
    "minus": "-",
    "plus": "+",
    "underscore": "_",
    "colon": ":",
    "ampersand": "&",
    "exclamation_mark": "!",
    "equals_sign": "=",
}

_SAME_BYTES = {"i": "tab", "m": "enter", "h": "backspace", "[": "escape"}
"""Keys for which a terminal sends the same byte as for Ctrl and this character (ASCII)."""

_CONTROL_SIGNS = {
    "@": "ctrl+@",
    "space": "ctrl+@",
    "\\": "ctrl+backslash",
    "]": "ctrl+right_square_bracket",
    "^": "ctrl+circumflex_accent",
    "_": "ctrl+underscore",
}
"""Signs that make a control character with Ctrl, and Textual's name of it."""

_KEPT = {
    "ctrl+c": "terminals use it to interrupt",
}

_NOT_WITH_CONTROL = frozenset({"enter", "escape", "tab", "backspace", "comma"})
_NOT_WITH_SHIFT = frozenset({"enter", "escape", "space", "backspace", "comma"})


class NoKeyError(ValueError):
    """No terminal sends such a key, or no command can have it; the text says why."""


def read_key(text: str) -> str:
    """Read a key that a person wrote, as the table of commands names it.

    Raises:
        NoKeyError: There is no such key, or no command can have it.
    """
    if len(text) == 1:
        return _read_character(text)
    *modifiers, last = text.split("+")
    base = _ALSO_CALLED.get(last.lower(), last.lower())
    if base not in _NAMED and len(base) != 1:
        raise NoKeyError(f"no key is called {text!r}")
    match [modifier.lower() for modifier in modifiers]:
        case []:
            return base
        case ["ctrl"]:
            return _with_control(base, text)
        case ["shift"]:
            return _with_shift(base, text)
        case ["alt"]:
            return _with_alt(base, last, text)
    raise NoKeyError(f"most terminals cannot send {text!r}")


def _read_character(character: str) -> str:
    if not character.isprintable():
        raise NoKeyError(f"{character!r} is not a key")
    if character.isdigit():
        raise NoKeyError("digits are counts, as in 10)")
    return _ALSO_CALLED.get(character, character)


def _with_control(base: str, text: str) -> str:
    if base in _SAME_BYTES:
        raise NoKeyError(f"terminals send the same for {text!r} and {_SAME_BYTES[base]}")
    if base in _CONTROL_SIGNS:
        return _CONTROL_SIGNS[base]
    key = f"ctrl+{base}"
    if key in _KEPT:
        raise NoKeyError(f"{key} is not free: {_KEPT[key]}")
    is_letter = len(base) == 1 and base.isascii() and base.isalpha()
    if is_letter or base in _NAMED - _NOT_WITH_CONTROL:
        return key
    raise NoKeyError(f"most terminals cannot send {text!r}")


def _with_shift(base: str, text: str) -> str:
    if len(base) == 1 and base.isalpha():
        raise NoKeyError(f"{text!r} is written {base.upper()}")
    if base in _NAMED - _NOT_WITH_SHIFT:
        return f"shift+{base}"
    raise NoKeyError(f"most terminals cannot send {text!r}")


def _with_alt(base: str, character: str, text: str) -> str:
    if base in _NAMED - _NOT_WITH_SHIFT:
        return f"alt+{base}"
    if len(character) == 1 and character.isascii() and character.isalpha():
        return f"alt+{character}"
    raise NoKeyError(f"most terminals cannot send {text!r}")


def shown_key(key: str) -> str:
    """A key as it is printed on screen and in README."""
    if len(key) == 1:
        return key
    *modifiers, base = key.split("+")
    shown = _SHOWN.get(base, base)
    if modifiers == ["ctrl"] or base[1:].isdigit():
        shown = shown.upper() if base not in _SHOWN else shown
    return "+".join([*(modifier.capitalize() for modifier in modifiers), shown])


def shown_keys(keys: str) -> str:
    """All keys of a command, the first one first; empty without any."""
    return " ".join(shown_key(key) for key in keys.split(",")) if keys else ""


def first_key(keys: str) -> str:
    """The key that the footer names; empty without any."""
    return shown_key(keys.split(",", maxsplit=1)[0]) if keys else ""
