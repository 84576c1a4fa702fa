"""DetailPane: the detail follows the cursor, a little behind a held key."""

from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.detail import Detail
from ivscope.ui.explorer.evidence import EvidenceCommands
from ivscope.ui.explorer.navigation import Navigation
from ivscope.ui.widgets.text_pane import TextPane
from ivscope.workspace.jobs import Debounce
from ivscope.workspace.place import Level

_BEHIND_SECONDS = 0.1
"""How long the detail waits behind a held key, which repeats about every 0.03 s."""

_SCROLL_LINES = 3
"""Lines that one key scrolls from the list."""


class DetailPane:
    """Shows what `Detail` says of the row under the cursor."""

    def __init__(
        self, context: ExplorerContext, text: TextPane, detail: Detail, navigation: Navigation
    ) -> None:
        self._context = context
        self._text = text
        self._detail = detail
        self._picker = context.picker
        self._pane = context.pane
        self._layout = context.layout
        self._clock = context.clock
        self._evidence = EvidenceCommands(context, detail.weighing, navigation)
        detail.weighing.on_ready = self.show
        self._debounce = Debounce(context.jobs, self.show, _BEHIND_SECONDS)
        add = context.handlers.add
        add("detail.raw", self._toggle_raw, context.why_no_events)
        add("detail.tokens", self._full)
        add("detail.down", lambda: text.step(_SCROLL_LINES))
        add("detail.up", lambda: text.step(-_SCROLL_LINES))

    def show(self) -> None:
        """Show the row under the cursor now."""
        width, zone, here = self._text.size.width, self._clock.zone, self._context.here
        if here.level >= Level.EVENTS:
            event = self._pane.event
            scope = here.at_event(event.participant_id if event is not None else None).participant
            lines = self._detail.of_event(self._pane, scope, width, zone)
        else:
            lines = self._detail.of_row(here, self._picker.row, width, zone, self._clock.now())
        self._text.show(lines)

    def changed(self) -> None:
        """Something was read."""
        self._evidence.changed()
        self.show()

    def follow(self) -> None:
        """The cursor moved: show its row at once, or behind the keys that come fast."""
        self._debounce.ask()

    def _toggle_raw(self) -> None:
        self._detail.raw = not self._detail.raw
        self.show()

    def _full(self) -> None:
        if self._layout.detail_is_full:
            self._detail.inline = not self._detail.inline
            self.show()
        else:
            self._layout.show_detail_full()
