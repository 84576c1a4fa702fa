"""Random worlds reach the situations that conclusions about who published fall over."""

from collections import defaultdict
from itertools import pairwise

import pytest

from ivscope.domain.times import to_microseconds
from ivscope.domain.tokens import PUBLISH
from support.simulator.stage import SECOND
from support.simulator.view import ALL_FAULTS, Extent, Fault
from support.simulator.worlds import all_worlds

LIMIT = 12
"""Publishers of a stage."""

OFTEN = 3
"""Worlds of a loop that must have a situation; most are far more frequent."""

MARKS = frozenset({"JOINED", "LEFT", "PUBLISH_STARTED", "PUBLISH_STOPPED"})
WORLDS = list(all_worlds(count=300))


def told(world, name):
    """What the rows read of somebody tell, in true order, doubles left out."""
    numbers = sorted(world.view.numbers_read(name))
    return [(number, world.history.happenings[number]) for number in numbers]


def shown_seconds(world, name):
    """Events read of somebody by the second that is shown, in true order."""
    seconds = defaultdict(list)
    for row in sorted(world.view.read(name), key=lambda row: row.number):
        if hasattr(row.event.time, "timestamp"):
            seconds[to_microseconds(row.event.time) // SECOND].append(row.event.name)
    return seconds


def anybody(predicate):
    """Whether somebody in a world is in a situation."""
    return lambda world: any(predicate(world, name) for name in world.history.participants)


def comes_and_goes_in_one_second_without_a_stop(world, name):
    return any(
        {"JOINED", "PUBLISH_STARTED", "LEFT"} <= {*names} and "PUBLISH_STOPPED" not in names
        for names in shown_seconds(world, name).values()
    )


def starts_without_an_end_then_joins_again(world, name):
    names = [one.event.name for _, one in told(world, name)]
    marks = [
        one for one in names if one in {"JOINED", "LEFT", "PUBLISH_STARTED", "PUBLISH_STOPPED"}
    ]
    return ("PUBLISH_STARTED", "JOINED") in pairwise(marks)


def loses_publish_while_publishing(world, name, *, stop_is_told):
    history = world.history
    for span in history.lives[name].publishing:
        for number, one in told(world, name):
            if one.event.name != "TOKEN_EXCHANGED" or one.may_stay_untold:
                continue
            lost = PUBLISH not in (one.event.new_token.capabilities or ())
            if not lost or not span.begin <= one.time:
                continue
            stop = next(
                (
                    stop
                    for stop in history.numbers_of(name)
                    if stop > number
                    and history.happenings[stop].event.name == "PUBLISH_STOPPED"
                    and history.happenings[stop].may_stay_untold
                    and history.happenings[stop].time == span.end
                    and history.happenings[stop].time - one.time <= 2 * SECOND
                ),
                None,
            )
            if stop is not None and (stop in world.view.numbers_read(name)) is stop_is_told:
                return True
    return False


def rejoins_with_another_token(world, name):
    tokens = [token for _, token in world.history.lives[name].tokens]
    return len(world.history.lives[name].stays) > 1 and len(set(tokens)) > 1


def is_read_from_the_middle(world, name):
    """The end of something is read, its start is not."""
    if world.view.extent(name) is not Extent.PARTLY:
        return False
    read = world.view.numbers_read(name)
    return any(one.started_by not in {None, *read} for _, one in told(world, name))


def is_served_against_true_order_inside_a_second(world, name):
    rows = [row for row in world.view.read(name) if hasattr(row.event.time, "timestamp")]
    if world.view.faults & {Fault.SHUFFLED, Fault.UNTIMED}:
        return False
    pairs = [
        (former.number < later.number)
        for former, later in pairwise(rows)
        if former.number != later.number and former.event.time == later.event.time
    ]
    return len(set(pairs)) > 1


def is_a_ghost(world, name):
    """Live, disconnected, and the last thing read says that it publishes."""
    names = [one.event.name for _, one in told(world, name)]
    return (
        world.history.is_live
        and names[-1:] == ["PUBLISH_STARTED"]
        and not world.history.is_connected(name, world.history.until)
    )


def flickers(world):
    """At least as many as a stage takes publish within one second, and never all of them."""
    history = world.history
    for one in history.happenings:
        start = max(one.time // SECOND * SECOND, history.start)
        sometime = history.publishing_sometime(start, start + SECOND)
        if one.event.name == "PUBLISH_STARTED" and len(sometime) > LIMIT:
            return history.counts(start, start + SECOND)[1] < len(sometime)
    return False


def refusals(world):
    return [
        world.history.publishing_at(one.time) - {one.participant_id}
        for one in world.history.happenings
        if (one.event.name, one.event.error_code) == ("PUBLISH_ERROR", "QUOTA_EXCEEDED")
    ]


def has_two_of_one_user_joining_in_one_second(world):
    joined = defaultdict(list)
    for one in world.history.happenings:
        user = world.history.lives[one.participant_id].user_id
        if one.event.name == "JOINED" and user:
            joined[user, one.time // SECOND].append(one.participant_id)
    return any(len({*names}) > 1 for names in joined.values())


def has_everybody_read_and_still_misses_something(world):
    view = world.view
    return (
        view.all_listed
        and len(view.of_extent(Extent.WHOLE)) == len(world.history.participants)
        and not world.is_seen_whole
    )


SITUATIONS = {
    "joined, published and left in one second without a stop": anybody(
        comes_and_goes_in_one_second_without_a_stop
    ),
    "start without end, then joined again": anybody(starts_without_an_end_then_joins_again),
    "exchange takes PUBLISH, the stop is told": anybody(
        lambda world, name: loses_publish_while_publishing(world, name, stop_is_told=True)
    ),
    "exchange takes PUBLISH, the stop is not told": anybody(
        lambda world, name: loses_publish_while_publishing(world, name, stop_is_told=False)
    ),
    "back with another token": anybody(rejoins_with_another_token),
    "end read, start not read": anybody(is_read_from_the_middle),
    "ties in both orders": anybody(is_served_against_true_order_inside_a_second),
    "ghost of a live session": anybody(is_a_ghost),
    "a crowd flickers within one second": flickers,
    "a full stage refuses": lambda world: any(len(others) >= LIMIT for others in refusals(world)),
    "a stage refuses with one place free": lambda world: any(
        len(others) == LIMIT - 1 for others in refusals(world)
    ),
    "a replica publishes beside a refusal": lambda world: any(
        others & world.history.replicas for others in refusals(world)
    ),
    "one user joins twice in one second": has_two_of_one_user_joining_in_one_second,
    "everybody read, something missing": has_everybody_read_and_still_misses_something,
    "nothing missing": lambda world: world.is_seen_whole,
    "subscribed": lambda world: any(life.subscribing for life in world.history.lives.values()),
    "replicated": lambda world: any(life.replicating for life in world.history.lives.values()),
    "live": lambda world: world.history.is_live,
    "ended": lambda world: not world.history.is_live,
} | {str(fault): lambda world, fault=fault: fault in world.view.faults for fault in ALL_FAULTS}


@pytest.mark.parametrize("situation", sorted(SITUATIONS))
def test_worlds_have_the_situation(situation):
    assert sum(map(SITUATIONS[situation], WORLDS)) >= OFTEN
