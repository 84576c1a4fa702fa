"""The times that the program and its README show as examples of what to type."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from support.tree import ROOT

_PRODUCT = ROOT / "tui" / "ivscope"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?:Z|(?![\d:]))"
_TIME = (
    rf"(?:\d{{4}}-\d\d-\d\d(?:[T ](?:{_CLOCK}|\d\d(?!\d)))?|(?:yesterday|today)(?: {_CLOCK})?"
    rf"|{_CLOCK}|[+-](?:\d+[smhd])+(?!\w))"
)
_TYPED_TIME = re.compile(rf"(?<![\w:.,+-])(?<!\.\. ){_TIME}(?!\w|\.\d)")
_FILTER = re.compile(rf"(?<!\w)(?:after|before|during):{_TIME}(?:\.\.{_TIME})?")
_PACKAGES = ("analysis", "cli", "settings", "ui")
"""Packages with hints, help and errors. Other packages show times that are no examples."""


def shown_texts() -> Iterator[str]:
    """Every text that can be on screen, and the README."""
    yield (ROOT / "README.md").read_text(encoding="utf-8")
    for package in _PACKAGES:
        for path in sorted((_PRODUCT / package).rglob("*.py")):
            yield from _literals(path)


def _literals(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # Docstrings, also those below constants, are never on screen.
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def filter_examples() -> list[str]:
    """Filters by time, such as "after:20:36"."""
    return sorted({found for text in shown_texts() for found in _FILTER.findall(text)})


def time_examples() -> list[str]:
    """Times to go to, such as "yesterday 20:36"; those of the filters are among them."""
    found: set[str] = set()
    for text in shown_texts():
        found |= set(_TYPED_TIME.findall(_FILTER.sub(_without_field, text)))
    return sorted(found)


def _without_field(match: re.Match[str]) -> str:
    return " " + match[0].partition(":")[2].replace("..", " ") + " "
