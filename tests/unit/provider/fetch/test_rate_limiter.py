"""RateLimiter: pure, with the clock in the test's hand."""

from functools import partial
from itertools import pairwise

import pytest

from ivscope.provider.fetch import rate_limiter
from ivscope.provider.fetch.rate_limiter import (
    ASK_SOON_SECONDS,
    FIRST_QUESTION_SECONDS,
    LONGEST_WAIT_SECONDS,
    STEPS,
    TELLING,
    TELLING_SECONDS,
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


def test_a_person_gets_four_calls_at_once_and_then_about_four_each_second():
    assert starts(RateLimiter(), DEMAND, 9) == [0, 0, 0, 0, 1, 1.25, 1.5, 1.75, 1.95]


@pytest.mark.parametrize("priority", [PREFETCH, SCAN])
def test_background_calls_come_two_each_second_and_evenly(priority):
    assert starts(RateLimiter(), priority, 5) == [0, 0.5, 1, 1.5, 2]


def test_a_raised_scan_is_nearly_even():
    moments = starts(RateLimiter(background=4), SCAN, 9)
    assert moments == [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 1.9875]
    assert most_in_a_second(moments[:8]) == 4


@pytest.mark.parametrize("priority", [DEMAND, SCAN])
@pytest.mark.parametrize("lot", [0.0, 0.5, 1.0])
def test_five_calls_come_within_a_second_every_three_seconds_and_never_six(priority, lot):
    """Who makes four evenly is not refused by one that counts them, and hears of nobody."""
    moments = starts(RateLimiter(background=4, lot=lambda: lot), priority, 120)[4:]
    inside = [sum(at <= other < at + 1 for other in moments) for at in moments]
    fives = [at for at, count in zip(moments, inside, strict=True) if count == 5]
    assert max(inside) == 5
    assert all(later - at < 3.2 for at, later in pairwise(fives))
    assert len(fives) <= 4 * (len(moments) / 12 + 1), "calls that begin such a second"
    assert moments[-1] - moments[0] <= (len(moments) - 1) / 4 / 0.97


def test_no_more_calls_are_told_than_are_allowed():
    limiter, told = RateLimiter(background=4), set()
    now = 0.0
    for _ in range(60):
        now += limiter.delay(LIST, SCAN, now)
        limiter.note_call(LIST, SCAN, now)
        told.add(limiter.used(now))
    assert max(told) == limiter.budget == 4


def test_a_slower_pace_is_always_even():
    moments = starts(RateLimiter(), SCAN, 60)
    assert {round(later - at, 6) for at, later in pairwise(moments)} == {0.5}
    moments = starts(RateLimiter(background=5), SCAN, 60)
    assert {round(later - at, 6) for at, later in pairwise(moments)} == {0.2}


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


def test_used_counts_the_last_second_of_the_busiest_operation():
    limiter = RateLimiter()
    starts(limiter, DEMAND, 3)
    limiter.note_call(OTHER, DEMAND, 0.5)
    assert limiter.used(0.9) == 3
    assert limiter.used(1.2) == 1
    assert limiter.used(9.0) == 0


def test_throttling_stops_the_operation_and_no_other():
    limiter = RateLimiter()
    starts(limiter, DEMAND, 1, 10.0)
    limiter.note_throttle(LIST, 10.0)
    assert limiter.delay(LIST, DEMAND, 10.0) == pytest.approx(TELLING.pause)
    assert limiter.delay(OTHER, DEMAND, 10.0) == 0


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [(5.0, 5), (0.1, 0.4), (-5.0, 0.4), (float("nan"), 0.4), (1e12, LONGEST_WAIT_SECONDS)],
)
def test_the_wait_that_the_service_asks_for_is_honoured_within_reason(retry_after, wait):
    limiter = RateLimiter()
    starts(limiter, DEMAND, 1)
    limiter.note_throttle(LIST, 0.0, retry_after)
    assert limiter.delay(LIST, DEMAND, 0.0) == wait


def read_on(limiter, until: float, room: int, *, begin: float = 0.0, priority=DEMAND):
    """When calls start, where others leave room for so many of ours in any second."""
    now, moments, answered = begin, [], []
    while (now := now + limiter.delay(LIST, priority, now)) < until:
        limiter.note_call(LIST, priority, now)
        moments.append(now)
        if sum(now - at < 1 for at in answered) < room:
            answered.append(now)
            limiter.recover(LIST)
        else:
            limiter.note_throttle(LIST, now)
    return moments


