"""An app with one key, p, that prints a text to the normal screen; run as a program of its own."""

import sys
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import Static

from ivscope.ui.taking import print_out

TEXT = "first line\nsecond \x1b[31mline\x1b[0m \\x1b \u202e é\n\x07last line"


class PrintingApp(App[object]):
    """Shows on screen what it did."""

    BINDINGS: ClassVar = [("p", "print", "print"), ("q", "app.quit", "quit")]

    def compose(self) -> ComposeResult:
        yield Static("the full screen", markup=False)

    def action_print(self) -> None:
        done = print_out(self, TEXT)
        self.query_one(Static).update("back again" if done else "cannot print here")


if __name__ == "__main__":
    PrintingApp().run(mouse=False)
    sys.exit(0)
