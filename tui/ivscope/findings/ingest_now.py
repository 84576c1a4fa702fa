"""How the ingest configuration of a participant stands now: not how it stood at the event."""

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
    Moment,
    Outside,
    Part,
    Text,
)
from ivscope.findings.known_facts import KnownIngest

CODES: Final = frozenset({"REUSE_OF_STREAM_KEY", "INVALID_STREAM_KEY", "INVALID_PROTOCOL"})
"""Error codes that the listing bears on."""

_ACTIVE = "ACTIVE"
"""State of a configuration that is published with (IVS API: IngestConfigurationState)."""

_NOT_KNOWN = "How its ingest configuration stands now is not known"

_Told = Callable[[EventContext, IngestConfiguration, Text], Finding]


def configuration_now(here: EventContext) -> Iterator[Finding]:
    """Say whether it is attached to this stage now, and in use."""
    return _listed(here, _stands)


def protocol_now(here: EventContext) -> Iterator[Finding]:
    """Say which protocol it is configured for now, beside the one that was used."""
    return _listed(here, _takes)


def _listed(here: EventContext, tell: _Told) -> Iterator[Finding]:
    """Find the participant's configuration by its ARN; nothing when it names none."""
    mine = here.known.summary(here.scope)
    if mine is None or not mine.ingest_configuration_arn:
        return
    held = here.known.ingest_configurations(here.scope.stage_arn)
    rows = () if held is None else held.rows
    for row in rows:
        if held is not None and row.arn == mine.ingest_configuration_arn:
            yield tell(here, row, _now(held))
            return
    yield _absent(here, held)


def _now(held: KnownIngest) -> Text:
    return ("Now, ",) if held.as_of is None else ("Now, at ", Moment(held.as_of), ", ")


def _absent(here: EventContext, held: KnownIngest | None) -> Finding:
    refs = here.refs(here.position)
    fact = FactKey(FactKind.INGEST_CONFIGURATIONS, here.scope.session)
    asks = (Ask("ingest configurations attached to this stage now", fact, 1),)
    if held is None:
        return Finding((f"{_NOT_KNOWN}.",), Certainty.UNKNOWN, refs, None, asks)
    if held.complete:
        text: Text = (*_now(held), "its ingest configuration is not listed for this stage.")
        unknown = "how it stood at that second, and whether it is attached to another stage or none"
        return Finding(text, Certainty.SHOWN, refs, (unknown,))
    if held.failure is None:
        text = (f"{_NOT_KNOWN}: it is not among the {len(held.rows):,} listed so far.",)
        return Finding(text, Certainty.UNKNOWN, refs, None, asks)
    if held.failure.kind is FailureKind.DENIED:
        # Nothing is asked for: what is denied once is denied again, and other asks come first.
        why = "ivs:ListIngestConfigurations, which is optional, is not permitted"
        return Finding((f"{_NOT_KNOWN}: {why}.",), Certainty.UNKNOWN, refs)
    text = (f"{_NOT_KNOWN}, the listing failed: ", Outside(held.failure.summary))
    return Finding(text, Certainty.UNKNOWN, refs, None, asks)


def _stands(here: EventContext, row: IngestConfiguration, now: Text) -> Finding:
    at_home = row.stage_arn == here.scope.stage_arn
    text: list[Part] = [*now, *_name(row)]
    text.append(" is attached to this stage and " if at_home else " is listed for this stage and ")
    text.append("in a state not given" if not row.state else Outside(row.state))
    if row.state == _ACTIVE and row.participant_id:
        own = row.participant_id == here.scope.participant_id
        text += [" with ", "this participant" if own else Outside(row.participant_id)]
    unknown = "how it stood at that second; the stream key itself is never read"
    if row.redundant_ingest:
        unknown = "how it stood at that second, and which of its two stream keys was used"
    refs = here.refs(here.position)
    return Finding((*text, "."), Certainty.SHOWN, refs, (unknown,))


def _takes(here: EventContext, row: IngestConfiguration, now: Text) -> Finding:
    facts = here.known.participant(here.scope)
    came = None if facts is None else facts.protocol
    refs = here.refs(here.position)
    if not row.protocol:
        text: Text = (*now, *_name(row), " names no protocol.")
        return Finding(text, Certainty.UNKNOWN, refs)
    takes: Text = (*now, *_name(row), " is configured for ", Outside(row.protocol))
    unknown: Text = ("how it was configured at that second",)
    if not came:
        asks = () if facts is not None else (ask_participant(here.scope, "protocol"),)
        return Finding((*takes, "."), Certainty.SHOWN, refs, unknown, asks)
    if came.upper() == row.protocol.upper():
        text = (*takes, ", and it came over that: this does not explain the error.")
        return Finding(text, Certainty.SHOWN, refs, unknown)
    text = (*takes, ", and it came over ", Outside(came), ".")
    return Finding(text, Certainty.SHOWN, refs, unknown)


def _name(row: IngestConfiguration) -> Text:
    own: Text = ("its ingest configuration",)
    return (*own, " ", Outside(row.name)) if row.name else own
