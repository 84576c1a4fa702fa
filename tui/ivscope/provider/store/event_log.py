"""EventLog: the events of one feed in columns, about twenty bytes each.

Long because tables that its numbers point into are of no use without it.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import overload

from ivscope.domain.events import Event
from ivscope.domain.frozen import frozen
from ivscope.domain.pages import Contradiction
from ivscope.domain.times import Time, UnreadableTime, from_microseconds, to_microseconds
from ivscope.domain.tokens import ParticipantToken
from ivscope.provider.store.indexes import BlockIndex, OrderLabel, OrderTally


@frozen
class EventKind:
    """Name, error code and replica flag. Few combinations exist, so each is stored once.

    Those of an event that contradicts the request are None, so that nothing takes it for a fact.
    """

    name: str | None
    error_code: str | None
    replica: bool | None
    is_error: bool
    """Whether an event of this kind reports a failure."""
    contradiction: Contradiction | None = None
    """How such an event contradicts the request."""
    shown_name: str | None = None
    """The name that came, for the screen."""
    shown_code: str | None = None
    """The error code that came, for the screen."""


@frozen
class Rare:
    """The fields that few events have, and the raw text of an unreadable time."""

    destination_stage_arn: str | None
    destination_session_id: str | None
    previous_token: ParticipantToken | None
    new_token: ParticipantToken | None
    unreadable_time: UnreadableTime | None


NOTHING_RARE = Rare(None, None, None, None, None)


class EventTables:
    """Texts, kinds and tokens that logs refer to by number; shared by the logs of one provider.

    It only grows. One writer at a time; a number that was handed out stays readable.
    """

    __slots__ = ("_kind_numbers", "_text_numbers", "_tokens", "as_came", "kinds", "texts")

    def __init__(self) -> None:
        self.texts: list[str | None] = [None]
        self.kinds: list[EventKind] = []
        self.as_came: list[int] = []
        """By number of a kind: the number of the kind that the same event has when it counts."""
        self._text_numbers: dict[str | None, int] = {None: 0}
        self._kind_numbers: dict[
            tuple[str | None, str | None, bool | None, Contradiction | None], int
        ] = {}
        self._tokens: dict[ParticipantToken, ParticipantToken] = {}

    def text_number(self, text: str | None) -> int:
        """The number of a text: the same one for equal texts."""
        number = self._text_numbers.get(text)
        if number is None:
            number = len(self.texts)
            self.texts.append(text)
            self._text_numbers[text] = number
        return number

    def kind_number(self, event: Event) -> int:
        """The number of an event's kind: the same one for equal kinds."""
        key = (event.name, event.error_code, event.replica, event.contradiction)
        number = self._kind_numbers.get(key)
        return self._add_kind(event) if number is None else number

    def _add_kind(self, event: Event) -> int:
        name, code, flag, contradiction = event.name, event.error_code, event.replica, None
        if event.contradiction is None:
            as_came, kind = len(self.kinds), EventKind(name, code, flag, is_error=event.is_error)
        else:
            as_came = self.kind_number(replace(event, contradiction=None))
            contradiction = event.contradiction
            kind = EventKind(None, None, None, is_error=False, contradiction=contradiction)
        number = len(self.kinds)
        self.as_came.append(as_came)
        self.kinds.append(replace(kind, shown_name=name, shown_code=code))
        self._kind_numbers[name, code, flag, contradiction] = number
        return number

    def rare(self, event: Event) -> Rare:
        """The rare fields of an event; equal texts and tokens are stored once."""
        time = event.time
        return Rare(
            self.texts[self.text_number(event.destination_stage_arn)],
            self.texts[self.text_number(event.destination_session_id)],
            self._token(event.previous_token),
            self._token(event.new_token),
            time if isinstance(time, UnreadableTime) else None,
        )

    def _token(self, token: ParticipantToken | None) -> ParticipantToken | None:
        return None if token is None else self._tokens.setdefault(token, token)


def has_rare_fields(event: Event) -> bool:
    """Whether an event has any of the fields of `Rare`."""
    return (
        event.destination_stage_arn is not None
        or event.destination_session_id is not None
        or event.previous_token is not None
        or event.new_token is not None
        or isinstance(event.time, UnreadableTime)
    )


