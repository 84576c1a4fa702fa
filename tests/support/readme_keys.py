"""README's table of keys, from the keymap: `python tests/support/readme_keys.py` writes it."""

import re
import sys
from pathlib import Path

from ivscope.settings.commands import COMMANDS, Area
from ivscope.settings.key_names import shown_key

README = Path(__file__).resolve().parents[2] / "README.md"

_SECTION = re.compile(r"(?<=<!-- keys:begin -->\n).*?(?=<!-- keys:end -->)", re.DOTALL)


def keys_table() -> str:
    """The table as Markdown, in the order of the help."""
    lines = ["", "| Keys | What they do |", "| --- | --- |"]
    for area in Area:
        commands = [command for command in COMMANDS if command.area is area]
        lines += [f"| **{area}** | |"] if commands else []
        lines += [f"| {_code(command.keys)} | {_cell(command.help)} |" for command in commands]
    return "\n".join([*lines, "", ""])


def table_in_readme() -> str:
    """What README has between its two marks."""
    found = _SECTION.search(README.read_text("utf-8"))
    assert found is not None, "README has lost <!-- keys:begin --> or <!-- keys:end -->"
    return found[0]


def write_table() -> None:
    """Put the table into README."""
    README.write_text(_SECTION.sub(lambda _: keys_table(), README.read_text("utf-8")), "utf-8")


def _code(keys: str) -> str:
    return " ".join(_quoted(shown_key(key)) for key in keys.split(","))


def _quoted(key: str) -> str:
    return f"`` {key} ``" if "`" in key else f"`{_cell(key)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    write_table()
    sys.exit(0)
