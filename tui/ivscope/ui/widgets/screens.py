"""Screens that repaint less than Textual's, and what any screen says while quitting waits."""

from typing import Self

from textual.geometry import Region
from textual.reactive import Reactive
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget

from ivscope.render.cells import clip
from ivscope.render.lines import Role, Span
from ivscope.settings.key_names import shown_keys
from ivscope.ui.widgets.canvas import LineBar


def say_awaited(screen: Screen[object], what: str, quit_keys: str) -> None:
    """Say at the bottom of any screen what quitting waits for, and how to give that up."""
    rest = f": … {shown_keys(quit_keys)} again quits without it"
    bar = LineBar()
    bar.styles.dock = "bottom"
    screen.mount(bar)
    text = clip(what, screen.size.width - len(rest)) + rest
    bar.show((Span(text, Role.WARNING),))


class CoveringScreen(Screen[ScreenResultType]):
    """A screen that hides the whole screen below, so that changes there are not drawn.

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
        """Repaint everything, or nothing when only regions are asked for: those are never ours."""
        if regions:
            return self
        return super().refresh(repaint=repaint, layout=layout, recompose=recompose)

    def _compositor_refresh(self) -> None:
        """Send no lines when all of the screen is sent next: it would come twice."""
        if not self._repaint_required:
            super()._compositor_refresh()


class QuietScreen(Screen[ScreenResultType]):
    """A screen that is not repainted when the focus moves: widgets draw their own change.

    Textual would repaint the whole screen twice for every prompt, which is kilobytes over SSH.
    """

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
