"""Findings and names in words for people: as plain text for a chat, as Markdown, or as HTML."""

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from ivscope.analysis.intervals import Why
from ivscope.domain.events import Event
from ivscope.domain.frozen import frozen
from ivscope.domain.identifiers import is_stage_arn
from ivscope.domain.stages import ParticipantScope
from ivscope.domain.times import Time
from ivscope.findings.finding import MOST_REFS, Ask, Certainty, Cited, EventRef, Finding
from ivscope.render.event_lines import reason
from ivscope.render.fields import value_span
from ivscope.render.finding_lines import next_step, sentence, without_step
from ivscope.render.safe import safe_lines
from ivscope.render.sentences.words import (
    LACKING,
    Moment,
    Outside,
    Part,
    PublisherWords,
    Text,
    Who,
    counted,
)
from ivscope.render.timestamps import clock
from ivscope.workspace.event_refs import EventRefs

_BACKTICK = re.compile(r"(\\*)`")

_ORDINARY = re.compile(r"[^\W_](?:[\w -]*[^\W_])?|\d+(?:\.\d+)+")
"""Words and versions that no chat reads as a mention, a link or emphasis."""

_MARKS = re.compile(r"([\\`*\[\]<>|])")
"""What Markdown acts on in our own sentences, which have underscores inside words only."""


def code(text: str | None) -> str:
    """Write a value from outside as a Markdown code span, cut as in the panes."""
    return f"`{_without_backticks(value_span(text).text)}`"


def code_cell(text: str | None) -> str:
    """Write a value from outside as code in a cell of a Markdown table.

    Also inside a code span a bar would end the cell (GitHub's Markdown, tables).
    """
    return code(text).replace("|", "\\|")


def fence(lines: Iterable[str]) -> str:
    """Write lines of safe text as a fenced Markdown block without a language."""
    body = "\n".join(_without_backticks(safe_lines(line)) for line in lines)
    return f"```\n{body}\n```"


def _without_backticks(text: str) -> str:
    r"""Replace backticks, which would end the code, by the escape `\x60`."""
    return _BACKTICK.sub(lambda match: match[1] * 2 + "\\x60", text)


def in_chat(text: str | None) -> str:
    """Write a value from outside for a chat: as code where the chat could act on it.

    A name such as `@channel` would call everybody, and `*` or `_` around a word change it.
    """
    shown = value_span(text).text
    return shown if _ORDINARY.fullmatch(shown) or is_stage_arn(shown) else code(text)


def in_html(text: str | None) -> str:
    """Write a value from outside as HTML text."""
    return f"<b>{html.escape(value_span(text).text)}</b>"


@frozen
class Form:
    """A kind of text: how our own words and values from outside are written in it."""

    ours: Callable[[str], str]
    outside: Callable[[str | None], str]
    """Called with the text as it came."""


PLAIN = Form(lambda text: text, in_chat)
MARKDOWN = Form(lambda text: _MARKS.sub(r"\\\1", text), code)
HTML = Form(html.escape, in_html)

CERTAINTY = {
    Certainty.SHOWN: "Seen",
    Certainty.LIKELY: "Likely",
    Certainty.UNKNOWN: "Unknown",
}
"""How sure a finding is, as a word at the beginning of a sentence."""

_MOST_NAMED = 6
"""At most so many people are named for one kind of evidence."""


