"""How the code is cut: modules that are one idea each, and few of them; no type twice."""

import ast
import re

import pytest

from support.code_facts import CodeFacts

LONGEST = 600
"""Lines of a module, which is one idea."""
LONG = 400
"""From so many lines on the docstring says why it is one module: "Long because ..."."""
LONGEST_APP = 150
"""Lines of app.py, which only puts things together."""
MOST_MODULES = 240
"""Files of packages not counted: more than that, and nobody finds where something is."""
MOST_USED_ONCE = 25
"""Modules that one module of their own package imports and nobody else: mostly a cut through
one idea. Some are none, such as the worlds that their catalog lists."""


@pytest.fixture(scope="module")
def code():
    return CodeFacts.of_product()


def test_no_module_is_longer_than_one_idea(code):
    limits = {name: LONGEST_APP if name == "ivscope.ui.app" else LONGEST for name in code.lines}
    assert {name: lines for name, lines in code.lines.items() if lines > limits[name]} == {}


def test_a_long_module_says_why_it_is_one(code):
    unexplained = [
        name
        for name, lines in code.lines.items()
        if lines > LONG and "Long because" not in _docstring(code.trees[name])
    ]
    assert unexplained == []


def _docstring(tree):
    return re.sub(r"\s+", " ", ast.get_docstring(tree) or "")


def test_there_are_few_modules(code):
    assert len(code.modules) <= MOST_MODULES


def test_few_modules_are_used_once_and_at_home_only(code):
    used_once = sorted(code.used_once_at_home)
    assert len(used_once) <= MOST_USED_ONCE, f"{len(used_once)}:\n" + "\n".join(used_once)


def test_every_protocol_stands_for_more_than_one_class(code):
    """A protocol with one class behind it, doubles of tests left out, is that class once more."""
    assert code.protocols
    assert code.protocols_of_one == {}


def test_no_name_means_two_things_in_two_packages(code):
    """Who reads `Place` in one package must not have to ask whose."""
    assert code.defined_twice == {}


def test_facts_are_counted_as_written(tmp_path):
    """The rules above would hold of anything if nothing was counted."""
    package = tmp_path / "made"
    (package / "room").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "room" / "__init__.py").write_text("")
    (package / "yard").mkdir()
    (package / "yard" / "fence.py").write_text("def later(): pass\nclass Gate: pass\n")
    (package / "room" / "one.py").write_text(
        "from typing import Protocol\n"
        "class Door(Protocol):\n"
        "    def open(self) -> None: ...\n"
        "class Gate:\n"
        "    def open(self) -> None: ...\n"
    )
    (package / "room" / "two.py").write_text(
        "def later():\n"
        "    from made.room.one import Gate\n"
        "    return Gate\n"
        "class Gate: pass\n"
    )  # fmt: skip
    facts = CodeFacts(tmp_path, "made")
    assert facts.modules == ["made.room.one", "made.room.two", "made.yard.fence"]
    assert facts.used_once_at_home == ["made.room.one"]
    assert facts.protocols_of_one == {"made.room.one.Door": ["made.room.one.Gate"]}
    assert facts.defined_twice == {
        "Gate": ["made.room.one", "made.room.two", "made.yard.fence"],
        "later": ["made.room.two", "made.yard.fence"],
    }
    assert facts.lines["made.room.two"] == 4
