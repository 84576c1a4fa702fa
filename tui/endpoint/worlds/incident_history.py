"""Older sessions of the main stage, and the other stages of the incident world."""

from datetime import datetime, timedelta

from tui.domain import events
from tui.endpoint.worlds.people import (
    chrome,
    encoder,
    ingest_arn,
    iphone,
    safari,
    session_id,
    short_id,
    stage_arn,
)
from tui.endpoint.worlds.person import HOST
from tui.endpoint.worlds.timeline import Timeline
from tui.endpoint.worlds.told_world import ToldStage

LONG_NAME = "-".join(["acme-broadcast-eu-central-production-ring-3"] * 3)[:128]
"""As long as IVS allows (IVS API: StageName)."""


def tell_restream(arn: str, midnight: datetime) -> Timeline:
    """A restream around the clock that meets the limit of 24 hours.

    Both streams of a redundant ingest are participants; the second one started six hours later
    and so keeps the restream alive.
    """
    start = midnight - timedelta(days=4) + timedelta(hours=12, seconds=4, milliseconds=271)
    restream = Timeline(arn, session_id(arn, "restream"), start)
    first, limit = restream.at("12:00:11"), timedelta(hours=24)
    end = first + limit + timedelta(hours=3, minutes=9)
    restream.end = end + timedelta(minutes=2)
    region = arn.split(":")[3]
    pair = {"redundantIngest": True}
    primary = restream.encoder("loop-24x7-a", encoder("RTMPS", ingest_arn(region, "loop-a")) | pair)
    primary.stay(first, first + limit + timedelta(seconds=1)).publish(first, first + limit)
    primary.fail(first + limit, "STREAM_DURATION_EXCEEDED")
    backup = restream.encoder("loop-24x7-b", encoder("RTMPS", ingest_arn(region, "loop-b")) | pair)
    backup.stay(restream.at("18:00:11"), end).publish(restream.at("18:00:11"), end)
    for machine in (primary, backup):
        machine.recorded(first, "STOPPED")
    kiosk = restream.viewer("kiosk-lobby", chrome(), first + timedelta(seconds=20), end)
    kiosk.carries(role="kiosk", floor="0")
    return restream


def tell_future(arn: str, midnight: datetime) -> Timeline:
    """A session with an event name and an error code that nobody knows yet."""
    start = midnight - timedelta(days=2) + timedelta(hours=19, microseconds=915_300)
    future = Timeline(arn, session_id(arn, "future"), start)
    at = future.at
    future.end = at("19:41:00")
    early = future.host("mara-host", safari(), at("19:00:03"), at("19:38:50"))
    early.publish(at("19:00:03"), at("19:38:50")).tell(at("19:20:00"), "STAGE_MIGRATED")
    late = future.host("beta-tester", chrome(), at("19:05:00"), at("19:30:00"))
    late.fail(at("19:05:02"), "SESSION_LIMIT_EXCEEDED")
    odd = future.person("odd-client", iphone()).stay(at("19:10:00"), at("19:12:00"))
    new = odd.tokens[0][1]
    odd.tell(at("19:11:00"), events.TOKEN_EXCHANGED, newToken=new.members())
    return future


def tell_soundcheck(arn: str, midnight: datetime) -> Timeline:
    """Fifteen minutes yesterday before the show in which all went well."""
    start = midnight - timedelta(days=1) + timedelta(hours=19, minutes=5, microseconds=48_000)
    check = Timeline(arn, session_id(arn, "soundcheck"), start)
    at = check.at
    check.end = at("19:22:10")
    for name, begin, end in (
        ("mara-host", at("19:05:02"), at("19:19:40")),
        ("tech", at("19:06:00"), at("19:20:00")),
    ):
        someone = check.host(name, safari(), begin, end)
        someone.publish(begin, end).recorded(begin, "STOPPED")
    return check


def tell_other_stages(region: str, epoch: datetime) -> list[ToldStage]:
    """Stages that the incident does not touch."""
    stages = [
        ToldStage(stage_arn(region, short_id(region, "stage", place)), name)
        for place, name in (
            ("load-test", "load-test"),
            ("unnamed", ""),
            ("long", LONG_NAME),
            ("green-room", "green-room"),
            ("audio-lounge", "audio-lounge"),
        )
    ]
    _, unnamed, _, green_room, lounge = stages
    lounge.tags = {"team": "community", "env": "production"}
    start = epoch.replace(microsecond=0) - timedelta(days=9)
    for stage in (unnamed, green_room):
        end = start + timedelta(minutes=12)
        calm = Timeline(stage.arn, session_id(stage.arn, "calm"), start, end)
        calm.host("producer", chrome(), start, end).publish(start, end)
        stage.timelines.append(calm)
    opened = epoch.replace(microsecond=0) - timedelta(hours=3, minutes=4)
    talk = Timeline(lounge.arn, session_id(lounge.arn, "talk"), opened)
    for number, name in enumerate(("ruth", "piotr")):
        speaker = talk.person(name, safari(), HOST).carries(role="speaker")
        joined = opened + timedelta(seconds=4 + 50 * number)
        speaker.stay(joined).publish(joined)
    talk.viewer("listener", iphone(), opened + timedelta(minutes=30))
    lounge.timelines.append(talk)
    return stages
