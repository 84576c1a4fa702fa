"""Looked: an event with what the rules find about it, in names, complete without the data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantScope
from ivscope.export.telling import Told, told
from ivscope.findings.finding import Cited, EventRef, Finding
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.workspace.store_context import StoreContext


@dataclass(frozen=True, slots=True)
class Looked:
    """An event, and what was found about it. Texts from outside are as they came."""

    scope: ParticipantScope
    """Whose event it is."""
    event: Event
    who: str
    """The user id of its participant, else the id."""
    findings: tuple[Told, ...]
    """The most useful one first."""


def looked_at(
    provider: StageDataProvider,
    context: StoreContext,
    ref: EventRef,
    findings: Sequence[Finding],
    name: Callable[[str], str],
) -> Looked:
    """Take an event, its findings and the events that they rest on out of what was read.

    Args:
        provider: What was read.
        context: The same as answers to the rules.
        ref: The event, in the log of its participant.
        findings: What was found about it.
        name: The user id of a participant of its session, else its id.

    Raises:
        ValueError: The event is not read, or not that of a participant.
    """
    scope = ref.scope
    known = context.log(scope) if isinstance(scope, ParticipantScope) else None
    if known is None or not isinstance(scope, ParticipantScope) or ref.position >= len(known.log):
        raise ValueError(f"no event of a participant at {ref}")

    def cite(other: EventRef) -> Cited | None:
        return None if other == ref else _cited(provider, context, other, name)

    own = scope.participant_id
    tolds = tuple(told(one, cite, name, own) for one in findings)
    return Looked(scope, known.log[ref.position], name(own), tolds)


def own_position(context: StoreContext, scope: ParticipantScope, event: Event) -> EventRef | None:
    """Return where an event is in the log of its participant; None when that log is not read.

    Of equal events it is the last one.
    """
    known = context.log(scope)
    if known is None:
        return None
    log = known.log
    same = (at for at in range(len(log) - 1, -1, -1) if log[at] == event)
    position = next(same, None)
    return None if position is None else EventRef(scope, position)


def _cited(
    provider: StageDataProvider, context: StoreContext, ref: EventRef, name: Callable[[str], str]
) -> Cited | None:
    """Describe an event; None for one that is not read any more."""
    scope = ref.scope
    if isinstance(scope, ParticipantScope):
        known = context.log(scope)
        log = None if known is None else known.log
    else:
        scan = provider.started_scan(scope)
        log = None if scan is None else scan.log.log
    if log is None or ref.position >= len(log):
        return None
    who: str | None = log.participant(ref.position)
    if isinstance(scope, ParticipantScope):
        who = scope.participant_id
    return Cited(log.name(ref.position), log[ref.position].time, name(who) if who else None)
