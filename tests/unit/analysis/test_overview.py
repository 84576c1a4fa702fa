"""Overview: errors, marks and hits beside the scroll bar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.analysis.overview import OverviewCell, minimap
from ivscope.domain.events import JOINED, PUBLISH_ERROR, Event
from ivscope.provider.store.event_log import EventLog
from support.shown_rows import ShownRows, log_of


def log_with_errors(length, errors):
    names = (PUBLISH_ERROR if place in errors else JOINED for place in range(length))
    return log_of(Event(name=name) for name in names)


def test_a_cell_tells_what_its_rows_hold():
    view = ShownRows(log_with_errors(6, {1}), hits={2, 3})
    assert minimap(view, 3, {5}) == (
        OverviewCell(has_error=True),
        OverviewCell(has_hit=True),
        OverviewCell(has_mark=True),
    )


def test_with_fewer_rows_than_cells_some_cells_are_empty():
    view = ShownRows(log_with_errors(2, {0, 1}))
    assert [cell.has_error for cell in minimap(view, 4)] == [True, False, True, False]


def test_an_empty_view_has_empty_cells():
    assert minimap(ShownRows(log_of([])), 2, {0}) == (OverviewCell(), OverviewCell())
    assert minimap(ShownRows(log_of([Event()])), 0) == ()


def test_many_errors_in_another_order_are_in_their_cells():
    errors = set(range(0, 3_000, 2)) | set(range(6_000, 9_000, 3))
    view = ShownRows(log_with_errors(12_000, errors), range(11_999, -1, -1), by_time=True)
    assert [cell.has_error for cell in minimap(view, 4)] == [False, True, False, True]
    plain = ShownRows(log_with_errors(12_000, errors))
    assert [cell.has_error for cell in minimap(plain, 4)] == [True, False, True, False]


def test_many_errors_that_a_filter_hides_are_in_no_cell():
    errors = set(range(0, 12_000, 3))
    shown = [place for place in range(12_000) if place not in errors or place == 9_000]
    view = ShownRows(log_with_errors(12_000, errors), shown)
    assert [cell.has_error for cell in minimap(view, 4)] == [False, False, True, False]


PLACES = st.sets(st.integers(0, 39), max_size=6)


@given(
    st.one_of(st.none(), st.lists(st.integers(0, 39), unique=True)),
    st.integers(1, 50),
    PLACES,
    PLACES,
    PLACES,
)
def test_every_shown_row_is_in_its_cell_and_nothing_else_is(shown, height, errors, marks, hits):
    by_time = shown is not None and shown != sorted(shown)
    view = ShownRows(log_with_errors(40, errors), shown, by_time=by_time, hits=hits)

    def cells(wanted):
        rows = [row for row in range(len(view)) if view.position(row) in wanted]
        return {row * height // len(view) for row in rows}

    found = minimap(view, height, marks)
    assert len(found) == height
    assert {place for place, cell in enumerate(found) if cell.has_error} == cells(errors)
    assert {place for place, cell in enumerate(found) if cell.has_mark} == cells(marks)
    assert {place for place, cell in enumerate(found) if cell.has_hit} == cells(hits)


@pytest.mark.parametrize("by_time", [False, True])
def test_where_errors_are_many_a_few_rows_of_each_cell_are_looked_at(monkeypatch, by_time):
    length = 60_000
    log = log_with_errors(length, set(range(0, length, 10)))
    shown = [*range(1, length), 0] if by_time else None
    looked_at = []
    for name in ("kinds_of", "column_at"):
        own = getattr(EventLog, name)

        def noted(self, *asked, own=own):
            found = own(self, *asked)
            looked_at.append(len(found))
            return found

        monkeypatch.setattr(EventLog, name, noted)
    cells = minimap(ShownRows(log, shown, by_time=by_time), 10)
    assert all(cell.has_error for cell in cells)
    assert sum(looked_at) <= 10 * 256
