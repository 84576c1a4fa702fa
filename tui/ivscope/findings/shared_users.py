"""User ids of several participants: one client that reconnects, or several with the same id."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from ivscope.analysis.intervals import SPAN_NAMES, Family
from ivscope.analysis.pairing import Doubts, Half, stays_of
from ivscope.domain import events
from ivscope.findings.event_context import positions_named
from ivscope.findings.finding import Certainty, Claim, Finding, PlainClaim
from ivscope.findings.leaving import REJOIN_SECONDS
from ivscope.findings.session_context import MANY, SessionContext

MOST_USERS = 20
"""The most user ids with a finding, those with the most participants first."""


class UsersOpen(PlainClaim):
    """What stays unknown of participants with one user id."""

    WHEN_INSIDE = "when_they_were_inside"
    STILL_INSIDE = "whether_still_inside_where_left_is_missing"
    ONE_CLIENT = "whether_it_is_one_client"
    """Only the user id is the same."""


@dataclass(frozen=True, slots=True)
class UserIdPartlyRead(Claim):
    """Several participants carry a user id; when all of them were inside is not read."""

    user_id: str
    participants: int
    read: int
    """Of them, those whose events are read."""
    without_joined: int
    """Of those read, those without a JOINED."""


@dataclass(frozen=True, slots=True)
class UserIdAtOnce(Claim):
    """Several participants carry a user id, and some of them were inside at the same time."""

    user_id: str
    participants: int
    at_once: int
    """The most of them that were inside at the same time."""


@dataclass(frozen=True, slots=True)
class UserIdInTurn(Claim):
    """Several participants carry a user id and were inside one after another."""

    user_id: str
    participants: int


@dataclass(frozen=True, slots=True)
class UserIdReturns(Claim):
    """The same, and so soon after each other that it looks like one client."""

    user_id: str
    participants: int
    longest_gap_seconds: int


class _Visit(NamedTuple):
    """One participant from its first JOINED to its last LEFT. Seconds since 1970 UTC."""

    first: int
    joined: int
    """Position of the first JOINED."""
    last: int | None
    """Second of the last LEFT; None when no LEFT after the last JOINED is read."""
    is_inside: bool
    """Whether it was certainly still in the session when it was read."""


def shared_users(session: SessionContext) -> Iterator[Finding]:
    """Group participants by user id, and see whether they were inside at the same time."""
    by_user: defaultdict[str, list[str]] = defaultdict(list)
    for name, row in session.people.items():
        # The two streams of a redundant ingest are participants with one user id by design.
        if row.user_id and not row.redundant_ingest:
            by_user[row.user_id].append(name)
    many = [(user, names) for user, names in by_user.items() if len(names) >= MANY]
    if not many:
        return
    moves = session.by_participant(positions_named(session.log, SPAN_NAMES[Family.STAY]))
    for user, names in sorted(many, key=lambda one: -len(one[1]))[:MOST_USERS]:
        read = [name for name in names if session.facts.is_read(name)]
        visits = sorted(
            visit for name in read if (visit := _visit(session, name, moves.get(name, ())))
        )
        yield _told(session, user, names, read, visits)


def _visit(session: SessionContext, name: str, moves: Sequence[int]) -> _Visit | None:
    log = session.log
    halves = [Half(log.time_us(at) or 0, "", at, log.name(at) == events.LEFT) for at in moves]
    stays = stays_of(halves, (), session.facts.reach(name), Doubts()).track.intervals
    joined = [stay for stay in stays if stay.start is not None]
    if not joined:
        return None
    last, first = stays[-1], joined[0]
    left = None if last.stop is None else session.second(last.stop)
    start = first.start or 0
    return _Visit(session.second(start), start, left, last.stop is None and last.why is None)


def _told(
    session: SessionContext,
    user: str,
    names: Sequence[str],
    read: Sequence[str],
    visits: Sequence[_Visit],
) -> Finding:
    rests = session.refs([visit.joined for visit in visits])
    count = len(names)

    def found(claim: Claim, certainty: Certainty, unknown: UsersOpen | None = None) -> Finding:
        return Finding(claim, certainty, rests, session.partial or unknown, session.rest)

    if len(read) < count or len(visits) < count:
        claim = UserIdPartlyRead(user, count, len(read), len(read) - len(visits))
        return found(claim, Certainty.UNKNOWN, UsersOpen.WHEN_INSIDE)
    gaps = [None if one.last is None else other.first - one.last for one, other in pairwise(visits)]
    if any(gap is None or gap < 0 for gap in gaps):
        at_once = UserIdAtOnce(user, count, _at_once(visits))
        if any(visit.last is None and not visit.is_inside for visit in visits[:-1]):
            unsure, open_ = Certainty.LIKELY, UsersOpen.STILL_INSIDE
            return Finding(at_once, unsure, rests, open_, session.rest)
        return found(at_once, Certainty.SHOWN)
    longest = max(gap or 0 for gap in gaps)
    if longest > REJOIN_SECONDS:
        return found(UserIdInTurn(user, count), Certainty.SHOWN)
    return found(UserIdReturns(user, count, longest), Certainty.LIKELY, UsersOpen.ONE_CLIENT)


def _at_once(visits: Sequence[_Visit]) -> int:
    """The most participants that were in the session at the same time."""
    steps = sorted(
        step
        for visit in visits
        for step in ((visit.first, 1), *(() if visit.last is None else ((visit.last, -1),)))
    )
    inside = most = 0
    for _, step in steps:
        inside += step
        most = max(most, inside)
    return most
