"""The place that a typed or pasted text names, by the place where one is."""

import json

import pytest

from ivscope.ui.explorer.picking import typed_place
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
    assert typed_place(PARTICIPANTS, text) == place


def test_a_session_or_participant_names_nothing_without_a_stage():
    assert typed_place(Place(), SHOW) is None
    assert typed_place(Place(), PRIYA) is None
    assert typed_place(Place(), HERE) == Place(HERE)
