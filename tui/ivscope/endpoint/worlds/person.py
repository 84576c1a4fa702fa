"""Person: one invented participant of one session, and its structures of the wire."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from ivscope.domain import events
from ivscope.domain.frozen import frozen
from ivscope.endpoint.world import Members, date_time
from ivscope.endpoint.worlds.people import ingest_arn, short_id

VIEWER: Final = ("SUBSCRIBE",)
"""Capabilities of a token for watching."""

HOST: Final = ("SUBSCRIBE", "PUBLISH")
"""Capabilities of a token for being on stage."""

_CAUSAL_RANK: Final[Mapping[str, int]] = {
    events.JOIN_ERROR: 0,
    events.JOINED: 1,
    events.TOKEN_EXCHANGED: 2,
    events.PUBLISH_STARTED: 3,
    events.REPLICATION_STARTED: 4,
    events.SUBSCRIBE_STARTED: 5,
    events.SUBSCRIBE_ERROR: 6,
    events.PUBLISH_ERROR: 7,
    events.REPLICATION_STOPPED: 8,
    events.SUBSCRIBE_STOPPED: 9,
    events.PUBLISH_STOPPED: 10,
    events.LEFT: 11,
}
"""The order of events within one second, whose times are equal."""

_OTHER_RANK: Final = 6
"""The rank of an unknown event name: amid the known ones."""


@frozen
class Period:
    """A period of time without its end."""

    start: datetime
    end: datetime | None = None
    """None if it has no end."""

    def holds(self, moment: datetime) -> bool:
        """Whether it is going on at this moment."""
        return self.start <= moment and (self.end is None or moment < self.end)


def _overlapping(spans: list[Period], stay: Period) -> list[Period]:
    """The periods that overlap a stay, found by bisection, since a live session has hundreds."""
    first = bisect_left(spans, True, key=lambda span: span.end is None or span.end > stay.start)
    if stay.end is None:
        return spans[first:]
    return spans[first : bisect_left(spans, stay.end, key=lambda span: span.start)]


@frozen
class Token:
    """The claims of a participant token (IVS API: ExchangedParticipantToken)."""

    user_id: str | None
    """None when the token names no user."""
    expiration: datetime
    capabilities: tuple[str, ...] = VIEWER
    attributes: Mapping[str, str] = field(default_factory=dict)

    def members(self) -> Members:
        """The wire structure."""
        answer: Members = {
            "capabilities": list(self.capabilities),
            "attributes": dict(self.attributes),
        }
        if self.user_id is not None:
            answer["userId"] = self.user_id
        answer["expirationTime"] = date_time(self.expiration)
        return answer


@frozen
class Replication:
    """A copy of a person in another session."""

    source_stage_arn: str
    source_session_id: str
    destination_stage_arn: str
    destination_session_id: str
    span: Period

    def state(self, now: datetime) -> str:
        """ACTIVE or STOPPED (IVS API: ReplicationState)."""
        return "ACTIVE" if self.span.holds(now) else "STOPPED"


@dataclass(slots=True, eq=False)
class Person:
    """One participant and what it does. Methods return the person, so that they can be chained."""

    participant_id: str
    tokens: list[tuple[datetime, Token]]
    """Tokens, each with the time from which it is in force; the first one is before the join."""
    facts: Members
    """Members of the Participant structure that never change."""
    watches: bool = True
    """Whether it subscribes to everybody who publishes, as SDK clients usually do."""
    copy_of: Replication | None = None
    """Set on a replica participant."""
    forgotten: bool = False
    """Whether the service has no events of it."""
    stays: list[Period] = field(default_factory=list)
    publishes: list[Period] = field(default_factory=list)
    """In order of time, none inside another."""
    replications: list[Replication] = field(default_factory=list)
    recording: list[tuple[datetime, str]] = field(default_factory=list)
    """Recording states, each with its time; before the first one it is DISABLED."""
    late_for: dict[str, datetime] = field(default_factory=dict)
    """By id of a publisher: the time from which it subscribes to it, if later than usual."""
    added: list[tuple[datetime, Members]] = field(default_factory=list)
    """Events with their times, in the order added; `history` adds subscriptions."""

    def stay(self, start: datetime, end: datetime | None = None) -> "Person":
        """Join, and leave at the end."""
        self.stays.append(Period(start, end))
        return self._pair(events.JOINED, events.LEFT, start, end)

    def publish(self, start: datetime, end: datetime | None = None) -> "Person":
        """Publish from start to end."""
        self.publishes.append(Period(start, end))
        return self._pair(events.PUBLISH_STARTED, events.PUBLISH_STOPPED, start, end)

    def fail(
        self,
        moment: datetime,
        code: str | None,
        name: str = events.PUBLISH_ERROR,
        remote: "Person | None" = None,
    ) -> "Person":
        """Fail to publish, or as `name` says; with a remote participant fail to subscribe."""
        extra: Members = {}
        if remote is not None:
            name = events.SUBSCRIBE_ERROR
            extra["remoteParticipantId"] = remote.participant_id
            if remote.copy_of is not None:
                extra["replica"] = True
        if code is not None:
            extra["errorCode"] = code
        return self.add_event(moment, name, **extra)

    def exchange(self, moment: datetime, **changes: Any) -> "Person":  # noqa: ANN401 - Token fields
        """Exchange the token in force for one with the changes."""
        old = self.tokens[-1][1]
        new = replace(old, **changes)
        self.tokens.append((moment, new))
        return self.add_event(
            moment, events.TOKEN_EXCHANGED, previousToken=old.members(), newToken=new.members()
        )

    def known_as(self, user_id: str | None) -> "Person":
        """Set the user id of the first token; None for none."""
        return self._first_token(user_id=user_id)

    def carries(self, **attributes: str) -> "Person":
        """Set the attributes of the first token."""
        return self._first_token(attributes=attributes)

    def recorded(self, moment: datetime, state: str) -> "Person":
        """Set the recording state from this moment on."""
        self.recording.append((moment, state))
        return self

    def add_event(self, moment: datetime, name: str, **extra: Any) -> "Person":  # noqa: ANN401 - wire
        """Add one event with extra wire members."""
        event: Members = {
            "name": name,
            "participantId": self.participant_id,
            "eventTime": date_time(moment),
            **extra,
        }
        if self.copy_of is not None and "remoteParticipantId" not in extra:
            event["replica"] = True
        self.added.append((moment, event))
        return self

    @property
    def arrival(self) -> datetime | None:
        """When it first joined. None when it never joined."""
        return min((stay.start for stay in self.stays), default=None)

    def token_at(self, moment: datetime) -> Token:
        """The token in force."""
        since = [start for start, _ in self.tokens[1:]]
        return self.tokens[bisect_right(since, moment)][1]

    def history(self, people: Iterable["Person"]) -> list[tuple[datetime, Members]]:
        """Every event, past and future, oldest first, with subscriptions to these people."""
        if self.forgotten:
            return []
        whole = self.added + [
            event
            for other in people
            if self.watches and other is not self
            for stay in self.stays
            for shown in _overlapping(other.publishes, stay)
            for event in self._subscription(other, stay, shown)
        ]
        return sorted(
            whole, key=lambda event: (event[0], _CAUSAL_RANK.get(event[1]["name"], _OTHER_RANK))
        )

    def _subscription(
        self, other: "Person", stay: Period, shown: Period
    ) -> Iterable[tuple[datetime, Members]]:
        start = max(stay.start, shown.start, self.late_for.get(other.participant_id, stay.start))
        ends = [end for end in (stay.end, shown.end) if end is not None]
        end = min(ends, default=None)
        if end is not None and end <= start:
            return
        for moment, name in ((start, events.SUBSCRIBE_STARTED), (end, events.SUBSCRIBE_STOPPED)):
            if moment is not None:
                event: Members = {
                    "name": name,
                    "participantId": self.participant_id,
                    "eventTime": date_time(moment),
                    "remoteParticipantId": other.participant_id,
                }
                if other.copy_of is not None:
                    event["replica"] = True
                yield moment, event

    def _pair(self, begins: str, ends: str, start: datetime, end: datetime | None) -> "Person":
        self.add_event(start, begins)
        return self if end is None else self.add_event(end, ends)

    def _first_token(self, **changes: Any) -> "Person":  # noqa: ANN401 - Token fields
        since, token = self.tokens[0]
        self.tokens[0] = (since, replace(token, **changes))
        return self


@frozen
class Ingest:
    """One ingest configuration; its ARN follows from its name."""

    name: str
    protocol: str = "RTMPS"
    stage_arn: str = ""
    """The stage that it is attached to now; empty for none."""
    is_redundant: bool = False

    def members(self, region: str, people: Iterable[Person], now: datetime) -> Members:
        """The wire structure (IVS API: IngestConfigurationSummary).

        It names the participant that used it last. For one never used the service names one, too.
        """
        arn = ingest_arn(region, self.name)
        came = [
            (person.arrival, person)
            for person in people
            if person.facts.get("ingestConfigurationArn") == arn
            and person.arrival is not None
            and person.arrival <= now
        ]
        last = max(came, key=lambda pair: pair[0], default=(None, None))[1]
        is_active = last is not None and any(span.holds(now) for span in last.publishes)
        answer: Members = {
            "name": self.name,
            "arn": arn,
            "ingestProtocol": self.protocol,
            "stageArn": self.stage_arn,
            "participantId": short_id(arn) if last is None else last.participant_id,
            "state": "ACTIVE" if is_active else "INACTIVE",
        }
        user = None if last is None else last.token_at(now).user_id
        if user is not None:
            answer["userId"] = user
        return answer | {"redundantIngest": self.is_redundant}