def per_minute(moments: list[float], begin: float) -> int:
    return sum(begin <= at < begin + 60 for at in moments)


def slowed(**settings):
    """Return one that was refused, and has told others of us: its first question is due at 0."""
    limiter = watched(**settings)
    refused_at = -TELLING_SECONDS - FIRST_QUESTION_SECONDS
    limiter.note_call(LIST, DEMAND, refused_at)
    limiter.note_throttle(LIST, refused_at)
    return limiter


@pytest.mark.parametrize("priority", [DEMAND, SCAN])
def test_the_first_refusal_is_followed_by_a_few_seconds_at_half_the_pace_to_be_heard(priority):
    limiter = watched()
    limiter.note_call(LIST, priority, 0.0)
    limiter.note_throttle(LIST, 0.0)
    assert limiter.slowed_to(0.0) == TELLING.calls_per_second
    moments = read_on(limiter, 60, 1, priority=priority)
    told = [at for at in moments if at < TELLING_SECONDS + FIRST_QUESTION_SECONDS]
    assert told == pytest.approx([TELLING.pause * n for n in range(1, 12)])
    question = moments[len(told) :][:2]
    assert question == pytest.approx([told[-1] + 1.1] * 2)
    assert limiter.slowed_to(60.0) == STEPS[0].calls_per_second


def test_refusals_while_others_are_told_of_us_lead_nowhere_and_neither_do_answers():
    for room in (0, 5):
        limiter = watched()
        limiter.note_call(LIST, DEMAND, 0.0)
        limiter.note_throttle(LIST, 0.0)
        read_on(limiter, TELLING_SECONDS, room)
        moments = read_on(limiter, 100, 5, begin=TELLING_SECONDS)
        assert limiter.slowed_to(100.0) == STEPS[-1].calls_per_second
        assert moments[0] <= 2 * TELLING_SECONDS


@pytest.mark.parametrize("priority", [DEMAND, SCAN])
def test_who_was_not_fast_tells_nobody_and_asks_soon(priority):
    limiter = RateLimiter(demand=2)
    limiter.note_call(LIST, priority, 0.0)
    limiter.note_throttle(LIST, 0.0)
    assert starts(limiter, priority, 2) == [ASK_SOON_SECONDS] * 2


@pytest.mark.parametrize("priority", [DEMAND, SCAN])
def test_then_two_calls_at_once_ask_for_room(priority):
    limiter = slowed()
    assert starts(limiter, priority, 2) == [0, 0]
    assert limiter.delay(LIST, priority, 0.0) == STEPS[0].ask_again
    assert (limiter.slowed_to(0.0), limiter.refusals) == (STEPS[0].calls_per_second, 1)


@pytest.mark.parametrize("priority", [DEMAND, SCAN])
def test_alone_half_a_minute_after_a_refusal_leads_to_the_last_step(priority):
    limiter = slowed()
    moments = read_on(limiter, 600, 5, priority=priority)
    assert limiter.slowed_to(600.0) == STEPS[-1].calls_per_second
    assert per_minute(moments, 40) == pytest.approx(60 / STEPS[-1].pause, abs=1)
    assert most_in_a_second([at for at in moments if at > 40]) == 2


@pytest.mark.parametrize(("room", "step"), [(1, 0), (2, 1), (3, 2), (4, 2)])
def test_a_step_is_taken_where_others_leave_room_for_it_and_one_call_more(room, step):
    limiter = slowed()
    read_on(limiter, 600, room)
    assert limiter.slowed_to(600.0) == STEPS[step].calls_per_second


def test_beside_a_nearly_full_service_a_person_gets_three_pages_in_two_minutes():
    moments = read_on(slowed(), 600, 1)
    assert moments[:8] == pytest.approx([0, 0, 3, 3, 48, 48, 93, 93])
    assert per_minute(moments, 120) + per_minute(moments, 180) == 6  # of which 3 are refused


def test_a_question_that_was_not_asked_whole_leads_nowhere():
    limiter, now = slowed(), 100.0
    for _ in range(20):
        assert limiter.delay(LIST, DEMAND, now) == 0
        limiter.note_call(LIST, DEMAND, now)
        limiter.recover(LIST)
        now += 60
    assert limiter.slowed_to(now) == STEPS[0].calls_per_second


