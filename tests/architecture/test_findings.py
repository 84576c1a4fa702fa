"""Findings are data: no rule writes a sentence, and every claim has its name and its sentence."""

import ast
from dataclasses import fields
from datetime import datetime
from enum import Enum
from types import NoneType
from typing import get_args, get_type_hints

import ivscope.render.finding_lines as sentences
from ivscope.findings.finding import Claim, rule_name
from support.finding_members import everything, plain_claims, rule_name_of
from support.tree import modules

PLAIN = (str, int, float, bool, NoneType, datetime, Enum)
"""What the members of a claim are made of; tuples and dataclasses of these are plain too."""


def docstrings(tree):
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def texts(tree):
    """Texts of several words, and texts put together, that are no docstrings."""
    ignored = docstrings(tree)
    for node in ast.walk(tree):
        text = str(node.value).strip() if isinstance(node, ast.Constant) else ""
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "f-string"
        elif " " in text and id(node) not in ignored:
            yield node.lineno, text


def test_no_rule_writes_a_sentence():
    found = [
        f"{path}:{line}: {text}"
        for path, tree in modules("tui/ivscope/findings")
        for line, text in texts(tree)
    ]
    assert "\n".join(found) == ""


def test_a_sentence_in_a_rule_would_be_found():
    tree = ast.parse('"""Of a module."""\nsay(f"{one} times")\nsay("it left")\nname = "left"')
    assert [text for _, text in texts(tree)] == ["f-string", "it left"]


def test_every_claim_is_called_by_one_name_and_has_a_sentence():
    known = sentences._sentences()  # loads every rule
    plain = plain_claims()
    claims = everything(Claim)
    names = [rule_name(one) for one in plain] + [rule_name_of(one) for one in claims]
    assert len(names) == len(set(names))
    assert len(names) > 100
    assert set(plain) == set(known.plain)
    assert set(claims) == set(known.by_kind)


def is_plain(kind):
    inner = get_args(kind)
    if inner:
        return all(is_plain(one) for one in inner if one is not Ellipsis)
    if hasattr(kind, "__dataclass_fields__"):
        return all(is_plain(one) for one in get_type_hints(kind).values())
    return issubclass(kind, PLAIN)


def test_the_members_of_claims_are_plain_values():
    hints = {kind: get_type_hints(kind) for kind in everything(Claim)}
    odd = [
        f"{kind.__name__}.{one.name}: {hints[kind][one.name]}"
        for kind in hints
        for one in fields(kind)
        if not is_plain(hints[kind][one.name])
    ]
    assert odd == []
