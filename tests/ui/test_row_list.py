"""The list by itself, in an app of ten lines."""

from typing import ClassVar

from ivscope.render.lines import Span
from ivscope.ui.stylesheets import STYLESHEETS, stylesheet
from ivscope.ui.widgets.row_list import RowList
from textual.app import App


class Numbers:
    def __init__(self, count):
        self.count = count

    def __len__(self):
        return self.count

    def line(self, index, width):
        return (Span(f"row {index}"),)

    def titles(self, width):
        return ()


class Host(App):
    CSS_PATH: ClassVar = [stylesheet(name) for name in STYLESHEETS]

    def compose(self):
        yield RowList(id="events")


async def test_the_cursor_is_in_view_on_a_row_that_came_without_a_drawing():
    app = Host()
    async with app.run_test(size=(40, 10)):
        rows = app.screen.query_one(RowList)
        numbers = Numbers(20)
        rows.show(numbers, (), cursor=0)
        numbers.count = 400
        rows.cursor = 300
        assert rows.top <= 300 < rows.top + rows.page
