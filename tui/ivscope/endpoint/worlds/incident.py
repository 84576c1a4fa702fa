"""IncidentWorld: a show of yesterday with many errors, a live one, and stages without errors."""

from datetime import datetime, timedelta
from typing import Final

from ivscope.domain import events
from ivscope.endpoint.worlds.incident_show import (
    build_crowd,
    build_encoders,
    build_ingests,
    build_show,
)
from ivscope.endpoint.worlds.people import (
    android,
    chrome,
    encoder,
    firefox,
    ingest_arn,
    iphone,
    safari,
    session_id,
    short_id,
    stage_arn,
    viewer,
)
from ivscope.endpoint.worlds.person import HOST, VIEWER
from ivscope.endpoint.worlds.timeline import Timeline, attempt
from ivscope.endpoint.worlds.timeline_world import PresentTime, TimelineStage, TimelineWorld

AHEAD: Final = timedelta(hours=4)
"""How long events go on after the world was opened."""

_TURN = timedelta(seconds=40)
"""How long each caller in turn is on stage."""

_TALK = timedelta(seconds=25)


class _Moments:
    """Times relative to the opening of the world, in minutes and seconds."""

    def __init__(self, epoch: datetime) -> None:
        self._epoch = epoch.replace(microsecond=0)

    def __call__(self, minutes: float, seconds: float = 0) -> datetime:
        return self._epoch + timedelta(minutes=minutes, seconds=seconds)


def build_live(arn: str, rival_arn: str, epoch: datetime) -> tuple[Timeline, Timeline]:
    """Build the live sessions of the main stage and of the rival's stage."""
    when = _Moments(epoch)
    micro = timedelta(microseconds=118_204)
    live = Timeline(arn, session_id(arn, "live"), when(-25) + micro)
    rival = Timeline(rival_arn, session_id(rival_arn, "live"), when(-30) + micro)
    _stage_people(live, when)
    _promotion(live, when)
    _battle(live, rival, when)
    _callers(live, when)
    _flaky_phone(live, when)
    _audience(live, when)
    return live, rival


def _stage_people(live: Timeline, when: _Moments) -> None:
    dev = live.host("dev-guest", chrome(), when(-22, -5)).carries(role="guest", seat="3")
    dev.publish(when(-22)).recorded(when(-22), "ACTIVE")
    omar = live.host("omar-guest", firefox(), when(-20, -9)).carries(role="guest", seat="4")
    omar.publish(when(-20), when(0, -10))
    for moment, state in ((when(-20), "ACTIVE"), (when(0, -10), "STOPPING"), (when(1), "STOPPED")):
        omar.recorded(moment, state)
    lena = live.host("lena-guest", iphone(), when(-1, -2)).carries(role="guest", seat="5")
    lena.publish(when(0, -40))
    lena.recorded(when(0, -40), "STARTING").recorded(when(0, 20), "ACTIVE")
    region = live.stage_arn.split(":")[3]
    feed = live.encoder("program-feed", encoder("RTMPS", ingest_arn(region, "program")))
    begin = when(-24)
    while begin < when(0) + AHEAD:
        attempt(feed, begin, 6 * 60 + 48, "BITRATE_EXCEEDED")
        begin += timedelta(minutes=7)
    feed.recorded(when(-24), "FAILED")
    web = live.viewer("ada-web", chrome("1.33.0"), when(-9)).carries(role="viewer")
    web.exchange(when(-8, 30), capabilities=HOST, attributes={"role": "guest"})
    web.fail(when(-8, 31), "INSUFFICIENT_CAPABILITIES")


def _promotion(live: Timeline, when: _Moments) -> None:
    """A guest promoted twelve minutes before the opening and demoted 90 seconds after it."""
    ines = live.viewer("ines-cohost", safari(), when(-18))
    longer = ines.tokens[0][1].expiration + timedelta(hours=1)
    role = {"role": "cohost", "seat": "2"}
    ines.exchange(when(-12), capabilities=HOST, attributes=role, expiration=longer)
    ines.publish(when(-12, 4), when(1, 30))
    ines.exchange(when(1, 30), capabilities=VIEWER, attributes={"role": "viewer"})
    ines.fail(when(1, 50), "INSUFFICIENT_CAPABILITIES")
    ines.fail(when(2, 10), "INSUFFICIENT_CAPABILITIES")


