"""What a participant token says of itself: tolerant of rubbish, and nothing of it is checked."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest

from ivscope.domain.identifiers import Identifiers, read_identifiers
from ivscope.domain.tokens import TokenClaims, read_token
from ivscope.ui.explorer.picking import TypedPlace, from_text, picker_rows, typed_places
from ivscope.workspace.place import Level, Place

STAGE = "arn:aws:ivs:us-west-2:123456789012:stage/W0Zz9IkArb68"
PRIYA = "tAv0YThNuP8y"
PAYLOAD = {
    "exp": 1795901285,
    "jti": PRIYA,
    "resource": STAGE,
    "user_id": "priya-guest",
    "capabilities": {"allow_publish": True, "allow_subscribe": True},
}


def token(payload):
    parts = ({"alg": "ES384", "typ": "JWT"}, payload, "no signature at all")
    texts = [urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join(texts)


def test_a_token_tells_whose_it_is_what_it_allows_and_when_it_ends():
    ends = datetime(2026, 11, 28, 21, 28, 5, tzinfo=UTC)
    assert read_token(f" {token(PAYLOAD)}\n") == TokenClaims(
        STAGE, PRIYA, "priya-guest", ("PUBLISH", "SUBSCRIBE"), ends
    )
    said = from_text(read_identifiers(token(PAYLOAD)), UTC)
    assert said == (
        "token, our reading, signature not checked: ends 2026-11-28 21:28:05 UTC, "
        f"may publish and subscribe, user priya-guest, participant {PRIYA}"
    )
    assert said.index(" UTC") + len(" UTC") <= 79, "the end is told in a narrow terminal too"


def test_no_user_id_of_a_pasted_text_is_told_where_stand_ins_are_shown():
    alert = (
        f'{{"participant_id": "{PRIYA}", "session_id": "st-dxMFysKnE9UAk",'
        f' "resources": ["{STAGE}"], "event_time": "2026-11-27T20:48:05Z",'
        ' "user_id": "priya-guest"}'
    )
    for text in (token(PAYLOAD), alert):
        found = read_identifiers(text)
        assert "priya-guest" in from_text(found, UTC)
        said = from_text(found, UTC, names_users=False)
        assert "priya-guest" not in said
        assert PRIYA in said
    row = TypedPlace(Place(STAGE, "st-1", PRIYA), read_identifiers(alert))
    shown = {}
    for names_users in (True, False):
        rows = picker_rows(
            Level.PARTICIPANTS,
            [row],
            UTC,
            datetime(2026, 11, 28, tzinfo=UTC),
            names_users=names_users,
        )
        shown[names_users] = "".join(span.text for span in rows.line(0, 120))
    assert "priya-guest" in shown[True]
    assert "priya-guest" not in shown[False]


def test_a_token_opens_its_participant_in_the_session_that_one_is_in():
    pasted = token(PAYLOAD)
    assert typed_places(Place(STAGE, "st-1"), pasted) == [Place(STAGE, "st-1", PRIYA)]
    assert typed_places(Place(), pasted) == [Place(STAGE)]
    assert typed_places(Place(f"{STAGE}x", "st-1"), pasted) == [Place(STAGE)]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("exp", 1e300),
        ("exp", True),
        ("exp", "soon"),
        ("user_id", {"a": 1}),
        ("capabilities", ["PUBLISH"]),
    ],
)
def test_a_member_that_is_rubbish_is_not_told(member, value):
    found = read_token(token({**PAYLOAD, member: value}))
    name = {"exp": "ends", "capabilities": "allows"}.get(member, member)
    assert getattr(found, name) is None
    assert found.participant_id == PRIYA


@pytest.mark.parametrize(
    "text",
    [
        "",
        "eyJhbGciOiJFUzM4NCJ9.rubbish-rubbish.x",
        "eyJhbGciOiJFUzM4NCJ9." + "W" * 20_000,
        token([1]),
        token({**PAYLOAD, "resource": 7}),
        token({**PAYLOAD, "jti": None}),
        token({"sub": "of some other service", "exp": 1}),
        f"{'a long log line ' * 100}{token(PAYLOAD)}",
    ],
    ids=range(8),
)
def test_what_is_no_participant_token_is_none(text):
    assert read_token(text) is None


@pytest.mark.parametrize("member", ["resource", "jti"])
def test_an_id_that_the_api_refuses_opens_nothing(member):
    rubbish = "arn:aws:ivs:us-west-2:1:stage/\x1b[31m"
    assert read_identifiers(token({**PAYLOAD, member: rubbish})) == Identifiers()
