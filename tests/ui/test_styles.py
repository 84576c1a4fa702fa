"""Styles are computed from sources that are parsed once for each theme."""

from textual.widgets import Static

from ivscope.ui.driver import PlainApp


class Small(PlainApp):
    CSS = "Static { color: $role-warning; }"

    def compose(self):
        yield Static("one")


async def test_a_theme_that_is_already_there_has_nothing_parsed_again():
    app = Small()
    app.theme = "ansi-dark"
    async with app.run_test() as pilot:
        parsed = app.stylesheet.rules
        app.refresh_css()
        await pilot.pause()
        assert parsed
        assert all(one is other for one, other in zip(parsed, app.stylesheet.rules, strict=True))


async def test_another_theme_has_its_colours():
    app = Small()
    app.theme = "ansi-dark"
    async with app.run_test() as pilot:
        dark = app.query_one(Static).styles.color
        app.theme = "ansi-light"
        await pilot.pause()
        assert app.query_one(Static).styles.color != dark
