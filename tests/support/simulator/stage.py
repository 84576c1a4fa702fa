"""A stage session that runs: acts of participants go in, a history with its truth comes out."""

from dataclasses import dataclass, field

from ivscope.domain import events as names
from ivscope.domain.events import Event
from ivscope.domain.times import from_microseconds
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE, ParticipantToken
from support.simulator.causes import Cause
from support.simulator.truth import Happening, History, Life, Span, Stay

SECOND = 1_000_000
"""Microseconds."""

START = 1_795_464_000 * SECOND
"""When a session starts unless said otherwise, 2026-11-23T20:00:00Z."""

MOST_REPLICATIONS = 5
"""Destinations of one participant at a time."""

BOTH = ParticipantToken((PUBLISH, SUBSCRIBE), (("role", "host"),), "host")
WATCH = ParticipantToken((SUBSCRIBE,), (("role", "viewer"),), "viewer")
SEND = ParticipantToken((PUBLISH,), (("role", "camera"),), "camera")
NOTHING = ParticipantToken((), (), "")
TOKENS = (BOTH, WATCH, SEND, NOTHING)

Destination = tuple[str, str]
"""Stage ARN and session id."""


@dataclass
class _Open:
    """Something that began and goes on."""

    begin: int
    number: int
    """Of the happening that began it."""


@dataclass
class _Person:
    participant_id: str
    user_id: str | None
    is_replica: bool
    token: ParticipantToken | None = None
    stay: _Open | None = None
    publishing: _Open | None = None
    cut_off: int | None = None
    """When publishing ends because the token lost PUBLISH."""
    subscribing: dict[str, _Open] = field(default_factory=dict)
    replicating: dict[Destination, _Open] = field(default_factory=dict)
    token_since: int = 0
    stays: list[Stay] = field(default_factory=list)
    published: list[Span] = field(default_factory=list)
    subscribed: dict[str, list[Span]] = field(default_factory=dict)
    replicated: dict[Destination, list[Span]] = field(default_factory=dict)
    tokens: list[tuple[Span, ParticipantToken | None]] = field(default_factory=list)

    def may(self, capability: str) -> bool:
        return self.is_replica or (
            self.token is not None and capability in (self.token.capabilities or ())
        )


