"""A cause that the data forces is the true one wherever documents hold and nothing is lost."""

from collections import Counter

import pytest
from support.simulator.causes import Cause
from support.simulator.families import FAMILIES
from support.simulator.forced import forced_cause
from support.simulator.view import CLEAN, HALF_READ, LOSSLESS
from support.simulator.worlds import stage_world

WORLDS = 60

FORCIBLE = {
    Cause.TOKEN,
    Cause.PUBLISHER_NOT_THERE,
    Cause.STAGE_FULL,
    Cause.KEY_IN_USE_HERE,
}


def forced(faults):
    """World, number and cause that is forced."""
    for family in FAMILIES:
        for seed in range(WORLDS):
            world = stage_world(family, seed, faults)
            for name in world.view.served:
                for row in world.view.read(name):
                    cause = forced_cause(world.view, name, row)
                    if cause is not None:
                        yield world, row.number, cause


@pytest.mark.parametrize("faults", [CLEAN, LOSSLESS, HALF_READ])
def test_a_forced_cause_is_true(faults):
    for world, number, cause in forced(faults):
        # A stage with another limit than the documented one breaks what is taken for certain.
        if cause is not Cause.STAGE_FULL or world.history.laws.is_documented:
            assert world.history.cause_of(number) is cause, world


def test_each_of_the_four_causes_is_forced_often_enough_to_be_counted():
    counts = Counter(cause for _, _, cause in forced(CLEAN))
    assert {cause for cause, count in counts.items() if count >= 3} == FORCIBLE
