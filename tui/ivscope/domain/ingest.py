"""IngestConfiguration: what a stream key belongs to. The key itself is never read."""

from dataclasses import dataclass

from ivscope.domain.pages import Row


@dataclass(frozen=True, slots=True)
class IngestConfiguration(Row):
    """A row of ListIngestConfigurations, as it stood when it was listed."""

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
