"""Sections of README that a script writes, each between two comments that name it."""

import re

from support.tree import ROOT

README = ROOT / "README.md"


def section(name: str) -> str:
    """What README has between the two marks of a section."""
    found = _between(name).search(README.read_text("utf-8"))
    assert found is not None, f"README has lost <!-- {name}:begin --> or <!-- {name}:end -->"
    return found[0]


def write_section(name: str, text: str) -> None:
    """Put a text between the two marks of a section."""
    README.write_text(_between(name).sub(lambda _: text, README.read_text("utf-8")), "utf-8")


def _between(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<=<!-- {name}:begin -->\n).*?(?=<!-- {name}:end -->)", re.DOTALL)