def _battle(live: Timeline, rival: Timeline, when: _Moments) -> None:
    """A battle that began six minutes before the opening and goes on for fifty."""
    mara = live.host("mara-host", safari(), when(-25, 10)).carries(role="host", seat="1")
    mara.publish(when(-25, 10)).recorded(when(-25, 12), "ACTIVE")
    kenji = rival.host("kenji-rival", chrome(), when(-30, 4)).carries(role="host", seat="1")
    kenji.publish(when(-30, 4))
    rival.viewer("rival-fan-1", android(), when(-21))
    rival.viewer("rival-fan-2", chrome(), when(-4))
    live.replicate(mara, rival, when(-6), when(50))
    rival.replicate(kenji, live, when(-6, 2), when(50))


def _callers(live: Timeline, when: _Moments) -> None:
    """Three callers take turns, so that the lists of all participants grow all the time."""
    callers = [
        live.host(f"caller-{number}", facts, when(-21, number)).carries(role="caller")
        for number, facts in enumerate((iphone(), android(), chrome()), start=1)
    ]
    turn, begin = 0, when(-20)
    while begin < when(0) + AHEAD:
        callers[turn % len(callers)].publish(begin, begin + _TALK)
        turn, begin = turn + 1, begin + _TURN


def _flaky_phone(live: Timeline, when: _Moments) -> None:
    phone = live.person("dana-phone", iphone()).carries(role="viewer", plan="premium")
    begin = when(-15)
    while begin < when(0) + AHEAD:
        phone.stay(begin, begin + timedelta(seconds=45))
        begin += timedelta(seconds=50)


def _audience(live: Timeline, when: _Moments) -> None:
    """Somebody new every four minutes and forty seconds, who stays for twelve minutes."""
    number, begin = 1, when(-23)
    while begin < when(0) + AHEAD:
        live.viewer(f"viewer-{number:03}", viewer(number), begin, begin + timedelta(minutes=12))
        number, begin = number + 1, begin + timedelta(minutes=4, seconds=40)


LONG_NAME = "-".join(["acme-broadcast-eu-central-production-ring-3"] * 3)[:128]
"""As long as IVS allows (IVS API: StageName)."""


