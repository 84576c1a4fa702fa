"""The explorer: picker, event list and detail on one screen, all out of one provider."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, ClassVar

from textual import events as textual_events
from textual import on
from textual.binding import BindingType
from textual.containers import Container
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from tui.keymap import SCREEN_KEYS, bindings, footer_hints
from tui.presentation.bars import header_line, status_line, tail_lines
from tui.presentation.event_rows import EventRows
from tui.presentation.footer_line import footer_line
from tui.presentation.lines import Line, Role, Span
from tui.presentation.picker_rows import PickerRows
from tui.presentation.timestamps import zone_label
from tui.provider.event_feed import EventFeed
from tui.provider.feed import Feed, FeedState
from tui.provider.pace import Priority
from tui.provider.provider import StageDataProvider
from tui.provider.readable import Readable
from tui.provider.sweep import Sweep
from tui.screens import picking
from tui.screens.detail import Detail
from tui.screens.list_status import budget, is_newest_first, list_status
from tui.screens.place import Level, Place, Trail, View
from tui.screens.prompts import OpenPrompt, narrowing_prompt, service_prompt
from tui.widgets.line_bar import LineBar
from tui.widgets.prompt import Prompt
from tui.widgets.row_list import RowList
from tui.widgets.text_pane import TextPane

_METER_SECONDS = 0.5
"""How often the call meter is drawn while it is above zero. At rest nothing is drawn."""

_DETAIL_SECONDS = 0.1
"""How long the detail waits behind a held key, which repeats about every 0.03 s."""


class ExplorerScreen(Screen[None]):
    """Owns where the reader is. Widgets get values; only this screen asks the provider."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(SCREEN_KEYS)
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's convention
        (0, "-narrow"),
        (100, "-medium"),
        (120, "-wide"),
        (170, "-widest"),
    ]

    @dataclass
    class Changed(Message):
        """A feed, a fact or a sweep of the provider changed; posted from reading threads."""

        what: Readable | Sweep

        def can_replace(self, message: Message) -> bool:
            """Only the last of several changes of one feed needs drawing."""
            return isinstance(message, ExplorerScreen.Changed) and message.what is self.what

    def __init__(
        self,
        provider: StageDataProvider,
        *,
        start: Place,
        label: str,
        local_zone: tzinfo,
        now: Callable[[], datetime],
    ) -> None:
        super().__init__()
        self._provider = provider
        self._trail = Trail(start)
        self._label = label
        self._local_zone = local_zone
        self._zone: tzinfo = UTC
        self._now = now
        self._detail = Detail(provider)
        self._narrowing = ""
        self._open_prompt: OpenPrompt | None = None
        self._note: str | None = None
        self._meter: Timer | None = None
        self._detail_timer: Timer | None = None

    def compose(self) -> Iterator[Widget]:
        """Header, three panes, status, footer."""
        yield LineBar(id="header")
        with Container(id="body"):
            yield RowList(id="picker")
            yield RowList(id="events")
            yield TextPane(id="detail")
        yield LineBar(id="status")
        yield LineBar(id="footer")

    def on_mount(self) -> None:
        """Paint first; connect and read after that."""
        self._arrange()
        self._provider.on_change = self._announce
        self.call_after_refresh(self._arrive)

    def _announce(self, what: Readable | Sweep) -> None:
        self.post_message(self.Changed(what))

    # Where we are.

    @property
    def _here(self) -> Place:
        return self._trail.here

    @property
    def _is_reading(self) -> bool:
        return self._here.level is Level.EVENTS

    @property
    def _picker(self) -> RowList:
        return self.query_one("#picker", RowList)

    @property
    def _events(self) -> RowList:
        return self.query_one("#events", RowList)

    @property
    def _pane(self) -> TextPane:
        return self.query_one("#detail", TextPane)

    @property
    def _picker_feed(self) -> Feed[Any]:
        return picking.feed_at(self._provider, self._here.picker)

    @property
    def _event_feed(self) -> EventFeed:
        return self._provider.events(self._here.participant)

    @property
    def _feed(self) -> Feed[Any]:
        """The feed that keys and status speak of."""
        return self._event_feed if self._is_reading else self._picker_feed

    def _arrange(self) -> None:
        """Share the screen for what the reader does."""
        self.set_class(self._is_reading, "-reading")
        self.set_class(not self._is_reading, "-picking")
        self.remove_class("-drawer", "-detail-only")
        (self._events if self._is_reading else self._picker).focus()

    def _arrive(self) -> None:
        """Show the place that the trail leads to, and read what it needs and does not have."""
        self._arrange()
        self._narrowing = self._trail.view(self._here.picker).text
        self._show_picker()
        if self._is_reading:
            self._show_events()
            self._provider.read(self._provider.participant(self._here.participant))
        if self._feed.state is FeedState.IDLE:
            self._provider.read_more(self._feed)
        self._show_detail()
        self._show_bars()

    def _leave(self) -> None:
        if self._is_reading:
            self._trail.leave(self._here, View(self._events.cursor, self._events.top))
        picker = self._picker
        self._trail.leave(self._here.picker, View(picker.cursor, picker.top, self._narrowing))

    def _go(self, place: Place) -> None:
        self._leave()
        self._trail.go(place)
        self._arrive()

    # Drawing.

    def _show_picker(self) -> None:
        place = self._here.picker
        view = self._trail.view(place)
        self._picker.show(self._picker_rows(), self._picker_tail(), view.cursor, view.top)

    def _picker_rows(self) -> PickerRows[picking.PickerRow]:
        place = self._here.picker
        kept = picking.narrow(place, self._picker_feed.items, self._narrowing)
        return picking.rows_of(place.level, kept, self._zone, self._now())

    def _picker_tail(self) -> tuple[Line, ...]:
        shown = len(self._picker_rows()) if self._narrowing else None
        status = list_status(self._picker_feed, self._here.picker.level, shown)
        return tail_lines(status, self._picker.size.width - 1)

    def _event_rows(self) -> EventRows:
        feed = self._event_feed
        return EventRows(feed.items, self._zone, newest_first=is_newest_first(feed))

    def _show_events(self) -> None:
        view = self._trail.view(self._here)
        self._events.show(self._event_rows(), self._events_tail(), view.cursor, view.top)

    def _events_tail(self) -> tuple[Line, ...]:
        return tail_lines(list_status(self._event_feed, Level.EVENTS), self._events.size.width - 1)

    def _show_detail(self) -> None:
        pane = self._pane
        if self._is_reading:
            log, index = self._event_feed.items, self._events.cursor
            event = log[index] if index < len(log) else None
            lines = self._detail.of_event(
                self._here.participant, event, pane.size.width, self._zone
            )
        else:
            rows, index = self._picker.rows, self._picker.cursor
            row = rows[index] if isinstance(rows, PickerRows) and index < len(rows) else None
            lines = self._detail.of_row(self._here, row, pane.size.width, self._zone, self._now())
        pane.show(lines)

    def _show_bars(self) -> None:
        width = self.size.width
        self.query_one("#header", LineBar).show(
            header_line(
                self._detail.where(self._here, self._label, self._now()),
                zone_label(self._now().astimezone(self._zone)),
                width,
            )
        )
        activity = self._provider.activity()
        shown = len(self._picker.rows) if self._narrowing and not self._is_reading else None
        status = list_status(self._feed, self._here.level, shown)
        line = status_line(status, budget(activity), width)
        if self._note is not None:
            line = (Span(self._note, Role.WARNING),)
        self.query_one("#status", LineBar).show(line)
        hints = footer_hints(self._here.level.name, failed=status.failure is not None)
        self.query_one("#footer", LineBar).show(footer_line(hints, width))
        if self._meter is None and (activity.used or activity.throttled_seconds):
            self._meter = self.set_timer(_METER_SECONDS, self._tick)

    def _tick(self) -> None:
        self._meter = None
        self._show_bars()

    # What happens.

    def on_explorer_screen_changed(self, message: Changed) -> None:
        """Draw what a reading thread stored, if it is still looked at."""
        if message.what is self._picker_feed:
            self._picker.rows = self._picker_rows()
            self._picker.grow(self._picker_tail())
        if self._is_reading and message.what is self._event_feed:
            rows = self._events.rows
            if isinstance(rows, EventRows) and rows.events is self._event_feed.items:
                self._events.rows = self._event_rows()
                self._events.grow(self._events_tail())
            else:
                self._show_events()
        elif self._is_reading:
            self._show_detail()
        self._show_bars()

    @on(RowList.Highlighted)
    def _highlighted(self) -> None:
        if self._detail_timer is None:
            self._show_detail()
            self._detail_timer = self.set_timer(_DETAIL_SECONDS, self._settle_detail)
        else:
            self._detail_is_stale = True

    def _settle_detail(self) -> None:
        self._detail_timer = None
        if self._detail_is_stale:
            self._detail_is_stale = False
            self._show_detail()

    _detail_is_stale = False

    @on(RowList.NearEnd)
    def _near_end(self, message: RowList.NearEnd) -> None:
        if message.row_list.id == "events" and self._is_reading:
            feed = self._feed
        elif message.row_list.has_focus:
            feed = self._picker_feed
        else:
            return
        if feed.state is FeedState.READY or (feed.state is FeedState.QUEUED and message.at_end):
            self._provider.read_more(feed, Priority.DEMAND if message.at_end else Priority.PREFETCH)

    @on(RowList.Chosen, "#picker")
    def _picked(self, message: RowList.Chosen) -> None:
        rows = self._picker.rows
        if isinstance(rows, PickerRows):
            self._go(picking.child(self._here.picker, rows[message.index]))

    @on(RowList.Chosen, "#events")
    def _event_chosen(self, message: RowList.Chosen) -> None:
        link = picking.link_of(self._here, self._event_feed.items[message.index])
        if link is not None:
            self._go(link)
        else:
            self.add_class("-detail-only")
            self._pane.focus()

    def on_resize(self, event: textual_events.Resize) -> None:
        """Lay lines out for the new size."""
        small = event.size.width < 80 or event.size.height < 20  # noqa: PLR2004 - design.md's bound
        self.set_class(small, "-tiny")
        self.call_after_refresh(self._redraw)

    def _redraw(self) -> None:
        self._picker.grow(self._picker_tail())
        if self._is_reading:
            self._events.grow(self._events_tail())
        self._show_detail()
        self._show_bars()

    # What the reader asks for.

    def action_out(self) -> None:
        """Leave the detail, then go back, then up; never quits."""
        if self._pane.has_focus:
            self.remove_class("-detail-only")
            (self._events if self._is_reading else self._picker).focus()
            return
        if not self._is_reading and self._narrowing:
            self._narrow("")
            return
        self._leave()
        if self._trail.back():
            self._arrive()

    def action_quit_or_out(self) -> None:
        """Back, or quit where there is no back."""
        if self._here.level is Level.STAGES and not self._pane.has_focus and not self._narrowing:
            self.app.exit()
        else:
            self.action_out()

    def action_retry(self) -> None:
        """Read on after a failure, or ask for the next page."""
        self._note = None
        if self._feed.state is FeedState.FAILED:
            self._provider.retry(self._feed)
        if self._is_reading:
            fact = self._provider.participant(self._here.participant)
            if fact.state is FeedState.FAILED:
                self._provider.retry(fact)
        self._show_bars()

    def action_restart(self) -> None:
        """Read the list again from its first page."""
        self._provider.restart(self._feed)

    def action_detail_scroll(self, lines: int) -> None:
        """Scroll the detail without leaving the list."""
        self._pane.action_scroll_lines(lines)

    def action_raw(self) -> None:
        """Show the event as JSON, or explained."""
        self._detail.raw = not self._detail.raw
        self._show_detail()

    def action_picker(self) -> None:
        """Show or hide the picker beside the events."""
        self.toggle_class("-drawer" if self.has_class("-medium") else "-no-picker")

    def action_zone(self) -> None:
        """UTC, then local, then UTC."""
        self._zone = self._local_zone if self._zone is UTC else UTC
        self._leave()
        self._arrive()

    def action_narrow(self) -> None:
        """Narrow the picker by typing."""
        if self._is_reading:
            self._leave()
            self._trail.go(self._here.picker)
            self._arrive()
        self._ask(narrowing_prompt(self._narrowing, self._narrow, self._choose_what_is_left))

    def action_ask_service(self) -> None:
        """Ask the service for some participants only."""
        if self._here.level is Level.PARTICIPANTS:
            self._ask(service_prompt(self._here, self._go))
        else:
            self._say("& asks the service for some participants: open a session first")

    def _narrow(self, text: str) -> None:
        self._narrowing = text
        self._picker.show(self._picker_rows(), self._picker_tail(), 0, 0)
        self._show_bars()

    def _choose_what_is_left(self) -> None:
        rows = self._picker_rows()
        listed = [row for row in rows if not isinstance(row, picking.TypedPlace)]
        if self._narrowing and (len(listed) == 1 or (not listed and len(rows) == 1)):
            self._go(picking.child(self._here, rows[0]))

    def _say(self, note: str) -> None:
        """A note in the status line until the next key."""
        self._note = note
        self._show_bars()

    def on_key(self) -> None:
        """Take the note away."""
        if self._note is not None:
            self._note = None
            self._show_bars()

    # Prompts.

    def _ask(self, prompt: OpenPrompt) -> None:
        if self._open_prompt is None:
            self._open_prompt = prompt
            self.query_one("#status").display = False
            self.mount(Prompt(prompt.title, prompt.text, prompt.hint), before="#status")

    def _close_prompt(self) -> None:
        self._open_prompt = None
        self.query(Prompt).remove()
        self.query_one("#status").display = True
        (self._events if self._is_reading else self._picker).focus()

    def on_prompt_typed(self, message: Prompt.Typed) -> None:
        """Pass on what was typed."""
        if self._open_prompt is not None:
            self._open_prompt.typed(message.text)

    def on_prompt_entered(self, message: Prompt.Entered) -> None:
        """Take the answer, or say what is wrong with it and stay."""
        if self._open_prompt is None:
            return
        complaint = self._open_prompt.entered(message.text)
        self._close_prompt()
        if complaint is not None:
            self._say(complaint)

    def on_prompt_cancelled(self) -> None:
        """Leave the prompt."""
        if self._open_prompt is not None:
            self._open_prompt.cancelled()
            self._close_prompt()

    def on_paste(self, event: textual_events.Paste) -> None:
        """Open what a pasted id, ARN or JSON addresses, wherever the reader is."""
        place = picking.typed_place(self._here.picker, event.text)
        if place is not None:
            self._go(place)
        else:
            self._say("nothing to open in what was pasted: no stage ARN, session or participant id")

    def action_help(self) -> None:
        """All keys."""
        from tui.screens.help import HelpScreen  # noqa: PLC0415 - not needed for the first frame

        self.app.push_screen(HelpScreen())
