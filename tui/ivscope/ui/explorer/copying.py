"""Copy, print and save what is under the cursor or in the list."""

import os
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from textual.app import App, SuspendNotSupported

from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantScope, ParticipantSummary, StageSession, StageSummary
from ivscope.export.cli_commands import CliOptions
from ivscope.export.clippings import (
    Clipping,
    clippings_for_event,
    clippings_for_participant,
    clippings_for_session,
    clippings_for_stage,
    iso_time,
)
from ivscope.export.finding_json import findings_json
from ivscope.export.saved_events import SavedHead, saved_lines
from ivscope.render.safe import safe_lines
from ivscope.settings.files import save_private, state_folder
from ivscope.settings.prompt_history import without_secrets
from ivscope.terminal.clipboard import copy
from ivscope.ui.commands import Unavailable
from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.event_findings import EventFindings
from ivscope.ui.explorer.event_refs import event_ref
from ivscope.ui.explorer.list_status import filter_words
from ivscope.workspace.event_stream import SessionStream
from ivscope.workspace.jobs import Outcome, Promise

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


class Copying:
    """Commands that copy or print what is under the cursor."""

    def __init__(self, context: ExplorerContext, event_findings: EventFindings) -> None:
        self._context = context
        self._event_findings = event_findings
        self._provider = context.provider
        self._profile = context.launch.profile
        self._world = context.launch.world
        add = context.handlers.add
        add("take.copy", lambda: self._menu("COPY", self._copy), self._why_not)
        add("take.print", lambda: self._menu("PRINT", self._print), self._why_not)
        add("take.id", lambda: self._copy(self._clipping("i")), self._why_not)

    def _why_not(self) -> str:
        if not self._context.picks:
            return "" if self._context.pane.event is not None else "no event under the cursor"
        row = self._context.picker.row
        is_listed = isinstance(row, StageSummary | StageSession | ParticipantSummary)
        return "" if is_listed else "no row under the cursor"

    def _menu(self, title: str, take: Callable[[Clipping], None]) -> None:
        choices = {clipping.letter: clipping.title for clipping in self._clippings()}
        self._context.status.choose(title, choices, lambda letter: take(self._clipping(letter)))

    def _clipping(self, letter: str) -> Clipping:
        for clipping in self._clippings():
            if clipping.letter == letter:
                return clipping
        raise Unavailable(f"{letter} copies nothing here")

    def _clippings(self) -> tuple[Clipping, ...]:
        place, connection = self._context.here, self._connection()
        if not self._context.picks:
            event = self._context.pane.event
            if event is None:
                raise Unavailable("no event under the cursor")
            scope = place.at_event(event.participant_id).participant
            fact = self._provider.participant(scope).value
            user_id = fact.summary.user_id if fact is not None else None
            return clippings_for_event(event, scope, connection, user_id, self._findings(scope))
        place = self._context.picker.place
        match self._context.picker.row:
            case StageSummary() as stage:
                return clippings_for_stage(stage, connection)
            case StageSession() as session:
                return clippings_for_session(session, place.stage_arn or "", connection)
            case ParticipantSummary() as participant:
                return clippings_for_participant(
                    participant, place.session, place.narrowed, connection
                )
            case _:
                raise Unavailable("no row under the cursor")

    def _findings(self, scope: ParticipantScope) -> str | None:
        """What was found about the event under the cursor, as JSON; None without findings."""
        ref = event_ref(self._event_findings, self._context.pane, scope)
        findings = None if ref is None else self._event_findings.of(ref)
        if ref is None or not findings:
            return None
        return findings_json(ref, findings, self._event_findings.event_at)

    def _connection(self) -> CliOptions:
        facts = self._provider.source_details
        url = facts.endpoint_url if facts is not None else None
        return CliOptions(
            profile=self._profile,
            region=facts.region if facts is not None else None,
            endpoint_url=None if url is None else without_secrets(url),
            demo_world=self._world,
        )

    def _copy(self, clipping: Clipping) -> None:
        """Copy in a thread: tmux and the clipboard tools are programs that may be slow."""
        driver = self._context.screen.app._driver  # noqa: SLF001 - Textual has no public way

        def work(_promise: Promise) -> Outcome:
            result = copy(
                clipping.text,
                os.environ,
                driver.write if driver is not None else lambda _text: None,
                folder=state_folder(os.environ) / "copies",
            )
            return Outcome(f"{clipping.title}: {result.message}", is_kept=result.route is not None)

        lost = f"{clipping.title}: copying was stopped, it may not be on the clipboard"
        self._context.jobs.promise(f"Copying {clipping.title}", lost, work, self._context.say)

    def _print(self, clipping: Clipping) -> None:
        if not print_out(self._context.screen.app, clipping.text):
            self._context.say("this terminal cannot be given back for printing")


