"""Findings as JSON: every rule has its listed members, and the words beside them."""

import json
from datetime import UTC, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Union, get_args, get_origin, get_type_hints

import pytest

from ivscope.analysis.intervals import Why
from ivscope.domain.stages import ParticipantScope
from ivscope.export.finding_json import findings_json
from ivscope.findings.finding import (
    Ask,
    Certainty,
    Claim,
    Distance,
    EventRef,
    FactKey,
    FactKind,
    Finding,
    Lacking,
)
from ivscope.findings.publishing import PublishErrorBesideStop, StoppedOpen
from ivscope.findings.rules import findings_for, session_findings
from ivscope.knowledge.known_issues import ISSUE_BY_NAME
from support.case_files import case, case_names
from support.finding_members import KEPT, everything, lines, plain_claims, rule_name_of
from support.given_facts import SESSION, at, event, scope
from support.simulated_facts import SeenFacts

EVENT = ["stage_arn", "session_id", "participant_id", "list", "position", "name", "time"]
FINDING = ["rule", "certainty", "values", "sentence", "rests_on", "unknown", "would_tell"]
ASK = ["what", "kind", "calls", "stage_arn", "session_id", "participant_id"]
NAMES = {"p": "ana"}
WHEN = datetime(2026, 11, 23, 20, 30, 5, tzinfo=UTC)
EXAMPLES = {str: "p\u202e", int: 3, float: 4.5, bool: True, NoneType: None, datetime: WHEN}
WRITTEN = {str: str, int: int, float: (int, float), bool: bool, NoneType: NoneType, datetime: str}


def documents(finding, event_at=lambda _: None, position=0):
    text = findings_json(EventRef(scope(), position), [finding], event_at, NAMES.get)
    assert text.isascii()
    document = json.loads(text)
    assert list(document) == ["schema", "event", "session", "answer", "names", "findings"]
    assert document["schema"] == "ivscope.findings.1"
    assert document["session"] is None
    (one,) = document["findings"]
    return document["event"], one


def alternatives(kind):
    return get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)


def example(kind):
    """A value for a member of a claim."""
    (kind, *_) = alternatives(kind)
    if get_origin(kind) is tuple:
        return tuple(example(one) for one in get_args(kind) if one is not Ellipsis)
    if issubclass(kind, Enum):
        return next(iter(kind))
    return EXAMPLES[kind] if kind in EXAMPLES else made(kind)


def made(kind):
    values = {name: example(one) for name, one in get_type_hints(kind).items()}
    if "fault" in values:
        values["fault"] = next(one for one in ISSUE_BY_NAME.values() if one.open_condition).name
    return kind(**values)


def fits(value, kind):
    """Whether a value in the JSON is one of a member."""
    return any(_is(value, one) for one in alternatives(kind))


def _is(value, kind):
    if get_origin(kind) is tuple:
        (inner, *_) = get_args(kind)
        return isinstance(value, list) and all(fits(one, inner) for one in value)
    if kind is Why:
        return value in {one.name.lower() for one in kind}
    if issubclass(kind, Enum):
        return value in {one.value for one in kind}
    if kind in WRITTEN:
        is_right = isinstance(value, WRITTEN[kind])
        return is_right and (kind is bool or not isinstance(value, bool))
    hints = get_type_hints(kind)
    has_members = isinstance(value, dict) and list(value) == list(hints)
    return has_members and all(fits(value[one], hints[one]) for one in hints)


def test_the_list_of_rules_and_their_members_is_what_is_written():
    assert KEPT.read_text().splitlines() == list(lines())


@pytest.mark.parametrize("kind", everything(Claim), ids=rule_name_of)
def test_a_rule_with_members_has_them_all_and_its_sentence(kind):
    _, one = documents(Finding(made(kind), Certainty.SHOWN))
    assert list(one) == FINDING
    assert one["rule"] == rule_name_of(kind)
    assert fits(one["values"], kind)
    assert one["sentence"]


