"""Lines of findings: certainty, sentence, the events it rests on and what would help."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from ivscope.analysis.intervals import Why
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import ParticipantReplica
from ivscope.domain.times import Time, to_microseconds
from ivscope.findings.finding import (
    Ask,
    Certainty,
    Cited,
    Claim,
    EventRef,
    FactKind,
    Finding,
    PartlyRead,
    PlainClaim,
    RuleFailed,
    StaysUnknown,
)
from ivscope.render.event_lines import reason
from ivscope.render.fields import LONGEST_VALUE, field
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import safe
from ivscope.render.sentences.words import (
    LACKING,
    OPEN,
    Moment,
    Outside,
    Part,
    PublisherWords,
    Text,
    Who,
    counted,
    partly_read,
)
from ivscope.render.timestamps import clock

CERTAINTIES = {
    Certainty.SHOWN: ("SEEN", Role.GOOD),
    Certainty.LIKELY: ("LIKELY", Role.WARNING),
    Certainty.UNKNOWN: ("UNKNOWN", Role.MUTED),
}
"""The word and the role of each certainty."""

_MOST_NAMED = 3
"""At most so many people are named where events are counted; the key goes to all of them."""

_MOST_LISTED = 6
"""At most so many people are listed one below the other, so that what follows stays in sight."""

_DATE = 10
"""Characters of "2026-11-23"."""


@frozen
class EvidenceKeys:
    """Keys of the commands about evidence, as shown; empty for a command without a key."""

    next: str
    """Goes to the events that findings rest on."""
    fetch: str
    """Reads a missing fact."""
    scan: str
    """Scans the session."""


def _rule_failed(claim: RuleFailed) -> Text:
    failed = f"what the rule {claim.function} finds: it failed, a bug in ivscope"
    return (f"{failed} ({claim.error}).",)


class _Sentences(NamedTuple):
    plain: dict[PlainClaim, str | Text]
    by_kind: dict[type[Claim], Callable[[Any], Text]]
    next_steps: dict[type[Claim], Callable[[Any], Text]]
    people: dict[type[Claim], str]
    """The label of a list of people; they are those in `lists`, else those of its events."""
    lists: dict[type[Claim], Callable[[Any], Sequence[Text]]]


@cache
def _sentences() -> _Sentences:
    """All sentences. With them the rules load, which no first row needs."""
    from ivscope.render.sentences import (  # noqa: PLC0415 - after the first rows
        clients,
        people,
        publishing,
        tokens,
    )

    shared: dict[type[Claim], Callable[[Any], Text]] = {
        PartlyRead: partly_read,
        RuleFailed: _rule_failed,
    }
    sentences = _Sentences({**OPEN}, shared, {}, {}, {})
    for topic in (publishing, people, tokens, clients):
        sentences.plain.update(topic.PLAIN)
        sentences.by_kind.update(topic.SENTENCES)
    sentences.next_steps.update({**publishing.NEXT_STEPS, **tokens.NEXT_STEPS})
    sentences.people.update({**publishing.PEOPLE, **people.PEOPLE})
    sentences.lists.update(publishing.LISTS)
    return sentences


def sentence(claim: StaysUnknown) -> Text:
    """The words of a claim, or of what stays unknown. Texts from outside are not yet safe."""
    if isinstance(claim, Why):
        return (claim,)
    if isinstance(claim, PlainClaim):
        said = _sentences().plain[claim]
        return (said,) if isinstance(said, str) else said
    return _sentences().by_kind[type(claim)](claim)


def next_step(claim: StaysUnknown) -> Text:
    """The words for what a claim shows is to be done next; empty for none."""
    step = _sentences().next_steps.get(type(claim)) if isinstance(claim, Claim) else None
    return () if step is None else step(claim)


def without_step(claim: StaysUnknown) -> Text:
    """The words of a claim without the next step that they may end with: it has its own line."""
    said, step = sentence(claim), next_step(claim)
    if not step or said[-len(step) :] != step:
        return said
    *before, last = said[: -len(step)]
    return (*before, last.rstrip() if isinstance(last, str) else last)


@frozen
class FindingLines:
    """Draws parts of findings, all of them with the same label column."""

    width: int
    """Cells of every line."""
    zone: tzinfo
    """Zone of the times."""
    around: Time | None
    """Time of the event under the cursor: times of other days have their date."""
    cite: Callable[[EventRef], Cited | None]
    """Describes an event; None for the one under the cursor and for one not read."""
    name: Callable[[str | None], str]
    """The user id of a participant, else its id; of None, that of the event under the cursor."""
    fetched: Ask | None
    """What the key would read, None for nothing."""
    keys: EvidenceKeys
    """Keys in force."""
    most_people: int = _MOST_LISTED
    """At most so many people are listed one below the other."""
    publisher: str | None = None
    """Name of the publisher that the event under the cursor is about; None when not known."""

    def claims(self, findings: Sequence[Finding], first: Role = Role.TEXT) -> list[Line]:
        """Draw how sure each finding is and what it says.

        Under a likely one, and one that is not known, stands what is open. What is open beside
        something seen is left to `unknowns`.

        Args:
            findings: The findings.
            first: Role of the first sentence, on which the eye should land.
        """
        lines: list[Line] = []
        told: set[StaysUnknown] = set()
        for finding in findings:
            word, role = CERTAINTIES[finding.certainty]
            role_of_text = first if not lines else Role.TEXT
            said = self.spans(without_step(finding.claim), role_of_text)
            lines += field(word, said, self.width, role)
            unsure = None if finding.certainty is Certainty.SHOWN else finding.unknown
            if unsure is not None and unsure not in told:
                told.add(unsure)
                lines += field("Not sure", self.spans(sentence(unsure)), self.width)
        return lines

    def evidence(self, findings: Sequence[Finding]) -> list[Line]:
        """Draw the events that findings rest on, equal names together, and the key to them."""
        refs = dict.fromkeys(ref for finding in findings for ref in finding.rests_on)
        by_name: dict[tuple[str | None, bool], list[Cited]] = {}
        for ref in refs:
            if (one := self.cite(ref)) is not None:
                by_name.setdefault((one.name, one.who is None), []).append(one)
        spans: list[Span] = []
        for cited in by_name.values():
            spans += [Span(", ")] if spans else []
            spans += self._cited(cited)
        if not spans:
            return []
        key = (Span(" · ", Role.MUTED), Span(self.keys.next, Role.ACCENT), Span(" goes there"))
        return field("Evidence", (*spans, *(key if self.keys.next else ())), self.width)

    def _cited(self, cited: Sequence[Cited]) -> Iterator[Span]:
        """Draw events of one name: "12 PUBLISH_STARTED of mara, ana and 10 more 20:30 to 20:41"."""
        times = f"{len(cited)} " if len(cited) > 1 else ""
        name = cited[0].name
        yield Span(f"{times}{'(no name)' if name is None else safe(name)}", Role.ACCENT)
        people = Counter(events[0].who or "" for events in _by_participant(cited))
        if people:
            first = islice(people.items(), _MOST_NAMED)
            named = ", ".join(_named(who, count) for who, count in first)
            more = len(people) - _MOST_NAMED
            yield Span(f" of {named}{f' and {more} more' if more > 0 else ''}")
        told = list(dict.fromkeys(self.tell(one.time) for one in _by_time(cited)))
        yield Span(f" {told[0]}" if len(told) == 1 else f" {told[0]} to {told[-1]}")

    def asks(self, findings: Sequence[Finding]) -> list[Line]:
        """Draw what could be read to know more, its cost, and the key that reads it."""
        lines: list[Line] = []
        for ask in dict.fromkeys(ask for finding in findings for ask in finding.would_tell):
            lines += field("" if lines else "To find out", self._ask(ask), self.width)
        return lines

    def _ask(self, ask: Ask) -> Line:
        calls = counted(ask.calls, "call")
        read = Span(f"read {LACKING[ask.what]} ")
        if ask.fact.kind is FactKind.SESSION_EVENTS and self.keys.scan:
            return read, Span("("), Span(self.keys.scan, Role.ACCENT), Span(f", {calls} or more)")
        if ask == self.fetched and self.keys.fetch:
            return read, Span("("), Span(self.keys.fetch, Role.ACCENT), Span(f", {calls})")
        return read, Span(f"({calls})", Role.MUTED)

    def next_step(self, findings: Sequence[Finding]) -> Line:
        """Say what findings show is to be done next; empty when that is the general advice."""
        steps = (next_step(finding.claim) for finding in findings)
        return self.spans(next((step for step in steps if step), ()))

    def people(self, findings: Sequence[Finding]) -> list[Line]:
        """Draw who was publishing, or who else got the error, one below the other."""
        lines: list[Line] = []
        for claim, rests_on in ((one.claim, one.rests_on) for one in findings):
            if not isinstance(claim, Claim):
                continue
            label = _sentences().people.get(type(claim))
            if label is None:
                continue
            listed = _sentences().lists.get(type(claim))
            if listed is not None:
                texts = map(self.spans, listed(claim))
                people = ["".join(span.text for span in spans) for spans in texts]
            else:
                cited = [one for ref in rests_on if (one := self.cite(ref)) is not None]
                people = [self._other(events) for events in _by_participant(_by_time(cited))]
            lines += self._listed(label, people)
        return lines

    def _other(self, cited: Sequence[Cited]) -> str:
        """Draw a participant whose events these are."""
        times = list(dict.fromkeys(self.tell(one.time) for one in cited))
        told = times[0] if len(times) == 1 else f"{times[0]} to {times[-1]}"
        return f"{_named(cited[0].who or '', 1)} {told}"

    def _listed(self, label: str, people: Sequence[str]) -> list[Line]:
        """Draw people with numbers; of many the first ones."""
        shown = [f"{number:2} {text}" for number, text in enumerate(people[: self.most_people], 1)]
        if len(people) > self.most_people:
            shown.append(f"… {len(people) - self.most_people} more")
        lines: list[Line] = []
        for text in shown:
            lines += field("" if lines else label, (Span(text),), self.width)
        return lines

    def unknowns(self, findings: Sequence[Finding]) -> list[Line]:
        """Draw what stays open beside what was seen."""
        lines: list[Line] = []
        seen = [one for one in findings if one.certainty is Certainty.SHOWN]
        for claim in dict.fromkeys(one.unknown for one in seen if one.unknown is not None):
            word, role = CERTAINTIES[Certainty.UNKNOWN]
            lines += field(word, self.spans(sentence(claim)), self.width, role)
        return lines

    def tell(self, time: Time | None) -> str:
        """Write a time, with its date where that is another day than the event under the cursor."""
        own, other = (clock(one, self.zone, with_date=True) for one in (self.around, time))
        is_near = not isinstance(self.around, datetime) or own[:_DATE] == other[:_DATE]
        return clock(time, self.zone) if is_near else other

    def spans(self, text: Text, role: Role = Role.TEXT) -> Line:
        """Draw a sentence."""
        return tuple(self._span(part, role) for part in text)

    def _span(self, part: Part, role: Role) -> Span:
        match part:
            case Outside(text):
                return Span(safe(text[:LONGEST_VALUE]), Role.STRONG)
            case Who(participant_id):
                return Span(safe(self.name(participant_id)[:LONGEST_VALUE]), Role.STRONG)
            case Why():
                return Span(reason(part), role)
            case Moment(time):
                return Span(self.tell(time), role)
            case PublisherWords() if self.publisher is not None:
                return Span(safe(self.publisher[:LONGEST_VALUE]), Role.STRONG)
            case str():
                return Span(part, role)


def _by_time(cited: Sequence[Cited]) -> list[Cited]:
    """Events in order of time; as they were where one has no readable time."""
    if not all(isinstance(one.time, datetime) for one in cited):
        return list(cited)
    return sorted(cited, key=lambda one: _microseconds(one.time))


def _by_participant(cited: Sequence[Cited]) -> list[list[Cited]]:
    """Events of each participant that has a name here, in the order of their first ones."""
    found: dict[str, list[Cited]] = {}
    for one in cited:
        if one.who is not None:
            found.setdefault(one.participant_id or one.who, []).append(one)
    return list(found.values())


def _named(who: str, count: int) -> str:
    several = f" ({count} participants)" if count > 1 else ""
    return f"{safe(who[:LONGEST_VALUE])}{several}"


def _microseconds(time: Time | None) -> int:
    return to_microseconds(time) if isinstance(time, datetime) else 0


def replica_lines(replicas: Sequence[ParticipantReplica], width: int) -> list[Line]:
    """Draw the replicas of a participant in other stages, as the service lists them now."""
    lines: list[Line] = []
    for one in replicas:
        state = "no state" if one.replication_state is None else safe(one.replication_state)
        where = safe(one.destination_stage_arn or "a stage not given")
        lines += field(
            "" if lines else "Replica now",
            (Span(f"{state} ", Role.STRONG), Span(f"in {where}")),
            width,
        )
    return lines or field("Replica now", (Span("none", Role.STRONG),), width)
