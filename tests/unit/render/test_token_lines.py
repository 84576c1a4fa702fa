"""The token comparison as lines, side by side and inline."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivscope.domain.events import TOKEN_EXCHANGED, Event
from ivscope.domain.stages import ParticipantScope
from ivscope.domain.times import UnreadableTime
from ivscope.domain.token_comparison import compare_tokens
from ivscope.domain.tokens import ParticipantToken
from ivscope.export.clippings import event_markdown, token_markdown
from ivscope.findings.token_exchange import HeldToken, Published, TokenHistory
from ivscope.render.cells import line_width
from ivscope.render.event_rows import about_event
from ivscope.render.lines import Role
from ivscope.render.token_lines import (
    errors_since,
    history_lines,
    token_lines,
    token_verdict,
    verdict_line,
)
from support.case_files import case
from support.copied import about

SCOPE = ParticipantScope("arn:aws:ivs:us-west-2:123456789012:stage/x", "st-0000000000000", "a")
AT = datetime(2025, 11, 12, 20, 54, 53, tzinfo=UTC)
BEFORE = ParticipantToken(
    ("SUBSCRIBE",),
    (("lang", "de"), ("role", "viewer"), ("room", "studio-17-left"), ("old", "x")),
    "ana",
    AT + timedelta(hours=1),
)
AFTER = ParticipantToken(
    ("SUBSCRIBE", "PUBLISH"),
    (("lang", "de"), ("role", "host"), ("room", "studio-42-left"), ("new", "")),
    "ana",
    AT + timedelta(hours=2),
)


def _texts(lines):
    return ["".join(span.text for span in line) for line in lines]


def _lines(before, after, width=80, **options):
    return token_lines(compare_tokens(before, after, AT), width, UTC, **options)


def test_side_by_side_from_76_cells():
    assert [text.rstrip() for text in _texts(_lines(BEFORE, AFTER, 76))] == [
        "            BEFORE                             AFTER",
        "capability  SUBSCRIBE                       +  PUBLISH SUBSCRIBE",
        "new         absent                          +  empty",
        "old         x                               -  absent",
        "role        viewer                          ~  host",
        "room        studio-17-left                  ~  studio-42-left",
        "expires     2025-11-12 21:54:53 UTC         ~  2025-11-12 22:54:53 UTC",
        "Time left   1 h 00 min before, 2 h 00 min after (at the exchange)",
        "Same        2 (lang, user id)",
    ]


def test_inline_below_76_cells():
    assert _texts(_lines(BEFORE, AFTER, 75)) == [
        "+ capability PUBLISH",
        "+ attribute new: empty",
        "- attribute old: x",
        "- attribute role: viewer",
        "+ attribute role: host",
        "- attribute room: studio-17-left",
        "+ attribute room: studio-42-left",
        "- expiration: 2025-11-12 21:54:53 UTC",
        "+ expiration: 2025-11-12 22:54:53 UTC",
        "Time left   1 h 00 min before, 2 h 00 min after (at the exchange)",
        "Same        2 (lang, user id)",
    ]


@pytest.mark.parametrize("width", [60, 90])
def test_only_the_changed_part_of_a_value_is_marked(width):
    spans = [span for line in _lines(BEFORE, AFTER, width) for span in line]
    assert {span.text for span in spans if span.role is Role.ADDED} >= {"42", "host"}
    assert {span.text for span in spans if span.role is Role.REMOVED} >= {"17", "viewer"}


def test_no_difference_is_a_count():
    texts = _texts(_lines(BEFORE, BEFORE))
    assert texts[-1].startswith("Same        6 (lang, old")
    assert not set("".join(texts)) & set("+~?")


def test_a_missing_token_marks_nothing_as_added():
    lines = _lines(None, AFTER, 80)
    assert "capability PUBLISH" in _texts(lines)
    assert "attribute new: empty" in _texts(lines)
    assert not any(span.role is Role.ADDED for line in lines for span in line)
    assert _texts(_lines(None, None)) == []


def test_values_that_look_like_our_words_are_quoted():
    before = ParticipantToken(attributes=(("a", "absent"), ("b", "")))
    texts = "\n".join(_texts(_lines(before, ParticipantToken(attributes=()), 60)))
    assert '- attribute a: "absent"' in texts
    assert "- attribute b: empty" in texts


def test_a_token_that_was_over_is_told():
    after = ParticipantToken(expiration_time=AT - timedelta(minutes=5))
    texts = _texts(_lines(BEFORE, after))
    assert "Time left   1 h 00 min before, expired for 5 min 00 s after (at the exchange)" in texts


@pytest.mark.parametrize("width", [20, 33, 60, 76, 100])
def test_long_values_wrap_inside_their_columns(width):
    before = ParticipantToken(attributes=(("k" * 60, "漢" * 200),), user_id="x" * 128)
    after = ParticipantToken(attributes=(("k" * 60, "漢" * 199 + "\x1b"),), user_id="y" * 128)
    lines = _lines(before, after, width)
    assert all(line_width(line) <= width for line in lines)
    text = "".join(_texts(lines))
    assert text.count("漢") == 399
    assert text.count("x") >= 128


def _token(capabilities=("SUBSCRIBE",), role="viewer", hours=1):
    return ParticipantToken(
        capabilities, (("role", role), ("seat", "3")), "ana", AT + timedelta(hours=hours)
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            _token(),
            ParticipantToken(
                ("SUBSCRIBE", "PUBLISH"),
                (("role", "host"), ("seat", "1")),
                "ana",
                AT + timedelta(hours=2),
            ),
            "gained PUBLISH; 2 attributes changed; expires 1 h later",
        ),
        (_token(), _token(), "no difference"),
        (_token(("PUBLISH",)), _token(), "gained SUBSCRIBE; lost PUBLISH"),
        (_token(hours=2), _token(hours=1), "expires 1 h earlier"),
        (_token(), _token(hours=-1), "expires 2 h earlier; new token had already expired"),
        (
            None,
            _token(("SUBSCRIBE", "PUBLISH")),
            "previous token not given; new token allows PUBLISH, SUBSCRIBE",
        ),
        (_token(), None, "new token not given; previous token allowed SUBSCRIBE"),
        (None, None, "neither token given"),
        (_token(("PUBLISH",)), _token(("PUBLISH", "FLY")), "gained FLY"),
        (
            ParticipantToken(capabilities=()),
            ParticipantToken(),
            "capabilities absent now, empty before",
        ),
        (
            ParticipantToken(),
            ParticipantToken(("PUBLISH",), (("role", "host"),), "ana", AT + timedelta(1)),
            (
                "capabilities given now, absent before; attributes given now, absent before; "
                "user id given now, absent before; expiration given now, absent before"
            ),
        ),
        (
            _token(("PUBLISH", "SUBSCRIBE")),
            _token(None),
            "capabilities absent now, given before",
        ),
        (ParticipantToken(user_id=""), ParticipantToken(user_id="a"), "user id changed"),
        (ParticipantToken(), ParticipantToken(user_id=""), "user id empty now, absent before"),
        (
            ParticipantToken(attributes=(("a", "1"), ("b", ""))),
            ParticipantToken(attributes=(("a", ""), ("c", "1"))),
            "1 attribute changed; 1 attribute added; 1 attribute removed",
        ),
        (
            ParticipantToken(expiration_time=UnreadableTime("soon")),
            ParticipantToken(expiration_time=AT + timedelta(1)),
            "expiration changed",
        ),
    ],
)
def test_the_verdict_says_what_changed(before, after, said):
    assert token_verdict(compare_tokens(before, after, AT)) == said


def test_the_verdict_on_a_single_token_tells_absent_and_empty_apart():
    absent, empty = ParticipantToken(), ParticipantToken(capabilities=())
    for token, told in (
        (absent, "what it does not say (capabilities absent)"),
        (empty, "nothing (capabilities empty)"),
    ):
        after = token_verdict(compare_tokens(None, token, AT))
        assert after == f"previous token not given; new token allows {told}"
        before = token_verdict(compare_tokens(token, None, AT))
        assert before == f"new token not given; previous token allowed {told}"


@pytest.mark.parametrize("name", ["G05", "C06"])
@pytest.mark.parametrize("width", [60, 90])
def test_a_capability_is_not_gained_or_lost_when_one_token_has_no_capabilities(name, width):
    exchanges = [
        row.event
        for served in case(name).view.served.values()
        for row in served.rows
        if row.event.name == TOKEN_EXCHANGED
    ]
    assert exchanges
    for event in exchanges:
        is_new = event.previous_token.capabilities is None
        said = "given now, absent before" if is_new else "absent now, given before"
        assert about_event(event) == f"capabilities {said}"
        comparison = compare_tokens(event.previous_token, event.new_token, event.time)
        lines = token_lines(comparison, width, UTC)
        shown = "\n".join(_texts(lines))
        assert sentence(event.previous_token, event.new_token).startswith(
            f"ana exchanged: capabilities {said}"
        )
        assert not re.search("gained|lost|added|removed|[+]|^-", shown, re.MULTILINE)
        assert not {span.role for line in lines for span in line} & {Role.ADDED, Role.REMOVED}
        for copy in (
            token_markdown(about(event, SCOPE).looked),
            event_markdown(about(event, SCOPE)),
        ):
            assert f"capabilities {said}" in copy
            assert not re.search("gained|lost|^[+]", copy, re.MULTILINE)


def test_a_part_that_only_one_token_has_is_marked_as_unknown():
    before, after = (
        ParticipantToken(("PUBLISH",), user_id="ana"),
        ParticipantToken(attributes=(("role", "host"), ("seat", ""))),
    )
    assert _texts(_lines(before, after, 60)) == [
        "? capabilities: absent now, given before",
        "? capability PUBLISH: not told now, given before",
        "? attributes: given now, absent before",
        "? attribute role: host (given now, not told before)",
        "? attribute seat: empty now, not told before",
        "? user id: ana (absent now, given before)",
    ]
    exchange = Event(TOKEN_EXCHANGED, "a", AT, previous_token=before, new_token=after)
    assert token_markdown(about(exchange, SCOPE).looked).splitlines()[4:-1] == [
        "? capabilities: absent now, given before",
        "? capability PUBLISH: not told now, given before",
        "? attributes: given now, absent before",
        "? attribute role: host (given now, not told before)",
        "? attribute seat: empty now, not told before",
        "? user id: ana (absent now, given before)",
    ]


def sentence(before, after, stopped="", errors=""):
    line = verdict_line(compare_tokens(before, after, AT), "ana", stopped, errors)
    return "".join(span.text for span in line)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (_token(("PUBLISH", "SUBSCRIBE")), _token(), "ana may no longer publish."),
        (_token(), _token(("PUBLISH", "SUBSCRIBE")), "ana may now publish."),
        (
            _token(("PUBLISH",)),
            _token(),
            "ana may now subscribe and may no longer publish.",
        ),
        (_token(("PUBLISH",)), _token(("PUBLISH", "FLY")), "ana may now use FLY."),
        (_token(), _token(), "ana may do what it could before; no difference."),
        (
            _token(),
            _token(role="host"),
            "ana may do what it could before; 1 attribute changed.",
        ),
        (None, None, "ana exchanged: neither token given."),
    ],
)
def test_the_sentence_says_what_somebody_may_do_now(before, after, said):
    assert sentence(before, after) == said


def test_the_sentence_adds_what_followed_as_far_as_it_is_known():
    before, after = _token(("PUBLISH", "SUBSCRIBE")), _token()
    assert sentence(before, after, "in the same second", "2 errors since") == (
        "ana may no longer publish; PUBLISH_STOPPED in the same second; 2 errors since."
    )


HOUR = timedelta(hours=1)
HISTORY = TokenHistory(
    (
        HeldToken(_token(), AT - HOUR, is_joined=True),
        HeldToken(
            _token(("PUBLISH", "SUBSCRIBE"), "cohost", 2),
            AT - HOUR / 2,
            is_joined=False,
            published=(Published(AT - HOUR / 3, AT),),
        ),
        HeldToken(
            _token(("SUBSCRIBE",), "viewer", 2),
            AT,
            is_joined=False,
            errors=(("INSUFFICIENT_CAPABILITIES", 2),),
        ),
    ),
    at=2,
    is_all_read=True,
)


def test_all_tokens_of_a_stay_stand_side_by_side_with_what_happened_under_each():
    texts = [text.rstrip() for text in _texts(history_lines(HISTORY, 120, UTC))]
    assert [text for text in texts if not text.startswith("─")] == [
        (
            "            TOKEN 1 19:54:53 joined                TOKEN 2 20:24:53 exchanged"
            "          TOKEN 3 20:54:53 exchanged"
        ),
        (
            "capability  SUBSCRIBE                           +  PUBLISH SUBSCRIBE"
            "                -  SUBSCRIBE"
        ),
        (
            "role        viewer                              ~  cohost"
            "                           ~  viewer"
        ),
        f"seat        3{' ' * 38}same{' ' * 32}same",
        f"user id     ana{' ' * 36}same{' ' * 32}same",
        (
            "expires     2025-11-12 21:54:53 UTC             ~  2025-11-12 22:54:53 UTC"
            "             same"
        ),
        (
            "time left   2 h 00 min                             2 h 30 min"
            "                          2 h 00 min"
        ),
        (
            "published   never                                  20:34:53 to 20:54:53"
            "                never"
        ),
        (
            "errors      0                                      0"
            "                                   2  INSUFFICIENT_CAPABILITIES"
        ),
    ]


def test_of_more_tokens_than_fit_those_around_the_exchange_are_drawn():
    many = replace(HISTORY, tokens=HISTORY.tokens * 4, at=6)
    texts = _texts(history_lines(many, 120, UTC))
    assert "TOKEN 5" in texts[0]
    assert "TOKEN 8" in texts[0]
    assert texts[-1] == "tokens 5 to 8 of 12"


def test_nothing_is_called_never_that_is_not_read():
    partly = replace(HISTORY, is_all_read=False)
    text = "\n".join(_texts(history_lines(partly, 120, UTC)))
    assert "never" not in text
    assert "not in what was read" in text
    first, second, third = HISTORY.tokens
    endless = replace(second, published=(Published(AT - HOUR / 3, None),))
    text = "\n".join(
        _texts(history_lines(replace(HISTORY, tokens=(first, endless, third)), 120, UTC))
    )
    assert "20:34:53 to an end not known" in text.replace("\n", "")
    assert "not known" in text.partition("published")[2].splitlines()[0]


@pytest.mark.parametrize(
    ("history", "said"),
    [
        (HISTORY, "2 errors since"),
        (replace(HISTORY, is_all_read=False), "2 errors since, of what was read"),
        (replace(HISTORY, at=1), "no error until the next exchange"),
        (replace(HISTORY, at=1, is_all_read=False), ""),
    ],
)
def test_errors_under_the_new_token_are_counted_as_far_as_they_are_read(history, said):
    assert errors_since(history) == said


def test_an_error_in_the_second_of_the_exchange_is_not_said_to_have_come_after_it():
    last = replace(HISTORY.tokens[2], is_error_tied=True)
    tied = replace(HISTORY, tokens=(*HISTORY.tokens[:2], last))
    assert errors_since(tied) == "2 errors since or in that second"
    assert "some in the second" in "".join(_texts(history_lines(tied, 150, UTC)))


@pytest.mark.parametrize("width", [101, 120, 200])
def test_columns_of_hostile_tokens_stay_inside_their_width(width):
    wild = ParticipantToken(("漢" * 50,), (("k" * 60, "x\x1b" * 90),), "y" * 128)
    tokens = tuple(HeldToken(wild, None, is_joined=False) for _ in range(3))
    for line in history_lines(TokenHistory(tokens, 1, is_all_read=True), width, UTC):
        assert line_width(line) <= width
        assert all(span.text.isprintable() for span in line)
