"""RateLimiter: pure, with the clock in the test's hand."""

from functools import partial

import pytest

from ivscope.provider.fetch import rate_limiter
from ivscope.provider.fetch.rate_limiter import (
    LONGEST_WAIT_SECONDS,
    MOST_AFTER_REFUSAL,
    QUIET_SECONDS,
    SLOWEST,
    Priority,
)

RateLimiter = partial(rate_limiter.RateLimiter, lot=lambda: 0.0)  # with even gaps

LIST, OTHER = "ListParticipantEvents", "ListParticipants"
DEMAND, PREFETCH, SCAN = Priority.DEMAND, Priority.PREFETCH, Priority.SCAN


def starts(limiter, priority: Priority, count: int, begin: float = 0.0) -> list[float]:
    """When `count` calls start that are all made as early as allowed."""
    now, moments = begin, []
    for _ in range(count):
        now += limiter.delay(LIST, priority, now)
        limiter.note_call(LIST, priority, now)
        moments.append(round(now, 6))
    return moments


def most_in_a_second(moments: list[float]) -> int:
    return max(sum(a <= b < a + 1 for b in moments) for a in moments)


def test_a_person_gets_four_calls_at_once_and_then_four_each_second_evenly():
    assert starts(RateLimiter(), DEMAND, 9) == [0, 0, 0, 0, 1, 1.25, 1.5, 1.75, 2]


@pytest.mark.parametrize("priority", [PREFETCH, SCAN])
def test_background_calls_come_two_each_second_and_evenly(priority):
    assert starts(RateLimiter(), priority, 5) == [0, 0.5, 1, 1.5, 2]


def test_a_raised_scan_is_still_even():
    moments = starts(RateLimiter(background=4), SCAN, 9)
    assert moments == [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]
    assert most_in_a_second(moments) == 4


def test_raising_the_background_limit_counts_from_the_next_call():
    limiter = RateLimiter()
    starts(limiter, SCAN, 1)
    limiter.background = 5
    assert limiter.delay(LIST, SCAN, 0.0) == pytest.approx(0.2)
    assert limiter.budget == 5


def watched(**settings):
    limiter = RateLimiter(**settings)
    limiter.is_watched = True
    return limiter


def test_a_scan_that_somebody_looks_at_has_the_whole_pace_and_reading_ahead_has_not():
    assert starts(watched(), SCAN, 5) == [0, 0.25, 0.5, 0.75, 1]
    assert starts(watched(), PREFETCH, 3) == [0, 0.5, 1]


def test_who_made_the_background_slower_is_not_overruled_by_looking():
    assert starts(watched(background=1), SCAN, 3) == [0, 1, 2]
    assert watched(background=1).watched == 1


def test_a_refusal_ends_the_whole_pace_of_a_scan_that_somebody_looks_at():
    limiter = watched()
    limiter.note_throttle(LIST, 0.0)
    assert limiter.delay(LIST, SCAN, 0.0) == 1
    later = starts(limiter, SCAN, 40, begin=3600.0)
    assert most_in_a_second(later) <= MOST_AFTER_REFUSAL


def test_background_calls_wait_for_what_a_person_used():
    limiter = RateLimiter()
    starts(limiter, DEMAND, 2)
    assert limiter.delay(LIST, SCAN, 0.5) == 0.5
    assert limiter.delay(LIST, DEMAND, 0.5) == 0


def test_a_person_may_pass_a_scan_at_full_speed():
    limiter = RateLimiter()
    starts(limiter, SCAN, 2)
    assert limiter.delay(LIST, DEMAND, 0.5) == 0


def test_each_operation_has_a_budget_of_its_own():
    limiter = RateLimiter()
    starts(limiter, DEMAND, 4)
    assert limiter.delay(LIST, DEMAND, 0.1) > 0
    assert limiter.delay(OTHER, DEMAND, 0.1) == 0


def test_used_counts_the_last_second_of_the_busiest_operation_or_of_one():
    limiter = RateLimiter()
    starts(limiter, DEMAND, 3)
    limiter.note_call(OTHER, DEMAND, 0.5)
    assert limiter.used(0.9) == 3
    assert limiter.used(0.9, OTHER) == 1
    assert limiter.used(1.2) == 1
    assert limiter.used(9.0) == 0
    assert limiter.used(0.9, "GetStage") == 0


