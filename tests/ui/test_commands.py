"""Every view does the commands that the table gives it, by the keys in force, and says why not."""

import ast
import re

import pytest

from ivscope.settings.commands import (
    COMMANDS,
    DEFAULT_KEYS,
    EXPLORER,
    View,
    commands_of,
)
from ivscope.settings.configuration import read
from ivscope.ui.commands import Handlers, Unavailable
from ivscope.ui.help.screen import HelpScreen
from ivscope.workspace.place import Level
from support.explorer import DANA, JOSE, PRIYA, at, explorer
from support.tree import modules

_OPENED_BY = {
    View.SUMMARY: "i",
    View.LANES: "I",
    View.COMPARE: "C",
    View.HELP: "question_mark",
}


async def _open(journey, view):
    """Open a view from the second of two participants."""
    await journey.until("events, all read")
    journey.go(at(JOSE))
    await journey.until("events, all read")
    if view is View.TIMELINE:
        await journey.press("M")
    elif view is View.PROMPT:
        await journey.press("slash")
    elif view is View.DETAIL:
        await journey.press("d")
    elif view in _OPENED_BY:
        await journey.press(_OPENED_BY[view])
    elif view is not View.EVENTS:
        await journey.press(*["escape"] * (Level.EVENTS - Level[view.name] + 1))
    await journey.until(lambda: journey.app.screen.view is view)


@pytest.mark.parametrize("view", View)
async def test_every_command_of_a_view_has_one_handler_there(view):
    async with explorer(at(PRIYA)) as journey:
        await _open(journey, view)
        handled = journey.app.screen.handlers.ids
        assert {c.id for c in commands_of([view])} - handled == set()
        board = EXPLORER if view in EXPLORER | {View.PROMPT} else {view}
        board |= set() if view is View.HELP else {View.PROMPT}
        assert handled - {c.id for c in commands_of(board)} == set()


def test_a_second_handler_and_one_of_no_command_are_refused():
    handlers = Handlers({})
    handlers.add("jump.error", list)
    with pytest.raises(ValueError, match=r"two handlers for jump\.error"):
        handlers.add("jump.error", list)
    with pytest.raises(ValueError, match=r"no command jump\.eror"):
        handlers.add("jump.eror", list)


def test_a_reason_names_the_keys_in_force():
    handlers = Handlers({"find.search": "f8", "find.next": "n"})
    handlers.add("find.next", list, lambda: "no search; {find.search} starts one")
    with pytest.raises(Unavailable, match=r"^no search; F8 starts one$"):
        handlers.do("find.next", View.EVENTS)