@pytest.mark.parametrize("claim", plain_claims(), ids=str)
def test_a_rule_without_members_has_its_sentence(claim):
    _, one = documents(Finding(claim, Certainty.UNKNOWN, (), claim))
    assert (one["rule"], one["values"]) == (claim.value, {})
    said = {name: one[name] for name in ("rule", "values", "sentence")}
    assert one["unknown"] == said
    assert one["sentence"]


@pytest.mark.parametrize("why", Why, ids=lambda why: why.name)
def test_a_reason_for_doubt_is_named(why):
    _, one = documents(Finding(StoppedOpen.WHICH_STREAM, Certainty.LIKELY, (), why))
    assert one["unknown"]["rule"] == why.name.lower()
    assert one["unknown"]["sentence"]


def test_an_event_has_its_values_its_evidence_and_what_would_tell():
    claim = PublishErrorBesideStop("INVALID_INPUT", Distance(-2_000_000))
    ask = Ask(Lacking.EVENTS_OF_EVERYBODY, FactKey(FactKind.SESSION_EVENTS, SESSION), 7)
    events = [event(3, "PUBLISH_ERROR", "INVALID_INPUT"), event(5, "PUBLISH_STOPPED")]
    rests_on = (EventRef(scope(), 0), EventRef(SESSION, 0))
    finding = Finding(claim, Certainty.LIKELY, rests_on, StoppedOpen.WHICH_STREAM, (ask,))
    about, one = documents(finding, lambda ref: events[ref.position], 1)
    assert list(about) == EVENT
    assert (about["name"], about["time"]) == ("PUBLISH_STOPPED", at(5).isoformat())
    assert one["values"] == {
        "error_code": "INVALID_INPUT",
        "error": {"microseconds": -2_000_000, "is_tied": False},
    }
    assert one["sentence"] == "PUBLISH_ERROR INVALID_INPUT is 2 s before."
    assert [where["list"] for where in one["rests_on"]] == ["participant", "session"]
    assert {where["name"] for where in one["rests_on"]} == {"PUBLISH_ERROR"}
    assert {where["participant_id"] for where in one["rests_on"]} == {scope().participant_id}
    assert one["would_tell"] == [
        {
            "what": "events_of_everybody",
            "kind": "session_events",
            "calls": 7,
            "stage_arn": SESSION.stage_arn,
            "session_id": SESSION.session_id,
            "participant_id": None,
        }
    ]


def test_evidence_that_is_not_read_any_more_has_neither_name_nor_time():
    finding = Finding(StoppedOpen.WHICH_STREAM, Certainty.LIKELY, (EventRef(scope(), 9),))
    _, one = documents(finding)
    (where,) = one["rests_on"]
    assert (where["position"], where["name"], where["time"]) == (9, None, None)


KINDS = {rule_name_of(kind): kind for kind in everything(Claim)}


@pytest.mark.parametrize("name", case_names())
def test_all_findings_of_a_case_are_written_with_their_members(name):
    facts = SeenFacts(case(name).view)

    def event_at(ref):
        is_own = isinstance(ref.scope, ParticipantScope)
        return (facts.log(ref.scope).log if is_own else facts.as_session.log)[ref.position]

    refs = [EventRef(one, at) for one in facts.logs for at in range(len(facts.logs[one].log))]
    found = [(ref, findings_for(ref.scope, ref.position, facts)) for ref in refs]
    found.append((EventRef(facts.view.scope, 0), session_findings(facts.as_session)))
    for about, findings in found:
        for one in json.loads(findings_json(about, findings, event_at, NAMES.get))["findings"]:
            assert list(one) == FINDING
            assert all(list(where) == EVENT for where in one["rests_on"])
            assert all(list(ask) == ASK for ask in one["would_tell"])
            for said in filter(None, (one, one["unknown"])):
                kind = KINDS.get(said["rule"])
                assert said["values"] == {} if kind is None else fits(said["values"], kind)
