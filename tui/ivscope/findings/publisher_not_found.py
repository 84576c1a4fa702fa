"""PUBLISHER_NOT_FOUND: what the publisher was doing in that second.

Long because each state of a publisher is a claim with members of its own.
"""

from collections import defaultdict
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice

from ivscope.analysis.intervals import LATEST
from ivscope.domain import events
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import ParticipantScope
from ivscope.findings.event_context import (
    PAGES_OPEN,
    SECOND_US,
    EventContext,
    ask_events,
    ask_participant,
    distance_between,
    positions_within,
    second_of,
)
from ivscope.findings.finding import (
    Ask,
    Certainty,
    Claim,
    Distance,
    EventRef,
    Finding,
    Lacking,
    Open,
    PlainClaim,
    StaysUnknown,
)
from ivscope.findings.known_facts import KnownLog
from ivscope.findings.publishing import (
    NEAR_SECONDS,
    ORDER_OPEN,
    Publishing,
    State,
    moves_near,
    publishing_in,
)
from ivscope.findings.session_context import MANY, REPLICA, EventPeriod, SessionContext

AGAIN_SECONDS = 120
"""Publishing again within this time after an error is told: it was away for a moment."""

NEW_SECONDS = 30
"""A publisher that started so shortly before can be unknown where somebody subscribes: how fast it
becomes known everywhere is not documented, and this is far more than is usual."""


class PublisherSays(PlainClaim):
    """What is said of a publisher without values."""

    NOT_NAMED = "publisher_not_named"
    NO_TIME = "publisher_error_without_time"
    NOT_READ = "publisher_not_read"
    UNSURE = "publisher_unsure"
    """A start or a stop has no time or is missing."""
    STOP_MISSING = "publisher_stop_missing"
    """It was not publishing, and when it stopped is not read."""
    LISTED_AS_PUBLISHED = "publisher_only_listed_as_published"
    """No start is read, yet IVS says that it has published."""
    NO_EVENTS = "publisher_without_events"
    NOT_LISTED = "publisher_not_listed"
    """The list of participants is read to its end, and it is not there."""
    NOT_LISTED_AS_REPLICA = "publisher_not_listed_as_replica"
    """The event says that it is a replica, and the list of participants that it is none."""
    NO_START_SO_FAR = "publisher_without_start_so_far"
    REPLICA_SOURCE_NOT_READ = "replica_source_not_read"
    REPLICA_SOURCE_NOT_GIVEN = "replica_source_not_given"
    """The list of participants is read, and does not name its source."""
    REPLICATION_NOT_READ = "replication_not_read"


class PublisherOpen(PlainClaim):
    """What stays unknown of a publisher that was not found."""

    SINCE_READ = "what_came_since_it_was_read"
    HOW_SOON_FOUND = "how_soon_a_publisher_is_found"
    """No document says how soon a new publisher is known everywhere."""
    WHY_NOT_FOUND = "why_it_was_not_found"
    """What app and network did is not in the events."""
    LOST_EVENTS = "whether_events_are_lost"
    """No document says how long they are kept."""
    WHOSE_REASON = "publisher_or_subscribers"
    """Which of them is the reason."""


class Move(StrEnum):
    """What a publisher did."""

    STARTED = "started"
    STOPPED = "stopped"
    LEFT = "left"


@frozen
class MoveNear:
    """A move of the publisher near the error."""

    move: Move
    distance: Distance


@frozen
class PublisherMovedNear(Claim):
    """The publisher started or stopped so near the error that it can be a race."""

    moves: tuple[MoveNear, ...]
    """In order of time."""


@frozen
class PublisherTied(Claim):
    """The publisher started or stopped in the second of the error."""

    move: Move


@frozen
class PublisherWasPublishing(Claim):
    """The publisher was publishing at the error: its start and its end do not explain it."""

    started: Distance
    stopped: Distance | None
    """None when no stop follows."""
    is_stop_missing: bool
    """Whether no stop follows though a stop can be missing."""
    is_new: bool
    """Whether it had started so shortly before that it need not be known everywhere."""


