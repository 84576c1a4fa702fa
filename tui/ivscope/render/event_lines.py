"""The lines of the detail pane about one event, from what matters most to what is folded.

Long because what one event shows is put together in one order, from findings to raw members.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import cache

from ivscope.analysis.intervals import EventSpan, Why
from ivscope.domain.durations import duration
from ivscope.domain.events import Event
from ivscope.domain.frozen import frozen
from ivscope.domain.times import Time
from ivscope.knowledge.error_codes import ERROR_CODES, explain_code, explain_missing_code
from ivscope.knowledge.event_names import EVENT_NAMES, explain_event
from ivscope.knowledge.explanation import Cause, Explanation, Limit
from ivscope.render.cells import clip, cut, line_width, shorten, wrap
from ivscope.render.cells import width as text_width
from ivscope.render.fields import contradiction_lines, field, text_field, title, value_span
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import safe
from ivscope.render.timestamps import clock, full
from ivscope.settings.commands import DEFAULT_KEYS, with_keys
from ivscope.settings.key_names import first_key

_OUR_READING = Span(" (not in the AWS docs)", Role.MUTED)
_NAMED = Span(" (AWS names it)", Role.MUTED)

_FOLDED = Span(" · ", Role.MUTED)

_DATE = len("2026-11-23")


@frozen
class Occurrence:
    """Lines about this one event, by where they stand among those of its kind."""

    seen: Sequence[Line] = ()
    """What was seen and what is likely."""
    leads: bool = False
    """Whether that says what it is about, and not only something beside it."""
    span: Sequence[Line] = ()
    """What it began or ended, and how long that lasted."""
    next_step: Line = ()
    """What to do next; empty for the general advice."""
    to_find_out: Sequence[Line] = ()
    """What could be read to know more."""
    evidence: Sequence[Line] = ()
    """The events that it rests on."""
    people: Sequence[Line] = ()
    """Who held the slots, who else failed."""
    unknown: Sequence[Line] = ()
    """What is not known, and what stays open."""


_NOTHING = Occurrence()


def explanation_lines(
    card: Explanation,
    width: int,
    here: Occurrence = _NOTHING,
    *,
    keys: Mapping[str, str] | None = DEFAULT_KEYS,
) -> Iterator[Line]:
    """Draw an event's own findings, and the explanation of its kind around them.

    Args:
        card: The explanation.
        width: Cells of every line.
        here: What is known of this one event.
        keys: Keys in force by command id; without any the address of the page is written out.

    Order: what was seen and what is likely, what to do next, events and people, what it means,
    limits, causes, what IVS does not say, what is not known, and the page. Where it is not known
    what this event comes from, the meaning comes first, and the first possible cause soon after.
    Causes are possible causes; those that AWS names say so.
    """
    next_step = field("Do next", here.next_step or (Span(card.next_check),), width)
    if here.leads:
        causes, can_be = card.causes, list[Line]()
        yield from here.seen
    else:
        causes, can_be = (
            card.causes[1:],
            [line for cause in card.causes[:1] for line in _cause(cause, "Can be", width)],
        )
        yield from _meaning(card, width, Role.STRONG)
        yield from here.seen
    yield from here.span
    yield from can_be
    yield from next_step
    yield from here.to_find_out
    if not here.seen:
        yield from here.unknown
    yield from here.evidence
    yield from here.people
    if here.leads:
        yield from _meaning(card, width, Role.TEXT)
    yield from _details(card, width, causes)
    if here.seen:
        yield from here.unknown
    if card.concerns:
        yield from field("Applies to", (Span(", ".join(card.concerns)),), width)
    if keys is None:
        yield from field("Docs", (Span(safe(card.page), Role.ACCENT),), width)
        return
    copies = Span(with_keys(" ({take.copy} u copies its address)", keys), Role.MUTED)
    yield from field("Docs", (Span(_page_name(card), Role.ACCENT), copies), width)


@cache
def _pages() -> dict[str, str]:
    cards = (*ERROR_CODES.values(), *EVENT_NAMES.values())
    return {_page_name(card): card.page for card in cards}


def _page_name(card: Explanation) -> str:
    return safe(card.page.rsplit("/", 1)[-1])


def page_address(name: str) -> str | None:
    """Return the address of an AWS page by the name that Docs shows; None for any other text."""
    return _pages().get(name)


def _meaning(card: Explanation, width: int, role: Role) -> list[Line]:
    meaning: Line = (Span(card.meaning, role if card.is_known else Role.WARNING),)
    if card.is_known and not card.is_documented:
        meaning = (*meaning, _OUR_READING)
    return field("Means", meaning, width)


def _details(card: Explanation, width: int, causes: Sequence[Cause]) -> Iterator[Line]:
    for at, limit in enumerate(card.limits):
        yield from field("" if at else "Limit", _limit(limit), width)
    for at, cause in enumerate(causes):
        yield from _cause(cause, "" if at else "Can also be", width)
    if card.at_client:
        yield from field("At client", (Span(card.at_client), _OUR_READING), width)
    if card.silence:
        yield from field("IVS hides", (Span(card.silence),), width)


def _cause(cause: Cause, label: str, width: int) -> list[Line]:
    named = (_NAMED,) if cause.is_documented else ()
    return field(label, (Span(cause.text), *named), width)


def _limit(limit: Limit) -> Line:
    raisable = {
        True: ", can be raised",
        False: ", cannot be raised",
        None: " (no increase documented)",
    }[limit.is_raisable]
    return Span(limit.text), Span(raisable, Role.MUTED)


NameOf = Callable[[str], str | None]
"""Gives the user id of a participant by its id; None where it has none, or is not known."""


MOST_TOLD = 5
"""Events that only EventBridge has told are named up to so many."""


@frozen
class OnlyTold:
    """Events that only EventBridge has told of."""

    named: Sequence[tuple[int, str]]
    """Second since 1970 and words of the first ones."""
    count: int
    """How many there are."""
    beside: Time | None
    """Time of the event that they are told beside."""


def told_lines(
    is_told: bool | None,
    source: str,
    others: OnlyTold,
    width: int,
    zone: tzinfo,
) -> list[Line]:
    """Say whether EventBridge has told of an event too, and what only EventBridge has told.

    Args:
        is_told: Whether it has; None for a kind that it never sends.
        source: Where what it told was read. Text from outside.
        others: What only it has told; nothing while the list is not read to the end.
        width: Cells of every line.
        zone: Zone of the times.
    """
    file, lines = safe(source), list[Line]()
    if is_told is not None:
        not_there = f"not in {file}; EventBridge can lose events"
        text = f"in {file} too: this row is that event" if is_told else not_there
        lines += field("EventBridge", (Span(text),), width)
    if others.count:
        named = ", ".join(
            f"{_when(others.beside, datetime.fromtimestamp(second, UTC), zone)} {safe(words)}"
            for second, words in others.named
        )
        left = others.count - len(others.named)
        more = f" and {left:,} more" if left else ""
        told = f"only in {file}, not returned by the API: {named}{more}"
        lines += field("" if lines else "EventBridge", (Span(told, Role.WARNING),), width)
    return lines


def detail_lines(
    event: Event,
    width: int,
    *,
    here: Occurrence = _NOTHING,
    about: Sequence[Line] = (),
    name_of: NameOf = lambda _: None,
    tokens: Sequence[Line] = (),
    told: Sequence[Line] = (),
    height: int = 0,
    is_full: bool = False,
    wide: bool = False,
    keys: Mapping[str, str] = DEFAULT_KEYS,
) -> list[Line]:
    """Draw everything about one event below its title, the most important first.

    Order: whom it is about; its tokens; the explanation of the error code, or of the event name,
    around what is known of this event; the event name in a line; the participant.

    Args:
        event: The event.
        width: Cells of every line.
        here: Lines about this one event.
        about: Lines about the participant, drawn below it.
        name_of: Names participants.
        tokens: Lines of its tokens.
        told: What EventBridge has told of it.
        height: Lines that there is room for. Where all fits the participant stands at the end of
            them, so that it stays where it is, and is not sent again, from event to event.
        is_full: Whether there is the whole screen: then nothing is folded.
        wide: Whether ids stand beside names.
        keys: Keys in force by command id.
    """
    lines = [
        *contradiction_lines(event.contradiction, width),
        *_concerned(event, width, name_of, wide=wide),
        *tokens,
        *told,
    ]
    by_name = explain_event(event.name)
    if event.is_error:
        code = explain_code(event.error_code) if event.error_code else explain_missing_code()
        lines += explanation_lines(code, width, here, keys=keys)
        if is_full:
            lines += [
                (),
                *title(_name(event), width),
                *explanation_lines(by_name, width, keys=keys),
            ]
        else:
            in_short = (
                Span(by_name.meaning),
                _FOLDED,
                Span(with_keys("{detail.tokens} shows all of it", keys), Role.MUTED),
            )
            lines += field("The event", in_short, width)
    else:
        lines += explanation_lines(by_name, width, here, keys=keys)
    below = list(about)
    if raw_key := first_key(keys["detail.raw"]):
        key = (Span(raw_key, Role.ACCENT), Span(" shows them as they were read", Role.MUTED))
        below += field("Raw fields", key, width)
    if about:
        lines += [()] * max(1, height - len(lines) - len(below))
    return [*lines, *below]


@frozen
class Title:
    """What a detail is about: the name of it, whose it is and when, and which of how many."""

    what: Line
    who: Line = ()
    time: str = ""
    """Date, time of day and zone; empty for none."""
    clock: str = ""
    """The same without the date."""
    ordinal: str = ""
    """Such as "error 3 of 5"; empty for none."""

    def lines(self, width: int) -> list[Line]:
        """Draw it above the lines that it is about, which a long name or code leaves room."""
        if not self.what:
            return []
        ordinal = (Span(self.ordinal, Role.MUTED),) if self.ordinal else ()
        left = width - line_width(self.what) - line_width(ordinal)
        first = wrap(cut(self.what, _MOST_TITLE_LINES * width), width)
        if ordinal and left > 0:
            first = [(*self.what, Span(" " * left), *ordinal)]
        second = (*self.who, *((Span(f" · {self.time}"),) if self.time else ()))
        return [*first, *(wrap(second, width) if second else ()), ()]

    def rule(self, width: int) -> Line:
        """Draw it in a rule between a list and the detail below it.

        Where not all has room, the zone goes first, which the header has too, then the word before
        the number, then the end of the name.
        """
        if not self.what:
            return (Span(_RULE * width, Role.MUTED),)
        who = "".join(span.text for span in self.who)
        bare = self.clock.partition(" ")[0] if self.clock[:1].isdigit() else self.clock
        number = self.ordinal.partition(" ")[2]
        sides = (self.clock, self.ordinal), (bare, self.ordinal), (bare, number)
        for clock_, ordinal in sides:
            end = f" {ordinal} {_RULE}" if ordinal else ""
            fixed = line_width(self.what) + len(f"{_RULE}  {_RULE}{end}")
            room = width - fixed - sum(len(f" · {text}") for text in (clock_,) if text)
            if text_width(who) + len(" · ") <= room:
                break
        named = shorten(who, room - len(" · "))
        # One role for all of it: each change of roles costs bytes at every move of the cursor.
        beside = "".join(f" · {text}" for text in (named, clock_) if text)
        inside = cut((*self.what, Span(beside)), width - len(end) - len(f"{_RULE}  {_RULE}"))
        fill = _RULE * (width - line_width(inside) - len(end) - len(f"{_RULE}  "))
        return Span(f"{_RULE} ", Role.MUTED), *inside, Span(f" {fill}{end}", Role.MUTED)


_RULE = "─"

_MOST_TITLE_LINES = 2
"""Lines of a name and code from outside above the detail; the raw fields have all of them."""


def event_title(event: Event, who: str, zone: tzinfo, ordinal: str) -> Title:
    """The title of the detail of an event.

    Args:
        event: The event.
        who: User id or participant id of whose event it is, from outside.
        zone: Zone of the time.
        ordinal: Which of how many of its kind it is; empty for none.
    """
    role = Role.ERROR if event.is_error else Role.STRONG
    spans = [Span(_name(event), role)]
    if event.error_code:
        spans += [Span(" "), value_span(event.error_code, Role.ERROR)]
    elif event.is_error:
        spans += [Span(" "), Span("no error code", Role.ERROR)]
    whose = Span(clip(who, _NAME_CELLS), Role.STRONG)
    time = full(event.time, zone)
    short = time.partition(" ")[2] if isinstance(event.time, datetime) else time
    return Title(tuple(spans), (whose,), time, short, ordinal)


_NAME_CELLS = 24
"""Most cells of a name in a title: the time beside it matters more than the end of a long name."""


def _name(event: Event) -> str:
    return "(no name)" if event.name is None else value_span(event.name).text


def _concerned(event: Event, width: int, name_of: NameOf, *, wide: bool) -> Iterator[Line]:
    """Draw the other participant, and places; on a subscribe event a replica is the publisher."""
    own = (Span(" (this participant is a replica)", Role.WARNING),) if event.replica else ()
    remote = event.remote_participant_id
    if remote is not None or event.is_subscribe:
        label = "Publisher" if event.is_subscribe else "Remote"
        name = None if remote is None else name_of(remote)
        who: Line = (value_span(remote, Role.ACCENT),)
        if name:
            with_id = (Span(" "), value_span(remote, Role.MUTED)) if wide else ()
            who = (value_span(name, Role.ACCENT), *with_id)
        if event.is_subscribe and event.replica:
            who, own = (*who, Span(" (a replica)", Role.WARNING)), ()
        yield from field(label, (*who, *own), width)
    elif own:
        yield from field("Who", (value_span(event.participant_id, Role.ACCENT), *own), width)
    is_replication = event.name is not None and event.name.startswith("REPLICATION_")
    if event.destination_stage_arn is not None or is_replication:
        yield from text_field("To stage", event.destination_stage_arn, width, Role.ACCENT)
    if event.destination_session_id is not None or is_replication:
        yield from text_field("To session", event.destination_session_id, width, Role.ACCENT)


_REASONS = {
    Why.END_MISSING: "the events have no end that matches it",
    Why.START_MISSING: "the events have no start that matches it",
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
        return Span("still open", Role.GOOD), Span(f" (no {span.other_name} so far)", Role.MUTED)
    if span.duration is not None and span.other_time is not None:
        likely = () if span.why is None else (Span(f", likely: {reason(span.why)}", Role.MUTED),)
        return (
            Span(f"lasted {duration(span.duration.total_seconds())}", Role.STRONG),
            Span(", until " if span.is_start else ", since "),
            Span(f"{span.other_name} {_when(span.time, span.other_time, zone)}", Role.ACCENT),
            *likely,
        )
    if span.left_time is not None:
        left = f"ended by LEFT {_when(span.time, span.left_time, zone)} at the latest"
        return Span(left, Role.WARNING), Span(f" (no {span.other_name})", Role.MUTED)
    role = Role.MUTED if span.why is Why.NOT_READ else Role.WARNING
    return Span(reason(span.why or Why.END_MISSING), role), name


def _when(beside: Time | None, time: datetime, zone: tzinfo) -> str:
    """Write a time of day, with the date unless the event beside it is of the same day."""
    own, other = (clock(one, zone, with_date=True) for one in (beside, time))
    return clock(time, zone, with_date=own[:_DATE] != other[:_DATE])
