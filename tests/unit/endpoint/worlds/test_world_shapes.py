import itertools
import re
from datetime import datetime

import pytest

from ivscope.endpoint.worlds.catalog import open_world
from support.wire_shapes import SHAPES, violations

KNOWN_DEVIATIONS = (
    # Official samples have slashes here, the model's pattern has none.
    re.compile(r"\.recordingS3Prefix: does not fit the pattern \('[\w-]+/st-\w+/[\w-]+/\d+'\)"),
    # What IVS may add one day; the screen has to cope.
    re.compile(r"\.name: not in the enum \('STAGE_MIGRATED'\)"),
    re.compile(r"\.errorCode: not in the enum \('SESSION_LIMIT_EXCEEDED'\)"),
)


def unexpected(shape, value):
    return [
        text
        for text in violations(shape, value)
        if not any(known.fullmatch(text) for known in KNOWN_DEVIATIONS)
    ]


def shaped(opened, sample=None):
    """Pairs of shape name and structure, for all lists or for the first `sample` rows."""
    world = opened.world
    yield from (("IngestConfigurationSummary", row) for row in world.ingest_configurations())
    for stage in itertools.islice(world.stages(), sample):
        yield "Stage", stage
        for session in itertools.islice(world.sessions(stage["arn"]), sample):
            yield "StageSession", session
            place = stage["arn"], session["sessionId"]
            for row in itertools.islice(world.participants(*place), sample):
                yield "Participant", row
                yield "Participant", world.participant(*place, row["participantId"])
                events = world.events(*place, row["participantId"])
                yield from (("Event", event) for event in itertools.islice(events, sample))
                replicas = world.replicas(stage["arn"], row["participantId"])
                yield from (("ParticipantReplica", replica) for replica in replicas)


@pytest.mark.parametrize("name", ["incident", "quiet"])
def test_every_structure_fits_the_api_model(name, request):
    structures = list(shaped(request.getfixturevalue(name)))
    assert {shape for shape, _ in structures} >= {"Stage", "StageSession", "Participant", "Event"}
    assert [text for shape, value in structures for text in unexpected(shape, value)] == []


@pytest.mark.slow
def test_samples_of_the_huge_world_fit_the_api_model(huge):
    world = huge.world
    structures = list(shaped(huge, sample=40))
    structures += [("Stage", stage) for stage in world.stages()]
    arn = world.stages()[-1]["arn"]
    session = world.sessions(arn)[-1]["sessionId"]
    for row in world.participants(arn, session)[::997]:
        structures.append(("Participant", row))
        events = world.events(arn, session, row["participantId"])
        structures += [("Event", event) for event in events]
    assert [text for shape, value in structures for text in unexpected(shape, value)] == []


def test_participant_ids_have_twelve_letters_and_digits(incident, quiet):
    for opened in (incident, quiet):
        for arn, session in opened.sessions():
            for row in opened.world.participants(arn, session):
                assert re.fullmatch(r"[A-Za-z0-9]{12}", row["participantId"])


def test_event_times_are_whole_seconds_and_session_starts_may_have_milliseconds(incident, quiet):
    starts = []
    for opened in (incident, quiet):
        for shape, value in shaped(opened):
            if shape == "Event":
                assert datetime.fromisoformat(value["eventTime"]).microsecond == 0
            if shape == "StageSession":
                starts.append(value["startTime"])
    assert all(start.endswith("Z") for start in starts)
    assert {len(start) for start in starts} == {len("2026-11-20T20:30:29.602Z"), 20}


def test_the_incident_has_every_event_name_and_every_error_code(incident):
    events = [value for shape, value in shaped(incident) if shape == "Event"]
    names = {event["name"] for event in events}
    codes = {event["errorCode"] for event in events if "errorCode" in event}
    assert names == {*SHAPES["EventName"]["enum"], "STAGE_MIGRATED"}
    assert codes == {*SHAPES["EventErrorCode"]["enum"], "SESSION_LIMIT_EXCEEDED"}
    without_code = [e for e in events if e["name"].endswith("_ERROR") and "errorCode" not in e]
    assert len(without_code) == 1


