"""Hostile text from the keyboard and the clipboard: into the prompt, and past it."""

import re
from base64 import b64encode

from support.hostile_world import BODIES, CASES, HostileWorld, stage_arn
from support.terminal import sequence_kinds
from support.walks import ivscope_over

CLEAR = "\x15"
"""Ctrl+U: empties the prompt."""


def test_pasting_and_typing_hostile_text_into_the_prompt_sends_nothing_but_text():
    with ivscope_over(HostileWorld(), columns=120, rows=40) as terminal:
        terminal.until("100 stages read").press("/").until_quiet()
        before = sequence_kinds(terminal.raw)
        for value in CASES.values():
            terminal.paste(value[:4000]).until_quiet(0.03).press(CLEAR)
        typed = [v for v in CASES.values() if v.isprintable() and len(v) < 100]
        for value in typed:
            terminal.press(value).until_quiet(0.02).press(CLEAR)
        # An Esc with more behind it would be part of another key.
        terminal.press("esc").until(lambda: "FILTER" not in terminal.text, 60).until_quiet()
        for value in (*CASES.values(), *BODIES.values()):
            terminal.paste(value[:4000]).until_quiet(0.03)
        terminal.until_quiet(0.3)
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0
        assert sequence_kinds(terminal.raw) - before - DRAWING - RESTORING == set()


DRAWING = {b"CSI G"}
"""What two changes in one line have between them: the first screens need not have had any."""

RESTORING = {
    *(b"\x1b[?1049l", b"\x1b[?2004l", b"\x1b[?1004l", b"\x1b[?25h", b"\x1b[?7h"),
    *(b"CSI <u", b"CSI J"),
}
"""What the end of the program adds."""


def test_a_paste_that_ends_itself_types_keys_and_opens_nothing_dangerous():
    with ivscope_over(HostileWorld(), columns=120, rows=40) as terminal:
        terminal.until("100 stages read")
        terminal.send(b"\x1b[200~x\x1b[201~\x1b]52;c;?\x07\x1b[201~").until_quiet(0.3)
        terminal.press("esc").until_quiet(0.2)
        terminal.press("j").until("stages read").press("ctrl+q")
        assert terminal.exit_code() == 0
        assert set(_ON_CLIPBOARD.findall(terminal.raw)) <= {b64encode(stage_arn(0).encode())}


_ON_CLIPBOARD = re.compile(rb"\x1b\]52;c;([^\x07\x1b]*)")
"""The letter c that was typed copies the row's own ARN; no question to the clipboard is sent."""
