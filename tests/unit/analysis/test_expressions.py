"""Expressions: they find what Python's own find, at one step a character whatever is typed."""

import re
import warnings

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ivscope.analysis import expressions
from ivscope.analysis.expressions import Expression, ExpressionError, read_expression

PARTS = [
    *"aBé1_{-.^$|*+? \n", "[ab]", "[^a]", "[]a]", r"[\w.]", r"\w", r"\d", r"\S", r"\b", r"\B",
    r"\A", r"\Z", r"\.", r"\/", r"\x41", r"\u00e9", "ß", "\u017f", "(", "(?:", "(?i:", "(?P<n>",
    "(?#[)", ")", ")", "{2}", "{1,}", "{,2}", "{0}", "*?", "+?",
]  # fmt: skip
sources = st.lists(st.sampled_from(PARTS), min_size=1, max_size=9).map("".join)
looked_at = st.text("abAB_1 \n\né./ßsS\u017f-", max_size=8)

RUN_AWAY = [
    ".*.*.*x", "a*a*a*a*a*b", r"\w*\w*\w*\w*=", "((?#[)a+)+$b", "(a+)+x", "(a|a)*x", "((a*)*)*x",
    "(.?){40}x", r"(\ba*\b)*x", "(a*)*$x",
]  # fmt: skip
"""Python's own engine takes minutes to years for these over a few hundred characters."""


def python_finds(source: str, text: str) -> bool | None:
    """What Python's own engine says; None if it does not know the expression."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return re.search(source, text, re.IGNORECASE) is not None
        except re.error:
            return None


def read_or_error(source: str) -> Expression | ExpressionError:
    try:
        return read_expression(source)
    except ExpressionError as error:
        return error


@given(sources, st.lists(looked_at, min_size=1, max_size=5))
@example("^a$", ["a\n", "a\n\n", "\na"])
@example(r"a\Z", ["a\n", "a"])
@example(r"\bb|\B_", ["ab", "a b", "_", "-_", "a"])
@example("(a?){2}b{0}c*?$", ["aaa", "", "b"])
def test_an_expression_finds_what_pythons_own_finds(source, texts):
    expression = read_or_error(source)
    assume(isinstance(expression, Expression))
    for text in texts:
        theirs = python_finds(source, text)
        # Python 3.13 finds no \B in an empty text, 3.14 does.
        if theirs is not None and (text or r"\B" not in source):
            assert expression.matches(text) == theirs, (source, text)


@given(sources)
def test_only_keeping_what_was_found_is_refused_of_what_python_knows(source):
    outcome = read_or_error(source)
    is_refused = isinstance(outcome, ExpressionError) and python_finds(source, "") is not None
    # A remark between a sign and its repetition is the other thing.
    whys = ("is not supported; leave it out", "is not supported; type (", "nothing before")
    assert not is_refused or any(why in str(outcome) for why in whys)


@given(st.text() | sources)
def test_any_text_is_an_expression_or_an_error_in_it(source):
    outcome = read_or_error(source)
    if isinstance(outcome, ExpressionError):
        assert 0 <= outcome.position <= len(source)
    else:
        assert outcome.matches(source) in {True, False}


@pytest.mark.parametrize("source", RUN_AWAY)
def test_what_would_run_for_minutes_learns_a_few_steps_and_goes_by_them(source):
    """Over fifty attributes of 900 characters a step is worked out once, then looked up."""
    expression = read_expression(source)
    for _ in range(50):
        assert not expression.matches("a" * 900)
    assert expression._search._steps < 60


def test_a_text_in_which_no_step_is_like_another_takes_one_step_a_character():
    """All texts of 40 letters are told apart here, and as many states are possible."""
    expression = read_expression("a[ab]{40}x")
    letters = "".join("ab"[number * number % 7 % 2] for number in range(2_000))
    assert not expression.matches(letters)
    assert expression._search._steps <= len(letters) + 1


def test_what_is_remembered_has_an_end(monkeypatch):
    monkeypatch.setattr(expressions, "_MOST_STEPS", 10)
    expression = read_expression("a[ab]{9}c$")
    for number in range(400):
        text = f"{number:010b}".translate({48: "a", 49: "b"})
        assert expression.matches(f"{text}c") is (text[0] == "a")
        assert sum(map(len, expression._search._states.values())) <= 10


def test_capitals_make_no_difference_also_beyond_ascii():
    assert read_expression("JOSÉ").matches("josé")
    assert read_expression("[à-ü]").matches("É")


def test_two_of_the_same_text_are_equal():
    assert read_expression("a+") == read_expression("a+")
    assert read_expression("a+") != read_expression("a*")


REFUSED = {
    r"(a)\1": (3, r"\1 is not supported; write the text out"),
    "(?P<n>a)(?P=n)": (8, "(?P= is not supported"),
    "ab(?=c)": (2, "(?= (look ahead) is not supported"),
    "(?!a)b": (0, "(?! (look ahead) is not supported"),
    "(?<=a)b": (0, "(?< (look behind) is not supported"),
    "(?<!a)b": (0, "(?< (look behind) is not supported"),
    "(a)?(?(1)b|c)": (4, "(?( is not supported"),
    "(?>a*)a": (0, "(?> is not supported"),
    "a++b": (2, "This + is not supported"),
    "(?s)a.b": (0, "(? is not supported"),
    "a{201}": (0, "This expression repeats too much: at most 200 characters"),
    "((a{9}){9}){9}": (0, "This expression repeats too much"),
    "(){999999999}": (0, "This expression repeats too much"),
    f"a{{{'9' * 5_000}}}": (0, "This expression repeats too much"),
    "x(": (1, "Not a regular expression: this ( has no )"),
    "x)": (1, "Not a regular expression: this ) closes nothing"),
    "a|*b": (2, "Not a regular expression: nothing before * to repeat"),
    "a**": (2, "Not a regular expression: a repetition cannot be repeated"),
    "a{3,2}": (1, "Not a regular expression: the smaller count comes first"),
    "a[b-a]": (2, "Not a regular expression: bad character range"),
    "a[bc": (1, "Not a regular expression: unterminated character set"),
    r"a\q": (1, "Not a regular expression: bad escape"),
    "a\\": (1, "Not a regular expression: bad escape"),
    "(?#abc": (0, "(? is not supported"),
    "(" * 2_000: (50, "Not a regular expression: too many groups in groups"),
}


@pytest.mark.parametrize(("source", "expected"), REFUSED.items(), ids=lambda it: str(it)[:20])
def test_what_cannot_be_looked_for_is_refused_in_words_and_says_where(source, expected):
    position, advice = expected
    with pytest.raises(ExpressionError) as raised:
        read_expression(source)
    assert str(raised.value).startswith(advice)
    assert raised.value.position == position


@pytest.mark.parametrize("source", [r"(?=a)", r"(?!a)", r"(?<=a)", r"(a)\1"])
def test_a_refusal_says_what_to_type_instead(source):
    with pytest.raises(ExpressionError, match=r"use a term for each condition|write the text out"):
        read_expression(source)
