"""README's picture of the packages: `python tests/support/readme_packages.py` writes it.

The picture and its sentences are the import contracts of pyproject.toml, and the table is the
first paragraphs of the docstrings of the packages, so that README says what the checks hold to.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator
from typing import Any

from support.readme_sections import write_section
from support.tree import ROOT

SECTION = "packages"


def packages_section() -> str:
    """The picture, the other contracts and the table, as Markdown."""
    first, *others = contracts()
    rules = [f"- {contract['name']}." for contract in others]
    table = ["| Package | What it is for |", "| --- | --- |"]
    table += [f"| `{name}` | {purpose} |" for name, purpose in packages(first["layers"])]
    return "\n".join(["", "```", *_picture(first, others), "```", "", *rules, "", *table, "", ""])


def contracts() -> list[dict[str, Any]]:
    """The import contracts as pyproject.toml has them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    found: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return found


def packages(layers: list[str]) -> Iterator[tuple[str, str]]:
    """Name below `ivscope` of every package, and how its docstring begins, from the top down."""
    top = ROOT / "tui" / "ivscope"
    for room in " | ".join(layers).split(" | "):
        for path in sorted((top / room).rglob("__init__.py")):
            docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
            purpose = " ".join(docstring.partition("\n\n")[0].split())
            yield ".".join(path.parent.relative_to(top).parts), purpose


def _picture(first: dict[str, Any], others: list[dict[str, Any]]) -> Iterator[str]:
    """A line for each layer; a package that has layers of its own shows them."""
    inside = {
        container.removeprefix("ivscope."): " → ".join(
            f"{container.removeprefix('ivscope.')}.{one}" for one in contract["layers"]
        )
        for contract in others
        if contract["type"] == "layers"
        for container in contract["containers"]
    }
    for number, layer in enumerate(first["layers"]):
        rooms = " | ".join(inside.get(room, room) for room in layer.split(" | "))
        yield f"→ {rooms}" if number else f"  {rooms}"


if __name__ == "__main__":
    write_section(SECTION, packages_section())
    sys.exit(0)
