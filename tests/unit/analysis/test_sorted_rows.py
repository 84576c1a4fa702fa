"""SortedRows: the order of the keys, whatever is added where."""

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivscope.analysis import sorted_rows
from ivscope.analysis.sorted_rows import SortedRows

small_pieces = {"_STEP_ROWS": 3, "_SAMPLES": 8, "_BUCKETS": 4}
ways = [{"_FEW": 0, "_NEAR": 0}, {"_FEW": 99, "_NEAR": 0}, {"_FEW": 2, "_NEAR": 1}]


@pytest.mark.parametrize("way", ways, ids=["great merge", "one by one", "mixed"])
@settings(deadline=None)
@given(pages=st.lists(st.lists(st.integers(0, 6), max_size=8), max_size=6), data=st.data())
def test_rows_are_in_the_order_of_keys_and_positions(way, pages, data):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (small_pieces | way).items():
            patch.setattr(sorted_rows, name, value)
        keys = array("q")
        rows = SortedRows(keys)
        for page in pages:
            start = len(keys)
            keys.extend(page)
            rows.add(range(start, len(keys)))
            if data.draw(st.booleans()):
                finish(rows)
        finish(rows)
    expected = sorted(range(len(keys)), key=keys.__getitem__)
    assert [rows[row] for row in range(len(rows))] == expected
    assert list(rows.part(0, len(rows))) == expected
    for start in range(len(rows) + 1):
        assert list(rows.part(start, start + 3)) == expected[start : start + 3]
    assert [rows.index(position) for position in expected] == list(range(len(keys)))
    for key in range(8):
        assert rows.index_of_key(key) == sum(one < key for one in keys)


def finish(rows: SortedRows) -> None:
    while rows.waiting:
        rows.merge()


def test_keys_that_change_among_themselves_are_sorted_again():
    keys = array("q", [50, 10, 11, 12, 0])
    rows = SortedRows(keys)
    for position in range(5):
        rows.add([position])
    keys[1], keys[3] = 12, 10
    rows.sort_again(10, 20)
    assert list(rows.part(0, 5)) == [4, 3, 2, 1, 0]


def test_pages_at_both_ends_move_no_old_row():
    keys = array("q", range(300, 0, -1))
    rows = SortedRows(keys)
    for start in range(0, 300, 100):
        rows.add(range(start, start + 100))
    keys.extend(range(301, 401))
    rows.add(range(300, 400))
    assert (len(rows._front), len(rows._back)) == (200, 200)
