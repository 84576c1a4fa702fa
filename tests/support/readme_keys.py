"""README's table of keys, from the keymap: `python tests/support/readme_keys.py` writes it."""

import sys
from collections.abc import Mapping

from ivscope.settings.commands import BY_ID, COMMANDS, Area
from ivscope.settings.key_names import shown_key
from support.readme_sections import write_section

SECTION = "keys"


def keys_table() -> str:
    """The table as Markdown, in the order of the help."""
    lines = ["", "| Keys | What they do |", "| --- | --- |"]
    for area in Area:
        commands = [command for command in COMMANDS if command.area is area]
        lines += [f"| **{area}** | |"] if commands else []
        lines += [f"| {_code(command.keys)} | {_cell(command.help)} |" for command in commands]
    return "\n".join([*lines, "", _changing(), "", ""])


def _changing() -> str:
    """The letters that do something else in another view."""
    keys = {command.id: command.keys for command in COMMANDS}
    letters = [
        f"`{letter}` ({', '.join(BY_ID[id_].label for id_ in ids)})"
        for letter, ids in sorted(changing_letters(keys).items())
    ]
    return f"Letters that mean something else in another view: {', '.join(letters)}."


def changing_letters(keys: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Letters that do something else in another view, with the ids of their commands.

    Args:
        keys: Keys by command id; empty for a command without keys.
    """
    meanings: dict[str, list[str]] = {}
    for command in COMMANDS:
        for key in keys[command.id].split(","):
            if len(key) == 1 and key.isalpha():
                meanings.setdefault(key, []).append(command.id)
    return {key: tuple(ids) for key, ids in meanings.items() if len(ids) > 1}


def _code(keys: str) -> str:
    return " ".join(_quoted(shown_key(key)) for key in keys.split(","))


def _quoted(key: str) -> str:
    return f"`` {key} ``" if "`" in key else f"`{_cell(key)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    write_section(SECTION, keys_table())
    sys.exit(0)
