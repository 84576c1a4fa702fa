"""A few faults met by the real program in tmux; `support.fault_table` meets them all.

What each fault is told as is held by tests/contract, and the views by tests/ui: here is the way
from the endpoint to a terminal of 80 columns, for one of each way that a row is met.
"""

import pytest

from support.fault_table import BROKEN, FAULT_WORDS, ROWS, SLOW
from support.tmux import HAS_TMUX

pytestmark = pytest.mark.skipif(not HAS_TMUX, reason="tmux is not on PATH")


@pytest.mark.parametrize(
    "row",
    [
        "accessdenied",
        "only GetParticipant denied",
        "credential_process fails",
    ],
)
def test_a_fault_is_told_with_cause_and_step_rows_stay_and_r_goes_on(row):
    told = ROWS[row]()
    assert told.screens
    assert told.problems == []


def test_every_fault_that_fails_a_call_has_a_row():
    assert {*FAULT_WORDS, *SLOW, *BROKEN} <= set(ROWS)
