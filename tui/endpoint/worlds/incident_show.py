"""The show: hosts, guests, promotion, seat limit and stage battle of the ended session."""

from datetime import timedelta

from tui.endpoint.worlds.people import android as android_phone
from tui.endpoint.worlds.people import chrome, client, encoder, firefox, ingest_arn, iphone, safari
from tui.endpoint.worlds.person import HOST, VIEWER, Person
from tui.endpoint.worlds.timeline import Timeline

_SEATS = (
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
"""From when until when both hosts are copied to the other stage."""

_OUTAGE_FROM = "21:10:02"
_OUTAGE_GUESTS = {
    "g1-amelie": ("21:10:04", "21:10:52"),
    "g2-bashir": ("21:10:09", "21:10:55"),
    "g3-chen": ("21:10:15", "21:11:01"),
    "g4-dolores": ("21:10:22", "21:11:04"),
    "g5-emeka": ("21:10:30", "21:11:09"),
}
"""When a guest tries again in vain after the outage, and when it works."""


def tell_show(show: Timeline, rival: Timeline, region: str) -> dict[str, Person]:
    """Tell the main strand; returns the people that other strands refer to, by name."""
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
    for seat, (name, facts, start, end) in enumerate(_SEATS, start=3):
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
    """Eleven people on stage and the copy of the rival's host: the twelve seats are taken."""
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
