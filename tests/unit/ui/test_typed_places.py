"""The place that a typed or pasted text names, by the place where one is."""

import json

import pytest

from ivscope.ui.explorer.picking import typed_places
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
