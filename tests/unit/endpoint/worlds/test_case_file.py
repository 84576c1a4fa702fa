"""Case files: read as they are, and refused by a sentence that names the member."""

import json
import re

import pytest

from ivscope.domain.failures import UnusableFileError
from ivscope.endpoint.worlds.case_file import CaseWorld, read_case_file
from support.case_files import FOLDER, case_names
from support.tree import ROOT
from support.wire_shapes import violations

ARN = "arn:aws:ivs:us-west-2:123456789012:stage/CaseOfATest"
SESSION = "st-CaseOfATest00"

EXPECTED_DEVIATIONS = (
    # Our own worlds write Z, as the protocol does; other offsets say the same.
    re.compile(r".*: not a date-time with Z \('[\d:T.-]+(Z|[+-]\d\d:\d\d)'\)"),
    # One case has what IVS may add one day, and empty texts.
    re.compile(r"\.name: not in the enum \('(TELEPORTED|)'\)"),
    re.compile(r"\.errorCode: not in the enum \('(WORMHOLE_CLOSED|)'\)"),
    re.compile(r"\.newToken\.capabilities\[\]: not in the enum \('ADMIN'\)"),
    re.compile(r"\.destinationStageArn: .* \(''\)"),
)


def sound():
    """The members of a case file without a fault."""
    return {
        "id": "A00",
        "note": "one of a test",
        "order_as_served": "oldest first",
        "stage": {"arn": ARN, "name": "stage-of-a-test"},
        "sessions": [{"sessionId": SESSION, "startTime": "2026-11-20T20:00:00Z"}],
        "participants": [
            {"participantId": "ana", "userId": "ana", "published": True},
            {"participantId": "ben", "attributes": {"seat": "2"}},
        ],
        "events": {
            "ana": [
                {"name": "JOINED", "participantId": "ana", "eventTime": "2026-11-20T20:00:01Z"},
                {"name": "LEFT", "participantId": "ana", "eventTime": None},
            ],
            "ben": {"denied": True},
        },
    }


@pytest.fixture
def kept(tmp_path):
    def keep(content):
        file = tmp_path / "case.json"
        file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return file

    return keep


def refusal(file):
    with pytest.raises(UnusableFileError) as caught:
        read_case_file(file)
    return str(caught.value)


def changed(*path, value):
    """A sound case file with one value changed; the last word of the path may be new."""
    members = sound()
    inner = members
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return members


