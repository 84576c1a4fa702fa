"""Files of EventBridge events, of answers of the AWS CLI, and of saved events, as rows by call."""

import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivscope.domain import calls
from ivscope.domain.failures import UnusableFileError
from ivscope.domain.pages import Contradiction
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.sources import outside_file
from ivscope.sources.outside_file import Documents
from ivscope.sources.saved_file import NOT_IN_FILE, SavedFileSource, read_rows

SAMPLES = Path(__file__).parents[2] / "support" / "samples"
STAGE = "arn:aws:ivs:us-west-2:123456789012:stage/AbCdef1G2hij"
SESSION = "st-a1b2c3d4e5f6g"
SCOPE = SessionScope(STAGE, SESSION)
EVENTS = "ListParticipantEvents"


def own(participant_id):
    return ParticipantScope(STAGE, SESSION, participant_id)


def event(number=1, person="priya", name="Participant Publish Error", second=5, **more):
    return {
        "id": f"id-{number}",
        "detail-type": "IVS Stage Update",
        "source": "aws.ivs",
        "time": "2026-11-27T20:48:09Z",
        "resources": [STAGE],
        "detail": {
            "session_id": SESSION,
            "event_name": name,
            "event_time": f"2026-11-27T20:48:{second:02}Z",
            "user_id": f"{person}-guest",
            "participant_id": person,
            "error_code": "QUOTA_EXCEEDED",
            **more,
        },
    }


TWO = [event(), event(2, "jose", second=7)]
TEXTS = [json.dumps(one) for one in TWO]
LOG = "2026-11-27T20:48:10.101Z\tc0ffee00\tINFO\t"
FORMS = {
    "lines": "\n".join(TEXTS),
    "an array": json.dumps(TWO, indent=1),
    "back to back": "".join(TEXTS),
    "log lines": "\n".join(f"{LOG}[Lambda] {text}" for text in TEXTS),
    "an export of a log group": "\n".join(f"2026-11-27T20:48:10.101Z {text}" for text in TEXTS),
    "filter-log-events": json.dumps({"events": [{"timestamp": 1, "message": t} for t in TEXTS]}),
    "a subscription": json.dumps(
        {"messageType": "DATA_MESSAGE", "logEvents": [{"message": t} for t in TEXTS]}
    ),
    "Logs Insights": json.dumps(
        {"results": [[{"field": "@message", "value": t}] for t in TEXTS], "status": "Complete"}
    ),
    "rows of Logs Insights": json.dumps([{"@message": text} for text in TEXTS]),
    "SNS in SQS": json.dumps(
        {"Messages": [{"Body": json.dumps({"Message": t}), "MessageId": "1"} for t in TEXTS]}
    ),
    "with a byte-order mark": "\ufeff" + json.dumps(TWO),
}