def test_who_reads_one_page_now_and_one_later_need_not_wait_for_the_second():
    limiter = slowed()
    starts(limiter, DEMAND, 1, 100)
    limiter.recover(LIST)
    assert limiter.delay(LIST, DEMAND, 120) == 0
    starts(limiter, DEMAND, 1, 120)
    assert limiter.delay(LIST, DEMAND, 121) == 100 + STEPS[0].ask_again - 121


def at_the_last_step():
    limiter = slowed()
    last = read_on(limiter, 100, 5)[-1]
    return limiter, last


def refuse_one(limiter, begin: float) -> float:
    now = begin + limiter.delay(LIST, DEMAND, begin)
    limiter.note_call(LIST, DEMAND, now)
    limiter.note_throttle(LIST, now)
    return now


def test_a_refusal_at_the_last_step_leads_a_step_down_for_ten_minutes():
    limiter, now = at_the_last_step()
    now = refuse_one(limiter, now + 5)
    assert limiter.slowed_to(now) == STEPS[1].calls_per_second
    moments = read_on(limiter, now + 599, 5, begin=now)
    assert per_minute(moments, now + 60) == pytest.approx(60 / STEPS[1].pause, abs=1)
    assert limiter.slowed_to(now) == STEPS[1].calls_per_second
    now = read_on(limiter, now + 640, 5, begin=now + 599)[-1]
    assert limiter.slowed_to(now) == STEPS[2].calls_per_second
    now = refuse_one(limiter, now + 5)
    assert limiter.slowed_to(now) == STEPS[1].calls_per_second


def test_a_refusal_a_step_before_leaves_questions_which_lead_on_after_ten_minutes():
    limiter, now = at_the_last_step()
    for _ in range(2):
        now = refuse_one(limiter, now + 5)
    assert limiter.slowed_to(now) == STEPS[0].calls_per_second
    moments = read_on(limiter, now + 599, 5, begin=now)
    assert per_minute(moments, now + 44) == per_minute(moments, now + 269) == 4
    assert limiter.slowed_to(now) == STEPS[0].calls_per_second
    read_on(limiter, now + 700, 5, begin=now + 599)
    assert limiter.slowed_to(now) == STEPS[-1].calls_per_second


def test_who_made_the_background_slower_keeps_that_after_a_refusal():
    moments = read_on(slowed(background=1), 600, 5, priority=SCAN)
    assert most_in_a_second(moments) == 1


def test_nothing_is_slowed_before_a_refusal():
    limiter = RateLimiter()
    starts(limiter, DEMAND, 9)
    assert (limiter.slowed_to(9.0), limiter.refusals) == (None, 0)


def test_throttled_answers_to_calls_under_way_together_count_as_one():
    limiter = RateLimiter()
    starts(limiter, DEMAND, 3)
    for moment in (0.0, 0.1, 0.2):
        limiter.note_throttle(LIST, moment)
    assert limiter.waiting_until(0.2) == TELLING.pause
    assert starts(limiter, DEMAND, 2) == pytest.approx([TELLING.pause, 2 * TELLING.pause])


def test_gaps_are_uneven_by_lot():
    limiter = rate_limiter.RateLimiter(lot=lambda: 1.0)
    assert starts(limiter, SCAN, 3) == [0, 0.5125, 1.025]


def test_waits_grow_while_all_is_refused():
    limiter = RateLimiter()
    limiter.note_call(LIST, DEMAND, 0.0)
    limiter.note_throttle(LIST, 0.0)
    moments = read_on(limiter, 180, 0)
    assert moments == pytest.approx([0.4, 0.8, 1.8, 3.8, 7.8, 15.8, 60.8, 105.8, 150.8])


def test_a_good_answer_starts_the_waits_from_one_second_again():
    limiter, now = RateLimiter(), 0.0
    for _ in range(2):
        for _ in range(3):
            now = refuse_one(limiter, now)
        assert limiter.waiting_until(now) == now + 1
        limiter.recover(LIST)
    assert now < TELLING_SECONDS


def test_the_pace_never_falls_to_nothing():
    limiter = RateLimiter()
    moments = read_on(limiter, 3600, 0)
    assert per_minute(moments, 3000) >= 1


def test_the_wait_for_the_next_question_is_told_and_a_pause_at_a_pace_is_not():
    limiter = slowed()
    assert limiter.waiting_until(-0.5) == 0
    starts(limiter, DEMAND, 2)
    limiter.recover(LIST)
    limiter.recover(LIST)
    assert limiter.waiting_until(0.0) == ASK_SOON_SECONDS
    limiter, now = at_the_last_step()
    assert limiter.waiting_until(now) < now
