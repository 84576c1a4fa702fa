"""The place that a typed or pasted text names, by the place where one is."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from ivscope.domain.stages import StageSession
from ivscope.ui.explorer.picking import nearest_session, sessions_at, typed_places
from ivscope.workspace.place import Place

HERE, OTHER = (f"arn:aws:ivs:us-west-2:123456789012:stage/{name}" for name in ("here", "other"))
SHOW, NEXT = "st-dxMFysKnE9UAk", "st-aaaaaaaaaaaaa"
PRIYA = "tAv0YThNuP8y"

PARTICIPANTS = Place(HERE, SHOW)

NAMED = {
    "a stage": (HERE, Place(HERE)),
    "another stage": (OTHER, Place(OTHER)),
    "a session": (NEXT, Place(HERE, NEXT)),
    "the session one is in": (SHOW, Place(HERE, SHOW)),
    "a participant": (f'participant_id: "{PRIYA}"', Place(HERE, SHOW, PRIYA)),
    "all of it": (f"{HERE} {NEXT} {PRIYA}", Place(HERE, NEXT, PRIYA)),
    "stage and participant": (
        json.dumps({"stage_arn": HERE, "participant_id": PRIYA}),
        Place(HERE, SHOW, PRIYA),
    ),
    "a participant of another stage": (
        json.dumps({"stage_arn": OTHER, "participant_id": PRIYA}),
        Place(OTHER),
    ),
    "the record of a call": (
        json.dumps(
            {
                "eventSource": "ivs.amazonaws.com",
                "eventTime": "2026-11-27T20:48:05Z",
                "requestParameters": {"stageArn": HERE, "participantId": PRIYA},
            }
        ),
        Place(HERE),
    ),
    "nothing": ("two words", None),
}


@pytest.mark.parametrize(("text", "place"), NAMED.values(), ids=NAMED)
def test_a_text_names_a_place_and_leaves_the_rest_as_it_is(text, place):
    assert typed_places(PARTICIPANTS, text) == ([] if place is None else [place])


def test_a_session_or_participant_names_nothing_without_a_stage():
    assert typed_places(Place(), SHOW) == []
    assert typed_places(Place(), PRIYA) == []
    assert typed_places(Place(), HERE) == [Place(HERE)]


def test_a_text_that_names_two_participants_leaves_the_choice():
    text = f"participant {PRIYA} could not see participant aBcDeF123456"
    found = [Place(HERE, SHOW, PRIYA), Place(HERE, SHOW, "aBcDeF123456")]
    assert typed_places(PARTICIPANTS, text) == found


NINE = datetime(2026, 11, 27, 21, tzinfo=UTC)


def session(name, start, end):
    """A session whose times are in minutes from nine o'clock; None for no end."""
    times = [None if one is None else NINE + timedelta(minutes=one) for one in (start, end)]
    return StageSession(name, *times)


def test_the_session_of_a_moment_is_the_one_that_was_on_and_of_two_both():
    rows = [session("live", 20, None), session("late", 9, 15), session("early", 1, 10)]

    def names(minutes):
        return [row.session_id for row in sessions_at(rows, NINE + timedelta(minutes=minutes))]

    assert names(0) == []
    assert names(5) == ["early"]
    assert names(9.5) == ["late", "early"]
    assert names(17) == []
    assert names(500) == ["live"]
    # A record has whole seconds: the session may have begun later in that second.
    assert sessions_at(rows, NINE + timedelta(seconds=59.5)) == [rows[2]]
    assert nearest_session(rows, NINE + timedelta(minutes=17)) is rows[1]
    assert nearest_session([StageSession("bare")], NINE) is None
