"""The audience of the ended session: stale rosters, bad networks and odd names."""

from datetime import timedelta
from typing import Final

from tui.domain import events
from tui.endpoint.worlds.people import android, chrome, client, firefox, iphone, safari
from tui.endpoint.worlds.person import Person
from tui.endpoint.worlds.timeline import Timeline

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


def tell_crowd(show: Timeline, cast: dict[str, Person]) -> None:
    """Tell what the audience met; `cast` are the people on stage by name."""
    _stale_rosters(show, cast)
    _names(show)
    _reconnect_loop(show)
    _flaky_phone(show, cast)


def _stale_rosters(show: Timeline, cast: dict[str, Person]) -> None:
    """PUBLISHER_NOT_FOUND three times, each for another reason."""
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
    """One user comes back again and again, always as somebody new."""
    for number, (start, end) in enumerate(RECONNECT_LOOP, start=1):
        show.viewer(f"tariq-mobile-{number}", android(), show.at(start), show.at(end)).known_as(
            "tariq-mobile"
        )


def _flaky_phone(show: Timeline, cast: dict[str, Person]) -> None:
    """One token, dozens of reconnects, nine silent minutes; the errors lie in the middle."""
    at = show.at
    phone = show.person("dana-phone", client("Vodafone GmbH", "iOS", "18.4", sdk="1.31.0"))
    phone.carries(role="viewer", plan="premium")
    for start, end in (("20:32:02", "20:56:00"), ("21:05:00", "21:22:30")):
        begin = at(start)
        while begin + _FLAKY_UP <= at(end):
            phone.stay(begin, begin + _FLAKY_UP)
            begin += _FLAKY_UP + _FLAKY_DOWN
    # The thirteenth publisher is on the roster, but was refused a seat.
    for moment in ("20:50:54", "20:52:09", "20:52:10"):
        phone.fail(at(moment), "PUBLISHER_NOT_FOUND", remote=cast["priya-guest"])