@frozen
class Told:
    """A finding with the events that it rests on, in names; complete without the data."""

    finding: Finding
    names: dict[str | None, str]
    """What every participant is called that its sentences or its events name, by its id; under
    None the one whose event it is about."""
    cited: tuple[Cited, ...] = ()
    """The events that it rests on, as far as they are read, with ids of participants."""
    own: str | None = None
    """Id of the participant whose event it is about; None for findings about a session."""
    publisher: str | None = None
    """Id of the publisher that this event names; None when it names none."""

    def claim(self, form: Form, day: Time | None) -> str:
        """Write its sentence; times of another day than `day` have their date. Times are UTC."""
        return self._write(without_step(self.finding.claim), form, day)

    def not_sure(self, form: Form, day: Time | None) -> str:
        """Write what stays unknown; empty when nothing does."""
        unknown = self.finding.unknown
        return "" if unknown is None else self._write(sentence(unknown), form, day)

    def evidence(self, form: Form, day: Time | None) -> str:
        """Write the events that it rests on: "12 PUBLISH_STARTED of mara, ana 20:30:12 to …"."""
        by_name: dict[str | None, list[Cited]] = {}
        for one in self.cited:
            by_name.setdefault(one.name, []).append(one)
        kinds = [self._cited(name, cited, form, day) for name, cited in by_name.items()]
        some = form.ours(" (some of them)") if len(self.finding.rests_on) >= MOST_REFS else ""
        return ", ".join(kinds) + (some if kinds else "")

    def _cited(self, name: str | None, cited: Sequence[Cited], form: Form, day: Time | None) -> str:
        """Write events of one name."""
        number = f"{len(cited)} " if len(cited) > 1 else ""
        ids = dict.fromkeys(one.who for one in cited if one.who is not None)
        people = Counter(self.names.get(who, who) for who in ids)
        named = ", ".join(
            form.outside(who) + form.ours(f" ({count} participants)" if count > 1 else "")
            for who, count in islice(people.items(), _MOST_NAMED)
        )
        more = len(people) - _MOST_NAMED
        whose = f" of {named}{f' and {more} more' if more > 0 else ''}" if people else ""
        told = sorted(one.time for one in cited if isinstance(one.time, datetime))
        when = "at a time not known" if not told else at(told[0], day)
        if told and told[-1] != told[0]:
            when = f"{when} to {at(told[-1], day)}"
        shown = form.ours("event without a name") if name is None else form.outside(name)
        return f"{form.ours(number)}{shown}{whose} {form.ours(when)}"

    def by_ids(self) -> "Told":
        """Return the same with ids in the place of names."""
        names: dict[str | None, str] = {one: one for one in self.names if one is not None}
        if None in self.names and self.own is not None:
            names[None] = self.own
        return replace(self, names=names)

    def below(
        self, form: Form, day: Time | None, most_asks: int | None = None
    ) -> Iterator[tuple[str, str]]:
        """Write what belongs below its sentence, each with its label.

        Args:
            form: How texts are written.
            day: Times of another day have their date.
            most_asks: So much at most of what could be read to know more; None for all of it.
        """
        if evidence := self.evidence(form, day):
            yield "Evidence", evidence
        if unsure := self.not_sure(form, day):
            yield "Not known", unsure
        if step := self._write(next_step(self.finding.claim), form, day):
            yield "Do next", step
        for ask in self.finding.would_tell[:most_asks]:
            yield "To find out", form.ours(asked(ask))

    def _write(self, text: Text, form: Form, day: Time | None) -> str:
        return "".join(self._part(part, form, day) for part in text)

    def _part(self, part: Part, form: Form, day: Time | None) -> str:
        match part:
            case Outside(text):
                return form.outside(text)
            case Who(participant_id):
                return form.outside(self.names.get(participant_id, participant_id))
            case Why():
                return form.ours(reason(part))
            case Moment(time):
                return form.ours(at(time, day))
            case PublisherWords() if self.publisher:
                return form.outside(self.names.get(self.publisher, self.publisher))
            case str():
                return form.ours(part)


def finding_items(mark: str, findings: Iterable[Told], day: Time | None) -> Iterator[str]:
    """Write findings as items of a Markdown list, and what belongs to each below it.

    Args:
        mark: Begins each item, "- ".
        findings: What was found.
        day: Times of another day have their date.
    """
    indent = " " * len(mark)
    for one in findings:
        yield f"{mark}**{CERTAINTY[one.finding.certainty]}**: {one.claim(MARKDOWN, day)}"
        for label, text in one.below(MARKDOWN, day):
            yield f"{indent}- {label}: {text}"


def told(
    finding: Finding,
    cite: Callable[[EventRef], Cited | None],
    name: Callable[[str], str],
    own: str | None,
    publisher: str | None = None,
) -> Told:
    """Take what a finding says out of the data.

    Args:
        finding: The finding.
        cite: Describes an event, with the id of its participant; None for the event that the
            finding is about, and for one not read.
        name: The user id of a participant, else its id.
        own: Id of the participant whose event it is about; None for findings about a session.
        publisher: Id of the publisher that this event names; None when it names none.
    """
    cited = tuple(one for ref in finding.rests_on if (one := cite(ref)) is not None)
    ids = {*who_is_named(finding), *(one.who for one in cited), publisher}
    names: dict[str | None, str] = {one: name(one) for one in ids if one}
    if own is not None:
        names[None] = name(own)
    return Told(finding, names, cited, own, publisher)


def who_is_named(finding: Finding) -> set[str | None]:
    """Return the ids of the participants that its sentences name."""
    said = [finding.claim, *([finding.unknown] if finding.unknown is not None else [])]
    parts = (part for one in said for part in sentence(one))
    return {part.participant_id for part in parts if isinstance(part, Who)}


def asked(ask: Ask) -> str:
    """Say what could be read to know more, and at least how many calls it takes."""
    return f"read {LACKING[ask.what]} ({counted(ask.calls, 'call')} or more)"


def at(time: Time | None, day: Time | None) -> str:
    """Write a time in UTC, with its date unless it is of the same day as another time."""
    here = isinstance(time, datetime) and isinstance(day, datetime)
    is_near = here and clock(time, UTC, with_date=True)[:10] == clock(day, UTC, with_date=True)[:10]
    return clock(time, UTC, with_date=not is_near)


@frozen
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

    @property
    def has_next_step(self) -> bool:
        """Whether a finding shows what is to be done next."""
        return any(next_step(told.finding.claim) for told in self.findings)

    def error(self, form: Form) -> str:
        """Write the code of an error, or that it has none."""
        code = self.event.error_code
        return form.outside(code) if code else form.ours("error without a code")


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
    remote = event.remote_participant_id
    tolds = tuple(told(one, cite, name, own, remote) for one in known_first)
    return Looked(scope, event, refs.user_id(scope, own), tolds)
