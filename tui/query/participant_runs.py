"""ParticipantRuns: where in a log the events of each participant are, and who has new ones."""

from array import array
from itertools import groupby

from tui.provider.event_log import EventLog

Row = tuple[int, int, int, int, int]
"""Key and position of an event, and what its log has of it: kind, remote, time."""


class ParticipantRuns:
    """Runs of neighbouring events of one participant; a page is one run as a rule."""

    __slots__ = ("_runs", "touched")

    def __init__(self) -> None:
        self._runs: dict[int, array[int]] = {}
        """By participant: where each run starts and stops, one after the other."""
        self.touched: set[int] = set()
        """Numbers of participants with events that the owner has not looked at."""

    def __len__(self) -> int:
        return len(self._runs)

    def extend(self, participants: "array[int]", start: int) -> None:
        """Take in a column of participants that begins at a position."""
        for number, run in groupby(participants):
            stop = start + sum(1 for _ in run)
            runs = self._runs.setdefault(number, array("I"))
            if runs and runs[-1] == start:
                runs[-1] = stop
            else:
                runs.extend((start, stop))
            self.touched.add(number)
            start = stop

    def rows(self, number: int, log: EventLog, keys: "array[int]") -> list[Row]:
        """The events of a participant, by key, then position."""
        rows: list[Row] = []
        runs = self._runs[number]
        for start, stop in zip(runs[::2], runs[1::2], strict=True):
            columns = log.columns(start, stop)
            parts = columns.kinds, columns.remotes, columns.times
            rows += zip(keys[start:stop], range(start, stop), *parts, strict=True)
        rows.sort()
        return rows
