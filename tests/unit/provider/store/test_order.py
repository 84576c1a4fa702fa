"""OrderTally: the order told from times."""

import pytest

from ivscope.provider.store.indexes import OrderLabel, OrderTally


@pytest.mark.parametrize(
    ("times", "label"),
    [
        ([], OrderLabel.NO_TIMES),
        ([5], OrderLabel.ONE_TIME),
        ([5, 5, 5], OrderLabel.ONE_TIME),
        ([1, 2, 3], OrderLabel.OLDEST_FIRST),
        ([3, 2, 1], OrderLabel.NEWEST_FIRST),
        ([1, 1, 2, 2], OrderLabel.OLDEST_FIRST),
        ([3, 3, 1, 1], OrderLabel.NEWEST_FIRST),
        ([1, 2, 1], OrderLabel.UNORDERED),
        ([-1, -2], OrderLabel.NEWEST_FIRST),
    ],
)
def test_the_label_follows_rises_and_falls_and_ties_count_for_neither(times, label):
    tally = OrderTally()
    for time in times:
        tally.add(time)
    assert tally.label is label
