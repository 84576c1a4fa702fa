"""Random participants with all their events, from the times of joining and publishing."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from ivscope.domain.events import Event
from support.given_facts import event


@dataclass(frozen=True)
class MadePerson:
    """Times in seconds; periods can touch and can be empty."""

    name: str
    stay: tuple[int, int]
    publishing: tuple[tuple[int, int], ...]
    errors: tuple[int, ...]

    def events(self) -> Iterator[Event]:
        """In the order JOINED, publishing, errors, LEFT, whatever their times."""
        yield event(self.stay[0], "JOINED", participant=self.name)
        for begin, end in self.publishing:
            yield event(begin, "PUBLISH_STARTED", participant=self.name)
            yield event(end, "PUBLISH_STOPPED", participant=self.name)
        for second in self.errors:
            yield event(second, "PUBLISH_ERROR", "QUOTA_EXCEEDED", self.name)
        yield event(self.stay[1], "LEFT", participant=self.name)

    def is_publishing(self, second: int) -> bool:
        """Whether it publishes in a second. One that ends there counts if it began there."""
        if any(begin <= second < end for begin, end in self.publishing):
            return True
        ends = any(begin < second == end for begin, end in self.publishing)
        return (second, second) in self.publishing and not ends


@st.composite
def made_people(draw: st.DrawFn, last: int = 24) -> list[MadePerson]:
    """Up to six participants, all gone by second `last`."""
    people = []
    for name in "abcdef"[: draw(st.integers(0, 6))]:
        seconds = sorted(draw(st.lists(st.integers(0, last), min_size=2, max_size=10)))
        first, *inner, end = seconds
        pairs = zip(inner[::2], inner[1::2], strict=False)
        errors = draw(st.lists(st.integers(first, end), max_size=2))
        people.append(MadePerson(name, (first, end), tuple(pairs), tuple(errors)))
    return people


def shuffled_events(people: Sequence[MadePerson], seed: int) -> list[Event]:
    """All events in an order that depends on nothing but the seed."""
    events = [one for person in people for one in person.events()]
    random.Random(seed).shuffle(events)  # noqa: S311 - no secret
    return events
