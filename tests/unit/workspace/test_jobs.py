"""Background work of the screen: when it is done, and what becomes of it on the way out."""

import threading

import pytest

from ivscope.workspace.jobs import (
    Alarm,
    AtRest,
    Coalescer,
    Debounce,
    Outcome,
    SlicedJob,
    ThreadJob,
)
from support.moved_clock import MovedClock


@pytest.fixture
def time():
    return MovedClock()


# Alarm.


def test_an_alarm_set_again_rings_once_at_the_later_time(time):
    rung = []
    alarm = Alarm(time.jobs(), lambda: rung.append(time.seconds))
    alarm.set(1)
    time.pass_time(0.5)
    alarm.set(1)
    assert alarm.is_set
    time.pass_time(10)
    assert rung == [1.5]
    assert not alarm.is_set


def test_a_stopped_alarm_does_not_ring_and_leaves_no_timer(time):
    alarm = Alarm(time.jobs(), lambda: pytest.fail("rang"))
    alarm.set(1)
    alarm.stop()
    assert time.timers == []
    time.pass_time(2)


def test_an_alarm_does_not_ring_in_a_program_that_is_ending(time):
    jobs = time.jobs()
    alarm = Alarm(jobs, lambda: pytest.fail("rang"))
    alarm.set(1)
    jobs.close()
    time.pass_time(2)


# Debounce.


@pytest.fixture
def shown(time):
    made = []
    made_by = Debounce(time.jobs(), lambda: made.append(time.seconds), 0.1)
    return made, made_by


def test_one_key_shows_at_once_and_only_once(time, shown):
    times, debounce = shown
    debounce.ask()
    time.pass_time(1)
    assert times == [0]


def test_what_was_shown_before_it_asked_is_not_shown_again(time, shown):
    times, debounce = shown
    debounce.ask(is_done=True)
    time.pass_time(0.03)
    debounce.ask()
    assert times == []
    debounce.ask(is_done=True)
    time.pass_time(1)
    assert times == []
    debounce.ask()
    assert times == [pytest.approx(1.03)]


def test_of_a_held_key_it_shows_the_first_and_what_it_comes_to_rest_at(time, shown):
    times, debounce = shown
    for _ in range(10):
        debounce.ask()
        time.pass_time(0.03)
    asked_last = time.seconds - 0.03
    time.pass_time(1)
    assert times == [0, pytest.approx(asked_last + 0.1)]


# Coalescer.


@pytest.fixture
def taken(time):
    made = []
    return made, Coalescer(time.jobs(), lambda changed: made.append(list(changed)))


def test_what_one_key_sets_off_is_taken_in_at_once(taken):
    made, coalescer = taken
    for what in "abcde":
        coalescer.add(what)
    assert made == [[what] for what in "abcde"]


def test_what_comes_thick_is_taken_in_together_a_few_times_a_second(time, taken):
    made, coalescer = taken
    for number in range(100):
        coalescer.add(number % 3)
        time.pass_time(0.02)
    time.pass_time(1)
    assert time.timers == []
    assert 2 * 8 <= len(made) <= 2 * 8 + 8
    assert all(len(set(changed)) == len(changed) for changed in made)
    assert made[-1]


def test_nothing_announced_is_forgotten_and_the_last_is_not_late(time, taken):
    made, coalescer = taken
    for number in range(50):
        coalescer.add(number)
    time.pass_time(0.2)
    assert sorted(what for changed in made for what in changed) == list(range(50))


def test_after_a_rest_changes_are_taken_in_at_once_again(time, taken):
    made, coalescer = taken
    for number in range(50):
        coalescer.add(number)
    time.pass_time(2)
    made.clear()
    for what in "abcde":
        coalescer.add(what)
    assert made == [[what] for what in "abcde"]


# SlicedJob.


class Pile:
    """Work of so many slices, and the times at which it was drawn."""

    def __init__(self, time, *, is_growing=False, draw_seconds=0.5, pause=0.125):
        self.is_growing = is_growing
        self.left = 0
        self.key_at = None
        """The slice during which a key comes."""
        self.worked = []
        self.drawn = []
        self._time = time
        self.job = SlicedJob(
            time.jobs(),
            self._work,
            lambda: self.drawn.append(time.seconds),
            pause=lambda: pause,
            draw_seconds=draw_seconds,
            is_growing=lambda: self.is_growing,
        )

    def begin(self, slices):
        self.left = slices
        self.job.begin()

    def _work(self, seconds):
        assert seconds < 0.05
        self.worked.append(self._time.seconds)
        self._time.typed += len(self.worked) == self.key_at
        self.left -= 1
        return self.left > 0

    def add(self, slices):
        self.left += slices
        self.job.changed()


