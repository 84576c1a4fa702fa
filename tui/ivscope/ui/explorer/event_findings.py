"""EventFindings: the findings about an event, kept until something new is read."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from ivscope.domain.stages import ParticipantScope
from ivscope.findings.finding import EventRef, Finding
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.ui.explorer.events_pane import EventsPane
from ivscope.workspace.event_refs import EventRefs, own_ref
from ivscope.workspace.event_stream import SessionStream
from ivscope.workspace.jobs import Jobs, ThreadJob
from ivscope.workspace.store_context import StoreContext

AT_ONCE = 10_000
"""Up to so many events are looked at on the UI thread, more in a thread of their own."""


class _KeptFindings(NamedTuple):
    ref: EventRef
    changes: int
    findings: tuple[Finding, ...]


class EventFindings(EventRefs):
    """Runs the rules. Called on the UI thread; long work runs in a thread, one at a time."""

    def __init__(
        self, provider: StageDataProvider, store_context: StoreContext, jobs: Jobs
    ) -> None:
        super().__init__(provider, store_context)
        self.on_ready: Callable[[], object] = lambda: None
        """Called when findings that a thread looked for are there."""
        self._last: _KeptFindings | None = None
        self._jobs = jobs
        self._job = ThreadJob[_KeptFindings](jobs, "findings of an event")
        self._ahead = ThreadJob[None](jobs, "errors of everybody")

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
            ahead = self.store_context.find_ahead(ref.scope.session)
            if ahead is not None:
                self._ahead.start(ahead, lambda _: None, self._jobs.crash)
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
