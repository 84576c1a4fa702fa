"""Bars and tails of lists."""

import time
from dataclasses import replace

import pytest

from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.render.bars import (
    Budget,
    Crumb,
    ListStatus,
    failure_trouble,
    header_line,
    status_line,
    tail_lines,
    trouble_lines,
)
from ivscope.render.cells import line_width
from ivscope.settings.commands import DEFAULT_KEYS


def _text(line):
    return "".join(span.text for span in line)


def test_the_note_of_an_empty_list_is_never_cut():
    note = "The API answers so for unknown ids too; how long it keeps events is not documented."
    lines = tail_lines(ListStatus("events", 0, has_more=False, empty_note=(note,)), 40)
    assert all(line_width(line) <= 40 for line in lines)
    assert " ".join(_text(line).strip() for line in lines) == note


@pytest.mark.parametrize(
    ("count", "is_beside", "is_whole"),
    [(0, False, True), (100, False, False), (100, True, True)],
    ids=["no rows", "told above the lowest lines", "beside the list that is told of there"],
)
def test_the_cause_of_a_failure_is_told_once_on_a_screen(count, is_beside, is_whole):
    failure = ProviderFailure(
        FailureKind.SERVICE, "IVS failed", "Wait.", retryable=True, code="500", request_id="r-1"
    )
    status = ListStatus("events", count, has_more=True, failure=failure)
    told = "\n".join(_text(line) for line in tail_lines(status, 80, is_beside=is_beside))
    assert ("IVS failed" in told) == is_whole
    assert ("Wait." in told) == is_whole
    assert "Request id  r-1" in told
    assert "r: reading goes on from where it stopped" in told
    assert ("100 events read before it are kept." in told) == (count > 0)


def test_what_reads_again_is_named_by_the_keys_in_force_and_by_none_in_commands():
    remedy = "Press r to retry; if it goes on, wait, then press r."
    failure = ProviderFailure(FailureKind.NETWORK, "cannot reach it", remedy, retryable=True)
    keys = {**DEFAULT_KEYS, "read.again": "f5", "read.restart": "f6"}
    status = ListStatus("events", 3, has_more=True, failure=failure, can_restart=True)
    said = "Press F5 to retry; if it goes on, wait, then press F5."
    told = trouble_lines([failure_trouble(failure)], 80, keys)
    assert said in "".join(map(_text, told))
    beside = tail_lines(status, 80, keys=keys, is_beside=True)
    assert said in " ".join(map(_text, beside))
    assert "Press F5: reading goes on" in " ".join(map(_text, beside))
    assert "FAILED · F5 retries · F6 reads anew" in _text(
        status_line(status, Budget(0, 0), "", 80, keys)
    )
    assert failure.step() == "Run it again; if it goes on, wait, then run it again."


@pytest.mark.parametrize("is_final", [False, True])
def test_a_trouble_that_only_a_new_start_mends_cannot_be_retried(is_final):
    failure = ProviderFailure(
        FailureKind.CREDENTIALS,
        "no keys",
        "Start again.",
        retryable=False,
        needs_new_start=is_final,
    )
    assert failure_trouble(failure).can_retry is not is_final


def test_a_name_of_ten_megabytes_costs_the_header_nothing():
    crumbs = (Crumb("demo"), Crumb("x" * 10_000_000, "\x1b" * 10_000_000), Crumb("last"))
    started = time.process_time()
    for _ in range(10):
        line = header_line(crumbs, (Crumb("UTC"),), 80)
    assert time.process_time() - started < 0.5
    assert line_width(line) == 80
    assert "last" in _text(line)


LONG = "x" * 300
INWARDS = "\u203a"


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_the_header_keeps_stage_session_account_and_region_beside_names_of_any_length(width):
    crumbs = (
        Crumb("fri-night-live " + LONG, rank=1, is_free=True),
        Crumb("27 Nov 20:30-21:24 (53 min, ended)", "27 Nov 20:30-21:24", rank=2),
        Crumb(f"{LONG} tAv0YThNuP8y", LONG, rank=5, is_free=True),
    )
    right = (
        Crumb(f"{LONG} ·", "", rank=6, is_free=True),
        Crumb("123456789012", "·9012", rank=3),
        Crumb("us-west-2"),
        Crumb("UTC"),
    )
    text = _text(header_line(crumbs, right, width))
    assert len(text) == width
    assert text.startswith("fri-night-liv")
    assert f" {INWARDS} 27 Nov 20:30-21:24 {INWARDS} xxxxxxx" in text
    assert text.endswith("9012 us-west-2 UTC")


