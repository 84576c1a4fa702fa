"""CoveringScreen: it is not repainted for changes of the screen below."""

from textual.screen import Screen

from ivscope.render.lines import Span
from ivscope.ui.driver import PlainApp
from ivscope.ui.stylesheets import STYLESHEETS, stylesheet
from ivscope.ui.widgets.canvas import LineBar
from ivscope.ui.widgets.screens import CoveringScreen


class Counted(LineBar):
    asked = 0

    def render_lines(self, crop):
        self.asked += 1
        return super().render_lines(crop)


class Below(Screen):
    def compose(self):
        yield LineBar()


class Above(CoveringScreen[None]):
    def compose(self):
        yield Counted()


class Host(PlainApp):
    CSS_PATH = [stylesheet(name) for name in STYLESHEETS]  # noqa: RUF012 - Textual's convention


def drawn(screen):
    return screen.query_one(LineBar).render_line(0).text.strip()


async def test_it_is_drawn_when_it_changes_and_not_when_the_one_below_does():
    app, below, above = Host(), Below(), Above()
    async with app.run_test() as pilot:
        await app.push_screen(below)
        await app.push_screen(above)
        await pilot.pause()
        lower, upper = below.query_one(LineBar), above.query_one(Counted)
        before = upper.asked
        for text in ("one", "two", "three"):
            lower.show((Span(text),))
            await pilot.pause()
        assert upper.asked == before
        upper.show((Span("own"),))
        await pilot.pause()
        assert upper.asked > before
        assert drawn(above) == "own"
        app.pop_screen()
        await pilot.pause()
        assert drawn(below) == "three"