def test_slices_follow_each_other_with_a_pause_and_are_drawn_at_a_pace(time):
    pile = Pile(time)
    pile.begin(12)
    time.pass_time(5)
    assert pile.worked == pytest.approx([number / 8 for number in range(12)])
    assert pile.drawn == pytest.approx([0, 0.5, 1.0, 1.375])
    assert time.timers == []


def test_what_is_asked_for_between_two_slices_starts_no_second_row_of_slices(time):
    pile = Pile(time)
    pile.begin(3)
    pile.add(3)
    assert len(time.timers) == 1
    time.pass_time(5)
    assert len(pile.worked) == 6


def test_what_is_done_is_drawn_at_once_where_nothing_more_comes(time):
    pile = Pile(time)
    pile.begin(1)
    time.pass_time(0.1)
    pile.add(1)
    assert pile.drawn == pytest.approx([0, 0.1])
    assert time.timers == []


def test_what_is_done_is_drawn_at_a_pace_while_more_comes(time):
    pile = Pile(time, is_growing=True)
    pile.begin(1)
    time.pass_time(0.1)
    pile.add(1)
    assert pile.drawn == [0]
    time.pass_time(5)
    assert pile.drawn == pytest.approx([0, 0.5])
    assert time.timers == []


def test_the_first_answer_is_drawn_when_it_is_there_also_while_more_comes(time):
    pile = Pile(time, is_growing=True)
    pile.begin(2)
    time.pass_time(0.2)
    assert pile.drawn == pytest.approx([0, 0.125])


def test_a_drawing_that_waits_for_more_is_done_at_once_when_no_more_comes(time):
    pile = Pile(time, is_growing=True)
    pile.begin(1)
    time.pass_time(0.1)
    pile.add(1)
    pile.is_growing = False
    pile.add(1)
    assert pile.drawn == pytest.approx([0, 0.1])
    assert time.timers == []


def slices_between_pauses(pile, first=0):
    worked = pile.worked[first:]
    return [worked.count(moment) for moment in sorted(set(worked))]


def test_long_work_without_a_key_pauses_less_often(time):
    pile = Pile(time, pause=0.001)
    pile.begin(1_000)
    time.pass_time(0.2)
    slices = slices_between_pauses(pile)
    assert slices == sorted(slices)
    assert [slices.count(number) >= 25 for number in range(6)] == [False, *[True] * 4, False]


def test_a_key_ends_the_slices_that_follow_without_a_pause(time):
    pile = Pile(time, pause=0.001)
    pile.begin(1_000)
    time.pass_time(0.2)
    known = len(pile.worked)
    pile.key_at = known + 2
    time.pass_time(0.01)
    assert slices_between_pauses(pile, known) == [2, *[1] * 9]


def test_work_that_is_less_urgent_than_keys_pauses_after_each_slice(time):
    pile = Pile(time, pause=0.02)
    pile.begin(1_000)
    time.pass_time(2)
    assert set(slices_between_pauses(pile)) == {1}


def test_a_closed_job_works_and_draws_no_more(time):
    pile = Pile(time)
    pile.begin(5)
    pile.job.close()
    pile.add(1)
    pile.job.draw()
    time.pass_time(5)
    assert pile.worked == pile.drawn == [0]


def test_a_job_does_nothing_before_there_is_something_to_draw_on(time):
    pile = Pile(time)
    pile.add(1)
    pile.job.draw()
    time.pass_time(5)
    assert pile.worked == pile.drawn == []


# AtRest.


class Ahead:
    """Work of some slices that nobody has asked for; each slice is noted with its time."""

    def __init__(self, time, slices):
        self.time, self.left, self.done = time, slices, []

    def work(self, seconds):
        assert seconds < 0.005  # a key waits for one slice
        if self.left:
            self.left -= 1
            self.done.append(self.time.seconds)
        return self.left > 0


def test_work_ahead_begins_when_no_key_has_come_for_a_while_and_leaves_no_timer(time):
    ahead = Ahead(time, 3)
    at_rest = AtRest(time.jobs(), ahead.work)
    at_rest.changed()
    at_rest.changed()
    assert len(time.timers) == 1
    time.pass_time(0.29)
    assert ahead.done == []
    time.pass_time(0.1)
    assert ahead.done == pytest.approx([0.3, 0.301, 0.302])
    assert time.timers == []


