"""The ended show: hosts, guests, a promotion, the limit of publishers, and a stage battle."""

from datetime import timedelta
from typing import Final

from ivscope.domain import events
from ivscope.endpoint.worlds.people import (
    android,
    chrome,
    client,
    encoder,
    firefox,
    ingest_arn,
    iphone,
    safari,
)
from ivscope.endpoint.worlds.people import android as android_phone
from ivscope.endpoint.worlds.person import HOST, VIEWER, Ingest, Person
from ivscope.endpoint.worlds.timeline import Timeline, attempt

_GUESTS = (
    # name, client facts, publishes from, publishes until
    ("g1-amelie", safari(), "20:31:20", "21:20:30"),
    ("g2-bashir", chrome(), "20:31:48", "21:21:05"),
    ("g3-chen", chrome(), "20:32:10", "21:21:30"),
    ("g4-dolores", firefox(), "20:32:41", "21:21:55"),
    ("g5-emeka", android_phone(), "20:33:05", "21:22:10"),
    ("g6-freya", iphone(), "20:39:10", "21:00:10"),
    ("g7-goran", safari(), "20:39:30", "20:57:00"),
    ("g8-hana", iphone(), "20:40:02", "20:55:10"),
)

_BATTLE = ("20:41:05", "20:52:00")
"""Start and end of replicating both hosts to the other stage."""

_OUTAGE_FROM = "21:10:02"
_OUTAGE_GUESTS = {
    "g1-amelie": ("21:10:04", "21:10:52"),
    "g2-bashir": ("21:10:09", "21:10:55"),
    "g3-chen": ("21:10:15", "21:11:01"),
    "g4-dolores": ("21:10:22", "21:11:04"),
    "g5-emeka": ("21:10:30", "21:11:09"),
}
"""When each guest tries to publish again after the outage and fails, and when it works."""


def build_show(show: Timeline, rival: Timeline, region: str) -> dict[str, Person]:
    """Build what happens on stage; returns the people that others refer to, by name."""
    cast = {person.tokens[0][1].user_id or "": person for person in _seat_guests(show)}
    cast["mara-host"] = _host(show)
    cast["program-feed"] = _program_feed(show, region)
    _promotion(show)
    _known_issue(show, cast)
    cast["priya-guest"] = _thirteenth_publisher(show)
    _battle(show, rival, cast["mara-host"])
    return cast


def _host(show: Timeline) -> Person:
    at = show.at
    host = show.host("mara-host", safari(), at("20:30:34"), at("21:22:40"))
    host.carries(role="host", seat="1", room="main", avatar="https://cdn.example.com/a/mara.png")
    host.recorded(at("20:30:36"), "STOPPED")
    return host.publish(at("20:30:34"), at("21:22:40"))


def _program_feed(show: Timeline, region: str) -> Person:
    at = show.at
    feed = show.encoder("program-feed", encoder("RTMPS", ingest_arn(region, "program")))
    feed.recorded(at("20:31:12"), "STOPPED")
    return feed.stay(at("20:31:10"), at("21:23:10")).publish(at("20:31:10"), at("21:23:10"))


def _seat_guests(show: Timeline) -> list[Person]:
    at = show.at
    guests = []
    for seat, (name, facts, start, end) in enumerate(_GUESTS, start=3):
        guest = show.host(name, facts, at(start) - timedelta(seconds=seat), at(end))
        guest.carries(role="guest", seat=str(seat))
        failed = _OUTAGE_GUESTS.get(name)
        if failed is None:
            guest.publish(at(start), at(end))
        else:
            guest.publish(at(start), at(_OUTAGE_FROM)).publish(at(failed[1]), at(end))
            guest.fail(at(failed[0]), "INTERNAL_SERVER_EXCEPTION")
        guests.append(guest)
    _renamed(show, guests[2])
    guests[5].recorded(at("20:39:12"), "FAILED")
    return guests


def _renamed(show: Timeline, guest: Person) -> None:
    """A long attribute changes in one place, the user id changes, the expiry comes nearer."""
    layout = "v=2;grid=4x3;featured=seat1;order=seat1,seat2,seat3,seat4,seat5,seat6,seat7;crop=auto"
    badges = "founder,season-1,season-2,top-fan,verified,quiz-winner,early-access,beta-tester"
    guest.carries(role="guest", seat="5", layout=layout, badges=badges, lang="zh-TW")
    guest.exchange(
        show.at("21:00:00"),
        user_id="Chen Wei-Ting",
        expiration=show.at("21:45:00"),
        attributes={
            "role": "guest",
            "seat": "5",
            "layout": layout.replace("featured=seat1", "featured=seat5"),
            "badges": badges,
            "pronouns": "",
        },
    )


