"""What somebody else wrote is pasted or opened: it leads somewhere, or is refused in words."""

import time

import pytest

from ivscope.domain.identifiers import Identifiers, read_identifiers
from support.fuzzed_texts import SECONDS, fuzzed_file, fuzzed_text, read_file_of, read_text_of

MANY = 300
"""Damaged texts and files here; `python -m support.fuzzed_texts` reads as many as wanted."""


def test_damaged_texts_lead_to_a_place_a_choice_or_nothing():
    ends = {read_text_of(fuzzed_text(number)) for number in range(MANY)}
    assert ends == {"one place", "a choice", "nothing"}


def test_damaged_files_are_read_or_refused_and_never_called_whole(tmp_path):
    path, ends = tmp_path / "fuzzed.json", set()
    for number in range(MANY):
        path.write_bytes(fuzzed_file(number))
        ends.add(read_file_of(path))
    assert ends == {"refused", "read"}


LONG = {
    "brackets": "[" * 500_000,
    "braces": "{" * 500_000,
    "brackets with something in them": "[{}," * 125_000,
    "lists that never end": "[1," * 175_000,
    "quotes": "'\"" * 250_000,
    "labels": "participant_id " * 32_500,
    "labels with blanks": ("session id" + " " * 5_000) * 400,
    "sessions": "st-a1b2c3d4e5f6g " * 30_000,
    "arns": "arn:aws:ivs:us-west-2:1:stage/a" * 15_000,
    "stages": "".join(f"arn:aws:ivs:us-west-2:1:stage/a{at} " for at in range(25_000)),
    "lines": "a\n" * 250_000,
    "lines with ids": "".join(f"st-a1b2c3d4e5f6{at}\n" for at in range(25_000)),
    "members": "a='" * 175_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_no_text_however_long_takes_long(text):
    began = time.perf_counter()
    found = read_identifiers(text)
    assert time.perf_counter() - began < 10 * SECONDS
    assert isinstance(found, Identifiers)
