"""Prompt: one line of typing in the place of the status line."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label

from ivscope.render.safe import safe


class _Line(Input):
    """An input that takes a paste of several lines whole: JSON is pasted so."""

    def _on_paste(self, event: events.Paste) -> None:
        text = " ".join(event.text.split())
        self.insert_text_at_cursor(text if text.isprintable() else safe(text))
        event.stop()
        event.prevent_default()


class Prompt(Horizontal):
    """A titled line with history and completion. It says what was typed after every key."""

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

    @dataclass
    class Switched(Message):
        """Tab was pressed where there is nothing to complete."""

        text: str

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel"),
        Binding("up", "older"),
        Binding("down", "newer"),
        Binding("tab", "complete", priority=True),
    ]

    def __init__(
        self,
        title: str,
        text: str,
        hint: str,
        *,
        history: Sequence[str] = (),
        complete: Callable[[str], str] | None = None,
    ) -> None:
        """A prompt.

        Args:
            title: What it does, in capitals.
            text: What stands there already.
            hint: Shown while nothing stands there.
            history: Earlier texts, oldest first.
            complete: Text to text completed as far as it is certain.
        """
        super().__init__()
        self._title = title
        self._text = text
        self._hint = hint
        self._history = [*history, text]
        self._at = len(history)
        self._complete = complete

    def compose(self) -> Iterator[Widget]:
        """Title and input."""
        yield Label(self._title, markup=False)
        line = _Line(self._text, placeholder=self._hint, select_on_focus=True)
        line.cursor_blink = False
        yield line

    @property
    def _line(self) -> _Line:
        return self.query_one(_Line)

    def on_mount(self) -> None:
        """Take the keys."""
        self._line.focus()

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

    def action_older(self) -> None:
        """The text before in the history."""
        self._recall(self._at - 1)

    def action_newer(self) -> None:
        """The text after in the history."""
        self._recall(self._at + 1)

    def _recall(self, place: int) -> None:
        if 0 <= place < len(self._history):
            self._at = place
            self._put(self._history[place])

    def action_complete(self) -> None:
        """Complete what is typed, or switch to the sister prompt."""
        if self._complete is None:
            self.post_message(self.Switched(self._line.value))
        else:
            self._put(self._complete(self._line.value))

    def _put(self, text: str) -> None:
        self._line.value = text
        self._line.cursor_position = len(text)