def test_a_key_stops_work_ahead_before_the_next_slice_until_it_rests_again(time):
    ahead = Ahead(time, 3)
    at_rest = AtRest(time.jobs(), ahead.work)
    at_rest.changed()
    time.pass_time(0.3)
    assert len(ahead.done) == 1
    time.typed += 1
    time.pass_time(0.29)
    at_rest.changed()
    assert len(ahead.done) == 1
    time.pass_time(0.1)
    assert len(ahead.done) == 3
    assert time.timers == []


def test_who_only_passes_through_has_nothing_done_ahead(time):
    ahead = Ahead(time, 3)
    at_rest = AtRest(time.jobs(), ahead.work)
    for _ in range(10):
        time.typed += 1
        at_rest.changed()
        time.pass_time(0.25)
    assert ahead.done == []


def test_work_ahead_that_is_done_is_asked_once_for_what_a_key_has_changed(time):
    asked = []
    at_rest = AtRest(time.jobs(), lambda _: asked.append(time.seconds))
    at_rest.changed()
    time.pass_time(60)
    assert len(asked) == 1
    at_rest.changed()
    time.pass_time(60)
    assert len(asked) == 2
    assert time.timers == []


# ThreadJob.


def test_a_thread_works_and_the_result_comes_to_the_ui_thread(time):
    job, done = ThreadJob(time.jobs(), "count"), []
    assert job.start(threading.current_thread, lambda by: done.append((by, here())), pytest.fail)
    time.until(lambda: done)
    by, told_in = done[0]
    assert by is not here()
    assert told_in is here()
    assert not job.is_running


def here():
    return threading.current_thread()


def test_one_piece_of_work_at_a_time_is_under_way(time):
    job, go_on, done = ThreadJob(time.jobs(), "count"), threading.Event(), []
    assert job.start(go_on.wait, done.append, pytest.fail)
    assert not job.start(lambda: 2, done.append, pytest.fail)
    go_on.set()
    time.until(lambda: done)
    assert job.start(lambda: 3, done.append, pytest.fail)
    time.until(lambda: len(done) == 2)
    assert done == [True, 3]


def test_an_error_in_a_thread_comes_to_the_ui_thread_and_the_next_piece_can_begin(time):
    job, failed = ThreadJob(time.jobs(), "count"), []
    job.start(lambda: 1 / 0, pytest.fail, lambda error: failed.append((error, here())))
    time.until(lambda: failed)
    assert isinstance(failed[0][0], ZeroDivisionError)
    assert failed[0][1] is here()
    assert not job.is_running


def test_it_rests_ten_times_as_long_as_it_worked(time):
    job, done = ThreadJob(time.jobs(), "count"), []
    job.start(lambda: setattr(time, "seconds", 2.0), done.append, pytest.fail)
    time.until(lambda: done)
    time.pass_time(19.9)
    assert job.rests
    time.pass_time(0.2)
    assert not job.rests


def test_what_a_thread_brings_after_the_end_is_dropped(time):
    jobs, go_on = time.jobs(), threading.Event()
    job = ThreadJob(jobs, "count")
    job.start(go_on.wait, pytest.fail, pytest.fail)
    jobs.close()
    go_on.set()
    time.until(lambda: not job.is_running)


def test_an_error_that_nobody_handles_is_a_crash_told_on_the_ui_thread(time):
    crashes = []
    jobs = time.jobs(lambda error: crashes.append((error, here())))
    jobs.run_in_thread("count", lambda: 1 / 0)
    time.until(lambda: crashes)
    assert isinstance(crashes[0][0], ZeroDivisionError)
    assert crashes[0][1] is here()


# Bugs that took down a part.


def test_a_bug_is_kept_once_with_the_place_and_without_values(time):
    jobs = time.jobs()
    for _ in range(3):
        with pytest.raises(KeyError) as raised:
            {}["bursts"]
        bug = jobs.note_bug("the rule bursts", raised.value)
    assert jobs.bugs == [jobs.bugs[0]]
    assert bug.in_words == "the rule bursts failed: a bug in ivscope (KeyError)"
    assert "test_jobs.py" in bug.report
    assert bug.report.startswith(bug.in_words)


# Promises, and leaving.


