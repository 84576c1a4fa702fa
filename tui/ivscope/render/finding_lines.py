"""Lines of findings: number, certainty, sentence, the events it rests on and what would help."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from typing import Any, NamedTuple

from ivscope.analysis.intervals import Why
from ivscope.domain.stages import ParticipantReplica
from ivscope.domain.times import Time
from ivscope.findings.finding import (
    MOST_REFS,
    Ask,
    Certainty,
    Claim,
    EventRef,
    FactKind,
    Finding,
    PartlyRead,
    PlainClaim,
    RuleFailed,
    StaysUnknown,
)
from ivscope.knowledge.explanation import ErrorSide
from ivscope.render.cells import clip, line_width, wrap
from ivscope.render.cells import width as text_width
from ivscope.render.event_lines import reason
from ivscope.render.fields import LONGEST_VALUE
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import safe
from ivscope.render.sentences.words import LACKING, OPEN, Outside, Part, Text, partly_read
from ivscope.render.timestamps import clock

CERTAINTIES = {
    Certainty.SHOWN: ("shown", Role.GOOD),
    Certainty.LIKELY: ("likely", Role.WARNING),
    Certainty.UNKNOWN: ("not known", Role.MUTED),
}
"""The word and the role of each certainty."""

_HANGING = 4
"""Cells of "[1] "."""

_MOST_NAMED = 3
"""At most so many events that a finding rests on are named; the key goes to all of them."""

_DATE = 10
"""Characters of "2026-11-23"."""

_Tell = Callable[[Time | None], str]


@dataclass(frozen=True, slots=True)
class EvidenceKeys:
    """Keys of the commands about evidence, as shown; empty for a command without a key."""

    next: str
    """Goes to the events that findings rest on."""
    fetch: str
    """Reads a missing fact."""
    scan: str
    """Scans the session."""


@dataclass(frozen=True, slots=True)
class Cited:
    """An event that a finding rests on. Its texts are not yet safe."""

    name: str | None
    time: Time | None
    who: str | None
    """User id or participant id; None when it is that of the event under the cursor."""


def _rule_failed(claim: RuleFailed) -> Text:
    failed = f"what the rule {claim.function} finds: it failed, a bug in ivscope"
    return (f"{failed} ({claim.error}).",)


class _Sentences(NamedTuple):
    plain: dict[PlainClaim, str]
    by_kind: dict[type[Claim], Callable[[Any], Text]]


@cache
def _sentences() -> _Sentences:
    """All sentences. With them the rules load, which no first row needs."""
    from ivscope.render.sentences import (  # noqa: PLC0415 - after the first rows
        clients,
        people,
        publishing,
        tokens,
    )

    sentences = _Sentences({**OPEN}, {PartlyRead: partly_read, RuleFailed: _rule_failed})
    for topic in (publishing, people, tokens, clients):
        sentences.plain.update(topic.PLAIN)
        sentences.by_kind.update(topic.SENTENCES)
    return sentences


def sentence(claim: StaysUnknown) -> Text:
    """The words of a claim, or of what stays unknown. Texts from outside are not yet safe."""
    if isinstance(claim, Why):
        return (claim,)
    if isinstance(claim, PlainClaim):
        return (_sentences().plain[claim],)
    return _sentences().by_kind[type(claim)](claim)


@dataclass(frozen=True, slots=True)
class Happened:
    """A finding about a whole session, with what is told beside its sentence."""

    finding: Finding
    side: ErrorSide | None
    """Where the one error code of its events points; None where they have none or several."""
    cited: tuple[Cited, ...]
    """The events that it rests on, as far as they are read."""
    fetched: Ask | None
    """What the key would read to tell more, None for nothing."""


_CAPITALS = {"shown": "SEEN", "likely": "LIKELY", "not known": "UNKNOWN"}

_NUMBER_CELLS = 3
_WORD_CELLS = 8
_SIDE_CELLS = 8
_HEAD_CELLS = _NUMBER_CELLS + _WORD_CELLS + _SIDE_CELLS
"""Cells left of the sentences: number, certainty, side."""

_WITH_TIME = 100
"""From so many cells on the times stand at the right end of the first line."""


def happened_lines(
    number: int, told: Happened, width: int, zone: tzinfo, keys: EvidenceKeys
) -> list[Line]:
    """Draw what happened in a session: how sure that is, the sentence, who, what would tell.

    Args:
        number: Of the finding, 1 for the first one.
        told: The finding.
        width: Cells of every line.
        zone: Zone of the times.
        keys: Keys in force.
    """
    finding, fetched = told.finding, told.fetched

    def tell(time: Time | None) -> str:
        return clock(time, zone)

    word, role = CERTAINTIES[finding.certainty]
    head = (
        Span(f"{number:<{_NUMBER_CELLS}}", Role.ACCENT),
        Span(_CAPITALS.get(word, word).ljust(_WORD_CELLS), role),
        Span((told.side or "").ljust(_SIDE_CELLS), Role.MUTED),
    )
    times = _span_of(told.cited, tell)
    room = width - (len(times) + 2 if width >= _WITH_TIME and times else 0)
    first, *lines = wrap((*head, *_spans(sentence(finding.claim), tell)), room, _HEAD_CELLS)
    if room < width:
        fill = " " * (width - line_width(first) - len(times))
        first = (*first, Span(fill), Span(times, Role.MUTED))
    lines = [first, *lines]
    indent = Span(" " * _HEAD_CELLS)
    people = list(dict.fromkeys(one.who for one in told.cited if one.who is not None))
    if len(people) > 1:
        names = _named_people(people, width - _HEAD_CELLS, is_all=len(told.cited) < MOST_REFS)
        lines.append((indent, Span(names, Role.MUTED)))
    if finding.unknown is not None and finding.certainty is not Certainty.SHOWN:
        open_ = (Span("Not sure: ", Role.MUTED), *_spans(sentence(finding.unknown), tell))
        lines += wrap((indent, *open_), width, _HEAD_CELLS)
    if fetched is not None and keys.fetch:
        calls = f"{fetched.calls:,} call{'' if fetched.calls == 1 else 's'}"
        ask = f" reads {LACKING[fetched.what]}: {calls}"
        lines += wrap((indent, Span(keys.fetch, Role.ACCENT), Span(ask)), width, _HEAD_CELLS)
    return lines


def _span_of(cited: Sequence[Cited], tell: _Tell) -> str:
    """Say from when to when some events were; empty when none of them has a readable time."""
    times = sorted(one.time for one in cited if isinstance(one.time, datetime))
    if not times:
        return ""
    first, last = tell(times[0]), tell(times[-1])
    is_all = len(cited) < MOST_REFS
    return first if first == last else f"{first} to {last}" if is_all else f"from {first}"


def _named_people(people: Sequence[str], cells: int, *, is_all: bool) -> str:
    """Name as many as fit, and say how many more there are."""
    names = [safe(one[:LONGEST_VALUE]) for one in people]
    for shown in range(len(names), 0, -1):
        left = len(names) - shown
        more = f" and {left} more" if left else "" if is_all else " and others"
        text = ", ".join(names[:shown]) + more
        if text_width(text) <= cells:
            return text
    return clip(names[0], cells)


def finding_lines(
    findings: Sequence[Finding],
    width: int,
    zone: tzinfo,
    *,
    around: Time | None,
    cite: Callable[[EventRef], Cited | None],
    fetched: Ask | None,
    keys: EvidenceKeys,
    first: int = 1,
) -> list[Line]:
    """Draw findings with their numbers.

    Args:
        findings: The findings.
        width: Cells of every line.
        zone: Zone of the times.
        around: Time of the event under the cursor: times of other days have their date.
        cite: Describes an event; None for the one under the cursor and for one not read.
        fetched: What the key would read, None for nothing.
        keys: Keys in force.
        first: Number of the first one.
    """
    lines: list[Line] = []

    def tell(time: Time | None) -> str:
        own, other = (clock(one, zone, with_date=True) for one in (around, time))
        is_near = not isinstance(around, datetime) or own[:_DATE] == other[:_DATE]
        return clock(time, zone) if is_near else other

    for number, finding in enumerate(findings, first):
        word, role = CERTAINTIES[finding.certainty]
        head = (Span(f"[{number}] ", Role.ACCENT), Span(f"{word}: ", role))
        lines += wrap((*head, *_spans(sentence(finding.claim), tell)), width, _HANGING)
        cited = [one for ref in finding.rests_on if (one := cite(ref)) is not None]
        if cited:
            label = f"rests on ({keys.next}): " if keys.next else "rests on: "
            lines += _part(label, _cited(cited, tell), width)
        if finding.unknown is not None:
            lines += _part("not known: ", _spans(sentence(finding.unknown), tell), width)
        for ask in finding.would_tell:
            lines += _part("would tell: ", _ask(ask, ask == fetched, keys), width)
    return lines


def replica_lines(replicas: Sequence[ParticipantReplica], width: int) -> list[Line]:
    """Draw the copies of a participant in other stages, as the service lists them now."""
    lines: list[Line] = []
    for one in replicas:
        state = "no state" if one.replication_state is None else safe(one.replication_state)
        where = safe(one.destination_stage_arn or "a stage not given")
        lines += _part(
            "replica now: ", (Span(f"{state} ", Role.STRONG), Span(f"in {where}")), width
        )
    return lines or _part("replica now: ", (Span("none", Role.STRONG),), width)


def _spans(text: Text, tell: _Tell) -> Line:
    return tuple(_span(part, tell) for part in text)


def _span(part: Part, tell: _Tell) -> Span:
    if isinstance(part, Outside):
        return Span(safe(part.text[:LONGEST_VALUE]), Role.STRONG)
    if isinstance(part, Why):
        return Span(reason(part))
    return Span(part if isinstance(part, str) else tell(part.time))


def _part(label: str, value: Line, width: int) -> list[Line]:
    indent = Span(" " * _HANGING)
    return wrap((indent, Span(label, Role.MUTED), *value), width, _HANGING)


def _cited(cited: Sequence[Cited], tell: _Tell) -> Line:
    spans: list[Span] = []
    counts = Counter(cited)
    named = list(counts)[:_MOST_NAMED]
    for at, one in enumerate(named):
        times = f"{counts[one]} x " if counts[one] > 1 else ""
        name = "(no name)" if one.name is None else safe(one.name)
        spans += [Span(", ")] if at else []
        spans.append(Span(f"{times}{name} {tell(one.time)}", Role.ACCENT))
        # "A, B of X": the participant of several events is named once, after the last.
        is_last = at + 1 == len(named) or named[at + 1].who != one.who
        if one.who is not None and is_last:
            spans.append(Span(f" of {safe(one.who[:LONGEST_VALUE])}"))
    left = len(cited) - sum(counts[one] for one in named)
    if left:
        spans.append(Span(f", and {left} more", Role.MUTED))
    return tuple(spans)


def _ask(ask: Ask, is_fetched: bool, keys: EvidenceKeys) -> Line:
    calls = f"{ask.calls:,} call{'' if ask.calls == 1 else 's'}"
    what = Span(f"{LACKING[ask.what]}. ")
    if ask.fact.kind is FactKind.SESSION_EVENTS and keys.scan:
        return (
            what,
            Span(f"{keys.scan} reads everybody", Role.ACCENT),
            Span(f": {calls} or more"),
        )
    if is_fetched and keys.fetch:
        return what, Span(f"{keys.fetch} reads it", Role.ACCENT), Span(f": {calls}")
    return what, Span(calls, Role.MUTED)
