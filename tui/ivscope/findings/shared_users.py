"""User ids of several participants: one client that reconnects, or several with the same id."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ivscope.analysis.intervals import SPAN_NAMES, Family
from ivscope.analysis.pairing import Doubts, Half, stays_of
from ivscope.domain import events
from ivscope.domain.durations import round_duration
from ivscope.findings.event_context import positions_named
from ivscope.findings.finding import Certainty, Finding, Outside, Text
from ivscope.findings.leaving import REJOIN_SECONDS
from ivscope.findings.session_context import MANY, SessionContext

MOST_USERS = 20
"""The most user ids with a finding, those with the most participants first."""


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
    who: Text = (f"{count:,} participants carry the user id ", Outside(user))
    if len(read) < count:
        text = (*who, f"; the events of {len(read):,} of them are read")
        if len(visits) < len(read):
            text = (*text, f", {len(read) - len(visits):,} without JOINED")
        text = (*text, ".")
        return Finding(text, Certainty.UNKNOWN, rests, session.partial, session.rest)
    if len(visits) < count:
        text = (*who, f"; {count - len(visits):,} of them have no JOINED.")
        unknown: Text = ("when they were inside",)
        return Finding(text, Certainty.UNKNOWN, rests, session.partial or unknown, session.rest)
    gaps = [None if one.last is None else other.first - one.last for one, other in pairwise(visits)]
    if any(gap is None or gap < 0 for gap in gaps):
        text = (*who, f", up to {_at_once(visits):,} at the same time: not one after another.")
        if any(visit.last is None and not visit.is_inside for visit in visits[:-1]):
            unknown = ("where LEFT is missing, whether it was still inside",)
            return Finding(text, Certainty.LIKELY, rests, unknown, session.rest)
        return Finding(text, Certainty.SHOWN, rests, session.partial, session.rest)
    longest = max(gap or 0 for gap in gaps)
    if longest > REJOIN_SECONDS:
        text = (*who, ", one after another.")
        return Finding(text, Certainty.SHOWN, rests, session.partial, session.rest)
    text = (
        *who,
        f", one after another, at most {round_duration(longest)} apart: ",
        "it looks like one client that comes back with a new token each time.",
    )
    same: Text = ("whether it is one client: only the user id is the same",)
    looks = session.partial or same
    return Finding(text, Certainty.LIKELY, rests, looks, session.rest)


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
