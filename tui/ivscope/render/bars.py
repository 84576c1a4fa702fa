"""Header, status line, footer and the tail of a list, and the words for how much was read.

The one vocabulary of completeness, on screen and in files: "150 read, more available" while pages
are left; ALL READ with the time at which the pass began that came to the end; READ IN PARTS where
passes could not be put together with proof; PARTLY READ where participants are left or were denied;
600 TO LOOK AT while so many of what is read are not filtered or sorted into the rows.
Nobody knows that everything was read of what still grows, so ALL READ has its time, unless the rows
are recorded ones, whose time stands beside it.

Long because what one view says of how much was read, and why not more, all views must say alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from math import ceil
from typing import TYPE_CHECKING

from ivscope.domain.durations import duration
from ivscope.domain.failures import FailureKind, ProviderFailure, is_not_recorded
from ivscope.domain.frozen import frozen
from ivscope.render.cells import beside, clip, line_width, shorten, wrap
from ivscope.render.cells import width as text_width
from ivscope.render.fields import field, text_field
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import safe
from ivscope.render.timestamps import clock
from ivscope.settings.commands import DEFAULT_KEYS, with_keys

if TYPE_CHECKING:
    from ivscope.analysis.session_summary import Coverage

MORE_AVAILABLE = "more available"
PARTICIPANTS_LEFT = "participants left"
"""Said of everybody's events: rows of those who are not read yet can stand anywhere."""

READ_IN_PARTS = "READ IN PARTS"
ALL_READ = "ALL READ"
PARTLY_READ = "PARTLY READ"


def all_read(at: datetime | None, zone: tzinfo) -> str:
    """Say that all was read that the service had at a time: "ALL READ 20:31:07".

    Args:
        at: When the pass began; None for recorded rows.
        zone: Zone in which it is shown.
    """
    return ALL_READ if at is None else f"{ALL_READ} {clock(at, zone)}"


def share_read(read: int, known: int, *, all_listed: bool) -> str:
    """Say how many participants are read: "PARTLY READ 15 of 40"."""
    return f"{PARTLY_READ} {_of(read, known, all_listed=all_listed)}"


def coverage_text(coverage: "Coverage") -> str:
    """Say what part of a session was counted: "412 of 3,000 participants read, more to list"."""
    if coverage.known == 1 and coverage.all_listed:
        return "all events read" if coverage.read else "not all events read"
    if not coverage.known and not coverage.all_listed:
        return "participants not listed"
    return f"{coverage.read:,} of {coverage.known:,} participants read{coverage.left_to_list}"


def being_read(read: int, known: int, eta: float | None, *, all_listed: bool) -> str:
    """Say how far reading is and how long it takes: "READING 15 of 40 · 12 s"."""
    left = "" if eta is None else f" · {duration(eta)}"
    return f"READING {_of(read, known, all_listed=all_listed)}{left}"


def rows_read(
    count: int,
    noun: str,
    *,
    has_more: bool,
    is_all: bool,
    in_parts: bool,
    left: str = MORE_AVAILABLE,
) -> str:
    """Say how many rows were read and whether they are all.

    Args:
        count: Rows read that count.
        noun: Plural, such as "events"; empty where a title says it.
        has_more: Whether the service said that more can be read.
        is_all: Whether they are all that there was.
        in_parts: Whether all pages were read, in passes that could not be put together.
        left: What is left when more can be read.
    """
    what = in_number(count, noun)
    if is_all:
        return f"{what}, all read"
    if in_parts:
        return f"{what}, read in parts"
    return f"{what} read, {left}" if has_more and count else f"{what} read"


def what_is_left(failure: ProviderFailure | None) -> str:
    """Say what is left of a list that is not all read. A file need not say whether anything is."""
    if failure is None or not is_not_recorded(failure):
        return MORE_AVAILABLE
    return f"the rest is {failure.summary}" if failure.is_rest_known else "perhaps not all"


