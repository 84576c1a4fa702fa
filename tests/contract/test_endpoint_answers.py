"""Every answer of the endpoint, read by models of other hands; and wrong ones, noticed."""

from datetime import UTC, datetime

import pytest

from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.service import READ_OPERATIONS
from ivscope.endpoint.worlds.catalog import open_world
from support.answer_checks import Reader, complaints_about, walk
from support.endpoint_mutants import MUTANTS, stand
from support.small_world import SmallWorld

EPOCH = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)

WRONG = [mutant for mutant in MUTANTS if not mutant.harmless]


def read_whole(name):
    world = open_world(name, lambda: EPOCH)
    with Endpoint(world) as endpoint:
        reader = Reader(endpoint.url, world.region)
        walk(reader)
        assert endpoint.calls == reader.answers
        assert endpoint.bugs == ()
    return reader


@pytest.mark.parametrize("name", ["incident", "quiet"])
def test_models_of_other_hands_read_every_answer_of_an_ordinary_world(name):
    reader = read_whole(name)
    assert set(reader.answers) == set(READ_OPERATIONS)
    prefixes = [one for one in reader.complaints if "recordingS3Prefix: does not fit" in one]
    # The API's own pattern has no slash, AWS's samples of the same member have three.
    assert [one for one in reader.complaints if one not in prefixes] == []
    assert all(one.count("/") == 3 for one in prefixes)


def test_the_model_refuses_the_empty_ids_of_the_samples():
    reader = read_whole("samples")
    refused = {one.rpartition(":")[0] for one in reader.complaints if " model: " in one}
    assert refused
    assert {one.rpartition(".")[2] for one in refused} == {"sourceStageArn", "sourceSessionId"}


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_endpoint_has_no_complaint(newest_first):
    world = SmallWorld(events=120)
    with Endpoint(SmallWorld(events=120, newest_first=newest_first)) as endpoint:
        complaints = complaints_about(endpoint.url, world)
    assert bool(complaints) is newest_first
    assert all("rows: " in one for one in complaints)


@pytest.fixture(scope="module")
def place():
    with stand() as made:
        yield made


@pytest.mark.parametrize("mutant", WRONG, ids=[one.name for one in WRONG])
def test_a_wrong_answer_is_noticed_by_the_checks_or_told_by_the_app(place, mutant):
    assert place.look_at(mutant, first_only=True).by != "nobody", mutant.name


def test_there_are_enough_wrong_answers_with_names_of_their_own():
    assert len(WRONG) >= 40
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


def test_what_only_looks_different_is_noticed_by_nobody(place):
    harmless = [mutant for mutant in MUTANTS if mutant.harmless]
    assert {one.name: place.look_at(one).by for one in harmless} == {
        one.name: "nobody" for one in harmless
    }


def test_much_that_is_wrong_is_told_by_the_app_itself(place):
    told = {"the list is null", "the token repeats", "rows come on two pages", "times are words"}
    told |= {"the filter is ignored", "a stage is another one", "all rows have one id"}
    named = {mutant.name: mutant for mutant in MUTANTS}
    assert {name for name in told if not place.look_at(named[name]).app} == set()
