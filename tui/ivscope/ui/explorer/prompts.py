"""PromptCommands: the prompts for search, filter and commands, and what a paste does.

Long because a prompt, its hint, its words and what they do are read together.
"""

import re
from collections.abc import Callable
from typing import Any

from ivscope.analysis.time_input import looks_like_time
from ivscope.domain.frozen import frozen
from ivscope.domain.identifiers import Identifiers, read_identifiers
from ivscope.knowledge.error_codes import ERROR_CODES
from ivscope.knowledge.event_names import EVENT_NAMES
from ivscope.settings.commands import BY_ID, OVERLAYS
from ivscope.ui.commands import Unavailable
from ivscope.ui.driver import PlainApp
from ivscope.ui.explorer import picking
from ivscope.ui.explorer.accounts import AccountCommands
from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.event_commands import EventCommands
from ivscope.ui.explorer.navigation import Navigation
from ivscope.ui.explorer.picking import TypedPlace, typed_rows
from ivscope.ui.explorer.session_views import SessionViews
from ivscope.ui.overlays import OverlayScreen
from ivscope.ui.status_area import OpenPrompt
from ivscope.workspace.place import Level, Place


@frozen
class Word:
    """One word of the command line, such as "goto", and what it does."""

    name: str
    arguments: str
    """What may follow the word, for the hint; empty for nothing."""
    does: Callable[[str], None]
    """Called with what follows the word. May raise `Unavailable`."""
    choices: tuple[str, ...] = ()
    """Arguments that Tab completes."""
    over: Callable[[OverlayScreen[Any], str], None] | None = None
    """Does it in a view over the explorer; None for what needs the explorer itself."""


class CommandLine:
    """Finds the word of a typed command and does it; a time or a place alone is gone to."""

    def __init__(self, words: tuple[Word, ...], go_to: Callable[[str], None]) -> None:
        self._words = {word.name: word for word in words}
        self._go_to = go_to

    def run(self, text: str) -> None:
        """Do what was typed.

        Raises:
            Unavailable: There is no such command, or it cannot be done now.
        """
        word, rest = self.parsed(text)
        if word is not None:
            word.does(rest)
        elif rest:
            self._go_to(rest)

    def parsed(self, text: str) -> tuple[Word | None, str]:
        """Return the word of a typed command and what follows.

        None and the whole text for a time, and for what names a stage by its ARN, as alerts do.

        Raises:
            Unavailable: There is no such command.
        """
        text = text.strip()
        if not text or looks_like_time(text):
            return None, text
        name, _, rest = text.partition(" ")
        matches = [word for word in self._words if word.startswith(name)]
        if name in self._words:
            matches = [name]
        if not matches and read_identifiers(text).stage_arn is not None:
            return None, text
        if len(matches) != 1:
            names = ", ".join(matches or self._words)
            what = "which one" if matches else f"no command {name!r}; there are"
            raise Unavailable(f"{what}: {names}")
        return self._words[matches[0]], rest.strip()

    def complete(self, text: str) -> str:
        """Return the text, completed as far as only one continuation is possible."""
        name, blank, rest = text.partition(" ")
        if not blank:
            return _completed(name, tuple(self._words), " ")
        word = self._words.get(name)
        return f"{name} {_completed(rest, word.choices, '')}" if word else text


def _completed(text: str, choices: tuple[str, ...], end: str) -> str:
    matches = [choice for choice in choices if choice.startswith(text)]
    if not matches:
        return text
    if len(matches) == 1:
        return matches[0] + end
    shortest = min(matches, key=len)
    for length in range(len(shortest), len(text), -1):
        if all(match.startswith(shortest[:length]) for match in matches):
            return shortest[:length]
    return text


_FILTER_HINT = "code:QUOTA name:SUB* remote:ID attr:key=value after:20:36 !inverse /regex/"
_FIND_HINT = "text, or code:… name:… remote:… /regex/; an SDK error number is explained"