@frozen
class PublisherNotYet(Claim):
    """The publisher started for the first time after the error."""

    started: Distance
    failed: Distance | None
    """Its last failed attempt before the error; None without one."""
    error_code: str | None
    """Of the failed attempt."""


@frozen
class PublisherNeverPublished(Claim):
    """All events of the publisher are read, and none is a start."""

    failed: Distance | None
    """Its last failed attempt before the error; None without one."""
    error_code: str | None
    """Of the failed attempt."""
    can_follow: bool
    """Whether the session was live when they were read: it can have published since."""


@frozen
class PublisherStopped(Claim):
    """The publisher had stopped publishing, or left, before the error."""

    stopped: Distance | None
    """None when only LEFT is read."""
    left: Distance | None
    started_again: Distance | None
    """Its next PUBLISH_STARTED, soon after the error; None without one."""


@frozen
class PublisherReplicationEnded(Claim):
    """The publisher is a replica, and its replication to this session had ended."""

    ended: Distance
    is_race: bool
    """Whether it ended so near the error that it can be a race."""


@frozen
class UnreachablePublisher(Claim):
    """Several participants failed to subscribe to one publisher."""

    participants: int
    publisher_id: str
    period: EventPeriod


_MOVES = {
    events.PUBLISH_STARTED: Move.STARTED,
    events.PUBLISH_STOPPED: Move.STOPPED,
    events.LEFT: Move.LEFT,
}


def publisher_state(context: EventContext) -> Iterator[Finding]:
    """Say whether the remote participant was publishing."""
    remote = context.event.remote_participant_id
    if not remote or context.second is None:
        says = PublisherSays.NO_TIME if remote else PublisherSays.NOT_NAMED
        yield Finding(says, Certainty.UNKNOWN, context.refs(context.position))
        return
    scope = ParticipantScope(context.scope.stage_arn, context.scope.session_id, remote)
    known_log = context.facts.log(scope)
    if known_log is None and _is_unlisted(context, scope):
        here = context.refs(context.position)
        yield Finding(PublisherSays.NOT_LISTED, Certainty.UNKNOWN, here)
    elif known_log is None:
        yield Finding(
            PublisherSays.NOT_READ,
            Certainty.UNKNOWN,
            context.refs(context.position),
            None,
            (ask_events(scope, Lacking.EVENTS_OF_PUBLISHER),),
        )
    else:
        yield _compare(context, scope, known_log, context.second)
    if context.event.replica:
        yield from _replication(context, scope, context.second)


def _is_unlisted(context: EventContext, scope: ParticipantScope) -> bool:
    """Whether the list of participants is read to its end, and does not have one."""
    listed = context.facts.participants(scope.session)
    if listed is None or not listed.complete:
        return False
    return all(row.participant_id != scope.participant_id for row in listed.rows)


def _compare(
    context: EventContext, scope: ParticipantScope, known_log: KnownLog, second: int
) -> Finding:
    time = context.log.time_us(context.position) or 0
    found = publishing_in(known_log, time)
    near = moves_near(known_log, found, time)
    is_tied = any(_away(known_log, time, at).is_tied for at in near)
    is_race = bool(near) and not (found.state is State.TIE and is_tied)
    if is_race:
        claim, certainty, positions = _race(context, known_log, near, found)
    else:
        claim, certainty, positions = _claim(context, known_log, found, second)
    unknown: StaysUnknown | None = None
    covers = known_log.covers(second + NEAR_SECONDS)
    if not known_log.complete:
        unknown = PAGES_OPEN
    elif not covers:
        unknown = PublisherOpen.SINCE_READ
    elif is_race or found.state is State.TIE:
        unknown = ORDER_OPEN
    elif found.why is not None:
        unknown = found.why
    elif found.state is State.ON:
        unknown = PublisherOpen.WHY_NOT_FOUND
        if isinstance(claim, PublisherWasPublishing) and claim.is_new:
            unknown = PublisherOpen.HOW_SOON_FOUND
    elif found.state is State.NEVER and certainty is not Certainty.SHOWN:
        unknown = PublisherOpen.LOST_EVENTS
    asks: tuple[Ask, ...] = () if covers else (ask_events(scope, Lacking.REST_OF_PUBLISHER),)
    asks += _ask_whether_published(context, scope, claim)
    if certainty is Certainty.SHOWN and not known_log.is_settled(second + NEAR_SECONDS):
        certainty, unknown = Certainty.LIKELY, unknown or Open.MAY_COME_LATE
    rests = (*(EventRef(scope, at) for at in positions), EventRef(context.scope, context.position))
    return Finding(claim, certainty, rests, unknown, asks)


