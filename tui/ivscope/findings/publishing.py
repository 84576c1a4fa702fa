"""Publishing: from when to when one participant published, and whether it did in one second."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby

from ivscope.domain import events
from ivscope.findings.event_context import has_untimed, positions_named, second_of
from ivscope.provider.store.event_log import EventLog

PUBLISHING_NAMES = (
    events.JOINED,
    events.PUBLISH_STARTED,
    events.PUBLISH_STOPPED,
    events.LEFT,
)
"""Events that tell when somebody published. Who has left does not publish."""


class State(Enum):
    """Whether a participant was publishing in one second."""

    ON = auto()
    """It started before that second and stopped after it, or not at all."""
    OFF = auto()
    """It had published and stopped before that second."""
    TIE = auto()
    """It started or stopped within that second."""
    NOT_YET = auto()
    """It started for the first time after that second."""
    NEVER = auto()
    """Nothing says that it ever published."""
    UNSURE = auto()
    """A start or a stop is missing, or has no readable time."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Once publishing. Positions and seconds; None for what is missing."""

    start: int | None
    end: int | None
    start_second: int | None
    end_second: int | None
    """When it stopped or left; without `end`, by when it must have ended."""

    @property
    def positions(self) -> tuple[int, ...]:
        """The events that are there, the start first."""
        return tuple(at for at in (self.start, self.end) if at is not None)


@dataclass(frozen=True, slots=True)
class Publishing:
    """What the events of a participant say about one second."""

    state: State
    stretch: Stretch | None = None
    """The one that the state speaks of: the current, the last one before or the first one after;
    None when there is none."""


def publishing_in(log: EventLog, second: int) -> Publishing:
    """Whether the participant of a log was publishing in a second since 1970 UTC."""
    stretches = stretches_of(log, positions_named(log, PUBLISHING_NAMES))
    if has_untimed(log, (events.PUBLISH_STARTED, events.PUBLISH_STOPPED)):
        return Publishing(State.UNSURE)
    before: Stretch | None = None
    after: Stretch | None = None
    for stretch in stretches:
        begin, end = stretch.start_second, stretch.end_second
        if second in {begin, end}:
            return Publishing(State.TIE, stretch)
        if end is not None and end < second:
            before = stretch
        elif begin is not None and begin > second:
            after = after or stretch
        elif begin is None or (end is not None and stretch.end is None):
            return Publishing(State.UNSURE, stretch)
        else:
            return Publishing(State.ON, stretch)
    if before is not None:
        return Publishing(State.OFF, before)
    return Publishing(State.NEVER) if after is None else Publishing(State.NOT_YET, after)


def stretches_of(log: EventLog, positions: Iterable[int]) -> list[Stretch]:
    """What one participant published, oldest first.

    Inside one second a stop ends what was open before, else what started in it.

    Args:
        log: The log.
        positions: Events of one participant named in `PUBLISHING_NAMES`, oldest first.
    """
    stretches: list[Stretch] = []
    begun: int | None = None

    def close(end: int | None, second: int | None) -> None:
        started = None if begun is None else second_of(log, begun)
        stretches.append(Stretch(begun, end, started, second))

    for second, group in groupby(positions, lambda at: second_of(log, at)):
        names: dict[str | None, list[int]] = {}
        for at in group:
            names.setdefault(log.name(at), []).append(at)
        starts = names.get(events.PUBLISH_STARTED, [])
        stops = names.get(events.PUBLISH_STOPPED, [])
        was_open = begun
        while starts or stops:
            if stops and (begun is not None or not starts):
                close(stops.pop(0), second)
                begun = None
            else:
                if begun is not None:
                    close(None, second)
                begun = starts.pop(0)
        # Somebody who left has stopped, also when PUBLISH_STOPPED is missing. What started in the
        # second of leaving and joining can have started after it.
        returns = events.JOINED in names and begun != was_open
        if events.LEFT in names and begun is not None and not returns:
            close(names[events.LEFT][-1], second)
            begun = None
    if begun is not None:
        close(None, None)
    return stretches
