import itertools
from datetime import UTC, datetime, timedelta

import pytest

STEPS = (7, 20, 61, 45, 600, 3_600)


def live(opened):
    arn = opened.stage("fri-night-live")
    return arn, opened.world.sessions(arn)[-1]["sessionId"]


def test_lists_of_the_live_session_only_grow_at_their_end(opened):
    watched = opened("incident")
    place = live(watched)
    grown = 0
    before = watched.events_of(*place)
    order = list(before)
    for seconds in STEPS:
        watched.clock.advance(seconds)
        after = watched.events_of(*place)
        assert list(after)[: len(order)] == order
        for participant, events in before.items():
            assert after[participant][: len(events)] == events
            grown += len(after[participant]) > len(events)
        before, order = after, list(after)
    assert grown > 5 * len(STEPS)


def test_the_host_of_the_live_session_gets_an_event_within_a_minute(opened):
    watched = opened("incident")
    arn, session = live(watched)
    host = watched.world.participants(arn, session)[0]["participantId"]
    for _ in range(60):
        count = len(watched.world.events(arn, session, host))
        watched.clock.advance(60)
        assert len(watched.world.events(arn, session, host)) > count


def test_nothing_that_has_ended_changes_while_time_goes_by(opened):
    watched = opened("incident")
    places = [place for place in watched.sessions() if place != live(watched)]
    arn = watched.stage("fri-night-live")
    ended = [place for place in places if place[0] == arn]
    before = [(watched.events_of(*place), watched.world.participants(*place)) for place in ended]
    watched.clock.advance(7_200)
    after = [(watched.events_of(*place), watched.world.participants(*place)) for place in ended]
    assert before == after
    assert len(ended) == 4


def test_state_published_and_recording_follow_the_clock(opened):
    watched = opened("incident")
    arn, session = live(watched)

    def row(user):
        rows = watched.world.participants(arn, session)
        return next(row for row in rows if row.get("userId") == user)

    assert row("lena-guest")["recordingState"] == "STARTING"
    assert row("omar-guest")["recordingState"] == "STOPPING"
    assert row("ines-cohost")["attributes"] == {"role": "cohost", "seat": "2"}
    assert row("viewer-005")["state"] == "CONNECTED"
    watched.clock.advance(12 * 60)
    assert row("lena-guest")["recordingState"] == "ACTIVE"
    assert row("omar-guest")["recordingState"] == "STOPPED"
    assert row("ines-cohost")["attributes"] == {"role": "viewer"}
    assert row("viewer-005")["state"] == "DISCONNECTED"


def test_a_running_replication_stops_when_its_time_comes(opened):
    watched = opened("incident")
    arn, session = live(watched)
    host = watched.world.participants(arn, session)[0]["participantId"]
    states = [replica["replicationState"] for replica in watched.world.replicas(arn, host)]
    assert states == ["ACTIVE"]
    watched.clock.advance(3_600)
    states = [replica["replicationState"] for replica in watched.world.replicas(arn, host)]
    assert states == ["STOPPED"]


def test_the_quiet_live_session_stays_as_it_is(opened):
    watched = opened("quiet")
    arn = watched.stage("team-standup")
    session = watched.world.sessions(arn)[-1]["sessionId"]
    before = watched.events_of(arn, session)
    watched.clock.advance(86_400)
    assert watched.events_of(arn, session) == before
    assert watched.world.stages()[0]["activeSessionId"] == session


@pytest.mark.parametrize(
    "epoch",
    [
        datetime(2026, 11, 24, 0, 0, tzinfo=UTC),
        datetime(2026, 11, 24, 0, 24, 59, 999_999, tzinfo=UTC),
        datetime(2024, 3, 1, 23, 59, 59, tzinfo=UTC),
    ],
)
@pytest.mark.parametrize("name", ["incident", "quiet"])
def test_sessions_follow_each_other_at_whatever_time_a_world_is_opened(name, epoch, opened):
    world = opened(name, epoch).world
    for stage in world.stages():
        sessions = world.sessions(stage["arn"])
        spans = [(datetime.fromisoformat(row["startTime"]), row.get("endTime")) for row in sessions]
        assert all(start <= epoch for start, _ in spans)
        for (_, ended), (start, _) in itertools.pairwise(spans):
            assert datetime.fromisoformat(ended) <= start
        live = [row["sessionId"] for row in sessions if "endTime" not in row]
        assert live == ([stage["activeSessionId"]] if "activeSessionId" in stage else [])


def test_the_show_is_always_yesterday_evening(opened):
    for day in (1, 24):
        epoch = datetime(2026, 11, day, 0, 10, tzinfo=UTC)
        shown = opened("incident", epoch)
        session = shown.world.sessions(shown.stage("fri-night-live"))[-2]
        yesterday = (epoch - timedelta(days=1)).date()
        assert session["startTime"] == f"{yesterday}T20:30:29.602Z"
        assert session["endTime"] == f"{yesterday}T21:24:00Z"
