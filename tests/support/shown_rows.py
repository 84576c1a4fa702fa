"""ShownRows: a view whose rows a test gives, for tests of code that works on views."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from ivscope.domain.events import Event
from ivscope.provider.store.event_log import EventLog

START = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """The time so many seconds after 20:00:00."""
    return START + timedelta(seconds=seconds)


def log_of(events: Iterable[Event]) -> EventLog:
    """A log with these events."""
    log = EventLog()
    log.append(events)
    return log


class ShownRows:
    """All events of a log, or those at `positions` in that order."""

    def __init__(
        self,
        log: EventLog,
        positions: Sequence[int] | None = None,
        *,
        by_time: bool = False,
        hits: Collection[int] = (),
    ) -> None:
        self.log = log
        self.by_time = by_time
        self._shown = range(len(log)) if positions is None else positions
        self._hits = hits

    def __len__(self) -> int:
        return len(self._shown)

    def position(self, row: int) -> int:
        return self._shown[row]

    def positions(self, start: int, stop: int) -> Sequence[int]:
        return self._shown[start:stop]

    def row_at(self, position: int) -> int:
        if position in self._shown:
            return self._shown.index(position)
        return min(range(len(self)), key=lambda row: abs(self._shown[row] - position))

    @property
    def hit_count(self) -> int:
        return sum(map(self.is_hit, self._shown))

    def is_hit(self, position: int) -> bool:
        return position in self._hits

    def next_hit(self, row: int, step: int) -> int | None:
        rows = range(row + 1, len(self)) if step > 0 else range(row - 1, -1, -1)
        return next((place for place in rows if self.is_hit(self._shown[place])), None)
