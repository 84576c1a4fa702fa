"""Changes that come one by one, and changes that come thick."""

import pytest
from ivscope.workspace import news
from ivscope.workspace.news import News


class Loop:
    """A clock and timers that the test moves."""

    def __init__(self):
        self.now = 100.0
        self.timers = []
        self.taken = []
        self.news = News(lambda changed: self.taken.append(list(changed)), self.later)

    def later(self, seconds, call):
        self.timers.append((self.now + seconds, call))

    def pass_time(self, seconds):
        end = self.now + seconds
        while due := [timer for timer in self.timers if timer[0] <= end]:
            timer = min(due)
            self.timers.remove(timer)
            self.now = max(self.now, timer[0])
            timer[1]()
        self.now = end


@pytest.fixture
def loop(monkeypatch):
    made = Loop()
    monkeypatch.setattr(news, "monotonic", lambda: made.now)
    return made


def test_what_one_key_sets_off_is_taken_in_at_once(loop):
    for what in "abcde":
        loop.news.add(what)
    assert loop.taken == [[what] for what in "abcde"]


def test_what_comes_thick_is_taken_in_together_a_few_times_a_second(loop):
    for number in range(100):
        loop.news.add(number % 3)
        loop.pass_time(0.02)
    loop.pass_time(1)
    assert not loop.timers
    assert 2 * 8 <= len(loop.taken) <= 2 * 8 + 8
    assert all(len(set(changed)) == len(changed) for changed in loop.taken)
    assert loop.taken[-1]


def test_nothing_is_forgotten_and_the_last_is_not_late(loop):
    for number in range(50):
        loop.news.add(number)
    loop.pass_time(0.2)
    assert sorted(what for changed in loop.taken for what in changed) == list(range(50))


def test_after_a_rest_it_is_at_once_again(loop):
    for number in range(50):
        loop.news.add(number)
    loop.pass_time(2)
    loop.taken.clear()
    for what in "abcde":
        loop.news.add(what)
    assert loop.taken == [[what] for what in "abcde"]
