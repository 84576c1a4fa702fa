"""What a file that is no recording keeps of what every source promises.

It has no pages to refuse and no service to fail, and the ids in it are taken as they stand. What is
not in it is never "none": each list that the file does not call whole ends in a failure.
"""

import json
from pathlib import Path

import pytest

from ivscope.domain import calls
from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.stages import ParticipantFilter, ParticipantScope, SessionScope
from ivscope.domain.times import parse_time
from ivscope.domain.tokens import ParticipantToken
from ivscope.sources.saved_file import SavedFileSource, read_rows
from support.small_world import PARTICIPANT_ID, SESSION_ID, STAGE_ARN, USER_IDS, SmallWorld

WORLD = SmallWorld()
SAMPLES = Path(__file__).parents[1] / "support" / "samples"


@pytest.fixture
def answers(tmp_path):
    """The answers of the AWS CLI for a world, one after the other in a file."""
    session = {"stageSession": {"sessionId": SESSION_ID}}
    stage = {"stage": {"arn": STAGE_ARN, "name": "stage-0"}}
    people = {"participants": WORLD.participants(STAGE_ARN, SESSION_ID)[0:7]}
    events = WORLD.events(STAGE_ARN, SESSION_ID, PARTICIPANT_ID)[0:250]
    pages = [{"events": events[at : at + 50]} for at in range(0, 250, 50)]
    path = tmp_path / "answers.json"
    lines = [json.dumps(one) for one in (stage, session, people, *pages)]
    path.write_text("\n".join(lines))
    return SavedFileSource(read_rows(path))


@pytest.fixture
def saved(tmp_path):
    """The same events as W saves them."""
    head = {
        "ivscope": "events",
        "stageArn": STAGE_ARN,
        "sessionId": SESSION_ID,
        "participantId": PARTICIPANT_ID,
        "events": 250,
        "complete": True,
    }
    events = WORLD.events(STAGE_ARN, SESSION_ID, PARTICIPANT_ID)[0:250]
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in (head, *events)))
    return SavedFileSource(read_rows(path))


def pages_of(source, call):
    """The pages of a list, and what ended it."""
    pages, cursor = [], None
    while True:
        try:
            page = source.read_page(call, cursor)
        except ProviderFailure as failure:
            return pages, failure
        pages.append(page)
        cursor = page.next_cursor
        if cursor is None:
            return pages, None


@pytest.mark.parametrize("name", ["answers", "saved"])
def test_events_come_in_pages_of_a_hundred_in_the_order_of_the_file(name, request):
    pages, end = pages_of(request.getfixturevalue(name), calls.events(WORLD.scope))
    assert [len(page.items) for page in pages] == [100, 100, 50]
    wire = WORLD.events(STAGE_ARN, SESSION_ID, PARTICIPANT_ID)[0:250]
    rows = [item for page in pages for item in page.items]
    assert [(row.name, row.time) for row in rows] == [
        (one["name"], parse_time(one["eventTime"])) for one in wire
    ]
    assert rows[0] == Event("JOINED", PARTICIPANT_ID, parse_time("2026-11-20T20:30:00Z"))
    assert rows[5].new_token == ParticipantToken(
        capabilities=("SUBSCRIBE", "PUBLISH"),
        attributes=(("role", "co-host"), ("name", "Zoë 🎥")),
        user_id="host-1",
        expiration_time=parse_time("2026-11-21T09:30:05Z"),
    )
    assert len({id(row.name) for row in rows}) == 12
    assert (end is None) == (name == "saved")


def test_a_list_that_the_file_does_not_call_whole_ends_in_what_is_not_in_the_file(answers):
    for call in (
        calls.STAGES,
        calls.sessions(STAGE_ARN),
        calls.participants(WORLD.session, None),
        calls.events(WORLD.scope),
    ):
        pages, end = pages_of(answers, call)
        assert sum(len(page.items) for page in pages)
        told = (FailureKind.NOT_RECORDED, "this file does not say whether it is all")
        assert (end.kind, end.summary) == told
        assert not end.retryable
        assert not end.is_rest_known
        assert end.remedy.endswith("reads what else there is.")


def test_what_is_not_in_the_file_is_never_none(answers):
    nobody = ParticipantScope(STAGE_ARN, SESSION_ID, "nobody000000")
    for read in (
        lambda: answers.read_page(calls.events(nobody), None),
        lambda: answers.read_page(calls.replicas(STAGE_ARN, PARTICIPANT_ID), None),
        lambda: answers.read_page(calls.ingest_configurations(STAGE_ARN), None),
        lambda: answers.read_fact(calls.participant(nobody)),
        lambda: answers.read_fact(calls.stage("my-stage")),
    ):
        with pytest.raises(ProviderFailure) as caught:
            read()
        assert caught.value.kind is FailureKind.NOT_RECORDED
        assert caught.value.remedy.startswith("It has no answer of the AWS CLI about that. With")


def test_participants_keep_user_ids_exactly_and_can_be_narrowed(answers):
    (page,), _ = pages_of(answers, calls.participants(WORLD.session, None))
    assert tuple(row.user_id for row in page.items[:6]) == USER_IDS
    narrowed = ParticipantFilter("filterByPublished", True)
    (few,), _ = pages_of(answers, calls.participants(WORLD.session, narrowed))
    assert few.items == tuple(page.items[place] for place in (0, 3, 6))


def test_values_in_the_file_are_given(answers):
    assert answers.read_fact(calls.stage(STAGE_ARN)).name == "stage-0"
    assert answers.read_fact(calls.session(WORLD.session)).session_id == SESSION_ID


def test_ids_that_the_service_would_refuse_are_read_as_they_stand():
    name = "eventbridge__stage-update__participant-publish-error.json"
    rows = read_rows(SAMPLES / name)
    (scope,) = rows.participants
    assert scope.session == SessionScope(scope.stage_arn, "st-ZyXwvu1T2s")
    pages, end = pages_of(SavedFileSource(rows), calls.events(scope))
    assert [event.error_code for page in pages for event in page.items] == ["BITRATE_EXCEEDED"]
    assert "Joins, leaves and subscriptions are never in such a file" in end.remedy
