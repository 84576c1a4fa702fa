"""QuietScreen: a screen that another focus does not repaint."""

from typing import Self

from textual.geometry import Region
from textual.reactive import Reactive
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget


class CoveringScreen(Screen[ScreenResultType]):
    """Nothing of the screen below shows, so what happens there is not drawn.

    Textual asks the upper screen to repaint parts when the one below has drawn there, and from
    then on to repaint itself as a whole with every message that the lower one gets.
    """

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Repaint all, or nothing when only parts are asked for: no own part is drawn like that."""
        if regions:
            return self
        return super().refresh(repaint=repaint, layout=layout, recompose=recompose)


class QuietScreen(Screen[ScreenResultType]):
    """Widgets draw themselves when they get or lose the focus.

    Textual repaints the whole screen besides: with every prompt twice, over SSH kilobytes.
    """

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
