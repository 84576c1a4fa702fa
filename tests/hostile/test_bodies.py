"""Answers whose JSON is legal and whose content is not: shown in place, never as an empty list."""

from contextlib import asynccontextmanager

import pytest

from ivscope.endpoint.faults import Fault, fixed
from ivscope.endpoint.server import Endpoint
from ivscope.workspace.place import Place
from support.explorer import Journey, explorer_app
from support.hostile_world import BODIES, REGION, SESSION_ID, HostileWorld, stage_arn

SHOWN = {
    # body: what its row or its failure shows
    "json_dup_keys": "LEFT",
    "json_nan": "JOINED",
    "json_infinity_int": "bad time",
    "json_huge_int": "PROTOCOL",
    "json_number_for_string": "42",
    "json_string_for_list": "PROTOCOL",
    "json_trailing_garbage": "PROTOCOL",
    "json_unknown_enum": "TELEPORTED",
    "json_missing_fields": "no name",
    "json_map_null_value": "a: ",
}


class FixedBody:
    """Answers every call that has such a member with one body."""

    def __init__(self, body):
        self._operation = "GetParticipant" if '"participant"' in body else "ListParticipantEvents"
        self._fault = Fault("a body of the corpus", fixed(body.encode()))

    def pick(self, spec, operation):
        return (spec, self._fault) if operation == self._operation else None


@asynccontextmanager
async def app_over(body):
    with Endpoint(HostileWorld()) as endpoint:
        endpoint._server.faults = FixedBody(body)
        start = Place(stage_arn(0), SESSION_ID, "p")
        app = explorer_app(endpoint, start, fault="body", region=REGION)
        async with app.run_test(size=(120, 40)) as pilot:
            journey = Journey(app, pilot, endpoint)
            await journey.until(lambda: journey.has_begun)
            yield journey


def test_every_body_is_tried():
    assert SHOWN.keys() == BODIES.keys()


@pytest.mark.parametrize("name", BODIES)
async def test_a_strange_answer_is_shown_for_what_it_is(name):
    async with app_over(BODIES[name]) as journey:
        await journey.until(SHOWN[name])
        if '"participant"' not in BODIES[name]:
            assert "No events returned" not in journey.text
        await journey.press("v")
        await journey.settled()
        await journey.press("v", "j", "escape")
        await journey.until("participants")
