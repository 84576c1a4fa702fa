"""QuietScreen: a screen that another focus does not repaint."""

from collections.abc import Callable
from typing import Self

from textual.geometry import Region
from textual.reactive import Reactive
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget

from ivscope.render.cells import clip
from ivscope.render.lines import Role, Span
from ivscope.settings.key_names import shown_keys
from ivscope.ui.widgets.canvas import LineBar
from ivscope.workspace.jobs import Jobs, SlicedJob

_COUNTING_PAUSE_SECONDS = 0.02
"""Between two slices of a view that counts."""

_COUNTING_DRAW_SECONDS = 0.5
"""Between two drawings while events come: summing up a large session takes a twentieth of it."""


def counting_job(
    jobs: Jobs, work: Callable[[float], bool], draw: Callable[[], object]
) -> SlicedJob:
    """The job of a screen that counts events and is drawn as they come; see `SlicedJob`."""
    return SlicedJob(
        jobs,
        work,
        draw,
        pause=lambda: _COUNTING_PAUSE_SECONDS,
        draw_seconds=_COUNTING_DRAW_SECONDS,
        ends_with_draw=False,
    )


def say_awaited(screen: Screen[object], what: str, quit_keys: str) -> None:
    """Say below whatever a screen shows what holds the way out, and how to give that up."""
    rest = f": … {shown_keys(quit_keys)} again gives it up"
    bar = LineBar()
    bar.styles.dock = "bottom"
    screen.mount(bar)
    text = clip(what, screen.size.width - len(rest)) + rest
    bar.show((Span(text, Role.WARNING),))


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
