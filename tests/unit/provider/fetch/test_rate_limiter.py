"""RateLimiter: pure, with the clock in the test's hand."""

import pytest
from ivscope.provider.fetch.rate_limiter import LONGEST_WAIT_SECONDS, Priority, RateLimiter

LIST, OTHER = "ListParticipantEvents", "ListParticipants"
DEMAND, PREFETCH, SWEEP = Priority.DEMAND, Priority.PREFETCH, Priority.SWEEP


def starts(pace: RateLimiter, priority: Priority, count: int, begin: float = 0.0) -> list[float]:
    """When `count` calls start that are all made as early as allowed."""
    now, moments = begin, []
    for _ in range(count):
        now += pace.delay(LIST, priority, now)
        pace.note_call(LIST, priority, now)
        moments.append(round(now, 6))
    return moments


def most_in_a_second(moments: list[float]) -> int:
    return max(sum(a <= b < a + 1 for b in moments) for a in moments)


def test_a_person_gets_four_calls_at_once_and_then_four_each_second():
    assert starts(RateLimiter(), DEMAND, 9) == [0, 0, 0, 0, 1, 1, 1, 1, 2]


@pytest.mark.parametrize("priority", [PREFETCH, SWEEP])
def test_background_calls_come_two_each_second_and_evenly(priority):
    assert starts(RateLimiter(), priority, 5) == [0, 0.5, 1, 1.5, 2]


def test_a_raised_sweep_is_still_even():
    moments = starts(RateLimiter(background=4), SWEEP, 9)
    assert moments == [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]
    assert most_in_a_second(moments) == 4


def test_raising_the_background_limit_counts_from_the_next_call():
    pace = RateLimiter()
    starts(pace, SWEEP, 1)
    pace.background = 5
    assert pace.delay(LIST, SWEEP, 0.0) == pytest.approx(0.2)
    assert pace.budget == 5


def test_background_calls_wait_for_what_a_person_used():
    pace = RateLimiter()
    starts(pace, DEMAND, 2)
    assert pace.delay(LIST, SWEEP, 0.5) == 0.5
    assert pace.delay(LIST, DEMAND, 0.5) == 0


def test_a_person_may_pass_a_sweep_at_full_speed():
    pace = RateLimiter()
    starts(pace, SWEEP, 2)
    assert pace.delay(LIST, DEMAND, 0.5) == 0


def test_each_operation_has_a_budget_of_its_own():
    pace = RateLimiter()
    starts(pace, DEMAND, 4)
    assert pace.delay(LIST, DEMAND, 0.1) > 0
    assert pace.delay(OTHER, DEMAND, 0.1) == 0


def test_used_counts_the_last_second_of_the_busiest_operation_or_of_one():
    pace = RateLimiter()
    starts(pace, DEMAND, 3)
    pace.note_call(OTHER, DEMAND, 0.5)
    assert pace.used(0.9) == 3
    assert pace.used(0.9, OTHER) == 1
    assert pace.used(1.2) == 1
    assert pace.used(9.0) == 0
    assert pace.used(0.9, "GetStage") == 0


def test_waits_after_throttling_double_up_to_eight_seconds():
    pace = RateLimiter()
    now, waits = 0.0, []
    for _ in range(5):
        pace.note_throttle(LIST, now)
        waits.append(pace.waiting_until - now)
        now = pace.waiting_until
    assert waits == [1, 2, 4, 8, 8]


def test_throttling_stops_the_operation_and_no_other():
    pace = RateLimiter()
    pace.note_throttle(LIST, 10.0)
    assert pace.delay(LIST, DEMAND, 10.0) == 1
    assert pace.delay(OTHER, DEMAND, 10.0) == 0


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [(3.0, 3), (0.1, 1), (-5.0, 1), (float("nan"), 1), (1e12, LONGEST_WAIT_SECONDS)],
)
def test_the_wait_that_the_service_asks_for_is_honoured_within_reason(retry_after, wait):
    pace = RateLimiter()
    pace.note_throttle(LIST, 0.0, retry_after)
    assert pace.delay(LIST, DEMAND, 0.0) == wait


def test_throttling_halves_the_rate_for_everyone():
    pace = RateLimiter()
    pace.note_throttle(LIST, 0.0)
    assert starts(pace, DEMAND, 3, 1.0) == [1, 1.5, 2]
    other = RateLimiter()
    other.note_throttle(LIST, 0.0)
    assert starts(other, SWEEP, 3, 1.0) == [1, 2, 3]


def test_throttled_answers_to_calls_under_way_together_count_as_one():
    pace = RateLimiter()
    for moment in (0.0, 0.1, 0.2):
        pace.note_throttle(LIST, moment)
    assert pace.waiting_until == pytest.approx(1.2)
    assert starts(pace, DEMAND, 2, 1.2) == [1.2, 1.7]


def test_good_answers_give_the_rate_back_slowly():
    pace = RateLimiter()
    pace.note_throttle(LIST, 0.0)
    pace.note_call(LIST, DEMAND, 1.0)
    gaps = []
    for _ in range(17):
        gaps.append(pace.delay(LIST, DEMAND, 1.0))
        pace.recover(LIST)
    assert gaps[0] == 0.5
    assert gaps == sorted(gaps, reverse=True)
    assert 0 < gaps[15] < 0.27
    assert gaps[16] == 0


def test_a_good_answer_starts_the_waits_from_one_second_again():
    pace = RateLimiter()
    pace.note_throttle(LIST, 0.0)
    pace.note_throttle(LIST, 1.0)
    pace.recover(LIST)
    pace.note_throttle(LIST, 10.0)
    assert pace.waiting_until == 11


def test_the_rate_never_falls_to_nothing():
    pace = RateLimiter()
    now = 0.0
    for _ in range(50):
        pace.note_throttle(LIST, now)
        now = pace.waiting_until
    assert starts(pace, DEMAND, 2, now) == [now, now + 4]
