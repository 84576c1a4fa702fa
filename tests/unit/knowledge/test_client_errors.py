"""Error numbers of the SDKs: what is known of them, and what is not."""

import pytest

from ivscope.domain import events
from ivscope.knowledge.client_errors import (
    CLIENT_ERRORS,
    Sdk,
    client_errors,
    unknown_number,
)
from ivscope.knowledge.error_codes import ERROR_CODES
from ivscope.knowledge.event_names import EVENT_NAMES
from ivscope.render.client_error_lines import asked_lines, numbers_text
from ivscope.render.lines import plain

CASES = [pytest.param(one, id=f"{one.sdk} {one.name or one.numbers}") for one in CLIENT_ERRORS]


@pytest.mark.parametrize("error", CASES)
def test_every_row_is_short_and_says_meaning_list_check_and_source(error):
    assert error.numbers or error.name
    assert 0 < len(error.meaning) <= 110
    assert 0 < len(error.server) <= 100
    assert 0 < len(error.next_check) <= 180
    for sentence in (error.meaning, error.server, error.next_check):
        assert sentence[0].isupper() or sentence[0].isdigit()
        assert sentence[-1] in ".?"
    assert error.document.page.startswith("https://")


@pytest.mark.parametrize("error", CASES)
def test_what_a_row_expects_are_event_names_and_error_codes(error):
    assert error.expected <= {*ERROR_CODES, *EVENT_NAMES}


@pytest.mark.parametrize("error", CASES)
def test_a_row_that_expects_nothing_of_the_list_names_no_event_to_look_for(error):
    if error.server.startswith("Nothing: "):
        assert not error.expected


def test_no_number_stands_for_two_errors_of_one_sdk():
    seen = [(one.sdk, number) for one in CLIENT_ERRORS for number in one.numbers]
    assert len(seen) == len(set(seen))


def test_one_number_means_another_thing_in_another_sdk():
    web, mobile = client_errors("1027")
    assert (web.sdk, mobile.sdk) == (Sdk.WEB, Sdk.MOBILE)
    assert "PUBLISHER_NOT_FOUND" in web.expected
    assert not mobile.expected


def test_numbers_and_names_are_found_as_people_type_them():
    assert client_errors(" 2 ") == client_errors("token_expired")
    assert client_errors("1033")[0].numbers == (1033,)
    assert client_errors("") == client_errors("10277") == client_errors("no such name") == ()
    assert client_errors("²") == client_errors("9" * 5000) == (), "no digits that int() trips over"


def test_a_token_that_was_not_accepted_leaves_nothing_and_a_full_stage_a_quota_error():
    for number in ("1", "2", "1000", "1001"):
        assert all(not error.expected for error in client_errors(number))
    assert client_errors("6")[0].expected == {"QUOTA_EXCEEDED"}
    assert client_errors("1026")[1].expected == {events.LEFT}


def test_an_unknown_number_is_said_to_be_unknown_with_the_documents_and_the_day():
    told = unknown_number("4711")
    assert told.startswith("4711 is not in the documents of the web SDK 1.41.0, ")
    assert told.endswith(" read on 2026-11-28.")
    assert "4711" in " ".join(map(plain, asked_lines("4711", 60)))


def test_lines_have_a_card_for_each_sdk_and_for_the_code_and_the_name_of_an_event():
    lines = [*map(plain, asked_lines("1027", 80))]
    assert lines[0] == "1027 Web, in logs and error details"
    assert "1027 iOS and Android" in lines
    assert all(len(line) <= 80 for line in lines)
    assert sum("our inference" in line for line in lines) == 2
    assert plain(asked_lines("quota_exceeded", 80)[0]).startswith("QUOTA_EXCEEDED error code")
    assert plain(asked_lines("left", 80)[0]) == "LEFT name of an event"
    assert "\x1b" not in "".join(map(plain, asked_lines("\x1b[2J", 80)))


def test_numbers_in_a_row_are_written_as_a_range():
    assert numbers_text((1431, 1432, 1433)) == "1431 to 1433"
    assert numbers_text((1015, 1016)) == "1015, 1016"
    assert numbers_text(()) == "word"
