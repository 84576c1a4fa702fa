"""A fault of each kind, met by the real program in tmux; `support.fault_table` meets them all."""

import pytest

from support.fault_table import BROKEN, FAULT_WORDS, ROWS, SLOW
from support.tmux import HAS_TMUX

pytestmark = pytest.mark.skipif(not HAS_TMUX, reason="tmux is not on PATH")


@pytest.mark.parametrize(
    "row",
    [
        "internal500",
        "accessdenied",
        "only GetParticipant denied",
        "only ListParticipantEvents denied",
        "credential_process fails",
        "port closed",
    ],
)
def test_a_fault_is_told_with_cause_and_step_rows_stay_and_r_goes_on(row):
    told = ROWS[row]()
    assert told.screens
    assert told.problems == []


def test_every_fault_that_fails_a_call_has_a_row():
    assert {*FAULT_WORDS, *SLOW, *BROKEN} <= set(ROWS)
