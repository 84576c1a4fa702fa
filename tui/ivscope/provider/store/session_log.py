"""SessionLog: the events of all participants of a session, and how far each is read."""

from array import array
from bisect import bisect_left
from dataclasses import replace
from enum import StrEnum
from itertools import compress

from ivscope.domain.events import Event
from ivscope.domain.failures import ProviderFailure
from ivscope.domain.frozen import frozen
from ivscope.provider.store.event_log import EventLog, EventTables

_NONE = 2**32 - 1
"""Stands for no range of positions."""


class ReadState(StrEnum):
    """How far the events of one participant are read; the word is shown on screen."""

    NOT_READ = "NOT READ"
    READING = "READING"
    PARTIAL = "PARTIAL"
    """Some pages are read, and nobody is reading on."""
    COMPLETE = "COMPLETE"
    FAILED = "FAILED"
    """The last call failed. Pages from before it are in the log."""


_STATES = tuple(ReadState)
_IS_COMPLETE = bytes(state is ReadState.COMPLETE for state in _STATES).ljust(256, b"\0")
"""By state number, as `bytes.translate` takes it."""


@frozen
class ParticipantReading:
    """How far one participant is read."""

    state: ReadState
    events: int
    errors: int
    """Events that report a failure."""
    failure: ProviderFailure | None
    """Why the last call failed; also when that was a refresh and the state stays COMPLETE."""