def _ask_whether_published(
    context: EventContext, scope: ParticipantScope, claim: Claim | PlainClaim
) -> tuple[Ask, ...]:
    """Offer to read whether IVS says that a publisher without a start has published."""
    if isinstance(claim, PublisherNeverPublished) and context.facts.summary(scope) is None:
        return (ask_participant(scope, Lacking.WHETHER_EVER_PUBLISHED),)
    return ()


_Said = tuple[Claim | PlainClaim, Certainty, list[int]]
"""What is said, how sure it is, and positions in the log of the publisher."""


def _claim(context: EventContext, known_log: KnownLog, found: Publishing, second: int) -> _Said:
    time = context.log.time_us(context.position) or 0
    log, start, end = known_log.log, found.start, found.end
    if found.state is State.NEVER:
        return _never(context, known_log)
    if found.state is State.ON and start is not None:
        began, stopped = _away(known_log, time, start), None
        is_new = time - (log.time_us(start) or 0) < NEW_SECONDS * SECOND_US
        if end is None and found.why is not None:
            open_end = PublisherWasPublishing(began, None, is_stop_missing=True, is_new=is_new)
            return open_end, Certainty.UNKNOWN, [start]
        if end is not None:
            stopped = _away(known_log, time, end)
        certainty = Certainty.SHOWN if found.why is None else Certainty.LIKELY
        claim = PublisherWasPublishing(began, stopped, is_stop_missing=False, is_new=is_new)
        return claim, certainty, [*found.positions]
    if found.state is State.OFF:
        return _stopped(known_log, time, start, end)
    if found.state is State.NOT_YET and start is not None:
        later = PublisherNotYet(_away(known_log, time, start), *_attempt(known_log, time))
        error = _last_error(known_log, time)
        return later, Certainty.SHOWN, [start] if error is None else [error, start]
    if found.state is State.TIE:
        positions = [at for at in (start, end) if at is not None and second_of(log, at) == second]
        move = Move.STARTED
        if end is not None and positions[-1:] == [end]:
            move = Move.LEFT if log.name(end) == events.LEFT else Move.STOPPED
        # Who is subscribed right after failing at a start came too early. Else it was there for a
        # part of the second, and the subscriber can be the reason.
        is_early = move is Move.STARTED and _is_reached_after(context, second)
        certainty = Certainty.LIKELY if is_early else Certainty.UNKNOWN
        return PublisherTied(move), certainty, positions
    return PublisherSays.UNSURE, Certainty.UNKNOWN, [*found.positions]