def _promotion(show: Timeline) -> None:
    """Promoted to co-host by a token exchange, demoted later, then unable to publish."""
    at = show.at
    jose = show.viewer("jose", iphone(), at("20:31:02"), at("21:20:12")).known_as("José")
    expiration = jose.tokens[0][1].expiration + timedelta(hours=1)
    jose.exchange(
        at("20:36:10"),
        capabilities=HOST,
        attributes={"role": "cohost", "seat": "2"},
        expiration=expiration,
    )
    jose.publish(at("20:36:14"), at("21:02:31"))
    jose.exchange(at("21:02:31"), capabilities=VIEWER, attributes={"role": "viewer"})
    jose.fail(at("21:02:51"), "INSUFFICIENT_CAPABILITIES")
    jose.fail(at("21:03:20"), "INSUFFICIENT_CAPABILITIES")
    fan = show.viewer("viewer-2207", chrome(), at("20:33:12"), at("20:58:47"))
    fan.fail(at("20:33:40"), "INSUFFICIENT_CAPABILITIES")


def _known_issue(show: Timeline, cast: dict[str, Person]) -> None:
    """Web SDK 1.33.0: attempts right after a token exchange fail, although the token is good."""
    at = show.at
    ada = show.viewer("ada-web", chrome("1.33.0"), at("20:35:10"), at("20:44:02"))
    ada.exchange(at("20:37:20"), capabilities=HOST, attributes={"role": "guest"})
    ada.fail(at("20:37:20"), "INSUFFICIENT_CAPABILITIES")
    ada.fail(at("20:37:21"), "INSUFFICIENT_CAPABILITIES")
    ada.publish(at("20:37:55"), at("20:38:40"))
    lin = show.viewer("lin-web", chrome("1.33.0"), at("20:36:41"), at("20:40:30"))
    lin.exchange(at("20:37:26"), capabilities=HOST, attributes={"role": "guest"})
    lin.fail(at("20:37:27"), "INSUFFICIENT_CAPABILITIES")
    later = show.viewer("noor-web", chrome("1.33.0"), at("21:14:20"), at("21:19:03"))
    later.exchange(at("21:16:00"), attributes={"role": "viewer", "lang": "nl"})
    later.fail(at("21:16:01"), "PUBLISHER_NOT_FOUND", remote=cast["program-feed"])


def _thirteenth_publisher(show: Timeline) -> Person:
    """Eleven people on stage and the copy of the rival's host: all twelve publishers of a stage."""
    at = show.at
    facts = client("Jio", "Android", "14", sdk="1.37.1")
    priya = show.host("priya-guest", facts, at("20:46:58"), at("21:18:44"))
    priya.carries(role="guest", seat="9")
    for moment in ("20:47:12", "20:47:31", "20:48:05"):
        priya.fail(at(moment), "QUOTA_EXCEEDED")
    priya.publish(at("20:52:40"), at(_OUTAGE_FROM)).publish(at("21:10:58"), at("21:18:44"))
    priya.fail(at("21:10:34"), "INTERNAL_SERVER_EXCEPTION")
    return priya.fail(at("21:10:41"), "INTERNAL_SERVER_EXCEPTION")


def _battle(show: Timeline, rival: Timeline, host: Person) -> None:
    """Each host is copied to the other stage for eleven minutes."""
    at = rival.at
    start, end = (at(moment) for moment in _BATTLE)
    kenji = rival.host("kenji-rival", chrome(), at("20:25:14"), at("21:04:30"))
    kenji.carries(role="host", seat="1").recorded(at("20:25:16"), "STOPPED")
    kenji.publish(at("20:25:14"), at("21:04:30"))
    for name, facts, begins, ends in (
        ("rival-guest-1", safari(), "20:26:40", "21:03:11"),
        ("rival-guest-2", iphone(), "20:28:02", "20:59:45"),
    ):
        rival.host(name, facts, at(begins), at(ends)).publish(at(begins), at(ends))
    rival.viewer("rival-fan-1", chrome(), at("20:27:00"), at("21:04:31"))
    rival.viewer("rival-fan-2", android_phone(), at("20:40:12"), at("20:53:20"))
    late = rival.viewer("rival-fan-3", firefox(), at("20:51:59"), at("21:02:08"))
    copy = show.replicate(host, rival, start, end)
    rival.replicate(kenji, show, start + timedelta(seconds=1), end)
    late.fail(end + timedelta(seconds=1), "PUBLISHER_NOT_FOUND", remote=copy)
    late.late_for[copy.participant_id] = end
    mei = rival.viewer("mei-web", chrome("1.33.0"), at("20:44:00"), at("20:58:00"))
    mei.exchange(at("20:45:30"), capabilities=HOST, attributes={"role": "guest"})
    mei.fail(at("20:45:31"), "INSUFFICIENT_CAPABILITIES")


