"""The call rate of the endpoint."""

import contextlib

import pytest

from ivscope.endpoint.answers import ServiceError
from ivscope.endpoint.service import Throttle


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def admitted(throttle, operation, tries):
    """How many of so many calls at once pass."""
    refused = throttle.refused
    for _ in range(tries):
        with contextlib.suppress(ServiceError):
            throttle.admit(operation)
    return tries - (throttle.refused - refused)


def test_five_calls_pass_and_the_sixth_is_throttled():
    throttle = Throttle(Clock())
    for _ in range(5):
        throttle.admit("ListStages")
    with pytest.raises(ServiceError) as refused:
        throttle.admit("ListStages")
    assert (refused.value.code, refused.value.status) == ("ThrottlingException", 429)
    assert throttle.refused == 1


def test_each_operation_has_its_own_budget():
    throttle = Throttle(Clock())
    assert admitted(throttle, "ListStages", 6) == 5
    assert admitted(throttle, "ListParticipants", 6) == 5


def test_the_budget_comes_back_at_five_calls_a_second_and_never_exceeds_five():
    clock = Clock()
    throttle = Throttle(clock)
    admitted(throttle, "ListStages", 5)
    clock.now += 0.4
    assert admitted(throttle, "ListStages", 5) == 2
    clock.now += 3600
    assert admitted(throttle, "ListStages", 9) == 5


def test_a_steady_pace_of_five_calls_a_second_is_never_throttled():
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(1000):
        throttle.admit("ListParticipantEvents")
        clock.now += 0.2001
    assert throttle.refused == 0
