"""TypedInput: keys and pastes come out as they were typed, and nothing that was not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

from ivscope.terminal.typed_input import MOST_PASTED, Pasted, TypedInput

DELAY = 0.1
GAP = 0.02
"""Seconds between two pieces of a slow line; shorter than the delay of Esc."""

NOT_TYPED = {
    "colour with BEL": b"\x1b]11;rgb:0000/0000/0000\x07",
    "colour with ST": b"\x1b]4;1;rgb:cdcd/0000/0000\x1b\\",
    "colour in 8 bits": b"\x9d11;rgb:0/0/0\x9c",
    "clipboard": b"\x1b]52;c;aGVsbG8gTSBMIFo=\x07",
    "title": b"\x1b]lMy Long title; q\x1b\\",
    "version": b"\x1bP>|XTerm(388)\x1b\\",
    "setting": b"\x1bP1$r0m\x1b\\",
    "capability": b"\x1bP1+r544e=787465726d\x1b\\",
    "graphics": b"\x1b_Gi=31;OK\x1b\\",
    "device": b"\x1b[?62;22c",
    "device in 8 bits": b"\x9b?62;22c",
    "device as C1 in UTF-8": b"\xc2\x9b>0;276;0c",
    "cursor": b"\x1b[13;1R",
    "status": b"\x1b[0n",
    "size": b"\x1b[8;40;120t",
    "size of nothing, which the toolkit divides by": b"\x1b[48;0;0;0;0t",
    "mode nobody asked for": b"\x1b[?2048;1$y",
    "keyboard protocol": b"\x1b[?1u",
    "key with an alternate": b"\x1b[1086::106;1u",
    "key that is no character": b"\x1b[99999999;1u",
    "other key protocol": b"\x1b[27;5;300~",
    "mouse without numbers": b"\x1b[<32;NaN;NaNM",
    "mouse far away": b"\x1b[<35;99999999999999999999;1M",
    "mouse of urxvt": b"\x1b[32;5;7M",
    "first mouse": b"\x1b[M !!",
    "first mouse, far": b"\x1b[M \x9b\xe9",
    "first mouse, as text": b"\x1b[M\xc3\xa9!",
    "end of a paste that never began": b"\x1b[201~",
    "key of a keypad nobody knows": b"\x1bO~",
}

keys = st.sampled_from(sorted(set(ANSI_SEQUENCES_KEYS) - {"\x1b", "\x1b\x1b", "\x9b"}))
texts = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=3)


def typed_input() -> TypedInput:
    return TypedInput(DELAY, ANSI_SEQUENCES_KEYS.__contains__)


def taken(*pieces: bytes, gap: float = GAP) -> list[str | Pasted]:
    """What comes out of pieces with a gap between them, and silence at the end."""
    typed = typed_input()
    now = 100.0
    out: list[str | Pasted] = []
    for piece in pieces:
        now += gap
        out += typed.tick(now)
        out += typed.feed(piece, now)
    return out + typed.tick(now + DELAY)


@given(st.lists(keys | texts, max_size=6), st.integers(0, 30))
def test_keys_come_out_as_they_were_typed_wherever_a_slow_line_cuts_them(typed, cut):
    raw = "".join(typed).encode()
    expected = [part for key in typed for part in ([key] if key[0] == "\x1b" else key)]
    assert taken(raw) == expected
    assert taken(raw[:cut], raw[cut:]) == expected


@pytest.mark.parametrize("raw", NOT_TYPED.values(), ids=NOT_TYPED)
def test_what_was_not_typed_starts_nothing_wherever_a_slow_line_cuts_it(raw):
    for cut in range(len(raw)):
        assert taken(raw[:cut], raw[cut:] + b"j") == ["j"], cut


@pytest.mark.parametrize("raw", NOT_TYPED.values(), ids=NOT_TYPED)
def test_of_an_answer_torn_behind_its_esc_only_the_esc_counts(raw):
    if raw[:1] == b"\x1b" and raw not in {b"\x1b[0n", b"\x1bO~"}:
        assert taken(raw[:1], raw[1:], b"j", gap=DELAY * 2) == ["\x1b", "j"]


@given(st.lists(st.binary(max_size=12), max_size=5), st.floats(0, 3))
def test_whatever_bytes_come_the_keys_after_a_pause_are_done(pieces, gap):
    typed = typed_input()
    now = 100.0
    for piece in pieces:
        now += gap
        typed.feed(piece, now)
    for key in ("\x03", "\x11"):
        now += 2
        assert typed.feed(key.encode(), now)[-1:] == [key]


@given(st.lists(st.binary(max_size=12), max_size=8))
def test_only_characters_known_keys_reports_and_pastes_come_out(pieces):
    for part in taken(*pieces):
        if not isinstance(part, Pasted) and len(part) > 1:
            is_alt = len(part) == 2 and part[0] == "\x1b"
            assert (
                is_alt
                or part in ANSI_SEQUENCES_KEYS
                or part[:3] in {"\x1b[<", "\x1b[?"}
                or (part in {"\x1b[I", "\x1b[O"})
            )


@pytest.mark.parametrize("raw", [b"Jos\xe9 ", b"\xff\xfej", b"\xc3", b"\xe2\x82j"])
def test_bytes_that_are_no_text_are_one_sign_and_take_no_key_with_them(raw):
    out = taken(raw, b"k")
    assert out[-1] == "k"
    assert "".join(map(str, out)).encode("utf-8").count("\ufffd".encode()) >= 1


def test_a_lone_esc_is_a_key_when_its_delay_is_over_and_no_earlier():
    typed = typed_input()
    assert typed.feed(b"\x1b", 10) == []
    assert typed.tick(10 + DELAY / 2) == []
    assert typed.wait(10 + DELAY / 2, 1) == pytest.approx(DELAY / 2)
    assert typed.tick(10 + DELAY) == ["\x1b"]
    assert typed.wait(10 + DELAY, 1) == 1


def test_an_esc_that_was_waited_for_too_long_is_not_lost():
    typed = typed_input()
    typed.feed(b"\x1b", 10)
    assert typed.feed(b"j", 15) == ["\x1b", "j"]


@pytest.mark.parametrize("cut", range(20))
def test_a_paste_is_one_text_wherever_it_is_cut(cut):
    raw = b"\x1b[200~a\0\xc3\xa9\x1b[Mq\xe9\x1b[201~"
    assert taken(raw[:cut], raw[cut:] + b"j") == [Pasted("a\xe9\x1b[Mq\ufffd"), "j"]


def test_a_paste_longer_than_any_use_is_cut():
    raw = b"\x1b[200~" + b"a" * (MOST_PASTED + 5) + b"\x1b[201~j"
    pieces = [raw[at : at + 4096] for at in range(0, len(raw), 4096)]
    assert taken(*pieces) == [Pasted("a" * MOST_PASTED), "j"]


@pytest.mark.parametrize("key", [b"\x03", b"\x11"])
def test_a_paste_without_an_end_holds_no_key_of_leaving_up(key):
    assert taken(b"\x1b[200~abc", key, gap=2) == [key.decode()]
    assert taken(b"\x1b[200~abc", b"d" + key + b"\x1b[201~", gap=2)[0].text == "abcd" + key.decode()


def test_what_a_report_lacks_does_not_come_after_a_second():
    assert taken(b"\x1b[<35;12", b"j", gap=2) == ["j"]
    assert taken(b"\x1b]11;rgb:", b"j", gap=2) == ["j"]


def test_the_answer_to_the_question_of_the_start_is_noticed():
    typed = typed_input()
    typed.feed(b"\x1b[?2048;0$y", 10)
    assert not typed.was_answered
    assert typed.feed(b"\x1b[?2026;2$y", 10) == ["\x1b[?2026;2$y"]
    assert typed.was_answered
