"""Publishing: whether a participant was publishing at a time; at PUBLISH_STOPPED, what ended it."""

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum, auto
from itertools import filterfalse
from typing import Final

from ivscope.analysis.histories import KindRoles, publishing_of, publishing_rows
from ivscope.analysis.intervals import SECOND, Interval, Why, bounds_of
from ivscope.analysis.timed_events import timed_events
from ivscope.domain import events
from ivscope.domain.frozen import frozen
from ivscope.domain.tokens import PUBLISH
from ivscope.findings.capabilities import allows, who_took
from ivscope.findings.event_context import EventContext
from ivscope.findings.finding import (
    Certainty,
    Claim,
    Distance,
    Finding,
    Open,
    PlainClaim,
    StaysUnknown,
)
from ivscope.findings.known_facts import KnownLog
from ivscope.findings.stream_duration import DurationOpen, is_near_limit
from ivscope.knowledge.limits import LASTING_SECONDS

NEAR_SECONDS: Final = 2
"""So near each other two events of different participants are a race, whatever order their times
have: nobody documents how exact event times are."""

ORDER_OPEN: Final = Open.WHICH_CAME_FIRST

_MOVES: Final = frozenset({events.PUBLISH_STARTED, events.PUBLISH_STOPPED, events.LEFT})


class State(Enum):
    """Whether a participant was publishing at a time."""

    ON = auto()
    """It started before, and stopped after or not at all as far as is read."""
    OFF = auto()
    """It had published and stopped before."""
    TIE = auto()
    """It started or stopped at that time, or in that second where times are whole seconds."""
    NOT_YET = auto()
    """It started for the first time after that."""
    NEVER = auto()
    """No event shows that it ever published."""
    UNSURE = auto()
    """A start or a stop is missing, or has no readable time."""


@frozen
class Publishing:
    """The publishing of a participant at one time, as its events show it."""

    state: State
    interval: Interval | None = None
    """The interval of the state: the current one, the last one before or the first one after;
    None when there is none."""
    why: Why | None = None
    """Why it is not certain, if it is not."""

    @property
    def start(self) -> int | None:
        """Position of its PUBLISH_STARTED."""
        return None if self.interval is None else self.interval.start

    @property
    def end(self) -> int | None:
        """Position of its PUBLISH_STOPPED, or of the LEFT that ended it."""
        if self.interval is None:
            return None
        return self.interval.cut if self.interval.stop is None else self.interval.stop

    @property
    def positions(self) -> tuple[int, ...]:
        """Positions of the events that the interval has, the start first."""
        return tuple(at for at in (self.start, self.end) if at is not None)


_GOES_ON = frozenset({Why.END_MISSING, Why.TIE, Why.AFTER_READING})
"""Reasons for doubt with which an interval without an end still counts as going on."""


def publishing_in(known_log: KnownLog, time: int) -> Publishing:
    """Whether the participant of a log was publishing at a time, microseconds since 1970 UTC.

    For a log that is read in part, it is answered from the events read.
    """
    log, reach, (first, last) = known_log.log, known_log.reach, bounds_of(time)
    if not reach.is_complete:
        reach = replace(reach, is_complete=True, connected_at=None)
    track = publishing_of(log, publishing_rows(log), KindRoles(log.tables), reach)
    intervals = track.intervals
    around = [one for one in intervals if one.begin <= last and one.end >= first]
    tied = [one for one in around if _is_tied(one, first, last)]
    if track.certain.surrounds(first, last):
        return Publishing(
            State.ON, around[-1], None if known_log.reach.is_complete else Why.NOT_READ
        )
    if tied:
        return Publishing(State.TIE, tied[0], Why.TIE)
    if around:
        one = around[-1]
        why = one.doubt(first, last)
        is_going_on = not one.is_over and why in _GOES_ON
        return Publishing(State.ON if is_going_on else State.UNSURE, one, why)
    if track.possible.touches(first, last + 1):
        return Publishing(State.UNSURE, None, Why.NO_TIME)
    before = [one for one in intervals if one.end < first]
    if before:
        return Publishing(State.OFF, before[-1])
    return Publishing(State.NOT_YET, intervals[0]) if intervals else Publishing(State.NEVER)


def moves_near(known_log: KnownLog, found: Publishing, time: int) -> tuple[int, ...]:
    """Starts and stops so near a time that publishing and not publishing are both possible.

    Positions, oldest first, with a LEFT beside them; none when no start or stop is near.
    """
    log, room = known_log.log, NEAR_SECONDS * SECOND
    near = [
        *timed_events(log, lambda kind: kind.name in _MOVES, since=time - room, until=time + room)
    ]
    # Whatever order a list has them in, leaving comes last of one time.
    near.sort(key=lambda at: (log.time_us(at), log.name(at) == events.LEFT))
    is_race = any(at == found.end or log.name(at) != events.LEFT for at in near)
    return tuple(near) if is_race else ()


