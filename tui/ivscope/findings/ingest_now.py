"""Findings from the ingest configuration of a participant as it is now, not at the event."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from ivscope.domain.failures import FailureKind
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import IngestConfiguration
from ivscope.findings.event_context import EventContext, ask_participant
from ivscope.findings.finding import (
    Ask,
    Certainty,
    Claim,
    FactKey,
    FactKind,
    Finding,
    Lacking,
    PlainClaim,
)
from ivscope.findings.known_facts import KnownIngest

CODES: Final = frozenset({"REUSE_OF_STREAM_KEY", "INVALID_STREAM_KEY", "INVALID_PROTOCOL"})
"""Error codes for which the list of ingest configurations is of use."""

_ACTIVE = "ACTIVE"
"""State of a configuration that is in use (IVS API: IngestConfigurationState)."""


class IngestSays(PlainClaim):
    """Why it is not known how an ingest configuration stands now."""

    NOT_READ = "ingest_configurations_not_read"
    NOT_PERMITTED = "ingest_configurations_not_permitted"


class IngestOpen(PlainClaim):
    """What stays unknown beside a configuration as it is now."""

    THEN = "how_it_stood_then"
    THEN_AND_WHICH_KEY = "how_it_stood_then_and_which_key"
    THEN_AND_WHERE = "how_it_stood_then_and_where_it_is"
    PROTOCOL_THEN = "how_it_was_configured_then"


@frozen
class NotListedSoFar(Claim):
    """The configuration is not among those listed, and the list is not read to its end."""

    listed: int


@frozen
class ListingFailed(Claim):
    """Configurations could not be listed."""

    failure: str


@frozen
class NotListedNow(Claim):
    """The configuration is not listed for the stage."""

    as_of: datetime | None


@frozen
class ConfigurationNow(Claim):
    """The configuration as it is listed now."""

    as_of: datetime | None
    configuration: str | None
    """Its name."""
    is_attached_here: bool
    state: str | None
    participant_id: str | None
    """Who uses it; None when nobody does."""
    is_own: bool
    """Whether it is used by the participant that the finding is about."""


@frozen
class ProtocolNow(Claim):
    """The protocol that the configuration names now, and the one that was used."""

    as_of: datetime | None
    configuration: str | None
    """Its name."""
    protocol: str | None
    used_protocol: str | None
    """None when it is not known, or when the configuration names none."""

    @property
    def is_same(self) -> bool:
        """Whether the participant came over the protocol of the configuration."""
        used = self.used_protocol or ""
        return bool(used) and used.upper() == (self.protocol or "").upper()


_Say = Callable[[EventContext, IngestConfiguration, datetime | None], Finding]


def configuration_now(context: EventContext) -> Iterator[Finding]:
    """Say whether the configuration is attached to this stage now, and in use."""
    return _listed(context, _stands)


def protocol_now(context: EventContext) -> Iterator[Finding]:
    """Compare the protocol that it is configured for now with the one that was used."""
    return _listed(context, _takes)


def _listed(context: EventContext, say: _Say) -> Iterator[Finding]:
    """Find the participant's configuration by its ARN; nothing when it names none."""
    mine = context.facts.summary(context.scope)
    if mine is None or not mine.ingest_configuration_arn:
        return
    listed = context.facts.ingest_configurations(context.scope.stage_arn)
    rows = () if listed is None else listed.rows
    for row in rows:
        if listed is not None and row.arn == mine.ingest_configuration_arn:
            yield say(context, row, listed.as_of)
            return
    yield _absent(context, listed)


def _absent(context: EventContext, listed: KnownIngest | None) -> Finding:
    refs = context.refs(context.position)
    fact = FactKey(FactKind.INGEST_CONFIGURATIONS, context.scope.session)
    asks = (Ask(Lacking.INGEST_CONFIGURATIONS, fact, 1),)
    if listed is None:
        return Finding(IngestSays.NOT_READ, Certainty.UNKNOWN, refs, None, asks)
    if listed.complete:
        claim = NotListedNow(listed.as_of)
        return Finding(claim, Certainty.SHOWN, refs, IngestOpen.THEN_AND_WHERE)
    if listed.failure is None:
        return Finding(NotListedSoFar(len(listed.rows)), Certainty.UNKNOWN, refs, None, asks)
    if listed.failure.kind is FailureKind.DENIED:
        # Offers no call: what is denied once is denied again.
        return Finding(IngestSays.NOT_PERMITTED, Certainty.UNKNOWN, refs)
    return Finding(ListingFailed(listed.failure.summary), Certainty.UNKNOWN, refs, None, asks)


def _stands(context: EventContext, row: IngestConfiguration, as_of: datetime | None) -> Finding:
    user = row.participant_id if row.state == _ACTIVE else None
    claim = ConfigurationNow(
        as_of,
        row.name or None,
        row.stage_arn == context.scope.stage_arn,
        row.state or None,
        user or None,
        user == context.scope.participant_id,
    )
    unknown = IngestOpen.THEN_AND_WHICH_KEY if row.redundant_ingest else IngestOpen.THEN
    return Finding(claim, Certainty.SHOWN, context.refs(context.position), unknown)


def _takes(context: EventContext, row: IngestConfiguration, as_of: datetime | None) -> Finding:
    participant = context.facts.participant(context.scope)
    used = None if participant is None else participant.protocol or None
    refs, name = context.refs(context.position), row.name or None
    if not row.protocol:
        return Finding(ProtocolNow(as_of, name, None, None), Certainty.UNKNOWN, refs)
    claim, unknown = ProtocolNow(as_of, name, row.protocol, used), IngestOpen.PROTOCOL_THEN
    asks = () if participant is not None else (ask_participant(context.scope, Lacking.PROTOCOL),)
    return Finding(claim, Certainty.SHOWN, refs, unknown, asks)
