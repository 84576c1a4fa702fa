"""References to events: the same event in its participant's log and in that of everybody."""

from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.findings.finding import EventRef
from ivscope.ui.explorer.event_findings import EventFindings
from ivscope.ui.explorer.events_pane import EventsPane
from ivscope.workspace.event_stream import SessionStream


def event_ref(
    event_findings: EventFindings, pane: EventsPane, scope: ParticipantScope
) -> EventRef | None:
    """Refer to the event under the cursor by its participant's log; None without an event.

    Args:
        event_findings: Knows the logs.
        pane: Where the cursor is.
        scope: The participant of the event.
    """
    event_list, position = pane.event_list, pane.position
    if event_list is None or position is None:
        return None
    if isinstance(event_list.stream, SessionStream):
        return own_ref(event_findings, EventRef(scope.session, position))
    return EventRef(scope, position)


def own_ref(event_findings: EventFindings, ref: EventRef) -> EventRef | None:
    """Refer to the same event by its participant's log; None when that is not read."""
    session = ref.scope
    if isinstance(session, ParticipantScope):
        return ref
    scan = event_findings.provider.started_scan(session)
    name = None if scan is None else scan.log.log.participant(ref.position)
    if scan is None or name is None:
        return None
    scope = ParticipantScope(session.stage_arn, session.session_id, name)
    known = event_findings.store_context.log(scope)
    if known is None:
        return None
    log, event = known.log, scan.log.event(ref.position)
    before = 0
    for part in scan.log.ranges(name):
        if ref.position in part:
            guess = before + ref.position - part.start
            if guess < len(log) and log[guess] == event:
                return EventRef(scope, guess)
        before += len(part)
    # In a feed that was refreshed the same events can have other positions.
    time_us = scan.log.log.time_us(ref.position)
    same = (at for at in range(len(log)) if log.time_us(at) == time_us and log[at] == event)
    found = next(same, None)
    return None if found is None else EventRef(scope, found)


def session_position(
    event_findings: EventFindings, ref: EventRef, session: SessionScope
) -> int | None:
    """Return the position of an event in the log of everybody; None when it is not there."""
    if ref.scope == session:
        return ref.position
    scope = ref.scope
    scan = event_findings.provider.started_scan(session)
    log = event_findings.log_of(scope)
    if not isinstance(scope, ParticipantScope) or scope.session != session:
        return None
    if scan is None or log is None or ref.position >= len(log):
        return None
    event, time_us = log[ref.position], log.time_us(ref.position)
    scanned = scan.log
    for part in scanned.ranges(scope.participant_id):
        for at in part:
            if scanned.log.time_us(at) == time_us and scanned.event(at) == event:
                return at
    return None