def _is_tied(one: Interval, first: int, last: int) -> bool:
    """Whether an interval began or ended at a time, or in its second if times are whole seconds."""
    if one.start is not None and one.begun >= first:
        return True
    has_end = one.stop is not None or one.cut is not None
    return has_end and one.end <= max(last, bounds_of(first // SECOND * SECOND)[1])


STOP_SECONDS = 2
"""Events up to so many seconds apart can be one happening: AWS documents "immediately"."""

ENDS_STREAM: Final = frozenset(
    {
        "BITRATE_EXCEEDED",
        "RESOLUTION_EXCEEDED",
        "B_FRAME_PRESENT",
        "INVALID_AUDIO_CODEC",
        "INVALID_VIDEO_CODEC",
        "INVALID_INPUT",
        "INVALID_PROTOCOL",
        "STREAM_DURATION_EXCEEDED",
    }
)
"""Error codes about what is being sent, and for how long: an attempt alone has none of it."""


class StoppedSays(PlainClaim):
    """What is said of the end of publishing."""

    LENGTH_NOT_KNOWN = "published_for_not_known"
    REPLICATION_ENDED_TOO = "replication_ended_with_publishing"
    LEFT_TOO = "left_with_the_end_of_publishing"


class StoppedOpen(PlainClaim):
    """What stays unknown of the end of publishing."""

    ORDER_AND_CAUSE = "order_and_cause"
    IS_BECAUSE_OF_IT = "whether_it_stopped_because_of_it"
    ORDER_IN_SECOND = "order_in_the_second"
    WHICH_STREAM = "which_stream_the_error_is_about"


@frozen
class PublishedFor(Claim):
    """How long publishing lasted that ended with this event."""

    seconds: float
    near_limit_seconds: int | None
    """The longest that publishing may last, when it lasted about so long."""


@frozen
class ExchangeTookPublish(Claim):
    """A token exchange near the end of publishing took PUBLISH away."""

    exchanged: Distance


@frozen
class PublishErrorBesideStop(Claim):
    """An error of publishing near the end of publishing."""

    error_code: str
    error: Distance


_WITH_IT = (
    # No document says that one clock dates both.
    (events.REPLICATION_STOPPED, StoppedSays.REPLICATION_ENDED_TOO, Certainty.LIKELY),
    # It can have stopped first, and left in the same second.
    (events.LEFT, StoppedSays.LEFT_TOO, Certainty.LIKELY),
)


def publish_stopped(context: EventContext) -> Iterator[Finding]:
    """Say how long publishing lasted and what can have ended it."""
    yield _duration(context)
    if context.second is None:
        return
    yield from _lost_capability(context, context.second)
    yield from _refused(context, context.second)
    near = context.within(context.second, context.second, events.REPLICATION_STOPPED, events.LEFT)
    # What can have ended publishing before it left.
    rivals = context.within(
        context.second - STOP_SECONDS, context.second, events.TOKEN_EXCHANGED, events.PUBLISH_ERROR
    )
    for name, says, usual in _WITH_IT:
        found = [at for at in near if context.log.name(at) == name]
        if found:
            certainty = Certainty.UNKNOWN if name == events.LEFT and rivals else usual
            refs = context.refs(context.position, *found)
            yield Finding(says, certainty, refs, StoppedOpen.ORDER_AND_CAUSE)


def _duration(context: EventContext) -> Finding:
    span = context.span(context.position)
    if span is None or span.other is None or span.why is Why.NO_TIME:
        refs = context.refs(context.position)
        unknown = context.open_pages or (None if span is None else span.why)
        says = StoppedSays.LENGTH_NOT_KNOWN
        return Finding(says, Certainty.UNKNOWN, refs, unknown, context.rest)
    # A start with a fraction has a later time than an end of the same second without one.
    seconds = abs(context.seconds_to(span.other))
    is_near = is_near_limit(seconds)
    claim = PublishedFor(seconds, LASTING_SECONDS if is_near else None)
    refs = context.refs(span.other, context.position)
    is_tied = context.is_tied(span.other)
    doubt: StaysUnknown | None = span.why or (DurationOpen.EXACTNESS if is_near else None)
    if doubt is None and is_tied:
        doubt = StoppedOpen.ORDER_IN_SECOND
    # Beside the limit the length is read as the reason of the end.
    certainty = context.firm(unless=is_near or span.why is not None or is_tied)
    if span.why is Why.TIE:
        # Which start belongs to it is open.
        certainty = Certainty.UNKNOWN
    return Finding(claim, certainty, refs, context.open_pages or doubt, context.rest)


def _lost_capability(context: EventContext, second: int) -> Iterator[Finding]:
    near = context.within(second - STOP_SECONDS, second, events.TOKEN_EXCHANGED)
    for at in filterfalse(context.is_after, near):
        event = context.log[at]
        if allows(event.previous_token, PUBLISH) and allows(event.new_token, PUBLISH) is False:
            claim = ExchangeTookPublish(context.to(at))
            certainty, unknown = Certainty.LIKELY, StoppedOpen.IS_BECAUSE_OF_IT
            if context.is_tied(at):
                # Who stops first and is demoted in the same second is as frequent.
                certainty, unknown = Certainty.UNKNOWN, StoppedOpen.ORDER_IN_SECOND
            elif context.within(second, second, events.LEFT):
                certainty = Certainty.UNKNOWN
            yield Finding(claim, certainty, context.refs(at, context.position), unknown)
            yield who_took(context, at, PUBLISH)


def _refused(context: EventContext, second: int) -> Iterator[Finding]:
    """Errors of publishing near the stop: no document says which of the two comes first."""
    near = context.within(second - STOP_SECONDS, second + STOP_SECONDS, events.PUBLISH_ERROR)
    for at in sorted(near):
        code = context.log.error_code(at)
        if not code:
            continue
        claim = PublishErrorBesideStop(code, context.to(at))
        is_of_stream = context.is_tied(at) and code in ENDS_STREAM
        certainty = Certainty.LIKELY if is_of_stream else Certainty.UNKNOWN
        refs = context.refs(at, context.position)
        yield Finding(claim, certainty, refs, StoppedOpen.WHICH_STREAM)
        return
