"""User ids and attributes of a source that redacts: other names, the same each time."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ivscope.cli.connections import Origin, to_file
from ivscope.domain import calls
from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Cursor, Page
from ivscope.domain.stages import (
    IngestConfiguration,
    Participant,
    ParticipantFilter,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
)
from ivscope.domain.tokens import ParticipantToken
from ivscope.provider.store.redacting import RedactingSource, StandIns
from ivscope.sources.recording import Recording, request_text

SESSION = SessionScope("arn:aws:ivs:eu-central-1:123456789012:stage/a", "st-dxMFysKnE9UAk")
SCOPE = ParticipantScope(SESSION.stage_arn, SESSION.session_id, "p1")
WHEN = datetime(2026, 11, 23, 20, 36, tzinfo=UTC)
ANA = ParticipantSummary("p1", user_id="ana@example.com")
TOKEN = ParticipantToken(("PUBLISH",), (("mail", "ana@example.com"), ("role", "")), "bo")


class Fixed:
    """A source with one answer to everything."""

    region = "eu-central-1"

    def __init__(self, *rows):
        self.rows, self.asked = rows, []

    def read_page(self, call, cursor):
        self.asked.append((call, cursor))
        return Page(self.rows, Cursor("on"), "request-1")

    def read_fact(self, call):
        self.asked.append(call)
        return self.rows[0]


def test_the_same_person_has_one_name_in_every_answer():
    event = Event("TOKEN_EXCHANGED", "p1", previous_token=replace(TOKEN, user_id=ANA.user_id))
    stand_ins = StandIns()
    page = RedactingSource(Fixed(ANA, replace(ANA, user_id="bo")), stand_ins).read_page(
        calls.participants(SESSION), None
    )
    assert [row.user_id for row in page.items] == ["user-1", "user-2"]
    assert (page.next_cursor, page.request_id) == ("on", "request-1")
    read = RedactingSource(Fixed(event), stand_ins).read_page(calls.events(SCOPE), None)
    assert read.items[0].previous_token.user_id == "user-1"
    assert read.items[0].previous_token.attributes == (("mail", "value-1"), ("role", ""))
    fact = Participant(ANA, (("mail", "ana@example.com"), ("seat", "4")))
    shown = RedactingSource(Fixed(fact), stand_ins).read_fact(calls.participant(SCOPE))
    assert shown.summary.user_id == "user-1"
    assert shown.attributes == (("mail", "value-1"), ("seat", "value-2"))
    key = IngestConfiguration("arn", user_id="bo")
    listed = RedactingSource(Fixed(key), stand_ins).read_page(
        calls.ingest_configurations(SESSION.stage_arn), None
    )
    assert listed.items[0].user_id == "user-2"


@pytest.mark.parametrize(
    "row", [Event("JOINED", "p1"), ParticipantSummary("p1"), ParticipantSummary("p1", user_id="")]
)
def test_what_has_no_name_stays_as_it_came(row):
    page = RedactingSource(Fixed(row), StandIns()).read_page(calls.events(SCOPE), None)
    assert page.items == (row,)


def test_a_filter_by_a_stand_in_asks_for_the_real_user_and_a_refusal_does_not_tell_it():
    source, stand_ins = Fixed(ANA), StandIns()
    redacting = RedactingSource(source, stand_ins)
    redacting.read_page(calls.participants(SESSION), None)
    narrowed = ParticipantFilter("filterByUserId", "user-1")
    page = redacting.read_page(calls.participants(SESSION, narrowed), Cursor("c"))
    asked, cursor = source.asked[-1]
    assert asked.scope == (SESSION, ParticipantFilter("filterByUserId", "ana@example.com"))
    assert cursor == "c"
    assert not narrowed.is_contradicted_by(page.items[0])

    def refused(*_):
        text = "ana@example.com is not allowed"
        raise ProviderFailure(FailureKind.INVALID, text, text, retryable=False)

    source.read_page = refused
    with pytest.raises(ProviderFailure) as told:
        redacting.read_page(calls.participants(SESSION, narrowed), None)
    assert (told.value.summary, told.value.remedy) == ("user-1 is not allowed",) * 2


def test_what_the_source_tells_of_itself_stays():
    redacting = RedactingSource(Fixed(), StandIns())
    assert redacting.region == "eu-central-1"
    assert not hasattr(redacting, "profile")


def test_an_origin_that_is_redacted_says_so_and_gives_one_person_one_name():
    origin = Origin(lambda: Fixed(ANA), "production").redacted()
    assert origin.label == "production redacted"
    shown = [
        origin.connect().read_page(calls.participants(SESSION), None).items[0] for _ in range(2)
    ]
    assert {row.user_id for row in shown} == {"user-1"}


def test_a_recording_keeps_exact_values_and_is_read_with_other_names(tmp_path):
    file = Recording.open(tmp_path / "show.ivscope", label="AWS", create=True)
    members = {"participantId": "p1", "userId": "ana@example.com"}
    asked = {"stageArn": SESSION.stage_arn, "sessionId": SESSION.session_id, "maxResults": 100}
    file.save(request_text("list_participants", asked), {"participants": [members]}, "", WHEN)
    origin = Origin(None, "recording show.ivscope", file)
    for read, name in ((origin, "ana@example.com"), (origin.redacted(), "user-1")):
        page = read.recorded().source.read_page(calls.participants(SESSION), None)
        assert [row.user_id for row in page.items] == [name]
    file.close()


def test_a_file_of_events_is_opened_with_other_names(tmp_path):
    head = {"ivscope": "events", "stageArn": SESSION.stage_arn, "sessionId": SESSION.session_id}
    head |= {"participantId": "p1", "complete": True, "userIds": {"p1": "ana@example.com"}}
    file = tmp_path / "saved.jsonl"
    event = {"name": "JOINED", "participantId": "p1"}
    file.write_text(f"{json.dumps(head)}\n{json.dumps(event)}\n")
    origin = to_file(str(file))
    for opened, name in ((origin, "ana@example.com"), (origin.redacted(), "user-1")):
        page = opened.recorded().source.read_page(calls.participants(SESSION), None)
        assert [row.user_id for row in page.items] == [name]
