"""Waits until an app under test rests, sooner than Textual's pilot finds out by itself.

The pilot waits twice after each key, each time until the process did next to nothing for 20 ms. A
quarter of that tells more where the event loop and the screen are asked too: while a message is on
its way from one widget to another the loop has something to run, however busy the machine is, and
what changed is drawn here and not when the next frame is due.
"""

import asyncio
import time
from typing import Any

import textual.app
import textual.pilot
from textual._context import active_app

_LOOK_SECONDS = 0.005
"""Time between two looks. Other threads of the process, such as those that read an answer, are seen
at work when they need the processor in between."""

_IDLE_SECONDS = _LOOK_SECONDS / 10
"""Processor time that the looks themselves may take."""


async def rest(min_sleep: float = 0.02, max_sleep: float = 1.0) -> None:
    """Return when the app has nothing to do; stands in for `wait_for_idle` of Textual.

    Args:
        min_sleep: Seconds to wait in any case.
        max_sleep: Seconds after which an app that never rests is waited for no more.
    """
    loop: Any = asyncio.get_running_loop()
    began = time.monotonic()
    while True:
        worked = time.process_time()
        await asyncio.sleep(_LOOK_SECONDS)
        waited = time.monotonic() - began
        is_idle = not loop._ready and time.process_time() - worked < _IDLE_SECONDS
        if waited >= max_sleep or (is_idle and not _drew() and waited > min_sleep):
            return


def _drew() -> bool:
    """Draw what has changed, if anything has."""
    app: Any = active_app.get(None)
    if app is None or not app.screen_stack:
        return False
    if not app.screen._update_timer._active.is_set():
        return False
    app.screen._on_timer_update()
    return True


def rest_in_pilots() -> None:
    """Let every pilot wait this way."""
    module: Any
    for module in (textual.app, textual.pilot):
        assert hasattr(module, "wait_for_idle"), "Textual waits in another way now"
        module.wait_for_idle = rest