class Stage:
    """One session. Acts happen at `now`, in the order called; only `wait` lets time pass.

    What the service refuses becomes an error event. What no client can do is a ValueError, such
    as publishing without being connected.
    """

    def __init__(self, start: int = START) -> None:
        self.start = start
        self.now = start
        self._people: dict[str, _Person] = {}
        self._happenings: list[Happening] = []

    def wait(self, microseconds: int) -> None:
        """Let time pass. Those whose token lost PUBLISH stop publishing meanwhile."""
        until = self.now + microseconds
        due = [one for one in self._people.values() if one.cut_off is not None]
        for one in sorted(due, key=lambda person: person.cut_off or 0):
            if one.cut_off is not None and one.cut_off <= until:
                self.now = one.cut_off
                self._stop_publishing(one, Cause.CAPABILITY_LOST, is_untold=True)
        self.now = until

    def add(
        self, participant_id: str, user_id: str | None = None, *, is_replica: bool = False
    ) -> None:
        """Somebody who may come. A replica is a copy that another stage sends here."""
        if participant_id in self._people:
            raise ValueError(f"{participant_id} is there already")
        self._people[participant_id] = _Person(participant_id, user_id, is_replica)

    @property
    def participants(self) -> tuple[str, ...]:
        return tuple(self._people)

    def is_connected(self, participant_id: str) -> bool:
        return self._people[participant_id].stay is not None

    def is_replica(self, participant_id: str) -> bool:
        return self._people[participant_id].is_replica

    def is_publishing(self, participant_id: str) -> bool:
        return self._people[participant_id].publishing is not None

    def subscriptions(self, participant_id: str) -> tuple[str, ...]:
        """Publishers that somebody is subscribed to."""
        return tuple(self._people[participant_id].subscribing)

    def replications(self, participant_id: str) -> tuple[Destination, ...]:
        """Where somebody is replicated to."""
        return tuple(self._people[participant_id].replicating)

    def join(self, participant_id: str, token: ParticipantToken = BOTH) -> None:
        one = self._people[participant_id]
        if one.stay is not None:
            raise ValueError(f"{participant_id} is connected already")
        one.token = None if one.is_replica else token
        one.token_since = self.now
        one.stay = _Open(self.now, self._tell(one, names.JOINED))

    def fail_to_join(self, participant_id: str, code: str, cause: Cause | None = None) -> None:
        self._tell(self._people[participant_id], names.JOIN_ERROR, cause, code=code)

    def leave(
        self, participant_id: str, cause: Cause = Cause.WISH, *, is_dropped: bool = False
    ) -> None:
        """Disconnect. Dropped: the client said nothing, and the service notices only now."""
        one = self._connected(participant_id)
        cause = Cause.CONNECTION_LOST if is_dropped else cause
        self._stop_publishing(one, cause, is_untold=is_dropped)
        for remote in list(one.subscribing):
            self._stop_subscribing(one, remote, cause, is_untold=is_dropped)
        self._close_token(one)
        one.token = None
        stay, one.stay = one.stay, None
        assert stay is not None
        one.stays.append(Stay(Span(stay.begin, self.now), is_dropped))
        self._tell(one, names.LEFT, cause, ends=stay, is_untold=is_dropped)

    def drop(self, participant_id: str) -> None:
        """Lose a client that says nothing."""
        self.leave(participant_id, is_dropped=True)

    def publish(self, participant_id: str) -> None:
        one = self._connected(participant_id)
        if one.publishing is not None:
            raise ValueError(f"{participant_id} publishes already")
        if not one.may(PUBLISH):
            self.fail_to_publish(participant_id, "INSUFFICIENT_CAPABILITIES", Cause.TOKEN)
            return
        one.publishing = _Open(self.now, self._tell(one, names.PUBLISH_STARTED))

    def fail_to_publish(self, participant_id: str, code: str, cause: Cause | None = None) -> None:
        self._tell(self._connected(participant_id), names.PUBLISH_ERROR, cause, code=code)

    def unpublish(self, participant_id: str, cause: Cause = Cause.WISH) -> None:
        one = self._connected(participant_id)
        if one.publishing is None:
            raise ValueError(f"{participant_id} does not publish")
        self._stop_publishing(one, cause)

    def subscribe(self, participant_id: str, remote: str) -> None:
        one = self._connected(participant_id)
        if remote in one.subscribing:
            raise ValueError(f"{participant_id} is subscribed to {remote} already")
        if not one.may(SUBSCRIBE):
            code = "INSUFFICIENT_CAPABILITIES"
            self.fail_to_subscribe(participant_id, remote, code, Cause.TOKEN)
        elif self._people[remote].publishing is None:
            code = "PUBLISHER_NOT_FOUND"
            self.fail_to_subscribe(participant_id, remote, code, Cause.PUBLISHER_NOT_THERE)
        else:
            number = self._tell(one, names.SUBSCRIBE_STARTED, remote=remote)
            one.subscribing[remote] = _Open(self.now, number)

    def fail_to_subscribe(
        self, participant_id: str, remote: str, code: str, cause: Cause | None = None
    ) -> None:
        one = self._connected(participant_id)
        self._tell(one, names.SUBSCRIBE_ERROR, cause, code=code, remote=remote)

    def unsubscribe(self, participant_id: str, remote: str, cause: Cause = Cause.WISH) -> None:
        self._stop_subscribing(self._connected(participant_id), remote, cause)

    def replicate(self, participant_id: str, destination: Destination) -> None:
        """Copy a publisher into another stage."""
        one = self._connected(participant_id)
        if one.publishing is None or destination in one.replicating:
            raise ValueError(f"{participant_id} cannot be replicated to {destination}")
        if len(one.replicating) >= MOST_REPLICATIONS:
            raise ValueError(f"{participant_id} is replicated to {MOST_REPLICATIONS} places")
        number = self._tell(one, names.REPLICATION_STARTED, to=destination)
        one.replicating[destination] = _Open(self.now, number)

    def stop_replicating(self, participant_id: str, destination: Destination) -> None:
        one = self._connected(participant_id)
        self._stop_replicating(one, destination, Cause.REPLICATION_CALL)

    def exchange(
        self, participant_id: str, token: ParticipantToken, *, cut_off_after: int = 0
    ) -> None:
        """Give a connected participant another token.

        Without SUBSCRIBE its subscriptions end at once.

        Args:
            participant_id: Who.
            token: What holds from now on.
            cut_off_after: How many microseconds publishing goes on when PUBLISH is lost.
        """
        one = self._connected(participant_id)
        if one.is_replica:
            raise ValueError(f"{participant_id} is a replica and has no token")
        before = one.token
        self._close_token(one)
        one.token, one.token_since = token, self.now
        self._tell(one, names.TOKEN_EXCHANGED, exchanged=(before, token))
        if not one.may(SUBSCRIBE):
            for remote in list(one.subscribing):
                self._stop_subscribing(one, remote, Cause.CAPABILITY_LOST)
        if one.may(PUBLISH):
            one.cut_off = None
        elif one.publishing is not None and one.cut_off is None:
            one.cut_off = self.now + cut_off_after
            self.wait(0)

    def end(self) -> History:
        """The history of a session that has ended: who is still there leaves."""
        for name, one in self._people.items():
            if one.stay is not None:
                self.leave(name)
        return self._history(is_live=False)

    def so_far(self) -> History:
        """The history of a session that is live."""
        return self._history(is_live=True)

    def _connected(self, participant_id: str) -> _Person:
        one = self._people[participant_id]
        if one.stay is None:
            raise ValueError(f"{participant_id} is not connected")
        return one

    def _stop_publishing(self, one: _Person, cause: Cause, *, is_untold: bool = False) -> None:
        """Also what needs it: replications and the subscriptions of others."""
        open_, one.publishing, one.cut_off = one.publishing, None, None
        if open_ is None:
            return
        for destination in list(one.replicating):
            stopped = Cause.PUBLISHER_STOPPED
            self._stop_replicating(one, destination, stopped, is_untold=is_untold)
        one.published.append(Span(open_.begin, self.now))
        self._tell(one, names.PUBLISH_STOPPED, cause, ends=open_, is_untold=is_untold)
        for other in self._people.values():
            if one.participant_id in other.subscribing:
                self._stop_subscribing(other, one.participant_id, Cause.PUBLISHER_STOPPED)

    def _stop_subscribing(
        self, one: _Person, remote: str, cause: Cause, *, is_untold: bool = False
    ) -> None:
        open_ = one.subscribing.pop(remote)
        one.subscribed.setdefault(remote, []).append(Span(open_.begin, self.now))
        name = names.SUBSCRIBE_STOPPED
        self._tell(one, name, cause, remote=remote, ends=open_, is_untold=is_untold)

    def _stop_replicating(
        self, one: _Person, to: Destination, cause: Cause, *, is_untold: bool = False
    ) -> None:
        open_ = one.replicating.pop(to)
        one.replicated.setdefault(to, []).append(Span(open_.begin, self.now))
        name = names.REPLICATION_STOPPED
        self._tell(one, name, cause, to=to, ends=open_, is_untold=is_untold)

    def _close_token(self, one: _Person) -> None:
        one.tokens.append((Span(one.token_since, self.now), one.token))

    def _tell(
        self,
        one: _Person,
        name: str,
        cause: Cause | None = None,
        *,
        code: str | None = None,
        remote: str | None = None,
        to: Destination | None = None,
        exchanged: tuple[ParticipantToken | None, ParticipantToken] | None = None,
        ends: _Open | None = None,
        is_untold: bool = False,
    ) -> int:
        about = one if remote is None else self._people[remote]
        event = Event(
            name,
            one.participant_id,
            from_microseconds(self.now),
            remote_participant_id=remote,
            error_code=code,
            destination_stage_arn=None if to is None else to[0],
            destination_session_id=None if to is None else to[1],
            replica=True if about.is_replica else None,
            previous_token=None if exchanged is None else exchanged[0],
            new_token=None if exchanged is None else exchanged[1],
        )
        number = None if ends is None else ends.number
        self._happenings.append(
            Happening(self.now, one.participant_id, event, number, is_untold, cause)
        )
        return len(self._happenings) - 1

    def _history(self, *, is_live: bool) -> History:
        lives = {name: _life(one) for name, one in self._people.items()}
        return History(self.start, self.now, is_live, lives, tuple(self._happenings))


def _life(one: _Person) -> Life:
    stays, tokens = list(one.stays), list(one.tokens)
    if one.stay is not None:
        stays.append(Stay(Span(one.stay.begin), is_dropped=False))
        tokens.append((Span(one.token_since), one.token))
    return Life(
        one.participant_id,
        one.user_id,
        one.is_replica,
        tuple(stays),
        (*one.published, *_still([one.publishing])),
        {
            remote: (*one.subscribed.get(remote, ()), *_still([one.subscribing.get(remote)]))
            for remote in {**one.subscribed, **one.subscribing}
        },
        {
            to: (*one.replicated.get(to, ()), *_still([one.replicating.get(to)]))
            for to in {**one.replicated, **one.replicating}
        },
        tuple(tokens),
    )


def _still(ongoing: list[_Open | None]) -> list[Span]:
    return [Span(one.begin) for one in ongoing if one is not None]
