"""Stage, StageSession, Participant, ParticipantReplica, IngestConfiguration, and their scopes."""

from ivscope.domain.frozen import frozen
from ivscope.domain.pages import Row
from ivscope.domain.times import Time


@frozen
class SessionScope:
    """Addresses one session of one stage."""

    stage_arn: str
    session_id: str


@frozen
class ParticipantScope:
    """Addresses one participant in one session of one stage."""

    stage_arn: str
    session_id: str
    participant_id: str

    @property
    def session(self) -> SessionScope:
        """The session that the participant is addressed in."""
        return SessionScope(self.stage_arn, self.session_id)


@frozen
class StageSummary(Row):
    """A row of ListStages."""

    arn: str
    name: str | None = None
    active_session_id: str | None = None
    """None or empty when no session is live."""
    tags: tuple[tuple[str, str], ...] | None = None


@frozen
class Stage:
    """The answer of GetStage, without what is not shown."""

    arn: str
    name: str | None = None
    active_session_id: str | None = None
    tags: tuple[tuple[str, str], ...] | None = None
    endpoints: tuple[tuple[str, str], ...] | None = None
    """Kind (events, whip, rtmp, rtmps) and URL."""
    recording_storage_arn: str | None = None
    """Storage of automatic participant recording; empty means that recording is off."""
    recording_media_types: tuple[str, ...] | None = None
    recording_reconnect_window_seconds: int | None = None
    """Seconds, 0 to 300."""
    records_replicas: bool | None = None


@frozen
class StageSession(Row):
    """A row of ListStageSessions; GetStageSession has the same members."""

    session_id: str
    start_time: Time | None = None
    end_time: Time | None = None
    """None while the session is live."""

    @property
    def is_live(self) -> bool | None:
        """Whether it has no end; None for a row that tells neither start nor end.

        The service tells the start of every session; a file may name a session only.
        """
        if self.start_time is None and self.end_time is None:
            return None
        return self.end_time is None


@frozen
class ParticipantSummary(Row):
    """A row of ListParticipants."""

    participant_id: str
    user_id: str | None = None
    state: str | None = None
    """CONNECTED, DISCONNECTED, or what came."""
    first_join_time: Time | None = None
    published: bool | None = None
    """Whether it ever published in the session, not whether it is publishing."""
    recording_state: str | None = None
    """STARTING, ACTIVE, STOPPING, STOPPED, FAILED, DISABLED, or what came."""
    replication_type: str | None = None
    """SOURCE, REPLICA, NONE, or what came."""
    replication_state: str | None = None
    """ACTIVE, STOPPED, or what came."""
    source_stage_arn: str | None = None
    source_session_id: str | None = None
    redundant_ingest: bool | None = None
    ingest_configuration_arn: str | None = None


@frozen
class Participant:
    """The answer of GetParticipant: the summary, and the members that only this call has."""

    summary: ParticipantSummary
    attributes: tuple[tuple[str, str], ...] | None = None
    isp_name: str | None = None
    os_name: str | None = None
    os_version: str | None = None
    browser_name: str | None = None
    browser_version: str | None = None
    sdk_version: str | None = None
    protocol: str | None = None
    """Ingest protocol: UNKNOWN, WHIP, RTMP, RTMPS, or what came."""
    recording_s3_bucket_name: str | None = None
    recording_s3_prefix: str | None = None


@frozen
class ParticipantReplica(Row):
    """A row of ListParticipantReplicas: one copy of a participant in another stage."""

    participant_id: str
    source_stage_arn: str | None = None
    source_session_id: str | None = None
    destination_stage_arn: str | None = None
    destination_session_id: str | None = None
    replication_state: str | None = None


@frozen
class ParticipantFilter:
    """One server-side filter of ListParticipants; the API takes one at a time.

    `member` is the request member ("filterByUserId", "filterByPublished", "filterByState",
    "filterByRecordingState").
    """

    member: str
    value: str | bool

    def is_contradicted_by(self, row: ParticipantSummary) -> bool:
        """Whether a row says that it does not match; one that does not say may match."""
        told = self._told_by(row)
        return told is not None and told != self.value

    def is_met_by(self, row: ParticipantSummary) -> bool:
        """Whether a row says that it matches."""
        return self._told_by(row) == self.value

    def _told_by(self, row: ParticipantSummary) -> str | bool | None:
        return {
            "filterByUserId": row.user_id,
            "filterByPublished": row.published,
            "filterByState": row.state,
            "filterByRecordingState": row.recording_state,
        }.get(self.member)


@frozen
class IngestConfiguration(Row):
    """A row of ListIngestConfigurations, as it stood when it was listed.

    What a stream key belongs to; the key itself is never read.
    """

    arn: str
    name: str | None = None
    protocol: str | None = None
    """What it is configured for: RTMP, RTMPS, or what came."""
    stage_arn: str | None = None
    """The stage that it is attached to; empty when it is attached to none."""
    participant_id: str | None = None
    state: str | None = None
    """ACTIVE while a publisher is publishing with it, INACTIVE, or what came."""
    user_id: str | None = None
    redundant_ingest: bool | None = None
    """Whether it has two stream keys."""