class KindTally:
    """How many events of each kind a log has. Written by its writer; any thread may ask."""

    __slots__ = ("_counts", "_remotes", "_tables")

    def __init__(self, tables: EventTables) -> None:
        self._tables = tables
        self._counts: Counter[int] = Counter()
        self._remotes: dict[int, set[int]] = {}
        """Remote participants by kind, for errors only."""

    def add(self, kinds: "array[int]", remotes: "array[int]") -> int:
        """Count events given as columns. Returns how many of them report a failure."""
        counts = Counter(kinds)
        self._counts.update(counts)
        errors = [kind for kind in counts if self._tables.kinds[kind].is_error]
        for kind in errors:
            own = self._remotes.setdefault(kind, set())
            pairs = zip(kinds, remotes, strict=True)
            own.update(remote for other, remote in pairs if other == kind)
        return sum(counts[kind] for kind in errors)

    def count(self, kinds: Iterable[int]) -> int:
        """How many events are of some kinds."""
        return sum(self._counts[kind] for kind in kinds)

    @property
    def contradictions(self) -> Counter[Contradiction]:
        """How many events contradict the request, by how they do; a copy."""
        found: Counter[Contradiction] = Counter()
        for kind, one in enumerate(self._tables.kinds):
            if one.contradiction is not None and self._counts[kind]:
                found[one.contradiction] += self._counts[kind]
        return found

    def remotes(self, kinds: Iterable[int]) -> set[int]:
        """Numbers of the remote participants of errors of some kinds, 0 for none; a copy."""
        return set().union(*(self._remotes.get(kind, set()).copy() for kind in kinds))


__all__ = ["NO_TIME", "EventColumns", "EventKind", "EventLog", "EventTables"]

_ABSENT = -(2**63)
"""Stands for an absent time. Far below year 1, which is about -2**56 microseconds."""

_UNREADABLE = _ABSENT + 1
"""Stands for a time that could not be read; its text is in the rare fields."""

NO_TIME = _UNREADABLE
"""In `EventColumns.times` this and everything below it stands for "no readable time"."""


@frozen
class EventColumns:
    """Neighbouring rows of a log in columns of equal length; a copy that no append changes."""

    times: "array[int]"
    """Microseconds since 1970 UTC; `NO_TIME` or less where there is no readable time."""
    kinds: "array[int]"
    """Numbers into `EventTables.kinds`."""
    participants: "array[int]"
    """Numbers into `EventTables.texts`."""
    remotes: "array[int]"
    """Numbers into `EventTables.texts`."""


