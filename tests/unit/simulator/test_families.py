"""Families of worlds: each error and each end has a cause, and the tempting one is often wrong."""

from collections import Counter
from functools import cache

import pytest

from ivscope.domain.tokens import PUBLISH
from support.simulator.causes import Cause
from support.simulator.families import FAMILIES
from support.simulator.laws import DAY, DOCUMENTED_LIMIT
from support.simulator.stage import SECOND
from support.simulator.view import CLEAN, LOSSLESS, LOSSY, Fault
from support.simulator.worlds import stage_world

WORLDS = 60
"""Of each family: enough for its situations, and drawn in a fraction of a second."""

OFTEN = 3

ENDS = frozenset({"LEFT", "PUBLISH_STOPPED", "SUBSCRIBE_STOPPED", "REPLICATION_STOPPED"})

QUOTA = "QUOTA_EXCEEDED"
LACKING = "INSUFFICIENT_CAPABILITIES"
NOT_FOUND = "PUBLISHER_NOT_FOUND"
REUSE = "REUSE_OF_STREAM_KEY"
INVALID = "INVALID_STREAM_KEY"
TOO_LONG = "STREAM_DURATION_EXCEEDED"
INTERNAL = "INTERNAL_SERVER_EXCEPTION"


@cache
def worlds(family):
    return [stage_world(family, seed) for seed in range(WORLDS)]


def happenings(family):
    return [one for world in worlds(family) for one in world.history.happenings]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_error_and_every_end_has_a_cause_and_nothing_else_has_one(family):
    for one in happenings(family):
        assert (one.cause is not None) == (one.event.is_error or one.event.name in ENDS)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_truth_of_a_cause_follows_from_what_went_on(family):
    for world in worlds(family):
        history = world.history
        for number, one in enumerate(history.happenings):
            others = history.slots_taken_at(one.time) - {one.participant_id}
            token = history.token_of(number)
            remote = one.event.remote_participant_id
            takes = history.laws.replicas_take_slots or one.participant_id not in history.replicas
            if one.event.error_code == QUOTA and one.event.name == "PUBLISH_ERROR" and takes:
                assert (len(others) >= history.limit) == (one.cause is Cause.STAGE_FULL)
            elif one.event.error_code == LACKING and one.event.name == "PUBLISH_ERROR":
                lacks = PUBLISH not in (token.capabilities or ())
                assert lacks == (one.cause is Cause.TOKEN)
            elif one.event.error_code == NOT_FOUND:
                away = not history.is_publishing(remote, one.time)
                assert away == (one.cause is Cause.PUBLISHER_NOT_THERE)
            elif one.event.error_code == REUSE:
                own = history.client_of(one.participant_id).ingest_arn
                siblings = {name for name in others if history.client_of(name).ingest_arn == own}
                assert bool(siblings) == (one.cause is Cause.KEY_IN_USE_HERE)


TEMPTING = [
    ("publisher_slots", QUOTA, Cause.STAGE_FULL, Cause.ACCOUNT_FULL),
    ("quota_of_subscribing", QUOTA, Cause.SUBSCRIBERS_FULL, Cause.ACCOUNT_FULL),
    ("capabilities", LACKING, Cause.TOKEN, Cause.SDK_FAULT),
    ("publisher_not_found", NOT_FOUND, Cause.PUBLISHER_NOT_THERE, Cause.UNREACHABLE),
    ("publisher_not_found", NOT_FOUND, Cause.PUBLISHER_NOT_THERE, Cause.PUBLISHER_TOO_NEW),
    ("stream_keys", REUSE, Cause.KEY_IN_USE_HERE, Cause.KEY_IN_USE_ELSEWHERE),
    ("stream_keys", INVALID, Cause.KEY_WRONG, Cause.KEY_DETACHED),
    ("stream_duration", TOO_LONG, Cause.TOO_LONG, Cause.OWN_TROUBLE),
    ("bursts", INTERNAL, Cause.OUTAGE, Cause.OWN_TROUBLE),
    ("sdk_versions", "", Cause.SDK_FAULT, Cause.OWN_TROUBLE),
    ("sdk_versions", "B_FRAME_PRESENT", Cause.SDK_FAULT, Cause.SETTINGS),
]


