"""Texts that people take for the same are found by any way of typing them."""

import unicodedata

import pytest

from ivscope.domain.letters import folded


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("jose", "José"),
        ("JOSÉ", unicodedata.normalize("NFD", "José")),
        (unicodedata.normalize("NFD", "é"), "É"),
        ("strasse", "Straße"),
        ("abc", "ＡＢＣ"),  # noqa: RUF001 - the wide letters are meant
    ],
)
def test_plain_and_accented_letters_find_each_other(typed, text):
    assert folded(typed) == folded(text)


def test_other_letters_stay_apart():
    assert folded("jose") != folded("josef")
    assert folded("й") != folded("к")
