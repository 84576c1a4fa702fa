"""The members that each rule has in exported findings: `finding_members.txt`, a line each.

To write the list anew: PYTHONPATH=tui:tests python -m support.finding_members
"""

import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import ivscope.findings.rules  # noqa: F401 - loads all rules
from ivscope.analysis.intervals import Why
from ivscope.findings.finding import Claim, Distance, PlainClaim, rule_name
from ivscope.findings.session_context import EventPeriod

KEPT = Path(__file__).with_suffix(".txt")

_NAMES = {str: "text", int: "whole number", float: "number", bool: "true or false"}
_NAMES |= {NoneType: "null", datetime: "time"}

_SHARED = {Distance: "distance", EventPeriod: "period"}
"""Values that many rules have, written once at the head of the list."""


def everything(kind: type) -> list[type]:
    """All classes below a class, without the ones that became others with slots."""
    below: list[type] = []
    each: type
    for each in kind.__subclasses__():
        below += (each, *everything(each))
    return [one for one in below if getattr(sys.modules[one.__module__], one.__name__) is one]


def plain_claims() -> list[PlainClaim]:
    """All claims that have no members."""
    return [one for kind in everything(PlainClaim) for one in kind]  # type: ignore[attr-defined]


def described(kind: Any) -> str:
    """What a member holds, for who reads the JSON."""
    if get_origin(kind) is tuple:
        inner = [described(one) for one in get_args(kind) if one is not Ellipsis]
        return f"list of {' and '.join(dict.fromkeys(inner))}"
    if get_args(kind):
        return " or ".join(described(one) for one in get_args(kind))
    if issubclass(kind, Why):
        return " | ".join(f'"{one.name.lower()}"' for one in kind)
    if issubclass(kind, Enum):
        return " | ".join(f'"{one.value}"' for one in kind)
    return _NAMES.get(kind) or _SHARED.get(kind) or f"{{{members(kind)}}}"


def members(kind: Any) -> str:
    """The members of a claim, or of a value inside one."""
    hints = get_type_hints(kind)
    return ", ".join(f"{one.name}: {described(hints[one.name])}" for one in fields(kind))


def lines() -> Iterator[str]:
    """A line for each rule, by name."""
    rules = {rule_name(one): "" for one in plain_claims()}
    rules |= {rule_name_of(one): members(one) for one in everything(Claim)}
    yield from (f"{name} is {{{members(kind)}}}" for kind, name in _SHARED.items())
    yield ""
    yield from (f"{rule:<44}{held}".rstrip() for rule, held in sorted(rules.items()))


def rule_name_of(kind: type) -> str:
    """The rule that claims of a class have."""
    return rule_name(object.__new__(kind))


if __name__ == "__main__":
    KEPT.write_text("".join(f"{line}\n" for line in lines()))