def in_number(count: int, noun: str) -> str:
    """Say a number of rows: "1 stage", "2 stages"; the number alone without a noun."""
    return f"{count:,} {noun.removesuffix('s') if count == 1 else noun}".rstrip()


def _of(read: int, known: int, *, all_listed: bool) -> str:
    return f"{read:,} of {known:,}" if all_listed else f"{read:,} of {known:,} listed so far"


def footer_line(hints: tuple[tuple[str, str], ...], width: int) -> Line:
    """Draw keys and what they do, the most useful first, as many as fit beside the last one.

    Args:
        hints: Key as printed, and two or three words. The last one is always shown.
        width: Cells.
    """
    if not hints:
        return ()
    *others, last = [
        (Span(key, Role.ACCENT), Span(f" {label}", Role.MUTED)) for key, label in hints
    ]
    room, gap = width - line_width(last), Span("  ")
    spans: list[Span] = []
    for hint in others:
        room -= line_width((*hint, gap))
        if room < 0:
            break
        spans += (*hint, gap)
    return (*spans, *last)


_LINES_OF_SUMMARY = 6
"""Lines of a failure's text: a proxy may answer with a page of HTML, whose start is enough."""

_PRESS_AGAIN = "{read.again}"


def failure_lines(
    failure: ProviderFailure, width: int, keys: Mapping[str, str] = DEFAULT_KEYS
) -> list[Line]:
    """Say what happened, what to do, and what AWS Support will ask for.

    Args:
        failure: The failure.
        width: Cells of every line.
        keys: Keys in force by command id.
    """
    remedy = safe(with_keys(failure.step(_PRESS_AGAIN), keys))
    summary = clip(failure.summary, width * _LINES_OF_SUMMARY)
    if is_not_recorded(failure):  # nothing failed
        title = "Not here" if failure.is_rest_known else "Unknown"
        told = (Span(summary, Role.WARNING),)
        return [*field(title, told, width), *field("", (Span(remedy),), width)]
    cause = (Span(f"{failure.kind}  ", Role.ERROR), Span(summary, Role.STRONG))
    lines = field("Failed", cause, width) + field("Do", (Span(remedy),), width)
    return [*lines, *_failure_facts(failure, width)]


def _failure_facts(failure: ProviderFailure, width: int) -> list[Line]:
    """Say what else is known of a failure whose cause and step are told."""
    lines: list[Line] = []
    if failure.retry_after is not None:
        wait = f"the service asks to wait {duration(failure.retry_after)}"
        lines += field("Wait", (Span(wait, Role.WARNING),), width)
    if failure.needs_new_start:
        told = "no use; a new start may help, or another :profile or :region"
        lines += field("Retry", (Span(told, Role.MUTED),), width)
    elif not failure.retryable:
        lines += field("Retry", (Span("only after this is fixed", Role.MUTED),), width)
    if failure.code is not None:
        lines += text_field("Code", failure.code, width)
    if failure.request_id is not None:
        lines += text_field("Request id", failure.request_id, width)
    return lines


@frozen
class Trouble:
    """What went wrong, told above the lowest lines of every view for as long as it lasts."""

    word: str
    """What kind of trouble, in capitals."""
    cause: str
    """May contain text from outside."""
    step: str
    """What to do now, with command ids in braces for keys. May contain text from outside."""
    is_aside: bool = False
    """Whether what is on screen is read all the same, so that it gets fewer lines."""
    can_retry: bool = False
    """Whether to read again can help, now or once the step is done."""


def failure_trouble(
    failure: ProviderFailure, whose: str = "", *, is_aside: bool = False
) -> Trouble:
    """Make the trouble that a failure is; `whose` says whom it concerns, such as "3 of 40"."""
    cause = f"{whose}: {failure.summary}" if whose else failure.summary
    can_retry = not (failure.needs_new_start or is_not_recorded(failure))
    return Trouble(failure.kind, cause, failure.step(_PRESS_AGAIN), is_aside, can_retry)


