"""The live session of the incident world, told four hours ahead."""

from datetime import datetime, timedelta
from typing import Final

from ivscope.endpoint.worlds.people import (
    android,
    chrome,
    encoder,
    firefox,
    ingest_arn,
    iphone,
    safari,
    session_id,
    viewer,
)
from ivscope.endpoint.worlds.person import HOST, VIEWER
from ivscope.endpoint.worlds.timeline import Timeline, attempt

AHEAD: Final = timedelta(hours=4)
"""How far the story goes on after the opening of the world."""

_TURN = timedelta(seconds=40)
"""Every so often another caller is put through."""

_TALK = timedelta(seconds=25)


class _Moments:
    """Moments relative to the opening of the world, in minutes and seconds."""

    def __init__(self, epoch: datetime) -> None:
        self._epoch = epoch.replace(microsecond=0)

    def __call__(self, minutes: float, seconds: float = 0) -> datetime:
        return self._epoch + timedelta(minutes=minutes, seconds=seconds)


def tell_live(arn: str, rival_arn: str, epoch: datetime) -> tuple[Timeline, Timeline]:
    """The live sessions of the main stage and of the rival's stage."""
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
    """Promoted twelve minutes before the opening, demoted while you watch."""
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
    """Three callers take turns, so that everybody's list grows all the time."""
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
