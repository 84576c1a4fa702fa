"""Taking: copies, prints and saves texts, for any view, and says how that went."""

import os
import signal
import sys
import termios
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App, SuspendNotSupported
from textual.screen import Screen

from ivscope.domain.frozen import frozen
from ivscope.render.safe import safe_lines
from ivscope.settings.files import save_private, state_folder
from ivscope.settings.key_names import first_key
from ivscope.terminal.clipboard import copy
from ivscope.ui.commands import Unavailable
from ivscope.ui.status_area import StatusArea
from ivscope.workspace.jobs import Jobs, Outcome, Promise
from ivscope.workspace.place import Place

if TYPE_CHECKING:
    from ivscope.export.cli_commands import CliOptions
    from ivscope.export.clippings import Clipping


_ASK = "press Enter to go back"

_QUIT = b"\x11"
_BACK = frozenset({b"\r", b"\n", b"\x1b", b"q", b" ", b"\x04", _QUIT})
"""Keys after a text that was printed: Enter, Esc, q, the space bar, Ctrl+D, Ctrl+Q."""


def print_out(app: App[object], text: str) -> bool:
    """Leave the full screen, print below the shell's prompt, wait for Enter, come back.

    Blocks the event loop on purpose, so that nothing draws. What is read meanwhile is drawn
    afterwards. Esc, q, Ctrl+C and Ctrl+D come back too, and Ctrl+Q ends the app.

    Args:
        app: The running app. Call it from its event loop.
        text: Lines; control characters are printed as escapes.

    Returns:
        False when this terminal cannot leave the full screen, so that nothing was printed.
    """
    try:
        with app.suspend():
            key = _show(text)
    except SuspendNotSupported:
        return False
    if key == _QUIT:
        app.exit()
    return True


def _show(text: str) -> bytes:
    """Print a text; returns the key after it."""
    # Textual's handler of Ctrl+C would end the app when the event loop goes on. Ours is set before
    # the text is printed, since a person may press Ctrl+C at once.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        _print(f"\n{safe_lines(text)}\n\n")
        key = b"" if sys.__stdin__ is None else _awaited_key(sys.__stdin__.fileno())
    except KeyboardInterrupt:
        key = b""
    finally:
        signal.signal(signal.SIGINT, before)
    _print("\n")
    return key


def _awaited_key(stdin: int) -> bytes:
    """Ask for a key of `_BACK`; empty when the terminal is gone. Others do nothing."""
    before = termios.tcgetattr(stdin)
    keys = termios.tcgetattr(stdin)
    keys[0] &= ~termios.IXON  # Ctrl+Q would go on with an output that was not stopped.
    keys[3] &= ~(termios.ICANON | termios.ECHO)
    termios.tcsetattr(stdin, termios.TCSADRAIN, keys)
    try:
        _print(f"{_ASK} ")
        # The bytes of an arrow key come together, and are no Esc.
        while (key := os.read(stdin, 64)) and key not in _BACK:
            pass
    except OSError:
        key = b""
    finally:
        with suppress(termios.error):
            termios.tcsetattr(stdin, termios.TCSADRAIN, before)
    return key


def _print(text: str) -> None:
    """Print in the terminal's encoding; characters that it lacks become escapes."""
    stream = sys.__stdout__
    if stream is not None:
        stream.buffer.write(text.encode(stream.encoding, "backslashreplace"))
        stream.flush()


def on_screen(screen: Screen[Any], status: StatusArea) -> "Clipping":
    """Take what a screen shows at this moment, from the header down to above the status line."""
    from ivscope.export.clippings import Clipping  # noqa: PLC0415 - after the first rows

    strips = screen._compositor.render_strips()[: status.region.y]  # noqa: SLF001 - Textual has no public way
    lines = [strip.text.rstrip() for strip in strips]
    while lines and not lines[-1]:
        del lines[-1]
    return Clipping("v", "what is on screen", safe_lines("\n".join(lines)))


_BATCH = 50
"""Rows drawn between two keys while a view is saved: of lanes some milliseconds."""


def _prepare_nothing(_rows: range, _check: Callable[[], object]) -> Callable[[], object]:
    return lambda: None


@frozen
class ViewText:
    """A whole view as text: lines above its rows, its rows, and lines below them."""

    name: str
    """What it is, for the name of the file: "summary-st-dxMFysKnE9UAk"."""
    above: Sequence[str]
    rows: int
    row: Callable[[int], str]
    """Returns the text of a row. Called on the UI thread."""
    below: Sequence[str] = ()
    prepare: Callable[[range, Callable[[], object]], Callable[[], object]] = _prepare_nothing
    """Called in a thread with the rows that come next, and with what to call now and then. What it
    returns is called on the UI thread just before they are made."""

    def batches(self, check: Callable[[], object]) -> Iterator[Callable[[], str]]:
        """Return functions that make some lines each, to be called on the UI thread in order.

        Args:
            check: Called now and then between them; what it raises ends the work.
        """
        yield lambda: "".join(f"{line}\n" for line in self.above)
        for start in range(0, self.rows, _BATCH):
            rows = range(start, min(self.rows, start + _BATCH))
            yield partial(self._lines, rows, self.prepare(rows, check))
        yield lambda: "".join(f"{line}\n" for line in self.below)

    def _lines(self, rows: range, prepared: Callable[[], object]) -> str:
        prepared()
        return "".join(f"{self.row(at)}\n" for at in rows)


