"""What one column of a plot, and one cell of a lane, says."""

from enum import StrEnum
from typing import NamedTuple


class PublisherLevel(NamedTuple):
    """The most participants that were publishing at once within one column."""

    certain: int
    """Both ends read, or still publishing in a live session. An instant that frees a seat and
    takes one counts it once."""
    possible: int
    """With those whose start or stop is missing or not read; never below `certain`."""


class Bucket(NamedTuple):
    """Events within one column."""

    events: int
    errors: int


class LaneCell(StrEnum):
    """The sign of a cell; a cell with several shows the first that applies, in this order."""

    ERROR = "!"
    OPEN = "?"
    """Something ends here for which no end was read, or begins without a beginning."""
    PUBLISHING = "="
    SUBSCRIBED = "."
    """Without publishing."""
    JOINED = "-"
    OUTSIDE = " "
