"""Detail: the lines about the row under the cursor, and the pane that shows them."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import partial
from itertools import chain

from ivscope.analysis.intervals import NOTHING_KNOWN
from ivscope.domain import calls
from ivscope.domain.events import Event
from ivscope.domain.failures import is_not_recorded
from ivscope.domain.pages import Row
from ivscope.domain.stages import (
    ParticipantScope,
    ParticipantSummary,
    StageSession,
    StageSummary,
)
from ivscope.findings.finding import FactKind
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.render.bars import Crumb, failure_lines
from ivscope.render.cells import wrap
from ivscope.render.event_json import AS_READ, raw_json
from ivscope.render.event_lines import detail_lines, span_line
from ivscope.render.facts_lines import participant_lines, session_lines, stage_lines
from ivscope.render.fields import contradiction_lines, field, title
from ivscope.render.finding_lines import finding_lines, replica_lines
from ivscope.render.lines import Line, Role, Span
from ivscope.render.picker_rows import session_span, stage_id, stage_name
from ivscope.settings.key_names import first_key
from ivscope.ui.explorer import picking
from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.event_findings import EventFindings
from ivscope.ui.explorer.event_refs import event_ref
from ivscope.ui.explorer.events_pane import EventsPane
from ivscope.ui.explorer.evidence import evidence_keys
from ivscope.ui.widgets.text_pane import TextPane
from ivscope.workspace.event_stream import SessionStream
from ivscope.workspace.jobs import Debounce, Jobs
from ivscope.workspace.place import Level, Place
from ivscope.workspace.store_context import StoreContext

_HINTS = {
    Level.STAGES: "Enter lists the sessions of this stage.",
    Level.SESSIONS: "Enter lists the participants of this session.",
    Level.PARTICIPANTS: "Enter reads the events of this participant.",
}


class Detail:
    """Makes the lines of the detail from what the provider has read; never asks for more."""

    def __init__(self, provider: StageDataProvider, keys: Mapping[str, str], jobs: Jobs) -> None:
        """Keep what lines are made from.

        Args:
            provider: What was read.
            keys: Keys in force by command id.
            jobs: The owner of background work.
        """
        self._provider = provider
        self._keys = evidence_keys(keys)
        self._store_context = StoreContext(provider)
        self.event_findings = EventFindings(provider, self._store_context, jobs)
        """The findings about events."""
        self._raw_kept: tuple[Event, int, tuple[Line, ...]] | None = None
        self.raw = False
        """Whether events are shown as JSON."""
        self.inline = False
        """Whether tokens are compared inline even where side by side would fit."""

    def of_event(
        self, pane: EventsPane, scope: ParticipantScope, width: int, zone: tzinfo
    ) -> tuple[Line, ...]:
        """Make the lines about an event, and about the participant it belongs to."""
        event = pane.event
        if event is None:
            return tuple(self._participant(scope, width, zone))
        if self.raw:
            return self._raw_lines(event, width)
        leading, others = self._findings(pane, scope, width, zone)
        evidence = [*self._span(pane, scope, width, zone), *leading]
        return tuple(
            detail_lines(
                event,
                width,
                zone,
                evidence=evidence,
                about=[*others, *self._participant(scope, width, zone)],
                inline=self.inline,
            )
        )

    def _raw_lines(self, event: Event, width: int) -> tuple[Line, ...]:
        """Lay out the event as JSON. Kept, since a member of megabytes takes seconds."""
        if self._raw_kept is None or self._raw_kept[:2] != (event, width):
            text = raw_json(event).splitlines()
            lines = chain.from_iterable(wrap((Span(line),), width, 2) for line in text)
            head = title(f"Event JSON, {AS_READ}", width)
            self._raw_kept = (event, width, (*head, *lines))
        return self._raw_kept[2]

    def _span(
        self, pane: EventsPane, scope: ParticipantScope, width: int, zone: tzinfo
    ) -> list[Line]:
        """Say what the event began or ended, and when its other half was."""
        event_list, position = pane.event_list, pane.position
        if event_list is None or position is None:
            return []
        reaches = self._store_context.reaches
        if isinstance(event_list.stream, SessionStream):
            reach = reaches.in_scan(event_list.stream.scan)(scope.participant_id)
        else:
            feed = self._provider.store.opened_events(scope)
            reach = NOTHING_KNOWN if feed is None else reaches.of_feed(scope, feed)
        span = event_list.spans.span_of(position, reach)
        return [] if span is None else field("Span", span_line(span, zone), width)

    def _findings(
        self, pane: EventsPane, scope: ParticipantScope, width: int, zone: tzinfo
    ) -> tuple[list[Line], list[Line]]:
        """Make the lines of findings: those above the general explanation, and those below."""
        event_findings, event = self.event_findings, pane.event
        ref = event_ref(event_findings, pane, scope)
        if ref is None or event is None:
            return [], []
        findings = event_findings.of(ref)
        if findings is None:
            return [(Span("... looking for evidence in many events", Role.MUTED),)], []
        draw = partial(
            finding_lines,
            width=width,
            zone=zone,
            around=event.time,
            cite=lambda other: event_findings.cite(other, ref),
            fetched=event_findings.fetchable(findings),
            keys=self._keys,
        )
        count = event_findings.leading(findings)
        leading = draw(findings[:count])
        asks = [ask for finding in findings for ask in finding.would_tell]
        if any(ask.fact.kind is FactKind.REPLICAS for ask in asks):
            replicas = self._provider.store.listed(
                calls.replicas(scope.stage_arn, scope.participant_id)
            )
            leading += [] if replicas is None else replica_lines(replicas.items[:], width)
        others = draw(findings[count:], first=count + 1)
        return leading, [*others, ()] if others else []

    def of_row(
        self, place: Place, row: picking.PickerRow | None, width: int, zone: tzinfo, now: datetime
    ) -> tuple[Line, ...]:
        """Make the lines about a row of a picker, and say what Enter does."""
        lines: list[Line] = []
        if row is None:
            return ()
        if isinstance(row, Row):
            lines += contradiction_lines(row.contradiction, width)
        match row:
            case StageSummary():
                lines += stage_lines(self._provider.stage(row.arn).value or row, width)
            case StageSession():
                lines += session_lines(row, width, zone, now)
            case ParticipantSummary():
                lines += participant_lines(row, width, zone)
            case picking.TypedPlace():
                text = "Enter opens what you typed, whether the service lists it or not."
                return tuple(wrap((Span(text),), width))
        lines.append(())
        lines += wrap((Span(_HINTS[place.level], Role.MUTED),), width)
        return tuple(lines)

    def _participant(self, scope: ParticipantScope, width: int, zone: tzinfo) -> list[Line]:
        title: Line = (Span("Participant", Role.STRONG),)
        fact = self._provider.participant(scope)
        if fact.value is not None:
            return [title, *participant_lines(fact.value, width, zone)]
        if fact.failure is not None:
            retry: Line = (Span("r reads it again.", Role.ACCENT),)
            lines = [title, *failure_lines(fact.failure, width)]
            return lines if is_not_recorded(fact.failure) else [*lines, retry]
        if fact.status.is_busy:
            return [title, (Span("... reading its facts", Role.MUTED),)]
        return [title, (Span("facts not read: Enter opens it", Role.MUTED),)]

    def where(self, place: Place, zone: tzinfo, now: datetime) -> tuple[Crumb, ...]:
        """Make the left end of the header: stage, session and participant, as far as chosen."""
        if place.stage_arn is None:
            return (Crumb("stages"),)
        crumbs = [Crumb(self._stage(place.stage_arn), rank=1, is_free=True)]
        if place.session_id is not None:
            crumbs.append(self._session(place, zone, now))
        if place.participant_id is not None:
            crumbs.append(self._user(place))
        elif place.everybody:
            crumbs.append(Crumb("everybody"))
        elif place.narrowed is not None:
            only = f"only {picking.filter_text(place.narrowed)}"
            crumbs.append(Crumb(only, rank=4, is_free=True))
        return tuple(crumbs)

    def source(self, place: Place, label: str) -> tuple[Crumb, ...]:
        """Make the right end of the header: profile or demo, account and Region."""
        facts, stages = self._provider.source_details, self._provider.stages().items
        arn = place.stage_arn or (stages[0].arn if len(stages) else "")
        account = arn.split(":")[_ARN_ACCOUNT] if arn.count(":") > _ARN_ACCOUNT else ""
        crumbs = [Crumb(f"{label} ·" if label else "", "", rank=6, is_free=True)]
        if account:
            crumbs.append(Crumb(account, f"·{account[-_ACCOUNT_END:]}", rank=3))
        if facts is not None and facts.region:
            crumbs.append(Crumb(facts.region))
        return tuple(crumbs)

    def _stage(self, stage_arn: str) -> str:
        for stage in self._provider.stages().items:
            if stage.arn == stage_arn:
                return stage_name(stage)
        return stage_id(stage_arn)

    def _session(self, place: Place, zone: tzinfo, now: datetime) -> Crumb:
        session = self._provider.store.session(place.session)
        if session is None or not isinstance(session.start_time, datetime):
            return Crumb(place.session.session_id)
        return Crumb(*session_span(session, zone, now), rank=2)

    def _user(self, place: Place) -> Crumb:
        fact = self._provider.participant(place.participant)
        user = fact.value.summary.user_id if fact.value is not None else None
        if not user:
            return Crumb(str(place.participant_id))
        return Crumb(f"{user} {place.participant_id}", user, rank=5, is_free=True)


_ARN_ACCOUNT = 4
"""Part of an ARN that is the account: arn:aws:ivs:REGION:ACCOUNT:stage/ID."""

_ACCOUNT_END = 4
"""Digits by which an account is known where there is no room for all twelve."""

_BEHIND_SECONDS = 0.1
"""How long the detail waits while a key is held down, which repeats about every 0.03 s."""

_SCROLL_LINES = 3
"""Lines that one key press scrolls the detail while the list has the focus."""


class DetailPane:
    """Shows what `Detail` says about the row under the cursor."""

    def __init__(self, context: ExplorerContext, text: TextPane, detail: Detail) -> None:
        self._context = context
        self._text = text
        self._detail = detail
        self._picker = context.picker
        self._pane = context.pane
        self._layout = context.layout
        self._times = context.times
        detail.event_findings.on_ready = self.show
        self._debounce = Debounce(context.jobs, self.show, _BEHIND_SECONDS)
        text.more_key = first_key(context.keys["detail.down"])
        add = context.handlers.add
        add("detail.raw", self._toggle_raw, context.why_no_events)
        add("detail.tokens", self._full)
        add("detail.down", lambda: text.step(_SCROLL_LINES))
        add("detail.up", lambda: text.step(-_SCROLL_LINES))

    def show(self) -> None:
        """Show the row under the cursor now."""
        width, zone, here = self._text.size.width, self._times.zone, self._context.here
        if here.level >= Level.EVENTS:
            event = self._pane.event
            scope = here.at_event(event.participant_id if event is not None else None).participant
            lines = self._detail.of_event(self._pane, scope, width, zone)
        else:
            lines = self._detail.of_row(here, self._picker.row, width, zone, self._times.now())
        self._text.show(lines)

    def follow(self) -> None:
        """Show the row that the cursor moved to: at once, or after keys that come fast."""
        self._debounce.ask()

    def _toggle_raw(self) -> None:
        self._detail.raw = not self._detail.raw
        self.show()

    def _full(self) -> None:
        if self._layout.detail_is_full:
            self._detail.inline = not self._detail.inline
            self.show()
        else:
            self._layout.show_detail_full()
