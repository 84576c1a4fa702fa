"""Finding in a list of thousands: what is looked up together, as a plain look at each event says.

Here pieces have their true sizes, and there are more texts than fit into a byte.
"""

import random
from array import array
from dataclasses import replace
from datetime import timedelta

import pytest

from ivscope.analysis import filters, sorted_rows, timed_events
from ivscope.analysis.causal_order import causal_order
from ivscope.analysis.event_view import EventView
from ivscope.analysis.filters import Matcher
from ivscope.analysis.timed_events import looked_up
from ivscope.domain.events import (
    SUBSCRIBE_ERROR,
    SUBSCRIBE_STARTED,
    SUBSCRIBE_STOPPED,
    TOKEN_EXCHANGED,
    Event,
)
from ivscope.domain.tokens import ParticipantToken
from ivscope.provider.store.event_log import EventLog, EventTables
from support.query_cases import START, passes, read

PEOPLE = 700
EVENTS = 6_000
PAGE = 100
TYPED = ("q", "qu", "w", "who1", "who123", "whom07", "!whom07 error:yes", "host", "stopped")


def made(seed, count=EVENTS):
    """Events of many participants one after the other, whose times mix, some without one."""
    pick = random.Random(seed)  # noqa: S311 - for tests
    rows = []
    for number in range(count):
        who = f"who{number * PEOPLE // count:03}"
        name = pick.choice((SUBSCRIBE_STARTED, SUBSCRIBE_STARTED, SUBSCRIBE_STOPPED))
        event = Event(
            name,
            who,
            START + timedelta(seconds=pick.randrange(count)),
            f"whom{pick.randrange(30):02}",
        )
        if pick.random() < 0.02:
            event = replace(event, name=SUBSCRIBE_ERROR, error_code="QUOTA_EXCEEDED")
        if pick.random() < 0.01:
            token = ParticipantToken(attributes=(("role", pick.choice(("host", "guest"))),))
            event = Event(TOKEN_EXCHANGED, who, event.time, new_token=token)
        rows.append(replace(event, time=None) if pick.random() < 0.005 else event)
    return rows


def finish(view):
    while view.work(0.001):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("by_time", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_letter_by_letter_a_filter_and_a_search_find_what_a_look_at_each_event_finds(seed, by_time):
    rows, pick = made(seed), random.Random(seed)  # noqa: S311 - for tests
    log = EventLog()
    log.append(rows[: EVENTS // 2])
    view = EventView(log)
    view.set_by_time(by_time)
    finish(view)
    come = EVENTS // 2
    for text in TYPED:
        wanted, hides = read(text), read(pick.choice(("", "started", text)))
        view.set_filter(hides)
        view.set_search(wanted)
        view.work(0.0)
        log.append(rows[come : come + PAGE])  # comes while it is looked for
        come += PAGE
        finish(view)
        order = causal_order(log, range(len(log))) if by_time else range(len(log))
        shown = [position for position in order if passes(hides, log[position])]
        assert list(view.positions(0, len(view))) == shown
        places = [row for row, position in enumerate(shown) if passes(wanted, log[position])]
        assert view.hit_count == len(places)
        for number in {0, 1, len(places) // 2, len(places) - 1} & set(range(len(places))):
            row = places[number]
            assert view.hit_number(row) == number + 1
            assert view.next_hit(row, 1) == next(iter(places[number + 1 :]), None)
            assert view.next_hit(row, -1) == (places[number - 1] if number else None)


@pytest.mark.parametrize("found", ["few", "many", "all"])
def test_what_a_filter_finds_is_sorted_where_it_is_few_and_else_taken_from_the_order_of_all(
    monkeypatch, found
):
    log = EventLog()
    log.append(made(1))
    view = EventView(log)
    view.set_by_time(True)
    finish(view)
    monkeypatch.setattr(sorted_rows, "_FEW", 8)
    taken = []
    take = sorted_rows.SortedRows.take_from

    def noted(order, whole, flags):
        taken.append(len(whole))
        take(order, whole, flags)

    monkeypatch.setattr(sorted_rows.SortedRows, "take_from", noted)
    view.set_filter(read({"few": "quota", "many": "started", "all": "who"}[found]))
    finish(view)
    assert taken == ([] if found == "few" else [EVENTS])


def test_what_a_search_found_is_kept_when_other_rows_are_shown(monkeypatch):
    log = EventLog()
    log.append(made(1))
    view = EventView(log)
    view.set_by_time(True)
    view.set_search(read("quota"))
    finish(view)
    searched = []
    passing = Matcher.passing

    def noted(matcher, log, start, stop):
        if matcher.filter is view.search:
            searched.append(stop - start)
        return passing(matcher, log, start, stop)

    monkeypatch.setattr(Matcher, "passing", noted)
    for shown in ("error:yes", "!error:yes", ""):
        view.set_filter(read(shown))
        finish(view)
        hits = 0 if shown == "!error:yes" else log.error_count
        assert view.hit_count == hits
    assert searched == []
    log.append(made(4, count=10))
    finish(view)
    assert sum(searched) == 10
    view.set_search(read("whom07"))
    finish(view)
    assert sum(searched) == 10 + len(log)


@pytest.mark.parametrize("size", [1, 256, 257, 700, 5_000])
@pytest.mark.parametrize("flags", ["none", "all", "one", "all but one", "some", "half"])
def test_many_numbers_are_looked_up_as_one_by_one(monkeypatch, size, flags):
    monkeypatch.setattr(timed_events, "_FEW", 10)
    pick = random.Random(size)  # noqa: S311 - for tests
    one = pick.randrange(size)
    table = bytearray(
        {
            "none": False,
            "all": True,
            "one": number == one,
            "all but one": number != one,
            "some": number // 256 % 5 == 1 and number % 3 == 0,
            "half": pick.random() < 0.5,
        }[flags]
        for number in range(size)
    )
    numbers = array("I", [pick.randrange(size) for _ in range(500)])
    assert looked_up(numbers, table) == bytes(table[number] for number in numbers)


def test_each_text_is_looked_at_once_however_many_events_have_it(monkeypatch):
    tables = EventTables()
    log = EventLog(tables)
    log.append(made(2))
    looked_at = []
    fold = filters.folded
    monkeypatch.setattr(filters, "folded", lambda text: looked_at.append(text) or fold(text))
    matcher = Matcher(read("whom07"), tables)
    looked_at.clear()
    while matcher.prepare(len(log), lambda: True):
        pass
    flags = b"".join(matcher.passing(log, at, at + 500) for at in range(0, EVENTS, 500))
    assert 0 < flags.count(1) < EVENTS // 10
    known = [text for text in tables.texts if text is not None]
    assert sorted(text for text in looked_at if text.startswith("who")) == sorted(known)


def test_of_more_texts_than_events_only_those_of_the_events_are_looked_at(monkeypatch):
    tables = EventTables()
    EventLog(tables).append(made(3))
    log = EventLog(tables)
    log.append(made(3, count=20))
    looked_at = []
    fold = filters.folded
    matcher = Matcher(read("participant:who"), tables)
    monkeypatch.setattr(filters, "folded", lambda text: looked_at.append(text) or fold(text))
    assert not matcher.prepare(len(log), lambda: True)
    for _ in range(2):
        assert matcher.passing(log, 0, 20) == b"\1" * 20
    assert len(looked_at) == 20
