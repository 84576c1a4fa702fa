"""EventTables: what the numbers in the columns of event logs stand for."""

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ivscope.domain.events import Event
from ivscope.domain.times import UnreadableTime
from ivscope.domain.tokens import ParticipantToken


@dataclass(frozen=True, slots=True)
class EventKind:
    """What many events have in common. Few combinations exist, so each is kept once."""

    name: str | None
    error_code: str | None
    replica: bool | None
    is_error: bool
    """Whether an event of this kind reports a failure."""


@dataclass(frozen=True, slots=True)
class Rare:
    """What few events have; most share one of these."""

    destination_stage_arn: str | None
    destination_session_id: str | None
    previous_token: ParticipantToken | None
    new_token: ParticipantToken | None
    unreadable_time: UnreadableTime | None


NOTHING_RARE = Rare(None, None, None, None, None)


class EventTables:
    """Texts, kinds and tokens that logs refer to by number; shared by the logs of one provider.

    Only ever grows. One writer at a time; a number that was handed out stays readable.
    """

    __slots__ = ("_kind_numbers", "_text_numbers", "_tokens", "kinds", "texts")

    def __init__(self) -> None:
        self.texts: list[str | None] = [None]
        self.kinds: list[EventKind] = []
        self._text_numbers: dict[str | None, int] = {None: 0}
        self._kind_numbers: dict[tuple[str | None, str | None, bool | None], int] = {}
        self._tokens: dict[ParticipantToken, ParticipantToken] = {}

    def text_number(self, text: str | None) -> int:
        """The number of a text, its old one if it was seen before."""
        number = self._text_numbers.get(text)
        if number is None:
            number = len(self.texts)
            self.texts.append(text)
            self._text_numbers[text] = number
        return number

    def kind_number(self, event: Event) -> int:
        """The number of an event's kind, its old one if it was seen before."""
        key = (event.name, event.error_code, event.replica)
        number = self._kind_numbers.get(key)
        if number is None:
            number = len(self.kinds)
            self.kinds.append(EventKind(*key, is_error=event.is_error))
            self._kind_numbers[key] = number
        return number

    def rare(self, event: Event) -> Rare:
        """The fields that few events have, with equal texts and tokens kept once."""
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
    """Written by whoever appends to the log; any thread may ask."""

    __slots__ = ("_counts", "_remotes", "_tables")

    def __init__(self, tables: EventTables) -> None:
        self._tables = tables
        self._counts: Counter[int] = Counter()
        self._remotes: dict[int, set[int]] = {}
        """Remote participants by kind, for errors only."""

    def add(self, kinds: "array[int]", remotes: "array[int]") -> int:
        """Take in events by their columns. Returns how many of them report a failure."""
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

    def remotes(self, kinds: Iterable[int]) -> set[int]:
        """Numbers of the remote participants of errors of some kinds, 0 for none; a copy."""
        return set().union(*(self._remotes.get(kind, set()).copy() for kind in kinds))
