"""Detail: the lines about the row under the cursor, and the pane that shows them.

Long because what is known of an event is gathered here from everything that was read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from textual.geometry import Size

from ivscope.analysis.intervals import NOTHING_KNOWN
from ivscope.analysis.timed_events import all_timed
from ivscope.domain import calls
from ivscope.domain.events import TOKEN_EXCHANGED, Event
from ivscope.domain.frozen import frozen
from ivscope.domain.identifiers import region_of
from ivscope.domain.pages import Row
from ivscope.domain.stages import (
    ParticipantScope,
    ParticipantSummary,
    StageSession,
    StageSummary,
)
from ivscope.domain.token_comparison import compare_tokens
from ivscope.findings.finding import Certainty, FactKind
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.store.event_log import EventKind
from ivscope.render.bars import Crumb, failure_lines
from ivscope.render.cells import wrap
from ivscope.render.event_json import AS_READ, raw_json
from ivscope.render.event_lines import (
    MOST_TOLD,
    Occurrence,
    OnlyTold,
    Title,
    detail_lines,
    event_title,
    span_line,
    told_lines,
)
from ivscope.render.facts_lines import participant_lines, read_lines, session_lines, stage_lines
from ivscope.render.fields import contradiction_lines, field, title, value_span
from ivscope.render.finding_lines import FindingLines, replica_lines
from ivscope.render.lines import Line, Role, Span
from ivscope.render.picker_rows import session_span, stage_id, stage_name
from ivscope.render.safe import safe_value
from ivscope.render.sentences.words import distance_words
from ivscope.render.timestamps import clock
from ivscope.render.token_lines import errors_since, history_lines, token_lines, verdict_line
from ivscope.settings.commands import with_keys
from ivscope.settings.key_names import first_key
from ivscope.ui.commands import Unavailable
from ivscope.ui.explorer import picking
from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.event_findings import EventFindings, event_ref
from ivscope.ui.explorer.events_pane import EventsPane
from ivscope.ui.explorer.evidence import evidence_keys
from ivscope.ui.explorer.guide import Guide
from ivscope.ui.explorer.layout import Layout
from ivscope.ui.explorer.list_status import is_final
from ivscope.ui.explorer.picker_pane import PickerPane
from ivscope.ui.explorer.picking import TypedPlace
from ivscope.ui.explorer.start import StartChoice
from ivscope.ui.explorer.visits import Visits
from ivscope.ui.widgets.canvas import LineBar
from ivscope.ui.widgets.text_pane import TextPane
from ivscope.workspace.event_list import EventList
from ivscope.workspace.event_stream import ParticipantStream, SessionStream
from ivscope.workspace.jobs import Debounce, Jobs
from ivscope.workspace.place import Level, Place
from ivscope.workspace.store_context import StoreContext

if TYPE_CHECKING:
    from ivscope.findings.token_exchange import TokenHistory

_HINTS = {
    Level.STAGES: "{go.in} lists the sessions of this stage.",
    Level.SESSIONS: "{go.in} lists the participants of this session.",
    Level.PARTICIPANTS: "{go.in} reads the events of this participant.",
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
        self._all_keys = keys
        self._read_key = first_key(keys["triage.summary"])
        self._store_context = StoreContext(provider)
        self.event_findings = EventFindings(provider, self._store_context, jobs)
        """The findings about events."""
        self._raw_kept: tuple[Event, int, tuple[Line, ...]] | None = None
        self.raw = False
        """Whether events are shown as JSON."""
        self.inline = False
        """Whether tokens are compared inline even where side by side would fit."""

    def of_event(
        self, pane: EventsPane, scope: ParticipantScope, size: Size, zone: tzinfo, layout: Layout
    ) -> tuple[Title, Sequence[Line]]:
        """Make the title and the lines about an event, and about the participant it belongs to.

        Args:
            pane: Where the cursor is.
            scope: The participant of the event.
            size: Cells of every line, and lines that there is room for.
            zone: Zone of the times.
            layout: Says where the title stands, and whether the detail has the whole screen.
        """
        event, participant_id, width = pane.event, scope.participant_id, size.width
        who = self.event_findings.user_id(scope, participant_id) or participant_id
        if event is None and not participant_id:
            return Title((Span("No event here", Role.STRONG),)), ()
        if event is None:
            about = Title((Span("Participant ", Role.STRONG), value_span(who, Role.STRONG)))
            return about, self._participant(scope, width, zone)
        title = event_title(event, who, zone, self._ordinal(pane, event))
        if self.raw:
            return title, self._raw_lines(event, width)
        lines = detail_lines(
            event,
            width,
            here=self._occurrence(pane, scope, width, zone, who),
            about=[(Span("Participant", Role.STRONG),), *self._participant(scope, width, zone)],
            name_of=partial(self.event_findings.user_id, scope),
            tokens=self._tokens(pane, scope, width, zone, who, is_full=layout.detail_is_full),
            told=self._told(pane, event, width, zone),
            height=size.height - (0 if layout.detail_has_rule else len(title.lines(width))),
            is_full=layout.detail_is_full,
            wide=pane.wide,
            keys=self._all_keys,
        )
        return title, lines

    @staticmethod
    def _told(pane: EventsPane, event: Event, width: int, zone: tzinfo) -> Sequence[Line]:
        """Say what EventBridge has told, where one came with that."""
        joined, position, event_list = pane.joined, pane.position, pane.event_list
        if joined is None or position is None or event_list is None or pane.notices is None:
            return ()
        stream = event_list.stream
        of_one = isinstance(stream, ParticipantStream)
        missing = joined.missing if stream.is_complete else []
        named = [
            (second, " ".join(filter(None, (name, code, "" if of_one else who))))
            for (second, name, code), who in missing[:MOST_TOLD]
        ]
        others = OnlyTold(named, len(missing), event.time)
        return told_lines(joined.has(position), pane.notices.source, others, width, zone)

    def _tokens(
        self,
        pane: EventsPane,
        scope: ParticipantScope,
        width: int,
        zone: tzinfo,
        who: str,
        *,
        is_full: bool,
    ) -> Sequence[Line]:
        """Say what an exchange changed; on the whole screen draw all tokens of the stay."""
        event = pane.event
        if event is None or not (
            event.name == TOKEN_EXCHANGED or event.previous_token or event.new_token
        ):
            return ()
        comparison = compare_tokens(event.previous_token, event.new_token, event.time)
        history, stopped = self._history(pane, scope)
        errors = "" if history is None else errors_since(history)
        verdict = wrap(verdict_line(comparison, who, stopped, errors), width)
        if is_full and history is not None and width > _FULL_CELLS and not self.inline:
            return [*verdict, (), *history_lines(history, width, zone), ()]
        return [*verdict, *token_lines(comparison, width, zone, inline=self.inline)]

    def _history(
        self, pane: EventsPane, scope: ParticipantScope
    ) -> "tuple[TokenHistory | None, str]":
        """All tokens of the stay of an exchange, and when publishing stopped after it."""
        from ivscope.findings.event_context import look  # noqa: PLC0415 - after the first rows
        from ivscope.findings.token_exchange import (  # noqa: PLC0415
            StoppedAfterLosing,
            token_history,
        )

        ref = event_ref(self.event_findings, pane, scope)
        if ref is None or not isinstance(ref.scope, ParticipantScope):
            return None, ""
        context = look(ref.scope, ref.position, self._store_context.facts)
        findings = self.event_findings.of(ref) or ()
        claims = (one.claim for one in findings)
        stops = [one.stopped for one in claims if isinstance(one, StoppedAfterLosing)]
        stopped = distance_words(stops[0]) if stops else ""
        return None if context is None else token_history(context), stopped

    @staticmethod
    def _ordinal(pane: EventsPane, event: Event) -> str:
        """Say which of how many errors or exchanges an event is, or of how many in its row."""
        if pane.together > 1:
            return f"first of {pane.together:,} in this row"
        event_list, position = pane.event_list, pane.position
        is_exchange = event.name == TOKEN_EXCHANGED
        if event_list is None or position is None or not (event.is_error or is_exchange):
            return ""
        log = event_list.stream.items

        def is_alike(kind: EventKind) -> bool:
            return kind.name == TOKEN_EXCHANGED if is_exchange else kind.is_error

        kinds = (number for number, kind in enumerate(log.tables.kinds) if is_alike(kind))
        if log.tally.count(kinds) > _MOST_NUMBERED:
            return ""
        alike = all_timed(log, is_alike)
        if position not in alike:
            return ""
        what = "exchange" if is_exchange else "error"
        return f"{what} {alike.index(position) + 1} of {len(alike)}"

    def _raw_lines(self, event: Event, width: int) -> tuple[Line, ...]:
        """Lay out the event as JSON. Kept, since a member of megabytes takes seconds."""
        if self._raw_kept is None or self._raw_kept[:2] != (event, width):
            text = raw_json(event).splitlines()
            lines = chain.from_iterable(wrap((Span(line),), width, 2) for line in text)
            head = title(f"Raw fields, {AS_READ}", width)
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

    def _occurrence(
        self, pane: EventsPane, scope: ParticipantScope, width: int, zone: tzinfo, who: str
    ) -> Occurrence:
        """Make the lines about this one event from what the rules find."""
        event_findings, event = self.event_findings, pane.event
        span = self._span(pane, scope, width, zone)
        ref = event_ref(event_findings, pane, scope)
        if ref is None or event is None:
            return Occurrence(span=span)
        findings = event_findings.of(ref)
        if findings is None:
            told = Span("... looking for evidence in many events", Role.MUTED)
            looking = field("", (told,), width)
            return Occurrence(span=[*span, *looking])
        remote = event.remote_participant_id
        draw = FindingLines(
            width,
            zone,
            around=event.time,
            cite=lambda other: event_findings.cite(other, ref),
            name=lambda one: who if one is None else event_findings.user_id(scope, one) or one,
            fetched=event_findings.fetchable(findings),
            keys=self._keys,
            publisher=None if remote is None else event_findings.user_id(scope, remote),
        )
        known = [one for one in findings if one.certainty is not Certainty.UNKNOWN]
        others = [one for one in findings if one.certainty is Certainty.UNKNOWN]
        # The sentence about the tokens says what an exchange is about.
        leads = event.name == TOKEN_EXCHANGED or (bool(known) and findings[0] is known[0])
        to_find_out = draw.asks(findings)
        if any(a.fact.kind is FactKind.REPLICAS for one in findings for a in one.would_tell):
            replicas = self._provider.store.listed(
                calls.replicas(scope.stage_arn, scope.participant_id)
            )
            to_find_out += [] if replicas is None else replica_lines(replicas.items[:], width)
        return Occurrence(
            seen=draw.claims(known, Role.STRONG if leads else Role.TEXT),
            leads=leads,
            span=span,
            next_step=draw.next_step(findings),
            to_find_out=to_find_out,
            evidence=draw.evidence(findings),
            people=draw.people(findings),
            unknown=[*draw.claims(others), *draw.unknowns(known)],
        )

    def of_row(
        self, place: Place, pane: PickerPane, width: int, zone: tzinfo, now: datetime
    ) -> tuple[Title, Sequence[Line]]:
        """Make the title and the lines about a row of a picker, and say what Enter does."""
        row, people = pane.row, pane.people
        lines: list[Line] = []
        name: str | None = ""
        if row is None:
            return Title(()), ()
        if isinstance(row, Row):
            lines += contradiction_lines(row.contradiction, width)
        match row:
            case StageSummary():
                what, name = "Stage", row.name or stage_id(row.arn)
                lines += stage_lines(self._provider.stage(row.arn).value or row, width)
            case StageSession():
                what, name = "Session", row.session_id
                lines += session_lines(row, width, zone, now)
            case ParticipantSummary():
                what, name = "Participant", row.user_id or row.participant_id
                read, seen = people.read(row.participant_id), people.see(row.participant_id)
                lines += read_lines(read, seen, people.same_user(row), width, zone)
                lines += participant_lines(row, width, zone)
            case TypedPlace():
                text = "{go.in} opens what you typed, whether the service lists it or not."
                text = with_keys(text, self._all_keys)
                return Title((Span("Typed", Role.STRONG),)), wrap((Span(text),), width)
            case StartChoice():
                return Title((Span(row.title, Role.STRONG),)), wrap((Span(row.about),), width)
        lines.append(())
        hint = with_keys(_HINTS[place.level], self._all_keys)
        cost = people.cost_words(self._read_key) if place.level is Level.PARTICIPANTS else ""
        lines += wrap((Span(f"{hint} {cost}".rstrip(), Role.MUTED),), width)
        return Title((Span(f"{what} ", Role.MUTED), value_span(name, Role.STRONG))), lines

    def _participant(self, scope: ParticipantScope, width: int, zone: tzinfo) -> list[Line]:
        fact = self._provider.participant(scope)
        if fact.value is not None:
            return participant_lines(fact.value, width, zone)
        if fact.failure is not None:
            again = with_keys("{read.again} reads it again.", self._all_keys)
            lines = failure_lines(fact.failure, width, self._all_keys)
            return lines if is_final(fact.failure) else [*lines, (Span(again, Role.ACCENT),)]
        if fact.status.is_busy:
            return [(Span("... reading its details", Role.MUTED),)]
        unread = with_keys("details not read yet: {go.in} opens it", self._all_keys)
        return [(Span(unread, Role.MUTED),)]

    def where(self, place: Place, zone: tzinfo, now: datetime) -> tuple[Crumb, ...]:
        """Make the left end of the header: stage, session and participant, as far as chosen."""
        if place.stage_arn is None:
            return (Crumb("stages"),)
        crumbs = [Crumb(self.stage(place.stage_arn), rank=1, is_free=True)]
        if place.session_id is not None:
            crumbs.append(self._session(place, zone, now))
        if place.participant_id is not None:
            crumbs.append(self._user(place))
        elif place.everybody:
            crumbs.append(Crumb("timeline"))
        elif place.narrowed is not None:
            only = f"only {picking.filter_text(place.narrowed)}"
            crumbs.append(Crumb(only, rank=4, is_free=True))
        return tuple(crumbs)

    def source(self, place: Place, label: str) -> tuple[Crumb, ...]:
        """Make the right end of the header: what signs or the demo, account and Region.

        The Region is the one that is asked: that of the stage, else the configured one.
        """
        facts, stages = self._provider.source_details, self._provider.stages().items
        arn = place.stage_arn or (stages[0].arn if len(stages) else "")
        account = arn.split(":")[_ARN_ACCOUNT] if arn.count(":") > _ARN_ACCOUNT else ""
        crumbs = [Crumb(f"{label} ·" if label else "", "", rank=6, is_free=True)]
        if account:
            crumbs.append(Crumb(account, f"·{account[-_ACCOUNT_END:]}", rank=3))
        region = region_of(place.stage_arn) or (facts.region if facts is not None else None)
        if facts is not None and region:
            crumbs.append(Crumb(region))
        return tuple(crumbs)

    def stage(self, stage_arn: str) -> str:
        """Return the name of a stage as far as it is listed, else its id."""
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

_MOST_NUMBERED = 1_000
"""Up to so many errors or exchanges are put in order to number the one under the cursor, which
takes a fraction of a millisecond."""

_FULL_CELLS = 100
"""With fewer cells the detail on the whole screen has only the two tokens of the exchange."""

_BEHIND_SECONDS = 0.1
"""How long the detail waits while a key is held down, which repeats about every 0.03 s."""

_SCROLL_LINES = 3
"""Lines that one key press scrolls the detail while the list has the focus."""


_NEAR = timedelta(seconds=60)
"""Events so far from the cursor can be what a client error is about: clocks of clients differ, and
the LEFT after a lost connection comes late."""

_NEAR_ROWS = 200
"""Rows before and after the cursor that are looked through for them."""

_MOST_NEAR = 5


def _near(event_list: EventList, row: int, event: Event) -> Iterator[Event]:
    """Return the events of the list near an event in row and time."""
    view, middle = event_list.view, event.time
    if not isinstance(middle, datetime):
        return
    for at in range(max(0, row - _NEAR_ROWS), min(len(view), row + _NEAR_ROWS)):
        other = view.log[view.position(at)]
        moment = other.time
        if isinstance(moment, datetime) and abs(moment - middle) <= _NEAR:
            yield other


@frozen
class _Card:
    """What is shown instead of the row under the cursor."""

    title: str
    lines: Callable[[int, tzinfo], Sequence[Line]]
    spot: object
    """Where the cursor was."""
    is_full: bool
    """Whether the detail got the whole screen for it."""


class DetailPane:
    """Shows what `Detail` says about the row under the cursor."""

    def __init__(
        self,
        context: ExplorerContext,
        rule: LineBar,
        text: TextPane,
        detail: Detail,
        visits: Visits,
        *,
        guide: Guide,
    ) -> None:
        self._visits, self._guide = visits, guide
        self._context, self._detail = context, detail
        self._rule, self._text = rule, text
        self._picker = context.picker
        self._pane = context.pane
        self._layout = context.layout
        self._times = context.times
        self._card: _Card | None = None
        self._has_shown_event = False
        detail.event_findings.on_ready = self.show
        self._debounce = Debounce(context.jobs, self.show, _BEHIND_SECONDS)
        ways = (context.keys[way] for way in ("detail.down", "detail.up"))
        text.more_keys = " ".join(first_key(keys) for keys in ways if keys)
        add = context.handlers.add
        add("detail.raw", self._toggle_raw, context.why_no_events)
        add("detail.tokens", self._full)
        add("detail.down", lambda: text.step(_SCROLL_LINES), self._why_no_more)
        add("detail.up", lambda: text.step(-_SCROLL_LINES), self._why_no_less)

    def show(self) -> None:
        """Show the row under the cursor now, its title in the rule or above the other lines."""
        size, zone, here = self._text.size, self._times.zone, self._context.here
        if not self._has_shown_event and here.level >= Level.EVENTS and self._pane.event:
            # What its findings need is loaded now: the rows do not wait for that.
            self._has_shown_event = True
            self._context.screen.call_after_refresh(self.show)
            return
        card = self._card_here()
        lines: Sequence[Line]
        if card is not None:
            title, lines = Title((Span(card.title, Role.STRONG),)), card.lines(size.width, zone)
        elif here.level >= Level.EVENTS:
            event = self._pane.event
            scope = here.at_event(event.participant_id if event is not None else None).participant
            title, lines = self._detail.of_event(self._pane, scope, size, zone, self._layout)
        else:
            now = self._times.now()
            title, lines = self._detail.of_row(here, self._picker, size.width, zone, now)
            if here.level is Level.STAGES:
                lines = [*lines, *self._visits.lines(size.width, self._detail.stage)]
                if offer := self._context.handlers.with_keys(self._guide.offer):
                    lines = [*wrap((Span(offer, Role.ACCENT),), size.width), (), *lines]
        if self._layout.detail_has_rule:
            self._rule.show(title.rule(self._rule.size.width))
            self._text.show(tuple(lines))
        else:
            self._text.show((*title.lines(size.width), *lines))

    def explain(self, text: str) -> None:
        """Show what a number, a code or a name means, as a card."""
        self.show_card("Explained", lambda width, zone: self._asked_lines(text, width, zone))

    def show_card(self, title: str, lines: Callable[[int, tzinfo], Sequence[Line]]) -> None:
        """Show something else than the row under the cursor, until the cursor moves on.

        Where the detail is below the list it gets the whole screen, and Esc leads back.

        Args:
            title: Its name.
            lines: Makes its lines for a width in cells and the zone of times.
        """
        if self._layout.detail_has_rule:
            self._layout.show_detail_full()
        self._card = _Card(title, lines, self.spot(), is_full=self._layout.detail_is_full)
        self.show()

    def stage_name(self, place: Place) -> str:
        """Return the name of the stage of a place as far as it is listed, safe to draw."""
        return safe_value(self._detail.stage(place.stage_arn or ""))

    def spot(self) -> object:
        """Return what the detail is about: the place and the row under the cursor."""
        here = self._context.here
        return here, self._pane.position if here.level >= Level.EVENTS else self._picker.row

    def _card_here(self) -> _Card | None:
        card = self._card
        if card is not None and (
            card.spot != self.spot() or (card.is_full and not self._layout.detail_is_full)
        ):
            self._card = None
        return self._card

    def _asked_lines(self, text: str, width: int, zone: tzinfo) -> list[Line]:
        """Explain what was asked, and name the events near the cursor that fit it."""
        from ivscope.knowledge.client_errors import client_errors  # noqa: PLC0415 - after the start
        from ivscope.render.client_error_lines import asked_lines  # noqa: PLC0415 - same

        lines = asked_lines(text, width)
        expected = {name for error in client_errors(text) for name in error.expected}
        event, event_list = self._pane.event, self._pane.event_list
        is_event = self._context.here.level >= Level.EVENTS
        if not expected or not is_event or event is None or event_list is None:
            return lines
        found = [
            other
            for other in _near(event_list, self._pane.row, event)
            if other.name in expected or other.error_code in expected
        ]
        if not found:
            text = f"none of {', '.join(sorted(expected))} within {_NEAR.seconds} s of the cursor"
            return [*lines, (), *field("Beside", (Span(f"{text}, of what is read"),), width)]
        lines.append(())
        for at, other in enumerate(found[:_MOST_NEAR]):
            told = f"{clock(other.time, zone)} {other.name} {other.error_code or ''}".rstrip()
            lines += field("" if at else "Beside", (Span(told),), width)
        return lines

    def follow(self, *, is_shown: bool) -> None:
        """Show the row that the cursor moved to unless it is: at once, or after keys in a row."""
        self._debounce.ask(is_done=is_shown)

    def _toggle_raw(self) -> None:
        self._detail.raw = not self._detail.raw
        self.show()

    def _why_no_more(self) -> str:
        below = len(self._text.lines) - self._text.scroll_offset.y - self._text.size.height
        return "" if below > 0 else "the detail has no more lines"

    def _why_no_less(self) -> str:
        return "" if self._text.scroll_offset.y else "this is the first line of the detail"

    def _full(self) -> None:
        if self._layout.detail_is_full:
            before = self._text.lines
            self._detail.inline = not self._detail.inline
            self.show()
            if self._text.lines == before:
                raise Unavailable("only the tokens of an exchange have another form")
        else:
            self._layout.show_detail_full()
