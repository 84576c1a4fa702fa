"""Folds: which rows share a line, compared with counting them one by one."""

import random
from itertools import groupby

import pytest

from ivscope.analysis import overview
from ivscope.analysis.event_view import EventView
from ivscope.analysis.filter_parser import parse_filter
from ivscope.analysis.overview import Folds, minimap
from ivscope.analysis.time_input import TimeReference
from ivscope.domain.events import Event
from ivscope.domain.pages import Contradiction
from ivscope.provider.store.event_log import EventLog
from support.shown_rows import START, at

pytestmark = pytest.mark.fast

STARTED = "SUBSCRIBE_STARTED"
STOPPED = "SUBSCRIBE_STOPPED"


def events(*parts):
    """Events from pairs of name and second, or triples with how many of them."""
    return [
        Event(name, "p", None if second is None else at(second), f"r{number}")
        for name, second, *count in parts
        for number in range(count[0] if count else 1)
    ]


def viewed(log):
    view = EventView(log)
    while view.work(1.0):
        pass
    return view


def folded(*parts):
    log = EventLog()
    log.append(events(*parts))
    view, marks = viewed(log), set()
    folds = Folds(view, marks)
    folds.take_in(1.0)
    return folds, view, marks


def lines(folds):
    """The rows of each line."""
    return [folds.rows(line) for line in range(len(folds))]


def expected(view, opened=()):
    """The rows of each line, by looking at all of them."""

    def key(row):
        event = view.log[view.position(row)]
        is_routine = event.name in {STARTED, STOPPED} and not event.is_error
        if not is_routine or event.time is None or event.contradiction is not None:
            return row
        return event.name, event.time.replace(microsecond=0)

    found = []
    for _, group in groupby(range(len(view)), key):
        run = list(group)
        is_open = any(view.position(row) in opened for row in run)
        if len(run) < 3 or is_open:
            found += [range(row, row + 1) for row in run]
        else:
            found.append(range(run[0], run[-1] + 1))
    return found


def test_three_equal_routine_events_of_a_second_share_a_line_and_two_do_not():
    folds, _, _ = folded(("JOINED", 1), (STARTED, 1, 3), (STOPPED, 1, 2), (STARTED, 2, 12))
    assert lines(folds) == [range(1), range(1, 4), range(4, 5), range(5, 6), range(6, 18)]
    assert [folds.line(row) for row in (0, 1, 3, 4, 5, 6, 17)] == [0, 1, 1, 2, 3, 4, 4]


@pytest.mark.parametrize(
    "event",
    [
        Event("SUBSCRIBE_ERROR", "p", START),
        Event(STARTED, "p", START, error_code="QUOTA_EXCEEDED"),
        Event(STARTED, "p", START, contradiction=Contradiction.PARTICIPANT),
        Event("TOKEN_EXCHANGED", "p", START),
        Event("PUBLISH_STARTED", "p", START),
        Event(STARTED, "p", None),
    ],
    ids=["error", "code", "contradiction", "exchange", "publishing", "no time"],
)
def test_errors_and_what_is_no_routine_are_never_folded(event):
    log = EventLog()
    log.append([event] * 5)
    folds = Folds(viewed(log), ())
    folds.take_in(1.0)
    assert len(folds) == 5


def test_an_opened_run_shows_each_row_and_the_others_stay_folded():
    folds, _, _ = folded((STARTED, 1, 4), (STOPPED, 2, 4), (STARTED, 3, 4))
    assert folds.open(5)
    assert not folds.open(5)
    assert lines(folds) == [range(4), *(range(row, row + 1) for row in range(4, 8)), range(8, 12)]
    assert folds.line(9) == 5
    folds.forget()
    assert len(folds) == 3


def test_a_mark_keeps_its_run_open():
    folds, view, marks = folded((STARTED, 1, 4), (STOPPED, 2, 4))
    marks.add(view.position(6))
    folds.forget()
    assert lines(folds) == expected(view, marks)
    assert len(folds) == 5


def test_nothing_is_folded_by_time_or_when_that_is_not_wanted():
    folds, view, _ = folded((STARTED, 1, 4))
    folds.is_wanted = False
    assert (len(folds), folds.line(2), folds.rows(2)) == (4, 2, range(2, 3))
    folds.is_wanted = True
    view.set_by_time(True)
    while view.work(1.0):
        pass
    assert (len(folds), folds.line(2), folds.rows(2)) == (4, 2, range(2, 3))


def test_a_filter_folds_what_it_shows():
    folds, view, _ = folded((STARTED, 1, 2), (STOPPED, 1), (STARTED, 1, 2))
    assert len(folds) == 5
    view.set_filter(parse_filter(f"name:{STARTED}", TimeReference(None, START, None, None, None)))
    while view.work(1.0):
        pass
    folds.take_in(1.0)
    assert lines(folds) == [range(4)]


