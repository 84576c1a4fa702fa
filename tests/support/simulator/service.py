"""A stage with everything that the service and its clients do: limits, keys, outages, cuts."""

from collections.abc import Iterator
from random import Random

from ivscope.domain.tokens import PUBLISH, SUBSCRIBE, ParticipantToken
from support.simulator.causes import Cause
from support.simulator.laws import Client, Laws
from support.simulator.stage import BOTH, START, Stage
from support.simulator.truth import History

Refusal = tuple[str, Cause]
"""An error code and why it comes."""

OUTAGE_CODE = "INTERNAL_SERVER_EXCEPTION"


class Service(Stage):
    """One session under the laws of its world. Who tries something can be refused.

    Attributes:
        lot: Where everything is drawn from.
        laws: What holds.
        clients: What runs behind a participant id.
        is_account_full: Whether other stages of the account use up its limits.
        failing: Percent of attempts that fail because the service does, 0 when it is well.
        keys_elsewhere: Ingest configurations whose key is in use on another stage.
    """

    def __init__(self, lot: Random, laws: Laws, start: int = START) -> None:
        super().__init__(start)
        self.lot, self.laws = lot, laws
        self.clients: dict[str, Client] = {}
        self.is_account_full = False
        self.failing = 0
        self.keys_elsewhere: set[str] = set()
        self._subscribed_since: dict[str, int] = {}

    def arrive(
        self,
        client: Client,
        token: ParticipantToken = BOTH,
        user_id: str | None = None,
        *,
        is_replica: bool = False,
    ) -> str:
        """Somebody joins under a new participant id, which is given back."""
        name = f"p{len(self.participants):03}"
        self.add(name, user_id, is_replica=is_replica)
        self.clients[name] = client
        self.join(name, token)
        return name

    def is_hit(self, percent: int) -> bool:
        """Whether something of this likelihood happens."""
        return self.lot.randint(1, 100) > 100 - percent

    def slots_taken(self) -> int:
        """Slots taken now."""
        return sum(
            self.is_publishing(name)
            and (self.laws.replicas_take_slots or not self.is_replica(name))
            for name in self.participants
        )

    def publish(self, participant_id: str) -> None:
        """Try to publish."""
        refusal = self._refusal(participant_id)
        if refusal is None or not self._people[participant_id].may(PUBLISH):
            super().publish(participant_id)
        else:
            self.fail_to_publish(participant_id, *refusal)

    def _refusal(self, name: str) -> Refusal | None:
        client = self.clients[name]
        if self.failing and self.is_hit(self.failing):
            return OUTAGE_CODE, Cause.OUTAGE
        if client.ingest_arn:
            if client.ingest_arn in self.keys_elsewhere:
                return "REUSE_OF_STREAM_KEY", Cause.KEY_IN_USE_ELSEWHERE
            if not client.is_redundant and any(
                self.is_publishing(other) and self.clients[other].ingest_arn == client.ingest_arn
                for other in self.participants
            ):
                return "REUSE_OF_STREAM_KEY", Cause.KEY_IN_USE_HERE
        takes = self.laws.replicas_take_slots or not self.is_replica(name)
        if takes and self.slots_taken() >= self.laws.limit:
            return "QUOTA_EXCEEDED", Cause.STAGE_FULL
        if self.is_account_full:
            return "QUOTA_EXCEEDED", Cause.ACCOUNT_FULL
        return None

    def subscribe(self, participant_id: str, remote: str) -> None:
        """Try to subscribe."""
        one, publishing = self._people[participant_id], self._people[remote].publishing
        if not one.may(SUBSCRIBE):
            super().subscribe(participant_id, remote)
        elif self.failing and self.is_hit(self.failing):
            self.fail_to_subscribe(participant_id, remote, OUTAGE_CODE, Cause.OUTAGE)
        elif publishing is not None and self.now - publishing.begin < self.laws.spread:
            code, cause = "PUBLISHER_NOT_FOUND", Cause.PUBLISHER_TOO_NEW
            self.fail_to_subscribe(participant_id, remote, code, cause)
        else:
            super().subscribe(participant_id, remote)
            if one.subscribing:
                self._subscribed_since.setdefault(participant_id, self.now)

    def leave(
        self, participant_id: str, cause: Cause = Cause.WISH, *, is_dropped: bool = False
    ) -> None:
        """Disconnect."""
        super().leave(participant_id, cause, is_dropped=is_dropped)
        self._subscribed_since.pop(participant_id, None)

    def wait(self, microseconds: int) -> None:
        """Let time pass. Who publishes or is subscribed for too long is cut off meanwhile."""
        until = self.now + microseconds
        while due := min(self._cuts(until), default=None):
            time, name, remote = due
            super().wait(max(time - self.now, 0))
            if remote:
                self._cut_subscription(name, remote)
            elif self.is_publishing(name):
                self._cut_publishing(name)
        super().wait(until - self.now)

    def _cuts(self, until: int) -> Iterator[tuple[int, str, str]]:
        """Who is cut off by a moment: when, who, and from which publisher ("": publishing)."""
        for name, one in self._people.items():
            if one.publishing is not None and one.publishing.begin + self.laws.longest <= until:
                yield one.publishing.begin + self.laws.longest, name, ""
            for remote, open_ in one.subscribing.items():
                since = self._subscribed_since[name] if self.laws.measures_stay else open_.begin
                if since + self.laws.longest <= until:
                    yield since + self.laws.longest, name, remote

    def _cut_publishing(self, name: str) -> None:
        code, cause = "STREAM_DURATION_EXCEEDED", Cause.TOO_LONG
        if self.laws.stop_comes_first:
            self.unpublish(name, cause)
            self.fail_to_publish(name, code, cause)
        else:
            self.fail_to_publish(name, code, cause)
            self.unpublish(name, cause)

    def _cut_subscription(self, name: str, remote: str) -> None:
        code, cause = "STREAM_DURATION_EXCEEDED", Cause.TOO_LONG
        if not self.laws.stop_comes_first:
            self.fail_to_subscribe(name, remote, code, cause)
        self.unsubscribe(name, remote, cause)
        if self.laws.stop_comes_first:
            self.fail_to_subscribe(name, remote, code, cause)
        if not self.subscriptions(name):
            self._subscribed_since.pop(name, None)

    def _history(self, *, is_live: bool) -> History:
        told = super()._history(is_live=is_live)
        return History(
            told.start,
            told.until,
            told.is_live,
            told.lives,
            told.happenings,
            self.laws,
            dict(self.clients),
        )
