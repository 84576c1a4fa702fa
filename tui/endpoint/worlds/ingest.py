"""Ingest: an ingest configuration of a told world. There is no stream key in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tui.endpoint.world import Members
from tui.endpoint.worlds.people import ingest_arn, short_id
from tui.endpoint.worlds.person import Person


@dataclass(frozen=True, slots=True)
class Ingest:
    """One configuration, by the name that also makes its ARN."""

    name: str
    protocol: str = "RTMPS"
    stage_arn: str = ""
    """The stage that it is attached to now; empty for none."""
    is_redundant: bool = False

    def members(self, region: str, people: Iterable[Person], now: datetime) -> Members:
        """The wire structure (IVS API: IngestConfigurationSummary).

        It names whoever came last with it. The service names somebody for one never used too.
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