def _race(
    context: EventContext, known_log: KnownLog, near: tuple[int, ...], found: Publishing
) -> _Said:
    """Likely a race where the times say that it was not publishing, or it was reached after.

    Else the subscriber can be the reason.
    """
    time = context.log.time_us(context.position) or 0
    moves = dict.fromkeys(
        MoveNear(_MOVES[known_log.log.name(at) or ""], _away(known_log, time, at)) for at in near
    )
    was_there = found.state not in {State.OFF, State.NOT_YET}
    started = any(known_log.log.name(at) == events.PUBLISH_STARTED for at in near)
    is_early = started and _is_reached_after(context, time // SECOND_US)
    certainty = Certainty.UNKNOWN if was_there and not is_early else Certainty.LIKELY
    return PublisherMovedNear(tuple(moves)), certainty, [*near]


def _stopped(known_log: KnownLog, time: int, start: int | None, end: int | None) -> _Said:
    if end is None:
        rests = [] if start is None else [start]
        return PublisherSays.STOP_MISSING, Certainty.UNKNOWN, rests
    away, again = _away(known_log, time, end), _again(known_log, time)
    back = None if again is None else _away(known_log, time, again)
    after = [] if again is None else [again]
    if known_log.log.name(end) == events.LEFT:
        return PublisherStopped(None, away, back), Certainty.SHOWN, [end, *after]
    since = second_of(known_log.log, end) or 0
    left = [
        *islice(
            positions_within(known_log.log, (events.LEFT,), since=since, until=time // SECOND_US), 1
        )
    ]
    claim = PublisherStopped(away, _away(known_log, time, left[0]) if left else None, back)
    return claim, Certainty.SHOWN, [end, *left, *after]


def _is_reached_after(context: EventContext, second: int) -> bool:
    """Whether the subscriber was subscribed to the publisher right after its error."""
    remote, until = context.event.remote_participant_id, second + NEAR_SECONDS
    found = context.within(second, until, events.SUBSCRIBE_STARTED)
    return any(context.log.remote(at) == remote and not context.is_before(at) for at in found)


def _again(known_log: KnownLog, time: int) -> int | None:
    """The next start, if it comes soon after a time."""
    second = time // SECOND_US
    until = second + AGAIN_SECONDS
    names = (events.PUBLISH_STARTED,)
    return next(positions_within(known_log.log, names, since=second + 1, until=until), None)


def _last_error(known_log: KnownLog, time: int) -> int | None:
    """The last failed attempt to publish up to a time."""
    return next(_back_from(known_log, time // SECOND_US, events.PUBLISH_ERROR), None)


def _attempt(known_log: KnownLog, time: int) -> tuple[Distance | None, str | None]:
    """How far away the last failed attempt is, and its code."""
    error = _last_error(known_log, time)
    if error is None:
        return None, None
    return _away(known_log, time, error), known_log.log.error_code(error) or None


def _never(context: EventContext, known_log: KnownLog) -> _Said:
    scope = context.scope
    remote = ParticipantScope(
        scope.stage_arn, scope.session_id, context.event.remote_participant_id or ""
    )
    summary = context.facts.summary(remote)
    if summary is not None and summary.published:
        return PublisherSays.LISTED_AS_PUBLISHED, Certainty.UNKNOWN, []
    if not len(known_log.log):
        return PublisherSays.NO_EVENTS, Certainty.UNKNOWN, []
    if known_log.complete:
        time = context.log.time_us(context.position) or 0
        error = _last_error(known_log, time)
        can_follow = known_log.reach.read_to < LATEST
        claim = PublisherNeverPublished(*_attempt(known_log, time), can_follow)
        # A start can be lost: it takes the word of the list of participants that there was none.
        is_told = summary is not None and summary.published is False
        certainty = Certainty.SHOWN if is_told else Certainty.LIKELY
        return claim, certainty, [] if error is None else [error]
    return PublisherSays.NO_START_SO_FAR, Certainty.UNKNOWN, []


def _back_from(known_log: KnownLog, second: int, *names: str) -> Iterator[int]:
    return positions_within(known_log.log, names, until=second, newest_first=True)


def _away(known_log: KnownLog, time: int, position: int) -> Distance:
    return distance_between(time, known_log.log.time_us(position))


def _replication(context: EventContext, remote: ParticipantScope, second: int) -> Iterator[Finding]:
    """Say whether the replication of a publisher that is a replica had ended."""
    summary = context.facts.summary(remote)
    here = context.refs(context.position)
    if summary is not None and summary.replication_type not in {None, REPLICA}:
        yield Finding(PublisherSays.NOT_LISTED_AS_REPLICA, Certainty.UNKNOWN, here)
        return
    if summary is None or not summary.source_stage_arn or not summary.source_session_id:
        says = PublisherSays.REPLICA_SOURCE_NOT_GIVEN
        asks: tuple[Ask, ...] = ()
        if summary is None:
            says = PublisherSays.REPLICA_SOURCE_NOT_READ
            asks = (ask_participant(remote, Lacking.FACTS_OF_PUBLISHER),)
        yield Finding(says, Certainty.UNKNOWN, here, None, asks)
        return
    source = ParticipantScope(
        summary.source_stage_arn, summary.source_session_id, remote.participant_id
    )
    known_log = context.facts.log(source)
    if known_log is None:
        yield Finding(
            PublisherSays.REPLICATION_NOT_READ,
            Certainty.UNKNOWN,
            context.refs(context.position),
            None,
            (ask_events(source, Lacking.EVENTS_OF_SOURCE),),
        )
        return
    time = context.log.time_us(context.position) or 0
    before = (
        at
        for at in _back_from(
            known_log, second, events.REPLICATION_STARTED, events.REPLICATION_STOPPED
        )
        if _leads_to_this_session(context, known_log, at)
    )
    last = next(before, None)
    if last is None or known_log.log.name(last) != events.REPLICATION_STOPPED:
        return
    away = _away(known_log, time, last)
    one_before = next(before, last)
    is_tied = one_before != last and second_of(known_log.log, one_before) == second_of(
        known_log.log, last
    )
    is_race = second - (second_of(known_log.log, last) or 0) <= NEAR_SECONDS
    firm = known_log.complete and not (is_race or is_tied)
    doubt = ORDER_OPEN if is_race or is_tied else None
    yield Finding(
        PublisherReplicationEnded(away, is_race),
        Certainty.SHOWN if firm else Certainty.LIKELY,
        (EventRef(source, last), EventRef(context.scope, context.position)),
        doubt if known_log.complete else PAGES_OPEN,
        () if known_log.complete else (ask_events(source, Lacking.REST_OF_SOURCE),),
    )


def _leads_to_this_session(context: EventContext, known_log: KnownLog, position: int) -> bool:
    event = known_log.log[position]
    destination = (event.destination_stage_arn, event.destination_session_id)
    return destination == (context.scope.stage_arn, context.scope.session_id)


MOST_PUBLISHERS = 20
"""The most publishers with a finding, those with the most participants first."""


def unreachable_publishers(session: SessionContext) -> Iterator[Finding]:
    """Name the publishers that several participants failed to subscribe to."""
    by_remote: defaultdict[str, list[int]] = defaultdict(list)
    for at in session.errors:
        remote = session.log.remote(at)
        if remote and session.log.name(at) == events.SUBSCRIBE_ERROR:
            by_remote[remote].append(at)
    found = []
    for remote, positions in by_remote.items():
        whose = session.whose(positions)
        if session.persons(whose) >= MANY:
            found.append((len(whose), remote, positions))
    settled_to = session.settled_to() if found else LATEST
    for count, remote, positions in sorted(found, key=lambda one: -one[0])[:MOST_PUBLISHERS]:
        claim = UnreachablePublisher(count, remote, session.period(positions))
        is_settled = (session.second(positions[-1]) + 1) * SECOND_US <= settled_to
        late = None if is_settled else Open.MAY_COME_LATE
        unknown = session.partial or late or PublisherOpen.WHOSE_REASON
        certainty = Certainty.SHOWN if is_settled else Certainty.LIKELY
        yield Finding(claim, certainty, session.refs(positions), unknown, session.rest)
