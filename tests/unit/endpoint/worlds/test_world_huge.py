import pytest

from ivscope.endpoint.worlds.huge import FLAKY
from support.huge_counting import CountingHugeWorld


@pytest.fixture
def counting():
    return CountingHugeWorld()


def big(world):
    arn = world.stages()[-1]["arn"]
    return arn, world.sessions(arn)[-1]["sessionId"]


def test_opening_and_looking_at_lengths_makes_nothing(counting):
    arn, session = big(counting)
    flaky = counting.id_at(arn, session, FLAKY)
    counting.made.clear()
    assert len(counting.stages()) == 1_000
    assert len(counting.sessions(arn)) == 300
    assert len(counting.participants(arn, session)) == 25_000
    assert len(counting.events(arn, session, flaky)) == 40_000
    assert counting.made == {}


def test_a_slice_makes_its_own_items_only(counting):
    arn, session = big(counting)
    flaky = counting.id_at(arn, session, FLAKY)
    counting.made.clear()
    page = list(counting.events(arn, session, flaky)[20_000:20_100])
    assert counting.made == {"event": 100}
    assert [event["participantId"] for event in page] == [flaky] * 100
    backwards = list(counting.events(arn, session, flaky)[::-1][19_900:20_000])
    assert counting.made == {"event": 200}
    assert backwards == page[::-1]
    list(counting.participants(arn, session)[24_900:])
    assert counting.made == {"event": 200, "participant": 100}


def test_finding_a_participant_makes_that_one_only(counting):
    arn, session = big(counting)
    wanted = [counting.id_at(arn, session, index) for index in (0, 11, 12, 24_999)]
    counting.made.clear()
    rows = [counting.participant(arn, session, participant) for participant in wanted]
    assert [row["participantId"] for row in rows] == wanted
    assert counting.made == {"participant": 4}


def test_ids_are_distinct_and_lead_back_to_their_own_item(huge):
    world = huge.world
    arn, session = big(world)
    ids = [row["participantId"] for row in world.participants(arn, session)]
    assert len(set(ids)) == 25_000
    for participant in ids[::997]:
        assert world.participant(arn, session, participant)["participantId"] == participant
    arns = [stage["arn"] for stage in world.stages()]
    assert len(set(arns)) == 1_000
    sessions = [row["sessionId"] for stage in arns[:40] for row in world.sessions(stage)]
    assert len(set(sessions)) == len(sessions) > 50


def test_a_session_belongs_to_its_own_stage_only(huge):
    world = huge.world
    arn, session = big(world)
    other = world.stages()[3]["arn"]
    assert world.participants(arn, session) is not None
    assert world.participants(other, session) is None


@pytest.mark.slow
def test_there_are_about_a_million_events_and_half_a_percent_are_errors(huge):
    world = huge.world
    arn, session = big(world)
    ids = [row["participantId"] for row in world.participants(arn, session)]
    counts = [len(world.events(arn, session, participant)) for participant in ids]
    assert max(counts) == counts[FLAKY] == 40_000
    assert 950_000 < sum(counts) < 1_050_000
    sample = [e for key in ids[12::25] for e in world.events(arn, session, key)]
    failed = [event for event in sample if "errorCode" in event]
    assert all(event["name"].endswith("_ERROR") for event in failed)
    assert 0.003 < len(failed) / len(sample) < 0.007


@pytest.mark.parametrize("place", ["big", "small", "live"])
def test_events_are_in_order_and_inside_what_the_publishers_did(huge, place):
    world = huge.world
    arn, session = big(world)
    if place == "small":
        session = world.sessions(arn)[17]["sessionId"]
    if place == "live":
        stage = next(stage for stage in world.stages() if "activeSessionId" in stage)
        arn, session = stage["arn"], stage["activeSessionId"]
    rows = list(world.participants(arn, session)[:40])
    joins = [row["firstJoinTime"] for row in rows]
    assert joins == sorted(joins)
    ids = [row["participantId"] for row in rows]
    end = world.sessions(arn)[-1].get("endTime", "~") if place == "big" else "~"
    shown = {}
    for participant in ids[:12]:
        own = {
            event["name"]: event["eventTime"] for event in world.events(arn, session, participant)
        }
        shown[participant] = (own["PUBLISH_STARTED"], own.get("PUBLISH_STOPPED", "~"))
    for row in rows:
        events = list(world.events(arn, session, row["participantId"]))
        times = [event["eventTime"] for event in events]
        assert times == sorted(times)
        assert times[0] == row["firstJoinTime"]
        assert times[-1] <= end
        assert (events[-1]["name"] == "LEFT") is (row["state"] == "DISCONNECTED")
        for event in events:
            if event["name"].startswith("SUBSCRIBE"):
                start, stop = shown[event["remoteParticipantId"]]
                assert start <= event["eventTime"] <= stop


def test_two_openings_give_the_same_items(opened):
    first, second = opened("huge").world, opened("huge").world
    arn, session = big(first)
    assert list(first.stages()) == list(second.stages())
    assert list(first.sessions(arn)) == list(second.sessions(arn))
    page = list(first.participants(arn, session)[9_000:9_100])
    assert page == list(second.participants(arn, session)[9_000:9_100])
    for row in page[:5]:
        assert list(first.events(arn, session, row["participantId"])) == list(
            second.events(arn, session, row["participantId"])
        )
