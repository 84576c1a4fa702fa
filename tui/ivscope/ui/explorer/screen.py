"""ExplorerScreen: picker, event list and detail on one screen, over one provider.

Long because every part of the explorer is made and drawn from here.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.containers import Container
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from ivscope.provider.fetch.connection import SourceDetails
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.store.fetchable import Fetchable
from ivscope.render.bars import (
    Budget,
    Crumb,
    footer_line,
    header_line,
    note_line,
    status_line,
    trouble_lines,
)
from ivscope.render.lines import Line
from ivscope.render.time_display import TimeDisplay
from ivscope.settings.commands import Area, Command, View, footer_hints
from ivscope.settings.configuration import Configuration, effective_keys
from ivscope.settings.kept_places import KeptPlaces
from ivscope.ui.commands import CommandScreen, keyboard
from ivscope.ui.explorer.accounts import AccountCommands
from ivscope.ui.explorer.context import Count, ExplorerContext
from ivscope.ui.explorer.copying import Copying, Saving
from ivscope.ui.explorer.detail import Detail, DetailPane
from ivscope.ui.explorer.event_commands import EventCommands
from ivscope.ui.explorer.events_pane import EventsPane
from ivscope.ui.explorer.evidence import EvidenceCommands
from ivscope.ui.explorer.guide import Guide
from ivscope.ui.explorer.key_gate import KeyGate
from ivscope.ui.explorer.layout import Layout
from ivscope.ui.explorer.list_status import budget
from ivscope.ui.explorer.navigation import Navigation
from ivscope.ui.explorer.picker_pane import PickerPane
from ivscope.ui.explorer.prompts import PromptCommands
from ivscope.ui.explorer.read_commands import ReadCommands
from ivscope.ui.explorer.session_views import SessionViews
from ivscope.ui.explorer.visits import Visits
from ivscope.ui.explorer.who import WhoCommand
from ivscope.ui.overlays import Shared
from ivscope.ui.status_area import StatusArea, TypedTexts
from ivscope.ui.taking import Taking
from ivscope.ui.widgets.canvas import Edge, LineBar
from ivscope.ui.widgets.row_list import RowList
from ivscope.ui.widgets.screens import QuietScreen
from ivscope.ui.widgets.text_pane import NoticePane, TextPane
from ivscope.workspace.jobs import Alarm, Coalescer, Jobs, ThreadJob
from ivscope.workspace.launch import Elsewhere, Launch, RecordingStatus
from ivscope.workspace.place import Trail

if TYPE_CHECKING:
    from ivscope.export.clippings import Clipping


_METER_SECONDS = 0.5
"""Time between two drawings of the call meter while it is above zero; at zero none is drawn."""


class ExplorerScreen(CommandScreen[None], QuietScreen[None]):
    """Puts the parts of the explorer together, and draws what the provider announces."""

    BINDINGS: ClassVar[list[BindingType]] = keyboard(View.STAGES)
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's convention
        (0, "-narrow"),
        (110, "-wide"),
        (160, "-widest"),
    ]

    class Begun(Message):
        """Message: the explorer is on screen, and keys act on it."""

    class Left(Message):
        """Message: another account or Region is wanted."""

        def __init__(self, move: Elsewhere) -> None:
            super().__init__()
            self.move = move

    class Changed(Message):
        """Message: a feed, a fact or a scan of the provider changed. Posted by reading threads."""

        def __init__(self, what: Fetchable | Scan) -> None:
            super().__init__()
            self.what = what

    def __init__(
        self,
        provider: StageDataProvider,
        *,
        times: TimeDisplay,
        launch: Launch,
        configuration: Configuration,
        jobs: Jobs,
        history: Path | None = None,
    ) -> None:
        """Make the explorer.

        Args:
            provider: Where everything on screen comes from.
            times: Zone and style in which times are shown.
            launch: Where and how to begin.
            configuration: Settings, with the keys.
            jobs: The owner of background work.
            history: File that keeps what was typed in prompts; None to keep it for this run only.
        """
        keys, fold = effective_keys(configuration), configuration.fold
        super().__init__(keys)
        self._provider = provider
        self._launch = launch
        self._meter = Alarm(jobs, self.show_bars)
        self._changes = Coalescer(jobs, self._take_in)
        self._connecting = ThreadJob[None](jobs, "connecting")
        self._header = LineBar(id="header")
        self._footer = LineBar(id="footer")
        self._trouble = NoticePane(id="trouble")
        self._picker = RowList(id="picker")
        self._events = RowList(id="events")
        self._rule = LineBar(id="rule")
        self._text = TextPane(id="detail")
        typed = TypedTexts(history)
        kept = KeptPlaces(launch.kept)
        self.context = context = ExplorerContext(
            screen=self,
            provider=provider,
            times=times,
            launch=launch,
            keys=keys,
            jobs=jobs,
            handlers=self.handlers,
            trail=Trail(launch.start()),
            count=Count(),
            status=StatusArea(typed, self.handlers, jobs),
            taking=Taking(lambda: self.app, jobs, self.say, keys),
            typed=typed,
            layout=Layout(self, self.handlers, self._picker, self._events, self._text),
            picker=PickerPane(
                provider,
                self._picker,
                times,
                keys,
                names_users=not launch.is_redacted,
                can_start_anew=launch.accounts is not None,
            ),
            pane=EventsPane(
                provider,
                self._events,
                times,
                self.say,
                jobs,
                keys=keys,
                kept=kept,
                notices=None if provider.file is not None else launch.notices,
                fold=fold,
                show_bars=self.show_bars,
            ),
            say=self.say,
            redraw=self.redraw,
            show_bars=self.show_bars,
        )
        self._guide = Guide(context, kept, is_on=launch.is_guided)
        self._guide.add_handlers(self.handlers, self.show_bars)
        self._event_commands = events = EventCommands(context)
        self._reads = ReadCommands(context)
        self._visits = Visits(context, kept)
        accounts = AccountCommands(
            context,
            lambda move: self.post_message(self.Left(move)),
            lambda text: self._prompts.paste(text),  # noqa: PLW0108 - no prompts yet
        )
        choose = accounts.choose
        self._navigation = Navigation(context, events, self._reads, self._visits, choose)
        self._words = Detail(provider, keys, jobs)
        self._copying = Copying(context, self._words.event_findings)
        self._views = SessionViews(
            context,
            events,
            self._navigation,
            self._crumbs,
            self._share,
        )
        self._detail = DetailPane(
            context, self._rule, self._text, self._words, self._visits, guide=self._guide
        )
        self._shown_spot: object = None
        """What the detail was shown for before the rows scrolled; None once that was announced."""
        for row_list in (self._events, self._picker):
            row_list.before_scroll = partial(self._show_beside, row_list)
        self._who = WhoCommand(context, self._navigation, self._detail)
        self._prompts = PromptCommands(
            context,
            events,
            self._navigation,
            self._views,
            explain=self._detail.explain,
            who=self._who.ask,
            guide=self._guide.order,
            accounts=accounts,
        )
        self._lays_out = False
        self._unsent: ExitStack | None = None
        """Ends the time in which nothing is sent to the terminal; None outside it."""
        self._gate = KeyGate(context, self._navigation)
        Saving(context)
        self._evidence = EvidenceCommands(context, self._words.event_findings, self._navigation)
        self.handlers.add("app.help", self.open_help)
        self.handlers.add("prompt.help", self.open_help)

    def compose(self) -> Iterator[Widget]:
        """Make the header, three panes, the status line and the footer."""
        yield self._header
        with Container(id="body"):
            yield self._picker
            yield self._events
            yield self._rule
            yield Edge(id="edge")
            yield self._text
        yield self._trouble
        yield self.context.status
        yield self._footer

    def expect(self, size: Size) -> None:
        """Take the classes of a size and of the first place before anything is mounted.

        Each class that comes later has the styles of all widgets computed again.
        """
        name = max(point for point in self.HORIZONTAL_BREAKPOINTS if size.width >= point[0])[1]
        self.add_class(name, update=False)
        self.context.layout.expect(size, shows_events=self.context.shows_events)

    def on_mount(self) -> None:
        """Lay everything out before the terminal gets a first screen, instead of many."""
        self._unsent = ExitStack()
        self._unsent.enter_context(self.app.batch_update())
        self.context.layout.arrange(shows_events=self.context.shows_events)
        self._provider.on_change = self._announce
        self.call_after_refresh(self._begin)

    def update_node_styles(self, animate: bool = True) -> None:
        """Compute the styles anew; not before the first screen, which was mounted with its own."""
        if self._unsent is None:
            super().update_node_styles(animate)

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        """Lay out and draw; all that got another size is drawn as a whole then."""
        self._lays_out = True
        super()._refresh_layout(size, scroll)
        self._lays_out = False

    def _compositor_refresh(self) -> None:
        """Draw all that has changed by now in one frame; nothing that would not be sent.

        Each pane asks for a frame by itself, and Textual draws when the first one has asked: what a
        key changes elsewhere would come with the next frame, and so would lines for the size that
        the detail has just got.
        """
        if self._unsent is not None:
            return
        if self._text.is_outdated:
            self._detail.show()
        changed = {
            one
            for one in self._compositor.visible_widgets
            # What is drawn as a whole got another style, and mostly gets another size next.
            if self._lays_out or one.outer_size.region not in one._repaint_regions  # noqa: SLF001 - as the base
        }
        self._compositor.update_widgets(changed)
        super()._compositor_refresh()

    def on_unmount(self) -> None:
        """Keep the place for the next run."""
        self._visits.keep_at_once()

    def _begin(self) -> None:
        complaints = self._navigation.begin(self._launch)
        if self._launch.text:
            self._prompts.paste(self._launch.text)
        if complaints or self._launch.note:
            self.say(complaints or self._launch.note)
        self.call_after_refresh(self._send)

    def _send(self) -> None:
        """Draw the first screen: where focus and sizes have settled, once."""
        if self._unsent is not None:
            self._unsent.close()
        self._unsent = None
        self.refresh(layout=True, repaint=False)
        self._views.stirred()
        self.call_after_refresh(self.post_message, self.Begun())

    def _announce(self, what: Fetchable | Scan) -> None:
        self.post_message(self.Changed(what))

    @property
    def view(self) -> View:
        """The view that the keys go to."""
        return self.context.view

    def takers(self) -> Mapping[str, "Callable[[Clipping], None]"]:
        """Return what copies and what prints, by the id of the command."""
        return self.context.taking.takers()

    # Drawing.

    def show_bars(self) -> None:
        """Draw header, status and footer; only what changed is sent to the terminal."""
        context, width = self.context, self.size.width
        context.catch_up()
        status = context.status_here()
        self._look()
        self._provider.watch(is_watched=self._views.shows_everybody)
        activity = self._provider.activity()
        details = self._provider.source_details or SourceDetails()
        calls = budget(activity, details.host) if self._provider.may_grow else Budget(0, 0)
        running = self._reads.word()
        self._header.show(self._header_line(width))
        troubles = context.troubles(context.here, status)
        self._trouble.show(trouble_lines(troubles, width, self.keys))
        context.status.show_status(status_line(status, calls, running, width, self.keys))
        can_retry = any(one.can_retry for one in troubles)
        if status.failure is not None:
            can_retry = status.can_retry
        first = ("read.again",) if can_retry else ()
        hints = footer_hints(View[context.level.name], self.keys, first)
        self._footer.show(footer_line(hints, width))
        meter_falls = bool(activity.used or activity.throttled_seconds or activity.in_flight)
        if meter_falls and not self._meter.is_set:
            self._meter.set(_METER_SECONDS)

    def _share(self) -> Shared:
        """Return what a view over the explorer shares with it."""
        context = self.context
        return Shared(
            keys=context.keys,
            jobs=context.jobs,
            times=context.times,
            taking=context.taking,
            typed=context.typed,
            place=context.here,
            connection=self._copying.connection,
            copies=self._copying.of_events,
            command=self._prompts.over,
            guide=self._guide,
        )

    def _header_line(self, width: int) -> Line:
        """Make the header: the place, and the zone by its name or its offset at the event."""
        context, times = self.context, self.context.times
        event = context.pane.event if context.shows_events else None
        moment = event.time if event is not None and isinstance(event.time, datetime) else None
        right = self._words.source(context.here, self._label())
        if self._launch.recording is not None:
            right = (_recording_crumb(self._launch.recording()), *right)
        zone = Crumb(times.zone_name(moment))
        return header_line(self._crumbs(), (*right, zone), width)

    def _label(self) -> str:
        """Say what signs the calls as soon as that is known; before that what was asked for."""
        details = self._provider.source_details
        if details is None or details.credentials is None:
            return self._launch.label
        return f"{details.credentials}{' redacted' if self._launch.is_redacted else ''}"

    def _crumbs(self) -> tuple[Crumb, ...]:
        """Make the parts of the header that tell the place."""
        times = self.context.times
        return self._words.where(self.context.here, times.zone, times.now())

    def say(self, note: str) -> None:
        """Show a note until the next key, in the view on top; below a prompt while one is there."""
        top, text = self.app.screen, self.handlers.with_keys(note)
        if isinstance(top, CommandScreen) and top is not self:
            top.say(text)
            return
        self.context.status.say(text)
        self._look()
        if self.context.status.is_asking:
            self._footer.show(note_line(text, self.size.width))

    def redraw(self) -> None:
        """Draw everything again, as when the style of times or the size changed."""
        self.context.picker.redraw()
        self.context.pane.redraw()
        self._detail.show()
        self.show_bars()

    def on_explorer_screen_changed(self, message: Changed) -> None:
        """Hand a change to the coalescer, which calls `_take_in`."""
        self._changes.add(message.what)

    def _take_in(self, changed: Collection[object]) -> None:
        """Draw what reading threads stored, as far as it is on screen."""
        picker, pane = self.context.picker, self.context.pane
        if picker.feed in changed:
            picker.changed()
        for scan in changed:
            if isinstance(scan, Scan):
                picker.told(scan.session)
        if self.context.shows_events:
            event_list = pane.event_list
            if event_list is not None and event_list.stream.source in changed:
                pane.changed()
                picker.told(self.context.here.session)
            self._event_commands.changed()
            self._reads.changed()
            self._evidence.changed()
            self._detail.show()
        self._navigation.changed()
        self._views.changed(changed)
        self._who.changed()
        self.show_bars()
        if self._provider.should_connect:
            self.call_after_refresh(self._connect)

    def _connect(self) -> None:
        """Connect behind rows that came ahead of the connection."""
        crash = self.context.jobs.crash
        self._connecting.start(self._provider.connect, lambda _: self.show_bars(), crash)

    @on(RowList.Highlighted)
    def _highlighted(self, message: RowList.Highlighted) -> None:
        if message.row_list is not self.context.layout.main:
            return  # the detail is about the main list
        if self.context.shows_events:
            self._reads.moved()
            event_list = self.context.pane.event_list
            if event_list is not None and event_list.search_text:
                self.show_bars()
        spot, self._shown_spot = self._shown_spot, None
        self._detail.follow(is_shown=spot is not None and spot == self._detail.spot())
        self._look()

    def _show_beside(self, row_list: RowList) -> None:
        """Show what the detail says now, where it stands beside the list that it is about."""
        layout = self.context.layout
        if row_list is layout.main and not layout.detail_has_rule:
            self._detail.show()
            self._shown_spot = self._detail.spot()

    def _look(self) -> None:
        """Have the guide look at the screen, and draw what it says then."""
        self._guide.look()
        lines = self._guide.lines(self.handlers, self.size.width)
        self.context.status.show_guide(lines)

    @on(RowList.NearEnd)
    def _near_end(self, message: RowList.NearEnd) -> None:
        if message.row_list is self._events and self.context.shows_events:
            self.context.pane.near_end()
        elif message.row_list is self._picker and self._picker.has_focus:
            self.context.picker.near_end()

    def on_resize(self, event: events.Resize) -> None:
        """Draw again for another size."""
        self.context.layout.fit(event.size)
        if self._unsent is None:  # the first screen is drawn as a whole
            self.call_after_refresh(self.redraw)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Name the keys of the list that got the focus; a picker beside the events is read."""
        if event.widget is self._picker and self.context.shows_events:
            self.context.picker.read()
        if self.context.pane.event_list is not None or not self.context.shows_events:
            self.show_bars()  # not before the first place is opened

    @on(TextPane.Resized)
    def _detail_resized(self) -> None:
        self._detail.show()

    # Keys.

    def after(self, command: Command) -> None:
        """Forget the typed number, and draw header, status and footer unless the cursor moved."""
        self.context.count.take()
        self._views.stirred()
        if command.area is not Area.MOVING:
            self.show_bars()

    def on_key(self, event: events.Key) -> None:
        """Give keys that are not commands to the key gate."""
        self._views.stirred()
        if self._gate.take(event.key):
            event.stop()
        else:
            self.say_no_key(event)

    @on(StatusArea.Answered)
    def _answered(self) -> None:
        self.show_bars()

    def on_paste(self, event: events.Paste) -> None:
        """Open what was pasted, whatever is on screen."""
        self._prompts.paste(event.text)


def _recording_crumb(status: RecordingStatus) -> Crumb:
    """Say in the header that answers are being recorded, or that some were lost."""
    if status.lost:
        return Crumb(f"NOT RECORDED: {status.lost:,} ({status.failure}) ·", "NOT RECORDED ·", 5)
    return Crumb(f"REC {status.file_name} ·", "REC ·", 5)
