"""Timeline: one invented stage session, built person by person."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from ivscope.domain import events
from ivscope.endpoint.world import Members
from ivscope.endpoint.worlds.people import short_id
from ivscope.endpoint.worlds.person import HOST, VIEWER, Period, Person, Replication, Token

TOKEN_LIFE = timedelta(hours=12)
"""Default life of a participant token (IVS user guide, token exchange)."""

_COPY_DELAY = timedelta(seconds=1)
"""How long a replica takes to appear in the destination."""


@dataclass(slots=True, eq=False)
class Timeline:
    """One session and its people. Ids depend on names only, not on the date."""

    stage_arn: str
    session_id: str
    start: datetime
    end: datetime | None = None
    """None while the session is live."""
    people: list[Person] = field(default_factory=list)

    def at(self, text: str) -> datetime:
        """The first time with this UTC time of day (HH:MM:SS) at or after the start."""
        moment = datetime.combine(self.start.date(), time.fromisoformat(text), self.start.tzinfo)
        begin = self.start.replace(microsecond=0)
        return moment if moment >= begin else moment + timedelta(days=1)

    def person(self, name: str, facts: Members, capabilities: tuple[str, ...] = VIEWER) -> Person:
        """Somebody with a token, who has not joined yet; the user id is the name."""
        begin = self.start.replace(microsecond=0)
        token = Token(name, begin + TOKEN_LIFE, capabilities, {})
        somebody = Person(short_id(self.session_id, name), [(begin, token)], facts)
        self.people.append(somebody)
        return somebody

    def viewer(
        self, name: str, facts: Members, start: datetime, end: datetime | None = None
    ) -> Person:
        """Somebody who watches from start to end."""
        return self.person(name, facts).carries(role="viewer").stay(start, end)

    def host(
        self, name: str, facts: Members, start: datetime, end: datetime | None = None
    ) -> Person:
        """Somebody on stage from start to end, with a token that may publish."""
        return self.person(name, facts, HOST).carries(role="host").stay(start, end)

    def encoder(self, name: str, facts: Members) -> Person:
        """An encoder: it publishes and watches nobody."""
        machine = self.person(name, facts, ("PUBLISH",))
        machine.watches = False
        return machine

    def replicate(
        self, original: Person, destination: "Timeline", start: datetime, end: datetime
    ) -> Person:
        """Copy a person into another session from start to end; returns the copy."""
        replication = Replication(
            self.stage_arn,
            self.session_id,
            destination.stage_arn,
            destination.session_id,
            Period(start, end),
        )
        original.replications.append(replication)
        for moment, name in (
            (start, events.REPLICATION_STARTED),
            (end, events.REPLICATION_STOPPED),
        ):
            original.add_event(
                moment,
                name,
                destinationStageArn=destination.stage_arn,
                destinationSessionId=destination.session_id,
            )
        copy = Person(
            original.participant_id,
            original.tokens[:1],
            original.facts,
            watches=False,
            copy_of=replication,
        )
        copy.stay(start + _COPY_DELAY, end).publish(start + _COPY_DELAY, end)
        destination.people.append(copy)
        return copy


def attempt(machine: Person, start: datetime, seconds: int, code: str) -> Person:
    """Let an encoder connect and be disconnected with an error code after so many seconds.

    With 0 seconds it never publishes.
    """
    end = start + timedelta(seconds=seconds)
    machine.stay(start, end + timedelta(seconds=1)).fail(end, code)
    return machine.publish(start, end) if seconds else machine
