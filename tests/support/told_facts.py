"""What each view tells of one fact in what was read of a session, to be held against each other.

A view is a place where a person reads it: the detail of an event in the list of its participant or
of everybody, findings and their copy as JSON, the summary, lanes, plots, the order by time, the
comparison, and a file of events that was saved.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from ivscope.analysis.comparison import Comparison, Side
from ivscope.analysis.event_tally import EventTally
from ivscope.analysis.event_view import EventView
from ivscope.analysis.intervals import SECOND, EventSpan, Reach, Why, bounds_of
from ivscope.analysis.lanes import LaneCell, Lanes
from ivscope.analysis.publishers import Publisher
from ivscope.analysis.spans import Spans
from ivscope.analysis.time_window import window_between
from ivscope.domain import events
from ivscope.domain.durations import duration
from ivscope.domain.events import Event
from ivscope.domain.saved_head import SavedHead
from ivscope.domain.times import from_microseconds, to_microseconds
from ivscope.export.clippings import event_markdown
from ivscope.export.finding_json import findings_json
from ivscope.export.saved_events import saved_lines
from ivscope.findings.finding import EventRef, Finding
from ivscope.findings.publishing import PublishedFor
from ivscope.findings.quota import PublishersThen
from ivscope.findings.rules import findings_for
from ivscope.provider.store.event_log import EventLog
from ivscope.render.event_json import wire_time
from ivscope.render.event_lines import span_line
from ivscope.render.lines import Line
from ivscope.render.sentences.words import counted
from ivscope.ui.summary.lines import SummaryTimes, summary_lines
from support.copied import about
from support.given_facts import as_facts, words
from support.simulated_facts import SeenFacts
from support.simulator.view import Extent, View
from support.summaries import summarise

WIDTH = 160

PAIRS = (
    (events.JOINED, events.LEFT),
    (events.PUBLISH_STARTED, events.PUBLISH_STOPPED),
    (events.SUBSCRIBE_STARTED, events.SUBSCRIBE_STOPPED),
    (events.REPLICATION_STARTED, events.REPLICATION_STOPPED),
)
STARTS = {start for start, _ in PAIRS}


def contradictions(view: View) -> Iterator[str]:
    """Say where two views tell different things; nothing when all agree."""
    seen = Told(view)
    for name in seen.names:
        yield from seen.of_events(name)
        yield from seen.of_order(name)
        yield from seen.of_publishing(name)
    yield from seen.of_publishers()
    yield from seen.of_counts()


class Told:
    """What is told of one view of a session."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.facts = SeenFacts(view)
        self.log = self.facts.as_session.log
        self.spans = Spans(self.log)
        self.names = view.of_extent(Extent.WHOLE, Extent.PARTLY)
        self.places = {
            name: [at for at in range(len(self.log)) if self.log.participant(at) == name]
            for name in self.names
        }
        """Positions in the log of everybody, in the order of the participant's own log."""
        times = [self.log.time_us(at) for at in range(len(self.log))]
        self.seconds = sorted({time // SECOND for time in times if time is not None})
        end = view.session.end_time
        last = (self.seconds[-1] + 1) * SECOND if self.seconds else 0
        until = end if isinstance(end, datetime) else from_microseconds(last)
        self.lanes = Lanes(
            self.log,
            lambda name: [range(at, at + 1) for at in self.places.get(name, ())],
            self.facts.as_session.reach,
            until,
        )

    def own(self, name: str) -> tuple[EventLog, Reach]:
        """The list of a participant, and how far it is read."""
        known = self.facts.logs[self.view.scope_of(name)]
        return known.log, known.reach

    def of_events(self, name: str) -> Iterator[str]:
        """The span of an event in both lists, its findings, and the copy of these."""
        log, reach = self.own(name)
        spans, scope = Spans(log), self.view.scope_of(name)
        is_whole = self.view.extent(name) is Extent.WHOLE
        for position, at in enumerate(self.places[name]):
            where = f"{name} event {position} {log.name(position)}"
            span = spans.span_of(position, reach)
            beside = self.spans.span_of(at, self.facts.as_session.reach(name))
            # An event that names somebody else is nobody's in the list that it came in.
            is_own = log.participant(position) == name
            if is_whole and is_own and _text(span) != _text(beside):
                yield f"{where}: own list {_text(span)!r}, everybody's {_text(beside)!r}"
            findings = findings_for(scope, position, as_facts(self.facts), _raise)
            for finding in findings:
                yield from self._of_span(where, span, finding)
            ref = EventRef(scope, position)
            copied = findings_json(ref, findings, self._event_at, lambda _: None)
            yield from _of_copy(where, findings, json.loads(copied))
            event = log[position]
            markdown = event_markdown(about(event, scope))
            told = wire_time(event.time)
            if isinstance(event.time, datetime) and f"{event.time:%H:%M:%S}" not in markdown:
                yield f"{where}: at {told}, copied as {markdown}"

    def _event_at(self, ref: EventRef) -> Event | None:
        return self.facts.row_of(ref).event

    def _of_span(self, where: str, span: EventSpan | None, finding: Finding) -> Iterator[str]:
        claim = finding.claim
        if not isinstance(claim, PublishedFor):
            return
        if span is None or span.duration is None:
            yield f"{where}: finding {words(claim)!r} without a span"
            return
        lasted = span.duration.total_seconds()
        # A finding counts whole seconds.
        if abs(lasted - claim.seconds) >= 1 or duration(lasted) not in _text(span):
            yield f"{where}: span {_text(span)!r}, finding {words(claim)!r}"
        if finding.certainty.value == "shown" and span.why is not None:
            yield f"{where}: finding shown, span {_text(span)!r}"

    def of_order(self, name: str) -> Iterator[str]:
        """The order by time in both lists, the comparison, the file, and the spans."""
        log, reach = self.own(name)
        by_time = _by_time(log)
        places = self.places[name]
        everybody = [at for at in _by_time(self.log) if at in set(places) and self._is_timed(at)]
        # Where an event without a time stands depends on what was read before it.
        if [places[at] for at in by_time if self._is_timed(places[at])] != everybody:
            yield f"{name}: by time {by_time}, among everybody {everybody}"
        other = self.own(self.names[0])[0]
        sides = (Side(log, range(len(log)), reach.is_complete), Side(other, range(len(other))))
        compared = Comparison(*sides)
        rows = [compared.row(row) for row in range(len(compared))]
        left = [row.left for row in rows if row.left is not None]
        if left != by_time:
            yield f"{name}: by time {by_time}, compared {left}"
        saved = [json.loads(line) for line in _file(self.view, name, log, by_time)][1:]
        shown = [(log.name(at), wire_time(log[at].time)) for at in by_time]
        if [(one.get("name"), one.get("eventTime")) for one in saved] != shown:
            yield f"{name}: the file has another order than the list"
        if _has_fractions(log):
            return
        place = {at: row for row, at in enumerate(by_time)}
        spans = Spans(log)
        for at in by_time:
            span = spans.span_of(at, reach)
            if span is None or span.other is None or span.time is None:
                continue
            if (place[at] < place[span.other]) is not span.is_start:
                yield f"{name} event {at} {log.name(at)}: span {_text(span)!r} against {by_time}"

    def of_publishing(self, name: str) -> Iterator[str]:
        """From when to when somebody published: detail, lanes, count and plot."""
        log, reach = self.own(name)
        spans = Spans(log)
        for position in range(len(log)):
            if log.name(position) != events.PUBLISH_STARTED:
                continue
            span = spans.span_of(position, reach)
            if span is None or span.why is not None or span.time is None:
                continue
            if span.other_time is None:
                continue
            begin, end = (to_microseconds(one) // SECOND for one in (span.time, span.other_time))
            for second in {begin + 1, (begin + end) // 2, end - 1}:
                if begin < second < end:
                    yield from self._at(name, second, span)

    def _at(self, name: str, second: int, span: EventSpan) -> Iterator[str]:
        first = second * SECOND
        where = f"{name} at {from_microseconds(first)}: span {_text(span)!r}"
        window = window_between(*map(from_microseconds, (first, first + 2 * SECOND)))
        cell = self.lanes.cells(name, window, 2)[0]
        found = {one.participant_id: one.why for one in self._publishers_at(second)}
        if name not in found or found[name] not in {None, Why.PUBLISH_TAKEN}:
            yield f"{where}, count {found.get(name, 'without it')}"
        is_certain = name in found and found[name] is None
        allowed = {LaneCell.ERROR, LaneCell.OPEN, LaneCell.PUBLISHING}
        if is_certain and cell not in allowed:
            yield f"{where}, lane {cell!r}"
        plot, _ = self.facts.publishers.levels(window, 2)
        if is_certain and plot.certain < 1:
            yield f"{where}, plot {plot}"

    def _publishers_at(self, second: int) -> Iterator[Publisher]:
        first = second * SECOND
        return self.facts.publishers.at(first, first + SECOND - 1)

    def of_publishers(self) -> Iterator[str]:
        """How many were publishing in a second: count, list of names, plot, lanes, finding."""
        for second in self.seconds:
            first, last = second * SECOND, second * SECOND + SECOND - 1
            level = self.facts.publishers.level(first, last)
            people = list(self._publishers_at(second))
            certain = {one.participant_id for one in people if one.why is None}
            if (level.certain, level.possible) != (len(certain), len(people)):
                yield f"{from_microseconds(first)}: {level}, by name {people}"
            count = self.facts.publishers_at(self.view.scope, first)
            if (count.least, count.most) != tuple(level):
                yield f"{from_microseconds(first)}: {level}, findings count {count}"
            window = window_between(*map(from_microseconds, (first, first + 2 * SECOND)))
            cells = {name: self.lanes.cells(name, window, 2)[0] for name in self.names}
            possible = {one.participant_id for one in people}
            for name, cell in cells.items():
                if cell in "█▒" and name not in possible:
                    yield f"{from_microseconds(first)}: lane of {name} {cell!r}, count {people}"
                if name in certain and cell not in "█✗?":
                    yield f"{from_microseconds(first)}: lane of {name} {cell!r}, certain by count"
        for name in self.names:
            log, _ = self.own(name)
            for position in range(len(log)):
                if log.error_code(position) == "QUOTA_EXCEEDED":
                    yield from self._of_quota(name, position)

    def _of_quota(self, name: str, position: int) -> Iterator[str]:
        log, _ = self.own(name)
        time = log.time_us(position)
        scope = self.view.scope_of(name)
        for finding in findings_for(scope, position, as_facts(self.facts), _raise):
            claim = finding.claim
            if time is None or not isinstance(claim, PublishersThen):
                continue
            # A time with a fraction is as exact as it is written.
            level = self.facts.publishers.level(*bounds_of(time), name)
            said = words(claim)
            told = re.match(r"(At least )?(\d+)(?: to (\d+))?", said)
            assert told is not None or "publishing in that second is not known" in said
            least, most = (0, 0) if told is None else (int(told[2]), int(told[3] or told[2]))
            is_least = told is None or told[1]
            is_same = least == level.certain and (is_least or most == level.possible)
            if not is_same:
                yield f"{name} event {position}: {level}, finding {words(claim)!r}"

    def of_counts(self) -> Iterator[str]:
        """Errors, joins, publishers and participants: summary, lists, files."""
        log = self.log
        people = {row.participant_id: row for row in self.view.participants}
        summary = summarise(
            log,
            people=people,
            facts=self.view.facts,
            is_read=self.facts.as_session.is_read,
            all_listed=self.view.all_listed,
        )
        errors = [at for at in range(len(log)) if log.is_error(at)]
        failing = {log.participant(at) for at in errors}
        told = {
            "events": len(errors),
            "summary": summary.errors,
            "codes": sum(row.count for row in summary.by_code),
            "files": sum(map(self._errors_saved, self.names)),
        }
        if len(summary.top_participants) == summary.failing:
            told["participants"] = sum(row.errors for row in summary.top_participants)
        if len(set(told.values())) > 1:
            yield f"errors: {told}"
        started = {name for name in self.names if self._count(name, events.PUBLISH_STARTED)}
        joins = sum(self._count(name, events.JOINED) for name in self.names)
        states = sum(row.count for row in summary.states)
        counts = summary.failing, summary.publishers, summary.joins, summary.coverage.known, states
        if counts != (len(failing), len(started), joins, len(people), len(people)):
            yield f"failing {failing}, publishers {started}, joins {joins}: {summary}"
        tally = EventTally(log)
        while tally.advance(1):
            pass
        times = SummaryTimes(tally.window, UTC, tally, self.lanes, str)
        text = "\n".join(_joined(line.line) for line in summary_lines(summary, WIDTH, times))
        number = f"{counted(summary.errors, 'error')} of {counted(summary.failing, 'participant')}"
        if len(people) == 1 and self.view.all_listed:
            number = counted(summary.errors, "error")
        if summary.errors and number not in text:
            yield f"summary: {number!r} is not in {text!r}"
        for row in summary.by_code:
            coded = [at for at in errors if log.error_code(at) == row.code]
            timed = len([at for at in coded if log.time_us(at) is not None])
            window = tally.window
            strip = 0 if window is None else sum(tally.errors(row.code, window, 37))
            if strip != timed:
                yield f"errors with {row.code}: {timed} have a time, {strip} are in its strip"
        yield from self._of_errors([at for at in errors if log.time_us(at) is not None])

    def _of_errors(self, timed: list[int]) -> Iterator[str]:
        """Errors with a time: plot and lanes."""
        log = self.log
        tally = EventTally(log)
        while tally.advance(1):
            pass
        buckets = [] if tally.span is None else tally.buckets(window_between(*tally.span), 7)
        counted = sum(one.errors for one in buckets)
        if counted != len(timed):
            yield f"errors with a time: {len(timed)}, plot {counted}"
        for time in {(log.time_us(at) or 0) // SECOND for at in timed}:
            window = window_between(*(from_microseconds(one * SECOND) for one in (time, time + 2)))
            marked = {
                name
                for name in self.names
                if self.lanes.cells(name, window, 2)[0] == LaneCell.ERROR
            }
            here = {log.participant(at) for at in timed if (log.time_us(at) or 0) // SECOND == time}
            if marked != here:
                yield f"errors in second {time}: {here}, lanes {marked}"

    def _errors_saved(self, name: str) -> int:
        own, _ = self.own(name)
        rows = [json.loads(line) for line in _file(self.view, name, own, range(len(own)))]
        assert rows[0]["events"] == len(rows) - 1
        return sum("errorCode" in row or "ERROR" in (row.get("name") or "") for row in rows[1:])

    def _is_timed(self, position: int) -> bool:
        return self.log.time_us(position) is not None

    def _count(self, name: str, event_name: str) -> int:
        log, _ = self.own(name)
        return sum(log.name(at) == event_name for at in range(len(log)))


def _text(span: EventSpan | None) -> str:
    return "" if span is None else _joined(span_line(span, UTC))


def _joined(line: Line) -> str:
    return "".join(span.text for span in line)


def _by_time(log: EventLog) -> list[int]:
    """Positions in the order of the list by time."""
    view = EventView(log)
    view.set_by_time(True)
    while view.work(1):
        pass
    return [view.position(row) for row in range(len(view))]


def _file(view: View, name: str, log: EventLog, positions: Iterable[int]) -> Iterator[str]:
    """The lines of a file in which the events of a participant are saved."""
    head = SavedHead(
        stage_arn=view.scope.stage_arn,
        session_id=view.scope.session_id,
        participant_id=name,
        saved_at="2026-11-23T20:00:00Z",
        saved=len(log),
        loaded=len(log),
        contradicting=0,
        all_read_at=None,
        is_complete=view.extent(name) is Extent.WHOLE,
        coverage="",
        order="",
        filter="",
    )
    return saved_lines(head, (log[at] for at in positions))


def _of_copy(where: str, findings: Sequence[Finding], copied: dict[str, Any]) -> Iterator[str]:
    """A copy says as sure and as much as the screen."""
    for finding, one in zip(findings, copied["findings"], strict=True):
        if one["certainty"] != finding.certainty.value:
            yield f"{where}: {finding.certainty}, copied as {one['certainty']}"
        shown = re.findall(r"\d+", words(finding.claim))
        if not set(re.findall(r"\d+", one["sentence"])) <= {*shown, *re.findall(r"\d+", str(one))}:
            yield f"{where}: {words(finding.claim)!r}, copied as {one['sentence']!r}"
        if isinstance(finding.claim, PublishersThen):
            numbers = one["values"]
            if (numbers["least"], numbers["most"]) != (finding.claim.least, finding.claim.most):
                yield f"{where}: {words(finding.claim)!r}, copied as {numbers}"


def _has_fractions(log: EventLog) -> bool:
    return any((log.time_us(at) or 0) % SECOND for at in range(len(log)))


def _raise(_rule: str, error: Exception) -> None:
    raise error
