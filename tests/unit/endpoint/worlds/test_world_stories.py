import itertools
import re
from datetime import datetime, timedelta

import pytest

from ivscope.endpoint.worlds.incident import MAIN_ARN, RIVAL_ARN, IncidentWorld

SHOW = "st-dxMFysKnE9UAk"
RESTREAM = "st-WzDwn45B2IFci"


@pytest.fixture(scope="module")
def show(incident):
    """Participant id to events of the show."""
    return incident.events_of(MAIN_ARN, SHOW)


@pytest.fixture(scope="module")
def rows(incident):
    """Participant id to Participant structure of the show."""
    return {row["participantId"]: row for row in incident.world.participants(MAIN_ARN, SHOW)}


def clock_time(event):
    return event["eventTime"][11:19]


def errors(events, code=None):
    return [e for e in events if "ERROR" in e["name"] and (code is None or e["errorCode"] == code)]


def publishing_at(show, time):
    """Ids of those who are publishing at this UTC time of day."""
    publishing = set()
    for participant, events in show.items():
        for event in events:
            if clock_time(event) <= time and event["name"] == "PUBLISH_STARTED":
                publishing.add(participant)
            if clock_time(event) <= time and event["name"] == "PUBLISH_STOPPED":
                publishing.discard(participant)
    return publishing


def test_every_id_and_time_of_the_cast_is_true(incident, show):
    story = IncidentWorld.__doc__
    known = {
        participant
        for arn, session in incident.sessions()
        for participant in incident.events_of(arn, session)
    }
    known_sessions = {session for _, session in incident.sessions()}
    ids = set(re.findall(r"\b(?=\w*\d)[A-Za-z0-9]{12}\b", story)) - {"WNhB3Ri0FIqI"}
    assert len(ids) > 20
    assert ids <= known
    assert set(re.findall(r"st-\w{13}", story)) <= known_sessions
    times = {clock_time(event) for events in show.values() for event in events}
    assert set(re.findall(r"\d\d:\d\d:\d\d", story)) - {"20:39:50"} <= times


def test_the_show_has_about_forty_participants(rows):
    assert 36 <= len(rows) <= 44


def test_a_promotion_gives_publish_and_a_demotion_stops_it_in_the_same_second(show):
    jose = show["beRSlnzycy6R"]
    promoted, demoted = [event for event in jose if event["name"] == "TOKEN_EXCHANGED"]
    assert promoted["previousToken"]["capabilities"] == ["SUBSCRIBE"]
    assert promoted["newToken"]["capabilities"] == ["SUBSCRIBE", "PUBLISH"]
    before, after = (
        datetime.fromisoformat(promoted[token]["expirationTime"])
        for token in ("previousToken", "newToken")
    )
    assert after - before == timedelta(hours=1)
    assert promoted["newToken"]["attributes"] == {"role": "cohost", "seat": "2"}
    assert demoted["previousToken"] == promoted["newToken"]
    assert demoted["newToken"]["capabilities"] == ["SUBSCRIBE"]
    (stopped,) = [event for event in jose if event["name"] == "PUBLISH_STOPPED"]
    assert stopped["eventTime"] == demoted["eventTime"]
    assert [clock_time(event) for event in errors(jose)] == ["21:02:51", "21:03:20"]


@pytest.mark.parametrize("time", ["20:47:12", "20:47:31", "20:48:05"])
def test_twelve_are_publishing_when_the_thirteenth_is_refused(show, rows, time):
    priya = show["tAv0YThNuP8y"]
    assert time in [clock_time(event) for event in errors(priya, "QUOTA_EXCEEDED")]
    publishing = publishing_at(show, time)
    assert len(publishing) == 12
    assert "tAv0YThNuP8y" not in publishing
    assert [rows[key]["replicationType"] for key in publishing].count("REPLICA") == 1


def test_publisher_not_found_has_three_different_reasons(show):
    (nina,), (sam,), (ming,) = (
        errors(show[key]) for key in ("BZgGuCPI0fGj", "JhfSgFM6eY3y", "urIXg3HLgZuA")
    )
    gone = show[nina["remoteParticipantId"]][-1]
    assert gone["name"] == "LEFT"
    late = datetime.fromisoformat(nina["eventTime"]) - datetime.fromisoformat(gone["eventTime"])
    assert late == timedelta(seconds=2)
    never = show[sam["remoteParticipantId"]]
    assert "PUBLISH_STARTED" not in {event["name"] for event in never}
    assert ming["remoteParticipantId"] in publishing_at(show, clock_time(ming))


def test_the_reused_stream_key_is_in_use_by_another_participant(show, rows):
    ingest = rows["8D9fYEaOPbzU"]["ingestConfigurationArn"]
    (other,) = (
        key
        for key, row in rows.items()
        if row.get("ingestConfigurationArn") == ingest and key != "8D9fYEaOPbzU"
    )
    for event in errors(show["8D9fYEaOPbzU"], "REUSE_OF_STREAM_KEY"):
        assert other in publishing_at(show, clock_time(event))


def test_the_configurations_fit_what_the_encoders_met(incident, rows):
    keys = {row["arn"]: row for row in incident.world.ingest_configurations()}
    backup, kit, old = (
        keys[rows[key]["ingestConfigurationArn"]]
        for key in ("8D9fYEaOPbzU", "jqbWFZaWBQoZ", "pbQ20JUFwm7o")
    )
    assert (backup["stageArn"], backup["state"]) == (MAIN_ARN, "ACTIVE")
    assert backup["participantId"] not in rows
    assert (kit["stageArn"], kit["state"]) == ("", "INACTIVE")
    assert (old["ingestProtocol"], rows["pbQ20JUFwm7o"]["protocol"]) == ("RTMPS", "RTMP")


