"""TypingLine: an input of one line. Enter and Esc are commands of the view around it."""

from textual import events
from textual.binding import Binding
from textual.widgets import Input

from ivscope.render.safe import safe


class TypingLine(Input, inherit_bindings=False):
    """An input that joins the lines of a paste, as JSON has several, and does not handle Enter."""

    BINDINGS = [  # noqa: RUF012 - Textual's convention
        binding
        for binding in Input.BINDINGS
        if not (isinstance(binding, Binding) and binding.action == "submit")
    ]

    def _on_paste(self, event: events.Paste) -> None:
        text = " ".join(event.text.split())
        self.insert_text_at_cursor(text if text.isprintable() else safe(text))
        event.stop()
        event.prevent_default()

    def _on_unmount(self) -> None:
        # The screen's signal, to which every Input subscribes, would keep the line for ever.
        self.screen.text_selection_started_signal.unsubscribe(self)