class SessionLog:
    """One log for a whole session, filled page by page; a position is an event's identity.

    In `log` the participant id of every event is that of the participant whose list it came
    from, even when the event itself names another one or none; `event` gives it back as it came.

    One writer at a time; any thread may read without a lock. Beside the columns, a participant
    costs about a hundred bytes: its place in the dictionary of ids and a row of numbers. Its
    positions are ranges of neighbouring pages, chained from the first to the last.
    """

    def __init__(self, tables: EventTables) -> None:
        self.log = EventLog(tables)
        """The events of everybody."""
        self.participants_complete = False
        """Whether everybody is listed."""
        self.participants_read = 0
        """Participants whose events are read to the end."""
        self._numbers: dict[str, int] = {}
        self._ids: list[str] = []
        self._states = bytearray()
        self._counts = array("I")
        self._errors = array("I")
        self._first_range = array("I")
        self._last_range = array("I")
        self._starts = array("I")
        self._stops = array("I")
        self._next_range = array("I")
        self._failures: dict[int, ProviderFailure] = {}
        self._other_positions = array("I")
        """Ascending positions of the events that came with another participant id, or none."""
        self._other_ids = array("I")
        """Numbers of the ids that came with them, never shorter than the positions. Eight bytes
        an event: a service can name somebody else in every one of a million events."""

    @property
    def participants_known(self) -> int:
        """Participants listed so far."""
        return len(self._ids)

    @property
    def is_all_read(self) -> bool:
        """Whether everybody is listed and read to the end."""
        return self.participants_complete and self.participants_read == len(self._ids)

    @property
    def participants_failed(self) -> int:
        """Participants whose last call failed."""
        return len(self._failures)

    @property
    def participant_ids(self) -> list[str]:
        """Ids of everybody listed so far, in the order listed; a copy."""
        return self._ids.copy()

    @property
    def failures(self) -> dict[str, ProviderFailure]:
        """Failures by participant id; a copy."""
        return {self._ids[number]: failure for number, failure in self._failures.copy().items()}

    def is_read(self, participant_id: str) -> bool:
        """Whether the events of a participant are read to the end."""
        number = self._numbers.get(participant_id)
        return number is not None and self.state(number) is ReadState.COMPLETE

    @property
    def read_ids(self) -> list[str]:
        """Ids of those whose events are read to the end, in the order listed; a copy."""
        return list(compress(self._ids, self._states.translate(_IS_COMPLETE)))

    @property
    def read_flags(self) -> bytes:
        """By number: 1 for who is read to the end, else 0; a copy."""
        return bytes(self._states.translate(_IS_COMPLETE))

    @property
    def errors_by_id(self) -> dict[str, int]:
        """How many events of each participant report a failure; without those who have none."""
        return {self._ids[at]: errors for at, errors in enumerate(self._errors) if errors}

    def reading(self, participant_id: str) -> ParticipantReading | None:
        """How far a participant is read; None when it is not listed."""
        number = self._numbers.get(participant_id)
        if number is None:
            return None
        return ParticipantReading(
            self.state(number),
            self._counts[number],
            self._errors[number],
            self._failures.get(number),
        )

    def ranges(self, participant_id: str) -> list[range]:
        """Where the events of a participant are in the log, in the order returned."""
        found: list[range] = []
        number = self._numbers.get(participant_id)
        at = _NONE if number is None else self._first_range[number]
        while at != _NONE:
            found.append(range(self._starts[at], self._stops[at]))
            at = self._next_range[at]
        return found

    def event(self, position: int) -> Event:
        """The event exactly as it came."""
        event = self.log[position]
        at = bisect_left(self._other_positions, position)
        if at == len(self._other_positions) or self._other_positions[at] != position:
            return event
        return replace(event, participant_id=self.log.tables.texts[self._other_ids[at]])

    def events_of(self, participant_id: str) -> EventLog:
        """The events of a participant exactly as they came, in the order returned; a copy."""
        log, copy = self.log, EventLog(self.log.tables)
        for part in self.ranges(participant_id):
            column = log.columns(part.start, part.stop).participants
            first = bisect_left(self._other_positions, part.start)
            end = bisect_left(self._other_positions, part.stop)
            for at in range(first, end):
                column[self._other_positions[at] - part.start] = self._other_ids[at]
            copy.append_rows(log, part, column)
        return copy

    def number(self, participant_id: str) -> int | None:
        """The number of a participant, which never changes; None when it is not listed."""
        return self._numbers.get(participant_id)

    def participant_id(self, number: int) -> str:
        """The participant of this number."""
        return self._ids[number]

    def state(self, number: int) -> ReadState:
        """How far the participant of this number is read."""
        return _STATES[self._states[number]]

    def count(self, number: int) -> int:
        """How many events of the participant of this number the log has."""
        return self._counts[number]

    def add_participant(self, participant_id: str) -> int:
        """List a participant; returns its number, the old one when it is listed already."""
        number = self._numbers.get(participant_id)
        if number is not None:
            return number
        number = len(self._ids)
        self._states.append(_STATES.index(ReadState.NOT_READ))
        self._counts.append(0)
        self._errors.append(0)
        self._first_range.append(_NONE)
        self._last_range.append(_NONE)
        self._ids.append(participant_id)
        self._numbers[participant_id] = number
        return number

    def append(
        self, number: int, rows: EventLog, part: range, *, before_others: bool = False
    ) -> None:
        """Add events of a participant at the end of the log. Costs as much as there are events.

        Args:
            number: The number of the participant.
            rows: A log with the same tables.
            part: The new rows in it, in the order returned.
            before_others: Whether the service returned them before all its other events.
        """
        if not part:
            return
        log = self.log
        tables = log.tables
        text = tables.text_number(self._ids[number])
        start, errors = len(log), log.error_count
        own = rows.columns(part.start, part.stop).participants
        if own.count(text) != len(own):
            is_other = [came != text for came in own]
            self._other_ids.extend(compress(own, is_other))
            self._other_positions.extend(compress(range(start, start + len(own)), is_other))
        log.append_rows(rows, part, array("I", [text]) * len(part))
        self._counts[number] += len(part)
        self._errors[number] += log.error_count - errors
        self._chain(number, start, len(log), before_others=before_others)

    def set_state(self, number: int, state: ReadState) -> None:
        """Note how far a participant is read. COMPLETE also forgets its failure."""
        was_complete = self.state(number) is ReadState.COMPLETE
        self.participants_read += (state is ReadState.COMPLETE) - was_complete
        if state is ReadState.COMPLETE:
            self._failures.pop(number, None)
        self._states[number] = _STATES.index(state)

    def fail(self, number: int, failure: ProviderFailure) -> None:
        """Note why the last call failed. A participant that was COMPLETE stays it."""
        self._failures[number] = failure
        if self.state(number) is not ReadState.COMPLETE:
            self.set_state(number, ReadState.FAILED)

    @property
    def failed_numbers(self) -> list[int]:
        """Numbers of the participants whose last call failed; a copy."""
        return list(self._failures)

    def _chain(self, number: int, start: int, stop: int, *, before_others: bool) -> None:
        first, last = self._first_range[number], self._last_range[number]
        if last != _NONE and self._stops[last] == start and not before_others:
            self._stops[last] = stop
            return
        at = len(self._starts)
        self._next_range.append(first if before_others else _NONE)
        self._stops.append(stop)
        self._starts.append(start)
        if first == _NONE or before_others:
            self._first_range[number] = at
        if last != _NONE and not before_others:
            self._next_range[last] = at
        if last == _NONE or not before_others:
            self._last_range[number] = at
