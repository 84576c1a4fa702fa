"""Findings about an event or a session as JSON: data, with the sentence beside it.

Members of the document, all in snake_case and in this order:

- `schema`: `SCHEMA`; its number grows when a member changes its meaning or goes away;
- `event`: what they are about: `stage_arn`, `session_id`, `participant_id`, `name`, and `time` as
  the API gave it; events have no id, so `position` is where it stands, from 0, in the `list` of
  "participant" or of the "session" in the order in which it was read; null for a session;
- `session`: `stage_arn`, `session_id`, and how many participants are `read` of those `listed`,
  whether `all_listed`; null for an event;
- `answer`: the event by the names of the API; null for a session;
- `names`: the user id of every participant that is named, by its id, as far as known;
- `findings`: the most useful first, each with
  - `rule`: names what is said; it stays the same when the sentence is put in other words;
  - `certainty`: "shown", "likely" or "unknown";
  - `values`: the members of that rule: names and codes as they came, times in ISO 8601 UTC, counts,
    durations with their unit in the name. Time between two events is `microseconds`, negative when
    the other event was before and null when a time is not readable, with `is_tied` for one second;
  - `sentence`: the same in words, times in UTC;
  - `rests_on`: the events that it rests on, each like `event`;
  - `unknown`: what stays unknown after it: `rule`, `values`, `sentence`; null when nothing does;
  - `would_tell`: what could be read to know more: `what`, `kind`, at least how many `calls` it
    takes, and whose it is.

The list of all rules with their members is `tests/support/finding_members.txt`.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Final

from ivscope.analysis.intervals import Why
from ivscope.analysis.session_summary import Coverage
from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.export.telling import who_is_named
from ivscope.findings.finding import Ask, EventRef, Finding, PlainClaim, StaysUnknown, rule_name
from ivscope.render.event_json import event_document, wire_time
from ivscope.render.event_lines import reason
from ivscope.render.finding_lines import sentence
from ivscope.render.sentences.words import Moment, Outside, Part, Who
from ivscope.render.timestamps import full

EventAt = Callable[[EventRef], Event | None]
"""The event that a reference names; None when it is not read any more."""


UserId = Callable[[str], str | None]
"""The user id of a participant by its id; None when none is known."""

SCHEMA: Final = "ivscope.findings.1"
"""What the document is, and the version of its members."""


def findings_json(
    about: EventRef, findings: Sequence[Finding], event_at: EventAt, user_id: UserId
) -> str:
    """Write the findings about an event as indented JSON in ASCII, safe in any terminal."""
    event = event_at(about)
    return _written(
        {
            "event": _event(about, event_at),
            "session": None,
            "answer": None if event is None else event_document(event),
        },
        _names((about, *_refs(findings)), findings, event_at, user_id),
        findings,
        event_at,
    )


def finding_record(finding: Finding, event_at: EventAt) -> dict[str, object]:
    """Return a finding as a record: what it is in the document, with its type in front."""
    return {"type": "finding", **_finding(finding, event_at)}


def _finding(finding: Finding, event_at: EventAt) -> dict[str, object]:
    rule, values, words = _said(finding.claim).values()
    return {
        "rule": rule,
        "certainty": finding.certainty.value,
        "values": values,
        "sentence": words,
        "rests_on": [_event(ref, event_at) for ref in finding.rests_on],
        "unknown": None if finding.unknown is None else _said(finding.unknown),
        "would_tell": [_ask(ask) for ask in finding.would_tell],
    }


def _said(claim: StaysUnknown) -> dict[str, object]:
    rule = claim.name.lower() if isinstance(claim, Why) else rule_name(claim)
    is_plain = isinstance(claim, Why | PlainClaim)
    return {
        "rule": rule,
        "values": {} if is_plain else _plain(claim),
        "sentence": "".join(map(_words, sentence(claim))),
    }


def _words(part: Part) -> str:
    if isinstance(part, Outside):
        return part.text
    if isinstance(part, Who):
        return part.participant_id or "this participant"
    if isinstance(part, Moment):
        return full(part.time, UTC)
    return reason(part) if isinstance(part, Why) else part


def _plain(value: object) -> object:
    """A value of a claim as JSON knows it."""
    if isinstance(value, Why):
        return value.name.lower()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return wire_time(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return value


def _whose(
    scope: ParticipantScope | SessionScope, participant_id: str | None = None
) -> dict[str, object]:
    own = scope.participant_id if isinstance(scope, ParticipantScope) else participant_id
    return {"stage_arn": scope.stage_arn, "session_id": scope.session_id, "participant_id": own}


def _event(ref: EventRef, event_at: EventAt) -> dict[str, object]:
    event = event_at(ref)
    return {
        **_whose(ref.scope, None if event is None else event.participant_id),
        "list": "participant" if isinstance(ref.scope, ParticipantScope) else "session",
        "position": ref.position,
        "name": None if event is None else event.name,
        "time": None if event is None else wire_time(event.time),
    }


def _ask(ask: Ask) -> dict[str, object]:
    return {
        "what": ask.what.value,
        "kind": ask.fact.kind.value,
        "calls": ask.calls,
        **_whose(ask.fact.scope),
    }


def session_findings_json(
    scope: SessionScope,
    coverage: Coverage,
    findings: Sequence[Finding],
    event_at: EventAt,
    user_id: UserId,
) -> str:
    """Write the findings about a session likewise."""
    session = {
        "stage_arn": scope.stage_arn,
        "session_id": scope.session_id,
        "read": coverage.read,
        "listed": coverage.known,
        "all_listed": coverage.all_listed,
    }
    return _written(
        {"event": None, "session": session, "answer": None},
        _names(_refs(findings), findings, event_at, user_id),
        findings,
        event_at,
    )


def _written(
    about: dict[str, object],
    names: dict[str, str],
    findings: Sequence[Finding],
    event_at: EventAt,
) -> str:
    document = {
        "schema": SCHEMA,
        **about,
        "names": names,
        "findings": [_finding(one, event_at) for one in findings],
    }
    return json.dumps(document, ensure_ascii=True, indent=2)


def _refs(findings: Sequence[Finding]) -> Iterator[EventRef]:
    return (ref for one in findings for ref in one.rests_on)


def _names(
    refs: Iterable[EventRef], findings: Sequence[Finding], event_at: EventAt, user_id: UserId
) -> dict[str, str]:
    """User ids of all participants in events and sentences, in the order in which they come."""
    ids: dict[str, None] = {}
    for ref in refs:
        event = event_at(ref)
        own = ref.scope.participant_id if isinstance(ref.scope, ParticipantScope) else None
        remote = None if event is None else event.remote_participant_id
        named = own, None if event is None else event.participant_id, remote
        ids.update(dict.fromkeys(filter(None, named)))
    for finding in findings:
        ids.update(dict.fromkeys(sorted(filter(None, who_is_named(finding)))))
    return {one: name for one in ids if (name := user_id(one))}
