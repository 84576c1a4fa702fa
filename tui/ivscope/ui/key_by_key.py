"""KeyByKey: an app that handles a key only when the key before it has had its whole effect."""

from collections import deque
from collections.abc import Collection

from textual import events
from textual.events import Event
from textual.message import Message
from textual.widget import Widget

from ivscope.ui.driver import PlainApp

_ROUNDS = 4
"""Times that a messenger passes through the queues after a key: once for what the key does, once
for the messages of that, and so on. Opening a prompt and leaving it takes three."""

_MOUNTING_SECONDS = 0.002
_LOST_SECONDS = 0.25
"""After this a messenger counts as lost: the key has removed the widget that it was sent to."""


_MANY = 200
"""So many keys wait only where a text was pasted into a terminal that does not tell so. Each takes
some milliseconds."""


class KeyByKey(PlainApp):
    """An app that queues keys, for fast typists and slow connections.

    Textual hands a key to whatever has the focus when the key arrives. Keys that come in one
    packet, or faster than a prompt opens, would miss the prompt: `/quota` would find nothing and
    q would leave. Here they wait, in order, until the key before them has had its effect: a
    messenger follows it through the same queues, and new widgets have been mounted.

    Until `take_keys` they wait for something to act on; only the keys in `leaving_keys` do not.
    These do not wait for very many others either, which are dropped.
    """

    class Messenger(Message):
        """Comes through the message queues after everything that was queued before it."""

        def __init__(self, turn: int) -> None:
            super().__init__()
            self.turn = turn

    leaving_keys: Collection[str] = ()
    """Keys that end the program while others wait."""

    _holds_keys = True
    _typed: deque[events.Key | events.Paste] | None = None
    _turn = 0
    _rounds = 0
    """Rounds left for the present key; 0 when no key is being handled."""

    async def on_event(self, event: Event) -> None:
        """Queue keys and pastes; handle any other event at once."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        if self._holds_keys and _key_of(event) in self.leaving_keys:
            self.exit()
            return
        if self._typed is None:
            self._typed = deque()
        if len(self._typed) > _MANY and _key_of(event) in self.leaving_keys:
            self._typed.clear()
        self._typed.append(event)
        await self._next()

    async def take_keys(self) -> None:
        """Handle keys from now on, those that have come already first."""
        self._holds_keys = False
        await self._next()

    async def _next(self) -> None:
        if self._holds_keys or self._rounds or not self._typed:
            return
        event = self._typed.popleft()
        self._turn += 1
        self._rounds = _ROUNDS
        await super().on_event(event)
        self._send(self._turn)

    def _send(self, turn: int) -> None:
        target = self.focused or self.screen
        if target.post_message(self.Messenger(turn)):
            left = self._rounds
            self.call_after(_LOST_SECONDS, lambda: self._give_up(turn, left))
        else:
            self.call_later(self._arrived, turn)

    async def _give_up(self, turn: int, left: int) -> None:
        if (turn, left) == (self._turn, self._rounds):
            await self._arrived(turn)

    async def on_key_by_key_messenger(self, message: Messenger) -> None:
        """Begin the next round, or handle the next key."""
        await self._arrived(message.turn)

    async def _arrived(self, turn: int) -> None:
        is_over = turn != self._turn or not self._rounds
        if is_over or not self.screen_stack:  # without screens the program is ending
            return
        if not all(
            widget.is_mounted for widget in self.screen.walk_children(Widget, with_self=True)
        ):
            self.call_after(_MOUNTING_SECONDS, lambda: self._arrived(turn))
            return
        self._rounds -= 1
        if self._rounds:
            self._send(turn)
        else:
            await self._next()

    def action_help_quit(self) -> None:
        """Say at Ctrl+C which key quits, where notes are said: it is Textual's action for it."""
        from ivscope.ui.commands import CommandScreen  # noqa: PLC0415 - behind the first frame

        if isinstance(self.screen, CommandScreen):
            self.screen.say("Ctrl+C does not quit: {app.quit} does")


def _key_of(event: Event) -> str:
    return event.key if isinstance(event, events.Key) else ""