_FLAKY_UP = timedelta(seconds=64)
_FLAKY_DOWN = timedelta(seconds=11)

RECONNECT_LOOP: Final = (
    ("20:45:03", "20:48:10"),
    ("20:48:31", "20:51:17"),
    ("20:51:40", "20:53:02"),
    ("20:53:20", "20:58:41"),
    ("20:59:09", "21:04:12"),
    ("21:04:30", "21:11:49"),
    ("21:12:15", "21:20:02"),
)
"""Stays of tariq-mobile, each with a fresh token and so as a new participant."""


def build_crowd(show: Timeline, cast: dict[str, Person]) -> None:
    """Build what happens to the audience; `cast` has the people on stage by name."""
    _stale_rosters(show, cast)
    _names(show)
    _reconnect_loop(show)
    _flaky_phone(show, cast)


def _stale_rosters(show: Timeline, cast: dict[str, Person]) -> None:
    """PUBLISHER_NOT_FOUND three times, each with another cause."""
    at = show.at
    hana, mara = cast["g8-hana"], cast["mara-host"]
    nina = show.viewer("nina", firefox(), at("20:55:11"), at("21:09:30"))
    nina.fail(at("20:55:12"), "PUBLISHER_NOT_FOUND", remote=hana)
    # The host was publishing all along, so "it had stopped" is the wrong conclusion here.
    ming = show.viewer("xiaoming", android(), at("20:44:18"), at("21:15:40")).known_as("用户-小明")
    ming.fail(at("20:44:20"), "PUBLISHER_NOT_FOUND", remote=mara)
    ming.late_for[mara.participant_id] = at("20:44:23")
    quiet = show.viewer("quiet-one", safari(), at("20:34:30"), at("21:22:00")).known_as("")
    sam = show.viewer("sam", chrome(), at("20:50:00"), at("20:59:59"))
    sam.fail(at("20:50:01"), "PUBLISHER_NOT_FOUND", remote=quiet)


def _names(show: Timeline) -> None:
    """An error without a code, no user id, and a name that looks like markup."""
    at = show.at
    larry = show.person("late-larry", iphone()).carries(role="viewer")
    larry.fail(at("20:38:01"), None, events.JOIN_ERROR)
    larry.stay(at("20:38:10"), at("21:01:26"))
    show.viewer("nameless", client(), at("20:41:30"), at("21:21:12")).known_as(None)
    ops = show.viewer("ops", chrome(), at("20:42:00"), at("21:10:12")).known_as("[b]ops[/b]")
    ops.carries(role="moderator", note="[red]watch seat 5[/red]", team="")


def _reconnect_loop(show: Timeline) -> None:
    """One user comes back again and again, each time as a new participant."""
    for number, (start, end) in enumerate(RECONNECT_LOOP, start=1):
        show.viewer(f"tariq-mobile-{number}", android(), show.at(start), show.at(end)).known_as(
            "tariq-mobile"
        )


def _flaky_phone(show: Timeline, cast: dict[str, Person]) -> None:
    """One token, dozens of reconnects, nine minutes without events, and errors in the middle."""
    at = show.at
    phone = show.person("dana-phone", client("Vodafone GmbH", "iOS", "18.4", sdk="1.31.0"))
    phone.carries(role="viewer", plan="premium")
    for start, end in (("20:32:02", "20:56:00"), ("21:05:00", "21:22:30")):
        begin = at(start)
        while begin + _FLAKY_UP <= at(end):
            phone.stay(begin, begin + _FLAKY_UP)
            begin += _FLAKY_UP + _FLAKY_DOWN
    # The app lists the thirteenth publisher, which was refused.
    for moment in ("20:50:54", "20:52:09", "20:52:10"):
        phone.fail(at(moment), "PUBLISHER_NOT_FOUND", remote=cast["priya-guest"])


