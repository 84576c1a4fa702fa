"""One answer everywhere: no two places of the screen, of a copy or a file contradict each other."""

import pytest

from support.case_files import case, case_names
from support.simulator.families import FAMILIES
from support.simulator.view import ALL_FAULTS, WHOLE_FAULTS
from support.simulator.worlds import all_worlds, seeds, stage_world, world_of
from support.told_facts import contradictions

WORLDS = 40
"""Of each kind. 400 take two minutes."""

STAGES = 2
"""Of each family."""


@pytest.mark.parametrize("name", case_names())
def test_of_a_case_all_views_tell_the_same(name):
    assert list(contradictions(case(name).view)) == []


@pytest.mark.slow
@pytest.mark.parametrize("faults", [WHOLE_FAULTS, ALL_FAULTS], ids=["whole", "all faults"])
def test_of_a_world_all_views_tell_the_same(faults):
    for world in all_worlds(faults, WORLDS):
        assert list(contradictions(world.view)) == [], world


@pytest.mark.slow
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_of_a_stage_all_views_tell_the_same(family):
    for seed in seeds(STAGES):
        world = stage_world(family, seed)
        assert list(contradictions(world.view)) == [], world


@pytest.mark.parametrize(
    ("seed", "faults"), [(10, WHOLE_FAULTS), (114, WHOLE_FAULTS), (261, ALL_FAULTS)]
)
def test_of_the_worlds_in_which_a_contradiction_was_found_all_views_tell_the_same(seed, faults):
    assert list(contradictions(world_of(seed, faults).view)) == []
