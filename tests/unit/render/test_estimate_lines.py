"""Estimates as lines: a share, its range, of how many, why it is likely, and who came first."""

from dataclasses import replace

import pytest

from ivscope.analysis.estimates import Estimates, FirstRead, estimate
from ivscope.render.cells import line_width
from ivscope.render.happened_lines import estimate_lines

TOLD = Estimates(
    first=FirstRead(read=214, known=214, failing=3, by_code=(("X", 2), (None, 1))),
    all_listed=True,
    failed=0,
    any_error=estimate(24_786, 400, 12),
    by_code=(
        ("QUOTA_EXCEEDED", estimate(24_786, 400, 12)),
        (None, estimate(24_786, 400, 1)),
        ("Y", estimate(24_786, 400, 0)),
    ),
)


def texts(told, width=90):
    return ["".join(span.text for span in line).rstrip() for line in estimate_lines(told, width)]


def test_the_share_comes_with_its_range_and_with_how_many_were_read():
    assert texts(TOLD) == [
        (
            "LIKELY: about 3 % (1.5 to 5.2) of the other participants got an error, "
            "from 400 of 24,786."
        ),
        "    about 3 % (1.5 to 5.2) got QUOTA_EXCEEDED",
        "    about 0.2 % (above 0 to 1.4) got an error without a code",
        "    at most 0.91 %, perhaps none, got Y",
        "    why likely: 400 were drawn at random, and 95 of 100 such ranges are right.",
        "all 214 that published, are replicated or have a failed recording were read first: 3 got",
        "    an error (2 X, 1 an error without a code).",
    ]


def test_nothing_found_is_told_as_a_most():
    told = replace(TOLD, any_error=estimate(24_786, 50, 0), by_code=())
    assert texts(told)[0] == (
        "LIKELY: at most 7.2 %, perhaps none, of the other participants got an error, from 50 of"
    )


def test_while_the_list_is_read_the_others_are_the_first_ones_listed():
    assert "from 400 of the first 24,786 listed." in texts(replace(TOLD, all_listed=False), 120)[0]


def test_who_could_not_be_read_is_told():
    told = texts(replace(TOLD, failed=5))
    assert "    5 more could not be read: the ranges hold with or without them." in told


def test_nobody_is_said_to_have_been_read_first_who_was_not():
    nobody = FirstRead(read=0, known=0, failing=0, by_code=())
    assert "read first" not in "".join(texts(replace(TOLD, first=nobody)))
    some = FirstRead(read=9, known=12, failing=0, by_code=())
    told = " ".join(texts(replace(TOLD, first=some), 300))
    assert "9 of 12 that published" in told
    assert told.endswith("read first: none got an error.")


def test_of_many_codes_those_that_most_got_are_told():
    rows = tuple((f"C{number}", estimate(24_786, 400, 20 - number)) for number in range(9))
    told = texts(replace(TOLD, by_code=rows))
    assert [row.split()[-1] for row in told[1:7]] == [f"C{number}" for number in range(6)]
    assert told[7] == "    and 3 more codes"


@pytest.mark.parametrize(
    ("read", "found", "share"),
    [
        (50, 1, "about 2 % (above 0 to 11)"),
        (400, 200, "about 50 % (45 to 55)"),
        (5_000, 2, "about 0.04 % (above 0 to 0.14)"),
        (5_000, 5_000, "about 100 % (99 to 100)"),
        (5_000, 150, "about 3 % (2.5 to 3.5)"),
    ],
)
def test_the_ends_of_the_range_are_rounded_outwards(read, found, share):
    assert share in texts(replace(TOLD, any_error=estimate(24_786, read, found)))[0]


@pytest.mark.parametrize("width", [30, 78, 118])
def test_every_line_is_within_the_width(width):
    assert all(line_width(line) <= width for line in estimate_lines(TOLD, width))


def test_a_code_from_outside_is_drawn_safely():
    rows = (("\x1b[31mX\n", estimate(24_786, 400, 12)),)
    assert all("\x1b" not in text for text in texts(replace(TOLD, by_code=rows)))
