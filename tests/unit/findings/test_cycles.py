"""Errors and stays at the pace of a timer are told, and what only seems regular is not."""

import pytest

from ivscope.findings.finding import Certainty
from ivscope.findings.repeats import LEAST_GAPS, ErrorCycle, StayCycle
from support.given_facts import GivenFacts, event, findings_of, words


def errors(*times):
    return GivenFacts(*(event(time, "PUBLISH_ERROR", "INVALID_INPUT") for time in times))


def cycle(facts, kind):
    """What is said about a cycle at the last event; None for nothing."""
    return next((one for one in findings_of(facts) if isinstance(one.claim, kind)), None)


def test_errors_at_a_fixed_pace_are_likely_those_of_a_timer():
    found = cycle(errors(*(number * 30 for number in range(14))), ErrorCycle)
    assert words(found.claim) == (
        "It comes every 30 s, 14 times, and 13 of 13 times between are that long: a timer is "
        "behind it."
    )
    assert found.certainty is Certainty.LIKELY
    assert words(found.unknown).startswith("whose timer it is")
    assert len(found.rests_on) == 14


def test_whole_seconds_and_one_that_is_lost_leave_a_cycle_regular():
    times = [0, 30, 61, 90, 121, 150, 180, 240, 270, 301, 330, 360]
    found = cycle(errors(*times), ErrorCycle)
    assert (found.claim.gaps, found.claim.regular_gaps) == (11, 10)


def test_an_error_that_is_there_twice_breaks_no_cycle():
    times = [number * 30 for number in range(10)]
    assert cycle(errors(*times, *times[3:6]), ErrorCycle).claim.times == 10


@pytest.mark.parametrize(
    "times",
    [
        [number * 30 for number in range(LEAST_GAPS)],
        [0, 25, 57, 80, 113, 140, 172, 195],
        [number * 2 for number in range(20)],
        [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5],
    ],
)
def test_few_errors_and_those_of_people_are_no_cycle(times):
    assert cycle(errors(*times), ErrorCycle) is None


def stays(count, length, pause):
    """So many stays of one participant; `length` and `pause` by number of the stay."""
    time, moves = 0, []
    for number in range(count):
        moves.append(event(time, "JOINED"))
        time += length(number)
        moves.append(event(time, "LEFT"))
        time += pause(number)
    return GivenFacts(*moves)


def test_stays_of_one_length_are_likely_those_of_a_timer():
    found = cycle(stays(9, lambda _: 64, lambda number: 11 + number), StayCycle)
    assert words(found.claim) == "9 of its 9 stays last 1 min 04 s: a timer is behind it."
    assert found.certainty is Certainty.LIKELY


def test_stays_and_pauses_of_one_length_are_told_together():
    found = cycle(stays(9, lambda _: 64, lambda _: 11), StayCycle)
    assert words(found.claim) == (
        "9 of its 9 stays last 1 min 04 s and 8 of 8 pauses between its stays last 11 s: a timer "
        "is behind it."
    )


def test_stays_of_many_lengths_are_no_cycle():
    assert cycle(stays(9, lambda number: 50 + 7 * number, lambda n: 9 + 5 * n), StayCycle) is None
    assert cycle(stays(3, lambda _: 64, lambda _: 11), StayCycle) is None
