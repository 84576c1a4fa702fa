"""Families of worlds: for every rule of findings one in which the tempting reason is often wrong.

A family is a row of scenes on one stage. In each the reason that a reader would think of first is
no more frequent than one that looks the same.
"""

from collections.abc import Callable, Mapping
from random import Random

from support.simulator.causes import Cause
from support.simulator.laws import (
    DAY,
    Client,
    Laws,
    browser,
    draw_laws,
    encoder,
    phone,
)
from support.simulator.service import OUTAGE_CODE, Service
from support.simulator.showing import SOURCE
from support.simulator.stage import BOTH, SECOND, SEND, WATCH
from support.simulator.truth import History

Family = Callable[[Service], None]

MINUTE = 60 * SECOND
USUAL = (SECOND // 3, 5 * SECOND, MINUTE, 20 * MINUTE)
"""Longest pauses between two acts, microseconds."""

PLACES = tuple((SOURCE.stage_arn, f"st-Destination{number:02d}") for number in range(2))


def _pause(stage: Service, *longest: int) -> None:
    """Let up to so many microseconds pass, one of the limits by lot, and at least one."""
    stage.wait(1 + stage.lot.randint(0, stage.lot.choice(longest or USUAL)))


def _any_client(stage: Service) -> Client:
    number = len(stage.participants)
    sdk = stage.lot.choice(("1.41.0", "1.38.0", "1.33.0", "1.27.0", "1.24.0"))
    if stage.is_hit(30):
        system, version = stage.lot.choice((("iOS", "18.6"), ("iOS", "17.2"), ("Android", "15")))
        return phone(
            f"phone{number}", stage.lot.choice(("1.46.0", "1.31.0", "1.24.0")), system, version
        )
    chrome = stage.lot.choice(("151.0.0.0", "152.0.0.0"))
    return browser(f"browser{number}", sdk, chrome)


def _host(stage: Service) -> str:
    """Somebody who publishes."""
    name = stage.arrive(_any_client(stage))
    _pause(stage, SECOND // 3, 2 * SECOND)
    stage.publish(name)
    return name


def _copy(stage: Service) -> str:
    """A replica that publishes."""
    name = stage.arrive(_any_client(stage), is_replica=True)
    stage.publish(name)
    return name


def _crowd(stage: Service, count: int) -> list[str]:
    """So many try to publish, some of them replicas."""
    copies = stage.lot.choice((0, 0, 10, 30))
    names = []
    for _ in range(count):
        names.append(_copy(stage) if stage.is_hit(copies) else _host(stage))
        _pause(stage, SECOND, 3 * SECOND)
    return names


def publisher_slots(stage: Service) -> None:
    """QUOTA_EXCEEDED: the stage is full; or the account is, beside people who are gone."""
    limit = stage.laws.limit
    names = _crowd(stage, stage.lot.choice((limit, limit, limit + 1, limit - 1, limit - 3)))
    if stage.is_hit(70):
        stage.wait(MINUTE)
    crashes = stage.lot.choice((0, 30, 90))
    for _ in range(stage.lot.randint(1, 4)):
        _pause(stage)
        inside = [name for name in names if stage.is_publishing(name)]
        if stage.is_hit(35) and inside:
            _lose(stage, stage.lot.choice(inside), crashes)
            stage.is_account_full = True
        _pause(stage)
        names.append(_host(stage))
        stage.is_account_full = stage.is_account_full and stage.is_hit(50)
        if not stage.is_publishing(names[-1]) and stage.is_hit(50):
            inside = [name for name in names if stage.is_publishing(name)]
            _pause(stage)
            if inside and stage.is_hit(50):
                _lose(stage, stage.lot.choice(inside), crashes)
            _pause(stage)
            stage.publish(names[-1])
        gone = [name for name in names if not stage.is_connected(name)]
        if gone and stage.is_hit(40):
            _pause(stage)
            stage.join(gone[0])
            stage.publish(gone[0])


def _lose(stage: Service, name: str, crashes: int) -> None:
    """A publisher stops in a way that is often told by nobody: it crashes, or is demoted."""
    if stage.is_hit(30) and not stage.is_replica(name):
        stage.exchange(name, WATCH, cut_off_after=0)
    else:
        stage.leave(name, is_dropped=stage.is_hit(crashes))


def capabilities(stage: Service) -> None:
    """INSUFFICIENT_CAPABILITIES: the token; or an SDK that fails after an exchange gave it.

    Who published can be refused after joining again with less, and in the same stay for no reason
    of the token.
    """
    code = "INSUFFICIENT_CAPABILITIES"
    ways = ("joined", "taken", "fault", "fault", "early", "rejoined", "back", "odd")
    for _ in range(stage.lot.randint(2, 5)):
        way = stage.lot.choice(ways)
        old = way == "fault" or stage.is_hit(40)
        client = browser(f"browser{len(stage.participants)}", "1.33.0" if old else "1.41.0")
        name = stage.arrive(client, BOTH if way in {"taken", "back", "odd"} else WATCH)
        _pause(stage)
        if way == "taken":
            stage.publish(name)
            _pause(stage)
            stage.exchange(name, WATCH, cut_off_after=stage.lot.choice((0, SECOND)))
            stage.wait(2 * SECOND)
        elif way == "fault":
            stage.exchange(name, BOTH)
            _pause(stage, SECOND // 2, SECOND)
            stage.fail_to_publish(name, code, Cause.SDK_FAULT)
        elif way == "odd":
            stage.publish(name)
            _pause(stage)
            stage.unpublish(name)
            _pause(stage)
            stage.fail_to_publish(name, code, Cause.OWN_TROUBLE)
        elif way in {"rejoined", "back"}:
            if way == "back":
                stage.publish(name)
            else:
                stage.exchange(name, BOTH)
            _pause(stage)
            stage.leave(name, is_dropped=stage.is_hit(50))
            _pause(stage)
            stage.join(name, WATCH)
        _pause(stage)
        if not stage.is_publishing(name):
            stage.publish(name)
        if way == "early":
            _pause(stage, SECOND // 3, SECOND, MINUTE)
            stage.exchange(name, BOTH)
            stage.publish(name)


def publisher_not_found(stage: Service) -> None:
    """PUBLISHER_NOT_FOUND: it was gone; or it was there, and the subscriber is the reason."""
    viewer = stage.arrive(_any_client(stage))
    for _ in range(stage.lot.randint(2, 4)):
        host = stage.arrive(_any_client(stage), is_replica=stage.is_hit(15))
        if stage.is_hit(25):
            stage.subscribe(viewer, host)
            _pause(stage)
        if stage.is_hit(20):
            stage.fail_to_publish(host, OUTAGE_CODE, Cause.OWN_TROUBLE)
            stage.subscribe(viewer, host)
            _pause(stage)
        if stage.is_hit(90):
            stage.publish(host)
        if stage.is_publishing(host):
            _follow(stage, viewer, host)
        stage.subscribe(viewer, host)
        _pause(stage)


def _follow(stage: Service, viewer: str, host: str) -> None:
    """Subscribe to somebody who publishes, until that ends."""
    _pause(stage, SECOND // 3, 2 * SECOND)
    _try(stage, viewer, host)
    if not stage.subscriptions(viewer) and stage.is_hit(50):
        _pause(stage, SECOND // 2, 2 * SECOND)
        _try(stage, viewer, host)
    _pause(stage, SECOND, MINUTE)
    if stage.is_hit(60) and not stage.subscriptions(viewer):
        stage.fail_to_subscribe(viewer, host, "PUBLISHER_NOT_FOUND", Cause.UNREACHABLE)
        _pause(stage, SECOND, 3 * SECOND, MINUTE)
    _end(stage, host)
    _pause(stage, SECOND, 3 * SECOND, MINUTE, 20 * MINUTE)


def _try(stage: Service, viewer: str, host: str) -> None:
    if host not in stage.subscriptions(viewer):
        stage.subscribe(viewer, host)
    if host in stage.subscriptions(viewer) and stage.is_hit(70):
        _pause(stage)
        stage.unsubscribe(viewer, host)


def _end(stage: Service, host: str) -> None:
    """Stop publishing in one of the ways."""
    way = stage.lot.choice(("unpublish", "leave", "drop"))
    if way == "unpublish":
        stage.unpublish(host)
    else:
        stage.leave(host, is_dropped=way == "drop")


def replication(stage: Service) -> None:
    """REPLICATION_STOPPED: a call; or the publisher stopped, both in one second."""
    for _ in range(stage.lot.randint(1, 3)):
        host = _host(stage)
        if not stage.is_publishing(host):
            continue
        _pause(stage)
        for place in PLACES[: stage.lot.randint(1, 2)]:
            stage.replicate(host, place)
        _pause(stage)
        if stage.is_hit(50):
            stage.stop_replicating(host, PLACES[0])
            _pause(stage, 0, SECOND // 2, 3 * SECOND, MINUTE)
        if stage.is_hit(70):
            _end(stage, host)


def stream_keys(stage: Service) -> None:
    """Keys in use: by a sibling here; or on another stage, while a sibling was here before."""
    lot = stage.lot
    for number in range(lot.randint(1, 3)):
        arn = f"arn:aws:ivs:us-west-2:123456789012:ingest-configuration/key{number}"
        first = stage.arrive(encoder(f"studio{number}", arn), SEND)
        stage.publish(first)
        _pause(stage)
        if stage.is_hit(60) and stage.is_publishing(first):
            stage.leave(first, is_dropped=stage.is_hit(60))
            stage.keys_elsewhere.add(arn)
        _pause(stage)
        is_redundant = stage.is_hit(20)
        second = stage.arrive(encoder(f"backup{number}", arn, is_redundant=is_redundant), SEND)
        _pause(stage, SECOND)
        stage.publish(second)
        _pause(stage)
        stage.keys_elsewhere.discard(arn)
        if not stage.is_publishing(second) and stage.is_hit(50):
            stage.publish(second)
        if not stage.is_connected(first) and stage.is_hit(50):
            _pause(stage)
            stage.join(first, SEND)
            stage.publish(first)
        third = stage.arrive(encoder(f"other{number}", f"{arn}x"), SEND)
        cause = lot.choice((Cause.KEY_WRONG, Cause.KEY_DETACHED))
        stage.fail_to_publish(third, "INVALID_STREAM_KEY", cause)
        _pause(stage)


SETTINGS = (
    "BITRATE_EXCEEDED",
    "RESOLUTION_EXCEEDED",
    "B_FRAME_PRESENT",
    "INVALID_AUDIO_CODEC",
    "INVALID_VIDEO_CODEC",
    "INVALID_INPUT",
    "INVALID_PROTOCOL",
)


def encoders(stage: Service) -> None:
    """Streams that are refused: of encoders; or of an SDK with settings of its own."""
    for number in range(stage.lot.randint(2, 5)):
        code = stage.lot.choice(SETTINGS)
        if stage.is_hit(50):
            arn = f"arn:aws:ivs:us-west-2:123456789012:ingest-configuration/set{number}"
            kind = stage.lot.choice(("RTMP", "RTMPS", "WHIP"))
            name = stage.arrive(encoder(f"studio{number}", arn, kind), SEND)
        else:
            name = stage.arrive(_any_client(stage))
        if stage.is_hit(50):
            stage.publish(name)
            _pause(stage)
            if stage.is_publishing(name) and stage.is_hit(40):
                stage.unpublish(name)
                _pause(stage, SECOND // 2, 3 * SECOND)
        is_first = stage.laws.stop_comes_first and stage.is_publishing(name)
        if is_first:
            stage.unpublish(name, Cause.SETTINGS)
        stage.fail_to_publish(name, code, Cause.SETTINGS)
        if stage.is_publishing(name):
            stage.unpublish(name, Cause.SETTINGS)
        _pause(stage)


def stream_duration(stage: Service) -> None:
    """A day of publishing and subscribing, with breaks, and with an end long before."""
    viewer = stage.arrive(_any_client(stage))
    first, second = _host(stage), _host(stage)
    stage.wait(3 * SECOND)
    stage.subscribe(viewer, first)
    stage.wait(stage.lot.choice((0, MINUTE, 600 * MINUTE)))
    stage.subscribe(viewer, second)
    stage.wait(stage.lot.randint(1, 600) * MINUTE)
    if stage.is_hit(50):
        stage.unsubscribe(viewer, first)
        stage.wait(stage.lot.randint(1, 60) * SECOND)
        stage.subscribe(viewer, first)
    if stage.is_hit(40):
        stage.leave(first, is_dropped=stage.is_hit(60))
        _pause(stage)
        stage.join(first)
        stage.publish(first)
    if stage.is_hit(60):
        stage.wait(DAY - 700 * MINUTE)
        stage.fail_to_publish(second, "STREAM_DURATION_EXCEEDED", Cause.OWN_TROUBLE)
        stage.wait(900 * MINUTE)
    else:
        stage.wait(DAY + 60 * MINUTE)


def bursts(stage: Service) -> None:
    """INTERNAL_SERVER_EXCEPTION: an outage; or people who fail for reasons of their own."""
    names = _crowd(stage, stage.lot.randint(4, 8))
    is_outage = stage.is_hit(50)
    stage.failing = 80 if is_outage else 0
    for _ in range(stage.lot.randint(4, 12)):
        name = stage.lot.choice(names)
        if not stage.is_connected(name):
            stage.join(name)
        if stage.is_publishing(name):
            stage.unpublish(name)
        if is_outage:
            stage.publish(name)
        else:
            stage.fail_to_publish(name, OUTAGE_CODE, Cause.OWN_TROUBLE)
        _pause(stage, SECOND, 20 * SECOND, 40 * SECOND)
    stage.failing = 0


def shared_users(stage: Service) -> None:
    """One user id: a client that comes back under new ids; or many, one after another."""
    user = stage.lot.choice(("guest", "dana"))
    is_one = stage.is_hit(50)
    client = _any_client(stage)
    overlaps = not is_one and stage.is_hit(50)
    # A lost client can come back long before the service notices that it was lost.
    is_noticed_late = is_one and stage.is_hit(40)
    inside: list[str] = []
    longest = stage.lot.choice((MINUTE, 20 * MINUTE))
    for _ in range(stage.lot.randint(3, 7)):
        name = stage.arrive(client if is_one else _any_client(stage), BOTH, user)
        inside.append(name)
        _pause(stage, 10 * SECOND, MINUTE)
        if is_noticed_late and len(inside) > 1:
            stage.leave(inside.pop(0), is_dropped=True)
        elif not is_noticed_late and (not overlaps or stage.is_hit(40)):
            stage.leave(inside.pop(0), is_dropped=stage.is_hit(50))
        # The service can notice a lost client only after it has come back.
        _pause(stage, 0, SECOND, 30 * SECOND, longest)


def reconnects(stage: Service) -> None:
    """One participant that leaves and comes back: in a regular cycle, or now and then."""
    host = _host(stage)
    name = stage.arrive(_any_client(stage))
    is_regular = stage.is_hit(50)
    period = stage.lot.randint(5, 120) * SECOND
    for _ in range(stage.lot.randint(3, 8)):
        stage.wait(period if is_regular else 1 + stage.lot.randint(0, 2 * period))
        if not stage.subscriptions(name) and stage.is_hit(60):
            stage.subscribe(name, host)
        if stage.is_hit(30):
            stage.fail_to_publish(name, OUTAGE_CODE, Cause.OWN_TROUBLE)
        cause = Cause.CONNECTION_LOST if is_regular else stage.lot.choice(LEAVING)
        stage.leave(name, cause, is_dropped=cause is Cause.CONNECTION_LOST)
        stage.wait(1 + stage.lot.randint(0, stage.lot.choice((0, SECOND, 10 * SECOND))))
        stage.join(name)


def cycles(stage: Service) -> None:
    """Errors and stays at the pace of a timer; or of somebody who tries again and again."""
    for _ in range(stage.lot.randint(1, 3)):
        name = stage.arrive(_any_client(stage))
        is_timer, about_stays = stage.is_hit(50), stage.is_hit(50)
        period = stage.lot.randint(6, 300) * SECOND
        # Nobody waits as exactly as a timer; who waits for a spinner comes near to it.
        room = period // stage.lot.choice((2, 5))
        if is_timer:
            room = stage.lot.choice((0, SECOND // 3))
        cause = Cause.TIMER if is_timer else stage.lot.choice((Cause.WISH, Cause.DISCONNECTED))
        for _ in range(stage.lot.randint(5, 14)):
            stage.wait(period + stage.lot.randint(-room, room))
            if about_stays:
                stage.leave(name, cause, is_dropped=is_timer and stage.is_hit(50))
                stage.wait(1 + stage.lot.randint(0, stage.lot.choice((0, SECOND, 10 * SECOND))))
                stage.join(name)
            else:
                stage.fail_to_publish(name, "", Cause.TIMER if is_timer else Cause.OWN_TROUBLE)
        _pause(stage)


LEAVING = (
    Cause.WISH,
    Cause.WISH,
    Cause.AFTER_ERROR,
    Cause.DISCONNECTED,
    Cause.TOKEN_REUSED,
    Cause.EXCHANGE_REFUSED,
    Cause.AFTER_EXCHANGE,
    Cause.CONNECTION_LOST,
)


def leaving(stage: Service) -> None:
    """LEFT beside errors and exchanges that are the reason, or are not."""
    host = _host(stage)
    for _ in range(stage.lot.randint(2, 5)):
        name = stage.arrive(_any_client(stage))
        stage.wait(3 * SECOND)
        if stage.is_publishing(host):
            stage.subscribe(name, host)
        if stage.is_hit(40):
            stage.publish(name)
        _pause(stage)
        cause = stage.lot.choice(LEAVING)
        if cause is Cause.AFTER_ERROR or stage.is_hit(40):
            if stage.is_publishing(name):
                stage.unpublish(name)
            stage.fail_to_publish(name, OUTAGE_CODE, Cause.OWN_TROUBLE)
            _pause(stage, SECOND // 2, 4 * SECOND)
        if cause is Cause.AFTER_EXCHANGE or stage.is_hit(40):
            stage.exchange(name, WATCH, cut_off_after=0)
            _pause(stage, SECOND // 2, 4 * SECOND)
        stage.leave(name, cause, is_dropped=cause is Cause.CONNECTION_LOST)
        if cause is Cause.TOKEN_REUSED or stage.is_hit(30):
            _pause(stage, 0, SECOND, 100 * SECOND)
            stage.join(name)
        _pause(stage)
    if stage.is_hit(20):
        for name in filter(stage.is_connected, stage.participants):
            stage.leave(name, Cause.STAGE_DELETED)


def publish_stopped(stage: Service) -> None:
    """PUBLISH_STOPPED: a capability was taken; or it stopped and was demoted afterwards."""
    for _ in range(stage.lot.randint(2, 5)):
        name = _host(stage)
        if not stage.is_publishing(name):
            continue
        _pause(stage)
        way = stage.lot.choice(("taken", "stopped first", "error beside", "left"))
        if way == "taken":
            stage.exchange(name, WATCH, cut_off_after=stage.lot.choice((0, SECOND // 2)))
            stage.wait(SECOND)
        elif way == "stopped first":
            stage.unpublish(name)
            _pause(stage, 0, SECOND // 2, SECOND)
            stage.exchange(name, WATCH)
        elif way == "error beside":
            stage.unpublish(name)
            _pause(stage, 0, SECOND // 2, SECOND)
            stage.fail_to_publish(name, OUTAGE_CODE, Cause.OWN_TROUBLE)
        else:
            stage.leave(name, is_dropped=stage.is_hit(50))
        _pause(stage)


def token_exchange(stage: Service) -> None:
    """TOKEN_EXCHANGED: what follows comes from it; or was on its way without it."""
    for _ in range(stage.lot.randint(2, 4)):
        name = stage.arrive(_any_client(stage), stage.lot.choice((BOTH, WATCH)))
        _pause(stage)
        if stage.is_hit(60):
            stage.publish(name)
        for _ in range(stage.lot.randint(1, 3)):
            _pause(stage, SECOND // 2, 20 * SECOND)
            if stage.is_publishing(name) and stage.is_hit(30):
                stage.unpublish(name)
            delay = stage.lot.choice((0, SECOND // 2, 2 * SECOND))
            stage.exchange(name, stage.lot.choice((BOTH, WATCH, SEND)), cut_off_after=delay)
            _pause(stage, SECOND // 2, 20 * SECOND)
            if not stage.is_publishing(name) and stage.is_hit(60):
                stage.publish(name)
        if stage.is_hit(40):
            stage.leave(name, is_dropped=stage.is_hit(50))


def sdk_versions(stage: Service) -> None:
    """Errors of clients with documented faults: the fault; or what hits everybody alike."""
    lot = stage.lot
    host = _host(stage)
    for _ in range(lot.randint(5, 12)):
        client = _any_client(stage)
        name = stage.arrive(client)
        stage.wait(3 * SECOND)
        way = lot.choice(_faults_of(client))
        cause = lot.choice((Cause.SDK_FAULT, Cause.OWN_TROUBLE)) if way else Cause.OWN_TROUBLE
        if way == "exchange":
            stage.exchange(name, BOTH)
            _pause(stage, SECOND)
            if stage.is_publishing(host) and cause is Cause.SDK_FAULT and stage.is_hit(50):
                stage.fail_to_subscribe(name, host, "PUBLISHER_NOT_FOUND", cause)
            else:
                stage.fail_to_publish(name, "", cause)
        elif way == "join":
            stage.fail_to_join(name, "", cause)
        elif way == "b-frames":
            cause = Cause.SDK_FAULT if cause is Cause.SDK_FAULT else Cause.SETTINGS
            stage.fail_to_publish(name, "B_FRAME_PRESENT", cause)
        elif way or stage.is_hit(30):
            stage.fail_to_publish(name, "", cause)
        _pause(stage)
        if stage.is_hit(60):
            cause = lot.choice((Cause.WISH, Cause.WISH, Cause.DISCONNECTED, Cause.CONNECTION_LOST))
            stage.leave(name, cause, is_dropped=cause is Cause.CONNECTION_LOST)


def _faults_of(client: Client) -> list[str]:
    """Ways to fail that release notes document for a version, and "" for none of them."""
    ways = [""]
    version = tuple(int(part) for part in client.sdk_version.split("."))
    if client.browser_name:
        if version < (1, 34, 0):
            ways.append("exchange")
        if version < (1, 39, 0) and client.browser_version.startswith("152"):
            ways.append("simulcast")
        if version < (1, 26, 0):
            ways.append("join")
    else:
        if version < (1, 32, 1) and client.os_version == "18.6":
            ways.append("vpn")
        if version < (1, 25, 0):
            ways.append("b-frames")
    return ways


def quota_of_subscribing(stage: Service) -> None:
    """QUOTA_EXCEEDED when subscribing: the stage's subscribers; or the account's links."""
    host = _host(stage)
    stage.wait(3 * SECOND)
    for _ in range(stage.lot.randint(2, 6)):
        name = stage.arrive(_any_client(stage), WATCH)
        _pause(stage)
        cause = stage.lot.choice((Cause.SUBSCRIBERS_FULL, Cause.ACCOUNT_FULL))
        stage.fail_to_subscribe(name, host, "QUOTA_EXCEEDED", cause)


SCENES: Mapping[str, Family] = {
    one.__name__: one
    for one in (
        publisher_slots,
        quota_of_subscribing,
        capabilities,
        publisher_not_found,
        replication,
        stream_keys,
        encoders,
        stream_duration,
        bursts,
        shared_users,
        reconnects,
        cycles,
        leaving,
        publish_stopped,
        token_exchange,
        sdk_versions,
    )
}


def mixed(stage: Service) -> None:
    """A few of the others, one after another on one stage."""
    for _ in range(stage.lot.randint(2, 4)):
        SCENES[stage.lot.choice([name for name in SCENES if name != "stream_duration"])](stage)
        _pause(stage)


FAMILIES: Mapping[str, Family] = {**SCENES, "mixed": mixed}


def history_of(lot: Random, family: str, laws: Laws | None = None) -> History:
    """A history of a family; the laws by lot unless given."""
    stage = Service(lot, draw_laws(lot) if laws is None else laws)
    FAMILIES[family](stage)
    _pause(stage)
    if stage.is_hit(40):
        return stage.so_far()
    crashes = lot.choice((0, 0, 5, 40))
    for name in filter(stage.is_connected, stage.participants):
        stage.leave(name, is_dropped=stage.is_hit(crashes))
        _pause(stage, 0, SECOND, 10 * SECOND)
    stage.wait(lot.randint(SECOND, 300 * SECOND))
    return stage.end()