def test_what_stands_in_braces_for_a_key_is_a_command():
    texts = [
        node.value
        for _, tree in modules("tui")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    ids = {id_ for text in texts for id_ in re.findall(r"\{([a-z]+\.[a-z_]+)\}", text)}
    assert "read.again" in ids
    assert ids <= DEFAULT_KEYS.keys()


def test_a_command_of_another_view_says_where_it_works():
    handlers = Handlers({})
    assert handlers.why_not("lanes.zoom_in", View.STAGES) == "zoom in: works in the lanes"


@pytest.mark.parametrize(
    "view", [view for view in View if view not in {View.HELP, View.PROMPT}], ids=str
)
async def test_the_help_lists_the_keys_of_the_view_one_is_in_first(view):
    async with explorer(at(PRIYA)) as journey:
        await _open(journey, view)
        await journey.press("question_mark")
        await journey.until(lambda: isinstance(journey.app.screen, HelpScreen))
        entries = journey.app.screen._rows.entries
        until = list(entries).index("In other views")
        listed = {entry.id for entry in entries[:until] if hasattr(entry, "id")}
        assert listed == {c.id for c in commands_of([view])}
        await journey.press("escape")
        await journey.until(lambda: journey.app.screen.view is view)


async def test_a_prompt_has_its_help_under_the_keys_that_type_nothing():
    async with explorer(at(PRIYA)) as journey:
        await _open(journey, View.PROMPT)
        await journey.press("f1")
        await journey.until("Accept what is typed.")
        await journey.press("escape")
        await journey.until(lambda: journey.app.screen.view is View.PROMPT)
        await journey.type("quota")
        await journey.until("FIND quota")


async def test_enter_in_the_help_does_the_command_in_the_view_below():
    async with explorer(at(PRIYA)) as journey:
        await _open(journey, View.LANES)
        await journey.until("of 12 publishing")
        before = journey.text
        await journey.press("question_mark")
        await journey.until("HELP")
        await journey.type("zoom in")
        await journey.until("lanes.zoom_in")
        await journey.press("enter")
        await journey.until(lambda: journey.app.screen.view is View.LANES)
        await journey.until(lambda: "of 12 publishing" in journey.text and journey.text != before)


async def test_a_command_of_another_view_says_so_when_the_help_is_asked_to_do_it():
    async with explorer(at(PRIYA)) as journey:
        await _open(journey, View.COMPARE)
        await journey.press("question_mark")
        await journey.until("HELP")
        await journey.type("lanes.zoom_in")
        await journey.until("not now: zoom in: works in the lanes")
        await journey.press("enter")
        await journey.until(lambda: "zoom in: works in the lanes" in journey.screen[-1])
        await journey.press("j")
        await journey.until(lambda: "next second of both" in journey.screen[-1])


async def test_what_cannot_be_done_says_why_before_the_press_and_after_it():
    async with explorer() as journey:
        await journey.until("all 7 stages read")
        await journey.press("question_mark")
        await journey.until("HELP")
        await journey.type("jump.token")
        await journey.until("not now: open a participant first: this works on events")
        await journey.press("enter")
        await journey.until(lambda: "open a participant first" in journey.status)


REMAPPED = """
[keys]
"summary.next_code" = "f6"
"lanes.zoom_in" = "f7"
"compare.next_pair" = "f8"
"go.out" = "f9"
"lanes.close" = "f9"
"app.help" = "f2"
"go.in" = "o"
"""


@pytest.mark.parametrize(
    ("view", "named"),
    [
        (View.SUMMARY, ("o show events", "F6 next code", "F9 back", "F2 help")),
        (View.LANES, ("F7 Z zoom", "F9 back", "F2 help")),
        (View.COMPARE, ("F8 next second of both", "F9 back", "F2 help")),
    ],
)
async def test_remapped_keys_work_in_the_overlays_and_their_footers_name_them(view, named):
    configuration, complaints = read(REMAPPED.encode(), "config.toml")
    assert len(complaints) == 1  # o was that of jump.same
    async with explorer(at(PRIYA), configuration=configuration) as journey:
        await _open(journey, view)
        await journey.until(lambda: all(text in journey.screen[-1] for text in named))
        await journey.press("escape", "question_mark")
        assert journey.app.screen.view is view
        await journey.press("f2")
        await journey.until("HELP")
        await journey.press("escape")
        await journey.until(lambda: journey.app.screen.view is view)
        await journey.press("f9")
        await journey.until(lambda: journey.app.screen.view is View.EVENTS)


async def test_words_on_screen_name_the_keys_in_force():
    names = {"read.pause": "f4", "detail.down": "f3", "jump.mark": "f6", "go.in": "f9"}
    keys = "\n".join(["[keys]", *(f'"{id_}" = "{key}"' for id_, key in names.items())]).encode()
    configuration, _ = read(keys, "config.toml")
    async with explorer(at(PRIYA), size=(120, 24), configuration=configuration) as journey:
        await journey.until("more lines  F3 K")
        await journey.press("u")
        await journey.until("no event is marked; F6 marks one")
        await journey.press("G")
        await journey.until("12 in this second  F9 opens")
        await journey.press("M", "f4")
        await journey.until("PAUSED · F4 resumes")
        await journey.press("I")
        await journey.until(lambda: "PAUSED · F4 resumes" in journey.screen[0])
        await journey.press("f4")
        await journey.until(lambda: "PAUSED · " not in journey.screen[0])


def test_every_view_has_commands_in_the_table():
    assert {view for command in COMMANDS for view in command.views} == set(View)


# Keys of a pane that was left.


@pytest.mark.parametrize("key", ["x", "right_parenthesis", "o", "n", "m", "semicolon", "T"])
async def test_keys_of_events_leave_the_list_alone_once_it_was_left(key):
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("escape")
        await journey.until(lambda: journey.here.level is Level.PARTICIPANTS)
        cursor, event_list = journey.cursor, journey.pane.event_list
        await journey.press(key)
        await journey.until(lambda: "open a participant first" in journey.status)
        assert journey.cursor == cursor
        assert not event_list.marks
        assert not event_list.filter_text


async def test_in_the_picker_beside_the_events_keys_go_by_its_row():
    async with explorer(at(PRIYA), size=(170, 40)) as journey:
        await journey.until("61 events, all read")
        await journey.press("shift+tab", "j")
        await journey.until(lambda: journey.app.screen.view is View.PARTICIPANTS)
        cursor = journey.cursor
        await journey.press("x")
        await journey.until(lambda: "the keys go to the other list: Tab" in journey.status)
        assert journey.cursor == cursor
        row = journey.explorer.context.picker.row
        await journey.press("c")
        await journey.until(lambda: "participant id" in journey.status or "id:" in journey.status)
        assert row.participant_id != PRIYA
        await journey.press("tab", "x")
        await journey.until("no token exchange further down")


async def test_siblings_are_those_that_the_picker_shows():
    async with explorer(at()) as journey:
        await journey.until("participants, all read")
        await journey.press("slash")
        await journey.until("FILTER")
        await journey.type("published disc")
        await journey.press("enter")
        shown = [
            journey.explorer.context.picker._rows[i].participant_id
            for i in range(len(journey.explorer.context.picker._rows))
        ]
        assert 2 < len(shown) < len(journey.explorer.context.picker.feed.items)
        await journey.press("g", "enter")
        await journey.until(lambda: journey.here.participant_id == shown[0])
        for wanted in shown[1:4]:
            await journey.press("right_square_bracket")
            await journey.until(lambda wanted=wanted: journey.here.participant_id == wanted)
        await journey.press("left_square_bracket")
        await journey.until(lambda: journey.here.participant_id == shown[2])


async def test_who_is_not_among_the_rows_of_the_filter_has_no_siblings_there():
    async with explorer(at(), size=(170, 40)) as journey:
        await journey.until("participants, all read")
        await journey.press("slash")
        await journey.until("FILTER")
        await journey.type("qq xx")
        await journey.press("enter")
        await journey.until("None of the 40 participants")
        journey.go(at(DANA))
        await journey.press("right_square_bracket")
        await journey.until("not among the rows that 'qq xx' shows: Esc goes to them")
        assert journey.here == at(DANA)


async def test_the_two_participants_opened_last_are_compared_after_open_back_open():
    async with explorer(at()) as journey:
        await journey.until("participants, all read")
        await journey.press("C")
        await journey.until(lambda: "open a participant first: C compares" in journey.status)
        await journey.press("enter")
        await journey.until(lambda: journey.here.level is Level.EVENTS)
        await journey.press("C")
        await journey.until(lambda: "open another one, then C compares both" in journey.status)
        first = journey.here.participant_id
        await journey.press("escape", "j", "enter")
        await journey.until(
            lambda: journey.here.participant_id not in {None, first},
        )
        second = journey.here.participant_id
        await journey.press("C")
        await journey.until(lambda: journey.app.screen.view is View.COMPARE)
        await journey.until(lambda: first in journey.screen[1] and second in journey.screen[1])
        await journey.press("escape", "escape", "C")
        await journey.until(lambda: journey.app.screen.view is View.COMPARE)
        assert journey.here.level is Level.PARTICIPANTS
