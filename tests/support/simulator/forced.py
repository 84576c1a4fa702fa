"""Which cause of an error the data forces, from what was read alone.

It takes for certain what documents say (12 slots, one use of a stream key, a token allows what it
lists) and that no event is lost that somebody reports. It leaves room for everything else: an end
that nobody told, clocks that are apart, an event that comes late.
"""

from datetime import datetime

from ivscope.domain import events as names
from ivscope.domain.times import to_microseconds
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE, ParticipantToken
from support.simulator.causes import Cause
from support.simulator.laws import DOCUMENTED_LIMIT, FARTHEST, LATEST
from support.simulator.stage import SECOND
from support.simulator.view import Extent, Row, View

ROOM = FARTHEST + SECOND
"""Microseconds: two events of different participants so near can have been in either order."""

Told = list[tuple[int, str]]
"""Shown times, microseconds, and names of the events of one participant, oldest first."""

MARKS = frozenset({names.JOINED, names.LEFT, names.PUBLISH_STARTED, names.PUBLISH_STOPPED})


def forced_cause(view: View, participant_id: str, row: Row) -> Cause | None:
    """The cause of an error; None when what was read leaves more than one."""
    event = row.event
    if not isinstance(event.time, datetime) or not _is_settled(view, participant_id, event.time):
        return None
    time = to_microseconds(event.time)
    match event.error_code:
        case "INSUFFICIENT_CAPABILITIES":
            needed = PUBLISH if event.name == names.PUBLISH_ERROR else SUBSCRIBE
            return Cause.TOKEN if _lacks(view, participant_id, time, needed) else None
        case "PUBLISHER_NOT_FOUND":
            remote = event.remote_participant_id or ""
            if remote in view.served and _is_settled(view, remote, event.time):
                is_away = _publishing(view, remote, time) is False
                return Cause.PUBLISHER_NOT_THERE if is_away else None
        case "QUOTA_EXCEEDED":
            is_full = event.name == names.PUBLISH_ERROR and _is_full(view, participant_id, time)
            return Cause.STAGE_FULL if is_full else None
        case "REUSE_OF_STREAM_KEY":
            is_used = _is_key_used(view, participant_id, time)
            return Cause.KEY_IN_USE_HERE if is_used else None
    return None


def _is_settled(view: View, participant_id: str, time: datetime) -> bool:
    """Whether everything around a moment is read of somebody, also what comes late."""
    served = view.served[participant_id]
    if served.extent is not Extent.WHOLE or participant_id not in view.of_extent(Extent.WHOLE):
        return False
    read_at = view.read_at if served.as_of is None else served.as_of
    return read_at is None or read_at > to_microseconds(time) + LATEST + ROOM


def _told(view: View, participant_id: str, wanted: frozenset[str]) -> Told | None:
    """Marks with their times; None when one has no time."""
    found = []
    for event in view.events(participant_id):
        if event.name is not None and event.name in wanted:
            if not isinstance(event.time, datetime):
                return None
            found.append((to_microseconds(event.time), event.name))
    return sorted(set(found))


