"""SummaryData: what the summary of a session, or of one participant, is made from."""

from collections.abc import Callable
from datetime import tzinfo
from typing import Protocol

from ivscope.analysis.listed_participants import ListedParticipants
from ivscope.analysis.session_summary import Summary
from ivscope.analysis.summary import SummaryBuilder
from ivscope.domain.stages import ParticipantScope, ParticipantSummary
from ivscope.provider.fetch.fact_reading import FactReading
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.scan import Scan
from ivscope.render.cells import clip
from ivscope.render.facts_lines import session_span
from ivscope.render.finding_lines import EvidenceKeys
from ivscope.render.lines import Line, Role, Span
from ivscope.ui.commands import ONLY_RECORDED
from ivscope.ui.explorer.list_status import sweep_word
from ivscope.ui.summary.lines import SummaryLine
from ivscope.ui.summary.session_findings import SessionFindings
from ivscope.ui.time_display import TimeDisplay
from ivscope.workspace.event_stream import ParticipantStream
from ivscope.workspace.jobs import Jobs
from ivscope.workspace.place import Place

_FAILURES = 20
"""Participants named that could not be read: their causes are mostly the same."""


class SummaryData(Protocol):
    """Counts that grow."""

    title: str
    """Of what."""

    def work(self, seconds: float) -> bool:
        """Count on for about so long. Returns whether more is left to count."""
        ...

    def summary(self) -> Summary:
        """What is counted so far."""
        ...

    def word(self) -> str:
        """The state of the reading, in capitals."""
        ...

    def changed(self) -> None:
        """Something was read."""
        ...

    def fetch(self) -> str:
        """Read what would tell more, or stop that. Returns what to say; empty for nothing."""
        ...

    def pause(self) -> str:
        """Pause the reading of events, or go on. Returns what to say; empty for nothing."""
        ...

    def about(self, width: int, clock: TimeDisplay) -> list[Line]:
        """Facts of it that are not counted."""
        ...

    def findings(self, width: int, zone: tzinfo, keys: EvidenceKeys) -> list[SummaryLine]:
        """What the rules say of it."""
        ...


class SessionData:
    """A session, as far as its sweep has come."""

    title = "Session"

    def __init__(
        self, provider: StageDataProvider, sweep: Scan, jobs: Jobs, done: Callable[[], object]
    ) -> None:
        """A session.

        Args:
            provider: What is held of it.
            sweep: Everybody's events.
            jobs: The owner of background work.
            done: Called when findings are there.
        """
        self._provider = provider
        self._findings = SessionFindings(provider, sweep, jobs, done)
        self._facts: FactReading | None = None
        self.sweep = sweep
        self._builder = SummaryBuilder(sweep.log.log)
        self._people = ListedParticipants()

    def work(self, seconds: float) -> bool:
        """Count on."""
        return self._builder.advance(seconds)

    def summary(self) -> Summary:
        """What is counted so far."""
        log = self.sweep.log
        self._people.take(self.sweep.participants.items)
        return self._builder.summary(
            people=self._people,
            facts=self._provider.store.facts(self.sweep.session),
            read=log.read_ids,
            all_listed=log.participants_complete,
        )

    def word(self) -> str:
        """The state of what is read, and whether rules of the findings are missing."""
        facts = self._facts
        if facts is not None and facts.is_running:
            return f"READING FACTS {facts.done:,} of {facts.wanted:,}  Z: stop"
        word = sweep_word(self.sweep, self._provider.clock.monotonic())
        return f"{word}  FINDINGS INCOMPLETE" if self._findings.failed_rules else word

    def changed(self) -> None:
        """Ask for the next facts."""
        if self._facts is not None:
            self._facts.step()

    def fetch(self) -> str:
        """SDK, browser, system, provider and protocol of everybody, first of those who failed."""
        if not self._provider.has_service:
            return ONLY_RECORDED
        if self._facts is not None and self._facts.is_running:
            self._facts.stop()
            return f"stopped; the facts of {self._facts.done:,} participants were asked for"
        session, log = self.sweep.session, self.sweep.log
        failing = log.errors_by_id
        names = sorted(log.participant_ids, key=lambda name: name not in failing)
        scopes = [ParticipantScope(session.stage_arn, session.session_id, one) for one in names]
        self._facts = FactReading(self._provider, scopes)
        if not self._facts.step():
            return "the facts of everybody listed are read"
        return ""

    def pause(self) -> str:
        """The sweep."""
        if self.sweep.is_running:
            self.sweep.pause()
        elif not self.sweep.start():
            return "the session has ended and everybody is read: nothing new can come"
        return ""

    def about(self, width: int, clock: TimeDisplay) -> list[Line]:
        """From when to when it was."""
        session = self._provider.store.session(self.sweep.session)
        return session_span(session, width, clock.zone, clock.now())

    def findings(self, width: int, zone: tzinfo, keys: EvidenceKeys) -> list[SummaryLine]:
        """Across participants; and whom the sweep could not read."""
        self._findings.look()
        return [*self._findings.lines(width, zone, keys), *self._failures(width)]

    def _failures(self, width: int) -> list[SummaryLine]:
        failures = self.sweep.log.failures
        if not failures:
            return []
        lines = [SummaryLine(()), SummaryLine((Span("Not read", Role.STRONG),))]
        for participant_id, failure in list(failures.items())[:_FAILURES]:
            text = f"  {participant_id}: {failure.summary}"
            lines.append(SummaryLine((Span(clip(text, width), Role.WARNING),)))
        if len(failures) > _FAILURES:
            rest = f"  and {len(failures) - _FAILURES:,} more"
            lines.append(SummaryLine((Span(rest, Role.MUTED),)))
        return lines


class ParticipantData:
    """One participant, as far as its events are read."""

    title = "Participant"

    def __init__(
        self, provider: StageDataProvider, place: Place, stream: ParticipantStream
    ) -> None:
        self._provider = provider
        self._place = place
        self._stream = stream
        self._builder = SummaryBuilder(stream.items)

    def work(self, seconds: float) -> bool:
        """Count on."""
        return self._builder.advance(seconds)

    def summary(self) -> Summary:
        """What is counted so far."""
        scope = self._place.participant
        fact = self._provider.store.participant(scope)
        summary = fact.summary if fact is not None else ParticipantSummary(scope.participant_id)
        return self._builder.summary(
            people=ListedParticipants([summary]),
            facts={} if fact is None else {scope.participant_id: fact},
            read=[scope.participant_id] if self._stream.is_complete else [],
            all_listed=True,
        )

    def word(self) -> str:
        """Whether all is read."""
        return "ALL LOADED" if self._stream.is_complete else "PARTIAL"

    def changed(self) -> None:
        """Nothing to ask for."""

    def fetch(self) -> str:
        """Nothing: the facts of a participant are read when it is opened."""
        return "the detail tells what is known of this participant"

    def pause(self) -> str:
        """Nothing: pages are read in the list of events."""
        return "L in the events reads all of this participant"

    def about(self, width: int, clock: TimeDisplay) -> list[Line]:  # noqa: ARG002 - the protocol's signature
        """Nothing: the detail tells who it is."""
        return []

    def findings(self, width: int, zone: tzinfo, keys: EvidenceKeys) -> list[SummaryLine]:  # noqa: ARG002 - the protocol's signature
        """None: the detail tells those of one participant, event by event."""
        return []
