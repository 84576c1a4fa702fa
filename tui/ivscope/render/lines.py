"""Line: text with roles, which everything that draws takes."""

from enum import StrEnum

from ivscope.domain.frozen import frozen


class Role(StrEnum):
    """What a span means. How it looks is in `styles/`, with a component class for each role."""

    TEXT = "text"
    MUTED = "muted"
    """Labels, secondary facts."""
    STRONG = "strong"
    """Names and titles."""
    ERROR = "error"
    WARNING = "warning"
    GOOD = "good"
    ACCENT = "accent"
    """Links, keys, and what Enter follows."""
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    HIT = "hit"
    """What a search found."""
    CURSOR = "cursor"
    """The cell at the time of the cursor of the lanes."""


@frozen
class Span:
    """A run of text in one role. The text is already safe to draw."""

    text: str
    role: Role = Role.TEXT


Line = tuple[Span, ...]
"""One line on screen, left to right; it holds no line break."""


def plain(line: Line) -> str:
    """Return the text of a line, without blanks at its end."""
    return "".join(span.text for span in line).rstrip()
