"""Tokens: opaque, legal, and good for one call only."""

import re

import pytest

from ivscope.endpoint.answers import ServiceError
from ivscope.endpoint.service import Cursors, PageStart
from ivscope.endpoint.service_model import load_service_model
from support.small_world import PARTICIPANT_ID, SESSION_ID, STAGE_ARN

EVENTS = "ListParticipantEvents"
SCOPE = {"stageArn": STAGE_ARN, "sessionId": SESSION_ID, "participantId": PARTICIPANT_ID}


def test_a_token_leads_back_to_its_place_for_any_page_size():
    cursors = Cursors()
    token = cursors.write(EVENTS, {**SCOPE, "maxResults": 10}, PageStart(10, 250))
    assert cursors.read(EVENTS, {**SCOPE, "nextToken": token}) == PageStart(10, 250)
    bigger = {**SCOPE, "nextToken": token, "maxResults": 100}
    assert cursors.read(EVENTS, bigger) == PageStart(10, 250)


@pytest.mark.parametrize("token", [None, ""])
def test_no_token_means_the_first_page(token):
    assert Cursors().read(EVENTS, {**SCOPE, "nextToken": token}) is None


def test_tokens_fit_the_model_and_differ_even_for_one_place():
    shape = load_service_model().shapes["PaginationToken"]
    cursors = Cursors()
    tokens = {cursors.write(EVENTS, SCOPE, PageStart(2**60, 2**63)) for _ in range(200)}
    assert len(tokens) == 200
    for token in tokens:
        assert re.fullmatch(shape["pattern"], token)
        assert len(token) <= shape["max"]
        assert token[0].isalpha()


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("ListParticipants", SCOPE),
        (EVENTS, SCOPE | {"participantId": "another"}),
        (EVENTS, SCOPE | {"filterByState": "CONNECTED"}),
    ],
)
def test_a_token_of_another_call_is_refused(operation, parameters):
    cursors = Cursors()
    token = cursors.write(EVENTS, SCOPE, PageStart(50, 250))
    with pytest.raises(ServiceError, match="ValidationException"):
        cursors.read(operation, {**parameters, "nextToken": token})


def test_a_token_of_another_endpoint_is_refused():
    token = Cursors().write(EVENTS, SCOPE, PageStart(50, 250))
    with pytest.raises(ServiceError, match="ValidationException"):
        Cursors().read(EVENTS, {**SCOPE, "nextToken": token})


def test_a_token_with_any_character_changed_is_refused():
    cursors = Cursors()
    token = cursors.write(EVENTS, SCOPE, PageStart(50, 250))
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "B"
        forged = token[:place] + other + token[place + 1 :]
        with pytest.raises(ServiceError, match="ValidationException"):
            cursors.read(EVENTS, {**SCOPE, "nextToken": forged})
    for forged in (token[1:], f"{token}=", f"{token}+", f"p{token}"):
        with pytest.raises(ServiceError, match="ValidationException"):
            cursors.read(EVENTS, {**SCOPE, "nextToken": forged})


@pytest.mark.parametrize("token", ["x", "=", "a===", "last-page", "AAAA" * 12])
def test_garbage_is_refused(token):
    with pytest.raises(ServiceError, match="ValidationException"):
        Cursors().read(EVENTS, {**SCOPE, "nextToken": token})
