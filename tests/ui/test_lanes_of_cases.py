"""What the lanes say of the case files: as sure as the events, and what the findings say."""

import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from ivscope.domain.stages import SessionScope
from ivscope.domain.times import from_microseconds
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.case_file import CaseWorld
from ivscope.findings.rules import findings_for
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.provider.store.session_log import ReadState
from ivscope.render.cells import line_width
from ivscope.render.time_display import TimeDisplay
from ivscope.ui.lanes import view as lanes_view
from ivscope.ui.lanes.view import LanesView
from ivscope.workspace.session_counts import TimedCounts
from support.aws_sources import aws_source
from support.case_files import case
from support.given_facts import words
from support.simulated_facts import SeenFacts
from support.waiting import wait_for

UNLIMITED = 1_000
WIDTH = 119


@contextmanager
def lanes_of(name, moment=None, came_from=None):
    """The lanes of a case that is read as far as it may be; nothing is counted yet."""
    file = case(name).file
    with Endpoint(CaseWorld(file)) as endpoint:
        source = aws_source(endpoint.url, region="us-west-2")
        limiter = RateLimiter(demand=UNLIMITED, background=UNLIMITED)
        provider = StageDataProvider(lambda: source, rate_limiter=limiter)
        try:
            session = SessionScope(file.stage["arn"], file.session["sessionId"])
            provider.read(provider.session(session))
            scan = provider.scan(session)
            scan.start()
            wait_for(lambda: not scan.is_running and provider.session(session).value, 20)
            times = TimeDisplay(UTC, lambda: provider.time_of(scan.up_to_date_at))
            yield LanesView(TimedCounts(provider, scan), times, moment, came_from)
        finally:
            provider.close()


def text_of(line):
    return "".join(span.text for span in line)


def title_of(name, moment=None):
    with lanes_of(name, moment) as view:
        while view.work(1):
            pass
        return view.title()


def lane_of(name, participant_id):
    with lanes_of(name) as view:
        while view.work(1):
            pass
        line = view.lane(participant_id, WIDTH)
        return "".join(span.text for span in line[1:-2])


@pytest.mark.parametrize(
    "name", ["Q02", "Q03", "Q04", "Q07", "Q08", "Q10", "Q11", "Q13", "Q14", "G02"]
)
def test_the_lanes_count_as_many_publishers_as_the_finding_at_the_same_second(name):
    facts = SeenFacts(case(name).view)
    log = facts.log(facts.view.scope_of("priya")).log
    position = next(at for at in range(len(log)) if log.error_code(at) == "QUOTA_EXCEEDED")
    found = words(findings_for(facts.view.scope_of("priya"), position, facts)[0].claim)
    counted = re.match(r"[\d to]+(?= others)", found)[0]
    title = title_of(name, from_microseconds(log.time_us(position)))
    assert title.split(": ")[1].startswith(f"{counted} of 12 publishing"), found


def test_nothing_is_said_of_who_published_until_everything_is_counted():
    with lanes_of("G02") as view:
        is_more = view.work(0)
        assert is_more
        view.arrange()
        assert view.title().endswith(": counting")
        assert view.has_awaited
        assert view.rows
        assert set(map(type, view.rows)) == {str}, "no headings"
        who = view.rows[0]
        assert "…" in text_of(view.lane(who, WIDTH))
        assert text_of(view.cursor_line(who, WIDTH)).endswith("not counted yet")
        assert view.go_to(view.moment) is False
        assert set(map(type, view.rows)) == {str}
        while view.work(1):
            pass
        assert not view.has_awaited
        assert ": 12 of 12 publishing" in view.title()
        assert "…" not in text_of(view.lane(who, WIDTH))
        assert "not counted yet" not in text_of(view.cursor_line(who, WIDTH))


def test_the_headings_of_many_lanes_tell_of_the_moment_that_they_are_ordered_for(monkeypatch):
    monkeypatch.setattr(lanes_view, "_AT_ONCE", 2)
    with lanes_of("G02") as view:
        while view.work(1):
            pass
        before, rows = view.moment, view.rows
        headings = [text_of(view.row(row, WIDTH)) for row in rows if not isinstance(row, str)]
        assert headings
        assert view.go_to(before + timedelta(minutes=3)) is True
        assert view.rows is rows
        still = [text_of(view.row(row, WIDTH)) for row in rows if not isinstance(row, str)]
        assert still == headings
        view.settle()
        now = [text_of(view.row(row, WIDTH)) for row in view.rows if not isinstance(row, str)]
        assert all(f" at {view.moment:%H:%M:%S} " in heading for heading in now)
        assert now != headings


def test_a_count_is_at_least_where_a_publisher_has_no_event_of_publishing_that_is_read():
    assert ": at least 0 of 12 publishing" in title_of("P06")
    assert ": at least 11 of 12 publishing" in title_of("Q01")


def test_a_count_of_none_is_not_told_before_anybody_is_read_to_the_end():
    with lanes_of("P06") as view:
        log = view._scan.log
        for number in range(log.participants_known):
            log.set_state(number, ReadState.PARTIAL)
        while view.work(1):
            pass
        assert view.title().endswith(": nobody read to the end yet")
        log.set_state(0, ReadState.COMPLETE)
        assert view.title().endswith(": at least 0 of 12 publishing")


def test_a_lane_is_as_sure_of_publishing_as_the_count():
    assert ": 0 to 1 of 12 publishing" in title_of("D01")
    assert set(lane_of("D01", "enc")) <= set("▒✗ ")
    assert set(lane_of("G01", "ghost01")) <= set("▒? ")
    assert "█" in lane_of("G01", "pub00")
    assert set(lane_of("K02", "enc1")) <= set("·█ ")


@pytest.mark.parametrize(
    ("minute", "told"),
    [
        (2, "priya: QUOTA_EXCEEDED 20:02:00 · in the room, not publishing"),
        (
            30,
            (
                "priya: in the room, not publishing"
                " · 1 error in all, nearest QUOTA_EXCEEDED 20:02:00"
            ),
        ),
    ],
)
def test_the_line_of_the_cursor_names_the_error_in_its_cell_and_else_the_nearest(minute, told):
    with lanes_of("G02", datetime(2026, 11, 20, 20, minute, tzinfo=UTC)) as view:
        while view.work(1):
            pass
        line = view.cursor_line("priya", WIDTH)
        assert "".join(span.text for span in line) == told
        assert line_width(view.cursor_line("priya", 30)) <= 30
        assert view.cursor_line(None, WIDTH) == ()
        nobody = "".join(span.text for span in view.cursor_line("pub00", WIDTH))
        assert nobody == "pub00: publishing"


def test_without_a_time_the_cursor_begins_at_the_first_error_of_who_one_came_from():
    with lanes_of("G02", came_from="priya") as view:
        while view.work(1):
            pass
        assert view.title().startswith("20:02:00: ")


def test_slices_of_counting_put_nobody_in_order_until_the_last_one(monkeypatch):
    moment = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)
    with lanes_of("G02", moment) as view:
        asked = []
        presence = view.lanes.presence

        def counted(participant_id, first, last):
            asked.append(participant_id)
            return presence(participant_id, first, last)

        monkeypatch.setattr(view.lanes, "presence", counted)
        assert view.work(0)
        view.arrange()
        while view.work(0):
            assert asked == []
        at_the_end = list(view.rows)
        drawn = sorted(asked)
        assert sorted(set(asked)) == drawn != []
        view.arrange()
        assert (view.rows, sorted(asked)) == (at_the_end, drawn)
    with lanes_of("G02", moment) as view:
        while view.work(1):
            view.arrange()
        assert view.rows == at_the_end