def build_ingests(arn: str) -> list[Ingest]:
    """The ingest configurations of all encoders, with the stages that they are attached to now.

    That of the field kit was detached, so it is not in the list of the stage.
    """
    return [
        Ingest("loop-a", stage_arn=arn, is_redundant=True),
        Ingest("loop-b", stage_arn=arn, is_redundant=True),
        Ingest("program", stage_arn=arn),
        Ingest("venue", "RTMP", arn),
        Ingest("truck", stage_arn=arn),
        Ingest("studio-b", stage_arn=arn),
        Ingest("desk", stage_arn=arn),
        Ingest("old", stage_arn=arn),
        Ingest("field-kit"),
    ]


def build_encoders(show: Timeline, region: str) -> None:
    """Build what the encoders do."""
    _limits(show, region)
    _formats(show, region)
    _keys(show, region)


def _limits(show: Timeline, region: str) -> None:
    """Encoders with too large a picture, too high a bitrate, and B-frames."""
    at = show.at
    obs = show.encoder("obs-whip-1080p", encoder("WHIP"))
    attempt(obs, at("20:34:03"), 2, "RESOLUTION_EXCEEDED")
    attempt(obs, at("20:34:40"), 3, "RESOLUTION_EXCEEDED")
    venue = show.encoder("ffmpeg-venue", encoder("RTMP", ingest_arn(region, "venue")))
    attempt(venue, at("20:35:00"), 2, "B_FRAME_PRESENT")
    attempt(venue, at("20:35:30"), 2, "B_FRAME_PRESENT")
    venue.stay(at("20:37:10"), at("20:38:40")).publish(at("20:37:10"), at("20:38:40"))
    truck = show.encoder("cam-truck", encoder("RTMPS", ingest_arn(region, "truck")))
    attempt(truck, at("20:57:10"), 240, "BITRATE_EXCEEDED")
    attempt(truck, at("21:01:40"), 244, "BITRATE_EXCEEDED")
    attempt(truck, at("21:06:10"), 172, "BITRATE_EXCEEDED")
    attempt(truck, at("21:10:20"), 0, "INTERNAL_SERVER_EXCEPTION")
    truck.stay(at("21:11:00"), at("21:22:00")).publish(at("21:11:00"), at("21:22:00"))


def _formats(show: Timeline, region: str) -> None:
    """Encoders with a wrong codec, without a track, and over RTMP where RTMPS is required."""
    at = show.at
    studio = show.encoder("studio-b", encoder("RTMPS", ingest_arn(region, "studio-b")))
    attempt(studio, at("20:58:29"), 1, "INVALID_AUDIO_CODEC")
    attempt(studio, at("20:59:44"), 1, "INVALID_VIDEO_CODEC")
    studio.stay(at("21:03:00"), at("21:15:00")).publish(at("21:03:00"), at("21:15:00"))
    desk = show.encoder("audio-only-desk", encoder("RTMPS", ingest_arn(region, "desk")))
    attempt(desk, at("21:06:15"), 5, "INVALID_INPUT")
    old = show.encoder("old-encoder", encoder("RTMP", ingest_arn(region, "old")))
    attempt(old, at("20:31:50"), 0, "INVALID_PROTOCOL")
    attempt(old, at("20:32:20"), 0, "INVALID_PROTOCOL")


def _keys(show: Timeline, region: str) -> None:
    """Encoders with a wrong stream key, with one in use, and one that could not join."""
    at = show.at
    kit = show.encoder("field-kit", encoder("RTMPS", ingest_arn(region, "field-kit")))
    for moment in ("20:40:10", "20:40:15", "20:40:25"):
        attempt(kit, at(moment), 0, "INVALID_STREAM_KEY")
    shut_out = show.encoder("field-kit-first-try", encoder("RTMPS"))
    shut_out.fail(at("20:39:50"), "INVALID_STREAM_KEY", events.JOIN_ERROR)
    backup = show.encoder("backup-encoder", encoder("RTMPS", ingest_arn(region, "program")))
    for moment in ("20:49:30", "20:49:40", "20:49:50"):
        attempt(backup, at(moment), 0, "REUSE_OF_STREAM_KEY")
