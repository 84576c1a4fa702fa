"""Patterns: how a filter compares one text. Case never matters."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Containing:
    """The text has the wanted text somewhere inside."""

    folded: str
    """Case-folded."""

    def matches(self, text: str) -> bool:
        """Whether the text has it."""
        return self.folded in text.casefold()


@dataclass(frozen=True, slots=True)
class Wildcard:
    """The whole text is the parts in their order, with anything between two of them."""

    parts: tuple[str, ...]
    """Case-folded, at least one. A single part is the whole text."""

    def matches(self, text: str) -> bool:
        """Whether the parts make up the text. Takes linear time, unlike a regex of many gaps."""
        folded = text.casefold()
        first, *between, last = self.parts if len(self.parts) > 1 else (*self.parts, "")
        if len(self.parts) == 1:
            return folded == first
        if not folded.startswith(first):
            return False
        at = len(first)
        for part in between:
            found = folded.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        return len(folded) - len(last) >= at and folded.endswith(last)


@dataclass(frozen=True, slots=True)
class Expression:
    """A regular expression finds something in the text."""

    compiled: re.Pattern[str]

    def matches(self, text: str) -> bool:
        """Whether it finds something."""
        return self.compiled.search(text) is not None


Pattern = Containing | Wildcard | Expression


def can_run_away(expression: str) -> bool:
    r"""Whether a group that repeats holds a choice or another repetition, like `(a+)+` or `(a|b)*`.

    Such an expression can take exponential time on a text of thirty characters, and nothing can
    stop it once it runs. Some harmless ones are caught too.
    """
    open_groups = [False]
    at = 0
    while at < len(expression):
        sign = expression[at]
        if sign == "\\":
            at += 1
        elif sign == "[":
            at = _class_end(expression, at)
        elif sign == "(":
            open_groups.append(False)
            at += expression.startswith("?", at + 1)
        elif sign == ")" and len(open_groups) > 1:
            is_loose = open_groups.pop()
            if is_loose and expression.startswith(("*", "+", "{"), at + 1):
                return True
            open_groups[-1] |= is_loose
        elif sign in "*+?{|":
            open_groups[-1] = True
        at += 1
    return False


def _class_end(expression: str, start: int) -> int:
    # A closing bracket right after the opening (or after ^) is a member, not the end.
    at = start + 1
    at += expression.startswith("^", at)
    at += expression.startswith("]", at)
    while at < len(expression) and expression[at] != "]":
        at += 2 if expression[at] == "\\" else 1
    return at
