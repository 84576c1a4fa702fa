"""What cards say, held to a table of facts with sources, and to words that claim no more."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest

from ivscope.knowledge import error_codes, event_names, limits
from ivscope.knowledge.error_codes import explain_code
from ivscope.knowledge.event_names import explain_event
from ivscope.knowledge.explanation import Cause, Limit
from support.card_facts import BASES, all_texts, numbers_without_row, read, texts_of

CARDS = [*event_names.EVENT_NAMES.values(), *error_codes.ERROR_CODES.values()]
ROWS = read()
TEXTS = all_texts(*CARDS)


def rows_of(card, part, text):
    """The rows whose words stand in a text of a card."""
    return [row for row in ROWS if (row.card, row.part) == (card, part) and row.words in text]


def unfounded(texts):
    """What no row covers: whole texts, and numbers."""
    bare = [text for card, part, text in texts if not rows_of(card, part, text)]
    return bare + [
        f"{number} in: {text}"
        for card, part, text in texts
        for number in numbers_without_row(text, rows_of(card, part, text))
    ]


def test_every_sentence_and_every_number_of_a_card_has_a_row_with_its_source():
    assert unfounded(TEXTS) == []


@pytest.mark.parametrize(
    "change",
    [
        {"meaning": "The participant went over 9 Mbps."},
        {"next_check": "Set the encoder to about 7 Mbps at most."},
        {"limits": (Limit("8.6 Mbps of publishing", is_raisable=False, page=""),)},
        {"causes": (Cause("The moon was full."),)},
        {"at_client": "iOS and Android before 1.39.0: code 0 with the message EOF"},
    ],
)
def test_a_number_or_a_claim_without_a_row_would_be_found(change):
    card = replace(explain_code("BITRATE_EXCEEDED"), **change)
    assert len(unfounded((card.title, part, text) for part, text in texts_of(card))) > 0


def test_every_row_is_on_its_card_and_names_a_source():
    unused = [
        f"{row.card} {row.part}: {row.words}"
        for row in ROWS
        if not any(
            (card, part) == (row.card, row.part) and row.words in text for card, part, text in TEXTS
        )
    ]
    assert unused == []
    assert {row.basis for row in ROWS} <= BASES
    assert [
        row for row in ROWS if row.source == "-" and row.basis not in {"unknown", "advice"}
    ] == []
    assert [row for row in ROWS if row.basis == "advice" and row.part != "next"] == []


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.title)
def test_what_a_card_calls_documented_is_documented_in_the_table(card):
    (means,) = {row.basis for row in rows_of(card.title, "means", card.meaning)}
    assert (means == "documented") is card.is_documented
    for cause in card.causes:
        (basis,) = {row.basis for row in rows_of(card.title, "cause", cause.text)}
        assert (basis == "documented") is cause.is_documented, cause.text


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.title)
def test_a_limit_is_adjustable_as_its_page_says(card):
    kinds = {"fixed": False, "raised": True, "unsaid": None}
    for limit in card.limits:
        (row,) = rows_of(card.title, "limit", limit.text)
        assert row.basis == "documented"
        assert limit.is_raisable is kinds[row.adjustable]
        assert row.words == limit.text
        assert limit.page.endswith(f"/{row.source}.html")


FORBIDDEN = re.compile(
    r"\b(caus(e|es|ed|ing)|because|due to|the reason is|is the reason|is why"
    r"|is an? (harmless |sure )?(reconnect|race|bug|fault|sign|proof)|no sign"
    r"|bug|harmless|proves?|proven"
    r"|always|never|certain(ly)?|sure(ly)?|definite(ly)?|obvious(ly)?|clear(ly)?|undoubtedly"
    r"|must be|must have|can only|cannot be)\b",
    re.IGNORECASE,
)
"""What would say that something is the cause, or for certain."""


def test_no_card_and_no_known_issue_says_that_something_is_the_cause():
    assert [text for _, _, text in TEXTS if FORBIDDEN.search(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "No PUBLISH_STARTED at all is a bug of the app.",
        "JOINED soon after is a reconnect.",
        "A timeout in the app's log is no sign of network trouble.",
        "It failed because of the token.",
        "The network caused it.",
        "It must be the encoder.",
    ],
)
def test_sentences_that_are_too_sure_would_be_found(text):
    assert FORBIDDEN.search(text)


def test_each_number_of_a_quota_is_written_once():
    """In `limits`: cards take the text from there, findings the number."""
    numbers = re.compile(r"(?<![\d.,])(12|13|10,000|1,000|20,000|8\.5|24|720p)(?![\d.,]|x\d)")
    written = [
        f"{path.name}: {node.value}"
        for path in map(Path, (error_codes.__file__, event_names.__file__))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if numbers.search(node.value) and not node.value.startswith("The 1")  # docstrings
    ]
    assert written == []
    assert limits.PUBLISHERS.text.startswith(f"{limits.PUBLISHER_LIMIT} ")


def test_publisher_not_found_offers_more_than_a_race_and_blames_nobody():
    card = explain_code("PUBLISHER_NOT_FOUND")
    told = " ".join(cause.text for cause in card.causes)
    assert "own attempt to publish had failed" in told
    assert "virtual id" in told
    assert "shows nothing" in card.next_check


def test_a_stream_key_in_use_is_no_limit_of_the_service():
    assert explain_code("REUSE_OF_STREAM_KEY").limits == ()


def test_b_frames_with_none_set_point_to_another_encoder():
    card = explain_code("B_FRAME_PRESENT")
    assert "AMD AMF" in card.causes[-1].text
    assert "try another encoder" in card.next_check


def test_left_names_shared_connections_and_what_cloudtrail_has():
    card = explain_event("LEFT")
    told = " ".join(cause.text for cause in card.causes)
    assert "removed from it" in told
    assert "connection token was revoked" in told
    assert "RevokeConnectionToken" in card.next_check
    assert "Linux SDK" in card.concerns
