"""TypingLine: nothing keeps it once it is gone."""

import gc
import weakref

from textual.app import App

from ivscope.ui.status_area import TypingLine


async def test_lines_that_were_removed_are_freed_while_their_screen_goes_on():
    app = App[None]()
    gone = []
    async with app.run_test() as pilot:
        for _ in range(5):
            line = TypingLine()
            await app.screen.mount(line)
            gone.append(weakref.ref(line))
            await line.remove()
            del line
            await pilot.pause()
        gc.collect()
        # Textual keeps what it handled last until it handles something else.
        assert sum(line() is not None for line in gone) <= 1
