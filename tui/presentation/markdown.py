r"""Markdown that text from outside cannot forge: all of it stands in code, made safe.

Only what CommonMark and Slack read alike is used: code spans, fences, list items.
"""

import re
from collections.abc import Iterable

from tui.presentation.fields import value_span
from tui.presentation.safe_lines import safe_lines

_BACKTICK = re.compile(r"(\\*)`")


def code(text: str) -> str:
    """A value from outside as a code span, cut like in the panes; empty is the word for it."""
    return f"`{_without_backticks(value_span(text).text)}`"


def fence(lines: Iterable[str]) -> str:
    """Lines of safe parts as a fenced block, without a language."""
    body = "\n".join(_without_backticks(safe_lines(line)) for line in lines)
    return f"```\n{body}\n```"


def _without_backticks(text: str) -> str:
    r"""A backtick would end the code; it becomes `\x60`, as `safe` writes what it escapes."""
    return _BACKTICK.sub(lambda match: match[1] * 2 + "\\x60", text)