@pytest.mark.parametrize(("family", "code", "cause", "other"), TEMPTING)
def test_an_error_has_more_than_one_cause(family, code, cause, other):
    counts = Counter(one.cause for one in happenings(family) if one.event.error_code == code)
    assert counts[cause] >= OFTEN
    assert counts[other] >= OFTEN


@pytest.mark.parametrize(
    ("family", "name", "causes"),
    [
        (
            "leaving",
            "LEFT",
            {
                Cause.WISH,
                Cause.AFTER_ERROR,
                Cause.AFTER_EXCHANGE,
                Cause.DISCONNECTED,
                Cause.TOKEN_REUSED,
                Cause.EXCHANGE_REFUSED,
                Cause.CONNECTION_LOST,
                Cause.STAGE_DELETED,
            },
        ),
        (
            "publish_stopped",
            "PUBLISH_STOPPED",
            {Cause.WISH, Cause.CAPABILITY_LOST, Cause.CONNECTION_LOST},
        ),
        ("encoders", "PUBLISH_STOPPED", {Cause.SETTINGS, Cause.WISH}),
        (
            "replication",
            "REPLICATION_STOPPED",
            {Cause.REPLICATION_CALL, Cause.PUBLISHER_STOPPED},
        ),
    ],
)
def test_an_end_has_all_its_causes(family, name, causes):
    counts = Counter(one.cause for one in happenings(family) if one.event.name == name)
    assert causes <= {cause for cause, count in counts.items() if count >= OFTEN}


def test_one_user_id_is_one_client_in_some_worlds_and_many_in_others():
    clients = [
        len({world.history.client_of(name).name for name in world.history.participants})
        for world in worlds("shared_users")
    ]
    assert OFTEN <= clients.count(1) <= WORLDS - OFTEN


def test_an_sdk_that_fails_has_a_version_with_a_documented_fault():
    for family in ("capabilities", "sdk_versions"):
        for world in worlds(family):
            for one in world.history.happenings:
                if one.cause is Cause.SDK_FAULT:
                    client = world.history.client_of(one.participant_id)
                    assert client.sdk_version not in {"1.41.0", "1.46.0"}


LAWS = {
    "another limit": lambda laws: laws.limit != DOCUMENTED_LIMIT,
    "replicas that take no slot": lambda laws: not laws.replicas_take_slots,
    "a day that is shorter or longer": lambda laws: laws.longest != DAY,
    "subscribing measured by the stay": lambda laws: laws.measures_stay,
    "publishers that are found late": lambda laws: laws.spread > 0,
    "clocks apart": lambda laws: laws.clocks_apart > 0,
    "a stop before its error": lambda laws: laws.stop_comes_first,
}


@pytest.mark.parametrize("law", LAWS)
def test_what_no_document_says_differs_from_world_to_world(law):
    held = [LAWS[law](world.history.laws) for world in worlds("mixed")]
    assert OFTEN <= sum(held) <= WORLDS - OFTEN


def test_a_seed_makes_the_same_world_each_time():
    for family in FAMILIES:
        assert stage_world(family, 5) == stage_world(family, 5)


def test_without_faults_everything_is_told_at_its_second_and_all_facts_are_read():
    for family in FAMILIES:
        world = stage_world(family, 3, CLEAN)
        assert world.is_seen_whole
        assert world.view.facts.keys() == {*world.history.participants}


