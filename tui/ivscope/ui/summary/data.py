"""SummaryData: counts, facts and findings that the summary of a session or participant shows.

Long because it holds both kinds of summary, and the findings that only one of them has.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ivscope.analysis.intervals import Reach
from ivscope.analysis.lanes import Lanes
from ivscope.analysis.listed_participants import Names
from ivscope.analysis.session_summary import Summary
from ivscope.domain.stages import ParticipantScope
from ivscope.export.clippings import Clipping, metrics_clipping
from ivscope.export.messages import metrics_around
from ivscope.findings.client import VersionFails
from ivscope.findings.finding import Ask, Certainty, Cited, EventRef, FactKind, Finding
from ivscope.findings.shared_users import UserIdInTurn, UserIdReturns
from ivscope.knowledge.error_codes import explain_code
from ivscope.knowledge.explanation import ErrorSide
from ivscope.provider.fetch.fact_reading import FactReading
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.scan import Scan
from ivscope.render.bars import all_read
from ivscope.render.cells import clip
from ivscope.render.facts_lines import session_span
from ivscope.render.finding_lines import EvidenceKeys, FindingLines
from ivscope.render.happened_lines import Happened, happened_lines
from ivscope.render.lines import Line, Role, Span
from ivscope.render.time_display import TimeDisplay
from ivscope.ui.commands import ONLY_RECORDED
from ivscope.ui.explorer.list_status import scan_word_alone
from ivscope.ui.overlays import Shared
from ivscope.ui.summary.lines import SummaryLine, SummaryTimes
from ivscope.workspace.event_stream import ParticipantStream, pause_or_go_on
from ivscope.workspace.jobs import Jobs, ThreadJob
from ivscope.workspace.place import Place
from ivscope.workspace.reaches import Reaches
from ivscope.workspace.session_counts import (
    ParticipantCounts,
    SessionCounts,
    known_until,
    participant_summary,
)
from ivscope.workspace.store_context import session_facts

if TYPE_CHECKING:
    from ivscope.export.report import Report

_FAILURES = 20
"""At most so many unread participants are named: their causes are mostly the same."""


ABOUT_CLIENTS = (UserIdInTurn, UserIdReturns, VersionFails)
"""What these findings say is about clients, whatever codes their events have."""


_OF_PARTICIPANT = "yjesmr"
"""Letters of the texts about its last error; the others are about the place."""


class SummaryData(Protocol):
    """What a summary shows, which grows while events are read."""

    @property
    def lanes(self) -> Lanes:
        """What everybody did who is in the summary."""
        ...

    def work(self, seconds: float) -> bool:
        """Count for about so many seconds. Returns whether more is left to count."""
        ...

    def summary(self) -> Summary:
        """What is counted so far."""
        ...

    def times(self, zone: tzinfo) -> SummaryTimes:
        """The same over time, as far as counted."""
        ...

    def word(self, zone: tzinfo) -> str:
        """Return the state of reading, in capitals; empty for pages that nobody reads."""
        ...

    def changed(self) -> None:
        """Called when something was read."""
        ...

    def look(self) -> None:
        """Have a thread look for what takes long to find, once all is counted that is read."""
        ...

    @property
    def is_looking(self) -> bool:
        """Whether a thread looks for something."""
        ...

    def fetch(self) -> str:
        """Read missing facts, or stop that. Returns a note; empty for none."""
        ...

    def pause(self) -> str:
        """Pause the reading of events, or go on. Returns a note; empty for none."""
        ...

    def about(self, width: int, times: TimeDisplay) -> list[Line]:
        """Make the lines of facts that are not counts."""
        ...

    def findings(self, width: int, zone: tzinfo, keys: EvidenceKeys) -> list[SummaryLine]:
        """Make the lines of findings."""
        ...

    def copies(self, shared: Shared) -> Iterable[Clipping]:
        """Offer what a person would write of it."""
        ...

    def report(self, shared: Shared) -> "Callable[[], Report] | None":
        """Return what gathers its report, in a thread; None where there is none."""
        ...


class SessionData:
    """The summary of a session, as far as its scan has come."""

    def __init__(
        self,
        provider: StageDataProvider,
        counts: SessionCounts,
        jobs: Jobs,
        done: Callable[[], object],
    ) -> None:
        """Begin without findings.

        Args:
            provider: What was read of the session.
            counts: Of the session, as far as they are counted.
            jobs: The owner of background work.
            done: Called when findings are there.
        """
        self._provider = provider
        self._findings = SessionFindings(provider, counts.scan, jobs, done)
        self._facts: FactReading | None = None
        self.scan = counts.scan
        self._counts = counts
        self._is_counted = False
        """Whether all is counted that is read."""
        self.lanes = self._counts.lanes

    def work(self, seconds: float) -> bool:
        """Count on."""
        is_more = self._counts.work(seconds)
        self._is_counted = not is_more
        return is_more

    def times(self, zone: tzinfo) -> SummaryTimes:
        """The same over time."""
        counts = self._counts
        counts.look()
        window = counts.tally.window
        return SummaryTimes(
            window,
            zone,
            counts.tally,
            counts.lanes,
            counts.names.name,
            None if window is None else counts.publishing,
        )

    def summary(self) -> Summary:
        """What is counted so far."""
        return replace(self._counts.summary(), is_counting=not self._is_counted)

    def word(self, zone: tzinfo) -> str:
        """Return the state of reading, and whether a rule of the findings failed."""
        facts = self._facts
        if facts is not None and facts.is_running:
            return f"READING SDKS {facts.done:,} of {facts.wanted:,} · {{evidence.fetch}} stops"
        word = scan_word_alone(self.scan, self._provider, zone)
        return f"{word}  FINDINGS INCOMPLETE" if self._findings.failed_rules else word

    def changed(self) -> None:
        """Read the next facts, if facts are being read.

        Those in a recording cost no call: they are read as soon as everybody is.
        """
        if self._facts is not None:
            self._facts.step()
        elif not self._provider.may_grow and self.scan.log.is_all_read:
            self._read_facts()

    def look(self) -> None:
        """Have the findings made; while it is counted a thread would slow that down."""
        if self._is_counted:
            self._findings.look()

    @property
    def is_looking(self) -> bool:
        """Whether the findings are being made."""
        return self._findings.is_running

    def fetch(self) -> str:
        """Read SDK, browser, system, provider and protocol of everybody, the failing ones first."""
        if self._facts is not None and self._facts.is_running:
            self._facts.stop()
            return f"stopped; the SDK of {self._facts.done:,} participants was asked for"
        if not self._provider.may_grow:
            return ONLY_RECORDED
        is_running = self._read_facts()
        return "" if is_running else "SDK and browser of all listed participants are read"

    def _read_facts(self) -> bool:
        """Begin to read them. Returns whether there is something to read."""
        session, log = self.scan.session, self.scan.log
        failing = log.errors_by_id
        names = sorted(log.participant_ids, key=lambda name: name not in failing)
        scopes = [ParticipantScope(session.stage_arn, session.session_id, one) for one in names]
        self._facts = FactReading(self._provider, scopes)
        return self._facts.step()

    def pause(self) -> str:
        """Pause the scan, or go on."""
        return pause_or_go_on(self.scan)

    def about(self, width: int, times: TimeDisplay) -> list[Line]:
        """Make the line with start and end of the session."""
        session = self._provider.store.session(self.scan.session)
        return session_span(session, width, times.zone, times.now())

    def findings(self, width: int, zone: tzinfo, keys: EvidenceKeys) -> list[SummaryLine]:
        """Make the lines of findings, and name the participants that could not be read."""
        return [*self._findings.lines(width, zone, keys), *self._failures(width)]

    def copies(self, shared: Shared) -> Iterable[Clipping]:
        """Offer the report of the session, as a message, in Markdown, as JSON, and as a case."""
        from ivscope.export.report_messages import clippings_for_report  # noqa: PLC0415 - if asked

        now, scope = shared.times.now(), self.scan.session
        session = self._provider.store.session(scope)
        command = metrics_around(scope, None, session, now, shared.connection())
        return *clippings_for_report(self.report(shared), self.scan), *metrics_clipping(command)

    def report(self, shared: Shared) -> "Callable[[], Report]":
        """Return what gathers the report of what is read now; it counts for itself."""
        from ivscope.export.report import read_report  # noqa: PLC0415 - if asked for

        now, connection = shared.times.now(), shared.connection()
        return partial(read_report, self._provider, self.scan, now, connection)

    def _failures(self, width: int) -> list[SummaryLine]:
        failures, stopped = self.scan.log.failures, self.scan.failure
        if not failures and stopped is None:
            return []
        lines = [SummaryLine(()), SummaryLine((Span("Not read", Role.STRONG),))]
        if stopped is not None:
            text = f"  reading stopped: {stopped.summary}"
            lines.append(SummaryLine((Span(clip(text, width), Role.ERROR),)))
        for participant_id, failure in list(failures.items())[:_FAILURES]:
            text = f"  {participant_id}: {failure.summary}"
            lines.append(SummaryLine((Span(clip(text, width), Role.WARNING),)))
        if len(failures) > _FAILURES:
            rest = f"  and {len(failures) - _FAILURES:,} more"
            lines.append(SummaryLine((Span(rest, Role.MUTED),)))
        return lines


class ParticipantData:
    """The summary of one participant, as far as its events are read."""

    def __init__(
        self,
        provider: StageDataProvider,
        place: Place,
        stream: ParticipantStream,
        counts: ParticipantCounts,
    ) -> None:
        """Begin with the counts that are there.

        Args:
            provider: What was read of the participant.
            place: The participant.
            stream: Its events.
            counts: Of these events, as far as they are counted.
        """
        self._provider = provider
        self._place = place
        self._stream = stream
        self._is_counted = False
        self._counts = counts
        log = counts.log
        self._reaches = Reaches(provider)
        until = known_until(provider, place.session)
        self.lanes = Lanes(log, lambda _: [range(len(log))], self._reach, until)

    def _reach(self, _: str) -> Reach:
        return self._reaches.of_feed(self._place.participant, self._stream.feed)

    def work(self, seconds: float) -> bool:
        """Count on."""
        self._is_counted = not self._counts.work(seconds)
        return not self._is_counted

    def times(self, zone: tzinfo) -> SummaryTimes:
        """The same over time."""
        own = self._place.participant_id or ""
        tally = self._counts.tally
        return SummaryTimes(tally.window, zone, tally, self.lanes, str, own=own)

    def summary(self) -> Summary:
        """What is counted so far."""
        summary = participant_summary(
            self._provider,
            self._place.participant,
            self._counts.builder,
            is_complete=self._stream.is_complete,
        )
        return replace(summary, is_counting=not self._is_counted)

    def word(self, zone: tzinfo) -> str:
        """Return that all events are read, and when; what is read in part says so in the lines."""
        return all_read(self._stream.all_read_at, zone) if self._stream.is_complete else ""

    def changed(self) -> None:
        """Do nothing: no facts are read here."""

    def look(self) -> None:
        """Do nothing: the findings are those of each event."""

    @property
    def is_looking(self) -> bool:
        """Nothing is looked for."""
        return False

    def fetch(self) -> str:
        """Do nothing: the facts of a participant are read when it is opened."""
        return "the detail shows what is known of this participant"

    def pause(self) -> str:
        """Do nothing: pages are read from the list of events."""
        return "{read.all} in the events reads all of this participant"

    def about(self, width: int, times: TimeDisplay) -> list[Line]:  # noqa: ARG002 - the protocol's signature
        """Return no lines: the detail says who the participant is."""
        return []

    def findings(self, width: int, zone: tzinfo, keys: EvidenceKeys) -> list[SummaryLine]:  # noqa: ARG002 - the protocol's signature
        """Return no lines: the detail shows the findings about each event."""
        return []

    def copies(self, shared: Shared) -> Iterable[Clipping]:
        """Offer what is told of its last error, else of its last event."""
        ref = shared.copies.nearest(self._place.participant, None)
        menu = () if ref is None else shared.copies.menu_at(ref)
        return [one for one in menu if one.letter in _OF_PARTICIPANT]

    def report(self, shared: Shared) -> None:  # noqa: ARG002 - the protocol's signature
        """Return nothing: reports are about sessions."""
        return


def is_about_facts(ask: Ask) -> bool:
    """Whether the missing facts are those of many participants, from GetParticipant."""
    return ask.fact.kind is FactKind.SESSION_FACTS


class _Found(NamedTuple):
    read: int
    """Participants that were read when they were looked for."""
    findings: tuple[Finding, ...]
    failed_rules: tuple[str, ...]


class SessionFindings:
    """Findings of a session, made in a thread: a million events take two seconds."""

    def __init__(
        self, provider: StageDataProvider, scan: Scan, jobs: Jobs, done: Callable[[], object]
    ) -> None:
        """Begin without findings.

        Args:
            provider: What was read of the session.
            scan: The scan, with the events of everybody.
            jobs: The owner of the thread.
            done: Called when there is something new to draw.
        """
        self._provider = provider
        self._scan = scan
        self._names = Names(scan.participants)
        self._done = done
        self._jobs = jobs
        self._job = ThreadJob[_Found](jobs, "findings of a session")
        self._looked_at = (-1, -1)
        self._found = _Found(0, (), ())

    @property
    def failed_rules(self) -> tuple[str, ...]:
        """Names of rules that raised an error, so that their findings are missing."""
        return self._found.failed_rules

    @property
    def is_running(self) -> bool:
        """Whether they are being made."""
        return self._job.is_running

    def look(self) -> None:
        """Make the findings again if participants or facts were read since the last time.

        Does nothing while they are being made. While the scan runs they are made now and then only:
        calls and keys need the processor too.
        """
        if self._scan.is_running and self._job.rests:
            return
        facts = self._provider.store.facts(self._scan.session)
        read = (self._scan.log.participants_read, len(facts))
        if read != self._looked_at and self._job.start(self._work, self._take, self._jobs.crash):
            self._looked_at = read

    def _work(self) -> _Found:
        from ivscope.findings.rules import session_findings  # noqa: PLC0415 - after the first rows

        read = self._scan.log.participants_read
        known = session_facts(self._provider, self._scan.session)
        failed: list[str] = []

        def rule_failed(rule: str, error: Exception) -> None:
            failed.append(rule)
            self._jobs.rule_failed(rule, error)

        return _Found(read, session_findings(known, rule_failed), tuple(failed))

    def _take(self, found: _Found) -> None:
        self._found = found
        self._done()

    def lines(self, width: int, zone: tzinfo, keys: EvidenceKeys) -> list[SummaryLine]:
        """Make a heading and the findings, what was seen first; each leads to its first event."""
        if not self._found.findings:
            return []
        order = list(Certainty)
        ranked = sorted(self._found.findings, key=lambda one: order.index(one.certainty))
        counted, read = self._found.read, self._scan.log.participants_read
        so_far = "" if counted == read else f"  as far as {counted:,} of {read:,} participants tell"
        heading = Span("WHAT HAPPENED", Role.STRONG), Span(so_far, Role.WARNING)
        lines = [SummaryLine(()), SummaryLine(heading)]
        # One reading of facts tells more about all of them: it is offered once, with all its calls.
        asks = {ask: one for one in ranked for ask in one.would_tell if is_about_facts(ask)}
        most = max(asks, key=lambda ask: ask.calls, default=None)
        draw = FindingLines(
            width,
            zone,
            around=None,
            cite=self._cite,
            name=lambda who: self._names.name(who) if who else "",
            fetched=most,
            keys=keys,
        )
        for number, finding in enumerate(ranked, 1):
            position = finding.rests_on[0].position if finding.rests_on else None
            fetched = most if most is not None and asks[most] is finding else None
            told = happened_lines(number, self._happened(finding, fetched), draw)
            lines += [SummaryLine(line, position=position, kind="finding") for line in told[:1]]
            lines += [SummaryLine(line, position=position, goes_on=True) for line in told[1:]]
        return lines

    def _happened(self, finding: Finding, fetched: Ask | None) -> Happened:
        """Look up the events that a finding rests on."""
        cited = [one for ref in finding.rests_on if (one := self._cite(ref)) is not None]
        log = self._scan.log.log
        codes = {log.error_code(ref.position) for ref in finding.rests_on}
        code = codes.pop() if len(codes) == 1 else None
        side = None if code is None else explain_code(code).side
        if isinstance(finding.claim, ABOUT_CLIENTS):
            side = ErrorSide.CLIENT
        return Happened(finding, side, tuple(cited), fetched)

    def _cite(self, ref: EventRef) -> Cited | None:
        log = self._scan.log.log
        if ref.position >= len(log):
            return None
        event = self._scan.log.event(ref.position)
        who = log.participant(ref.position)
        name = self._names.name(who) if who else None
        return Cited(event.name, event.time, name, who or None)