_LINES_OF_TROUBLE = 2
"""Lines each of the cause and of the step: the rows that were read must stay in view."""


def trouble_lines(
    troubles: Sequence[Trouble], width: int, keys: Mapping[str, str]
) -> tuple[Line, ...]:
    """Say of each trouble what happened and what to do, in four lines at most.

    Args:
        troubles: What went wrong.
        width: Cells of every line.
        keys: Keys in force by command id.
    """
    lines: list[Line] = []
    for trouble in troubles:
        cause = (Span(f"{trouble.word}  ", Role.ERROR), Span(trouble.cause, Role.STRONG))
        step = (Span("Do  ", Role.MUTED), Span(with_keys(trouble.step, keys)))
        for word, text in (cause, step):
            room = width - text_width(word.text)
            if not trouble.is_aside:
                room += (_LINES_OF_TROUBLE - 1) * (width - _CELLS_LEFT_BY_WRAPPING)
            kept = Span(clip(text.text, max(1, room)), text.role)
            lines += wrap((word, kept), width)[:_LINES_OF_TROUBLE]
    return tuple(lines)


_CELLS_LEFT_BY_WRAPPING = 12
"""A word that goes to the next line leaves so many cells empty at most in nearly all texts."""

_SEPARATOR = Span(" · ", Role.MUTED)

_INWARDS = Span(" \u203a ", Role.MUTED)

_SURE_FACTS = 2
"""How much was read, and what somebody asked for or what failed: these are cut, never dropped."""

_SHORTEST_CRUMB = 6
"""Cells that each part of the header keeps; fewer would say nothing."""

_LEAST_NAME = 14
"""Cells that a name keeps in the header: enough to know it by."""


@frozen
class ListStatus:
    """The state of a list that is read page by page."""

    noun: str
    """Plural: "events", "participants"."""
    count: int
    """Items read that count."""
    has_more: bool
    """Whether the service said that more can be read."""
    left: str = MORE_AVAILABLE
    """What is left while more can be read."""
    in_parts: bool = False
    """Whether all pages were read, in passes that could not be put together with proof."""
    all_read: str = ALL_READ
    """What is said once nothing is left: with the time."""
    reading: bool = False
    waiting: bool = False
    """Whether the call is not sent yet, because of the rate limit or a throttle."""
    is_looking_for_news: bool = False
    """Whether that call looks for what is new, and no answer says yet that there is anything."""
    started: bool = True
    """Whether any page was asked for yet."""
    failure: ProviderFailure | None = None
    can_restart: bool = False
    """Whether one can go on only by reading from the start."""
    can_retry: bool = True
    """Whether the failed call can be made again."""
    uncounted: int = 0
    """Items read that contradict the request. They are listed, and count as no fact."""
    shown: int | None = None
    """Rows left after narrowing by a text; None when it is not narrowed."""
    to_look_at: int = 0
    """Items read that may still come into the list: they are to be filtered or sorted."""
    extra: tuple[str, ...] = ()
    """Further facts, such as "3 errors" and "newest first"."""
    told: tuple[str, ...] = ()
    """What the marks of EventBridge mean, the longest words first: more than errors and order."""
    empty_note: tuple[str, ...] = ()
    """What an empty list means, and what it does not mean."""
    more_note: str = "... more available, read when you get here"
    """The line below the last row while more is available."""


THROTTLED = "THROTTLED"
FEWER_CALLS = "AWS asks for fewer calls"
GOES_ON_BY_ITSELF = "goes on by itself"


def throttled_word(seconds: float) -> str:
    """Say that calls wait because AWS refused some, and for how long: "THROTTLED 4 s"."""
    return f"{THROTTLED} {ceil(seconds)} s"


SLOW_SECONDS = 2.0
"""A call that takes longer is told with what it waits for; nearly all are over by then."""


