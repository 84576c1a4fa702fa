"""Questions: the prompts that find, filter and take commands."""

from collections.abc import Callable, Mapping
from typing import Protocol

from textual.app import App

from tui.screens import picking
from tui.screens.command_line import CommandLine, Word
from tui.screens.deed import Deed, NotNow
from tui.screens.event_deeds import EventDeeds
from tui.screens.events_pane import EventsPane
from tui.screens.picker_pane import PickerPane
from tui.screens.place import Level, Place
from tui.screens.prompts import OpenPrompt

_FILTER_HINT = "code:QUOTA name:SUB* remote:ID attr:key=value after:20:36 !inverse /regex/"
_FIND_HINT = "text, or code:… name:… remote:… /regex/"


class Asker(Protocol):
    """What questions need of the explorer."""

    pane: EventsPane
    picker: PickerPane

    @property
    def here(self) -> Place:
        """Where the reader is."""
        ...

    def ask(self, prompt: OpenPrompt) -> None:
        """Open a prompt."""
        ...

    def go(self, place: Place) -> None:
        """Open a place."""
        ...

    def do(self, command: str) -> None:
        """Do a command by its id; raises `NotNow`."""
        ...

    def action_do(self, command: str) -> None:
        """Do a command, or say why not."""
        ...

    @property
    def app(self) -> App[object]:
        """The running app."""
        ...

    def say(self, note: str) -> None:
        """A note in the status line."""
        ...


class Questions:
    """One prompt at a time, in the place of the status line."""

    def __init__(
        self,
        explorer: Asker,
        events: EventDeeds,
        keys: Mapping[str, str],
        order_sweep: Callable[[str], None],
    ) -> None:
        self._explorer = explorer
        self._keys = keys
        self._order_sweep = order_sweep
        self._events = events
        self._commands = CommandLine(self._words(), self._events.go_to)

    def table(self) -> dict[str, Deed]:
        """Deeds by command id."""
        return {
            "find.search": self._find,
            "find.filter": self._filter,
            "app.command": self._command,
            "app.help": self._help,
        }

    def paste(self, text: str) -> None:
        """Open what a pasted id, ARN or JSON addresses."""
        place = picking.typed_place(self._explorer.here.picker, text)
        if place is not None:
            self._explorer.go(place)
        else:
            self._explorer.say("nothing to open in it: no stage ARN, session or participant id")

    def _help(self) -> None:
        from tui.screens.help import HelpScreen  # noqa: PLC0415 - not needed for the first frame

        def chosen(command: str | None) -> None:
            if command is not None:
                self._explorer.action_do(command)

        self._explorer.app.push_screen(HelpScreen(self._keys), chosen)

    def _find(self) -> None:
        if self._explorer.here.level >= Level.EVENTS:
            self._explorer.ask(self._search_prompt(""))
        else:
            self._explorer.ask(self._narrowing_prompt())

    def _filter(self) -> None:
        match self._explorer.here.level:
            case Level.EVENTS | Level.TIMELINE:
                reading = self._explorer.pane.reading
                self._explorer.ask(self._filter_prompt(reading.filter_text if reading else ""))
            case Level.PARTICIPANTS:
                self._explorer.ask(self._service_prompt())
            case _:
                raise NotNow("& asks the service for some participants: open a session first")

    def _command(self) -> None:
        self._explorer.ask(
            OpenPrompt(
                title=":",
                hint="20:36  goto TIME  filter …  find …  sort time  tz local  load  follow  q",
                entered=self._commands.run,
                complete=self._commands.complete,
            )
        )

    def _narrowing_prompt(self) -> OpenPrompt:
        picker = self._explorer.picker

        def entered(_text: str) -> None:
            place = picker.left_over()
            if place is not None:
                self._explorer.go(place)

        return OpenPrompt(
            title="FILTER",
            hint="part of a name or id; or paste any id, ARN or EventBridge JSON",
            text=picker.text,
            typed=picker.narrow,
            entered=entered,
            cancelled=lambda: picker.narrow(""),
        )

    def _search_prompt(self, text: str) -> OpenPrompt:
        def entered(typed: str) -> None:
            self._events.search_for(typed)
            if typed.strip():
                self._events.go_to_hit()

        return OpenPrompt(
            title="FIND",
            hint=_FIND_HINT,
            text=text,
            typed=self._events.search_for,
            entered=entered,
            cancelled=lambda: self._events.search_for(""),
            sister=self._filter_prompt,
        )

    def _filter_prompt(self, text: str) -> OpenPrompt:
        reading = self._explorer.pane.reading
        before = reading.filter_text if reading is not None else ""

        def entered(typed: str) -> None:
            try:
                self._events.filter_by(typed)
            except NotNow:
                self._events.filter_by(before)
                raise

        return OpenPrompt(
            title="FILTER",
            hint=_FILTER_HINT,
            text=text,
            typed=self._events.filter_by,
            entered=entered,
            cancelled=lambda: self._events.filter_by(before),
            sister=self._search_prompt,
        )

    def _service_prompt(self) -> OpenPrompt:
        place = self._explorer.here

        def entered(text: str) -> None:
            try:
                narrowed = picking.parse_service_filter(text)
            except ValueError as error:
                raise NotNow(str(error)) from error
            self._explorer.go(Place(place.stage_arn, place.session_id, narrowed=narrowed))

        return OpenPrompt(
            title="ASK SERVICE",
            hint="user:ID | published:yes|no | state:connected|disconnected | recording:failed",
            text=picking.filter_text(place.narrowed) if place.narrowed else "",
            entered=entered,
        )

    def _words(self) -> tuple[Word, ...]:
        def command(id_: str) -> Deed:
            return lambda: self._explorer.do(id_)

        def plain(name: str, id_: str) -> Word:
            does = command(id_)
            return Word(name, "", lambda _rest: does())

        return (
            Word("goto", "TIME", self._events.go_to),
            Word("filter", "TEXT", self._events.filter_by),
            Word("find", "TEXT", self._search),
            Word("sort", "time|returned", self._events.sort, ("time", "returned")),
            Word("tz", "utc|local|Area/City", self._events.set_zone, ("utc", "local")),
            plain("load", "read.all"),
            plain("follow", "read.follow"),
            plain("summary", "triage.summary"),
            plain("lanes", "triage.lanes"),
            plain("everybody", "go.timeline"),
            Word("sweep", "start|pause|cancel", self._order_sweep, ("start", "pause", "cancel")),
            plain("reload", "read.restart"),
            plain("errors", "find.errors"),
            plain("wide", "view.wide"),
            plain("w", "take.save"),
            plain("help", "app.help"),
            plain("q", "app.quit"),
            plain("quit", "app.quit"),
        )

    def _search(self, text: str) -> None:
        self._events.search_for(text)
        self._events.go_to_hit()