def test_waits_after_throttling_double_up_to_eight_seconds():
    limiter = RateLimiter()
    now, waits = 0.0, []
    for _ in range(5):
        limiter.note_throttle(LIST, now)
        waits.append(limiter.waiting_until - now)
        now = limiter.waiting_until
    assert waits == [1, 2, 4, 8, 8]


def test_throttling_stops_the_operation_and_no_other():
    limiter = RateLimiter()
    limiter.note_throttle(LIST, 10.0)
    assert limiter.delay(LIST, DEMAND, 10.0) == 1
    assert limiter.delay(OTHER, DEMAND, 10.0) == 0


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [(3.0, 3), (0.1, 1), (-5.0, 1), (float("nan"), 1), (1e12, LONGEST_WAIT_SECONDS)],
)
def test_the_wait_that_the_service_asks_for_is_honoured_within_reason(retry_after, wait):
    limiter = RateLimiter()
    limiter.note_throttle(LIST, 0.0, retry_after)
    assert limiter.delay(LIST, DEMAND, 0.0) == wait


@pytest.mark.parametrize("priority", [DEMAND, SCAN])
def test_the_first_refusal_leaves_a_call_a_second_for_everyone(priority):
    limiter = RateLimiter()
    limiter.note_throttle(LIST, 0.0)
    assert starts(limiter, priority, 3, 1.0) == [1, 2, 3]
    assert (limiter.slowed_to(3.0), limiter.refusals) == (1.0, 1)


def test_nothing_is_slowed_before_a_refusal():
    limiter = RateLimiter()
    starts(limiter, DEMAND, 9)
    assert (limiter.slowed_to(9.0), limiter.refusals) == (None, 0)


def test_throttled_answers_to_calls_under_way_together_count_as_one():
    limiter = RateLimiter()
    for moment in (0.0, 0.1, 0.2):
        limiter.note_throttle(LIST, moment)
    assert limiter.waiting_until == pytest.approx(1.2)
    assert starts(limiter, DEMAND, 2, 1.2) == [1.2, 2.2]


def test_minutes_of_quiet_give_the_rate_back_up_to_two_calls_a_second():
    limiter = RateLimiter()
    limiter.note_throttle(LIST, 0.0)
    rates = [limiter.slowed_to(QUIET_SECONDS + 60 * minutes) for minutes in (0, 1, 2, 4, 60)]
    assert rates == [1, 1.25, 1.5, 2, MOST_AFTER_REFUSAL]


def test_a_refusal_soon_after_another_halves_the_rate():
    limiter = RateLimiter()
    limiter.note_throttle(LIST, 0.0)
    limiter.note_throttle(LIST, 10.0)
    assert limiter.slowed_to(10.0) == 0.5


def test_a_refusal_after_quiet_minutes_steps_back_a_little():
    limiter = RateLimiter()
    limiter.note_throttle(LIST, 0.0)
    limiter.note_throttle(LIST, QUIET_SECONDS + 120)
    assert limiter.slowed_to(QUIET_SECONDS + 120) == pytest.approx(0.6 * 1.5)


def test_gaps_are_uneven_by_lot():
    limiter = rate_limiter.RateLimiter(lot=lambda: 1.0)
    assert starts(limiter, SCAN, 3) == [0, 0.515, 1.03]


def test_a_good_answer_starts_the_waits_from_one_second_again():
    limiter = RateLimiter()
    limiter.note_throttle(LIST, 0.0)
    limiter.note_throttle(LIST, 1.0)
    limiter.recover(LIST)
    limiter.note_throttle(LIST, 10.0)
    assert limiter.waiting_until == 11


def test_the_rate_never_falls_to_nothing():
    limiter = RateLimiter()
    now = 0.0
    for _ in range(50):
        limiter.note_throttle(LIST, now)
        now = limiter.waiting_until
    assert starts(limiter, DEMAND, 2, now) == [now, now + 1 / SLOWEST]


def test_a_long_pause_between_calls_is_told_as_a_wait_and_a_short_one_is_not():
    limiter = RateLimiter()
    limiter.note_throttle(LIST, 0.0)
    limiter.note_call(LIST, DEMAND, 20.0)
    assert limiter.waiting_until == 1
    limiter.note_throttle(LIST, 30.0)
    limiter.note_throttle(LIST, 40.0)
    limiter.note_call(LIST, DEMAND, 60.0)
    assert limiter.waiting_until == 64
