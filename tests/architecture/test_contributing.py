"""CONTRIBUTING.md speaks of files and types that are there, and of all packages."""

import re

from support.code_facts import CodeFacts
from support.tree import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_every_file_that_it_names_is_there():
    named = set(re.findall(r"`((?:tui|tests|\.ci)/[\w./]*)`", TEXT))
    assert len(named) > 10
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_every_promise_has_tests_that_are_there():
    promises = TEXT.partition("## Promises")[2].partition("\n## ")[0]
    rows = [line for line in promises.splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 10
    for row in rows:
        tests = re.findall(r"`([^`:]+)::(test_\w+)`", row)
        assert tests, row
        for path, name in tests:
            assert f"def {name}(" in (ROOT / path).read_text("utf-8"), f"{path}::{name}"


def test_every_type_of_the_glossary_is_there():
    words = TEXT.partition("## Words")[2]
    named = set(re.findall(r"`(\w+)`", words))
    assert len(named) > 40
    types = _names(CodeFacts.of_product())
    assert named - types == set()


def _names(code):
    return {facts.name for facts in code.classes.values()}


def test_no_word_of_the_glossary_stands_there_twice():
    rows = re.findall(r"^\| ([^|*]+) \|", TEXT.partition("## Words")[2], re.MULTILINE)
    words = [word for row in rows for word in row.split(", ")]
    assert len(words) == len(set(words))
