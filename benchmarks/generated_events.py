"""Events like those of a long session, each made from its number."""

from collections.abc import Iterator
from datetime import UTC, datetime

from ivscope.domain import events
from ivscope.domain.events import Event
from ivscope.domain.times import from_microseconds, to_microseconds
from ivscope.domain.tokens import ParticipantToken

PAGE = 100
"""Items of a page as the service gives it."""

VIEWER = "BZgGuCPI0fGj"
_PUBLISHERS = tuple(f"publisher{number:03}" for number in range(12))
_NAMES = (
    events.SUBSCRIBE_STARTED,
    events.SUBSCRIBE_STOPPED,
    events.SUBSCRIBE_STARTED,
    events.SUBSCRIBE_ERROR,
)
_BEGIN = to_microseconds(datetime(2026, 11, 23, 20, tzinfo=UTC))
_STEP = 700_001
"""Microseconds between events: no two in the same microsecond, most in another second."""

_EXCHANGE_EVERY = 500
_ERROR_EVERY = 50


def made(first: int, count: int, *, step: int = 1, of_whom: str = VIEWER) -> Iterator[Event]:
    """Make events from a number on, oldest first; 1 in 50 an error, 1 in 500 an exchange.

    Args:
        first: The number of the first event, which tells its time and its kind.
        count: How many.
        step: From one number to the next: others have the numbers between.
        of_whom: Id of the participant.
    """
    for number in range(first, first + count * step, step):
        time = from_microseconds(_BEGIN + number * _STEP)
        if number % _EXCHANGE_EVERY == _EXCHANGE_EVERY - 1:
            yield Event(
                events.TOKEN_EXCHANGED, of_whom, time, previous_token=_WATCH, new_token=_SPEAK
            )
            continue
        failed = number % _ERROR_EVERY == 0
        yield Event(
            _NAMES[3] if failed else _NAMES[number % 3],
            of_whom,
            time,
            _PUBLISHERS[number // 3 % len(_PUBLISHERS)],
            "QUOTA_EXCEEDED" if failed else None,
        )


_WATCH = ParticipantToken(("SUBSCRIBE",), (("role", "viewer"),), "nina", None)
_SPEAK = ParticipantToken(("PUBLISH", "SUBSCRIBE"), (("role", "guest"),), "nina", None)