class Taking:
    """Copies, prints and saves for the screen that has the keys."""

    def __init__(
        self,
        app: Callable[[], App[object]],
        jobs: Jobs,
        say: Callable[[str], None],
        keys: Mapping[str, str],
    ) -> None:
        """Keep where to print and to say how it went.

        Args:
            app: Returns the running app.
            jobs: The owner of background work.
            say: Shows a note.
            keys: Keys in force by command id.
        """
        self._keys = keys
        self._app = app
        self._jobs = jobs
        self._say = say
        self.copies = 0
        """Texts copied so far."""
        self.last_copied = ""
        """Title of the last of them."""

    def ask(
        self,
        status: StatusArea,
        title: str,
        clippings: "Callable[[], Iterable[Clipping]]",
        take: "Callable[[Clipping], None]",
    ) -> None:
        """Ask which text to take; Enter takes the first.

        Args:
            status: Where the menu is shown.
            title: Of the menu.
            clippings: Makes the texts that are offered; of several with a letter the first counts.
            take: Called with the one that was chosen.
        """
        choices: dict[str, str] = {}
        for clipping in clippings():
            choices.setdefault(clipping.letter, clipping.title)
        if not choices:
            raise Unavailable(f"nothing to {title.lower()} here")
        status.choose(title, choices, lambda letter: take(chosen(clippings(), letter)))

    def copy(self, clipping: "Clipping", instead: str = "take.print") -> None:
        """Copy in a thread: tmux and the clipboard tools are programs that may be slow.

        Args:
            clipping: The text.
            instead: Id of the command that prints it where no clipboard works.
        """
        self.copies, self.last_copied = self.copies + 1, clipping.title
        driver = self._app()._driver  # noqa: SLF001 - Textual has no public way

        def work(_promise: Promise) -> Outcome:
            result = copy(
                clipping.made(),
                os.environ,
                driver.write if driver is not None else lambda _text: None,
                folder=state_folder(os.environ) / "copies",
                print_key=first_key(self._keys[instead]),
            )
            return Outcome(f"{clipping.title}: {result.message}", is_kept=result.route is not None)

        lost = f"{clipping.title}: copying was stopped, it may not be on the clipboard"
        self._jobs.promise(f"Copying {clipping.title}", lost, work, self._say)

    def print(self, clipping: "Clipping") -> None:
        """Print to the normal screen of the terminal, once the text is made."""
        if clipping.later is None:
            self._print(clipping.text)
            return

        def work(promise: Promise) -> Outcome:
            text = clipping.made()
            self._jobs.on_ui(promise, lambda: self._print(text))
            return Outcome(f"{clipping.title} printed")

        lost = f"{clipping.title} was not printed: it was stopped"
        self._jobs.promise(f"Printing {clipping.title}", lost, work, self._say)

    def _print(self, text: str) -> None:
        if not print_out(self._app(), text):
            self._say("this terminal cannot leave the full screen to print")

    def takers(self) -> Mapping[str, "Callable[[Clipping], None]"]:
        """Return what copies and what prints the text of the help, by the id of its command."""
        copy_list = partial(self.copy, instead="help.print")
        return {"help.copy": copy_list, "help.print": self.print}

    def save(self, name: str, content: Callable[[Promise], Iterator[bytes]], saved: str) -> None:
        """Save a file in a thread.

        Args:
            name: Of the file.
            content: Makes its content; called in the thread, twice when the first folder fails.
            saved: What it holds, in words.
        """
        self._jobs.promise(
            f"Saving {name}",
            f"{name} was not saved: saving was stopped",
            lambda promise: _written(name, lambda: content(promise), saved),
            self._say,
        )

    def save_view(self, view: ViewText, now: datetime) -> None:
        """Save a view as text; its rows are drawn between the keys.

        Args:
            view: The view.
            now: The present time, UTC, for the name of the file.
        """

        def content(promise: Promise) -> Iterator[bytes]:
            for lines in view.batches(promise.check):
                yield safe_lines(self._jobs.on_ui(promise, lines)).encode()
            promise.begin_last_step()

        rows = "1 row" if view.rows == 1 else f"{view.rows:,} rows"
        self.save(file_name(view.name, now, "txt"), content, rows)


def file_name(what: str, now: datetime, ending: str) -> str:
    """Name a file to save: "ivscope-st-dxMFysKnE9UAk-20261123T203628Z.jsonl".

    Args:
        what: What is in it.
        now: The present time, UTC.
        ending: The form of it.
    """
    return f"ivscope-{what}-{now:%Y%m%dT%H%M%SZ}.{ending}"


def clippings_for_place(
    place: Place, connection: "CliOptions", now: datetime, moment: datetime | None = None
) -> "tuple[Clipping, ...]":
    """Return what names a session or a participant, at a time in it if there is one."""
    from ivscope.export.clippings import clippings_for_ids  # noqa: PLC0415 - after the first rows

    places = (place.stage_arn, place.session_id, place.participant_id)
    return clippings_for_ids(places, connection, now, moment)


def chosen(clippings: "Iterable[Clipping]", letter: str) -> "Clipping":
    """Return the text under a letter.

    Raises:
        Unavailable: There is none.
    """
    for clipping in clippings:
        if clipping.letter == letter:
            return clipping
    raise Unavailable(f"{letter} copies nothing here")


def _written(name: str, content: Callable[[], Iterator[bytes]], saved: str) -> Outcome:
    """Save into the working folder; where that fails, into the folder of our own state."""
    reasons: dict[str, list[str]] = {}
    for folder in (Path(), state_folder(os.environ) / "saved"):
        try:
            save_private(folder / name, content())
        except OSError as error:
            where = "the working folder" if folder == Path() else str(folder)
            reasons.setdefault(error.strerror or str(error), []).append(where)
        else:
            return Outcome(f"saved {saved}: {folder / name}")
    places = "; ".join(f"{reason} in {' and '.join(where)}" for reason, where in reasons.items())
    step = "fix that, then save again"
    return Outcome(f"not saved: {', '.join(reasons)}: {step} ({name}: {places})", is_kept=False)
