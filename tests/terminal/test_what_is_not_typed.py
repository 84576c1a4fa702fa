"""Bytes from a terminal that nobody typed, keys while the program starts, and pages as pastes."""

import shlex

import pytest

from support.terminal import IVSCOPE, Terminal

DEMO = (*IVSCOPE, "--demo", "--world", "quiet")

LISTED = "2 stages, all read"

ANSWERS = {
    "broken mouse report": b"\x1b[<32;NaN;NaNM",
    "mouse reports that nobody asked for": b"\x1b[<0;10;5M\x1b[<0;10;5m\x1b[M !!\x1b[M#!!",
    "colour": b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
    "clipboard": b"\x1b]52;c;TSBMIFogRg==\x07",
    "device and version": b"\x1b[?62;22c\x1b[>0;276;0c\x1bP>|XTerm(388)\x1b\\",
    "size of nothing": b"\x1b[48;0;0;0;0t\x1b[48;1;1;0;0t",
    "key of another protocol": b"\x1b[1086::106;1u\x1b[106;1:3u",
    "8-bit report": b"\x9b<0;1;1M\x9b?62;22c",
    "text that is no UTF-8": b"\xe9\xff\xc3",
}


@pytest.fixture(scope="module")
def terminal():
    with Terminal(DEMO) as started:
        yield started.until(LISTED).until("API 0/").until_quiet()


@pytest.mark.parametrize("raw", ANSWERS.values(), ids=ANSWERS)
def test_what_was_not_typed_starts_nothing(terminal, raw):
    terminal.press("j", "k").until_quiet()
    before = terminal.screen
    terminal.send(raw).until_quiet(0.3)
    assert terminal.screen == before


def test_an_unreadable_byte_in_a_name_is_one_sign_in_the_prompt(terminal):
    terminal.send(b"/Jos\xe9x").until("Jos\ufffdx")
    terminal.press("esc").until(LISTED)


@pytest.mark.parametrize("text", ["*" * 150_000, "a b " * 40_000, "/" + "(a|" * 50_000])
def test_a_page_of_text_pasted_into_a_prompt_holds_no_key_up(text):
    with Terminal(DEMO) as terminal:
        terminal.until(LISTED).press("enter").until("sessions, all read").press("enter")
        terminal.until("participants, all read").press("enter").until("events, all read")
        for prompt in ("&", "/"):
            terminal.press(prompt).until_quiet().paste(text).until_quiet(0.3)
            terminal.press("esc").until("events, all read", timeout=5)


def takes_keys(terminal):
    """Whether it has the terminal, and asks it what it knows: nothing is on screen yet."""
    return b"\x1b[?2026$p" in terminal.raw


@pytest.mark.parametrize("shown", [takes_keys, "reading stages"])
def test_a_key_of_leaving_ends_it_from_the_first_moment_on(shown):
    with Terminal(DEMO) as terminal:
        terminal.until(shown if isinstance(shown, str) else lambda: shown(terminal))
        assert terminal.press("ctrl+q").exit_code() == 0


def test_keys_typed_while_it_starts_are_kept_in_order_and_done():
    with Terminal(DEMO) as terminal:
        terminal.until(lambda: takes_keys(terminal)).press(":", *"tz Asia/Tokyo", "enter", "?")
        terminal.until("HELP words or a key").press("esc").until("Asia/Tokyo")


def test_answers_do_not_stand_at_the_prompt_after_a_program_that_was_quit_at_once():
    with Terminal(("sh", "-c", f"{shlex.join(DEMO)}; echo ended; head -n 1")) as terminal:
        terminal.until("reading stages")
        terminal.press("ctrl+q").send(b"\x1b[?2026;2$y").until("ended").until_quiet(0.3)
        assert "2026" not in terminal.text
        assert b"\x1b[?2048$p" not in terminal.raw