@frozen
class Budget:
    """How much of the call rate is used, for the status line."""

    used: int
    """Calls of the busiest operation in the last second."""
    allowed: int
    """Calls a second that are allowed; 0 when no service is called."""
    throttled_seconds: float = 0.0
    """Seconds until a throttled operation goes on; 0 when none is."""
    waited_seconds: float = 0.0
    """How long the longest call has been under way; 0 when none is."""
    waits_for: str = ""
    """What it waits for."""
    refusals: int = 0
    """Calls that AWS has refused since the start."""
    slowed_to: float | None = None
    """About the calls a second that refusals leave; None before the first."""


@frozen
class Crumb:
    """One part of the header: in full, and in a shorter form for when room is short."""

    text: str
    short: str | None = None
    """None when there is no shorter form; empty for a part that can be left out."""
    rank: int = 0
    """Which parts give way first: those of a higher rank."""
    is_free: bool = False
    """Whether a person chose the text, of any length: it is cut before anything else is."""


def both_ends(left: Line, right: Span, width: int) -> Line:
    """Put one text at the left end and one at the right, with a blank or more between.

    Args:
        left: The text at the left end.
        right: Ends in the last cell if there is room.
        width: Cells.
    """
    fill = " " * max(1, width - line_width(left) - text_width(right.text))
    return (*left, Span(fill), right)


def header_line(crumbs: tuple[Crumb, ...], right: tuple[Crumb, ...], width: int) -> Line:
    """Draw the place on screen, and at the right end where it is read from and in which zone.

    When room is short, parts take their short form, the highest rank first. Then what somebody
    chose is cut, however long it is, so that stage, session, account and Region stay readable.

    Args:
        crumbs: From the stage inwards; the last one is the place itself.
        right: Account, Region and zone, the last one at the right edge.
        width: Cells.
    """
    parts = (*crumbs, *right)
    # Texts wider than the line are cut before they are measured: they may be megabytes.
    texts = [clip(part.text, width) for part in parts]

    def over() -> int:
        shown = [text for text in texts[len(crumbs) :] if text]
        gaps = text_width(_INWARDS.text) * (len(crumbs) - 1) + len(shown)
        return sum(map(text_width, texts)) + gaps - width

    def cut(index: int, least: int) -> None:
        cells = text_width(texts[index])
        if over() > 0 and cells > least:
            texts[index] = shorten(texts[index], max(least, cells - over()))

    by_rank = sorted(range(len(parts)), key=lambda index: -parts[index].rank)
    for index in by_rank:
        short = parts[index].short
        if short is not None and over() > 0:
            texts[index] = clip(short, width)
    for index in by_rank:
        if parts[index].is_free:
            cut(index, _LEAST_NAME)
    for index in by_rank:
        cut(index, _SHORTEST_CRUMB)
    spans: list[Span] = []
    for text in texts[: len(crumbs)]:
        spans += [_INWARDS] if spans else []
        spans.append(Span(text))
    spans[-1] = Span(spans[-1].text, Role.STRONG)
    where = " ".join(text for text in texts[len(crumbs) :] if text)
    return both_ends(tuple(spans), Span(where, Role.MUTED), width)


def status_line(
    status: ListStatus,
    budget: Budget,
    running: str,
    width: int,
    keys: Mapping[str, str] = DEFAULT_KEYS,
) -> Line:
    """Draw how much was read and whether there is more, with the state at the right end.

    Args:
        status: State of the list that the keys act on.
        budget: Use of the call rate.
        running: State of background reading, such as "FOLLOWING"; empty for none.
        width: Cells.
        keys: Keys in force by command id.
    """
    if running and status.is_looking_for_news and budget.waited_seconds < SLOW_SECONDS:
        # Other words for as long as each quick call takes would be half of what following sends.
        status = replace(status, reading=False, waiting=False)
    word, role = (running, Role.ACCENT) if running else state_word(status, budget)
    word = with_keys(word, keys)
    room = width - text_width(word) - 2
    facts = (loaded_text(status), *status.extra)
    if status.failure is not None and not is_not_recorded(status.failure):
        # The tail may be far below the rows in view, so the cause is here too.
        facts = (facts[0], status.failure.summary)
    elif word.startswith(THROTTLED):
        facts = (facts[0], FEWER_CALLS, GOES_ON_BY_ITSELF)
    elif status.reading and budget.waited_seconds >= SLOW_SECONDS and not running:
        facts = (facts[0], f"waiting for {budget.waits_for}", *status.extra)
    choices: list[Sequence[str]] = [(with_keys(fact, keys),) for fact in facts]
    if status.told:
        choices.insert(_SURE_FACTS, status.told)
    spans = beside(choices, _SEPARATOR, room, sure=_SURE_FACTS, least=_SHORTEST_CRUMB)
    for meter in _meters(budget):
        if line_width((*spans, _SEPARATOR, meter)) <= room:
            spans += [_SEPARATOR, meter]
            break
    return both_ends(tuple(spans), Span(word, role), width)