def without_nulls(value):
    if isinstance(value, dict):
        return {name: without_nulls(one) for name, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [without_nulls(one) for one in value]
    return value


@pytest.mark.parametrize("name", case_names())
def test_what_a_case_serves_fits_the_api_model(name):
    case = read_case_file(FOLDER / f"{name}.json")
    world = CaseWorld(case)
    (stage,) = world.stages()
    (session,) = world.sessions(stage["arn"])
    place = (stage["arn"], session["sessionId"])
    structures = [("Stage", stage), ("StageSession", session)]
    structures += [("Participant", row) for row in world.participants(*place)]
    for events in case.events.values():
        structures += [("Event", event) for event in events or ()]
    found = [text for shape, row in structures for text in violations(shape, without_nulls(row))]
    assert [
        text for text in found if not any(known.fullmatch(text) for known in EXPECTED_DEVIATIONS)
    ] == []


def test_a_live_session_is_the_active_one_of_its_stage(kept):
    live = CaseWorld(read_case_file(kept(sound())))
    assert [stage.get("activeSessionId") for stage in live.stages()] == [SESSION]
    ended = changed("sessions", 0, "endTime", value="2026-11-20T21:00:00Z")
    assert "activeSessionId" not in CaseWorld(read_case_file(kept(ended))).stages()[0]


def test_lists_keep_the_order_of_the_file_and_rows_listed_twice(kept):
    members = sound()
    members["participants"].append({"participantId": "ana", "userId": "again"})
    world = CaseWorld(read_case_file(kept(members)))
    assert [row["participantId"] for row in world.participants(ARN, SESSION)] == [
        "ana",
        "ben",
        "ana",
    ]
    assert world.participant(ARN, SESSION, "ana")["userId"] == "ana"
    assert list(world.events(ARN, SESSION, "ana")) == members["events"]["ana"]
    assert not world.newest_first


def test_another_stage_session_or_participant_is_unknown(kept):
    world = CaseWorld(read_case_file(kept(sound())))
    assert world.region == "us-west-2"
    assert world.sessions(f"{ARN}0") is None
    assert world.participants(ARN, "st-0000000000000") is None
    assert world.participant(ARN, SESSION, "eve") is None
    assert world.events(ARN, SESSION, "eve") is None
    assert world.replicas(ARN, "ana") == ()
    assert world.ingest_configurations() == ()


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("stage",), None, "stage: an object expected, not absent"),
        (("stage",), [], "stage: an object expected, not []"),
        (("stage", "arn"), "stage/1", 'stage.arn: a stage ARN expected, not "stage/1"'),
        (("stage", "arn"), 7, "stage.arn: text expected, not 7"),
        (("stage", "tags"), {"team": 1}, 'stage.tags["team"]: text expected, not 1'),
        (("sessions",), [], "sessions: one session expected, not 0"),
        (("sessions",), {}, "sessions: a list expected, not {}"),
        (
            ("sessions", 0, "sessionId"),
            "st-1",
            'sessions[0].sessionId: st- and 13 letters or digits expected, not "st-1"',
        ),
        (
            ("sessions", 0, "endTime"),
            "tomorrow",
            'sessions[0].endTime: a time as 2026-11-20T20:30:00Z expected, not "tomorrow"',
        ),
        (("participants", 1), "ben", 'participants[1]: an object expected, not "ben"'),
        (
            ("participants", 1, "participantId"),
            None,
            "participants[1].participantId: 1 to 64 letters, digits, - or _ expected, not absent",
        ),
        (
            ("participants", 0, "published"),
            "yes",
            'participants[0].published: true or false expected, not "yes"',
        ),
        (
            ("participants", 0, "joined"),
            "2026-11-20T20:00:00Z",
            'participants[0]: Participant has no member "joined" in the API',
        ),
        (("events",), [], "events: an object by participant id expected, not []"),
        (("events", "eve"), [], 'events: no participant has the id "eve"'),
        (
            ("events", "ben"),
            None,
            'events.ben: a list (empty for no events) or {"denied": true} expected, not absent',
        ),
        (("events", "ana", 1), None, "events.ana[1]: an object expected, not absent"),
        (
            ("events", "ana", 0, "eventTime"),
            1_700_000_000,
            "events.ana[0].eventTime: a time as 2026-11-20T20:30:00Z expected, not 1700000000",
        ),
        (
            ("events", "ana", 0, "newToken"),
            {"capabilities": ["PUBLISH", 2]},
            "events.ana[0].newToken.capabilities[1]: text expected, not 2",
        ),
        (("note",), 3, "note: text expected, not 3"),
        (
            ("event",),
            {},
            (
                'a case file has no member "event"; it has stage, sessions, participants, events, '
                "id, note, order_as_served"
            ),
        ),
        (
            ("events", "\x1b[31m"),
            [],
            'events: no participant has the id "\x1b[31m"',
        ),
    ],
)
def test_a_wrong_member_is_named_with_what_was_expected(kept, path, value, sentence):
    assert refusal(kept(changed(*path, value=value))) == sentence


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not JSON: Expecting value, line 1, column 1"),
        (b'{"stage":\n  oops}', "not JSON: Expecting value, line 2, column 3"),
        (b"[1]", "an object expected, not [1]"),
        (b"\xff\xfe{}", "not UTF-8 text (byte 0)"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"events": {"ana": [], "ana": []}}', 'the member "ana" stands twice in one object'),
    ],
)
def test_what_is_no_json_object_is_refused(kept, content, sentence):
    assert refusal(kept(content)) == sentence


def test_a_number_too_long_to_read_is_refused(kept):
    assert refusal(kept(b'{"stage": ' + b"9" * 5000 + b"}")).startswith("not JSON that can be read")


def test_a_long_wrong_value_is_cut(kept):
    text = refusal(kept(changed("stage", "arn", value="x" * 1000)))
    assert text.endswith("x...")
    assert len(text) < 120


def test_a_file_that_cannot_be_opened_is_refused(tmp_path):
    assert refusal(tmp_path / "none.json") == "No such file or directory"
    assert refusal(tmp_path) == "Is a directory"


def test_the_example_of_the_readme_is_a_case_file(kept):
    text = (ROOT / "README.md").read_text("utf-8").split("\n**Case files.** ")[1]
    example = re.search(r"```json\n(.*?)```", text, re.DOTALL)[1]
    case = read_case_file(kept(example.encode()))
    assert case.events["ben"] is None
    assert len(case.events["ana"]) == 1


def test_a_byte_order_mark_is_no_fault(kept):
    content = b"\xef\xbb\xbf" + json.dumps(sound()).encode()
    assert read_case_file(kept(content)).note == "one of a test"
