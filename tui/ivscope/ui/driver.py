"""Textual's driver and app, done otherwise where the terminal and what is printed is concerned."""

import codecs
import os
import select
import sys
import termios
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from io import TextIOWrapper
from threading import Event
from typing import Any, ClassVar, Final, cast

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.segment import Segment
from textual import constants, events, on
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS, SYNC_START
from textual._compositor import ChopsUpdate
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.await_remove import AwaitRemove
from textual.color import Color
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter, Monochrome, NoColor
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from ivscope.domain.clock import SYSTEM_CLOCK
from ivscope.render.lines import Role
from ivscope.terminal.restore import CLEARING, TerminalFile, restore_when_ended
from ivscope.terminal.shortening import Shortener, erases_characters
from ivscope.terminal.typed_input import Pasted, TypedInput
from ivscope.ui.stylesheets import ROLE_VARIABLES, themes

GONE: Final = 129
"""Exit code when the terminal is gone: that of SIGHUP, with which a shell says the same."""

_WAIT = 0.1
"""Seconds after which the thread that reads keys looks whether the program ends."""

_ANSWER_SECONDS = 0.5
"""How long after the start a program that ends waits for the answer to what it has asked the
terminal: it would stand at the prompt of the shell. Some terminals do not answer."""

_MOST_BYTES = 4096
"""Bytes read at once."""


_ONE_SIGN_A_CELL = "ivscope.one_sign_a_cell"


