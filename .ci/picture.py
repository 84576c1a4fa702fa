"""Draws README's picture: the explorer on the demo world, at the error that this names."""  # noqa: INP001 - a script

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / ".ci" / "picture.svg"

PARTICIPANT = "priya-guest"
MOMENT = "20:47:12 UTC"
"""Of the first QUOTA_EXCEEDED: only the title of the detail writes it so."""


async def draw() -> str:
    """Walk there by keys; returns the SVG."""
    from support.explorer import at, explorer  # noqa: PLC0415 - after the settings

    async with explorer(at(), fold=True) as journey:
        await journey.until("40 participants, all read")
        # The sweep of the session: without it nobody knows how many were publishing.
        await journey.press("i")
        await journey.until(lambda: "ALL READ" in journey.screen[0], within=40)
        await journey.press("escape")
        await journey.until("40 participants, all read")
        await _press_until(journey, "j", lambda: PARTICIPANT in _marked_row(journey.screen))
        await journey.press("enter")
        await journey.until("61 events, all read")
        await _press_until(journey, "e", lambda: MOMENT in journey.text)
        await journey.until("12 others were publishing")
        await journey.settled()
        return journey.app.export_screenshot(title="ivscope --demo")


async def _press_until(journey, key: str, condition: Callable[[], bool]) -> None:  # noqa: ANN001 - of the tests
    for _ in range(100):
        if condition():
            return
        await journey.press(key)
        await journey.settled()
    raise AssertionError(f"{key} did not lead there; the screen:\n{journey.text}")


def _marked_row(screen: list[str]) -> str:
    return next((line for line in screen if line.startswith(("\u258c", ">"))), "")


def main() -> None:
    """Write the picture."""
    sys.path.insert(0, str(ROOT / "tests"))
    from ivscope.terminal.settings import toolkit_settings  # noqa: PLC0415 - the explorer as users see it

    os.environ.update(toolkit_settings({}), TZ="UTC")
    lines = asyncio.run(draw()).splitlines()
    PICTURE.write_text("\n".join(line.rstrip() for line in lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
