"""Commands on screen: their handlers, why one cannot be done now, and screens that take keys."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events, on
from textual.binding import Binding, BindingType
from textual.screen import Screen, ScreenResultType

from ivscope.render.bars import Trouble, footer_line, note_line, trouble_lines
from ivscope.settings.commands import (
    BY_ID,
    COMMANDS,
    KEYBOARDS,
    Command,
    View,
    commands_of,
    footer_hints,
)
from ivscope.settings.key_names import first_key
from ivscope.terminal.restore import has_shell
from ivscope.ui.widgets.canvas import LineBar
from ivscope.ui.widgets.row_list import RowList
from ivscope.ui.widgets.screens import CoveringScreen
from ivscope.ui.widgets.text_pane import NoticePane, TextPane
from ivscope.workspace.jobs import Jobs, SlicedJob

ONLY_RECORDED = "a recording has nothing newer: ivscope --record reads on, with AWS"
"""Why nothing more can be read when only a recording is open."""

_COMMAND_ID = re.compile(r"\{([a-z]+\.[a-z_]+)\}")
"""A command id in braces in a reason: it is replaced by the key of that command."""


LAST_DONE: Final[deque[str]] = deque(maxlen=20)
"""Ids of the commands done last, the latest last: for the report of a crash."""


class Unavailable(Exception):  # noqa: N818 - it is an answer to a key, no error
    """A command cannot be done now; the text says why and is shown in the status line."""


def _always() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class CommandHandler:
    """The functions behind one command: one does it, one says why it cannot be done now."""

    do: Callable[[], object]
    """Does the command. Raises `Unavailable` when trying shows that it cannot be done."""
    why_not: Callable[[], str] = _always
    """Why it cannot be done now, empty when it can. Must be cheap: the help asks every command."""


class Handlers:
    """The handler of every command of a screen, by command id."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        """Begin without handlers.

        Args:
            keys: Keys in force by command id; "{go.in}" in a reason stands for the first of them.
        """
        self._keys = keys
        self._by_id: dict[str, CommandHandler] = {}

    def add(self, id_: str, do: Callable[[], object], why_not: Callable[[], str] = _always) -> None:
        """Register the one handler of a command.

        Raises:
            ValueError: There is no such command, or it has a handler already.
        """
        if id_ not in BY_ID:
            raise ValueError(f"no command {id_}")
        if id_ in self._by_id:
            raise ValueError(f"two handlers for {id_}")
        self._by_id[id_] = CommandHandler(do, why_not)

    def add_moves(self, pane: Callable[[], RowList | TextPane]) -> None:
        """Register the commands that move the cursor, or scroll, in the pane that has the keys."""
        self.add("move.down", lambda: pane().step(1))
        self.add("move.up", lambda: pane().step(-1))
        self.add("move.half_down", lambda: pane().step_page(1))
        self.add("move.half_up", lambda: pane().step_page(-1))
        self.add("move.page_down", lambda: pane().step_page(2))
        self.add("move.page_up", lambda: pane().step_page(-2))
        self.add("move.first", lambda: pane().to_first())
        self.add("move.last", lambda: pane().to_last())

    @property
    def ids(self) -> frozenset[str]:
        """Commands that have a handler."""
        return frozenset(self._by_id)

    def why_not(self, id_: str, view: View) -> str:
        """Why a command cannot be done now in a view; empty when it can."""
        handler, command = self._by_id.get(id_), BY_ID[id_]
        reason = "" if handler is None else handler.why_not()
        if not reason and view not in command.views:
            where = [one.value for one in View if one in command.views]
            reason = f"{command.label}: works in {', '.join(where)}"
        return self.with_keys(reason)

    def do(self, id_: str, view: View) -> None:
        """Do a command in a view.

        Raises:
            Unavailable: It cannot be done now, or not in this view.
        """
        reason = self.why_not(id_, view)
        if reason:
            raise Unavailable(reason)
        try:
            self._by_id[id_].do()
        except Unavailable as why:
            raise Unavailable(self.with_keys(str(why))) from why

    def with_keys(self, text: str) -> str:
        """Replace command ids in braces, such as "{go.in}", by the keys in force."""
        return _COMMAND_ID.sub(
            lambda found: first_key(self._keys[found[1]]) if found[1] in self._keys else found[0],
            text,
        )


def bindings(views: Iterable[View]) -> list[BindingType]:
    """Make the Textual bindings of some views; their one action is told the command id."""
    return [
        Binding(c.keys, f"screen.do('{c.id}')", c.label, tooltip=c.help, id=c.id)
        for c in commands_of(views)
    ]


def keyboard(view: View) -> list[BindingType]:
    """Make the bindings of the screen that shows a view, with those of the other views on it."""
    return bindings(next(board for board in KEYBOARDS if view in board))


class CommandScreen(Screen[ScreenResultType]):
    """A screen whose keys do commands of the table; `BINDINGS` holds those of its views."""

    opening: ClassVar = "go.in"
    """The command that a click on the row under the cursor does."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        """Make a screen whose only command so far is to quit.

        Args:
            keys: Keys in force by command id.
        """
        super().__init__()
        self.keys = keys
        self.handlers = Handlers(keys)
        self.handlers.add("app.quit", lambda: self.app.exit())  # noqa: PLW0108 - no app yet
        self.handlers.add(
            "app.suspend",
            lambda: self.app.action_suspend_process(),  # noqa: PLW0108 - no app yet
            lambda: "" if has_shell() else "not started from a shell: there is none to go to",
        )

    @property
    def view(self) -> View:
        """The view that the keys go to now."""
        raise NotImplementedError

    def say(self, note: str) -> None:
        """Show a note until the next key."""
        raise NotImplementedError

    def action_do(self, id_: str) -> None:
        """Do a command, or say why not."""
        LAST_DONE.append(id_)
        try:
            self.handlers.do(id_, self.view)
        except Unavailable as why:
            self.say(str(why))
        self.after(BY_ID[id_])

    @on(RowList.Opened)
    def _row_opened(self) -> None:
        self.action_do(self.opening)

    def say_layout(self, event: events.Key) -> None:
        """Say which letters are keys when one of another script was typed that is none."""
        sign = event.character or ""
        is_foreign = sign.isalpha() and not sign.isascii()
        if is_foreign and not any(event.key in keys.split(",") for keys in self.keys.values()):
            self.say(
                f"{sign} is not a key: keys are Latin letters, so switch the keyboard's layout"
            )

    def after(self, command: Command) -> None:
        """Called after a command was done or refused. Does nothing unless a screen needs it."""

    def open_help(self) -> None:
        """Open the help of this view, and do the command that is chosen there."""
        from ivscope.ui.help.screen import HelpScreen  # noqa: PLC0415 - not for the first frame

        view = self.view
        reasons = {c.id: self.handlers.why_not(c.id, view) for c in COMMANDS}

        def chosen(id_: str | None) -> None:
            if id_ is not None:
                self.action_do(id_)

        self.app.push_screen(HelpScreen(view, self.keys, reasons), chosen)


class OverlayScreen(CommandScreen[ScreenResultType], CoveringScreen[ScreenResultType]):
    """A screen over the explorer: a list, and a bottom line with its keys or a note."""

    VIEW: View

    def __init__(self, keys: Mapping[str, str]) -> None:
        """Make an overlay; see `CommandScreen`."""
        super().__init__(keys)
        self.foot = LineBar(id="keys")
        self._note = ""
        self.handlers.add("app.help", self.open_help)
        self.handlers.add_moves(lambda: self.query_one(RowList))

    @property
    def view(self) -> View:
        """The view of this screen, which never changes."""
        return self.VIEW

    def say(self, note: str) -> None:
        """Show a note instead of the keys, until the next key."""
        self._note = self.handlers.with_keys(note)
        self.show_foot()

    def show_foot(self) -> None:
        """Draw the note, or the most useful keys."""
        width = self.size.width
        hints = footer_line(footer_hints(self.VIEW, self.keys), width)
        self.foot.show(note_line(self._note, width) if self._note else hints)

    def on_key(self, event: events.Key) -> None:
        """Remove the note at any key."""
        if self._note:
            self.say("")
        self.say_layout(event)


@dataclass(frozen=True, slots=True)
class OverlayReading:
    """The reading of what an overlay counts."""

    troubles: Callable[[], Sequence[Trouble]]
    """Returns what went wrong, and is so now."""
    again: Callable[[], object]
    """Reads again what failed, else what is new. Raises `Unavailable` when nothing can come."""


_COUNTING_PAUSE_SECONDS = 0.02
"""Pause between two slices of counting, for the keys."""

_COUNTING_DRAW_SECONDS = 0.5
"""Least time between two drawings while events come: to sum up a large session takes 0.025 s."""


class CountingScreen(OverlayScreen[ScreenResultType]):
    """An overlay that counts events between the keys, and is drawn anew while they come."""

    def __init__(
        self,
        keys: Mapping[str, str],
        jobs: Jobs,
        work: Callable[[float], bool],
        reading: OverlayReading,
    ) -> None:
        """An overlay that has not begun to count.

        Args:
            keys: Keys in force by command id.
            jobs: The owner of background work.
            work: Counts for so many seconds; says whether something is left.
            reading: What went wrong in reading what is counted, and how to read again.
        """
        super().__init__(keys)
        self.trouble = NoticePane(id="trouble")
        self._reading = reading
        self.handlers.add("read.again", reading.again)
        self.counting = SlicedJob(
            jobs,
            work,
            self.draw,
            pause=lambda: _COUNTING_PAUSE_SECONDS,
            draw_seconds=_COUNTING_DRAW_SECONDS,
            ends_with_draw=False,
        )

    def draw(self) -> None:
        """Draw what is counted so far."""
        raise NotImplementedError

    @property
    def is_laid_out(self) -> bool:
        """Whether there is something to draw on: not before the first size, nor on the way out."""
        return bool(self.size.width and self.is_attached)

    def show_foot(self) -> None:
        """Draw what went wrong, and the note or the keys."""
        self.trouble.show(trouble_lines(self._reading.troubles(), self.size.width))
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