class Work:
    """The work of a promise, which goes on when the test says so."""

    def __init__(self):
        self.entered = threading.Event()
        self.go_on = threading.Event()
        self.undone = threading.Event()
        self.has_last_step = False

    def __call__(self, promise):
        if self.has_last_step:
            promise.begin_last_step()
        self.entered.set()
        try:
            while not self.go_on.wait(0.001):
                promise.check()
        except BaseException:
            self.undone.set()
            raise
        return Outcome("saved 3 events: f.jsonl")


class Leaving:
    """A person who saves a file and leaves."""

    def __init__(self, time):
        self.time = time
        self.crashes = []
        self.jobs = time.jobs(self.crashes.append)
        self.work = Work()
        self.said = []
        self.left = []

    def save(self, work=None):
        work = work or self.work
        self.jobs.promise("Saving f.jsonl", "f.jsonl was not saved", work, self.said.append)
        if work is self.work:
            assert work.entered.wait(10)

    def leave(self):
        return self.jobs.leave(lambda: self.left.append(True))


@pytest.fixture
def person(time):
    made = Leaving(time)
    yield made
    made.work.go_on.set()


def test_what_was_asked_for_is_told_when_it_is_done(person):
    person.save()
    person.work.go_on.set()
    person.time.until(lambda: person.said)
    assert person.said == ["saved 3 events: f.jsonl"]
    assert person.jobs.outcomes == []


def test_what_failed_is_told_when_it_failed_and_once_more_at_the_end(person):
    failed = Outcome("not saved: No space left on device", is_kept=False)
    for times in (1, 2):
        person.save(lambda _promise: failed)
        person.time.until(lambda times=times: len(person.said) == times)
    assert person.said == [failed.text] * 2
    assert person.jobs.outcomes == [failed]


def test_with_nothing_promised_leaving_is_at_once(person):
    assert person.leave() == ""
    assert person.left == [True]
    assert person.jobs.is_closed


def test_leaving_waits_for_what_was_asked_for_and_says_for_what(person):
    person.save()
    assert person.leave() == "Saving f.jsonl"
    person.time.pass_time(60)
    assert person.left == []
    person.work.go_on.set()
    person.time.until(lambda: person.left)
    assert person.jobs.outcomes == [Outcome("saved 3 events: f.jsonl")]
    assert person.said == []


def test_leaving_waits_for_every_promise(person):
    person.save()
    person.save(lambda promise: Outcome("copied"))
    assert person.leave().startswith("Saving f.jsonl")
    person.work.go_on.set()
    person.time.until(lambda: person.left)
    assert person.left == [True]
    assert all(outcome.is_kept for outcome in person.jobs.outcomes)


def test_leaving_a_second_time_gives_up_undoes_and_says_what_is_lost(person):
    person.save()
    person.leave()
    assert person.leave() == ""
    assert person.left == [True]
    assert person.work.undone.is_set()
    assert person.jobs.outcomes == [Outcome("f.jsonl was not saved", is_kept=False)]
    person.time.pass_time(1)
    assert person.left == [True]


def test_a_result_that_is_being_made_visible_is_no_longer_given_up(person):
    person.work.has_last_step = True
    person.save()
    person.leave()
    threading.Timer(0.02, person.work.go_on.set).start()
    person.leave()
    assert not person.work.undone.is_set()
    assert person.jobs.outcomes == [Outcome("saved 3 events: f.jsonl")]


def test_work_that_does_not_hear_that_it_is_given_up_holds_nobody(person):
    deaf, entered = threading.Event(), threading.Event()

    def work(_promise):
        entered.set()
        deaf.wait(30)
        return Outcome("saved")

    person.save(work)
    assert entered.wait(10)
    person.leave()
    person.leave()
    assert person.left == [True]
    assert person.jobs.outcomes == [Outcome("f.jsonl was not saved", is_kept=False)]
    deaf.set()


def test_a_promise_whose_work_raises_is_lost_and_a_crash(person):
    def work(_promise):
        raise LookupError

    person.save(work)
    person.time.until(lambda: person.crashes)
    assert isinstance(person.crashes[0], LookupError)
    assert person.leave() == ""


def test_a_program_that_ends_by_itself_says_what_is_lost(person):
    person.save()
    person.jobs.give_up()
    assert person.jobs.outcomes == [Outcome("f.jsonl was not saved", is_kept=False)]
    assert person.jobs.is_closed
