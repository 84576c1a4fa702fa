"""The five minutes of README: a person presses what stands there, and sees what it promises."""

import re

from support.explorer import explorer
from support.tree import ROOT

NO_KEYS = {"ivscope --demo", "fri-night-live", "st-dxMFysKnE9UAk", "priya-guest"}
"""What is set as code in that section, and is not pressed."""

NAMES = {"Enter": "enter", "Esc": "escape", "!": "exclamation_mark", "?": "question_mark"}

STEPS = (
    # What is pressed, and what is on screen when it is done.
    ("Enter", "all 5 sessions read"),
    ("j", "▌- ended  2026-11-23 20:30:29"),
    ("Enter", "40 participants, all read"),
    ("i", "7 participants got INTERNAL_SERVER_EXCEPTION"),
    ("Esc", "40 participants, all read"),
    ("/priya", "FILTER priya"),
    ("Enter", "61 events, all read"),
    ("e", "error 5 of 5"),
    ("e", "error 4 of 5"),
    ("e", "12 others were publishing in that second"),
    ("z", "mara-host rJ8znbQQyqev"),
    ("Esc", "error 3 of 5"),
    ("!", "5 shown of 61"),
    ("!", "61 events, all read"),
    ("I", "12 of 12"),
    ("Esc", "error 3 of 5"),
    ("y", "COPY "),
    ("e", "(OSC 52)"),
    ("Esc", "1 shown of 40"),
    ("/", "FILTER"),
    ("Esc", "dana-phone"),
    ("/jos", "FILTER jos"),
    ("Enter", "72 events, all read"),
    ("x", "21:02:31 TOKEN_EXCHANGED"),
    ("?", "Enter do it"),
    ("q", ""),
)


def test_the_keys_are_those_of_the_section():
    section = (ROOT / "README.md").read_text("utf-8").partition("## The first five minutes")[2]
    steps = section.partition("\nWithout step 2")[0]
    pressed = [span for span in re.findall(r"`([^`]+)`", steps) if span not in NO_KEYS]
    assert pressed == [keys for keys, _ in STEPS]


async def test_every_step_shows_what_it_says():
    async with explorer(fold=True) as journey:
        await journey.until("fri-night-rival")
        for keys, shown in STEPS[:-1]:
            if len(keys) > 1 and keys.startswith("/"):
                await journey.press("slash")
                await journey.type(keys[1:])
            else:
                await journey.press(NAMES.get(keys, keys.replace("/", "slash")))
            if keys == "i":
                with journey.unlimited():
                    await journey.until("43 errors of 24 participants")
                    await journey.until("ALL READ")
            await journey.until(shown)
