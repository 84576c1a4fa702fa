"""The lines of the detail pane about one event, from what matters most to the raw members."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from ivscope.analysis.intervals import EventSpan, Why
from ivscope.domain.durations import duration
from ivscope.domain.events import TOKEN_EXCHANGED, Event
from ivscope.domain.token_comparison import compare_tokens
from ivscope.knowledge.error_codes import explain_code, explain_missing_code
from ivscope.knowledge.event_names import explain_event
from ivscope.knowledge.explanation import Cause, Explanation, Limit
from ivscope.render.cells import wrap
from ivscope.render.event_json import AS_READ, event_document
from ivscope.render.fields import contradiction_lines, field, text_field, title, value_span
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import safe
from ivscope.render.timestamps import clock, full
from ivscope.render.token_lines import token_lines

_OUR_READING = Span(" (our reading)", Role.MUTED)
_NAMED = Span(" (AWS names it)", Role.MUTED)


def explanation_lines(card: Explanation, width: int) -> list[Line]:
    """Draw an explanation: meaning, first cause, next check, then the rest.

    Causes are possible causes; those that AWS names say so.
    """
    meaning: Line = (Span(card.meaning, Role.TEXT if card.is_known else Role.WARNING),)
    if card.is_known and not card.is_documented:
        meaning = (*meaning, _OUR_READING)
    lines = field("Means", meaning, width)
    for cause in card.causes[:1]:
        lines += _cause(cause, "Can be", width)
    lines += field("Next", (Span(card.next_check, Role.STRONG),), width)
    lines += _details(card, width)
    return lines


def _details(card: Explanation, width: int) -> Iterator[Line]:
    for limit in card.limits:
        yield from field("Limit", _limit(limit), width)
    for cause in card.causes[1:]:
        yield from _cause(cause, "Or", width)
    if card.at_client:
        yield from field("At client", (Span(card.at_client), _OUR_READING), width)
    if card.silence:
        yield from field("Not told", (Span(card.silence),), width)
    if card.concerns:
        yield from field("Concerns", (Span(", ".join(card.concerns)),), width)
    yield from field("Page", (Span(safe(card.page), Role.ACCENT),), width)


def _cause(cause: Cause, label: str, width: int) -> list[Line]:
    named = (_NAMED,) if cause.is_documented else ()
    return field(label, (Span(cause.text), *named), width)


def _limit(limit: Limit) -> Line:
    raisable = {
        True: " (can be raised)",
        False: " (fixed)",
        None: " (no increase documented)",
    }[limit.is_raisable]
    return Span(limit.text), Span(raisable, Role.MUTED)


_GAP = Span("  ")


def detail_lines(
    event: Event,
    width: int,
    zone: tzinfo,
    *,
    evidence: Sequence[Line] = (),
    about: Sequence[Line] = (),
    inline: bool = False,
) -> list[Line]:
    """Draw everything about one event, the most important first.

    Order: what, when and who; the token comparison; evidence; the explanation of the error code,
    then of the event name; the participant; every member as it came.

    Args:
        event: The event.
        width: Cells of every line.
        zone: Zone of the times, except in the members, which stay in UTC.
        evidence: Lines about this occurrence, drawn above the general explanation.
        about: Lines about the participant, drawn below it.
        inline: Whether tokens are compared inline also where there is room side by side.
    """
    lines = [
        *_head(event, width, zone),
        *contradiction_lines(event.contradiction, width),
        *_concerned(event, width),
    ]
    if event.name == TOKEN_EXCHANGED or event.previous_token or event.new_token:
        comparison = compare_tokens(event.previous_token, event.new_token, event.time)
        lines += token_lines(comparison, width, zone, inline=inline)
    lines += evidence
    if event.is_error:
        code = explain_code(event.error_code) if event.error_code else explain_missing_code()
        lines += explanation_lines(code, width)
        lines += _titled(_name(event), width)
    lines += explanation_lines(explain_event(event.name), width)
    if about:
        lines += [(), *about]
    lines += _titled(f"Members {AS_READ}", width)
    for path, value in _members(event_document(event)):
        lines += wrap((Span(f"{path}: ", Role.MUTED), *value), width, 2)
    return lines


def _head(event: Event, width: int, zone: tzinfo) -> list[Line]:
    role = Role.ERROR if event.is_error else Role.STRONG
    spans = [Span(_name(event), role)]
    if event.error_code:
        spans += [_GAP, value_span(event.error_code, Role.ERROR)]
    elif event.is_error:
        spans += [_GAP, Span("no error code", Role.ERROR)]
    spans += [_GAP, Span(full(event.time, zone))]
    return wrap(tuple(spans), width)


def _name(event: Event) -> str:
    return "(no name)" if event.name is None else value_span(event.name).text


def _concerned(event: Event, width: int) -> Iterator[Line]:
    """Draw participants and places; on a subscribe event the replica flag is the publisher's."""
    who = [value_span(event.participant_id, Role.ACCENT)]
    if event.remote_participant_id is not None or event.is_subscribe:
        remote = "publisher" if event.is_subscribe else "remote participant"
        who += [Span(f", {remote} "), value_span(event.remote_participant_id, Role.ACCENT)]
    if event.replica:
        subject = "the publisher" if event.is_subscribe else "this participant"
        who.append(Span(f" ({subject} is a replica)", Role.WARNING))
    yield from field("Who", tuple(who), width)
    is_replication = event.name is not None and event.name.startswith("REPLICATION_")
    if event.destination_stage_arn is not None or is_replication:
        yield from text_field("To stage", event.destination_stage_arn, width, Role.ACCENT)
    if event.destination_session_id is not None or is_replication:
        yield from text_field("To session", event.destination_session_id, width, Role.ACCENT)


