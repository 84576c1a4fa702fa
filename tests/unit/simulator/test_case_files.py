"""The small sessions load as views: everything that the files say is in the stores."""

import json

import pytest

from ivscope.domain.times import to_microseconds
from support.case_files import FOLDER, MINUTE, case, case_names
from support.simulated_stores import session_log
from support.simulator.view import Extent, Fault


@pytest.mark.parametrize("name", case_names())
def test_a_case_has_every_event_of_its_file_in_the_order_served(name):
    members = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    one = case(name)
    view, kept = one.view, session_log(one.view).session_log
    assert (one.note, view.scope.stage_arn) == (members["note"], members["stage"]["arn"])
    assert [row.participant_id for row in view.participants] == [
        row["participantId"] for row in members["participants"]
    ]
    assert set(one.facts) == set(members["events"])
    for who, answer in members["events"].items():
        told = [] if isinstance(answer, dict) else answer
        events = list(kept.events_of(who))
        assert [event.name for event in events] == [row.get("name") for row in told]
        assert [event.error_code for event in events] == [row.get("errorCode") for row in told]
        assert [event.time is None for event in events] == [
            row.get("eventTime") is None for row in told
        ]


def test_denied_participants_are_denied_and_all_others_are_read():
    view = case("Q01").view
    assert view.of_extent(Extent.DENIED) == ("secret01",)
    assert len(view.of_extent(Extent.WHOLE)) == 12
    assert view.faults == {Fault.DENIED}
    assert session_log(view).session_log.participants_failed == 1


def test_a_live_case_is_read_a_minute_after_its_last_event_or_when_asked_for():
    assert case("Q02").view.listed_at is None
    live = case("G01").view
    last = max(to_microseconds(row.event.time) for one in live.served.values() for row in one.rows)
    assert live.session.end_time is None
    assert live.listed_at == last + MINUTE
    assert {one.as_of for one in live.served.values()} == {last + MINUTE}
    assert case("G01", read_at=last).view.listed_at == last


def test_a_row_listed_twice_does_not_double_events():
    view = case("Q10").view
    names = [row.participant_id for row in view.participants]
    assert len(names) > len(set(names))
    assert len(session_log(view).rows) == sum(len(one.rows) for one in view.served.values())
