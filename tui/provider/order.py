"""OrderTally: in which order rows came, told from their times as they arrive."""

from enum import StrEnum


class OrderLabel(StrEnum):
    """What the times read so far say about the order; the words are shown on screen.

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

    __slots__ = ("_falls", "_last", "_rises")

    def __init__(self) -> None:
        self._last: int | None = None
        self._rises = 0
        self._falls = 0

    def add(self, time_us: int) -> None:
        """Take the time of the next row that has one, in microseconds."""
        last = self._last
        if last is not None:
            if time_us > last:
                self._rises += 1
            elif time_us < last:
                self._falls += 1
        self._last = time_us

    @property
    def label(self) -> OrderLabel:
        """The order of everything added so far."""
        if self._rises and self._falls:
            return OrderLabel.UNORDERED
        if self._rises:
            return OrderLabel.OLDEST_FIRST
        if self._falls:
            return OrderLabel.NEWEST_FIRST
        return OrderLabel.NO_TIMES if self._last is None else OrderLabel.ONE_TIME
