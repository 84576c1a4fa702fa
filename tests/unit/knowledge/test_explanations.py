"""The tables of explanations: complete against the installed API model, and fit for 3 a.m."""

import pytest
from botocore.loaders import Loader

from ivscope.domain import events
from ivscope.knowledge.error_codes import ERROR_CODES, explain_code, explain_missing_code
from ivscope.knowledge.event_names import EVENT_NAMES, explain_event
from ivscope.knowledge.explanation import Concern

CARDS = [*ERROR_CODES.values(), *EVENT_NAMES.values()]


@pytest.mark.parametrize(
    ("shape", "table"), [("EventName", EVENT_NAMES), ("EventErrorCode", ERROR_CODES)]
)
def test_the_tables_know_what_the_installed_api_model_lists(shape, table):
    model = Loader().load_service_model("ivs-realtime", "service-2")
    listed = set(model["shapes"][shape]["enum"])
    new, gone = sorted(listed - set(table)), sorted(set(table) - listed)
    assert (new, gone) == ([], []), f"{shape}: new in the model {new}, gone from it {gone}"


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.title)
def test_every_card_is_short_and_has_what_an_on_call_needs(card):
    assert card.is_known
    assert len(card.meaning) <= 76
    assert 0 < len(card.next_check) <= 180
    assert all(0 < len(cause.text) <= 80 for cause in card.causes)
    assert card.page.startswith("https://docs.aws.amazon.com/ivs/latest/")
    assert len(card.causes) <= 6
    assert len(card.silence or "") <= 140
    assert len(card.at_client or "") <= 200


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.title)
def test_every_card_names_a_likely_cause_unless_a_code_tells_it(card):
    assert bool(card.causes) is not card.title.endswith("_ERROR")


@pytest.mark.parametrize(
    ("code", "limits"),
    [
        (
            "QUOTA_EXCEEDED",
            [("12 ", False), ("10,000 ", True), ("1,000 ", True), ("20,000 ", True)],
        ),
        ("BITRATE_EXCEEDED", [("8.5 Mbps of publ", False), ("8.5 Mbps of download", False)]),
        ("RESOLUTION_EXCEEDED", [("720p", False), ("160p", None)]),
        (
            "STREAM_DURATION_EXCEEDED",
            [("24 h of publ", False), ("24 h of subscribing to a stage", False)],
        ),
        ("INVALID_PROTOCOL", []),
        ("INTERNAL_SERVER_EXCEPTION", []),
    ],
)
def test_limits_are_the_numbers_of_the_service(code, limits):
    found = explain_code(code).limits
    assert len(found) == len(limits)
    for limit, (start, is_raisable) in zip(found, limits, strict=True):
        assert limit.text.startswith(start)
        assert limit.is_raisable is is_raisable


def test_codes_of_encoders_do_not_point_at_the_browser():
    for code in ("BITRATE_EXCEEDED", "RESOLUTION_EXCEEDED", "B_FRAME_PRESENT", "INVALID_PROTOCOL"):
        assert Concern.BROWSER_SDK not in explain_code(code).concerns
    assert explain_code("REUSE_OF_STREAM_KEY").concerns == (Concern.RTMP,)


def test_left_says_that_it_carries_no_reason():
    assert "no reason" in explain_event(events.LEFT).silence


def test_inference_and_documentation_are_told_apart():
    stopped = explain_event(events.REPLICATION_STOPPED)
    assert all(cause.is_documented for cause in stopped.causes)
    assert not any(cause.is_documented for cause in explain_event(events.LEFT).causes)
    for name in ("PUBLISH_STARTED", "PUBLISH_STOPPED", "PUBLISH_ERROR", "REPLICATION_STARTED"):
        assert explain_event(name).is_documented  # EventBridge sends them, and says what they are
    assert not explain_event(events.LEFT).is_documented
    assert all(card.is_documented for card in ERROR_CODES.values())


@pytest.mark.parametrize("explain", [explain_event, explain_code])
@pytest.mark.parametrize("text", ["MOON_PHASE", "", "joined", "\x1b[2J"])
def test_what_is_unknown_gets_an_honest_card_with_the_text_as_it_came(explain, text):
    card = explain(text)
    assert not card.is_known
    assert card.title == text
    assert "does not know" in card.meaning
    assert card.page.endswith("API_Event.html")
    assert card.causes == card.limits == ()


def test_a_missing_name_and_a_missing_code_have_cards_of_their_own():
    assert "without a name" in explain_event(None).meaning
    assert "without a code" in explain_missing_code().meaning
