r"""Text from outside cannot act on a terminal, hide, or pass for another value."""

import json
import re
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.render.cells import clip, width
from ivscope.render.safe import needs_quotes, safe, safe_parts, safe_value

CORPUS = json.loads((Path(__file__).parents[2] / "support" / "hostile_corpus.json").read_bytes())
CASES = {name: case["value"] * (case.get("repeat") or 1) for name, case in CORPUS["cases"].items()}
FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
tricky = st.text(
    st.sampled_from("\\xuU01bf \x1b\u202e\u25cc\u0301a'\"\u3000\ud800\U000e0061"), max_size=12
)


def _read_back(shown):
    """What `safe` escaped, undone: proof that nothing was lost and nothing looks like another."""

    def replace(match):
        slashes, body = match.groups()
        literal = "\\" * (len(slashes) // 2)
        return literal + (chr(int(body[1:], 16)) if len(slashes) % 2 else body)

    if shown[:1] == "\u25cc" and shown[1:2] and unicodedata.category(shown[1]).startswith("M"):
        shown = shown[1:]
    escape = r"(\\+)(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"
    return re.sub(escape, replace, shown)


def _assert_is_safe(shown):
    assert not {unicodedata.category(character) for character in shown} & FORBIDDEN
    assert shown.isprintable()
    shown.encode()


@pytest.mark.slow
@pytest.mark.parametrize("value", CASES.values(), ids=CASES)
def test_the_hostile_corpus_is_safe_and_can_be_read_back(value):
    shown = safe(value)
    _assert_is_safe(shown)
    assert _read_back(shown) == value


@pytest.mark.parametrize("value", CASES.values(), ids=CASES)
def test_the_hostile_corpus_stays_in_its_cell(value):
    start = time.process_time()
    for cells in (0, 1, 2, 7, 20):
        shown = clip(value, cells)
        _assert_is_safe(shown)
        assert width(shown) <= cells
        assert len(shown) <= cells * 8 + 1
    assert time.process_time() - start < 0.2


@pytest.mark.slow
def test_no_two_values_of_the_corpus_look_the_same():
    assert len({safe_value(value) for value in CASES.values()}) == len(set(CASES.values()))


@given(st.text(st.characters(), max_size=20) | tricky)
def test_any_text_is_safe_and_can_be_read_back(text):
    shown = safe(text)
    _assert_is_safe(shown)
    assert _read_back(shown) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("Zoë 漢字", "Zoë 漢字"),
        ("[b]x[/]", "[b]x[/]"),
        ("\x1b[2J", r"\x1b[2J"),
        ("a\nb", r"a\x0ab"),
        ("user\u202egnp.exe", r"user\u202egnp.exe"),
        ("\U000e0061", r"\U000e0061"),
        ("\ud800", r"\ud800"),
        ("a\u2028b", r"a\u2028b"),
        ("a\u00a0b", r"a\xa0b"),
        ("\u3164\u2800", r"\u3164\u2800"),
        ("C:\\temp", "C:\\temp"),
        (r"\x1b", r"\\x1b"),
        (r"\\x1b", r"\\\\x1b"),
        ("\\\x1b", r"\\\x1b"),
        (r"\u12", r"\u12"),
        ("\u0301a", "\u25cc\u0301a"),
        ("\u25cc\u0301a", "\\u25cc\u0301a"),
        ("e\u0301", "e\u0301"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d\\U0001f3fd"),
    ],
)
def test_what_is_shown(text, shown):
    assert safe(text) == shown


def test_marks_piled_on_one_letter_are_escaped_from_the_ninth_on():
    assert safe("a" + "\u0301" * 10) == "a" + "\u0301" * 8 + r"\u0301\u0301"


@given(tricky, st.integers(0, 12), st.integers(0, 12))
def test_parts_are_what_the_whole_shows(text, first, second):
    cuts = sorted((first, second))
    assert "".join(safe_parts(text, cuts)) == safe(text)


def test_parts_are_cut_where_the_text_is_cut():
    assert safe_parts("a\x1bb\\x1bc", (1, 2)) == ["a", r"\x1b", r"b\\x1bc"]
    assert safe_parts("abc", (0, 3)) == ["", "abc", ""]


@pytest.mark.parametrize("text", ["", " ", "a ", " a", '"a"', "empty", "absent", "not given"])
def test_values_that_blur_among_our_words_are_quoted(text):
    assert needs_quotes(text)
    assert safe_value(text) == f'"{text}"'
    assert not needs_quotes("a b")


def test_plain_text_costs_next_to_nothing():
    text = "03JY4smU3eXc" * 10
    start = time.process_time()
    for _ in range(10_000):
        safe(text)
    assert time.process_time() - start < 0.1
    assert safe(text) is text
