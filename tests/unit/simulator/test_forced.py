"""A cause that the data forces is the true one wherever documents hold and nothing is lost."""

from collections import Counter
from functools import cache

import pytest

from ivscope.domain.events import PUBLISH_ERROR
from support.simulator.causes import Cause
from support.simulator.families import FAMILIES
from support.simulator.forced import forced_cause
from support.simulator.laws import DOCUMENTED_LIMIT, LATEST, Laws, browser
from support.simulator.service import Service
from support.simulator.showing import show
from support.simulator.stage import SECOND, WATCH
from support.simulator.view import CLEAN, HALF_READ, LOSSLESS, Fault
from support.simulator.worlds import lot_of, stage_world

WORLDS = 60

FORCIBLE = {
    Cause.TOKEN,
    Cause.PUBLISHER_NOT_THERE,
    Cause.STAGE_FULL,
    Cause.KEY_IN_USE_HERE,
}


@pytest.fixture(scope="module")
def forced():
    """`all_forced`, which finds each once; it goes with the tests here, since it is large."""
    return cache(all_forced)


def all_forced(faults):
    """World, number and cause that is forced, of each event for which one is."""
    return [
        (world, row.number, cause)
        for family in FAMILIES
        for world in (stage_world(family, seed, faults) for seed in range(WORLDS))
        for name in world.view.served
        for row in world.view.read(name)
        if (cause := forced_cause(world.view, name, row)) is not None
    ]


@pytest.mark.parametrize("faults", [CLEAN, LOSSLESS, HALF_READ])
def test_a_forced_cause_is_true(faults, forced):
    for world, number, cause in forced(faults):
        # A stage with another limit than the documented one breaks what is taken for certain.
        if cause is not Cause.STAGE_FULL or world.history.laws.is_documented:
            assert world.history.cause_of(number) is cause, world


def test_each_of_the_four_causes_is_forced_often_enough_to_be_counted(forced):
    counts = Counter(cause for _, _, cause in forced(CLEAN))
    assert {cause for cause, count in counts.items() if count >= 3} == FORCIBLE


def full_but_for_one_demoted(*, is_demoted):
    """Live: 12 publish, one of them may have lost PUBLISH without a stop, and one is refused."""
    stage = Service(lot_of(1), Laws())
    names = [stage.arrive(browser(f"browser{number}")) for number in range(DOCUMENTED_LIMIT)]
    for name in names:
        stage.publish(name)
    stage.wait(60 * SECOND)
    if is_demoted:
        stage.exchange(names[0], WATCH)
        stage.wait(60 * SECOND)
        stage.is_account_full = True
    late = stage.arrive(browser("late"))
    stage.wait(60 * SECOND)
    stage.publish(late)
    stage.wait(2 * LATEST)
    return stage.so_far(), late


def answer_where_the_stop_is_untold(history, late):
    for seed in range(100):
        view = show(lot_of(seed), history, frozenset({Fault.MISSING_END}))
        told = {row.number for name in view.served for row in view.read(name)}
        if not any(one.may_stay_untold and n in told for n, one in enumerate(history.happenings)):
            (row,) = [one for one in view.read(late) if one.event.name == PUBLISH_ERROR]
            return forced_cause(view, late, row)
    raise AssertionError("no view without the stop")


def test_who_lost_publish_is_not_counted_for_certain_where_no_stop_is_told():
    assert answer_where_the_stop_is_untold(*full_but_for_one_demoted(is_demoted=True)) is None
    full = full_but_for_one_demoted(is_demoted=False)
    assert answer_where_the_stop_is_untold(*full) is Cause.STAGE_FULL
