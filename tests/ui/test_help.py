"""The help in a host app of its own, by keys."""

from contextlib import asynccontextmanager

import pytest

from ivscope.settings.commands import BY_ID, COMMANDS, View
from ivscope.settings.configuration import Configuration, effective_keys
from ivscope.ui.driver import PlainApp
from ivscope.ui.help.screen import HelpScreen
from ivscope.ui.stylesheets import STYLESHEETS, stylesheet
from ivscope.ui.widgets.row_list import RowList

KEYS = effective_keys(Configuration())


class Host(PlainApp):
    CSS_PATH = [stylesheet(name) for name in STYLESHEETS]  # noqa: RUF012
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, keys):
        super().__init__()
        self.keys = keys
        self.results = []
        self.taken = []

    def on_mount(self):
        self.push_screen(
            HelpScreen(
                View.EVENTS,
                self.keys,
                dict.fromkeys(self.keys, ""),
                {"help.copy": self.taken.append, "help.print": self.taken.append},
            ),
            self.results.append,
        )


@asynccontextmanager
async def the_help(keys=KEYS, size=(80, 24)):
    app = Host(keys)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


def _screen(app):
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


async def _type(pilot, text):
    names = {" ": "space", "?": "question_mark"}
    await pilot.press(*(names.get(letter, letter) for letter in text))
    await pilot.pause()


async def test_at_80x24_the_commands_stand_below_their_areas_with_all_about_the_first():
    async with the_help() as (app, _):
        screen = _screen(app)
        assert len(screen) == 24
        assert screen[0].startswith("HELP words or a key")
        assert screen[1].startswith(" ✗ error  + begins")
        assert screen[2].startswith(" Right edge: ┃ errors in that part of the list")
        assert screen[4] == " Opening and going back"
        assert screen[5].startswith("▌Enter l →")
        assert " Reading" in screen
        assert "Enter l →  open  go.in" in screen[18]
        assert "Enter do it" in screen[23]


async def test_typing_filters_and_enter_does_the_first_hit():
    async with the_help() as (app, pilot):
        await _type(pilot, "next err")
        screen = _screen(app)
        assert screen[1].startswith("▌e ")
        assert "jump.error" in screen[18]
        await pilot.press("enter")
        assert app.results == ["jump.error"]


async def test_arrows_choose_past_headings_while_letters_are_typed():
    async with the_help() as (app, pilot):
        await pilot.press(*["down"] * 10)
        assert "read.again" in _screen(app)[18]
        await pilot.press("up")
        assert "go.previous_pane" in _screen(app)[18]
        await pilot.press(*["up"] * 20)
        assert _screen(app)[4] == " Opening and going back"
        await pilot.press("pagedown", "pagedown", "pageup", "down", "enter")
        assert len(app.results) == 1


async def test_the_last_command_can_be_reached_and_done():
    async with the_help() as (app, pilot):
        await pilot.press(*["pagedown"] * 12)
        await pilot.press("enter")
        assert app.results == [COMMANDS[-1].id]


async def test_the_keys_in_force_are_shown():
    async with the_help(KEYS | {"go.in": "f9", "go.out": ""}) as (app, _):
        screen = _screen(app)
        assert screen[5].startswith("▌F9 ")
        assert screen[6].startswith("                   back")


async def test_nothing_found_says_so_and_enter_does_nothing():
    async with the_help() as (app, pilot):
        await _type(pilot, "zzz")
        assert "no command has all these words" in _screen(app)[1]
        await pilot.press("down", "up", "enter")
        assert app.results == []
        await pilot.press(*["backspace"] * 3)
        await pilot.pause()
        assert _screen(app)[4] == " Opening and going back"


@pytest.mark.parametrize("key", ["escape", "f1", "ctrl+p"])
async def test_it_closes_without_doing_anything(key):
    async with the_help() as (app, pilot):
        await _type(pilot, "err")
        await pilot.press(key)
        assert app.results == [None]


async def test_a_search_begins_at_its_first_hit_again():
    async with the_help(size=(120, 40)) as (app, pilot):
        await pilot.press(*["pagedown"] * 3)
        await _type(pilot, "next")
        assert app.screen.query_one(RowList).cursor == 0
        assert _screen(app)[1].startswith("▌")


async def test_the_list_of_keys_is_copied_and_printed_as_it_is_searched_and_not_cut():
    async with the_help() as (app, pilot):
        await pilot.press("ctrl+y")
        await _type(pilot, "evidence")
        await pilot.press("ctrl+o")
        await pilot.pause()
        whole, searched = (clipping.text for clipping in app.taken)
    assert all(command.help in whole for command in COMMANDS)
    assert "Jumping between events" in whole
    assert BY_ID["evidence.next"].help in searched
    assert len(searched.splitlines()) < 10
