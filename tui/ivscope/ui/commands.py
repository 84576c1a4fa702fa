"""Commands on screen: their bindings and handlers, and why one cannot be done now."""

from collections.abc import Callable

from textual.binding import Binding, BindingType

from ivscope.settings.commands import LIST_KEYS, SCREEN_KEYS

Handler = Callable[[], None]
"""Does one command. Raises `Unavailable` when there is nothing to do it with."""


ONLY_RECORDED = "a recording does not grow: ivscope --record reads on, with AWS"
"""Why nothing is read where there is no service."""


class Unavailable(Exception):  # noqa: N818 - it is an answer to the reader, no error
    """Why a command does nothing here; the text is shown in the status line."""


def list_bindings(rename: dict[str, str]) -> list[BindingType]:
    """Bindings of a list or a pane; `rename` gives the pane's own action for a list's."""
    return [Binding(c.keys, rename.get(c.action, c.action), c.label, id=c.id) for c in LIST_KEYS]


def screen_bindings() -> list[BindingType]:
    """Bindings of the explorer: every command is one action that names it."""
    return [Binding(c.keys, f"do('{c.id}')", c.label, tooltip=c.help, id=c.id) for c in SCREEN_KEYS]
