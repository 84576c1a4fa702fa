"""SessionFindings: what the rules say of a swept session, worked out behind the screen."""

import threading
from collections.abc import Callable
from datetime import tzinfo
from math import inf
from time import monotonic

from ivscope.findings.finding import Ask, EventRef, FactKind, Finding
from ivscope.findings.rules import session_findings
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.sweep import Sweep
from ivscope.render.finding_lines import Cited, EvidenceKeys, finding_lines
from ivscope.render.lines import Role, Span
from ivscope.ui.summary.lines import SummaryLine
from ivscope.workspace.names import Names
from ivscope.workspace.session_context import StoredSession

_REST = 10
"""So many times as long as it took, nothing is worked out anew while the sweep runs."""


def is_about_facts(ask: Ask) -> bool:
    """Whether what would tell is GetParticipant of many."""
    return ask.fact.kind is FactKind.SESSION_FACTS


class SessionFindings:
    """The rules look at every event, which takes two seconds for a million: a thread does it."""

    def __init__(self, provider: StageDataProvider, sweep: Sweep, done: Callable[[], None]) -> None:
        """Findings of a session.

        Args:
            provider: What is held of it.
            sweep: Everybody's events.
            done: Called in the working thread when there is something new to draw.
        """
        self._provider = provider
        self._known = StoredSession(provider, sweep.session)
        self._sweep = sweep
        self._names = Names(sweep)
        self._done = done
        self._is_working = False
        self._looked_at = (-1, -1)
        self._rests_until = -inf
        self._findings: tuple[Finding, ...] = ()

    def look(self) -> None:
        """Work them out anew if participants or facts were read since, and nobody is at it.

        While the sweep runs it is done now and then only: calls and keys need the processor too.
        """
        if self._sweep.is_running and monotonic() < self._rests_until:
            return
        facts = self._provider.store.facts(self._sweep.session)
        read = (self._sweep.log.participants_read, len(facts))
        if self._is_working or read == self._looked_at:
            return
        self._is_working, self._looked_at = True, read
        threading.Thread(target=self._work, name="findings", daemon=True).start()

    def _work(self) -> None:
        began = monotonic()
        self._findings = session_findings(self._known)
        self._rests_until = monotonic() + _REST * (monotonic() - began)
        self._is_working = False
        self._done()

    def lines(self, width: int, zone: tzinfo) -> list[SummaryLine]:
        """A heading and the findings; each leads to the first event that it rests on."""
        if not self._findings:
            return []
        lines = [SummaryLine(()), SummaryLine((Span("Findings", Role.STRONG),))]
        for number, finding in enumerate(self._findings, 1):
            position = finding.rests_on[0].position if finding.rests_on else None
            told = finding_lines(
                (finding,),
                width,
                zone,
                around=None,
                cite=self._cite,
                fetched=next((ask for ask in finding.would_tell if is_about_facts(ask)), None),
                keys=EvidenceKeys("Enter", "Z", ""),
                first=number,
            )
            lines += [SummaryLine(line, position=position) for line in told]
        return lines

    def _cite(self, ref: EventRef) -> Cited | None:
        log = self._sweep.log.log
        if ref.position >= len(log):
            return None
        event = self._sweep.log.event(ref.position)
        who = log.participant(ref.position)
        return Cited(event.name, event.time, self._names.name(who) if who else None)
