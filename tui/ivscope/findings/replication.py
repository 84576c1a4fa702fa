"""REPLICATION_STOPPED: how long replication lasted, and whether the publisher had stopped."""

from collections.abc import Iterator

from ivscope.domain.durations import round_duration
from ivscope.findings.event_context import EventContext, second_of
from ivscope.findings.finding import Ask, Certainty, FactKey, FactKind, Finding, Lacking, Text
from ivscope.findings.publishing import Publishing, State, publishing_in

WINDOW_SECONDS = 300
"""Longest reconnect window of a replication (IVS API: StartParticipantReplication): so long after
the publisher stopped it can end by itself."""

NEAR_SECONDS = 2
"""Events up to so many seconds apart can be one happening: no document says how exact times are."""


def replication_stopped(context: EventContext) -> Iterator[Finding]:
    """Say how long the replication lasted and what can have ended it."""
    yield _duration(context)
    if context.second is None:
        return
    time = context.log.time_us(context.position) or 0
    yield _cause(context, context.second, publishing_in(context.known_log, time))


def _duration(context: EventContext) -> Finding:
    span = context.span(context.position)
    unknown: Text | None = None if span is None or span.why is None else (span.why,)
    if span is None or span.other is None or span.duration is None:
        text = "How long it was replicated is not known."
        refs = context.refs(context.position)
        return Finding((text,), Certainty.UNKNOWN, refs, unknown, context.rest)
    text = f"It was replicated for {round_duration(span.duration.total_seconds())}."
    refs = context.refs(span.other, context.position)
    certainty = context.firm(unless=unknown is not None)
    return Finding((text,), certainty, refs, context.open_pages or unknown, context.rest)


def _cause(context: EventContext, second: int, found: Publishing) -> Finding:
    refs = context.refs(*found.positions, context.position)
    fact = FactKey(FactKind.REPLICAS, context.scope)
    replicas = Ask(Lacking.REPLICAS_NOW, fact, 1)
    end = found.end
    end_second = None if end is None else second_of(context.log, end)
    if found.state is State.ON and (end_second or second + WINDOW_SECONDS) - second <= NEAR_SECONDS:
        text = "It stopped publishing right after: both can be one happening."
        unknown: Text = ("which of the two ended the other",)
        return Finding((text,), Certainty.LIKELY, refs, unknown, context.rest)
    if found.state is State.ON:
        text = "It went on publishing: of the documented reasons a call of "
        return Finding(
            (f"{text}StopParticipantReplication is left.",),
            Certainty.LIKELY,
            refs,
            context.open_pages or ("who made the call: no event says it",),
            (*context.rest, replicas),
        )
    if found.state in {State.OFF, State.TIE} and end is not None:
        stopped = second_of(context.log, end) or 0
        if stopped == second:
            unknown = ("what came first inside the second",)
            text = "Its publishing ended in the same second, which ends a replication."
            return Finding((text,), Certainty.LIKELY, refs, unknown, context.rest)
        if 0 < second - stopped <= WINDOW_SECONDS:
            text = (
                f"It had stopped publishing {context.distance(end)}, which ends a replication when"
            )
            unknown = context.open_pages or ("the reconnect window that was asked for",)
            return Finding(
                (f"{text} the reconnect window is over.",),
                Certainty.LIKELY,
                refs,
                unknown,
                context.rest,
            )
    text = "What ended it is not known: the events show no publishing that ended with it."
    return Finding((text,), Certainty.UNKNOWN, refs, context.open_pages, (*context.rest, replicas))
