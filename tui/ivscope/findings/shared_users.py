"""User ids that many participants carry: one client that reconnects, or many that share an id."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ivscope.domain import events
from ivscope.domain.durations import round_duration
from ivscope.findings.event_context import positions_named
from ivscope.findings.finding import Certainty, Finding, Outside, Text
from ivscope.findings.leaving import REJOIN_SECONDS
from ivscope.findings.session_context import MANY, SessionContext

MOST_USERS = 20
"""So many are told, those with the most participants first."""

_Visit = tuple[int, int | None, int]
"""First second inside, last one (None: no LEFT after the last JOINED), position of JOINED."""


def shared_users(swept: SessionContext) -> Iterator[Finding]:
    """Group participants by user id, and see whether they were inside at the same time."""
    by_user: defaultdict[str, list[str]] = defaultdict(list)
    for name, row in swept.people.items():
        # Both streams of a redundant ingest are participants with one user id by design.
        if row.user_id and not row.redundant_ingest:
            by_user[row.user_id].append(name)
    many = [(user, names) for user, names in by_user.items() if len(names) >= MANY]
    if not many:
        return
    ends = swept.by_participant(positions_named(swept.log, (events.JOINED, events.LEFT)))
    for user, names in sorted(many, key=lambda one: -len(one[1]))[:MOST_USERS]:
        visits = sorted(
            visit
            for name in names
            if swept.known.is_read(name) and (visit := _visit(swept, ends.get(name, [])))
        )
        yield _told(swept, user, len(names), visits)


def _visit(swept: SessionContext, positions: Sequence[int]) -> _Visit | None:
    joins = [at for at in positions if swept.log.name(at) == events.JOINED]
    if not joins:
        return None
    leaves = [swept.second(at) for at in positions if swept.log.name(at) == events.LEFT]
    last = max(leaves, default=None)
    is_inside = last is None or last < swept.second(joins[-1])
    return swept.second(joins[0]), None if is_inside else last, joins[0]


def _told(swept: SessionContext, user: str, count: int, visits: Sequence[_Visit]) -> Finding:
    rests = swept.refs([visit[2] for visit in visits])
    who: Text = (f"{count:,} participants carry the user id ", Outside(user))
    if len(visits) < count:
        text = (*who, f"; when they were inside is read of {len(visits):,} only.")
        return Finding(text, Certainty.UNKNOWN, rests, swept.partial, swept.rest)
    gaps = [None if one[1] is None else other[0] - one[1] for one, other in pairwise(visits)]
    if any(gap is None or gap < 0 for gap in gaps):
        text = (*who, f", up to {_at_once(visits):,} at the same time: not one after another.")
        if None in gaps:
            missing: Text = ("where LEFT is missing, whether it was still inside",)
            return Finding(text, Certainty.LIKELY, rests, missing, swept.rest)
        return Finding(text, Certainty.SHOWN, rests, swept.partial, swept.rest)
    longest = max(gap or 0 for gap in gaps)
    if longest > REJOIN_SECONDS:
        text = (*who, ", one after another.")
        return Finding(text, Certainty.SHOWN, rests, swept.partial, swept.rest)
    text = (
        *who,
        f", one after another, at most {round_duration(longest)} apart: ",
        "it looks like one client that comes back with a new token each time.",
    )
    unknown = swept.partial or ("whether it is one client: only the user id is the same",)
    return Finding(text, Certainty.LIKELY, rests, unknown, swept.rest)


def _at_once(visits: Sequence[_Visit]) -> int:
    """The most that were inside at the same time."""
    steps = sorted(
        step
        for first, last, _ in visits
        for step in ((first, 1), *(() if last is None else ((last, -1),)))
    )
    inside = most = 0
    for _, step in steps:
        inside += step
        most = max(most, inside)
    return most
