"""Commands on screen: their handlers, why one cannot be done now, and screens that take keys."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on
from textual.binding import Binding, BindingType
from textual.screen import Screen, ScreenResultType

from ivscope.domain.frozen import frozen
from ivscope.settings.commands import (
    BY_ID,
    COMMANDS,
    KEYBOARDS,
    Command,
    View,
    commands_of,
    with_keys,
)
from ivscope.settings.key_names import shown_key
from ivscope.terminal.restore import has_shell
from ivscope.ui.widgets.row_list import RowList
from ivscope.ui.widgets.text_pane import TextPane

if TYPE_CHECKING:
    from ivscope.export.clippings import Clipping


ONLY_RECORDED = "a recording has nothing newer: ivscope --record reads on, with AWS"
ONLY_IN_FILE = "a file has nothing newer: :profile or :region goes on from here, with AWS"
"""Why nothing more can be read when only a recording is open."""

LAST_DONE: Final[deque[str]] = deque(maxlen=20)
"""Ids of the commands done last, the latest last: for the report of a crash."""


class Unavailable(Exception):  # noqa: N818 - it is an answer to a key, no error
    """A command cannot be done now; the text says why and is shown in the status line."""


def _always() -> str:
    return ""


@frozen
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
        return with_keys(text, self._keys)


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

    def takers(self) -> Mapping[str, "Callable[[Clipping], None]"]:
        """Return what copies and what prints the text of the help, by the id of its command."""
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

    def say_no_key(self, event: events.Key) -> None:
        """Say why a key does nothing here: it belongs to other views, or is no key at all."""
        view = self.view
        names = {*event.aliases, event.character or event.key}
        if view is View.PROMPT or self._has_key(names, view) or names & self.active_bindings.keys():
            return
        sign = event.character or ""
        if sign == "\ufffd":  # bytes that are no text were not typed
            return
        elsewhere = next(self._with_key(names, COMMANDS), None)
        if elsewhere is not None:
            self.say(self.handlers.why_not(elsewhere.id, view))
        elif sign.isalpha() and not sign.isascii():
            self.say(
                f"{sign} is not a key: keys are Latin letters, so switch the keyboard's layout"
            )
        else:
            self.say(f"{shown_key(event.key)} is not a key: {{app.help}} lists them")

    def _has_key(self, names: AbstractSet[str], view: View) -> bool:
        board = next(board for board in KEYBOARDS if view in board)
        return any(self._with_key(names, commands_of(board)))

    def _with_key(self, names: AbstractSet[str], commands: Iterable[Command]) -> Iterator[Command]:
        """Yield the commands that have one of these keys."""
        return (one for one in commands if names & set(self.keys[one.id].split(",")))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Allow only the commands of a prompt while one is open."""
        if action == "do" and self.view is View.PROMPT:
            return View.PROMPT in BY_ID[str(parameters[0])].views
        return True

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

        self.app.push_screen(HelpScreen(view, self.keys, reasons, self.takers()), chosen)