def _meters(budget: Budget) -> Iterator[Span]:
    """The use of the call rate, the longest text first."""
    if not budget.allowed:
        return
    used = f"API {budget.used}/{budget.allowed}"
    if budget.slowed_to is not None:
        slow = _pace(budget.slowed_to)
        told = f"calls refused by AWS: {budget.refusals}, of others perhaps too, {slow}"
        yield Span(told, Role.WARNING)
        yield Span(f"{used}, {budget.refusals} refused", Role.WARNING)
    yield Span(used, Role.MUTED)


def _pace(calls_per_second: float) -> str:
    """Return about how many calls are made now; by the minute where that is easier to imagine."""
    if calls_per_second < 0.5:  # noqa: PLR2004 - half a call a second is none to imagine
        return f"about {calls_per_second * 60:.2g} a minute now"
    return f"about {calls_per_second:.2g} a second now"


def note_line(note: str, width: int) -> Line:
    """Draw a note at the place of the status line. It may have text from outside."""
    return (Span(clip(note, width), Role.WARNING),)


def loaded_text(status: ListStatus) -> str:
    """Say how many items were read, and that they are all only when the list is complete."""
    if not status.started:
        return f"{status.noun} not read yet"
    if status.shown is not None:
        # The state at the right end says that all is read, and the date of a filter needs room.
        if status.to_look_at:
            seen = max(0, status.count - status.to_look_at)
            return f"{status.shown:,} shown of {seen:,} looked at, {_rows_read(status)}"
        is_all = not (status.has_more or status.failure or status.reading or status.waiting)
        rows = f"{status.count:,}" if is_all else _rows_read(status)
        return f"{status.shown:,} shown of {rows}"
    return _rows_read(status)


def _rows_read(status: ListStatus) -> str:
    is_resting = not (status.failure or status.reading or status.waiting or status.to_look_at)
    left = what_is_left(status.failure) if is_not_recorded(status.failure) else status.left
    return rows_read(
        status.count,
        status.noun,
        has_more=status.has_more,
        is_all=is_resting and not status.has_more,
        in_parts=is_resting and status.in_parts,
        left=left,
    )


def state_word(status: ListStatus, budget: Budget) -> tuple[str, Role]:
    """Return the state as a word in capitals, with ids of commands for keys, and its role."""
    if status.failure is not None:
        if status.failure.kind is FailureKind.EXPIRED:
            return " · ".join(("EXPIRED", *_failure_keys(status))), Role.ERROR
        if is_not_recorded(status.failure):
            return "NOT RECORDED" if status.failure.is_rest_known else "", Role.WARNING
        return " · ".join(("FAILED", *_failure_keys(status))), Role.ERROR
    if status.waiting and budget.throttled_seconds > 0:
        return throttled_word(budget.throttled_seconds), Role.WARNING
    if status.reading or status.waiting:
        slow = f" {budget.waited_seconds:.0f} s" if budget.waited_seconds >= SLOW_SECONDS else ""
        return f"READING{slow}", Role.ACCENT
    if status.to_look_at:
        return f"{status.to_look_at:,} TO LOOK AT", Role.ACCENT
    if status.in_parts:
        return f"{READ_IN_PARTS} · {_ANEW}", Role.WARNING
    # What is read of a list with more pages stands at the left end.
    return ("", Role.TEXT) if status.has_more else (status.all_read, Role.GOOD)