def test_encoder_codes_come_from_encoders_only(show, rows):
    for key, events in show.items():
        for event in errors(events):
            if re.match("BITRATE|RESOLUTION|B_FRAME|INVALID|REUSE", event.get("errorCode", "")):
                assert rows[key]["protocol"] in {"RTMP", "RTMPS", "WHIP"}


def test_the_restream_ends_after_exactly_a_day_while_its_twin_goes_on(incident):
    events = incident.events_of(MAIN_ARN, RESTREAM)
    own = {event["name"]: event for event in events["cFTCie3pl4uw"]}
    assert own["PUBLISH_ERROR"]["errorCode"] == "STREAM_DURATION_EXCEEDED"
    started = datetime.fromisoformat(own["PUBLISH_STARTED"]["eventTime"])
    failed = datetime.fromisoformat(own["PUBLISH_ERROR"]["eventTime"])
    assert failed - started == timedelta(hours=24)
    twin = {event["name"]: event["eventTime"] for event in events["b53nMfRlI6Qu"]}
    assert own["PUBLISH_STARTED"]["eventTime"] < twin["PUBLISH_STARTED"]
    assert twin["PUBLISH_STOPPED"] > own["PUBLISH_ERROR"]["eventTime"]


def test_seven_participants_meet_an_internal_error_within_forty_seconds(show):
    failed = [
        (event["eventTime"], key)
        for key, events in show.items()
        for event in errors(events)
        if event.get("errorCode") == "INTERNAL_SERVER_EXCEPTION"
    ]
    assert len({key for _, key in failed}) == 7
    first, last = (datetime.fromisoformat(pick(failed)[0]) for pick in (min, max))
    assert last - first <= timedelta(seconds=40)


def test_one_participant_fails_to_join_and_another_one_is_not_even_listed(incident, show):
    refused, joined = show["KoM97MQi7gVn"][:2]
    assert (refused["name"], joined["name"]) == ("JOIN_ERROR", "JOINED")
    assert "errorCode" not in refused
    assert "WNhB3Ri0FIqI" not in show
    (only,) = incident.world.events(MAIN_ARN, SHOW, "WNhB3Ri0FIqI")
    assert (only["name"], only["errorCode"]) == ("JOIN_ERROR", "INVALID_STREAM_KEY")
    ghost = incident.world.participant(MAIN_ARN, SHOW, "WNhB3Ri0FIqI")
    assert "firstJoinTime" not in ghost


def test_the_flaky_phone_hides_its_errors_deep_in_a_long_list_with_a_silence(show):
    events = show["GKTLNRRbA6FI"]
    assert 600 < len(events) < 900
    places = [number for number, event in enumerate(events) if "ERROR" in event["name"]]
    assert places
    for place in places:
        assert min(place, len(events) - 1 - place) >= 300
    times = [datetime.fromisoformat(event["eventTime"]) for event in events]
    assert max(b - a for a, b in itertools.pairwise(times)) > timedelta(minutes=9)


def test_the_battle_links_both_stages_in_both_directions(incident):
    world = incident.world
    for arn, other, participant in (
        (MAIN_ARN, RIVAL_ARN, "rJ8znbQQyqev"),
        (RIVAL_ARN, MAIN_ARN, "ZfD7Z0rI8EzQ"),
    ):
        (replica,) = world.replicas(arn, participant)
        assert replica["destinationStageArn"] == other
        session = replica["destinationSessionId"]
        copy = world.participant(other, session, participant)
        assert copy["replicationType"] == "REPLICA"
        assert copy["sourceStageArn"] == arn
        assert copy["sourceSessionId"] == replica["sourceSessionId"]
        original = world.participant(arn, replica["sourceSessionId"], participant)
        assert (original["replicationType"], original["replicationState"]) == ("SOURCE", "STOPPED")
        own = world.events(arn, replica["sourceSessionId"], participant)
        began, ended = [event for event in own if event["name"].startswith("REPLICATION")]
        for event in (began, ended):
            assert event["destinationStageArn"] == other
            assert event["destinationSessionId"] == session
        copied = world.events(other, session, participant)
        assert began["eventTime"] < copied[0]["eventTime"]
        assert copied[-1]["eventTime"] == ended["eventTime"]


def test_an_old_web_sdk_fails_right_after_an_exchange_in_three_sessions(incident):
    seen = set()
    for arn, session in incident.sessions():
        for key, events in incident.events_of(arn, session).items():
            sdk = incident.world.participant(arn, session, key)["sdkVersion"]
            for before, after in itertools.pairwise(events):
                if before["name"] == "TOKEN_EXCHANGED" and "ERROR" in after["name"]:
                    assert sdk == "1.33.0"
                    seen.add((arn, session))
    assert len(seen) == 3


def test_user_ids_are_plain_empty_absent_foreign_and_hostile(rows):
    users = [row.get("userId") for row in rows.values()]
    assert {None, "", "José", "用户-小明", "[b]ops[/b]", "mara-host"} <= set(users)
    assert users.count("tariq-mobile") == 7
    sizes = [sum(len(k) + len(v) for k, v in row["attributes"].items()) for row in rows.values()]
    assert 150 < max(sizes) < 1024


def test_stages_are_live_and_idle_with_empty_and_long_names(incident):
    stages = incident.world.stages()
    assert len(stages) == 7
    assert {"", "fri-night-live", "fri-night-rival"} < {stage["name"] for stage in stages}
    assert max(len(stage["name"]) for stage in stages) == 128
    assert sum("activeSessionId" in stage for stage in stages) == 3
    assert stages[-1]["name"] == "fri-night-live"
