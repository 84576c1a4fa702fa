"""Styles are computed from sources that are parsed once for each theme."""

import pytest
from textual.widgets import Static

from ivscope.ui.driver import PlainApp
from support.explorer import PRIYA, at, explorer


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


def styles_of(screen):
    return {
        widget: dict(widget.styles.base.get_rules())
        for widget in screen.walk_children(with_self=True)
    }


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (170, 50), (60, 15)])
async def test_keys_that_arrange_panes_compute_the_styles_of_these_and_leave_none_outdated(
    size, monkeypatch
):
    async with explorer(at(PRIYA), size=size) as journey:
        await journey.until("61 events, all read")
        screen, sheet = journey.app.screen, journey.app.stylesheet
        styled, apply = [], sheet.apply
        monkeypatch.setattr(
            sheet, "apply", lambda node, **how: styled.append(node) or apply(node, **how)
        )
        for key in ("P", "P", "P", "+", "_", "_", "D", "D", "d", "tab", "f", "f", "esc", "f", "f"):
            styled.clear()
            await journey.press(key)
            assert len(styled) <= 6, key
            now = styles_of(screen)
            sheet.update(screen)
            assert styles_of(screen) == now, key