def build_restream(arn: str, midnight: datetime) -> Timeline:
    """A restream around the clock that is ended by the limit of 24 hours.

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


def build_future(arn: str, midnight: datetime) -> Timeline:
    """A session with an event name and an error code that ivscope does not know."""
    start = midnight - timedelta(days=2) + timedelta(hours=19, microseconds=915_300)
    future = Timeline(arn, session_id(arn, "future"), start)
    at = future.at
    future.end = at("19:41:00")
    early = future.host("mara-host", safari(), at("19:00:03"), at("19:38:50"))
    early.publish(at("19:00:03"), at("19:38:50")).add_event(at("19:20:00"), "STAGE_MIGRATED")
    late = future.host("beta-tester", chrome(), at("19:05:00"), at("19:30:00"))
    late.fail(at("19:05:02"), "SESSION_LIMIT_EXCEEDED")
    odd = future.person("odd-client", iphone()).stay(at("19:10:00"), at("19:12:00"))
    new = odd.tokens[0][1]
    odd.add_event(at("19:11:00"), events.TOKEN_EXCHANGED, newToken=new.members())
    return future


def build_soundcheck(arn: str, midnight: datetime) -> Timeline:
    """Fifteen minutes without errors, yesterday before the show."""
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


def build_other_stages(region: str, epoch: datetime) -> list[TimelineStage]:
    """Stages without errors."""
    stages = [
        TimelineStage(stage_arn(region, short_id(region, "stage", place)), name)
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


REGION: Final = "us-west-2"

MAIN_ARN: Final = stage_arn(REGION, short_id(REGION, "stage", "fri-night-live"))
RIVAL_ARN: Final = stage_arn(REGION, short_id(REGION, "stage", "fri-night-rival"))


class IncidentWorld(TimelineWorld):
    """Seven stages; on "fri-night-live" yesterday's show went wrong, and a new one is live.

    Ids never change. The cast of the show, session st-dxMFysKnE9UAk, yesterday 20:30 to 21:24 UTC:

    | story | who | when |
    | --- | --- | --- |
    | encoder limits: RESOLUTION, B_FRAME | obs EBK9YCYY9bUO, venue QV9A4dtAHlCb | 20:34, 20:35 |
    | BITRATE_EXCEEDED three times | cam-truck kzX63Lf0GJ2t | 21:01:10 to 21:09:02 |
    | INVALID_ audio, video; input | studio-b cNNXhpV8ZZye; V77szpGWWvQA | 20:58:30; 21:06:20 |
    | INVALID_PROTOCOL, _STREAM_KEY | old pbQ20JUFwm7o, kit jqbWFZaWBQoZ | 20:31:50, 20:40:10 |
    | REUSE_OF_STREAM_KEY | backup 8D9fYEaOPbzU, in use by YRJVmiyiXh1R | 20:49:30 |
    | viewer token tries to publish | viewer-2207 pLrdUMAsfnkk | 20:33:40 |
    | promoted, demoted, refused | José beRSlnzycy6R | 20:36:10, 21:02:31, 21:02:51 |
    | web SDK 1.33.0, exchange | WZF55ruJ8vIm, rKL3tSemhHNc, rgeSAc1aOKO6 | 20:37:20, 21:16:01 |
    | JOIN_ERROR: no code; not listed | late-larry KoM97MQi7gVn; WNhB3Ri0FIqI | 20:38:01; 20:39:50 |
    | battle, copies both ways | mara rJ8znbQQyqev, kenji ZfD7Z0rI8EzQ | 20:41:05 to 20:52:00 |
    | remote was publishing all along | 用户-小明 urIXg3HLgZuA | 20:44:20 |
    | 13th publisher, a copy the 12th | priya tAv0YThNuP8y | 20:47:12, in at 20:52:40 |
    | remote never published | sam JhfSgFM6eY3y | 20:50:01 |
    | 700 events, errors in the middle | dana-phone GKTLNRRbA6FI, silent 20:56 to 21:05 | 20:50:54 |
    | remote just left | nina BZgGuCPI0fGj, g8-hana 2tmxoLckQSfq | 20:55:12, 20:55:10 |
    | renamed, expires earlier | g3-chen k5rivn5waP5v | 21:00:00 |
    | INTERNAL_SERVER_EXCEPTION, 7 | VpaGoksz0AAv and six more | 21:10:04 to 21:10:41 |
    | reconnect loop, seven ids | tariq-mobile lG01jFJ55Rgy first | 20:45:03 on |

    Older: st-WzDwn45B2IFci ends a restream after 24 hours (cFTCie3pl4uw); st-PYrOolky27nwl has
    an unknown name (WYJ7ra7cYyZq) and code (RbBLO2qlXolk). Live: st-MK9K8pBmnEp5B began 25
    minutes before the opening; ines n0heRbC3YoFU is demoted 90 seconds after it.
    """

    def __init__(self, epoch: datetime, clock: PresentTime) -> None:
        super().__init__(
            REGION,
            _build_stages(epoch),
            clock,
            newest_first=True,
            ingests=build_ingests(MAIN_ARN),
        )


def _build_stages(epoch: datetime) -> list[TimelineStage]:
    midnight = epoch.replace(hour=0, minute=0, second=0, microsecond=0)
    show, rival = _build_incident(midnight)
    live, rival_live = build_live(MAIN_ARN, RIVAL_ARN, epoch)
    main = TimelineStage(
        MAIN_ARN,
        "fri-night-live",
        [
            build_restream(MAIN_ARN, midnight),
            build_future(MAIN_ARN, midnight),
            build_soundcheck(MAIN_ARN, midnight),
            show,
            live,
        ],
        {"team": "live-ops", "env": "production"},
        f"arn:aws:ivs:{REGION}:123456789012:storage-configuration/{short_id('storage')}",
    )
    challenger = TimelineStage(
        RIVAL_ARN, "fri-night-rival", [rival, rival_live], {"team": "live-ops"}
    )
    return [*build_other_stages(REGION, epoch), challenger, main]


def _build_incident(midnight: datetime) -> tuple[Timeline, Timeline]:
    evening = midnight - timedelta(days=1) + timedelta(hours=20)
    show = Timeline(
        MAIN_ARN,
        session_id(MAIN_ARN, "show"),
        evening + timedelta(minutes=30, seconds=29, milliseconds=602),
        evening + timedelta(hours=1, minutes=24),
    )
    rival = Timeline(
        RIVAL_ARN,
        session_id(RIVAL_ARN, "show"),
        evening + timedelta(minutes=25, seconds=10, milliseconds=4),
        evening + timedelta(hours=1, minutes=6, seconds=30),
    )
    cast = build_show(show, rival, REGION)
    build_encoders(show, REGION)
    build_crowd(show, cast)
    return show, rival
