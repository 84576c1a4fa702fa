"""OrderTally: the order of a list, concluded from the times of its rows as they arrive."""

from enum import StrEnum


class OrderLabel(StrEnum):
    """The order of a list as the times read so far show it; the words are shown on screen.

    The IVS API documents no order, so this is an observation and no promise about the pages
    that are still to come.
    """

    NEWEST_FIRST = "newest first"
    OLDEST_FIRST = "oldest first"
    UNORDERED = "unordered"
    """Times both rise and fall."""
    ONE_TIME = "one time only"
    """Every time is the same, or there is only one."""
    NO_TIMES = "no times"
    """No row, or no row with a readable time."""


class OrderTally:
    """Counts rises and falls between neighbours; ties and missing times count for neither."""

    __slots__ = ("falls", "first", "last", "rises")

    def __init__(self) -> None:
        self.first: int | None = None
        self.last: int | None = None
        self.rises = 0
        self.falls = 0

    def add(self, time_us: int) -> None:
        """Count the time, in microseconds, of the next row that has one."""
        last = self.last
        if last is None:
            self.first = time_us
        elif time_us > last:
            self.rises += 1
        elif time_us < last:
            self.falls += 1
        self.last = time_us

    def add_all(self, later: "OrderTally") -> None:
        """Count all rows of another tally, which come after those added so far."""
        if later.first is None:
            return
        self.add(later.first)
        self.rises += later.rises
        self.falls += later.falls
        self.last = later.last

    @property
    def label(self) -> OrderLabel:
        """The order of everything added so far."""
        if self.rises and self.falls:
            return OrderLabel.UNORDERED
        if self.rises:
            return OrderLabel.OLDEST_FIRST
        if self.falls:
            return OrderLabel.NEWEST_FIRST
        return OrderLabel.NO_TIMES if self.last is None else OrderLabel.ONE_TIME
