"""CoveringScreen: a screen that hides the one below it as a whole."""

from typing import Self

from textual.geometry import Region
from textual.screen import Screen, ScreenResultType


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