def _question_marks(error: UnicodeError) -> tuple[str, int]:
    """Stand in for what the encoding of the terminal lacks, as wide as that would be."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "?" * cell_len(error.object[error.start : error.end]), error.end


codecs.register_error(_ONE_SIGN_A_CELL, _question_marks)


class QuickDriver(LinuxDriver):
    """Textual's driver, but it leaves at once and gives the terminal back whatever happens.

    Textual's joins the thread that reads keys, which notices the end only when its `select` times
    out: for up to 0.2 s the screen of a program that was quit would stay. A signal, a byte that is
    no UTF-8 or a terminal that is gone ends it in a traceback, or not at all.
    """

    is_leaving = False
    """Set when the program ends. A suspended program still joins, since it reads keys later."""

    _shortener: Shortener | None = None
    """Shortens what is written; None where the terminal may not take it."""

    _moves = ""
    """What moves lines, to be sent in one with the picture that they are part of."""

    def start_application_mode(self) -> None:
        """Take the terminal, and from then on give it back also when a signal ends the program."""
        # Textual draws on stderr, which may be closed, or go to a file.
        streams = filter(None, (sys.__stderr__, sys.__stdout__))
        stream = next((one for one in streams if one.isatty()), sys.__stderr__ or sys.stderr)
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=_ONE_SIGN_A_CELL)
        self._terminal = TerminalFile(stream)
        # Textual names a plain file; all that it does is write to it.
        self._file = cast("TextIOWrapper[Any]", self._terminal)
        self._take_handlers_back = restore_when_ended(self._terminal, self.fileno)
        self._shortener = Shortener() if erases_characters(os.environ) else None
        self._answered = Event()
        self._asked_at = SYSTEM_CLOCK.monotonic()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        """Give the terminal back, cleared for those without a second screen."""
        self.write(CLEARING)
        super().stop_application_mode()
        self._take_handlers_back()

    def write(self, data: str) -> None:
        """Write to the terminal, with blanks and styles in few bytes."""
        if self._moves and data != SYNC_START:
            data, self._moves = self._moves + data, ""
        super().write(data if self._shortener is None else self._shortener.shorten(data))

    @property
    def can_move_lines(self) -> bool:
        """Whether the terminal can move some lines of the screen: those that know ECH can."""
        return self._shortener is not None

    def move_lines(self, top: int, bottom: int, lines: int) -> None:
        """Have the terminal move lines of the screen, with what is drawn next.

        Args:
            top: The first of them, 0 at the top of the screen.
            bottom: The one after the last of them.
            lines: By how many they move up; below 0 they move down. As many are blank then.
        """
        way = "M" if lines > 0 else "L"  # lines are deleted, or inserted, within a scroll region
        self._moves += f"\x1b[{top + 1};{bottom}r\x1b[{top + 1};1H\x1b[{abs(lines)}{way}\x1b[r"

    def take_mouse(self, *, on: bool) -> None:
        """Take clicks and the wheel from the terminal, or give them back."""
        self._disable_mouse_support()
        self._mouse = on
        self._enable_mouse_support()

    def _enable_mouse_support(self) -> None:
        """Ask for clicks and the wheel only: Textual has each move of the mouse reported."""
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1006h")
            self.flush()

    def disable_input(self) -> None:
        """Stop reading keys, without a join when the program ends."""
        if not self.is_leaving:
            super().disable_input()
            return
        self._disable_mouse_support()
        self._answered.wait(max(0.0, self._asked_at + _ANSWER_SECONDS - SYSTEM_CLOCK.monotonic()))
        self.exit_event.set()
        with suppress(termios.error):
            termios.tcflush(self.fileno, termios.TCIFLUSH)

    def _run_input_thread(self) -> None:
        """Read keys in a thread; a bug there ends the program as any other."""
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - handed on whole
            self._app.call_later(self._app._handle_exception, error)  # noqa: SLF001 - as the base

    def run_input_thread(self) -> None:
        """Hand on keys, pastes and reports until the program ends or the terminal is gone."""
        parser = XTermParser(self._debug)
        typed = TypedInput(constants.ESCAPE_DELAY, ANSI_SEQUENCES_KEYS.__contains__)
        while not self.exit_event.is_set():
            wait = typed.wait(SYSTEM_CLOCK.monotonic(), _WAIT)
            parts = typed.tick(SYSTEM_CLOCK.monotonic())
            if not parts and select.select([self.fileno], [], [], wait)[0]:
                raw = self._read()
                if not raw:
                    self._terminal.is_muted = True
                    self._app.call_later(self._app.exit, None, GONE)
                    return
                parts = typed.feed(raw, SYSTEM_CLOCK.monotonic())
                if typed.was_answered:
                    self._answered.set()
            for part in parts:
                for message in _messages(parser, part):
                    if isinstance(self._app, PlainApp):
                        self._app.note_typed(message)  # also while the UI thread is at work
                    self.process_message(message)

    def _query_in_band_window_resize(self) -> None:
        """Ask for no sizes as sequences: SIGWINCH tells them, and cannot be forged by a text."""

    def _read(self) -> bytes:
        """The bytes that have come; none when the terminal is gone."""
        try:
            return os.read(self.fileno, _MOST_BYTES)
        except OSError:
            return b""


def _messages(parser: XTermParser, part: str | Pasted) -> Iterable[Message]:
    """What the toolkit calls a key, a report or a paste."""
    if isinstance(part, Pasted):
        return [events.Paste(part.text)]
    if part == "\x1b":
        return [events.Key("escape", part)]
    if len(part) == len("\x1bx") and part not in ANSI_SEQUENCES_KEYS:
        # Fed, it would wait for more.
        return parser._sequence_to_key_events(part[1], alt=True)  # noqa: SLF001
    return parser.feed(part)


class WithoutColor(LineFilter):
    """Sends no colour code at all, for NO_COLOR. Textual's filter still sends default colours."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - the base's signature
        """Remove foreground and background colours from segments."""
        return [
            Segment(text, style.without_color if style is not None else None, control)
            for text, style, control in segments
        ]


class _ChangedCells(ChopsUpdate):
    """Sends the cells that changed; Textual begins each line at the left edge of its widget."""

    def render_segments(self, console: Console) -> str:
        """Return what draws them, each piece behind a move of the cursor to its first cell."""
        parts: list[str] = []
        at = (-1, -1)
        for y, left, right in self.spans:
            pieces = zip(self.chop_ends[y], self.chops[y].items(), strict=False)
            for end, (begin, strip) in pieces:
                if strip is None or begin >= right or end <= left:
                    continue
                first, last = max(begin, left), min(end, right)
                if at != (y, first):
                    parts.append(
                        f"\x1b[{first + 1}G" if at[0] == y else f"\x1b[{y + 1};{first + 1}H"
                    )
                piece = strip.crop(first - begin, last - begin)
                parts.append(piece.render(console))
                # Terminals differ in the cells of some characters.
                at = y, last if piece.text.isascii() else -1
        return "".join(parts)