def test_another_filter_that_shows_as_many_rows_folds_its_own():
    first, second = ((STARTED, 1, 3), (STOPPED, 1, 1)), ((STARTED, 2, 1), (STOPPED, 2, 3))
    folds, view, _ = folded(*first, *second)
    for name, shown in ((STARTED, [range(3), range(3, 4)]), (STOPPED, [range(1), range(1, 4)])):
        reference = TimeReference(None, START, None, None, None)
        view.set_filter(parse_filter(f"name:{name}", reference))
        while view.work(1.0):
            pass
        folds.take_in(1.0)
        assert lines(folds) == shown


class Reading:
    """A list that grows by pages at both ends, as one that is read on and refreshed does."""

    def __init__(self, seed):
        self.chance = random.Random(seed)  # noqa: S311 - no secret
        self.log = EventLog()
        self.view = EventView(self.log)
        self.folds = Folds(self.view, set())
        self.later = self.earlier = 1000

    def page(self, second, step):
        made = []
        for _ in range(self.chance.randrange(1, 9)):
            second += step * self.chance.choice((0, 0, 0, 0, 1))
            names = (STARTED, STARTED, STARTED, STOPPED, "JOINED", "PUBLISH_ERROR")
            made.append(Event(self.chance.choice(names), "p", at(second)))
        return made, second

    def grow(self):
        """Have a page come, and take it in, but not always look for runs."""
        if self.chance.random() < 0.3:
            new, self.later = self.page(self.later, 1)
            self.log.prepend(new[::-1])
        else:
            new, self.earlier = self.page(self.earlier, -1)
            self.log.append(new)
        while self.view.work(1.0):
            pass
        if self.chance.random() < 0.2:
            return False
        while self.folds.take_in(1.0):
            pass
        return True


def check(folds, view):
    """However far runs are looked for, each row has its one line."""
    assert [row for line in range(len(folds)) for row in folds.rows(line)] == [*range(len(view))]
    for line in range(len(folds)):
        assert {folds.line(row) for row in folds.rows(line)} == {line}


@pytest.mark.parametrize("seed", range(60))
def test_lines_stay_right_while_pages_come_at_both_ends(seed):
    reading = Reading(seed)
    for _ in range(25):
        if reading.grow():
            assert lines(reading.folds) == expected(reading.view)
        check(reading.folds, reading.view)


@pytest.mark.parametrize("seed", range(60))
def test_what_was_opened_stays_open_while_pages_come(seed):
    reading = Reading(seed)
    opened = set()
    for _ in range(25):
        is_found = reading.grow()
        check(reading.folds, reading.view)
        row = reading.chance.randrange(len(reading.view))
        if reading.chance.random() < 0.3 and reading.folds.open(row):
            opened.add(reading.view.position(row))
            check(reading.folds, reading.view)
        elif is_found:
            # A run is opened for all of its rows, those that come later too.
            assert lines(reading.folds) == expected(reading.view, opened)


def test_a_group_that_goes_on_page_after_page_costs_what_each_page_has():
    log = EventLog()
    view = EventView(log)
    folds = Folds(view, ())
    looked_at = 0
    columns = folds._columns

    def counted(start, stop):
        nonlocal looked_at
        looked_at += stop - start
        return columns(start, stop)

    folds._columns = counted
    for _ in range(200):
        log.append(events((STARTED, 1, 50)))
        while view.work(1.0):
            pass
        while folds.take_in(1.0):
            pass
    assert lines(folds) == [range(10_000)]
    assert looked_at == 10_000


def test_the_overview_divides_lines_and_not_rows():
    folds, view, _ = folded((STARTED, 1, 98), ("PUBLISH_ERROR", 2), ("LEFT", 3))
    assert [cell.has_error for cell in minimap(view, 3, (), folds)] == [False, True, False]
    assert [cell.has_error for cell in minimap(view, 3)] == [False, False, True]


def test_rows_that_share_no_line_are_skipped_together(monkeypatch):
    searches = []
    search = overview._next_run

    def noted(groups, at, nearest):
        searches.append(at)
        return search(groups, at, nearest)

    log = EventLog()
    log.append(events(*[(STARTED, 1), (STOPPED, 1)] * 20_000, (STARTED, 2, 3)))
    folds = Folds(viewed(log), ())
    monkeypatch.setattr(overview, "_next_run", noted)
    while folds.take_in(1.0):
        pass
    assert len(folds) == 40_001
    assert len(searches) <= 10