@pytest.mark.parametrize("faults", [LOSSLESS, LOSSY])
def test_events_that_come_late_come_within_the_time_of_the_law(faults):
    late = 0
    for family in FAMILIES:
        for seed in range(WORLDS // 4):
            world = stage_world(family, seed, faults, 1)
            for served in world.view.served.values():
                read = world.history.until if served.as_of is None else served.as_of
                for row in served.rows:
                    if row.is_late:
                        time = world.history.happenings[row.number].time
                        assert read - time < world.history.laws.lateness
                        late += 1
    assert late >= OFTEN


def test_only_where_events_may_be_lost_something_is_missing_that_a_client_reports():
    for faults, may_lose in ((LOSSLESS, False), (LOSSY, True)):
        lost = 0
        for family in FAMILIES:
            for seed in range(WORLDS // 4):
                world = stage_world(family, seed, faults, 1)
                for name, served in world.view.served.items():
                    told = {row.number for row in served.rows}
                    until = world.history.until if served.as_of is None else served.as_of
                    for number in world.history.numbers_of(name):
                        one = world.history.happenings[number]
                        if one.time <= until and not one.may_stay_untold:
                            lost += number not in told
        assert (lost > 0) == may_lose


def test_clocks_of_two_participants_can_be_apart():
    found = 0
    for seed in range(WORLDS):
        world = stage_world("mixed", seed, frozenset({Fault.CLOCKS_APART}))
        for served in world.view.served.values():
            for row in served.rows:
                true = world.history.happenings[row.number].time
                ahead = row.event.time.timestamp() * 1_000_000 - true
                assert ahead <= world.history.laws.clocks_apart + 1
                found += ahead > 1
    assert found >= OFTEN


def stays(history, name):
    return [one.span for one in history.lives[name].stays if one.span.end is not None]


def comes_back_in_a_regular_cycle(world):
    return any(
        len(lengths) >= 3 and max(lengths) - min(lengths) < SECOND
        for name in world.history.participants
        if (lengths := [span.end - span.begin for span in stays(world.history, name)])
    )


def comes_back_now_and_then(world):
    return any(
        len(lengths) >= 3 and max(lengths) > 2 * min(lengths)
        for name in world.history.participants
        if (lengths := [span.end - span.begin for span in stays(world.history, name)])
    )


def is_refused_beside_somebody_who_seems_to_publish(world):
    """The start of one who is gone is told and its end is not, when the account is full."""
    history = world.history
    told = {number for name in history.participants for number in world.view.numbers_read(name)}
    ghosts = [
        history.happenings[end].time
        for start, end in history.ended_by.items()
        if history.happenings[start].event.name == "PUBLISH_STARTED"
        and start in told
        and end not in told
    ]
    return any(
        one.cause is Cause.ACCOUNT_FULL and any(time < one.time for time in ghosts)
        for one in history.happenings
    )


def several_clients_are_inside_at_once(world):
    history = world.history
    spans = [span for name in history.participants for span in stays(history, name)]
    clients = {history.client_of(name).name for name in history.participants}
    return len(clients) > 1 and any(
        one.meets(other.begin, other.end) for one in spans for other in spans if one is not other
    )


def several_clients_come_one_after_another(world):
    clients = {world.history.client_of(name).name for name in world.history.participants}
    return len(clients) > 1 and not several_clients_are_inside_at_once(world)


def stops_replicating_and_publishing_in_one_second_by_a_call(world):
    return any(
        one.cause is Cause.REPLICATION_CALL
        and any(
            abs(span.end - one.time) < SECOND
            for span in world.history.lives[one.participant_id].publishing
            if span.end is not None
        )
        for one in world.history.happenings
    )


def is_demoted_after_it_stopped_by_itself(world):
    happenings = world.history.happenings
    return any(
        one.event.name == "PUBLISH_STOPPED"
        and one.cause is Cause.WISH
        and any(
            other.event.name == "TOKEN_EXCHANGED"
            and other.participant_id == one.participant_id
            and 0 < other.time - one.time < SECOND
            for other in happenings
        )
        for one in happenings
    )


def fails_before_the_exchange_that_allows_it(world):
    happenings = world.history.happenings
    return any(
        one.cause is Cause.TOKEN
        and any(
            other.event.name == "TOKEN_EXCHANGED"
            and other.participant_id == one.participant_id
            and other.time // SECOND == one.time // SECOND
            for other in happenings[number:]
        )
        for number, one in enumerate(happenings)
    )


SITUATIONS = [
    ("reconnects", comes_back_in_a_regular_cycle),
    ("reconnects", comes_back_now_and_then),
    ("publisher_slots", is_refused_beside_somebody_who_seems_to_publish),
    ("shared_users", several_clients_are_inside_at_once),
    ("shared_users", several_clients_come_one_after_another),
    ("replication", stops_replicating_and_publishing_in_one_second_by_a_call),
    ("publish_stopped", is_demoted_after_it_stopped_by_itself),
    ("capabilities", fails_before_the_exchange_that_allows_it),
]


@pytest.mark.parametrize(("family", "situation"), SITUATIONS)
def test_a_family_reaches_its_situations(family, situation):
    assert sum(map(situation, worlds(family))) >= OFTEN
