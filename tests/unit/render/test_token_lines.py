"""The token comparison as lines, side by side and inline."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from ivscope.domain.events import TOKEN_EXCHANGED, Event
from ivscope.domain.stages import ParticipantScope
from ivscope.domain.times import UnreadableTime
from ivscope.domain.token_comparison import compare_tokens
from ivscope.domain.tokens import ParticipantToken
from ivscope.export.clippings import event_markdown, token_markdown
from ivscope.render.cells import line_width
from ivscope.render.event_rows import about_event
from ivscope.render.lines import Role
from ivscope.render.token_lines import token_lines, token_verdict
from support.case_files import case

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
    assert _texts(_lines(BEFORE, AFTER, 76)) == [
        "Verdict    gained PUBLISH; 2 attributes changed; 1 attribute added; 1",
        "           attribute removed; expires 1 h later",
        "Change   What              Before                   After",
        "added    PUBLISH           absent                   PUBLISH",
        "added    new               absent                   empty",
        "removed  old               x                        absent",
        "changed  role              viewer                   host",
        "changed  room              studio-17-left           studio-42-left",
        "changed  expiration        2025-11-12 21:54:53 UTC  2025-11-12 22:54:53 UTC",
        "Time left  1 h 00 min before, 2 h 00 min after (at the exchange)",
        "Same       3 (SUBSCRIBE, lang, user id)",
    ]


def test_inline_below_76_cells():
    assert _texts(_lines(BEFORE, AFTER, 75))[2:12] == [
        "+ capability PUBLISH",
        "+ attribute new: empty",
        "- attribute old: x",
        "- attribute role: viewer",
        "+ attribute role: host",
        "- attribute room: studio-17-left",
        "+ attribute room: studio-42-left",
        "- expiration: 2025-11-12 21:54:53 UTC",
        "+ expiration: 2025-11-12 22:54:53 UTC",
        "Time left  1 h 00 min before, 2 h 00 min after (at the exchange)",
    ]


@pytest.mark.parametrize("width", [60, 90])
def test_only_the_changed_part_of_a_value_is_marked(width):
    spans = [span for line in _lines(BEFORE, AFTER, width) for span in line]
    assert {span.text for span in spans if span.role is Role.ADDED} >= {"42", "host"}
    assert {span.text for span in spans if span.role is Role.REMOVED} >= {"17", "viewer"}


def test_unfolded_rows_show_what_stayed_the_same():
    folded, unfolded = _texts(_lines(BEFORE, AFTER)), _texts(_lines(BEFORE, AFTER, fold=False))
    assert not any(text.startswith("same") for text in folded)
    assert sum(text.startswith("same") for text in unfolded) == 3
    assert "  attribute lang: de" in _texts(_lines(BEFORE, AFTER, 50, fold=False))


def test_no_difference_is_one_verdict_and_a_count():
    texts = _texts(_lines(BEFORE, BEFORE))
    assert texts[0] == "Verdict    no difference"
    assert texts[-1].startswith("Same       7 (SUBSCRIBE, lang, old")
    assert not any(text.startswith("Change") for text in texts)


def test_a_missing_token_marks_nothing_as_added():
    lines = _lines(None, AFTER, 80)
    assert _texts(lines)[0].startswith("Verdict    previous token not given; new token allows")
    assert "capability PUBLISH" in _texts(lines)
    assert "attribute new: empty" in _texts(lines)
    assert not any(span.role is Role.ADDED for line in lines for span in line)
    assert _texts(_lines(None, None)) == ["Verdict    neither token given"]


def test_values_that_look_like_our_words_are_quoted():
    before = ParticipantToken(attributes=(("a", "absent"), ("b", "")))
    texts = "\n".join(_texts(_lines(before, ParticipantToken(attributes=()), 60)))
    assert '- attribute a: "absent"' in texts
    assert "- attribute b: empty" in texts


def test_a_token_that_was_over_is_told():
    after = ParticipantToken(expiration_time=AT - timedelta(minutes=5))
    texts = _texts(_lines(BEFORE, after))
    assert "Time left  1 h 00 min before, over by 5 min 00 s after (at the exchange)" in texts


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
        (_token(), _token(hours=-1), "expires 2 h earlier; new token was already over"),
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
        assert f"Verdict    capabilities {said}" in shown
        assert not re.search("gained|lost|added|removed|^[+-]", shown, re.MULTILINE)
        assert not {span.role for line in lines for span in line} & {Role.ADDED, Role.REMOVED}
        for copy in (token_markdown(event), event_markdown(event, SCOPE, None)):
            assert f"capabilities {said}" in copy
            assert not re.search("gained|lost|^[+]", copy, re.MULTILINE)


def test_a_part_that_only_one_token_has_is_marked_as_unknown():
    before, after = (
        ParticipantToken(("PUBLISH",), user_id="ana"),
        ParticipantToken(attributes=(("role", "host"), ("seat", ""))),
    )
    assert _texts(_lines(before, after, 60))[3:] == [
        "? capabilities: absent now, given before",
        "? capability PUBLISH: not told now, given before",
        "? attributes: given now, absent before",
        "? attribute role: host (given now, not told before)",
        "? attribute seat: empty now, not told before",
        "? user id: ana (absent now, given before)",
    ]
    exchange = Event(TOKEN_EXCHANGED, "a", AT, previous_token=before, new_token=after)
    assert token_markdown(exchange).splitlines()[3:-1] == [
        "? capabilities: absent now, given before",
        "? capability PUBLISH: not told now, given before",
        "? attributes: given now, absent before",
        "? attribute role: host (given now, not told before)",
        "? attribute seat: empty now, not told before",
        "? user id: ana (absent now, given before)",
    ]
