from collections import defaultdict
from datetime import datetime

import pytest


def spans(events, begins, ends, remote=None):
    """Pairs of begin and end of matching events; the end is None when it is still open."""
    pairs, open_since = [], None
    for event in events:
        if remote is not None and event.get("remoteParticipantId") != remote:
            continue
        if event["name"] == begins:
            assert open_since is None, f"begins twice: {event}"
            open_since = event["eventTime"]
        elif event["name"] == ends:
            assert open_since is not None, f"ends without a beginning: {event}"
            pairs.append((open_since, event["eventTime"]))
            open_since = None
    return pairs if open_since is None else [*pairs, (open_since, None)]


def covered(inner, outer):
    start, end = inner
    return any(
        begin <= start and (stop is None or (end is not None and end <= stop))
        for begin, stop in outer
    )


def moments(opened):
    """The world as opened, and a good hour later."""
    yield opened
    opened.clock.advance(4_000)
    yield opened


@pytest.fixture(params=["incident", "quiet"])
def sessions(request, opened):
    """Every session at two moments: rows by participant id, and events by participant id."""
    found = []
    for world in moments(opened(request.param)):
        for place in world.sessions():
            rows = {row["participantId"]: row for row in world.world.participants(*place)}
            found.append((rows, world.events_of(*place)))
    return found


def test_events_are_in_the_order_of_time(sessions):
    for _, events in sessions:
        for own in events.values():
            times = [datetime.fromisoformat(event["eventTime"]) for event in own]
            assert times == sorted(times)


def test_stays_and_publications_come_in_pairs_and_one_is_inside_the_other(sessions):
    for _, events in sessions:
        for own in events.values():
            stays = spans(own, "JOINED", "LEFT")
            for publication in spans(own, "PUBLISH_STARTED", "PUBLISH_STOPPED"):
                assert covered(publication, stays)


def test_subscriptions_come_in_pairs_inside_the_stay_and_inside_the_publication(sessions):
    checked = 0
    for _, events in sessions:
        for own in events.values():
            stays = spans(own, "JOINED", "LEFT")
            remotes = {e["remoteParticipantId"] for e in own if e["name"] == "SUBSCRIBE_STARTED"}
            for remote in remotes:
                shown = spans(events[remote], "PUBLISH_STARTED", "PUBLISH_STOPPED")
                for pair in spans(own, "SUBSCRIBE_STARTED", "SUBSCRIBE_STOPPED", remote):
                    assert covered(pair, stays)
                    assert covered(pair, shown)
                    checked += 1
    assert checked > 20


def test_the_participant_structure_agrees_with_the_events(sessions):
    for rows, events in sessions:
        for participant, own in events.items():
            row = rows[participant]
            joined = [event["eventTime"] for event in own if event["name"] == "JOINED"]
            if not own:
                continue
            assert row["firstJoinTime"] == joined[0]
            stays = spans(own, "JOINED", "LEFT")
            assert row["state"] == ("CONNECTED" if stays[-1][1] is None else "DISCONNECTED")
            assert row["published"] == any(event["name"] == "PUBLISH_STARTED" for event in own)


def test_nobody_publishes_without_the_capability(sessions):
    for _, events in sessions:
        for own in events.values():
            allowed = None
            for event in own:
                if event["name"] == "TOKEN_EXCHANGED":
                    allowed = "PUBLISH" in event["newToken"]["capabilities"]
                elif event["name"] == "PUBLISH_STARTED":
                    assert allowed is not False


@pytest.mark.parametrize("name", ["incident", "quiet"])
def test_every_encoder_has_its_ingest_configuration_and_that_tells_who_uses_it(opened, name):
    for world in moments(opened(name)):
        keys = {row["arn"]: row for row in world.world.ingest_configurations()}
        users = defaultdict(dict)
        for place in world.sessions():
            for row in world.world.participants(*place):
                arn = row.get("ingestConfigurationArn")
                if arn is not None:
                    users[arn][row["participantId"]] = (
                        row,
                        world.world.events(*place, row["participantId"]),
                    )
        assert set(users) == set(keys)
        for arn, key in keys.items():
            row, _ = users[arn][key["participantId"]]
            assert key.get("userId") == row.get("userId")
            assert key["redundantIngest"] == row.get("redundantIngest", False)
            now = [
                user
                for user, (_, own) in users[arn].items()
                if any(end is None for _, end in spans(own, "PUBLISH_STARTED", "PUBLISH_STOPPED"))
            ]
            assert now == ([key["participantId"]] if key["state"] == "ACTIVE" else [])


def test_there_are_never_more_than_twelve_publishers(sessions):
    most = 0
    for _, events in sessions:
        changes = [
            (moment, change)
            for own in events.values()
            for pair in spans(own, "PUBLISH_STARTED", "PUBLISH_STOPPED")
            for moment, change in zip(pair, (1, -1), strict=True)
            if moment is not None
        ]
        count = 0
        # Starts before stops of the same second: the strictest reading of whole seconds.
        for _, change in sorted(changes, key=lambda item: (item[0], -item[1])):
            count += change
            most = max(most, count)
    assert most <= 12


def test_copies_carry_the_replica_flag_and_so_do_subscriptions_to_them(sessions):
    for rows, events in sessions:
        copies = {key for key, row in rows.items() if row["replicationType"] == "REPLICA"}
        for own in events.values():
            for event in own:
                about = event.get("remoteParticipantId", event["participantId"])
                assert event.get("replica", False) is (about in copies)
