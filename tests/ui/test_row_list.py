"""RowList in a small app of its own; and how often the explorer draws its events."""

import asyncio
import time
from collections import Counter
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest
from rich.style import Style

from ivscope.render.event_rows import EventRows
from ivscope.render.lines import Role, Span
from ivscope.ui.driver import PlainApp
from ivscope.ui.explorer.detail import Detail
from ivscope.ui.stylesheets import STYLESHEETS, stylesheet
from ivscope.ui.widgets.row_list import RowList, no_tail
from support.explorer import DANA, at, explorer


class Numbers:
    """Rows that remember which of them were drawn."""

    def __init__(self, count):
        self.count = count
        self.word = "row"
        self.above = 0
        """How many rows came above the first ones."""
        self.drawn = []

    def __len__(self):
        return self.count

    def key(self, index):
        return index - self.above, self.word

    def line(self, index, width):
        self.drawn.append(index)
        return (Span(f"{self.word} {index - self.above}"),)

    def titles(self, width):
        return (Span("ROW"),)


class Host(PlainApp):
    CSS_PATH: ClassVar = [stylesheet(name) for name in STYLESHEETS]

    def compose(self):
        yield RowList(id="events")


async def until(condition):
    """Wait for a condition."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "never came"
        await asyncio.sleep(0.01)


async def frame(rows):
    """Wait until what changed is on screen."""
    done = asyncio.Event()
    rows.call_after_refresh(done.set)
    await done.wait()


@asynccontextmanager
async def listed(count, height=40):
    """Show a list of so many rows, and wait until it is at rest."""
    app = Host()
    async with app.run_test(size=(120, height)):
        rows = app.screen.query_one(RowList)
        numbers = Numbers(count)
        rows.focus()
        rows.show(numbers, no_tail, cursor=0)
        await frame(rows)
        yield rows, numbers


async def drawn_by(rows, numbers, act):
    """Return the rows that an action drew, each as often as it was drawn."""
    numbers.drawn.clear()
    act()
    await frame(rows)
    return sorted(numbers.drawn)


async def test_the_cursor_is_in_view_on_a_row_that_came_without_a_drawing():
    app = Host()
    async with app.run_test(size=(40, 10)):
        rows = app.screen.query_one(RowList)
        numbers = Numbers(20)
        rows.show(numbers, no_tail, cursor=0)
        numbers.count = 400
        rows.cursor = 300
        assert rows.top <= 300 < rows.top + rows.page


async def test_a_list_that_is_shown_draws_each_visible_row_once():
    async with listed(400, height=37) as (rows, numbers):
        assert rows.page == 36
        assert sorted(numbers.drawn) == list(range(36))


async def test_a_scroll_draws_each_row_that_comes_into_view_once():
    async with listed(400, height=37) as (rows, numbers):
        drawn = await drawn_by(rows, numbers, lambda: setattr(rows, "cursor", 200))
        assert drawn == list(range(rows.top, rows.top + 36))
        # Back where it was before nothing is drawn but the row that has the cursor now.
        top = rows.top
        drawn = await drawn_by(rows, numbers, lambda: setattr(rows, "cursor", 190))
        assert rows.top == top
        assert drawn == [190, 200]
        drawn = await drawn_by(rows, numbers, lambda: rows.scroll_to(y=top + 5, animate=False))
        assert drawn == list(range(top + 36, top + 41))


async def test_only_the_lines_of_a_few_screens_are_kept_however_far_one_scrolls():
    async with listed(4_000, height=40) as (rows, _numbers):
        for line in range(1_000):
            rows.kept(("never again", line), lambda: rows.strip_of((), 80))
        assert len(rows._kept) == 4 * rows.size.height
        rows.styles.height = 10
        await frame(rows)
        rows.kept("one more", lambda: rows.strip_of((), 80))
        assert len(rows._kept) == 4 * 10


async def test_a_cursor_move_draws_the_row_it_leaves_and_the_row_it_reaches():
    async with listed(400) as (rows, numbers):
        assert await drawn_by(rows, numbers, lambda: setattr(rows, "cursor", 3)) == [0, 3]


async def test_a_page_that_comes_out_of_view_draws_nothing_but_the_tail():
    async with listed(400) as (rows, numbers):
        numbers.count = 500
        assert await drawn_by(rows, numbers, lambda: rows.grow(no_tail)) == []
        assert rows.virtual_size.height == 501


async def test_a_page_that_comes_into_view_draws_its_rows_alone():
    async with listed(10) as (rows, numbers):
        numbers.count = 500
        drawn = await drawn_by(rows, numbers, lambda: rows.grow(lambda _width: ((Span("tail"),),)))
        assert drawn == list(range(10, 39))


async def test_the_tail_is_made_for_the_width_that_the_list_gets_when_it_is_shown():
    async with listed(3) as (rows, numbers):
        rows.display = False
        await frame(rows)
        rows.show(numbers, lambda width: ((Span(f"{width} wide"),),), cursor=0)
        rows.display = True
        await until(lambda: [line[0].text for line in rows.tail] == ["119 wide"])
        rows.styles.width = 30
        await until(lambda: [line[0].text for line in rows.tail] == ["29 wide"])


async def test_the_tail_is_wrapped_again_when_a_list_is_drawn_in_another_width():
    async with listed(3) as (rows, numbers):
        rows.show(numbers, lambda width: ((Span(f"{width} wide"),),), cursor=0)
        # As after a drawing while it was hidden beside a wider pane: no resize is announced.
        rows._measured_width = 3
        rows.tail = ((Span("2 wide"),),)
        assert "119 wide" in rows.draw(4, 120).text


async def test_the_overview_stands_apart_from_the_rows():
    async with listed(400, height=20) as (rows, _numbers):
        rows.overlook(lambda height: (Span("!", Role.ERROR),) * height)
        assert rows.draw(5, 40).text == " row 4".ljust(38) + " !"


async def test_a_drawing_looks_up_its_size_once_however_many_lines_it_has(monkeypatch):
    looked_up = Counter()
    size = RowList.size.fget

    def counted(self):
        looked_up[self.size_drawn.height] += 1
        return size(self)

    for height in (10, 30):
        async with listed(400, height=height) as (rows, _numbers):
            rows.overlook(lambda height: (Span("!", Role.ERROR),) * height)
            with monkeypatch.context() as patched:
                patched.setattr(RowList, "size", property(counted))
                rows.visible_lines()
    assert looked_up[10] == looked_up[30] == 1


async def test_a_line_that_stays_is_the_same_strip_beside_an_overview_too():
    async with listed(400, height=20) as (rows, _numbers):
        rows.overlook(lambda height: (Span("!", Role.ERROR),) * height)
        before = rows.visible_lines()
        rows.cursor = 3
        after = rows.visible_lines()
        others = [y for y, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
        assert others == [1, 4]
        assert all(after[y] is before[y] for y in range(20) if y not in others)


async def test_the_row_under_the_cursor_has_one_style_from_side_to_side():
    async with listed(3) as (rows, numbers):
        numbers.line = lambda _index, _width: (
            Span("PUBLISH_ERROR", Role.ERROR),
            Span(" found", Role.HIT),
        )
        styles = {str(segment.style) for segment in rows.draw(1, 40) if segment.text.strip()}
        assert styles == {"bold reverse", "bold underline reverse"}


async def test_where_the_cursor_has_some_cells_only_the_others_keep_their_style():
    async with listed(3) as (rows, numbers):
        rows.cursor_cells = 5
        numbers.line = lambda _index, _width: (Span("mara", Role.TEXT), Span("████", Role.GOOD))
        strip = rows.draw(1, 40)
        styled = {segment.text.strip(): str(segment.style) for segment in strip}
        assert styled["▌mara"] == "bold reverse"
        assert "reverse" not in styled["████"]
        assert strip.cell_length == 40


async def test_a_click_moves_the_cursor_and_a_second_one_opens_the_row():
    opened = []

    class Clicked(Host):
        def on_row_list_opened(self, message):
            opened.append(message.row_list.cursor)

    app = Clicked()
    async with app.run_test(size=(40, 10)) as pilot:
        rows = app.screen.query_one(RowList)
        rows.show(Numbers(5), no_tail, cursor=0)
        await frame(rows)
        await pilot.click(RowList, offset=(3, 4))
        await until(lambda: rows.cursor == 3)
        assert not opened
        await pilot.click(RowList, offset=(3, 4))
        await until(lambda: opened == [3])
        # Neither the titles nor what lies below the rows is a row.
        await pilot.click(RowList, offset=(3, 0))
        await pilot.click(RowList, offset=(3, 8))
        await pilot.pause()
        assert (rows.cursor, opened) == (3, [3])


async def test_rows_that_show_something_else_are_drawn_again():
    async with listed(400) as (rows, numbers):
        numbers.word = "line"
        assert await drawn_by(rows, numbers, rows.repaint) == list(range(39))


async def test_a_focus_that_goes_draws_the_row_under_the_cursor_alone():
    async with listed(400) as (rows, numbers):
        assert await drawn_by(rows, numbers, rows.blur) == [0]
        assert await drawn_by(rows, numbers, rows.focus) == []


async def test_other_styles_draw_all_again():
    async with listed(400) as (rows, numbers):

        def change():
            rows.role_styles = {**rows.role_styles, Role.TEXT: Style(bold=True)}
            rows.repaint()

        assert await drawn_by(rows, numbers, change) == list(range(39))


async def test_rows_that_come_above_the_view_move_what_was_drawn():
    async with listed(400) as (rows, numbers):
        rows.cursor = 100
        await frame(rows)
        top = rows.top

        def come():
            numbers.count += 7
            numbers.above = 7
            rows.shift(7)

        assert await drawn_by(rows, numbers, come) == []
        assert rows.top == top + 7
        assert f"row {top + 1}" in rows.render_line(2).text


async def test_the_explorer_draws_an_event_once_per_change(monkeypatch):
    drawn = []
    line = EventRows.line

    def noted(rows, index, width):
        drawn.append(index)
        return line(rows, index, width)

    monkeypatch.setattr(EventRows, "line", noted)
    async with explorer(at(DANA)) as journey:
        await journey.until("100 events read")
        await journey.settled()
        rows = journey.rows("events")
        drawn.clear()
        await journey.press("j")
        await journey.until(lambda: rows.cursor == 1)
        await frame(rows)
        assert sorted(drawn) == [0, 1]
        rows.cursor = 60
        await frame(rows)
        drawn.clear()
        # A page down comes near the end: the next page is read below what is in view.
        await journey.press("pagedown")
        await journey.until("200 events read")
        await journey.settled()
        await frame(rows)
        # The row that was the last learns what came before it, and how long before.
        again = len(drawn) - len(set(drawn))
        assert again == drawn.count(99) - (99 in drawn) <= 1
        assert len(set(drawn)) <= rows.page


@pytest.mark.parametrize("columns", [200, 100])
async def test_a_key_over_the_edge_makes_the_detail_once(monkeypatch, columns):
    details = []
    of_event = Detail.of_event

    def noted(detail, pane, *others):
        details.append(pane.row)
        return of_event(detail, pane, *others)

    async with explorer(at(DANA), size=(columns, 40)) as journey:
        await journey.until("100 events read")
        await journey.settled()
        rows, screen = journey.rows("events"), journey.explorer
        rows.cursor = rows.page - 1

        def rests():
            return screen._shown_spot is None and not screen._detail._debounce._alarm.is_set

        await frame(rows)
        await journey.until(rests)
        assert screen.context.layout.detail_has_rule is (columns == 100)
        monkeypatch.setattr(Detail, "of_event", noted)
        await journey.press("j")
        await journey.until(lambda: details and rests())
        assert rows.top > 0
        assert details == [rows.cursor]


async def test_lines_that_wait_for_a_frame_are_not_taken_for_moved_ones():
    async with listed(400, height=11) as (rows, numbers):
        # A frame of another widget on the same lines draws them, and does not send them.
        numbers.word = "other"
        rows.repaint()
        rows.render_line(5)
        shown = rows.after_move(1, 11, 1)
        assert not {*range(1, 10)} & shown.keys()
        assert shown[10].text.strip() == ""
        assert shown[0].text.startswith("ROW")
        await frame(rows)
        shown = rows.after_move(1, 11, 1)
        assert [shown[y].text.split() for y in (1, 4)] == [["other", "1"], ["other", "4"]]


async def test_a_key_that_changes_all_panes_draws_them_in_one_frame(monkeypatch):
    details = []
    of_event = Detail.of_event

    def noted_detail(*asked):
        details.append(asked)
        return of_event(*asked)

    monkeypatch.setattr(Detail, "of_event", noted_detail)
    async with explorer(at(DANA)) as journey:
        await journey.until("100 events read")
        await journey.settled()
        frames = []
        display = journey.app._display

        def noted(screen, update):
            if update is not None:
                frames.append(journey.text)
            display(screen, update)

        journey.app._display = noted
        for key, sign in (
            ("t", "times: local"),
            ("v", "Raw fields"),
            ("v", "Participant"),
            ("d", "Participant"),
            ("escape", "100 events read"),
            ("plus", "100 events read"),
        ):
            frames.clear()
            details.clear()
            await journey.press(key)
            await journey.until(lambda sign=sign: frames and sign in frames[-1])
            await frame(journey.rows("events"))
            assert len(frames) == 1, key
            assert len(details) == 1 or key not in {"t", "v"}
            # Nothing is left that would be drawn again as a whole with the next frame.
            assert not any(
                one.outer_size.region in one._repaint_regions
                for one in journey.explorer._compositor.visible_widgets
            )
