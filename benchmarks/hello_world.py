"""The yardstick of starting and quitting: the smallest Textual app."""

from collections.abc import Iterator

from textual.app import App
from textual.widget import Widget
from textual.widgets import Static


class HelloWorld(App[None]):
    """One line of text."""

    def compose(self) -> Iterator[Widget]:
        """The line."""
        yield Static("Hello, world")


if __name__ == "__main__":
    HelloWorld().run(mouse=False)
