"""Event: something that happened to one participant (IVS API: ListParticipantEvents)."""

from ivscope.domain.frozen import frozen
from ivscope.domain.pages import Row
from ivscope.domain.times import Time
from ivscope.domain.tokens import ParticipantToken

JOINED = "JOINED"
LEFT = "LEFT"
PUBLISH_STARTED = "PUBLISH_STARTED"
PUBLISH_STOPPED = "PUBLISH_STOPPED"
PUBLISH_ERROR = "PUBLISH_ERROR"
SUBSCRIBE_STARTED = "SUBSCRIBE_STARTED"
SUBSCRIBE_STOPPED = "SUBSCRIBE_STOPPED"
SUBSCRIBE_ERROR = "SUBSCRIBE_ERROR"
JOIN_ERROR = "JOIN_ERROR"
REPLICATION_STARTED = "REPLICATION_STARTED"
REPLICATION_STOPPED = "REPLICATION_STOPPED"
TOKEN_EXCHANGED = "TOKEN_EXCHANGED"  # noqa: S105 - an event name, not a secret


@frozen
class Event(Row):
    """One event. It has no id: its position in the feed is its identity.

    None means that the member was absent in the answer. Names and codes are open vocabularies:
    unknown ones stay the text that came.
    """

    name: str | None = None
    participant_id: str | None = None
    time: Time | None = None
    remote_participant_id: str | None = None
    """The publisher, on a subscribe event."""
    error_code: str | None = None
    destination_stage_arn: str | None = None
    """Only on replication events."""
    destination_session_id: str | None = None
    """Only on replication events."""
    replica: bool | None = None
    """Whether the remote participant of a subscribe event is a replica; else the participant."""
    previous_token: ParticipantToken | None = None
    """Only on TOKEN_EXCHANGED."""
    new_token: ParticipantToken | None = None
    """Only on TOKEN_EXCHANGED."""

    @property
    def is_error(self) -> bool:
        """Whether it reports a failure: by its name, or because it carries a code.

        One that contradicts the request reports nothing.
        """
        return self.contradiction is None and is_error(self.name, self.error_code)

    @property
    def is_subscribe(self) -> bool:
        """Whether it is about subscribing: only then is the remote participant the publisher."""
        return self.name is not None and self.name.startswith("SUBSCRIBE_")


def is_error(name: str | None, error_code: str | None) -> bool:
    """Whether an event of this name and code reports a failure.

    An error event without a code is possible (early clients had one code only), and so is an
    unknown event name that carries a code.
    """
    return bool(error_code) or (name is not None and name.endswith("_ERROR"))
