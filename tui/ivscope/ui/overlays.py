"""Overlays: the views over the explorer, and all that they can do as the explorer does."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.screen import ScreenResultType
from textual.widget import Widget

from ivscope.analysis.lanes import Lanes, MadeLane
from ivscope.domain.clock import work_limit
from ivscope.domain.frozen import frozen
from ivscope.render.bars import Trouble, footer_line, trouble_lines
from ivscope.render.lines import plain
from ivscope.render.time_display import TimeDisplay
from ivscope.render.timestamps import TimeStyle
from ivscope.settings.commands import Command, View, footer_hints
from ivscope.ui.commands import CommandScreen, Unavailable
from ivscope.ui.status_area import OpenPrompt, StatusArea, TypedTexts
from ivscope.ui.taking import Taking, ViewText, chosen, on_screen
from ivscope.ui.widgets.canvas import LineBar
from ivscope.ui.widgets.row_list import RowList
from ivscope.ui.widgets.screens import CoveringScreen
from ivscope.ui.widgets.text_pane import NoticePane, TextPane
from ivscope.workspace.jobs import KEY_PAUSE_SECONDS, GivenUpError, Jobs, SlicedJob, ThreadJob
from ivscope.workspace.place import Place

if TYPE_CHECKING:
    from ivscope.export.cli_commands import CliOptions
    from ivscope.export.clippings import Clipping
    from ivscope.export.event_copies import EventCopies
    from ivscope.ui.explorer.guide import Guide


@frozen
class Shared:
    """What the views over the explorer share with it."""

    keys: Mapping[str, str]
    """Keys in force by command id."""
    jobs: Jobs
    """The owner of background work."""
    times: TimeDisplay
    """Zone and style in which times are shown."""
    taking: Taking
    typed: TypedTexts
    """What was typed in prompts."""
    place: Place
    """The place below the view."""
    connection: "Callable[[], CliOptions]"
    """Returns how the data was read."""
    copies: "EventCopies"
    """Makes texts about events."""
    command: Callable[["OverlayScreen[Any]"], OpenPrompt]
    """Makes the prompt for commands over a view."""
    guide: "Guide"
    """Asks the questions of the guided demo."""


class OverlayScreen(CommandScreen[ScreenResultType], CoveringScreen[ScreenResultType]):
    """A screen over the explorer: a list, and a bottom line with its keys, a note or a prompt."""

    VIEW: View
    NAME: ClassVar[str]
    """The name of the view in the header and in the names of files."""
    has_times: ClassVar[bool] = False
    """Whether its cursor goes to a typed time; without, the events below the view do."""
    is_left_by_last = False
    """Whether the key of the previous view left it, so that the same key leads back to it."""
    then: Callable[[], object] | None = None
    """What is done when it is left: a typed command that the explorer does."""

    def __init__(self, shared: Shared) -> None:
        """Make an overlay; see `CommandScreen`."""
        super().__init__(shared.keys)
        self.shared = shared
        self._sought = ""
        add = self.handlers.add
        self.foot = StatusArea(shared.typed, self.handlers, shared.jobs)
        self.handlers.add_moves(lambda: self.query_one(RowList))
        shared.guide.add_handlers(self.handlers, self.show_foot)
        add("app.help", self.open_help)
        add("prompt.help", self.open_help)
        add("app.command", lambda: self.foot.ask(shared.command(self)))
        add("go.last", self._leave_by_last)
        taking = shared.taking
        add("take.copy", lambda: taking.ask(self.foot, "COPY", self._offered, taking.copy))
        add("take.print", lambda: taking.ask(self.foot, "PRINT", self._offered, taking.print))
        add("take.id", lambda: taking.copy(chosen(self.clippings(), "i")))
        add("take.save", self._save)
        add("time.style", self._next_style)
        add("find.search", self._ask_for_text)
        add("find.next", lambda: self._go_to_hit(1), self._why_no_search)
        add("find.previous", lambda: self._go_to_hit(-1), self._why_no_search)

    @property
    def view(self) -> View:
        """The view of this screen, or the prompt that is open on it."""
        return View.PROMPT if self.foot.is_asking else self.VIEW

    def say(self, note: str) -> None:
        """Show a note instead of the keys, until the next key."""
        self.foot.say(self.handlers.with_keys(note))
        self.shared.guide.look()

    def draw(self) -> None:
        """Draw everything anew."""
        raise NotImplementedError

    def leave(self) -> None:
        """Go back to where the view was opened."""
        raise NotImplementedError

    @property
    def is_at_rest(self) -> bool:
        """Whether all that it shows is there, and nothing is worked on for it."""
        return True

    @property
    def moment(self) -> datetime | None:
        """The time of the cursor, from which typed distances count; None without one."""
        return None

    def go_to_moment(self, moment: datetime) -> None:
        """Move the cursor to a time; only where `has_times`."""
        raise NotImplementedError

    def clippings(self) -> "Iterable[Clipping]":
        """Return what can be copied besides what is on screen; the id of a row has the letter i."""
        raise NotImplementedError

    def show_foot(self) -> None:
        """Draw the most useful keys, where no note or prompt is."""
        guide = self.shared.guide
        guide.look()
        self.foot.show_guide(guide.lines(self.handlers, self.size.width))
        hints = footer_hints(self.VIEW, self.keys)
        self.foot.show_status(footer_line(hints, self.size.width))

    def after(self, command: Command) -> None:  # noqa: ARG002 - of the base
        """Draw the keys again: a prompt may have closed."""
        if self.is_attached:
            self.show_foot()

    def on_key(self, event: events.Key) -> None:
        """Let a choice have its letter, remove the note at any key, and say what is no key."""
        if self.foot.take_key(event.key):
            event.stop()
        else:
            self.say_no_key(event)

    # Copy and save.

    def takers(self) -> Mapping[str, "Callable[[Clipping], None]"]:
        """Return what copies and what prints, by the id of the command."""
        return self.shared.taking.takers()

    def _offered(self) -> "list[Clipping]":
        return [*self.clippings(), on_screen(self, self.foot)]

    def _save(self) -> None:
        self.shared.taking.save_view(self.text(), self.shared.times.now())

    def text(self) -> ViewText:
        """Return the whole view as text: every row, also those that are not on screen."""
        row_list = self.query_one(RowList)
        rows, width = row_list.rows, row_list.size.width
        parts: tuple[list[str], list[str]] = ([], [])
        is_below = False
        for widget in self.children:
            is_below = is_below or widget is row_list
            parts[is_below].extend(_lines_of(widget))
        place = self.shared.place
        of_whom = place.participant_id or place.session_id
        titles = plain(rows.titles(width))
        return ViewText(
            f"{self.NAME}-{of_whom}",
            [*parts[0], *([titles] if titles else [])],
            len(rows),
            lambda at: plain(rows.line(at, width)),
            parts[1],
        )

    # Time.

    def _next_style(self) -> None:
        """Show times in UTC, or in the local zone."""
        times = self.shared.times
        is_local = times.style is TimeStyle.LOCAL
        times.style = TimeStyle.UTC if is_local else TimeStyle.LOCAL
        self.draw()
        zone = "UTC" if is_local else "the local zone"
        self.say(f"times are now in {zone}; ages and time between events: in lists of events only")

    # The previous view.

    def _leave_by_last(self) -> None:
        self.is_left_by_last = True
        self.leave()

    # Search.

    def row_text(self, index: int) -> str:
        """Return the text of a row that is searched."""
        row_list = self.query_one(RowList)
        return plain(row_list.rows.line(index, row_list.size.width))

    def _ask_for_text(self) -> None:
        self.foot.ask(
            OpenPrompt(
                title="FIND", hint="part of a row: a name, a code, a time", entered=self.find
            )
        )

    def find(self, text: str) -> None:
        """Go to the next row with a text; nothing is searched for with an empty one.

        Raises:
            Unavailable: No row has it.
        """
        self._sought = text.strip()
        if self._sought:
            self._go_to_hit(1, from_here=True)

    def _why_no_search(self) -> str:
        return "" if self._sought else "no search; {find.search} starts one"

    def _go_to_hit(self, step: int, *, from_here: bool = False) -> None:
        """Go to the next row that has the text, from the last one on to the first."""
        row_list, sought = self.query_one(RowList), self._sought.casefold()
        rows, cursor = len(row_list.rows), row_list.cursor
        for away in range(0 if from_here else 1, rows + 1 if rows else 0):
            at = cursor + step * away
            if sought in self.row_text(at % rows).casefold():
                row_list.cursor = at % rows
                if away == rows or (at == cursor and not from_here):
                    self.say(f"no other row has {self._sought}")
                elif not 0 <= at < rows:
                    self.say(
                        "continued at the first row" if step > 0 else "continued at the last row"
                    )
                return
        raise Unavailable(f"no row has {self._sought}")


def _lines_of(widget: Widget) -> Sequence[str]:
    """Return the lines of a bar or a pane that is shown."""
    if not widget.display:
        return ()
    if isinstance(widget, LineBar):
        return (plain(widget.line),)
    return [plain(line) for line in widget.lines] if isinstance(widget, TextPane) else ()


@frozen
class OverlayReading:
    """The reading of what an overlay counts."""

    troubles: Callable[[], Sequence[Trouble]]
    """Returns what went wrong, and is so now."""
    again: Callable[[], object]
    """Reads again what failed, else what is new. Raises `Unavailable` when nothing can come."""
    is_going: Callable[[], bool]
    """Whether events are being read."""


_READING_PAUSE_SECONDS = 0.02
"""Pause between two slices of counting while events are read, which needs the processor too."""

_COUNTING_DRAW_SECONDS = 0.5
"""Least time between two drawings while events come: to sum up a large session takes 0.025 s."""


_LANE_EVENTS = 200
"""A lane of so many events takes some 2 ms, and a screen has thirty; longer ones are left to a
thread."""

_FIRST_LANES_SECONDS, _MORE_LANES_SECONDS = 0.1, 0.3
"""Those made in this time are drawn together: the first are there soon, and each drawing of all
takes 12 ms from the others."""


class CountingScreen(OverlayScreen[ScreenResultType]):
    """An overlay that counts events between the keys, and is drawn anew while they come."""

    def __init__(
        self,
        shared: Shared,
        work: Callable[[float], bool],
        reading: OverlayReading,
        lanes: Lanes,
    ) -> None:
        """An overlay that has not begun to count.

        Args:
            shared: What it shares with the explorer.
            work: Counts for so many seconds; says whether something is left.
            reading: What went wrong in reading what is counted, and how to read again.
            lanes: The lanes that it draws.
        """
        super().__init__(shared)
        self._lanes = lanes
        lanes.leave_long_to_thread(_LANE_EVENTS)
        self._lane_job = ThreadJob[Mapping[str, MadeLane]](shared.jobs, "lanes")
        self.trouble = NoticePane(id="trouble")
        self._reading = reading
        self.handlers.add("read.again", reading.again)
        self.counting = SlicedJob(
            shared.jobs,
            work,
            self._draw_counted,
            pause=self._between_slices,
            draw_seconds=_COUNTING_DRAW_SECONDS,
            is_growing=reading.is_going,
        )

    def _between_slices(self) -> float:
        """Return the seconds between two slices of counting."""
        return _READING_PAUSE_SECONDS if self._reading.is_going() else KEY_PAUSE_SECONDS

    def draw(self) -> None:
        """Draw what is counted so far."""
        raise NotImplementedError

    def _draw_counted(self) -> None:
        """Draw; once all is counted and on screen, begin what takes long."""
        self.draw()
        if not self.counting.is_done:
            return  # A thread would slow the counting down.
        # Begun now, it would slow down what is drawn.
        self.call_after_refresh(self.begin_long)

    def begin_long(self) -> None:
        """Begin in a thread what takes long, behind what is on screen by now."""
        self._make_lanes(_FIRST_LANES_SECONDS)

    def _make_lanes(self, seconds: float) -> None:
        names = list(self._lanes.awaited)
        if names and not (self._reading.is_going() and self._lane_job.rests):
            made = partial(self._made_lanes, names, seconds)
            self._lane_job.start(made, self._take_lanes, self._no_lanes)

    def _made_lanes(self, names: Sequence[str], seconds: float) -> Mapping[str, MadeLane]:
        def check() -> None:
            if not self.counting.is_open:
                raise GivenUpError

        is_over, lanes = work_limit(seconds), dict[str, MadeLane]()
        for name in names:
            lanes[name] = self._lanes.made(name, check)
            if is_over():
                break
        return lanes

    def _no_lanes(self, error: Exception) -> None:
        if not isinstance(error, GivenUpError):
            self.shared.jobs.crash(error)

    def _take_lanes(self, made: Mapping[str, MadeLane]) -> None:
        self._lanes.keep(made)
        self._make_lanes(_MORE_LANES_SECONDS)  # the next ones, while these are drawn
        self.counting.draw()

    @property
    def is_at_rest(self) -> bool:
        """Whether all is counted, and no lane is being made."""
        return self.counting.is_done and not self._lane_job.is_running

    @property
    def is_laid_out(self) -> bool:
        """Whether there is something to draw on: not before a first layout, nor on the way out."""
        return self.is_attached and self.query_one(RowList).size.height > 0

    def show_foot(self) -> None:
        """Draw what went wrong, and the note or the keys."""
        self.trouble.show(trouble_lines(self._reading.troubles(), self.size.width, self.keys))
        super().show_foot()

    def on_mount(self) -> None:
        """Begin to count, and take the focus."""
        self.query_one(RowList).focus()
        self.counting.begin()

    def on_unmount(self) -> None:
        """Stop counting: nothing is left to draw on."""
        self.counting.close()

    def changed(self) -> None:
        """Called when events came."""
        self.counting.changed()

    def on_resize(self) -> None:
        """Draw again for another size."""
        self.counting.draw()