def _failure_keys(status: ListStatus) -> list[str]:
    retries = ["{read.again} retries"] if status.can_retry else []
    return [*retries, _ANEW] if status.can_restart else retries


_ANEW = "{read.restart} reads anew"


def tail_lines(
    status: ListStatus,
    width: int,
    *,
    keys: Mapping[str, str] = DEFAULT_KEYS,
    is_beside: bool = False,
) -> tuple[Line, ...]:
    """Draw the lines below the last row: reading, more, failed, or why the list is empty.

    Args:
        status: State of the list.
        width: Cells.
        keys: Keys in force by command id.
        is_beside: Whether the list is beside the one whose failure stands above the lowest lines.
    """
    lines = _tail(status, width, keys, is_beside=is_beside)
    named = (tuple(Span(with_keys(s.text, keys), s.role) for s in line) for line in lines)
    return tuple(part for line in named for part in wrap(line, width))


def _tail(
    status: ListStatus, width: int, keys: Mapping[str, str], *, is_beside: bool
) -> tuple[Line, ...]:
    if status.failure is not None:
        is_told = bool(status.count) and not is_beside and not is_not_recorded(status.failure)
        return tuple(_failed(status, status.failure, width, keys, is_told=is_told))
    if status.waiting or status.reading:
        what = f"more {status.noun}" if status.count else status.noun
        verb = "waiting to read" if status.waiting else "reading"
        return ((Span(f"... {verb} {what}", Role.ACCENT),),)
    if status.to_look_at:
        what = in_number(status.to_look_at, status.noun)
        return ((Span(f"... {what} to filter or sort in", Role.ACCENT),),)
    if status.shown == 0 and status.count:
        note = f"None of the {in_number(status.count, status.noun)} read match."
        if status.count == 1:
            note = f"The one {status.noun.removesuffix('s')} read does not match."
        more = "More are available: {move.last} reads on." if status.has_more else "All are read."
        return ((Span(note, Role.WARNING),), (Span(more, Role.MUTED),))
    if not status.started:
        return ((Span(f"{status.noun} not read yet", Role.MUTED),),)
    if status.has_more:
        return ((Span(status.more_note, Role.MUTED),),)
    if not status.count and status.uncounted:
        said = f"No row matches the request: {status.uncounted:,} contradict it."
        return ((Span(said, Role.WARNING),),)
    if not status.count:
        return tuple((Span(line, Role.MUTED),) for line in status.empty_note)
    all_of = "the only " if status.count == 1 else "all "
    return ((Span(f"{all_of}{in_number(status.count, status.noun)} read", Role.MUTED),),)


def _failed(
    status: ListStatus,
    failure: ProviderFailure,
    width: int,
    keys: Mapping[str, str],
    *,
    is_told: bool,
) -> Iterator[Line]:
    """Say why reading stopped, that rows are kept, and which keys go on.

    Cause and step are told once on a screen: with rows, they stand above the lowest lines.
    """
    if not is_told:
        yield from failure_lines(failure, width, keys)
    if status.count:
        kept = "is kept" if status.count == 1 else "are kept"
        text = f"{in_number(status.count, status.noun)} read before it {kept}."
        failed = (Span("Failed here: ", Role.ERROR),) if is_told else ()
        yield (*failed, Span(text, Role.MUTED))
    if is_told:
        yield from _failure_facts(failure, width)
    if status.can_retry:
        press = "Press" if failure.retryable else "Fix this, then press"
        again = f"{press} {{read.again}}: reading goes on from where it stopped."
        yield (Span(again, Role.ACCENT),)
    if status.can_restart:
        again = "{read.restart} reads from the start; the rows stay until the first page has come."
        yield (Span(again, Role.ACCENT),)
