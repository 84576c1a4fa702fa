"""Saving: the events of the list into a file of their own."""

import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from ivscope.domain.events import Event
from ivscope.export.saved_events import SavedHead, saved_lines
from ivscope.settings.files import save_private, state_folder
from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.list_status import filter_words
from ivscope.workspace.event_stream import SessionStream
from ivscope.workspace.jobs import Outcome, Promise

_BATCH = 200
"""Events between two looks at whether the file is still wanted: some milliseconds."""


class Saving:
    """One key, one file; its name and what is in it are told."""

    def __init__(self, context: ExplorerContext) -> None:
        self._context = context
        self._clock = context.clock
        context.handlers.add("take.save", self._save, self._why_not)

    def _why_not(self) -> str:
        reading = self._context.pane.reading
        if not self._context.is_reading or reading is None:
            return "{take.save} saves events: open a participant, or everybody with {go.timeline}"
        return "" if len(reading.view) else "no event is shown: nothing to save"

    def _save(self) -> None:
        here, reading = self._context.here, self._context.pane.reading
        if reading is None:
            return
        view, log, stream = reading.view, reading.view.log, reading.stream
        now = self._clock.now()
        head = SavedHead(
            stage_arn=here.session.stage_arn,
            session_id=here.session.session_id,
            participant_id=here.participant_id,
            saved_at=now.isoformat(),
            saved=len(view),
            loaded=len(log),
            is_complete=stream.is_complete,
            coverage=stream.coverage,
            order="sorted by time" if reading.by_time else log.order.value,
            filter=filter_words(reading),
        )
        positions = list(view.positions(0, len(view)))
        event_at: Callable[[int], Event] = log.__getitem__
        if isinstance(stream, SessionStream):
            event_at = stream.sweep.log.event
        whose = here.participant_id or head.session_id
        name = f"ivscope-{whose}-{now:%Y%m%dT%H%M%SZ}.jsonl"

        def content(promise: Promise) -> Iterator[bytes]:
            for lines in _batches(saved_lines(head, map(event_at, positions))):
                promise.check()
                yield "".join(lines).encode("ascii")
            promise.begin_last_step()

        self._context.jobs.promise(
            f"Saving {name}",
            f"{name} was not saved: it was given up",
            lambda promise: _written(name, lambda: content(promise), head),
            self._context.say,
        )


def _batches(lines: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(lines, _BATCH)):
        yield batch


def _written(name: str, content: Callable[[], Iterator[bytes]], head: SavedHead) -> Outcome:
    """Save into the working folder, else into our own."""
    trouble = ""
    for folder in (Path(), state_folder(os.environ) / "saved"):
        try:
            save_private(folder / name, content())
        except OSError as error:
            trouble = f"{folder}: {error.strerror}"
        else:
            return Outcome(f"saved {head.in_words}: {folder / name}")
    return Outcome(f"not saved: {trouble}", is_kept=False)
