"""SessionFindings: what the rules say of a swept session, worked out behind the screen."""

from collections.abc import Callable
from datetime import tzinfo
from typing import NamedTuple

from ivscope.findings.finding import Ask, EventRef, FactKind, Finding
from ivscope.findings.rules import session_findings
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.scan import Scan
from ivscope.render.finding_lines import Cited, EvidenceKeys, finding_lines
from ivscope.render.lines import Role, Span
from ivscope.ui.summary.lines import SummaryLine
from ivscope.workspace.jobs import Jobs, ThreadJob
from ivscope.workspace.names import Names
from ivscope.workspace.session_context import StoredSession


def is_about_facts(ask: Ask) -> bool:
    """Whether what would tell is GetParticipant of many."""
    return ask.fact.kind is FactKind.SESSION_FACTS


class _Found(NamedTuple):
    findings: tuple[Finding, ...]
    failed_rules: tuple[str, ...]


class SessionFindings:
    """The rules look at every event, which takes two seconds for a million: a thread does it."""

    def __init__(
        self, provider: StageDataProvider, sweep: Scan, jobs: Jobs, done: Callable[[], object]
    ) -> None:
        """Findings of a session.

        Args:
            provider: What is held of it.
            sweep: Everybody's events.
            jobs: The owner of the thread.
            done: Called when there is something new to draw.
        """
        self._provider = provider
        self._sweep = sweep
        self._names = Names(sweep)
        self._done = done
        self._jobs = jobs
        self._job = ThreadJob[_Found](jobs, "findings of a session")
        self._looked_at = (-1, -1)
        self._found = _Found((), ())

    @property
    def failed_rules(self) -> tuple[str, ...]:
        """Names of rules that raised, so that what they would have found is missing."""
        return self._found.failed_rules

    def look(self) -> None:
        """Work them out anew if participants or facts were read since, and nobody is at it.

        While the sweep runs it is done now and then only: calls and keys need the processor too.
        """
        if self._sweep.is_running and self._job.rests:
            return
        facts = self._provider.store.facts(self._sweep.session)
        read = (self._sweep.log.participants_read, len(facts))
        if read != self._looked_at and self._job.start(self._work, self._take, self._jobs.crash):
            self._looked_at = read

    def _work(self) -> _Found:
        known = StoredSession(self._provider, self._sweep.session)
        failed: list[str] = []

        def rule_failed(rule: str, error: Exception) -> None:
            failed.append(rule)
            self._jobs.rule_failed(rule, error)

        return _Found(session_findings(known, rule_failed), tuple(failed))

    def _take(self, found: _Found) -> None:
        self._found = found
        self._done()

    def lines(self, width: int, zone: tzinfo, keys: EvidenceKeys) -> list[SummaryLine]:
        """A heading and the findings; each leads to the first event that it rests on."""
        if not self._found.findings:
            return []
        lines = [SummaryLine(()), SummaryLine((Span("Findings", Role.STRONG),))]
        for number, finding in enumerate(self._found.findings, 1):
            position = finding.rests_on[0].position if finding.rests_on else None
            told = finding_lines(
                (finding,),
                width,
                zone,
                around=None,
                cite=self._cite,
                fetched=next((ask for ask in finding.would_tell if is_about_facts(ask)), None),
                keys=keys,
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
