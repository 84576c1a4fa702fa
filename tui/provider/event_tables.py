"""EventTables: what the numbers in the columns of event logs stand for."""

from dataclasses import dataclass

from tui.domain.events import Event
from tui.domain.times import UnreadableTime
from tui.domain.tokens import ParticipantToken


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
