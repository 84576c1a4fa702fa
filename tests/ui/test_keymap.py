"""Configured keys in Textual, in a host app with the real bindings."""

import subprocess
import sys
from contextlib import asynccontextmanager
from typing import ClassVar

from ivscope.settings.commands import View
from ivscope.settings.configuration import effective_keys, keymap, read
from ivscope.ui.commands import CommandScreen, keyboard
from ivscope.ui.driver import PlainApp
from ivscope.ui.widgets.row_list import RowList, no_tail


class Rows:
    def __len__(self):
        return 9

    def key(self, index):
        return index

    def line(self, index, width):
        return ()

    def titles(self, width):
        return ()


class Keyboard(CommandScreen):
    BINDINGS: ClassVar = keyboard(View.EVENTS)

    def __init__(self, keys):
        super().__init__(keys)
        self.handlers.add_moves(lambda: self.query_one(RowList))
        self.done = []

    def compose(self):
        yield RowList()

    def on_mount(self):
        rows = self.query_one(RowList)
        rows.show(Rows(), no_tail, 0)
        rows.focus()

    view = View.EVENTS

    def action_do(self, command):
        if command.startswith("move."):
            super().action_do(command)
        else:
            self.done.append(command)


@asynccontextmanager
async def keyboard(keys):
    configuration, _ = read(f"[keys]\n{keys}".encode(), "config.toml")
    app = PlainApp()
    async with app.run_test() as pilot:
        app.set_keymap(keymap(configuration))
        screen = Keyboard(effective_keys(configuration))
        await app.push_screen(screen)
        await pilot.pause()

        async def press(*names):
            await pilot.press(*names)
            await pilot.pause()
            done, screen.done = screen.done, []
            return done

        yield press, screen.query_one(RowList)


async def test_without_a_configuration_the_table_holds():
    async with keyboard("") as (press, rows):
        assert await press("e", "n", "question_mark", "ctrl+s") == [
            "jump.error",
            "find.next",
            "app.help",
            "take.save",
        ]
        await press("j", "down")
        assert rows.cursor == 2


async def test_new_keys_work_and_old_ones_do_nothing():
    async with keyboard('jump.error = "f8,é,comma"') as (press, _):
        assert await press("f8", "é", "comma") == ["jump.error"] * 3
        assert await press("e") == []


async def test_a_command_without_keys_does_nothing():
    async with keyboard('jump.error = ""\njump.token = ""\nmove.down = ""') as (press, rows):
        assert await press("e", "x") == []
        await press("j", "down")
        assert rows.cursor == 0


async def test_a_taken_key_does_the_new_command_only():
    async with keyboard('jump.error = "n"') as (press, _):
        assert await press("n") == ["jump.error"]
        assert await press("N") == ["find.previous"]


async def test_the_screen_can_take_a_key_of_the_list_and_the_list_one_of_the_screen():
    async with keyboard('jump.error = "j"\nmove.down = "e"') as (press, rows):
        assert await press("j") == ["jump.error"]
        assert rows.cursor == 0
        assert await press("e", "e") == []
        assert rows.cursor == 2


async def test_two_commands_can_change_keys():
    async with keyboard('jump.error = "n"\nfind.next = "e"') as (press, _):
        assert await press("n", "e") == ["jump.error", "find.next"]


async def test_tab_can_be_given_to_another_command():
    async with keyboard('jump.error = "tab"\ngo.next_pane = "f2"') as (press, _):
        assert await press("tab", "f2") == ["jump.error", "go.next_pane"]


def test_the_configuration_is_read_before_the_toolkit():
    # Textual reads its settings from the environment when it is imported.
    code = "import sys, ivscope.settings.configuration; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
