"""parse_filter: what can be typed, and what is said about the rest."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.analysis.filter_parser import parse_filter
from ivscope.analysis.filters import (
    ERRORS_ONLY,
    FIELDS,
    AttributeTerm,
    Containing,
    Exactly,
    FilterError,
    Flag,
    FlagTerm,
    TextField,
    TextTerm,
    TimeTerm,
    Wildcard,
)
from ivscope.analysis.time_input import DatedBy, TimeReference
from ivscope.domain.times import to_microseconds

NOW = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
ZONE = timezone(timedelta(hours=1))


def at(hour: int, minute: int, second: int = 0, day: int = 23) -> int:
    return to_microseconds(datetime(2026, 11, day, hour, minute, second, tzinfo=ZONE))


SHOW = (
    datetime(2026, 11, 23, 19, 31, 7, tzinfo=UTC),
    datetime(2026, 11, 23, 20, 59, 12, tzinfo=UTC),
)
HERE = TimeReference(ZONE, NOW)


def terms(text: str, reference: TimeReference = HERE):
    return parse_filter(text, reference).terms


def between(start: int | None, stop: int | None):
    """Bounds of a time, in microseconds."""
    return [(start, stop)]


TEXT_TERMS = {
    "quota": TextTerm(TextField.ANY, Containing("quota")),
    "!Quota": TextTerm(TextField.ANY, Containing("quota"), inverted=True),
    "code:QUOTA": TextTerm(TextField.CODE, Containing("quota")),
    "CODE:QUOTA": TextTerm(TextField.CODE, Containing("quota")),
    "!code:*": TextTerm(TextField.CODE, Wildcard(("", "")), inverted=True),
    "name:SUB*": TextTerm(TextField.NAME, Wildcard(("sub", ""))),
    "name:*a*b": TextTerm(TextField.NAME, Wildcard(("", "a", "b"))),
    'name:"SUB*"': TextTerm(TextField.NAME, Containing("sub*")),
    'name:""': TextTerm(TextField.NAME, Wildcard(("",))),
    'user:"Ann Lee"': TextTerm(TextField.USER, Containing("ann lee")),
    r'user:"say \"hi\""': TextTerm(TextField.USER, Containing('say "hi"')),
    '"!code:x"': TextTerm(TextField.ANY, Containing("!code:x")),
    '"/x/"': TextTerm(TextField.ANY, Containing("/x/")),
    "remote:a:b": TextTerm(TextField.REMOTE, Containing("a:b")),
    "20:36": TextTerm(TextField.ANY, Containing("20:36")),
    "arn:aws:ivs": TextTerm(TextField.ANY, Containing("arn:aws:ivs")),
    "cap:publish": TextTerm(TextField.CAPABILITY, Containing("publish")),
    "participant:=a,B": TextTerm(TextField.PARTICIPANT, Exactly(frozenset({"a", "B"}))),
    'code:="A, B"': TextTerm(TextField.CODE, Exactly(frozenset({"A, B"}))),
    'code:=""': TextTerm(TextField.CODE, Exactly(frozenset({""}))),
    "dest:st-1": TextTerm(TextField.DESTINATION, Containing("st-1")),
    "attr:role": AttributeTerm(Containing("role"), None),
    "attr:role=host": AttributeTerm(Containing("role"), Containing("host")),
    'attr:role="co host"': AttributeTerm(Containing("role"), Containing("co host")),
    "attr:=host": AttributeTerm(None, Containing("host")),
    "attr:a=b=c": AttributeTerm(Containing("a"), Containing("b=c")),
    'attr:"a=b"': AttributeTerm(Containing("a=b"), None),
    'attr:role=""': AttributeTerm(Containing("role"), Wildcard(("",))),
    "replica:yes": FlagTerm(Flag.REPLICA, wanted=True),
    "!error:NO": FlagTerm(Flag.ERROR, wanted=False, inverted=True),
}


TIME_TERMS = {
    "after:14:00": between(at(14, 0), None),
    "after:9:05": between(at(9, 5), None),
    "before:2026-11-22T20:50": between(None, at(20, 50, day=22)),
    "before:2026-11-22T20:50Z": between(None, at(21, 50, day=22)),
    'after:"2026-11-22 20:50:01"': between(at(20, 50, 1, day=22), None),
    "after:-15m": between(at(21, 45), None),
    "during:20:45..20:50": between(at(20, 45), at(20, 51)),
    "during:20:45:10..20:45:10": between(at(20, 45, 10), at(20, 45, 11)),
    "during:20:45": between(at(20, 45), at(20, 46)),
    "during:23:50..00:10": between(at(23, 50), at(0, 11, day=24)),
    "during:2026-11-22": between(at(0, 0, day=22), at(0, 0, day=23)),
    "after:2026-11-22 20:50:01 code:QUOTA": between(at(20, 50, 1, day=22), None),
    "before:2026-11-22 20:50:01.602 UTC": between(None, at(21, 50, 1, day=22) + 602_000),
    "after:yesterday 20:50": between(at(20, 50, day=22), None),
    "during:2026-11-22T20": between(at(20, 0, day=22), at(21, 0, day=22)),
    "during:2026-11-22 20:45 to 20:50": between(at(20, 45, day=22), at(20, 51, day=22)),
    "after:20:36Z": between(at(21, 36), None),
    "after:-1h30m": between(at(20, 30), None),
}


@pytest.mark.parametrize(("text", "term"), TEXT_TERMS.items())
def test_a_term_is_read_as_typed(text, term):
    assert terms(text) == (term,)


@pytest.mark.parametrize(("text", "bounds"), TIME_TERMS.items())
def test_a_time_term_covers_what_was_typed(text, bounds):
    term = terms(text)[0]
    assert isinstance(term, TimeTerm)
    assert term.bounds == bounds


def test_a_word_behind_a_time_that_is_no_part_of_it_stays_a_word_to_look_for():
    assert terms("after:2026-11-22 soon")[1:] == (TextTerm(TextField.ANY, Containing("soon")),)
    assert terms("after:20:36 20:40")[1:] == (TextTerm(TextField.ANY, Containing("20:40")),)
    assert terms("after:2026-11-22 !20:36")[1:] == (
        TextTerm(TextField.ANY, Containing("20:36"), inverted=True),
    )


def test_clock_times_are_dated_by_the_session_on_screen():
    later = TimeReference(ZONE, NOW + timedelta(days=3), session=SHOW)
    for text in ("after:20:36", "before:20:36", "during:20:45..20:50", "!during:20:45"):
        assert terms(text, later)[0].bounds == terms(text)[0].bounds
    assert parse_filter("code:x after:20:36", later).times[0].dated_by is DatedBy.SESSION


def test_terms_stand_between_blanks_and_the_text_is_kept():
    found = parse_filter("  code:QUOTA   !remote:abc\tjoined ", HERE)
    assert len(found.terms) == 3
    assert found.text == "code:QUOTA   !remote:abc\tjoined"


@pytest.mark.parametrize("text", ["", "  \t"])
def test_blanks_let_everything_pass(text):
    assert terms(text) == ()


def test_an_expression_may_hold_blanks_and_slashes_and_ignores_case():
    (term,) = terms(r"name:/^a b\/c/")
    assert term.pattern.matches("A b/c!")
    assert not term.pattern.matches("xa b/c")


ERRORS = {
    "cod:QUOTA": (0, 'No field "cod". Fields: name, code,'),
    "joined !cod:QUOTA": (8, 'No field "cod"'),
    "code:": (5, "Type a value after code: (error code, code:QUOTA)"),
    "joined code: x": (12, "Type a value after code:"),
    "!": (0, "Type what must not be there after !"),
    'user:"ann lee': (5, 'Close the quote with "'),
    "name:/abc": (5, "Close the expression with /"),
    "//": (1, "Type an expression between the slashes"),
    "a" * 1_001: (1_000, "Type less: 1,000 characters at most, not 1,001"),
    "a " * 51: (100, "Type less: 50 words at most, not 51; quotes make several one"),
    "name:/(/": (6, "Not a regular expression: "),
    "/a{99999999999}/": (1, "This expression repeats too much"),
    r"joined /a\/b(?=c)/": (12, "(?= (look ahead) is not supported"),
    "attr:role=": (10, "Type a value after ="),
    "replica:maybe": (8, "Type replica:yes or replica:no"),
    "error:1": (6, "Type error:yes or error:no"),
    "after:25:00": (6, "Type a time like 20:36"),
    "after:soon": (6, "Type a time like 20:36"),
    "after:-999999d": (6, "Type a time like 20:36"),
    "during:20:45..": (14, "Type a time like 20:36"),
    "during:..20:45": (7, "Type a time like 20:36"),
    "during:20:45..x": (14, "Type a time like 20:36"),
    "during:2026-11-23..2026-11-22": (7, "Type the earlier time first"),
    "after:2026-11-23T20:3": (19, "Type a time like 20:36"),
    'after:"2026-11-23 soon"': (18, "Type a time like 20:36"),
    'after:""': (6, "Type a value after after:"),
    "after:/20/": (7, "A time cannot be an expression"),
}


@pytest.mark.parametrize(("text", "expected"), ERRORS.items())
def test_an_error_says_what_to_type_and_where(text, expected):
    position, advice = expected
    with pytest.raises(FilterError) as raised:
        terms(text)
    assert raised.value.position == position
    assert raised.value.advice.startswith(advice)
    assert str(raised.value) == f"{raised.value.advice} (at character {position + 1})"


def test_an_unknown_field_lists_every_field():
    with pytest.raises(FilterError) as raised:
        terms("nope:1")
    assert all(field in str(raised.value) for field in FIELDS)


def test_signs_that_python_may_read_differently_one_day_are_no_warning():
    assert len(terms("/[[a]/")) == 1


def place_of_error(text: str) -> int | None:
    try:
        parse_filter(text, HERE)
    except FilterError as error:
        return error.position
    return None


signs = st.lists(st.sampled_from('!":/*=. \\codeattrafterduring-09'), max_size=12).map("".join)


@given(st.text() | signs)
def test_any_text_is_a_filter_or_a_filter_error_in_it(text):
    place = place_of_error(text)
    assert place is None or 0 <= place <= len(text)


def test_errors_only_adds_one_term_once():
    one = parse_filter("remote:abc", HERE).errors_only()
    assert one.text == "remote:abc error:yes"
    assert one.terms[1:] == ERRORS_ONLY.terms
    assert one.errors_only() == one
    assert parse_filter("", HERE).errors_only() == ERRORS_ONLY
