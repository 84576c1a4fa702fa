"""Findings from the ingest configuration of a participant as it is now, not at the event."""

from collections.abc import Callable, Iterator
from typing import Final

from ivscope.domain.failures import FailureKind
from ivscope.domain.ingest import IngestConfiguration
from ivscope.findings.event_context import EventContext, ask_participant
from ivscope.findings.finding import (
    Ask,
    Certainty,
    FactKey,
    FactKind,
    Finding,
    Lacking,
    Moment,
    Outside,
    Part,
    Text,
)
from ivscope.findings.known_facts import KnownIngest

CODES: Final = frozenset({"REUSE_OF_STREAM_KEY", "INVALID_STREAM_KEY", "INVALID_PROTOCOL"})
"""Error codes for which the list of ingest configurations is of use."""

_ACTIVE = "ACTIVE"
"""State of a configuration that is in use (IVS API: IngestConfigurationState)."""

_NOT_KNOWN = "How its ingest configuration stands now is not known"

_Sentence = Callable[[EventContext, IngestConfiguration, Text], Finding]


def configuration_now(context: EventContext) -> Iterator[Finding]:
    """Say whether the configuration is attached to this stage now, and in use."""
    return _listed(context, _stands)


def protocol_now(context: EventContext) -> Iterator[Finding]:
    """Compare the protocol that it is configured for now with the one that was used."""
    return _listed(context, _takes)


def _listed(context: EventContext, say: _Sentence) -> Iterator[Finding]:
    """Find the participant's configuration by its ARN; nothing when it names none."""
    mine = context.facts.summary(context.scope)
    if mine is None or not mine.ingest_configuration_arn:
        return
    listed = context.facts.ingest_configurations(context.scope.stage_arn)
    rows = () if listed is None else listed.rows
    for row in rows:
        if listed is not None and row.arn == mine.ingest_configuration_arn:
            yield say(context, row, _now(listed))
            return
    yield _absent(context, listed)


def _now(listed: KnownIngest) -> Text:
    return ("Now, ",) if listed.as_of is None else ("Now, at ", Moment(listed.as_of), ", ")


def _absent(context: EventContext, listed: KnownIngest | None) -> Finding:
    refs = context.refs(context.position)
    fact = FactKey(FactKind.INGEST_CONFIGURATIONS, context.scope.session)
    asks = (Ask(Lacking.INGEST_CONFIGURATIONS, fact, 1),)
    if listed is None:
        return Finding((f"{_NOT_KNOWN}.",), Certainty.UNKNOWN, refs, None, asks)
    if listed.complete:
        text: Text = (*_now(listed), "its ingest configuration is not listed for this stage.")
        unknown = "how it stood at that second, and whether it is attached to another stage or none"
        return Finding(text, Certainty.SHOWN, refs, (unknown,))
    if listed.failure is None:
        text = (f"{_NOT_KNOWN}: it is not among the {len(listed.rows):,} listed so far.",)
        return Finding(text, Certainty.UNKNOWN, refs, None, asks)
    if listed.failure.kind is FailureKind.DENIED:
        # Offers no call: what is denied once is denied again.
        why = "ivs:ListIngestConfigurations, which is optional, is not permitted"
        return Finding((f"{_NOT_KNOWN}: {why}.",), Certainty.UNKNOWN, refs)
    text = (f"{_NOT_KNOWN}, the listing failed: ", Outside(listed.failure.summary))
    return Finding(text, Certainty.UNKNOWN, refs, None, asks)


def _stands(context: EventContext, row: IngestConfiguration, now: Text) -> Finding:
    at_home = row.stage_arn == context.scope.stage_arn
    text: list[Part] = [*now, *_name(row)]
    text.append(" is attached to this stage and " if at_home else " is listed for this stage and ")
    text.append("in a state not given" if not row.state else Outside(row.state))
    if row.state == _ACTIVE and row.participant_id:
        own = row.participant_id == context.scope.participant_id
        text += [" with ", "this participant" if own else Outside(row.participant_id)]
    unknown = "how it stood at that second; the stream key itself is never read"
    if row.redundant_ingest:
        unknown = "how it stood at that second, and which of its two stream keys was used"
    refs = context.refs(context.position)
    return Finding((*text, "."), Certainty.SHOWN, refs, (unknown,))


def _takes(context: EventContext, row: IngestConfiguration, now: Text) -> Finding:
    participant = context.facts.participant(context.scope)
    came = None if participant is None else participant.protocol
    refs = context.refs(context.position)
    if not row.protocol:
        text: Text = (*now, *_name(row), " names no protocol.")
        return Finding(text, Certainty.UNKNOWN, refs)
    takes: Text = (*now, *_name(row), " is configured for ", Outside(row.protocol))
    unknown: Text = ("how it was configured at that second",)
    if not came:
        asks = (
            () if participant is not None else (ask_participant(context.scope, Lacking.PROTOCOL),)
        )
        return Finding((*takes, "."), Certainty.SHOWN, refs, unknown, asks)
    if came.upper() == row.protocol.upper():
        text = (*takes, ", and it came over that: this does not explain the error.")
        return Finding(text, Certainty.SHOWN, refs, unknown)
    text = (*takes, ", and it came over ", Outside(came), ".")
    return Finding(text, Certainty.SHOWN, refs, unknown)


def _name(row: IngestConfiguration) -> Text:
    own: Text = ("its ingest configuration",)
    return (*own, " ", Outside(row.name)) if row.name else own
