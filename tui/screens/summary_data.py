"""SummaryData: what the summary of a session, or of one participant, is made from."""

from collections.abc import Callable
from datetime import tzinfo
from typing import Protocol

from tui.domain.session_summary import Summary
from tui.domain.stages import ParticipantSummary
from tui.presentation.cells import clip
from tui.presentation.facts_lines import session_span
from tui.presentation.lines import Line, Role, Span
from tui.presentation.summary_table import SummaryLine
from tui.provider.provider import StageDataProvider
from tui.provider.sweep import Sweep
from tui.query.listed_people import ListedPeople
from tui.query.summary import SummaryBuilder
from tui.screens.clock import Clock
from tui.screens.event_stream import ParticipantStream, sweep_word
from tui.screens.place import Place
from tui.screens.session_findings import SessionFindings

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

    def about(self, width: int, clock: Clock) -> list[Line]:
        """Facts of it that are not counted."""
        ...

    def findings(self, width: int, zone: tzinfo) -> list[SummaryLine]:
        """What the rules say of it."""
        ...


class SessionData:
    """A session, as far as its sweep has come."""

    title = "Session"

    def __init__(self, provider: StageDataProvider, sweep: Sweep, done: Callable[[], None]) -> None:
        """A session.

        Args:
            provider: What is held of it.
            sweep: Everybody's events.
            done: Called in another thread when findings are there.
        """
        self._provider = provider
        self._findings = SessionFindings(provider, sweep, done)
        self.sweep = sweep
        self._builder = SummaryBuilder(sweep.log.log)
        self._people = ListedPeople()

    def work(self, seconds: float) -> bool:
        """Count on."""
        return self._builder.advance(seconds)

    def summary(self) -> Summary:
        """What is counted so far."""
        log = self.sweep.log
        self._people.take(self.sweep.participants.items)
        return self._builder.summary(
            people=self._people,
            facts=self._provider.held.facts(self.sweep.session),
            read=log.read_ids,
            all_listed=log.participants_complete,
        )

    def word(self) -> str:
        """The state of the sweep."""
        return sweep_word(self.sweep)

    def about(self, width: int, clock: Clock) -> list[Line]:
        """From when to when it was."""
        session = self._provider.held.session(self.sweep.session)
        return session_span(session, width, clock.zone, clock.now())

    def findings(self, width: int, zone: tzinfo) -> list[SummaryLine]:
        """Across participants; and whom the sweep could not read."""
        self._findings.look()
        return [*self._findings.lines(width, zone), *self._failures(width)]

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
        fact = self._provider.held.participant(scope)
        summary = fact.summary if fact is not None else ParticipantSummary(scope.participant_id)
        return self._builder.summary(
            people=ListedPeople([summary]),
            facts={} if fact is None else {scope.participant_id: fact},
            read=[scope.participant_id] if self._stream.is_complete else [],
            all_listed=True,
        )

    def word(self) -> str:
        """Whether all is read."""
        return "ALL LOADED" if self._stream.is_complete else "PARTIAL"

    def about(self, width: int, clock: Clock) -> list[Line]:  # noqa: ARG002 - the protocol's signature
        """Nothing: the detail tells who it is."""
        return []

    def findings(self, width: int, zone: tzinfo) -> list[SummaryLine]:  # noqa: ARG002 - the protocol's signature
        """None: the detail tells those of one participant, event by event."""
        return []
