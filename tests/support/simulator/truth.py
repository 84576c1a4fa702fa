"""The truth of one session: who was connected, published, subscribed, and which token held.

All times are integer microseconds since 1970 UTC. A span holds its beginning and not its end.
The truth is that of the service: somebody who crashed is connected until the service notices.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from ivscope.domain import events as names
from ivscope.domain.events import Event
from ivscope.domain.tokens import ParticipantToken
from support.simulator.causes import Cause
from support.simulator.laws import Client, Laws


class Span(NamedTuple):
    """From when to when something lasted."""

    begin: int
    end: int | None = None
    """None while it goes on at the last moment of the history."""

    def holds(self, time: int) -> bool:
        return self.begin <= time and (self.end is None or time < self.end)

    def meets(self, start: int, stop: int) -> bool:
        """Whether it lasts at some moment from `start` to below `stop`."""
        end = stop if self.end is None else self.end
        return self.begin < min(end, stop) and start < end

    def covers(self, start: int, stop: int) -> bool:
        """Whether it lasts at every moment from `start` to below `stop`."""
        return self.begin <= start and (self.end is None or stop <= self.end)


class Stay(NamedTuple):
    """Once connected."""

    span: Span
    is_dropped: bool
    """Whether it ended without a word of the client. The service may never tell such an end."""


class Happening(NamedTuple):
    """One thing that happened, with the event that the service could tell of it."""

    time: int
    participant_id: str
    event: Event
    """With its exact time."""
    started_by: int | None = None
    """For the end of a span, the number of the happening that began it."""
    may_stay_untold: bool = False
    """Whether it is an end that no client reports: of one that dropped, or of publishing that the
    token allows no longer."""
    cause: Cause | None = None
    """Of an error or of an end; None for everything else, and for an error made by hand."""


@dataclass(frozen=True)
class Life:
    """What one participant did. Spans are in the order of time."""

    participant_id: str
    user_id: str | None
    is_replica: bool
    """Whether it is the copy of a participant of another stage."""
    stays: tuple[Stay, ...]
    publishing: tuple[Span, ...]
    subscribing: dict[str, tuple[Span, ...]]
    """By publisher."""
    replicating: dict[tuple[str, str], tuple[Span, ...]]
    """By destination: stage ARN and session id."""
    tokens: tuple[tuple[Span, ParticipantToken | None], ...]
    """Which token held when, while it was connected. A replica has none."""


@dataclass(frozen=True)
class History:
    """What really happened in one session, and the answers that follow from it.

    No question may be asked about a moment after `until`: nothing has happened there yet.
    """

    start: int
    until: int
    """When the session ended, or the present when it is live."""
    is_live: bool
    lives: dict[str, Life]
    """By participant id."""
    happenings: tuple[Happening, ...]
    """In the order of cause and effect; a number is an index in here."""
    laws: Laws = field(default_factory=Laws)
    """What holds where no document says anything."""
    clients: dict[str, Client] = field(default_factory=dict)
    """What runs behind a participant id, as far as that was said."""

    @property
    def participants(self) -> tuple[str, ...]:
        return tuple(self.lives)

    @property
    def replicas(self) -> frozenset[str]:
        return frozenset(name for name, life in self.lives.items() if life.is_replica)

    def publishing_at(self, time: int) -> frozenset[str]:
        """Everybody who publishes at a moment, replicas among them."""
        return frozenset(name for name in self.lives if self.is_publishing(name, time))

    @property
    def limit(self) -> int:
        """Publisher slots that the stage really has."""
        return self.laws.limit

    def slots_taken_at(self, time: int) -> frozenset[str]:
        """Those who publish at a moment and take a slot: replicas only where they take one."""
        publishing = self.publishing_at(time)
        return publishing if self.laws.replicas_take_slots else publishing - self.replicas

    def cause_of(self, number: int) -> Cause | None:
        """Why a happening came."""
        return self.happenings[number].cause

    def token_of(self, number: int) -> ParticipantToken | None:
        """The token in force at a happening, also where others have the same time."""
        name = self.happenings[number].participant_id
        begins = sum(
            self.happenings[one].event.name in {names.JOINED, names.TOKEN_EXCHANGED}
            for one in self.numbers_of(name)
            if one <= number
        )
        return self.lives[name].tokens[begins - 1][1] if begins else None

    def client_of(self, participant_id: str) -> Client:
        """What runs behind a participant id; the same for one that came back under a new id."""
        return self.clients[participant_id]

    def publishing_since(self, participant_id: str, time: int) -> int | None:
        """When the publishing began that goes on at a moment; None when nothing does."""
        self._known(time)
        spans = self.lives[participant_id].publishing
        return next((span.begin for span in spans if span.holds(time)), None)

    def to_nearest_edge(self, participant_id: str, time: int) -> int | None:
        """Microseconds between a moment and the nearest start or stop of publishing."""
        edges = [
            edge
            for span in self.lives[participant_id].publishing
            for edge in span
            if edge is not None
        ]
        return min((abs(edge - time) for edge in edges), default=None)

    def publishing_throughout(self, start: int, stop: int) -> frozenset[str]:
        """Those who publish without a break from `start` to below `stop`, or to `until`."""
        stop = self._cut(start, stop)
        return frozenset(
            name
            for name, life in self.lives.items()
            if any(span.covers(start, stop) for span in life.publishing)
        )

    def publishing_sometime(self, start: int, stop: int) -> frozenset[str]:
        """Those who publish at some moment from `start` to below `stop`, or to `until`."""
        stop = self._cut(start, stop)
        return frozenset(
            name
            for name, life in self.lives.items()
            if any(span.meets(start, stop) for span in life.publishing)
        )

    def counts(self, start: int, stop: int) -> tuple[int, int]:
        """The fewest and the most publishers at one moment from `start` to below `stop`."""
        stop = self._cut(start, stop)
        edges = {start}
        for life in self.lives.values():
            for begin, end in life.publishing:
                edges.update(one for one in (begin, end) if one is not None and start < one < stop)
        counts = [len(self.publishing_at(time)) for time in edges]
        return min(counts), max(counts)

    def is_publishing(self, participant_id: str, time: int) -> bool:
        return _any_holds(self.lives[participant_id].publishing, self._known(time))

    def is_connected(self, participant_id: str, time: int) -> bool:
        return self.stay_of(participant_id, time) is not None

    def is_subscribed(self, participant_id: str, remote: str, time: int) -> bool:
        spans = self.lives[participant_id].subscribing.get(remote, ())
        return _any_holds(spans, self._known(time))

    def is_replicating(self, participant_id: str, destination: tuple[str, str], time: int) -> bool:
        spans = self.lives[participant_id].replicating.get(destination, ())
        return _any_holds(spans, self._known(time))

    def stay_of(self, participant_id: str, time: int) -> Stay | None:
        """The stay that a moment lies in; None when the participant is not connected."""
        self._known(time)
        stays = self.lives[participant_id].stays
        return next((stay for stay in stays if stay.span.holds(time)), None)

    def token_at(self, participant_id: str, time: int) -> ParticipantToken | None:
        """The token in force; None when not connected, and for a replica, which has none."""
        self._known(time)
        tokens = self.lives[participant_id].tokens
        return next((token for span, token in tokens if span.holds(time)), None)

    @cached_property
    def ended_by(self) -> dict[int, int]:
        """The number of the end of a span, by the number of its beginning; none while it lasts."""
        return {
            one.started_by: number
            for number, one in enumerate(self.happenings)
            if one.started_by is not None
        }

    def numbers_of(self, participant_id: str) -> tuple[int, ...]:
        """The happenings of one participant."""
        return tuple(
            number
            for number, one in enumerate(self.happenings)
            if one.participant_id == participant_id
        )

    def _cut(self, start: int, stop: int) -> int:
        self._known(start)
        return min(stop, self.until + 1)

    def _known(self, time: int) -> int:
        if time > self.until:
            raise ValueError(f"{time - self.until} µs after the last moment of the history")
        return time


def _any_holds(spans: Iterable[Span], time: int) -> bool:
    return any(span.holds(time) for span in spans)