@pytest.fixture
def written(tmp_path):
    def write(content, name="file.json"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_a_case_file_is_not_taken_for_a_page_of_the_aws_cli():
    file = SAMPLES.parent / "cases" / "Q01.json"
    with pytest.raises(UnusableFileError, match=f"ivscope endpoint --world {file} prints how"):
        read_rows(file)


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_events_of_eventbridge_are_found_in_every_form_of_a_file(written, text):
    for content in (text.encode(), gzip.compress(text.encode())):
        rows = read_rows(written(content))
        assert rows.what == "EventBridge file"
        assert rows.note.startswith("only what EventBridge sends: 2 IVS events")
        assert rows.sessions == [SCOPE]
        assert rows.participants == [own("priya"), own("jose")]
        assert rows.lists[EVENTS, own("jose")].rows == [
            {
                "name": "PUBLISH_ERROR",
                "participantId": "jose",
                "eventTime": "2026-11-27T20:48:07Z",
                "errorCode": "QUOTA_EXCEEDED",
            }
        ]


def test_a_file_of_eventbridge_never_says_that_it_is_all_and_not_when_it_was_read(written):
    rows = read_rows(written(FORMS["lines"]))
    assert not rows.is_whole
    assert not any(one.is_all for one in rows.lists.values())
    assert (rows.saved_at, rows.all_read_at) == (None, None)
    assert rows.last_at == datetime(2026, 11, 27, 20, 48, 7, tzinfo=UTC)


def test_what_an_event_tells_of_its_participant_is_kept_and_nothing_else(written):
    started = event(3, "jose", "Participant Published", replica=True, source_stage_arn=STAGE)
    rows = read_rows(written("\n".join([*TEXTS, json.dumps(started)])))
    assert rows.lists["ListParticipants", (SCOPE, None)].rows == [
        {"participantId": "priya", "userId": "priya-guest"},
        {
            "participantId": "jose",
            "userId": "jose-guest",
            "published": True,
            "replicationType": "REPLICA",
            "sourceStageArn": STAGE,
        },
    ]
    assert rows.lists["ListStageSessions", STAGE].rows == [{"sessionId": SESSION}]


def test_an_event_delivered_twice_is_kept_once_and_two_of_one_second_are_kept(written):
    again, other = event(1), event(9)
    replayed = {**event(10), "replay-name": "monday"}
    rows = read_rows(written("\n".join(map(json.dumps, [event(), again, other, replayed]))))
    assert len(rows.lists[EVENTS, own("priya")].rows) == 2
    assert "2 more delivered twice" in rows.note


def test_the_precise_time_and_the_members_of_tokens_get_the_names_of_the_api():
    name = "eventbridge__stage-update__token-exchanged.json"
    (only,) = read_rows(SAMPLES / name).participants
    (row,) = read_rows(SAMPLES / name).lists[EVENTS, only].rows
    assert row["newToken"]["expirationTime"] == "2025-11-12T22:54:52Z"
    assert row["previousToken"]["userId"] == "InitialUser"
    assert row["name"] == "TOKEN_EXCHANGED"
    name = "eventbridge__stage-update__participant-published.json"
    (only,) = read_rows(SAMPLES / name).participants
    (row,) = read_rows(SAMPLES / name).lists[EVENTS, only].rows
    assert row["eventTime"] == "2025-11-18T16:40:32.123456Z"


def test_other_objects_and_unreadable_lines_are_counted(written):
    lines = [*TEXTS, '{"source": "aws.ec2"}', '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 5_000, "{"]
    rows = read_rows(written("\n".join(lines)))
    assert rows.note == (
        "only what EventBridge sends: 2 IVS events, 1 other object; 4 lines of it cannot be read: "
        "NaN is no JSON"
    )


ANSWERS = [
    *sorted(path.name for path in SAMPLES.glob("awscli__*.json")),
    "userguide__stage-health__list-participant-events.json",
]


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_of_the_aws_cli_can_be_opened(name):
    rows = read_rows(SAMPLES / name)
    assert rows.what == "AWS CLI file"
    assert any(one.rows for one in rows.lists.values())
    assert not rows.is_whole


def test_pages_of_the_aws_cli_are_one_list_and_the_stage_and_session_come_from_the_file(written):
    pages = [
        {"events": [{"name": "JOINED", "participantId": "p"}], "nextToken": "x"},
        {"events": [{"name": "LEFT", "participantId": "p"}]},
    ]
    text = "\n".join(json.dumps(page, indent=4) for page in pages)
    (scope,) = read_rows(written(text)).participants
    assert scope == ParticipantScope(NOT_IN_FILE, NOT_IN_FILE, "p")
    named = [{"stage": {"arn": STAGE}}, {"stageSession": {"sessionId": SESSION}}]
    rows = read_rows(written("\n".join([text, *map(json.dumps, named)])))
    assert [row["name"] for row in rows.lists[EVENTS, own("p")].rows] == ["JOINED", "LEFT"]


@pytest.mark.parametrize("token", ["nextToken", "NextToken"])
@pytest.mark.parametrize(
    ("pages", "told"),
    [([True], True), ([False], False), ([True, True], True), ([False, True], False), ([], None)],
)
def test_more_is_known_of_a_list_whose_pages_all_have_a_next_token(written, token, pages, told):
    named = [{"stage": {"arn": STAGE}}, {"stageSession": {"sessionId": SESSION}}]
    lists = {
        "events": {"name": "JOINED", "participantId": "p"},
        "participants": {"participantId": "p"},
        "stageSessions": {"sessionId": SESSION},
        "stages": {"arn": STAGE},
    }
    keys = [(EVENTS, own("p")), ("ListParticipants", (SCOPE, None))]
    keys += [("ListStageSessions", STAGE), ("ListStages", None)]
    for (member, row), key in zip(lists.items(), keys, strict=True):
        answers = [{member: [row], **({token: "x"} if one else {})} for one in pages]
        answers += [{"participants": [{"participantId": "p"}]}] if member == "events" else []
        rows = read_rows(written("\n".join(map(json.dumps, [*named, *answers]))))
        assert rows.list_of(*key).knows_of_more is told


def saved(rows=2, **more):
    head = {
        "ivscope": "events",
        "stageArn": STAGE,
        "sessionId": SESSION,
        "participantId": "priya",
        "savedAt": "2026-11-28T08:00:00+00:00",
        "events": rows,
        "loaded": rows,
        "complete": True,
        "allReadAt": "2026-11-28T07:59:00Z",
        "order": "oldest first",
        **more,
    }
    lines = [head, *({"name": "JOINED", "participantId": "priya"} for _ in range(rows))]
    return "".join(json.dumps(line) + "\n" for line in lines)


def test_saved_events_are_whole_only_when_all_were_read_and_no_filter_hid_any(written):
    rows = read_rows(written(saved()))
    assert rows.is_whole
    assert rows.what == "saved events"
    assert rows.all_read_at == datetime(2026, 11, 28, 7, 59, tzinfo=UTC)
    assert not read_rows(written(saved(complete=False))).is_whole
    hidden = read_rows(written(saved(filter="code:QUOTA\x1b[2J")))
    assert not hidden.is_whole
    assert hidden.note == "events as saved, the filter code:QUOTA\\x1b[2J hid others"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"complete": False}, True),
        ({"events": 3}, True),
        ({"loaded": 9, "filter": "error:yes"}, True),
        ({"participantId": None}, False),
    ],
)
def test_more_is_known_of_the_saved_events_of_one_participant_that_are_a_part(written, more, told):
    rows = read_rows(written(saved(**more)))
    assert rows.lists[EVENTS, own("priya")].knows_of_more is told
    assert not rows.lists["ListParticipants", (SCOPE, None)].knows_of_more


