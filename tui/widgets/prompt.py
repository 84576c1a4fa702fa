"""Prompt: one line of typing in the place of the status line."""

from collections.abc import Iterator
from dataclasses import dataclass

from textual import events
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label

from tui.presentation.safe import safe


class _Line(Input):
    """An input that takes a paste of several lines whole: JSON is pasted so."""

    def _on_paste(self, event: events.Paste) -> None:
        text = " ".join(event.text.split())
        self.insert_text_at_cursor(safe(text) if not text.isprintable() else text)
        event.stop()
        event.prevent_default()


class Prompt(Horizontal):
    """A titled line. It says what was typed after every key, and when it is left."""

    @dataclass
    class Typed(Message):
        """The text changed."""

        text: str

    @dataclass
    class Entered(Message):
        """Enter was pressed."""

        text: str

    @dataclass
    class Cancelled(Message):
        """Esc was pressed."""

    BINDINGS = [("escape", "cancel", "cancel")]  # noqa: RUF012 - Textual's convention

    def __init__(self, title: str, text: str, hint: str) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._hint = hint

    def compose(self) -> Iterator[Widget]:
        """Title and input."""
        yield Label(self._title, markup=False)
        line = _Line(self._text, placeholder=self._hint, select_on_focus=False)
        line.cursor_blink = False
        yield line

    def on_mount(self) -> None:
        """Take the keys."""
        self.query_one(_Line).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what was typed."""
        event.stop()
        if event.value != self._text:
            self._text = event.value
            self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Say that it is done."""
        event.stop()
        self.post_message(self.Entered(event.value))

    def action_cancel(self) -> None:
        """Leave without."""
        self.post_message(self.Cancelled())