_BATCH = 200
"""Events written between two checks whether the file was given up: some milliseconds."""


class Saving:
    """The command that saves the events shown to a file, and says its name and contents."""

    def __init__(self, context: ExplorerContext) -> None:
        self._context = context
        self._times = context.times
        context.handlers.add("take.save", self._save, self._why_not)

    def _why_not(self) -> str:
        event_list = self._context.pane.event_list
        if not self._context.shows_events or event_list is None:
            return (
                "{take.save} saves events: open a participant, or the timeline with {go.timeline}"
            )
        return "" if len(event_list.view) else "no event is shown: nothing to save"

    def _save(self) -> None:
        here, event_list = self._context.here, self._context.pane.event_list
        if event_list is None:
            return
        view, log, stream = event_list.view, event_list.view.log, event_list.stream
        now = self._times.now()
        positions = list(view.positions(0, len(view)))
        contradicting = 0
        if log.contradictions:
            contradicting = sum(log.kind(at).contradiction is not None for at in positions)
        head = SavedHead(
            stage_arn=here.session.stage_arn,
            session_id=here.session.session_id,
            participant_id=here.participant_id,
            saved_at=now.isoformat(),
            saved=len(view) - contradicting,
            loaded=log.fact_count,
            contradicting=contradicting,
            is_complete=stream.is_complete,
            all_read_at=iso_time(stream.all_read_at),
            coverage=stream.coverage,
            order="sorted by time" if event_list.by_time else log.order.value,
            filter=without_secrets(filter_words(event_list)),
        )
        event_at: Callable[[int], Event] = log.__getitem__
        if isinstance(stream, SessionStream):
            event_at = stream.scan.log.event
        whose = here.participant_id or head.session_id
        name = f"ivscope-{whose}-{now:%Y%m%dT%H%M%SZ}.jsonl"

        def content(promise: Promise) -> Iterator[bytes]:
            for lines in _batches(saved_lines(head, map(event_at, positions))):
                promise.check()
                yield "".join(lines).encode("ascii")
            promise.begin_last_step()

        self._context.jobs.promise(
            f"Saving {name}",
            f"{name} was not saved: saving was stopped",
            lambda promise: _written(name, lambda: content(promise), head),
            self._context.say,
        )


def _batches(lines: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(lines, _BATCH)):
        yield batch


def _written(name: str, content: Callable[[], Iterator[bytes]], head: SavedHead) -> Outcome:
    """Save into the working folder; where that fails, into the folder of our own state."""
    reasons: dict[str, list[str]] = {}
    for folder in (Path(), state_folder(os.environ) / "saved"):
        try:
            save_private(folder / name, content())
        except OSError as error:
            where = "the working folder" if folder == Path() else str(folder)
            reasons.setdefault(error.strerror or str(error), []).append(where)
        else:
            return Outcome(f"saved {head.in_words}: {folder / name}")
    places = "; ".join(f"{reason} in {' and '.join(where)}" for reason, where in reasons.items())
    step = "mend that, then save again"
    return Outcome(f"not saved: {', '.join(reasons)}: {step} ({name}: {places})", is_kept=False)