def test_more_participants_are_known_of_saved_events_of_everybody_that_were_not_all_read(written):
    rows = read_rows(written(saved(participantId=None, complete=False)))
    assert rows.lists["ListParticipants", (SCOPE, None)].knows_of_more
    assert not rows.lists[EVENTS, own("priya")].knows_of_more


class CountedText(str):  # noqa: SLOT000 - it counts
    """Counts the characters that are looked through for one that is sought."""

    looked_at = 0

    def find(self, sought, start=0, end=None):
        found = super().find(sought, start, len(self) if end is None else end)
        self.looked_at += (len(self) if found < 0 else found) - start
        return found


def test_a_file_without_any_list_is_looked_through_once():
    """Lines of saved events have no square bracket, which was sought to the end for each line."""
    text = CountedText('{"name":"LEFT"}\n' * 2_000)
    assert len([*Documents(text)]) == 2_000
    assert text.looked_at <= 2 * len(text)


def test_a_file_of_saved_events_that_was_cut_is_not_whole_and_says_so(written):
    rows = read_rows(written("".join(saved(rows=3).splitlines(keepends=True)[:-1])))
    assert not rows.is_whole
    assert rows.note == "events as saved, only 2 of 3 events are in it"


def test_saved_events_of_everybody_stay_in_the_lists_that_they_came_in(written):
    people = {"participantId": None, "events": 1, "contradicting": 1, "withoutEvents": ["quiet"]}
    strange = {"name": "LEFT", "participantId": "bo", "ivscopeListOf": "priya"}
    lines = saved(rows=1, **people) + json.dumps(
        {**strange, "ivscopeContradiction": "of someone else"}
    )
    rows = read_rows(written(lines))
    assert {one.participant_id for one in rows.participants} == {"priya", "quiet"}
    source = SavedFileSource(rows)
    page = source.read_page(calls.events(own("priya")), None)
    assert [one.contradiction for one in page.items] == [None, Contradiction.PARTICIPANT]
    assert source.read_page(calls.events(own("quiet")), None).next_cursor is None
    assert len(source.read_page(calls.participants(SCOPE), None).items) == 2


@pytest.mark.parametrize(
    ("told", "people"),
    [
        ({"priya": "Priya", "bo": "Bo"}, {"priya": "Priya", "bo": "Bo"}),
        ({"priya": 3}, {"priya": None}),
        ([], {"priya": None}),
    ],
)
def test_saved_events_bring_the_names_of_everybody_whom_they_name(told, people, written):
    rows = read_rows(written(saved(userIds=told))).lists["ListParticipants", (SCOPE, None)].rows
    assert {row["participantId"]: row.get("userId") for row in rows} == people


def test_what_holds_nothing_of_ivs_is_refused_and_says_what_can_be_opened(written):
    for content in (b"hello", b"\x00\xff" * 100, b"{}", b'{"Version": "2012-10-17"}', b'"'):
        with pytest.raises(UnusableFileError, match="What can be: a recording of ivscope"):
            read_rows(written(content))


def test_what_is_no_regular_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    for name in ("fifo", ".", "none"):
        with pytest.raises(UnusableFileError):
            read_rows(tmp_path / name)
    with pytest.raises(UnusableFileError, match="not a regular file"):
        read_rows(Path("/dev/zero"))


def test_too_much_is_refused_also_when_it_is_packed_small(written, monkeypatch):
    monkeypatch.setattr(outside_file, "LARGEST_FILE", 50_000)
    read_rows(written(FORMS["lines"]))
    for content in (b" " * 50_001, gzip.compress(b" " * 50_001), gzip.compress(b" ") * 1_100):
        with pytest.raises(UnusableFileError, match=r"holds more than|more than 1,000 parts"):
            read_rows(written(content))


def test_a_gzip_file_that_ends_early_is_refused(written):
    packed = gzip.compress(FORMS["lines"].encode())
    with pytest.raises(UnusableFileError, match="ends early"):
        read_rows(written(packed[:-20]))
    with pytest.raises(UnusableFileError, match="cannot be unpacked"):
        read_rows(written(packed[:10] + b"\xff" * 20))
    two = gzip.compress(TEXTS[0].encode()) + gzip.compress(TEXTS[1].encode())
    assert len(read_rows(written(two)).participants) == 2
