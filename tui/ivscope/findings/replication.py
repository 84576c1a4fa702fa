"""REPLICATION_STOPPED: how long it lasted, and whether the publisher had stopped."""

from collections.abc import Iterator

from ivscope.domain.durations import round_duration
from ivscope.findings.event_context import EventContext, second_of
from ivscope.findings.finding import Ask, Certainty, FactKey, FactKind, Finding, Text
from ivscope.findings.publishing import Publishing, State, publishing_in

WINDOW_SECONDS = 300
"""Longest reconnect window of a replication (IVS API: StartParticipantReplication): so long after
the publisher stopped it can end by itself."""

NEAR_SECONDS = 2
"""So far apart two events can be one happening: nobody documents how exact their times are."""


def replication_stopped(here: EventContext) -> Iterator[Finding]:
    """Say how long the replication lasted and what can have ended it."""
    yield _duration(here)
    if here.second is None:
        return
    time = here.log.time_us(here.position) or 0
    yield _cause(here, here.second, publishing_in(here.held, time))


def _duration(here: EventContext) -> Finding:
    span = here.span(here.position)
    unknown: Text | None = None if span is None or span.why is None else (span.why,)
    if span is None or span.other is None or span.duration is None:
        text = "How long it was replicated is not known."
        refs = here.refs(here.position)
        return Finding((text,), Certainty.UNKNOWN, refs, unknown, here.rest)
    text = f"It was replicated for {round_duration(span.duration.total_seconds())}."
    refs = here.refs(span.other, here.position)
    certainty = here.firm(unless=unknown is not None)
    return Finding((text,), certainty, refs, here.open_pages or unknown, here.rest)


def _cause(here: EventContext, second: int, found: Publishing) -> Finding:
    refs = here.refs(*found.positions, here.position)
    fact = FactKey(FactKind.REPLICAS, here.scope)
    replicas = Ask("its replicas and their state now", fact, 1)
    end = found.end
    end_second = None if end is None else second_of(here.log, end)
    if found.state is State.ON and (end_second or second + WINDOW_SECONDS) - second <= NEAR_SECONDS:
        text = "It stopped publishing right after: both can be one happening."
        unknown: Text = ("which of the two ended the other",)
        return Finding((text,), Certainty.LIKELY, refs, unknown, here.rest)
    if found.state is State.ON:
        text = "It went on publishing: of the documented reasons a call of "
        return Finding(
            (f"{text}StopParticipantReplication is left.",),
            Certainty.LIKELY,
            refs,
            here.open_pages or ("who made the call: no event says it",),
            (*here.rest, replicas),
        )
    if found.state in {State.OFF, State.TIE} and end is not None:
        stopped = second_of(here.log, end) or 0
        if stopped == second:
            unknown = ("what came first inside the second",)
            text = "Its publishing ended in the same second, which ends a replication."
            return Finding((text,), Certainty.LIKELY, refs, unknown, here.rest)
        if 0 < second - stopped <= WINDOW_SECONDS:
            text = f"It had stopped publishing {here.distance(end)}, which ends a replication when"
            unknown = here.open_pages or ("the reconnect window that was asked for",)
            return Finding(
                (f"{text} the reconnect window is over.",),
                Certainty.LIKELY,
                refs,
                unknown,
                here.rest,
            )
    text = "What ended it is not known: the events show no publishing that ended with it."
    return Finding((text,), Certainty.UNKNOWN, refs, here.open_pages, (*here.rest, replicas))