def _titled(text: str, width: int) -> list[Line]:
    return [(), *title(text, width)]


def _members(document: dict[str, object], prefix: str = "") -> Iterator[tuple[str, Line]]:
    """List the members of a document by path, such as `previousToken.attributes.role`."""
    for name, value in document.items():
        path = f"{prefix}{value_span(name).text}"
        if isinstance(value, dict) and value:
            yield from _members(value, f"{path}.")
        elif isinstance(value, list) and value:
            texts = (value_span(item).text for item in value)
            yield path, (Span(", ".join(texts)),)
        elif isinstance(value, bool):
            yield path, (Span("true" if value else "false"),)
        else:
            yield path, (value_span(str(value) if value else ""),)


_REASONS = {
    Why.END_MISSING: "the events have no end that belongs to it",
    Why.START_MISSING: "the events have no start that belongs to it",
    Why.NOT_READ: "not all events are read",
    Why.TIE: "the order of events inside one second is not known",
    Why.NO_TIME: "an event that matters has no time",
    Why.PUBLISH_TAKEN: "a token exchange may have ended it",
    Why.AFTER_READING: "it is later than the last reading",
}


def reason(why: Why) -> str:
    """Say why something is not certain, in words that end a sentence."""
    return _REASONS[why]


def span_line(span: EventSpan, zone: tzinfo) -> Line:
    """Say how long it lasted and when its other half was, or why that is not known.

    "lasted 53 min 30 s, until LEFT 21:18:44"; seen from the end "since JOINED 20:25:14". The
    date is there when the halves are on different days.
    """
    name = Span(f" ({span.other_name})", Role.MUTED)
    if span.is_open:
        return Span("still open", Role.GOOD), name
    if span.duration is not None and span.other_time is not None:
        likely = () if span.why is None else (Span(f", likely: {reason(span.why)}", Role.MUTED),)
        return (
            Span(f"lasted {duration(span.duration.total_seconds())}", Role.STRONG),
            Span(", until " if span.is_start else ", since "),
            Span(f"{span.other_name} {_when(span, span.other_time, zone)}", Role.ACCENT),
            *likely,
        )
    if span.left_time is not None:
        left = f"ended by LEFT {_when(span, span.left_time, zone)} at the latest"
        return Span(left, Role.WARNING), Span(f" (no {span.other_name})", Role.MUTED)
    role = Role.MUTED if span.why is Why.NOT_READ else Role.WARNING
    return Span(reason(span.why or Why.END_MISSING), role), name


def _when(span: EventSpan, time: datetime, zone: tzinfo) -> str:
    """Write a time of day, with the date when the day is not that of the event."""
    times = (time,) if span.time is None else (span.time, time)
    dates = {clock(one, zone, with_date=True)[:10] for one in times}
    return clock(time, zone, with_date=len(dates) > 1)