def test_a_header_with_room_says_everything_in_full():
    crumbs = (Crumb("live"), Crumb("27 Nov 20:30 (5 min, live)", "27 Nov 20:30, live", rank=2))
    right = (Crumb("demo ·", "", rank=6), Crumb("123456789012", "·9012", rank=3), Crumb("UTC"))
    assert _text(header_line(crumbs, right, 60)) == (
        f"live {INWARDS} 27 Nov 20:30 (5 min, live)    demo · 123456789012 UTC"
    )
    assert _text(header_line(crumbs, right, 40)) == (
        f"live {INWARDS} 27 Nov 20:30, live      ·9012 UTC"
    )


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_status_line_of_a_failure_holds_its_cause_and_its_keys(width):
    failure = ProviderFailure(FailureKind.INVALID, "nextToken: expired\x1b[2J", "", retryable=False)
    status = ListStatus("events", 200, has_more=True, failure=failure, extra=("0 errors",))
    text = _text(status_line(status, Budget(0, 4), "", width))
    assert len(text) == width
    assert "r retries" in text
    assert "nextToken: " in text or width < 80
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("budget", "word", "told"),
    [
        (Budget(1, 4, waited_seconds=1.9, waits_for="ivs.example"), "READING", False),
        (Budget(1, 4, waited_seconds=12.4, waits_for="SSO of profile team"), "READING 12 s", True),
    ],
)
def test_a_call_that_takes_long_names_what_it_waits_for_and_since_when(budget, word, told):
    status = ListStatus(noun="stages", count=0, has_more=True, reading=True)
    text = _text(status_line(status, budget, "", 80))
    assert text.rstrip().endswith(word)
    assert (f"waiting for {budget.waits_for}" in text) == told


@pytest.mark.parametrize("state", [{"waiting": True}, {"reading": True}])
def test_following_says_the_same_while_a_quick_call_looks_for_news(state):
    rest = ListStatus(noun="events", count=77, has_more=False)
    looking = replace(rest, is_looking_for_news=True, **state)
    answered = replace(looking, is_looking_for_news=False)

    def drawn(status, word, seconds=0.1):
        return status_line(status, Budget(1, 4, waited_seconds=seconds), word, 80)

    assert drawn(looking, "FOLLOWING") == drawn(rest, "FOLLOWING")
    assert "all read" not in _text(drawn(looking, "FOLLOWING", 2.0)), "a slow call"
    assert "all read" not in _text(drawn(answered, "FOLLOWING")), "a page of news came"
    assert "READING" in _text(drawn(looking, "")), "asked for by hand"


def test_calls_that_aws_refused_are_told_with_the_pace_that_is_left():
    status = ListStatus("events", 100, has_more=True)
    budget = Budget(1, 4, refusals=3, slowed_to=1.25)
    wide, narrow = (_text(status_line(status, budget, "", width)) for width in (120, 80))
    assert "calls refused by AWS: 3, of others perhaps too, about 1.2 a second now" in wide
    slowest = _text(status_line(status, Budget(0, 4, refusals=3, slowed_to=0.05), "", 120))
    assert "of others perhaps too, about 3 a minute now" in slowest
    assert "API 1/4, 3 refused" in narrow
    assert "refused" not in _text(status_line(status, Budget(1, 4), "", 120))


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (90, "2,161 events, all read · filter: x · 43 errors · newest first"),
        (70, "2,161 events, all read · filter: x · 43 errors"),
        # The order fits where the longer fact before it does not.
        (59, "2,161 events, all read · filter: x · newest"),
        (42, "2,161 events, all read · filter…"),
    ],
)
def test_a_fact_that_does_not_fit_is_left_out_for_one_that_does(width, shown):
    order = "newest" if width == 59 else "newest first"
    errors = "43 errors of 24 people" if width == 59 else "43 errors"
    facts = ("filter: x", errors, order)
    status = ListStatus("events", 2_161, has_more=False, extra=facts)
    text = _text(status_line(status, Budget(0, 0), "", width))
    assert text.removesuffix("ALL READ").rstrip() == shown


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (120, "· E 3 of 4 in alerts.log, 1 only there · 40 errors"),
        (80, "1,034 events, all read · all 40 participants · E 3 of 4 "),
        (66, "1,034 events, all read · all 40 participants   "),
    ],
)
def test_the_meaning_of_the_marks_is_kept_longer_than_errors_and_order(width, shown):
    extra = ("all 40 participants", "40 errors", "sorted by time")
    told = ("E 3 of 4 in alerts.log, 1 only there", "E 3 of 4")
    status = ListStatus(
        noun="events",
        count=1_034,
        has_more=False,
        all_read="ALL READ 20:59:59",
        extra=extra,
        told=told,
    )
    text = _text(status_line(status, Budget(0, 0), "", width))
    assert shown in text
    assert text.endswith("ALL READ 20:59:59")
    few = _text(status_line(replace(status, extra=extra[:1]), Budget(0, 0), "", width))
    assert ("· E 3 of 4" in few) is (width > 66)


@pytest.mark.parametrize("shown", [None, 0, 3])
def test_nothing_is_said_of_all_while_rows_are_still_to_be_filtered_or_sorted(shown):
    done = ListStatus("events", 900, has_more=False, shown=shown)
    half = replace(done, to_look_at=600)
    said = "\n".join(map(_text, (status_line(half, Budget(0, 4), "", 120), *tail_lines(half, 80))))
    assert "all" not in said.lower()
    assert "match" not in said
    assert "600 TO LOOK AT" in said
    assert "... 600 events to filter or sort in" in said
    if shown is not None:
        assert f"{shown} shown of 300 looked at, 900 events read" in said
    said = "\n".join(map(_text, (status_line(done, Budget(0, 4), "", 120), *tail_lines(done, 80))))
    assert "ALL READ" in said
