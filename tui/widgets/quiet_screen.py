"""QuietScreen: a screen that another focus does not repaint."""

from textual.reactive import Reactive
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget


class QuietScreen(Screen[ScreenResultType]):
    """Widgets draw themselves when they get or lose the focus.

    Textual repaints the whole screen besides: with every prompt twice, over SSH kilobytes.
    """

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