def test_the_incident_has_every_recording_state_and_protocol(incident):
    rows = [value for shape, value in shaped(incident) if shape == "Participant"]
    states = {row["recordingState"] for row in rows}
    assert states == set(SHAPES["ParticipantRecordingState"]["enum"])
    protocols = {row["protocol"] for row in rows if "protocol" in row}
    assert protocols == set(SHAPES["ParticipantProtocol"]["enum"])
    assert {"NONE", "SOURCE", "REPLICA"} == {row["replicationType"] for row in rows}
    assert any(row.get("redundantIngest") for row in rows)


def test_the_incident_has_ingest_configurations_of_every_kind_and_no_stream_key(incident):
    rows = incident.world.ingest_configurations()
    assert {row["ingestProtocol"] for row in rows} == set(SHAPES["IngestProtocol"]["enum"])
    assert {row["state"] for row in rows} == set(SHAPES["IngestConfigurationState"]["enum"])
    assert {row["redundantIngest"] for row in rows} == {True, False}
    assert "" in {row["stageArn"] for row in rows}
    known = set(SHAPES["IngestConfigurationSummary"]["members"])
    assert all(set(row) <= known for row in rows)


def test_the_quiet_world_has_no_errors_and_one_participant_without_events(quiet):
    events = [value for shape, value in shaped(quiet) if shape == "Event"]
    assert not [e for e in events if "errorCode" in e or e["name"].endswith("_ERROR")]
    counts = [
        len(found) for place in quiet.sessions() for found in quiet.events_of(*place).values()
    ]
    assert counts.count(0) == 1
    assert [len(quiet.world.sessions(stage["arn"])) for stage in quiet.world.stages()] == [5, 0]


@pytest.mark.parametrize("name", ["incident", "quiet", "huge"])
def test_unknown_ids_have_no_answers(name, request):
    world = request.getfixturevalue(name).world
    arn = world.stages()[-1]["arn"] if name != "quiet" else world.stages()[0]["arn"]
    session = world.sessions(arn)[-1]["sessionId"]
    nowhere = "arn:aws:ivs:us-west-2:123456789012:stage/nobody"
    assert world.sessions(nowhere) is None
    assert world.participants(nowhere, session) is None
    for unknown in ("st-0000000000000", "st-zzzzzzzzzzzzz", "", "st-", "st-áááááááááááá"):
        assert world.participants(arn, unknown) is None
        assert world.events(arn, unknown, "AAAAAAAAAAAA") is None
    for unknown in ("zzzzzzzzzzzz", "000000000000", "", "a", "-", "zzzzzzzzzzzzz"):
        assert world.participant(arn, session, unknown) is None
        assert world.events(arn, session, unknown) is None
        assert len(world.replicas(arn, unknown)) == 0


@pytest.mark.parametrize("name", ["incident", "quiet"])
def test_two_openings_at_the_same_time_are_equal(name, opened):
    assert opened(name).everything() == opened(name).everything()


def test_the_world_of_the_samples_has_empty_texts_where_the_others_leave_the_member_out(
    incident, opened
):
    odd = opened("samples")
    for place in incident.sessions():
        plain_rows, odd_rows = incident.world.participants(*place), odd.world.participants(*place)
        for plain, row in zip(plain_rows, odd_rows, strict=True):
            added = {name for name in row if name not in plain}
            assert added <= {"userId", "sdkVersion", "sourceStageArn", "sourceSessionId"}
            assert all(row[name] == "" for name in added)
            is_source = row["replicationType"] == "SOURCE"
            assert ("sourceStageArn" in added) == is_source
            assert row == odd.world.participant(*place, row["participantId"])
    structures = list(shaped(odd))
    odd_texts = {text for shape, value in structures for text in unexpected(shape, value)}
    assert odd_texts
    assert all(text.startswith(".source") and text.endswith("('')") for text in odd_texts)


def test_an_unknown_world_names_the_known_ones():
    with pytest.raises(ValueError, match="incident, quiet, huge, samples"):
        open_world("Incident", datetime.now)
