"""Line: text with roles, the one vocabulary between presentation and everything that draws."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a span is, not how it looks. Styles are in `styles/`, one component class per role."""

    TEXT = "text"
    MUTED = "muted"
    """Labels, secondary facts."""
    STRONG = "strong"
    """Names and titles."""
    ERROR = "error"
    WARNING = "warning"
    GOOD = "good"
    ACCENT = "accent"
    """Links, keys, things that can be followed."""
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    HIT = "hit"
    """What a search found."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one role. The text is already safe to draw."""

    text: str
    role: Role = Role.TEXT


Line = tuple[Span, ...]
"""One line on screen, left to right; it holds no line break."""
