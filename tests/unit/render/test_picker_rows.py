"""Rows of the pickers: names that look like nothing are quoted."""

from datetime import UTC

import pytest
from ivscope.domain.stages import ParticipantSummary, StageSummary
from ivscope.render.picker_rows import participant_line, stage_line


def _text(line):
    return "".join(span.text for span in line)


@pytest.mark.parametrize("width", [30, 100])
@pytest.mark.parametrize(
    ("name", "shown"),
    [("   ", '"   "'), ("bob ", '"bob "'), ("empty", '"empty"'), ("bob", "bob"), ("a b", "a b")],
)
def test_a_name_that_reads_as_nothing_or_as_another_is_quoted(name, shown, width):
    stage = StageSummary(arn="arn:aws:ivs:us-west-2:1:stage/abc", name=name)
    person = ParticipantSummary(participant_id="p1", user_id=name)
    assert _text(stage_line(stage, width)).endswith(f" {shown}")
    assert _text(participant_line(UTC)(person, width)).endswith(f" {shown}")