class PromptCommands:
    """The commands that open a prompt; it replaces the status line."""

    def __init__(
        self,
        context: ExplorerContext,
        events: EventCommands,
        navigation: Navigation,
        views: SessionViews,
        *,
        explain: Callable[[str], None],
        who: Callable[[str], None],
        guide: Callable[[str], None],
        accounts: AccountCommands,
    ) -> None:
        """Register the commands.

        Args:
            context: Shared with the other parts.
            events: The commands of the event list.
            navigation: Goes to places.
            views: The views of a session.
            explain: Shows what an error number, an error code or an event name means.
            who: Looks for a user id on other stages.
            guide: Begins, goes on with or ends the guided demo.
            accounts: Goes on with another profile or Region.
        """
        self._accounts = accounts
        self._who = who
        self._guide = guide
        self._explain = explain
        self._context = context
        self._events = events
        self._navigation = navigation
        self._views = views
        self._commands = CommandLine(self._words(), self._go_alone)
        add = context.handlers.add
        add("find.search", self._find)
        add("find.filter", self._filter, self._why_no_filter)
        add("app.command", self._command)

    def paste(self, text: str) -> None:
        """Go to a pasted time, or open the place that a pasted id, ARN or JSON names."""
        here = self._context.here
        # Every clock time has a colon, and no id has one.
        if here.level >= Level.EVENTS and looks_like_time(text) and ":" in text:
            try:
                self._events.go_to(text)
            except Unavailable as why:
                self._context.say(str(why))
            return
        self._context.pane.take_notices(text)
        rows = typed_rows(here.picker, text)
        if len(rows) == 1:
            self._open_named(rows[0])
        elif rows:
            self._offer(rows, text)
        elif not read_identifiers(text).names_something and (number := logged_number(text)):
            self._explain(number)
            self._context.say(f"from the text: error {number} of an SDK; it names no place to open")
        else:
            self._context.say(self._why_nothing(text))

    def _open_named(self, row: TypedPlace) -> None:
        if not self._accounts.open_named(row.place, row.found):
            self._navigation.open_named(row)

    def _offer(self, rows: list[TypedPlace], text: str) -> None:
        """List the places that a text names, where it does not say which one is meant."""
        pickers = {row.place.picker for row in rows}
        at = pickers.pop() if len(pickers) == 1 else self._context.here.picker
        if not self._context.picks or at != self._context.here:
            self._navigation.go(at)
        self._context.picker.narrow(text)
        found = read_identifiers(text)
        told = f" and {found.events:,} events" if found.events else ""
        said = f"the text names {len(rows):,} places{told}: choose one, {{go.in}} opens it"
        self._context.say(said)

    def _why_nothing(self, text: str) -> str:
        found = read_identifiers(text)
        if found == Identifiers():
            return "nothing to open in it: no stage ARN, session or participant id"
        first = found.choices[0] if found.choices else found
        taken = self._context.taken_from(first)
        if found.session_id is None and (found.participant_id or found.user_id):
            return f"{taken}; its session is not in the text: open that first, then paste again"
        return f"{taken}; its stage is not in the text: open that first, then paste again"

    def _find(self) -> None:
        if self._context.picks:
            self._context.status.ask(self._narrowing_prompt())
        else:
            self._context.status.ask(self._search_prompt(""))

    def _why_no_filter(self) -> str:
        if self._context.level >= Level.PARTICIPANTS:
            return ""
        return "{find.filter} asks the service for some participants: open a session first"

    def _filter(self) -> None:
        event_list = self._context.pane.event_list
        if self._context.picks:
            prompt = self._service_prompt()
        else:
            prompt = self._filter_prompt(event_list.filter_text if event_list is not None else "")
        self._context.status.ask(prompt)

    def over(self, view: OverlayScreen[Any]) -> OpenPrompt:
        """Make the prompt for commands over a view; most leave it, since they are about events."""
        return OpenPrompt(
            title=":",
            hint="20:36  goto TIME  filter …  find …  tz local  w  help  q",
            entered=lambda text: self._run_over(view, text),
            complete=self._commands.complete,
        )

    def _run_over(self, view: OverlayScreen[Any], text: str) -> None:
        word, rest = self._commands.parsed(text)
        is_time = looks_like_time(rest) if word is None else word.name == "goto"
        if rest and is_time and view.has_times:
            view.go_to_moment(self._views.typed_moment(rest, view.moment))
        elif word is not None and word.over is not None:
            word.over(view, rest)
        elif rest or word is not None:
            view.then = lambda: self._run_after(text)
            view.dismiss(None)

    def _go_alone(self, text: str) -> None:
        """Go to what was typed without a command."""
        if looks_like_time(text):
            self._go_to(text)
        else:
            self.paste(text)

    def _go_to(self, text: str) -> None:
        """Go to a typed time; from a list of participants, in the lanes of everybody."""
        if self._context.here.level is Level.PARTICIPANTS:
            self._views.show_lanes_at(self._views.typed_moment(text, None))
        else:
            self._events.go_to(text)

    def _run_after(self, text: str) -> None:
        """Do a command when the view over the explorer is left."""
        try:
            self._commands.run(text)
        except Unavailable as why:
            self._context.say(str(why))
        else:
            self._context.show_bars()

    def _set_zone(self, view: OverlayScreen[Any], text: str) -> None:
        self._events.set_zone(text)
        view.draw()

    def _mouse_over(self, _view: OverlayScreen[Any], text: str) -> None:
        self._mouse(text)

    def _order_over(self, view: OverlayScreen[Any], text: str) -> None:
        self._views.order(text)
        view.draw()

    def _command(self) -> None:
        self._context.status.ask(
            OpenPrompt(
                title=":",
                hint="20:36  goto TIME  filter …  find …  sort time  tz local  load  follow  q",
                entered=self._commands.run,
                complete=self._commands.complete,
            )
        )

    def _narrowing_prompt(self) -> OpenPrompt:
        picker = self._context.picker

        def entered(text: str) -> None:
            from ivscope.knowledge.client_errors import client_errors  # noqa: PLC0415 - after the start

            place = picker.left_over()
            if place is not None:
                named = typed_rows(picker.place, text)
                row = next((row for row in named if row.place == place), None)
                if row is None:
                    self._navigation.go(place)
                else:
                    self._context.pane.take_notices(text)
                    self._open_named(row)
            elif picker.row is None and client_errors(text):
                picker.narrow("")
                self._explain(text)

        return OpenPrompt(
            title="FILTER",
            hint="part of a name or id; or paste any id, ARN or EventBridge JSON",
            text=picker.text,
            typed=picker.narrow,
            entered=entered,
            cancelled=lambda: picker.narrow(""),
        )

    def _search_prompt(self, text: str) -> OpenPrompt:
        # The search moves the cursor while one types; distances count from where it was before.
        cursor = self._events.cursor_time

        def entered(typed: str) -> None:
            from ivscope.knowledge.client_errors import client_errors  # noqa: PLC0415 - after the start

            self._events.search_for(typed, cursor)
            if not client_errors(typed):
                if typed.strip():
                    self._events.go_to_hit()
            elif self._events.has_hit():
                self._events.go_to_hit()
                self._context.say(f"{typed.strip()} is also an SDK error: :explain tells")
            else:
                self._events.search_for("")
                self._explain(typed)

        return OpenPrompt(
            title="FIND",
            hint=_FIND_HINT,
            text=text,
            typed=lambda typed: self._events.search_for(typed, cursor),
            entered=entered,
            cancelled=lambda: self._events.search_for(""),
            sister=self._filter_prompt,
        )

    def _filter_prompt(self, text: str) -> OpenPrompt:
        event_list = self._context.pane.event_list
        before = (event_list.filter, event_list.filter_is_on) if event_list is not None else None
        cursor = self._events.cursor_time

        def put_back() -> None:
            if before is not None and event_list is not None:
                wanted, is_on = before
                self._context.pane.refit(lambda: event_list.use_filter(wanted, is_on=is_on))

        def entered(typed: str) -> None:
            try:
                self._events.filter_by(typed, cursor)
            except Unavailable:
                put_back()
                raise

        return OpenPrompt(
            title="FILTER",
            hint=_FILTER_HINT,
            text=text,
            typed=lambda typed: self._events.filter_by(typed, cursor),
            entered=entered,
            cancelled=put_back,
            sister=self._search_prompt,
        )

    def _service_prompt(self) -> OpenPrompt:
        place = self._context.here

        def entered(text: str) -> None:
            try:
                narrowed = picking.parse_service_filter(text)
            except ValueError as error:
                raise Unavailable(str(error)) from error
            self._navigation.go(Place(place.stage_arn, place.session_id, narrowed=narrowed))

        return OpenPrompt(
            title="ASK SERVICE",
            hint="user:ID | published:yes|no | state:connected|disconnected | recording:failed",
            text=picking.filter_text(place.narrowed) if place.narrowed else "",
            entered=entered,
        )

    def _do(self, id_: str) -> None:
        self._context.handlers.do(id_, self._context.view)

    def _words(self) -> tuple[Word, ...]:
        def plain(name: str, id_: str) -> Word:
            is_of_all = BY_ID[id_].views >= OVERLAYS
            over = (lambda over, _rest: over.action_do(id_)) if is_of_all else None
            return Word(name, "", lambda _rest: self._do(id_), over=over)

        return (
            Word("goto", "TIME", self._go_to),
            Word("filter", "TEXT", self._events.filter_by),
            Word("find", "TEXT", self._search, over=lambda over, text: over.find(text)),
            Word("explain", "1027|CODE|NAME", self._explained, (*ERROR_CODES, *EVENT_NAMES)),
            Word("sort", "time|returned", self._events.sort, ("time", "returned")),
            Word(
                "tz", "utc|local|Area/City", self._events.set_zone, ("utc", "local"), self._set_zone
            ),
            Word("mouse", "on|off", self._mouse, ("on", "off"), self._mouse_over),
            Word("who", "USER", self._who),
            Word("guide", "again|off", self._guide, ("again", "off")),
            Word("recent", "N", self._navigation.go_to_recent),
            Word("profile", "NAME", self._accounts.profile),
            Word("region", "NAME", self._accounts.region),
            plain("load", "read.all"),
            plain("follow", "read.follow"),
            plain("summary", "triage.summary"),
            plain("lanes", "triage.lanes"),
            plain("timeline", "go.timeline"),
            Word(
                "read",
                "start|pause|cancel",
                self._views.order,
                ("start", "pause", "cancel"),
                self._order_over,
            ),
            plain("reload", "read.restart"),
            plain("errors", "find.errors"),
            plain("wide", "view.wide"),
            plain("w", "take.save"),
            plain("help", "app.help"),
            plain("q", "app.quit"),
            plain("quit", "app.quit"),
        )

    def _mouse(self, text: str) -> None:
        app = self._context.screen.app
        if text not in {"on", "off"} or not isinstance(app, PlainApp):
            raise Unavailable("mouse takes on or off")
        app.take_mouse(on=text == "on")
        self._context.say(
            "mouse on: a click moves the cursor, a second one opens the row"
            if text == "on"
            else "mouse off: the terminal selects text again"
        )

    def _explained(self, text: str) -> None:
        if not text:
            raise Unavailable("explain takes an SDK error number, an error code or an event name")
        self._explain(text)

    def _search(self, text: str) -> None:
        self._events.search_for(text)
        self._events.go_to_hit()


_LOGGED = r"(?i)\b(?:code|error|err)\b[\"']?\s{0,4}[:=#(]?\s{0,4}[\"']?(\d{1,5})\b"
"""A number with its label, as the logs and the errors of the SDKs print it."""


def logged_number(text: str) -> str:
    """Return the error number that a line of an SDK's log has; empty without, or with several."""
    from ivscope.knowledge.client_errors import client_errors  # noqa: PLC0415 - after the start

    numbers = {number for number in re.findall(_LOGGED, text) if client_errors(number)}
    return numbers.pop() if len(numbers) == 1 else ""
