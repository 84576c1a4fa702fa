"""What a sentence of a finding is made of, and the words that several of them share."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from ivscope.analysis.intervals import Why
from ivscope.domain.durations import round_duration
from ivscope.domain.frozen import frozen
from ivscope.findings.finding import Distance, Lacking, Open, PartlyRead, PlainClaim


@frozen
class Outside:
    """Text from outside, such as an id, a code or a version. Not safe to draw as it is."""

    text: str


@frozen
class Who:
    """A participant; drawn by its user id where that is known. Not safe to draw as it is."""

    participant_id: str | None
    """None for the one whose event it is about."""


class PublisherWords(str):
    """What a sentence calls the publisher of the event it is about, as "The publisher".

    On screen it is drawn by its user id where that is known, in texts by its user id or its id, and
    in JSON as it is.
    """

    __slots__ = ()


@frozen
class Moment:
    """A time inside a sentence, UTC; drawn in the zone that the person has chosen."""

    time: datetime


Part = str | Outside | Who | Moment | Why
"""A part of a sentence. A str is our own text and safe to draw."""

Text = tuple[Part, ...]
"""A sentence: its parts, joined without spaces."""

THE_PUBLISHER: Final = PublisherWords("The publisher")
INSIDE_THE_PUBLISHER: Final = PublisherWords("the publisher")
"""At the beginning of a sentence, and inside one."""

_SECOND_US = 1_000_000

OPEN: Final[dict[PlainClaim, str]] = {
    Open.PAGES_NOT_READ: "events that are not read yet can change this",
    Open.MAY_COME_LATE: "it was read so soon after that events of that time can still come",
    Open.WHICH_CAME_FIRST: "which came first: no document says how exact event times are",
}

LACKING: Final[dict[Lacking, str]] = {
    Lacking.REST_OF_EVENTS: "the rest of its events",
    Lacking.FACTS: "which ingest configuration it used",
    Lacking.PROTOCOL: "protocol",
    Lacking.SDK_AND_BROWSER: "SDK and browser",
    Lacking.PROTOCOL_SDK_AND_BROWSER: "protocol, SDK and browser",
    Lacking.EVENTS_OF_EVERYBODY: "the events of all participants",
    Lacking.EVENTS_OF_EVERYBODY_ELSE: "the events of all other participants",
    Lacking.CLIENTS_OF_EVERYBODY: "SDK and browser of all participants, first of those who failed",
    Lacking.PARTICIPANTS: "who else is in the session",
    Lacking.EVENTS_OF_ANOTHER: "events of that participant",
    Lacking.INGEST_CONFIGURATIONS: "ingest configurations attached to this stage now",
    Lacking.EVENTS_OF_PUBLISHER: "events of the publisher",
    Lacking.REST_OF_PUBLISHER: "the rest of the publisher's events",
    Lacking.FACTS_OF_PUBLISHER: "where the publisher is replicated from",
    Lacking.WHETHER_EVER_PUBLISHED: "whether the publisher ever published",
    Lacking.EVENTS_OF_SOURCE: "events of the replica's source",
    Lacking.REST_OF_SOURCE: "the rest of the source's events",
    Lacking.REPLICAS_NOW: "its replicas and their state now",
}
"""What can be read, as it is offered."""


def span_words(gap: int) -> str:
    """A time between two events in words, microseconds; parts of a second only below one."""
    if gap >= _SECOND_US:
        return round_duration(gap // _SECOND_US)
    tenths, milliseconds = gap // 100_000, gap // 1_000
    if tenths:
        return f"0.{tenths} s"
    return f"{milliseconds} ms" if milliseconds else "less than 1 ms"


def distance_words(distance: Distance) -> str:
    """How far away another event is: "in the same second", "20 s before"."""
    if distance.microseconds is None:
        return "at a time not known"
    if distance.is_tied:
        return "in the same second"
    side = "after" if distance.microseconds > 0 else "before"
    return f"{span_words(abs(distance.microseconds))} {side}"


def moment(time: datetime | None) -> Moment | str:
    """The time of an event, as part of a sentence."""
    return "a time not known" if time is None else Moment(time)


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number and its noun: "1 call", "1,200 calls"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def partly_read(claim: PartlyRead) -> Text:
    """How much of a session is read."""
    more = "" if claim.all_listed else " or more"
    words = f"only {claim.read:,} of {claim.listed:,}{more} participants are read"
    if not claim.denied:
        return (words,)
    names = names_of(claim.denied_ids, claim.denied - len(claim.denied_ids))
    return (f"{words}; the events of ", *names, " may not be read")


def names_of(ids: Sequence[str], more: int) -> Text:
    """Ids of participants, the last after "and": "p1, p2 and 3 others"."""
    parts: list[Text] = [(Who(one),) for one in ids]
    if more:
        parts.append((counted(more, "other"),))
    between = [", "] * (len(parts) - 2) + [" and "]
    text: Text = parts[0] if parts else ()
    for word, part in zip(between, parts[1:], strict=False):
        text = (*text, word, *part)
    return text
