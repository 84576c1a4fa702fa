"""SweepMembers: who is listed in a session, and whose events are due."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from ivscope.domain.stages import ParticipantSummary
from ivscope.provider.fetch.sweep_queue import SweepQueue
from ivscope.provider.store.feed import Feed
from ivscope.provider.store.session_log import ReadState, SessionLog

_PASSES = 255
"""Passes are counted round in a byte each; 0 stands for none."""


class SweepMembers:
    """Takes the list of participants over, row by row, and lines up whoever must be read.

    In a later pass that is everybody except those that were DISCONNECTED before they were read
    and still are. Who came back and left again between two lists is not noticed.
    """

    def __init__(
        self,
        log: SessionLog,
        rows: Feed[ParticipantSummary],
        opened_ids: Callable[[], AbstractSet[str]],
    ) -> None:
        """Start with nobody.

        Args:
            log: Where participants get their numbers.
            rows: The list of participants.
            opened_ids: Whom persons have opened.
        """
        self.log = log
        self.rows = rows
        self.queue = SweepQueue()
        self._opened_ids = opened_ids
        self._generation = rows.generation
        self._taken = 0
        self._pass = 0
        self._read_in = bytearray()
        """By participant number: the pass in which it was read last."""
        self._was_gone = bytearray()
        """By participant number: whether it was listed as DISCONNECTED, then read."""

    def begin_pass(self) -> None:
        """Whoever is listed from now on may have news."""
        self._pass = self._pass % _PASSES + 1

    def end_list(self) -> None:
        """Free what only the reading of the list needs."""
        self.queue.forget_users()

    def end(self, number: int, *, is_new: bool) -> None:
        """A participant is read to its end.

        Args:
            number: Whose events they are.
            is_new: False when it was read before its row was, or in an earlier run: then the
                row says nothing about how final the events are.
        """
        self._read_in[number] = self._pass
        if not is_new:
            self._was_gone[number] = 0

    def take_rows(self) -> None:
        """Take over the rows that came since the last time."""
        rows = self.rows
        if rows.generation != self._generation:
            self._generation, self._taken = rows.generation, 0
        new = rows.items[self._taken :]
        self._taken += len(new)
        opened = self._opened_ids()
        for row in new:
            number = self._take(row)
            if row.participant_id in opened:
                self.queue.promote(number)

    def _take(self, row: ParticipantSummary) -> int:
        number = self.log.add_participant(row.participant_id)
        if number == len(self._read_in):
            self._read_in.append(0)
            self._was_gone.append(0)
        self.queue.note(number, row)
        was_gone, is_gone = bool(self._was_gone[number]), row.state == "DISCONNECTED"
        self._was_gone[number] = is_gone
        state = self.log.state(number)
        if state is ReadState.COMPLETE:
            is_due = self._read_in[number] != self._pass and not (was_gone and is_gone)
        else:
            is_due = state is not ReadState.READING
        if is_due and not self.queue.is_due(number):
            self.queue.add(number)
        return number
