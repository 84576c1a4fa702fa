"""Texts that people take for the same are found by any way of typing them."""

import unicodedata

import pytest

from ivscope.analysis.filters import folded


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("jose", "José"),
        ("JOSÉ", unicodedata.normalize("NFD", "José")),
        (unicodedata.normalize("NFD", "é"), "É"),
        ("strasse", "Straße"),
    ],
)
def test_plain_and_accented_letters_find_each_other(typed, text):
    assert folded(typed) == folded(text)


def test_other_letters_stay_apart():
    assert folded("jose") != folded("josef")
    assert folded("й") != folded("к")


def test_signs_that_are_no_letters_keep_their_length():
    """A row that is cut ends with an ellipsis, and what is found in it is still marked."""
    assert folded("PUBLISH_ERROR INTERNAL…") == "publish_error internal…"
