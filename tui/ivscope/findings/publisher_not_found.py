"""PUBLISHER_NOT_FOUND: what the publisher was doing in that second."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from ivscope.domain import events
from ivscope.domain.stages import ParticipantScope
from ivscope.findings.event_context import (
    PAGES_OPEN,
    EventContext,
    ask_events,
    ask_participant,
    distance,
    positions_within,
    second_of,
)
from ivscope.findings.finding import Certainty, EventRef, Finding, Outside, Text
from ivscope.findings.known_facts import KnownLog
from ivscope.findings.publishing import Publishing, State, publishing_in
from ivscope.findings.session_context import MANY, SessionContext

NEAR_SECONDS = 2
"""So near a stop can be the reason although its time is later: nobody documents how exact event
times are."""


def publisher_state(here: EventContext) -> Iterator[Finding]:
    """Say whether the remote participant was publishing."""
    remote = here.event.remote_participant_id
    if not remote or here.second is None:
        lacking = "the publisher" if not remote else "a readable time"
        yield Finding(
            (f"The event does not give {lacking}, so nothing can be compared.",),
            Certainty.UNKNOWN,
            here.refs(here.position),
        )
        return
    scope = ParticipantScope(here.scope.stage_arn, here.scope.session_id, remote)
    held = here.known.log(scope)
    if held is None:
        yield Finding(
            ("Whether the publisher was publishing is not known: its events are not read.",),
            Certainty.UNKNOWN,
            here.refs(here.position),
            None,
            (ask_events(scope, "events of the publisher"),),
        )
    else:
        yield _compare(here, scope, held, here.second)
    if here.event.replica:
        yield from _replication(here, scope, here.second)


def _compare(here: EventContext, scope: ParticipantScope, held: KnownLog, second: int) -> Finding:
    found = publishing_in(held, here.log.time_us(here.position) or 0)
    text, certainty, positions = _sentence(here, held, found, second)
    unknown: Text | None = None
    covers = held.covers(second + NEAR_SECONDS)
    if not held.complete:
        unknown = PAGES_OPEN
    elif not covers:
        unknown = ("what came since its events were read",)
    elif found.why is not None and found.state is not State.TIE:
        unknown = (found.why,)
    elif found.state is State.ON:
        unknown = ("why it was not found: what app and network did is not in the events",)
    elif found.state is State.NEVER:
        unknown = ("whether events are lost: how long they are kept is not documented",)
    asks = () if covers else (ask_events(scope, "the rest of the publisher's events"),)
    if certainty is Certainty.SHOWN and not covers:
        certainty = Certainty.LIKELY
    rests = (*(EventRef(scope, at) for at in positions), EventRef(here.scope, here.position))
    return Finding(text, certainty, rests, unknown, asks)


def _sentence(
    here: EventContext, held: KnownLog, found: Publishing, second: int
) -> tuple[Text, Certainty, list[int]]:
    log, start, end = held.log, found.start, found.end
    if found.state is State.NEVER:
        return _never(here, held)
    if found.state is State.ON and start is not None:
        if end is not None and (second_of(log, end) or 0) - second <= NEAR_SECONDS:
            words = f"The publisher stopped publishing {_away(held, second, end)}"
            words += ": so near that it can be a race."
            return (words,), Certainty.LIKELY, [start, end]
        words = f"The publisher was publishing all along: it started {_away(held, second, start)}"
        words += "." if end is None else f" and stopped {_away(held, second, end)}."
        words += " Its end does not explain the error."
        certainty = Certainty.SHOWN if found.why is None else Certainty.LIKELY
        return (words,), certainty, [*found.positions]
    if found.state is State.OFF:
        return _stopped(held, second, start, end)
    if found.state is State.NOT_YET and start is not None:
        words = f"The publisher first started {_away(held, second, start)}: it was not there yet."
        error = next(_back_from(held, second, events.PUBLISH_ERROR), None)
        if error is None:
            return (words,), Certainty.SHOWN, [start]
        code = log.error_code(error) or "no code"
        text = (f"{words} Its attempt {_away(held, second, error)} failed: ", Outside(code))
        return text, Certainty.SHOWN, [error, start]
    if found.state is State.TIE:
        positions = [at for at in (start, end) if at is not None and second_of(log, at) == second]
        verb = "started"
        if end is not None and positions[-1:] == [end]:
            verb = "left" if log.name(end) == events.LEFT else "stopped publishing"
        words = f"The publisher {verb} in the same second; which came first is not known."
        return (words,), Certainty.LIKELY, positions
    words = "Whether the publisher was publishing is not known: a start or a stop has no time or "
    return (f"{words}is missing in its events.",), Certainty.UNKNOWN, [*found.positions]


def _stopped(
    held: KnownLog, second: int, start: int | None, end: int | None
) -> tuple[Text, Certainty, list[int]]:
    if end is None:
        words = "The publisher was not publishing, but when it stopped is missing in its events."
        return (words,), Certainty.UNKNOWN, [] if start is None else [start]
    if held.log.name(end) == events.LEFT:
        words = f"The publisher left {_away(held, second, end)}; no PUBLISH_STOPPED is read."
        return (words,), Certainty.SHOWN, [end]
    since = second_of(held.log, end) or 0
    left = [*islice(positions_within(held.log, (events.LEFT,), since=since, until=second), 1)]
    words = f"The publisher stopped publishing {_away(held, second, end)}"
    if left:
        words += f" and left {_away(held, second, left[0])}"
    return (f"{words}.",), Certainty.SHOWN, [end, *left]


def _never(here: EventContext, held: KnownLog) -> tuple[Text, Certainty, list[int]]:
    scope = here.scope
    remote = ParticipantScope(
        scope.stage_arn, scope.session_id, here.event.remote_participant_id or ""
    )
    summary = here.known.summary(remote)
    if summary is not None and summary.published:
        words = "No PUBLISH_STARTED of the publisher is read, yet the list of participants says "
        return (f"{words}that it has published.",), Certainty.UNKNOWN, []
    if not len(held.log):
        words = "The publisher has no events: that does not show that it never published."
        return (words,), Certainty.UNKNOWN, []
    if held.complete:
        return ("The publisher never published: its events have no start.",), Certainty.SHOWN, []
    return ("No PUBLISH_STARTED of the publisher is read so far.",), Certainty.UNKNOWN, []


def _back_from(held: KnownLog, second: int, *names: str) -> Iterator[int]:
    return positions_within(held.log, names, until=second, newest_first=True)


def _away(held: KnownLog, second: int, position: int) -> str:
    return distance(second, second_of(held.log, position))


def _replication(here: EventContext, remote: ParticipantScope, second: int) -> Iterator[Finding]:
    """A replica exists while its source is replicated to this session."""
    summary = here.known.summary(remote)
    if summary is None or not summary.source_stage_arn or not summary.source_session_id:
        yield Finding(
            ("The publisher is a replica; where it comes from is not read.",),
            Certainty.UNKNOWN,
            here.refs(here.position),
            None,
            () if summary else (ask_participant(remote, "facts of the publisher"),),
        )
        return
    source = ParticipantScope(
        summary.source_stage_arn, summary.source_session_id, remote.participant_id
    )
    held = here.known.log(source)
    if held is None:
        yield Finding(
            ("The publisher is a replica; whether its replication had ended is not read.",),
            Certainty.UNKNOWN,
            here.refs(here.position),
            None,
            (ask_events(source, "events of the replica's source"),),
        )
        return
    before = (
        at
        for at in _back_from(held, second, events.REPLICATION_STARTED, events.REPLICATION_STOPPED)
        if _leads_here(here, held, at)
    )
    last = next(before, None)
    if last is None or held.log.name(last) != events.REPLICATION_STOPPED:
        return
    away = _away(held, second, last)
    one_before = next(before, last)
    is_tied = one_before != last and second_of(held.log, one_before) == second_of(held.log, last)
    firm = held.complete and away != distance(second, second) and not is_tied
    yield Finding(
        (f"The publisher is a replica, and its replication to this session ended {away}.",),
        Certainty.SHOWN if firm else Certainty.LIKELY,
        (EventRef(source, last), EventRef(here.scope, here.position)),
        None if held.complete else PAGES_OPEN,
        () if held.complete else (ask_events(source, "the rest of the source's events"),),
    )


def _leads_here(here: EventContext, held: KnownLog, position: int) -> bool:
    event = held.log[position]
    destination = (event.destination_stage_arn, event.destination_session_id)
    return destination == (here.scope.stage_arn, here.scope.session_id)


MOST_PUBLISHERS = 20
"""So many are told, those with the most participants first."""


def unreachable_publishers(swept: SessionContext) -> Iterator[Finding]:
    """Group SUBSCRIBE_ERROR by publisher."""
    by_remote: defaultdict[str, list[int]] = defaultdict(list)
    for at in swept.errors:
        remote = swept.log.remote(at)
        if remote and swept.log.name(at) == events.SUBSCRIBE_ERROR:
            by_remote[remote].append(at)
    found = []
    for remote, positions in by_remote.items():
        whose = swept.whose(positions)
        if swept.persons(whose) >= MANY:
            found.append((len(whose), remote, positions))
    for count, remote, positions in sorted(found, key=lambda one: -one[0])[:MOST_PUBLISHERS]:
        text: Text = (
            f"{count:,} participants failed to subscribe to ",
            Outside(remote),
            *swept.from_to(positions),
            ".",
        )
        unknown = swept.partial or ("whether the publisher or the subscribers are the reason",)
        yield Finding(text, Certainty.SHOWN, swept.refs(positions), unknown, swept.rest)
