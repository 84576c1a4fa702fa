"""User ids of several participants: one client that reconnects, or several with the same id."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final, NamedTuple

from ivscope.analysis.intervals import SECOND, SPAN_NAMES, Family, Track
from ivscope.analysis.pairing import Doubts, Half, stays_of
from ivscope.domain import events
from ivscope.domain.frozen import frozen
from ivscope.domain.times import to_microseconds
from ivscope.findings.event_context import EventContext, distance_between, positions_named
from ivscope.findings.finding import (
    Certainty,
    Claim,
    Distance,
    Finding,
    Open,
    PlainClaim,
)
from ivscope.findings.leaving import REJOIN_SECONDS
from ivscope.findings.session_context import MANY, SessionContext

MOST_USERS = 20
"""The most user ids with a finding, those with the most participants first."""

APART_SECONDS: Final = 3
"""What two participants did so shortly after each other can have been in either order: nobody
documents how exact event times are."""

NOTICED_SECONDS: Final = 120
"""So long after a client was lost the service can still take it for connected, while it has come
back as another participant. No document says how long; this is far more than is usual."""


class UsersOpen(PlainClaim):
    """What stays unknown of participants with one user id."""

    WHEN_INSIDE = "when_they_were_inside"
    STILL_INSIDE = "whether_still_inside_where_left_is_missing"
    ONE_CLIENT = "whether_it_is_one_client"
    """The user id is the same, and at most SDK, browser and system too."""
    NOTICED_LATE = "whether_a_lost_client_was_noticed_late"
    """It can come back before the service knows that it was lost."""


@frozen
class UserIdPartlyRead(Claim):
    """Several participants carry a user id; when all of them were inside is not read."""

    user_id: str
    participants: int
    read: int
    """Of them, those whose events are read."""
    without_joined: int
    """Of those read, those without a JOINED."""


@frozen
class UserIdOpenStays(Claim):
    """Several participants carry a user id; the end of some stays is missing."""

    user_id: str
    participants: int
    without_left: int
    """Stays without LEFT that others came after."""


@frozen
class UserIdAtOnce(Claim):
    """Several participants carry a user id, and some of them were inside at the same time."""

    user_id: str
    participants: int
    at_once: int
    """The most of them that were certainly inside at the same time."""
    longest_seconds: int
    """The longest that two of them were certainly inside together."""
    is_brief: bool
    """Whether that is so short that it can be one client whose loss was noticed late."""


@frozen
class UserIdInTurn(Claim):
    """Several participants carry a user id and were inside one after another."""

    user_id: str
    participants: int


@frozen
class UserIdReturns(Claim):
    """The same, and each soon after the one before."""

    user_id: str
    participants: int
    longest_gap_seconds: int
    is_one_client: bool
    """Whether SDK, browser and system are the same, so that it looks like one client."""


@frozen
class SameUserJoined(Claim):
    """Soon after somebody left, another participant with its user id joined for the first time."""

    user_id: str
    participant_id: str
    """Of the other one."""
    joined: Distance


class _Stay(NamedTuple):
    """One stay of one participant. Times in microseconds since 1970 UTC."""

    begin: int
    joined: int
    """Position of the JOINED."""
    end: int | None
    """Time of the LEFT; None when none is read that belongs to it."""
    is_inside: bool
    """Whether it certainly went on when it was read."""


class _Person(NamedTuple):
    """The stays of one participant."""

    name: str
    stays: list[_Stay]
    certain: list[tuple[int, int]]
    """When it was inside for certain."""


def shared_users(session: SessionContext) -> Iterator[Finding]:
    """Group participants by user id, and see whether they were inside at the same time."""
    by_user: defaultdict[str, list[str]] = defaultdict(list)
    for name, row in session.people.items():
        # The two streams of a redundant ingest are participants with one user id by design.
        if row.user_id and not row.redundant_ingest:
            by_user[row.user_id].append(name)
    many = [(user, names) for user, names in by_user.items() if len(names) > 1]
    if not many:
        return
    moves = session.by_participant(positions_named(session.log, SPAN_NAMES[Family.STAY]))
    for user, names in sorted(many, key=lambda one: -len(one[1]))[:MOST_USERS]:
        read = [name for name in names if session.facts.is_read(name)]
        people = [_person(session, name, moves.get(name, ())) for name in read]
        inside = [one for one in people if one.stays]
        finding = _told(session, user, len(names), len(read), inside)
        # Two are told only where they were surely two: somebody who came twice is usual.
        is_told = isinstance(finding.claim, UserIdAtOnce) and not finding.claim.is_brief
        if len(names) >= MANY or is_told:
            yield finding


def same_user_joined(context: EventContext) -> Iterator[Finding]:
    """At LEFT: who joined right after it with the same user id, as the participants are listed."""
    own = context.facts.summary(context.scope)
    listed = context.facts.participants(context.scope.session)
    time = context.log.time_us(context.position)
    if own is None or not own.user_id or own.redundant_ingest or listed is None or time is None:
        return
    later: dict[int, str] = {}
    for row in listed.rows:
        is_other = row.user_id == own.user_id and row.participant_id != own.participant_id
        if is_other and isinstance(row.first_join_time, datetime):
            joined = to_microseconds(row.first_join_time)
            # A first join has whole seconds, so that it can seem to be before LEFT.
            if -SECOND < joined - time <= REJOIN_SECONDS * SECOND:
                later.setdefault(joined, row.participant_id)
    if not later:
        return
    joined = min(later)
    claim = SameUserJoined(own.user_id, later[joined], distance_between(time, joined))
    here = context.refs(context.position)
    yield Finding(claim, Certainty.SHOWN, here, UsersOpen.ONE_CLIENT)


def _person(session: SessionContext, name: str, moves: Sequence[int]) -> _Person:
    log = session.log
    halves = [Half(log.time_us(at) or 0, "", at, log.name(at) == events.LEFT) for at in moves]
    track: Track = stays_of(halves, (), session.facts.reach(name), Doubts()).track
    stays = [
        _Stay(
            log.time_us(one.start) or 0,
            one.start,
            None if one.stop is None else log.time_us(one.stop),
            one.stop is None and one.why is None,
        )
        for one in track.intervals
        if one.start is not None
    ]
    return _Person(name, stays, list(track.certain))


def _told(
    session: SessionContext, user: str, count: int, read: int, people: Sequence[_Person]
) -> Finding:
    stays = sorted(stay for one in people for stay in one.stays)
    rests = session.refs([stay.joined for stay in stays])

    def found(claim: Claim, certainty: Certainty, unknown: PlainClaim | None = None) -> Finding:
        return Finding(claim, certainty, rests, session.partial or unknown, session.rest)

    if read < count or len(people) < count:
        claim = UserIdPartlyRead(user, count, read, read - len(people))
        return found(claim, Certainty.UNKNOWN, UsersOpen.WHEN_INSIDE)
    longest = _longest_together(people) // SECOND
    if longest > APART_SECONDS:
        is_brief = longest <= NOTICED_SECONDS
        together = UserIdAtOnce(user, count, _at_once(people), longest, is_brief)
        return found(together, Certainty.SHOWN, UsersOpen.NOTICED_LATE if is_brief else None)
    without_left = sum(one.end is None for one in stays[:-1])
    if without_left:
        open_stays = UserIdOpenStays(user, count, without_left)
        return Finding(open_stays, Certainty.UNKNOWN, rests, UsersOpen.STILL_INSIDE, session.rest)
    gaps = [(other.begin - (one.end or 0)) // SECOND for one, other in pairwise(stays)]
    certainty = Certainty.SHOWN if min(gaps) > APART_SECONDS else Certainty.LIKELY
    if max(gaps) > REJOIN_SECONDS or _are_different(session, people):
        unknown = None if certainty is Certainty.SHOWN else Open.WHICH_CAME_FIRST
        return found(UserIdInTurn(user, count), certainty, unknown)
    clients = _clients(session, people)
    is_one = len(clients) == 1 and None not in clients
    # That they were there in turn is in the data; that they are one client can only be likely.
    certainty = Certainty.LIKELY if is_one else certainty
    returns = UserIdReturns(user, count, max(0, *gaps), is_one)
    asks = session.rest
    if any(session.facts.participant(one.name) is None for one in people):
        asks = (*asks, *session.rest_of_clients)
    return Finding(returns, certainty, rests, session.partial or UsersOpen.ONE_CLIENT, asks)


def _clients(session: SessionContext, people: Sequence[_Person]) -> set[tuple[str, ...] | None]:
    """SDK, browser and system of these participants; None for one of whom they are not known."""
    return {_client(session, one.name) for one in people}


def _client(session: SessionContext, name: str) -> tuple[str, ...] | None:
    facts = session.facts.participant(name)
    if facts is None:
        return None
    told = (facts.sdk_version, facts.browser_name, facts.browser_version)
    client = tuple(one or "" for one in (*told, facts.os_name, facts.os_version))
    return client if any(client) else None


def _are_different(session: SessionContext, people: Sequence[_Person]) -> bool:
    """Whether the facts show more than one client."""
    return len(_clients(session, people) - {None}) > 1


def _longest_together(people: Sequence[_Person]) -> int:
    """The longest that two participants were inside at the same time, microseconds."""
    spans = sorted((*span, one.name) for one in people for span in one.certain)
    longest = 0
    latest: dict[str, int] = {}
    """The last end so far of the two participants that end last."""
    for begin, end, name in spans:
        for other, until in latest.items():
            if other != name:
                longest = max(longest, min(end, until) - begin)
        latest[name] = max(end, latest.get(name, end))
        latest = dict(sorted(latest.items(), key=lambda one: -one[1])[:2])
    return longest


def _at_once(people: Sequence[_Person]) -> int:
    """The most participants that were certainly in the session at the same time."""
    room = APART_SECONDS * SECOND
    steps = sorted(
        step
        for one in people
        for begin, end in one.certain
        if end - begin > room
        for step in ((begin, 1), (end - room, -1))
    )
    inside = most = 0
    for _, step in steps:
        inside += step
        most = max(most, inside)
    return most