class EventLog(Sequence[Event]):
    """Append-only events in the order returned; `log[i]` gives back exactly what was appended.

    One writer at a time. Any thread may read every position below a `len()` that it
    saw, without a lock and without a copy: the length is published last. The single-column
    methods are for work over many rows; they build no `Event`.
    """

    __slots__ = (
        "_kinds",
        "_length",
        "_order",
        "_participants",
        "_rare",
        "_rare_positions",
        "_remotes",
        "_tables",
        "_times",
        "blocks",
        "error_count",
        "sequence",
        "sequence_version",
        "tally",
    )

    def __init__(self, tables: EventTables | None = None) -> None:
        self._tables = EventTables() if tables is None else tables
        self._times = array("q")
        self._kinds = array("I")
        self._participants = array("I")
        self._remotes = array("I")
        self._rare: dict[int, Rare] = {}
        self._rare_positions = array("I")
        self._order = OrderTally()
        self._length = 0
        self.blocks = BlockIndex()
        """Finds the positions where events of some kind or time can be."""
        self.tally = KindTally(self._tables)
        """How many of each kind there are."""
        self.error_count = 0
        """How many events report a failure."""
        self.sequence: array[int] | None = None
        """Positions in the order the service returned them when last asked; None while that is
        the order of the positions. Grows in place when a page is appended (so export no buffer
        of it) and may then be shorter than the log for a moment, never longer; every other
        change replaces it."""
        self.sequence_version = 0
        """Counts the replacements of `sequence`. Read it before `sequence`: then an old number
        can meet a new sequence, which is noticed the next time, and never the other way round."""

    def append(self, events: Iterable[Event]) -> None:
        """Add events at the end. Costs as much as there are new events, however long the log."""
        times: list[int] = []
        kinds: list[int] = []
        participants: list[int] = []
        remotes: list[int] = []
        rare: dict[int, Rare] = {}
        tables = self._tables
        for event in events:
            time_us = _encode_time(event.time)
            kind = tables.kind_number(event)
            if has_rare_fields(event):
                rare[self._length + len(times)] = tables.rare(event)
            times.append(time_us)
            kinds.append(kind)
            participants.append(tables.text_number(event.participant_id))
            remotes.append(tables.text_number(event.remote_participant_id))
        for time_us in times:
            if time_us > _UNREADABLE:
                self._order.add(time_us)
        self._rare.update(rare)
        self._rare_positions.extend(rare)
        self._times.fromlist(times)
        self._kinds.fromlist(kinds)
        self._participants.fromlist(participants)
        self._remotes.fromlist(remotes)
        self._publish()

    def append_rows(
        self, other: "EventLog", rows: range, participants: "array[int] | None" = None
    ) -> None:
        """Add neighbouring rows of a log with the same tables; no `Event` is built.

        Args:
            other: The log, read in the order of its positions.
            rows: Positions in it, below its `len()`.
            participants: Their column of participants; None for that of the other log.
        """
        columns = other.columns(rows.start, rows.stop)
        shift = self._length - rows.start
        rare = other.rare_positions(rows.start, rows.stop)
        theirs = other._rare  # noqa: SLF001 - of the same class
        self._rare.update({position + shift: theirs[position] for position in rare})
        self._rare_positions.extend(position + shift for position in rare)
        for time_us in columns.times:
            if time_us > _UNREADABLE:
                self._order.add(time_us)
        self._times.extend(columns.times)
        self._kinds.extend(columns.kinds)
        self._participants.extend(columns.participants if participants is None else participants)
        self._remotes.extend(columns.remotes)
        self._publish()

    def _publish(self) -> None:
        """Make the rows added to the columns visible; the length is published last."""
        start, kinds, remotes = self._length, self._kinds[self._length :], self._remotes
        self.error_count += self.tally.add(kinds, remotes[start:])
        self.blocks.add(
            start,
            times=self._times[start:],
            kinds=kinds,
            participants=self._participants[start:],
            remotes=remotes[start:],
            no_time=NO_TIME,
        )
        self._length += len(kinds)
        if self.sequence is not None:
            self.sequence.extend(range(start, self._length))

    def prepend(self, events: Iterable[Event]) -> None:
        """Add events at the end that the service returned before all others."""
        before, start = self._order, self._length
        returned = range(start) if self.sequence is None else self.sequence
        self._order = OrderTally()
        self.append(events)
        self._order.add_all(before)
        sequence = array("I", range(start, self._length))
        sequence.extend(returned[:start])
        self._rearrange(sequence)

    def arrange(self, events: Iterable[Event], sequence: "array[int]") -> None:
        """Add events at the end and say in which order the service returned all positions."""
        self.append(events)
        self._order = OrderTally()
        for position in sequence:
            if self._times[position] > _UNREADABLE:
                self._order.add(self._times[position])
        self._rearrange(sequence)

    def _rearrange(self, sequence: "array[int]") -> None:
        self.sequence = sequence
        self.sequence_version += 1

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        if isinstance(index, slice):
            return [self._event(position) for position in range(*index.indices(self._length))]
        position = index + self._length if index < 0 else index
        if not 0 <= position < self._length:
            raise IndexError(f"no event at {index} of {self._length}")
        return self._event(position)

    def key(self, index: int) -> Hashable:
        """A value that is equal for equal events of logs with the same tables; builds no event."""
        return (
            self._times[index],
            self._tables.as_came[self._kinds[index]],
            self._participants[index],
            self._remotes[index],
            self._rare.get(index),
        )

    def time_us(self, index: int) -> int | None:
        """Microseconds since 1970 UTC; None when the time is absent or unreadable."""
        time_us = self._times[index]
        return time_us if time_us > _UNREADABLE else None

    def kind(self, index: int) -> EventKind:
        """Name, error code and replica flag at once: the cheapest way to more than one."""
        return self._tables.kinds[self._kinds[index]]

    def name(self, index: int) -> str | None:
        """The event name."""
        return self._tables.kinds[self._kinds[index]].name

    def error_code(self, index: int) -> str | None:
        """The error code."""
        return self._tables.kinds[self._kinds[index]].error_code

    def is_error(self, index: int) -> bool:
        """Whether the event reports a failure."""
        return self._tables.kinds[self._kinds[index]].is_error

    def participant(self, index: int) -> str | None:
        """The participant id as the event gives it."""
        return self._tables.texts[self._participants[index]]

    def remote(self, index: int) -> str | None:
        """The remote participant id."""
        return self._tables.texts[self._remotes[index]]

    @property
    def contradictions(self) -> Counter[Contradiction]:
        """How many events contradict the request, by how they do; a copy."""
        return self.tally.contradictions

    @property
    def facts(self) -> "EventLog":
        """This log: the kind of an event that contradicts the request says nothing."""
        return self

    @property
    def fact_count(self) -> int:
        """How many events count: all but those that contradict the request."""
        return self._length - self.tally.contradictions.total()

    @property
    def tables(self) -> EventTables:
        """The tables that the numbers in the columns point into."""
        return self._tables

    def columns(self, start: int, stop: int) -> EventColumns:
        """The rows from `start` to below `stop`, cut at the end of the log."""
        part = slice(start, min(stop, self._length))
        return EventColumns(
            self._times[part], self._kinds[part], self._participants[part], self._remotes[part]
        )

    def kinds_of(self, start: int, stop: int) -> "array[int]":
        """The column of kinds alone: a fifth of what all columns copy."""
        return self._kinds[start : min(stop, self._length)]

    def column_at(self, column: str, positions: Iterable[int]) -> "array[int]":
        """A column of `EventColumns`, by its name, at some positions."""
        cells: array[int] = getattr(self, f"_{column}")
        return array(cells.typecode, cells_at(cells, positions))

    def rare_positions(self, start: int, stop: int) -> Sequence[int]:
        """Ascending positions of the events with a destination, a token or an unreadable time."""
        first = bisect_left(self._rare_positions, start)
        end = bisect_left(self._rare_positions, min(stop, self._length))
        return self._rare_positions[first:end]

    def rare(self, position: int) -> Rare:
        """Destination, tokens and unreadable time of an event; builds no event."""
        return self._rare.get(position, NOTHING_RARE)

    @property
    def order(self) -> OrderLabel:
        """The order in which the service returned the events read so far."""
        return self._order.label

    @property
    def last_time_us(self) -> int | None:
        """Time of the last returned event that has a readable one, microseconds; else None."""
        return self._order.last

    def _event(self, position: int) -> Event:
        tables = self._tables
        number = self._kinds[position]
        kind = tables.kinds[tables.as_came[number]]
        rare = self.rare(position)
        time_us = self._times[position]
        is_readable = time_us > _UNREADABLE
        return Event(
            name=kind.name,
            participant_id=tables.texts[self._participants[position]],
            time=from_microseconds(time_us) if is_readable else rare.unreadable_time,
            remote_participant_id=tables.texts[self._remotes[position]],
            error_code=kind.error_code,
            destination_stage_arn=rare.destination_stage_arn,
            destination_session_id=rare.destination_session_id,
            replica=kind.replica,
            previous_token=rare.previous_token,
            new_token=rare.new_token,
            contradiction=tables.kinds[number].contradiction,
        )


def cells_at(cells: Sequence[int], positions: Iterable[int]) -> tuple[int, ...]:
    """The cells of a column at some positions: half the cost of one by one."""
    wanted = tuple(positions)  # of one alone, `itemgetter` would return no tuple
    return itemgetter(*wanted, wanted[0])(cells)[:-1] if wanted else ()


def _encode_time(time: Time | None) -> int:
    if time is None:
        return _ABSENT
    return _UNREADABLE if isinstance(time, UnreadableTime) else to_microseconds(time)
