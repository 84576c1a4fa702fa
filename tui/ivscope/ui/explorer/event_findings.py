"""EventFindings: the findings about an event, kept until something new is read; how to name it."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from ivscope.domain import calls
from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.findings.finding import Ask, EventRef, FactKind, Finding
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.store.event_log import EventLog
from ivscope.render.finding_lines import Cited
from ivscope.ui.explorer.events_pane import EventsPane
from ivscope.workspace.event_stream import SessionStream
from ivscope.workspace.jobs import Jobs, ThreadJob
from ivscope.workspace.store_context import StoreContext

AT_ONCE = 10_000
"""Up to so many events are looked at on the UI thread, more in a thread of their own."""

_LISTS = frozenset({FactKind.PARTICIPANTS, FactKind.INGEST_CONFIGURATIONS})
"""Kinds of facts that are lists of a whole session or stage."""


class _KeptFindings(NamedTuple):
    ref: EventRef
    changes: int
    findings: tuple[Finding, ...]


class EventFindings:
    """Runs the rules. Called on the UI thread; long work runs in a thread, one at a time."""

    def __init__(
        self, provider: StageDataProvider, store_context: StoreContext, jobs: Jobs
    ) -> None:
        self.provider = provider
        self.store_context = store_context
        """What the rules may look at."""
        self.on_ready: Callable[[], object] = lambda: None
        """Called when findings that a thread looked for are there."""
        self._last: _KeptFindings | None = None
        self._jobs = jobs
        self._job = ThreadJob[_KeptFindings](jobs, "findings of an event")

    def of(self, ref: EventRef) -> tuple[Finding, ...] | None:
        """Return the findings about an event; None while a thread looks for them."""
        if not isinstance(ref.scope, ParticipantScope):
            return ()
        changes, last = self.provider.changes, self._last
        if last is not None and last.ref == ref:
            rests = self._job.rests and self._grows(ref.scope)
            if last.changes == changes or rests:
                return last.findings
        if self.store_context.work(ref.scope, ref.position) <= AT_ONCE:
            self._last = self._find(ref, ref.scope, changes)
            return self._last.findings
        find = partial(self._find, ref, ref.scope, changes)
        self._job.start(find, self._found, self._jobs.crash)
        return last.findings if last is not None and last.ref == ref else None

    def _find(self, ref: EventRef, scope: ParticipantScope, changes: int) -> _KeptFindings:
        from ivscope.findings.rules import findings_for  # noqa: PLC0415 - after the first rows

        findings = findings_for(
            scope, ref.position, self.store_context.facts, self._jobs.rule_failed
        )
        return _KeptFindings(ref, changes, findings)

    def _found(self, found: _KeptFindings) -> None:
        self._last = found
        self.on_ready()

    def _grows(self, scope: ParticipantScope) -> bool:
        scan = self.provider.started_scan(scope.session)
        return scan is not None and scan.is_running

    def fetchable(self, findings: tuple[Finding, ...]) -> Ask | None:
        """Return the first fact that would help and can be read; else the scan, if it would."""
        asks = [ask for finding in findings for ask in finding.would_tell if self._is_open(ask)]
        fetched = [ask for ask in asks if isinstance(ask.fact.scope, ParticipantScope)]
        listed = [ask for ask in asks if ask.fact.kind in _LISTS]
        return next(iter([*fetched, *listed, *asks]), None)

    def _is_open(self, ask: Ask) -> bool:
        """Whether a call would tell more. Rules do not know replicas, so these are looked up."""
        scope = ask.fact.scope
        if ask.fact.kind is not FactKind.REPLICAS or not isinstance(scope, ParticipantScope):
            return True
        replicas = self.provider.store.listed(calls.replicas(scope.stage_arn, scope.participant_id))
        return replicas is None or replicas.has_more

    def cite(self, ref: EventRef, own: EventRef) -> Cited | None:
        """Describe an event that findings rest on; None for the event that they are about."""
        log = self.log_of(ref.scope)
        if ref == own or log is None or ref.position >= len(log):
            return None
        who = log.participant(ref.position)
        scope = ref.scope
        if isinstance(scope, ParticipantScope):
            who = None if scope == own.scope else scope.participant_id
        elif isinstance(own.scope, ParticipantScope) and who == own.scope.participant_id:
            # The log of the session has its own events too, and this one.
            if log[ref.position] == self.event_at(own):
                return None
            who = None
        if who is not None:
            who = self.user_id(scope, who) or who
        return Cited(log.name(ref.position), log[ref.position].time, who)

    def user_id(self, scope: ParticipantScope | SessionScope, participant_id: str) -> str | None:
        """Return the user id of a participant of a session; None when none is known."""
        whose = ParticipantScope(scope.stage_arn, scope.session_id, participant_id)
        summary = self.store_context.summary(whose)
        return None if summary is None else summary.user_id or None

    def event_at(self, ref: EventRef) -> Event | None:
        """Return an event that findings name; None when it is not read any more."""
        log = self.log_of(ref.scope)
        return log[ref.position] if log is not None and ref.position < len(log) else None

    def log_of(self, scope: ParticipantScope | SessionScope) -> EventLog | None:
        """Return the log that the positions of a scope are in; None when nothing is read."""
        if isinstance(scope, SessionScope):
            scan = self.provider.started_scan(scope)
            return None if scan is None else scan.log.log
        known = self.store_context.log(scope)
        return None if known is None else known.log


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
