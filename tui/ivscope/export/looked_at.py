"""Looked: an event with what the rules find about it, in names, complete without the data."""

from collections.abc import Sequence
from dataclasses import dataclass

from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantScope
from ivscope.export.telling import Told, told
from ivscope.findings.finding import Certainty, Cited, EventRef, Finding
from ivscope.workspace.event_refs import EventRefs


@dataclass(frozen=True, slots=True)
class Looked:
    """An event, and what was found about it. Texts from outside are as they came."""

    scope: ParticipantScope
    """Whose event it is."""
    event: Event
    user_id: str | None
    """Of its participant; None when it has none or it is not known."""
    findings: tuple[Told, ...]
    """The most useful one first, and what is not known last."""

    @property
    def who(self) -> str:
        """The user id of its participant, else the id."""
        return self.user_id or self.scope.participant_id


def looked_at(refs: EventRefs, ref: EventRef, findings: Sequence[Finding]) -> Looked:
    """Take an event, its findings and the events that they rest on out of what was read.

    Args:
        refs: Looks up what findings name.
        ref: The event, in the log of its participant.
        findings: What was found about it.

    Raises:
        ValueError: The event is not read, or not that of a participant.
    """
    scope, event = ref.scope, refs.event_at(ref)
    if event is None or not isinstance(scope, ParticipantScope):
        raise ValueError(f"no event of a participant at {ref}")

    def cite(other: EventRef) -> Cited | None:
        log = refs.log_of(other.scope)
        if other == ref or log is None or other.position >= len(log):
            return None
        own = other.scope.participant_id if isinstance(other.scope, ParticipantScope) else None
        who = own or log.participant(other.position) or None
        return Cited(log.name(other.position), log[other.position].time, who)

    def name(participant_id: str) -> str:
        return refs.user_id(scope, participant_id) or participant_id

    own = scope.participant_id
    known_first = sorted(findings, key=lambda one: one.certainty is Certainty.UNKNOWN)
    tolds = tuple(told(one, cite, name, own) for one in known_first)
    return Looked(scope, event, refs.user_id(scope, own), tolds)
