"""Names of AWS pages are links to them, where the terminal takes links."""

from io import StringIO

import pytest
from rich.console import Console

from ivscope.knowledge.error_codes import ERROR_CODES
from ivscope.knowledge.event_names import EVENT_NAMES
from ivscope.render.event_lines import page_address
from ivscope.render.lines import Role, Span
from ivscope.ui.driver import PlainApp
from ivscope.ui.stylesheets import LINKS
from ivscope.ui.widgets.canvas import LineBar

PAGE = ERROR_CODES["QUOTA_EXCEEDED"].page
NAME = PAGE.rsplit("/", 1)[-1]


class Host(PlainApp):
    def compose(self):
        yield LineBar()


async def drawn(line, *, links):
    """The bytes of a line, as a terminal gets them."""
    host = Host()
    host.set_class(links, LINKS)
    async with host.run_test(size=(80, 5)):
        strip = host.query_one(LineBar).strip_of(line, 80)
    console = Console(file=StringIO(), force_terminal=True, color_system="standard")
    return strip.render(console)


@pytest.mark.parametrize("card", [*ERROR_CODES.values(), *EVENT_NAMES.values()])
def test_every_name_leads_to_the_page_of_its_card(card):
    assert page_address(card.page.rsplit("/", 1)[-1]) == card.page


async def test_the_name_of_a_page_is_a_link_only_where_the_terminal_takes_links():
    line = (Span(NAME, Role.ACCENT), Span(" (y u copies its address)", Role.MUTED))
    with_links = await drawn(line, links=True)
    assert f";{PAGE}\x1b\\" in with_links
    assert with_links.count("\x1b]8;") == 2
    assert "\x1b]8;" not in await drawn(line, links=False)


async def test_text_from_outside_never_becomes_a_link():
    line = Span("https://evil.example/x.html", Role.ACCENT), Span(NAME), Span("a.html", Role.ACCENT)
    assert "\x1b]8;" not in await drawn(line, links=True)