class _Styles(Stylesheet):
    """A stylesheet that parses its sources again only when a variable of theirs has changed.

    Textual parses all of them a second time at each start, when it applies the theme they have.
    """

    def set_variables(self, variables: dict[str, str]) -> None:
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        self.parse()


class PlainApp(App[None]):
    """An app in our themes: no colour under NO_COLOR, and no variables printed after a crash."""

    # One for each role of a piece of text. Textual computes them again for each node that has them
    # whenever a class or the focus changes: in each widget they would be a third of the start.
    COMPONENT_CLASSES: ClassVar = {f"line--{role}" for role in Role}

    def __init__(self, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class)
        for theme in themes():
            self.register_theme(theme)
        self.stylesheet = _Styles(variables=self.stylesheet._variables)  # noqa: SLF001 - or made again

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the variables of the stylesheets, for a theme that is none of ours."""
        return ROLE_VARIABLES

    typed = 0
    """A number that grows with every key, click and paste as soon as it comes."""

    async def on_event(self, event: events.Event) -> None:
        """Note that something was typed before it does anything."""
        if not event.is_forwarded:
            self.note_typed(event)
        await super().on_event(event)

    def note_typed(self, message: Message) -> None:
        """Count a key, click or paste: in the thread that reads them, and when it arrives."""
        if isinstance(message, events.InputEvent | events.Paste):
            self.typed += 1

    def _prune(self, *nodes: Widget, parent: DOMNode | None = None) -> AwaitRemove:
        """Remove widgets; a screen that goes was covered by then, and has nothing drawn again."""
        has_room = not all(isinstance(node, Screen) for node in nodes)
        return super()._prune(*nodes, parent=parent if has_room else None)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, ChopsUpdate):
            renderable = _ChangedCells(renderable.chops, renderable.spans, renderable.chop_ends)
        super()._display(screen, renderable)

    def call_after(self, seconds: float, act: Callable[[], object]) -> Callable[[], object]:
        """Call a function once after some time, however busy this machine is.

        Textual's timers skip what they are late for, and one that rings once and is late by its
        own length before it begins to wait never rings: of some milliseconds that happens.

        Args:
            seconds: How long to wait.
            act: What to call.

        Returns:
            A function that stops the waiting.
        """
        timer = self.set_timer(seconds, act)
        timer._skip = False  # noqa: SLF001 - `set_timer` has no such argument
        return timer.stop

    @property
    def crash(self) -> Exception | None:
        """The bug that ended the program."""
        return self._exception

    def take_mouse(self, *, on: bool) -> None:
        """Take clicks and the wheel from the terminal, or give them back to it."""
        if isinstance(self._driver, QuickDriver):
            self._driver.take_mouse(on=on)

    @on(Driver.SignalResume)
    def _draw_again(self) -> None:
        """Send the whole screen: the shell had the terminal, and for Textual nothing changed."""
        self.screen.refresh()

    @property
    def line_mover(self) -> Callable[[int, int, int], None] | None:
        """What moves lines of the screen, see `QuickDriver.move_lines`; None if nothing can."""
        driver = self._driver
        return (
            driver.move_lines if isinstance(driver, QuickDriver) and driver.can_move_lines else None
        )

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return Textual's filters; with NO_COLOR ours replaces the two that Textual would use."""
        filters = super().get_line_filters()
        if not self.no_color:
            return filters
        return [WithoutColor(), *(f for f in filters if not isinstance(f, NoColor | Monochrome))]

    def _fatal_error(self) -> None:
        """End without Textual's traceback, which shows user ids and attributes to whoever looks."""
        self._close_messages_no_wait()

    def panic(self, *_renderables: RenderableType) -> None:
        """The same for an error that would draw itself."""
        self._close_messages_no_wait()
