"""Trouble: from a session to its next participant with an error, read or not."""

from collections.abc import Collection
from typing import Protocol

from tui.domain.stages import ParticipantSummary
from tui.provider.provider import StageDataProvider
from tui.provider.sweep import Sweep
from tui.screens.deed import Deed, NotNow
from tui.screens.picker_pane import PickerPane
from tui.screens.place import Level, Place


class Troubled(Protocol):
    """What this needs of the explorer."""

    picker: PickerPane

    @property
    def here(self) -> Place:
        """Where the reader is."""
        ...

    def go(self, place: Place) -> None:
        """Open a place."""
        ...

    def say(self, note: str) -> None:
        """A note in the status line."""
        ...


class Trouble:
    """`e` in the participant picker: sweeps, suspicious first, until an error is found."""

    def __init__(self, explorer: Troubled, provider: StageDataProvider, next_error: Deed) -> None:
        """Trouble of sessions.

        Args:
            explorer: The screen.
            provider: What is read.
            next_error: What the key does where events are shown.
        """
        self._explorer = explorer
        self._provider = provider
        self._next_error = next_error
        self._sought: Sweep | None = None

    def table(self) -> dict[str, Deed]:
        """Deeds by command id."""
        return {"jump.error": self._jump}

    def stop(self) -> bool:
        """Stop looking. Returns whether something was looked for."""
        sought, self._sought = self._sought, None
        if sought is not None:
            sought.pause()
        return sought is not None

    def changed(self, changed: Collection[object]) -> None:
        """A sweep went on: open the first participant with an error, if that was looked for."""
        sweep = self._sought
        if sweep is None or sweep not in changed:
            return
        place = self._explorer.here
        if place.level is not Level.PARTICIPANTS or place.session != sweep.session:
            self._sought = None
            return
        found = _first_with_errors(sweep)
        if found is not None:
            self._sought = None
            sweep.pause()
            self._open(found)
        elif not sweep.is_running:
            self._sought = None
            read = f"{sweep.log.participants_read:,} participants read"
            self._explorer.say(f"no error in the {read}")

    def _jump(self) -> None:
        if self._explorer.here.level is not Level.PARTICIPANTS:
            self._next_error()
            return
        sweep = self._provider.sweep(self._explorer.here.session)
        found = self._below(sweep)
        if found is not None:
            self._open(found)
            return
        if not sweep.start():
            raise NotNow("everybody is read, and no participant further down has an error")
        self._sought = sweep
        self._explorer.say("reading participants, suspicious ones first, until one has an error")

    def _below(self, sweep: Sweep) -> str | None:
        """The next participant under the cursor whose events hold an error, as far as read."""
        rows = self._explorer.picker.below()
        wanted = [row.participant_id for row in rows if isinstance(row, ParticipantSummary)]
        for participant_id in wanted:
            reading = sweep.log.reading(participant_id)
            if reading is not None and reading.errors:
                return participant_id
        return None

    def _open(self, participant_id: str) -> None:
        here = self._explorer.here
        self._explorer.picker.select(participant_id)
        self._explorer.go(Place(here.stage_arn, here.session_id, participant_id))
        self._next_error()


def _first_with_errors(sweep: Sweep) -> str | None:
    """The participant read first among those with an error."""
    for participant_id in sweep.log.participant_ids:
        reading = sweep.log.reading(participant_id)
        if reading is not None and reading.errors:
            return participant_id
    return None
