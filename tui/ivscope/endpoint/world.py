"""World: the data that the endpoint serves, as structures of the wire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

Members = dict[str, Any]
"""One wire structure: member name to JSON value. Times are text as `date_time` writes it."""

_OFFSET = len("+00:00")


def date_time(moment: datetime) -> str:
    """The protocol's date-time (Smithy): UTC as `Z`, and milliseconds if there are any.

    Args:
        moment: An aware datetime in UTC. What is finer than a millisecond is cut off.
    """
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=precision)[:-_OFFSET] + "Z"


class World(Protocol):
    """The data of a service. It follows from a seed and an epoch alone.

    Every list is a sequence with a cheap `len` and cheap slices, oldest first, that only grows at
    its end; a large one makes its items when it is read, not before. None means "unknown id".
    """

    region: str
    """AWS Region in the ARNs of the world."""

    newest_first: bool
    """Whether the server hands out lists from the newest item to the oldest."""

    def stages(self) -> Sequence[Members]:
        """Stage structures as GetStage gives them; the server cuts them down to summaries."""
        ...

    def sessions(self, stage_arn: str) -> Sequence[Members] | None:
        """StageSession structures of a stage."""
        ...

    def participants(self, stage_arn: str, session_id: str) -> Sequence[Members] | None:
        """Participant structures as GetParticipant gives them."""
        ...

    def participant(self, stage_arn: str, session_id: str, participant_id: str) -> Members | None:
        """One Participant structure."""
        ...

    def events(
        self, stage_arn: str, session_id: str, participant_id: str
    ) -> Sequence[Members] | None:
        """Event structures of one participant."""
        ...

    def replicas(self, source_stage_arn: str, participant_id: str) -> Sequence[Members]:
        """ParticipantReplica structures; empty for unknown ids."""
        ...

    def ingest_configurations(self) -> Sequence[Members]:
        """IngestConfigurationSummary structures, attached to a stage or not. Never a stream key."""
        ...