def _publishing(view: View, participant_id: str, time: int) -> bool | None:
    """Whether somebody was publishing around a moment; None when that is open."""
    marks = _told(view, participant_id, MARKS)
    if marks is None or any(abs(at - time) <= ROOM for at, _ in marks):
        return None
    before = [(at, name) for at, name in marks if at < time]
    after = [(at, name) for at, name in marks if at > time]
    if not before:
        return False if not after or after[0][1] == names.JOINED else None
    last = max(at for at, _ in before) // SECOND
    together = {name for at, name in before if at // SECOND == last}
    if together == {names.PUBLISH_STARTED} or _joined_and_started(before, last):
        # A crash leaves no stop, and neither does a lost capability.
        if not after:
            return True if _goes_on(view, participant_id, before[-1][0]) else None
        return True if _stops(after) else None
    return None if names.PUBLISH_STARTED in together or _starts_untold(before) else False


def _joined_and_started(before: Told, second: int) -> bool:
    """Whether joining and then starting is all that a second can be, as nothing was open."""
    now = [name for at, name in before if at // SECOND == second]
    former = [name for at, name in before if at // SECOND < second]
    is_new = not former or former[-1] == names.LEFT
    return sorted(now) == [names.JOINED, names.PUBLISH_STARTED] and is_new


def _goes_on(view: View, participant_id: str, start: int) -> bool:
    """Whether a start that nothing ends goes on: still connected, and no token without PUBLISH."""
    row = next(row for row in view.participants if row.participant_id == participant_id)
    as_of = view.served[participant_id].as_of
    if as_of is None or view.listed_at is None or row.state != "CONNECTED":
        return False
    lost = (
        event
        for event in view.events(participant_id)
        if event.name == names.TOKEN_EXCHANGED
        and isinstance(event.time, datetime)
        and to_microseconds(event.time) >= start - SECOND
    )
    return view.listed_at >= as_of and not any(lost)


def _stops(after: Told) -> bool:
    """Whether the second of the first mark has a stop, and no start that could be its own."""
    first = after[0][0] // SECOND
    told = {name for at, name in after if at // SECOND == first}
    return names.PUBLISH_STOPPED in told and names.PUBLISH_STARTED not in told


def _starts_untold(before: Told) -> bool:
    """Whether the last start is still open: nothing that ends it comes after it."""
    starts = [at for at, name in before if name == names.PUBLISH_STARTED]
    return bool(starts) and all(
        at // SECOND <= starts[-1] // SECOND for at, name in before if name != names.PUBLISH_STARTED
    )


def _lacks(view: View, participant_id: str, time: int, needed: str) -> bool:
    """Whether the token in force surely lacks a capability."""
    second = time // SECOND
    found: list[tuple[int, str, ParticipantToken | None, ParticipantToken | None]] = []
    for event in view.events(participant_id):
        if event.name in {names.TOKEN_EXCHANGED, names.JOINED}:
            if not isinstance(event.time, datetime):
                return False
            at = to_microseconds(event.time) // SECOND
            one = (at, event.name, event.previous_token, event.new_token)
            if one not in found:
                found.append(one)
    if any(at == second for at, *_ in found):
        return False
    before = [one for one in found if one[0] < second]
    last = max((at for at, *_ in before), default=None)
    newest = [one for one in before if one[0] == last]
    if len(newest) == 1 and newest[0][1] == names.TOKEN_EXCHANGED:
        return _is_without(newest[0][3], needed)
    after = [one for one in found if one[0] > second]
    first = min((at for at, *_ in after), default=None)
    oldest = [one for one in after if one[0] == first]
    if len(oldest) == 1 and oldest[0][1] == names.TOKEN_EXCHANGED:
        return _is_without(oldest[0][2], needed)
    return False


def _is_without(token: ParticipantToken | None, needed: str) -> bool:
    return token is not None and token.capabilities is not None and needed not in token.capabilities


def _is_full(view: View, participant_id: str, time: int) -> bool:
    """Whether 12 people who are no replicas were publishing, and nobody else can have been."""
    moment = datetime.fromtimestamp(time / SECOND).astimezone()
    others = {row.participant_id: row for row in view.participants}
    others.pop(participant_id, None)
    if not view.all_listed or not all(_is_settled(view, name, moment) for name in others):
        return False
    states = {name: _publishing(view, name, time) for name in others}
    is_copy = any(
        others[name].replication_type == "REPLICA" for name, state in states.items() if state
    )
    are_clear = None not in states.values()
    return are_clear and not is_copy and sum(map(bool, states.values())) == DOCUMENTED_LIMIT


def _is_key_used(view: View, participant_id: str, time: int) -> bool:
    """Whether a sibling with the same single key was publishing."""
    rows = {row.participant_id: row for row in view.participants}
    own = rows.get(participant_id)
    if own is None or not own.ingest_configuration_arn or own.redundant_ingest:
        return False
    moment = datetime.fromtimestamp(time / SECOND).astimezone()
    return any(
        _is_settled(view, name, moment) and _publishing(view, name, time) is True
        for name, row in rows.items()
        if name != participant_id
        and row.ingest_configuration_arn == own.ingest_configuration_arn
        and not row.redundant_ingest
    )
