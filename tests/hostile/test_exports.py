"""What is saved and copied of hostile values reads back as exactly those values."""

import json
from datetime import UTC, datetime

import pytest

from ivscope.domain import calls
from ivscope.domain.saved_head import SavedHead
from ivscope.domain.stages import ParticipantScope
from ivscope.endpoint.server import Endpoint
from ivscope.export.saved_events import saved_lines
from ivscope.terminal.clipboard import FILE_NAME, SETTING, copy
from support.aws_sources import aws_source
from support.copied import event_menu
from support.hostile_world import REGION, SESSION_ID, HostileWorld, participant_id, stage_arn

SCOPE = ParticipantScope(stage_arn(0), SESSION_ID, participant_id(0))

TIMES = ("eventTime", "expirationTime")
"""Written in one form where they can be read: the value is the same, the text need not be."""


@pytest.fixture(scope="module")
def served():
    """The members of every event as the service has them, and the events read over HTTP."""
    world = HostileWorld()
    with Endpoint(world) as endpoint:
        source, events, cursor = aws_source(endpoint.url, region=REGION), [], None
        while True:
            page = source.read_page(calls.events(SCOPE), cursor)
            events += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
    members = list(world.events(SCOPE.stage_arn, SESSION_ID, SCOPE.participant_id))
    assert len(members) == len(events)
    return members, events


def without_times(value):
    """The members without times, in all depths."""
    if isinstance(value, dict):
        return {name: without_times(one) for name, one in value.items() if name not in TIMES}
    return value


def times_in(value):
    if not isinstance(value, dict):
        return []
    own = [value[name] for name in TIMES if name in value]
    return [*own, *(time for one in value.values() for time in times_in(one))]


def is_same(written, served):
    """Whether two texts name the same moment, or are the same where they name none."""
    try:
        moments = [datetime.fromisoformat(text) for text in (written, served)]
    except (ValueError, TypeError):
        return written == served
    first, second = (m if m.tzinfo else m.replace(tzinfo=UTC) for m in moments)
    return first == second


def test_a_saved_list_reads_back_as_the_values_that_were_served(served):
    members, events = served
    head = SavedHead(
        *(SCOPE.stage_arn, SESSION_ID, SCOPE.participant_id, "now", len(events), len(events)),
        contradicting=0,
        is_complete=True,
        all_read_at=None,
        coverage="",
        order="oldest first",
        filter="\x1b]0;x\x07\u202e\ud800",
    )
    content = "".join(saved_lines(head, events)).encode("ascii")
    assert content.endswith(b"\n")
    first, *rows = content.decode().split("\n")[:-1]
    assert all(sign >= 0x20 or sign == 0x0A for sign in content), "a control byte"
    assert json.loads(first)["filter"] == head.filter
    read = [json.loads(row) for row in rows]
    assert [without_times(row) for row in read] == [without_times(one) for one in members]
    assert all(
        is_same(written, sent)
        for row, one in zip(read, members, strict=True)
        for written, sent in zip(times_in(row), times_in(one), strict=True)
    )


def test_a_copied_event_reads_back_as_the_values_that_were_served(served, tmp_path):
    """From the bytes that a clipboard gets."""
    for members, event in zip(*served, strict=True):
        (copied,) = (c for c in event_menu(event, SCOPE) if c.letter == "r")
        copy(copied.text, {SETTING: "file"}, lambda _text: None, folder=tmp_path, print_key="p")
        document = json.loads((tmp_path / FILE_NAME).read_bytes())
        assert without_times(document) == without_times(members)
