"""Summary, lanes and comparison copy, print, save, find and lead on as the lists do, by keys."""

import json

import pytest
from textual import events
from textual.keys import _character_to_key

from ivscope.analysis.lanes import AWAITED
from ivscope.render.lines import plain
from ivscope.settings.commands import KEYBOARDS, OVERLAYS, View, commands_of
from ivscope.settings.configuration import read
from ivscope.ui import overlays, taking
from support.explorer import JOSE, LIVE_STAGE, PRIYA, SHOW, at, explorer
from support.taken import Taken

VIEWS = sorted(OVERLAYS)
KEYS = {View.SUMMARY: "i", View.LANES: "I", View.COMPARE: "C"}
NAMES = {View.SUMMARY: "summary", View.LANES: "lanes", View.COMPARE: "comparison"}


@pytest.fixture
def taken(monkeypatch, tmp_path):
    made = Taken()
    monkeypatch.setattr(taking, "copy", made.copy)
    monkeypatch.setattr(taking, "print_out", made.print)
    monkeypatch.chdir(tmp_path)
    return made


async def opened(journey, view):
    """Open a view from the second of two participants, the summary from everybody's events."""
    await journey.until("events, all read")
    journey.go(at(JOSE))
    await journey.until("events, all read")
    await journey.press(KEYS[view])
    await journey.until(lambda: journey.app.screen.view is view)
    await journey.until(lambda: len(journey.app.screen._list.rows))
    await journey.until("y copy")


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_a_view_says_where_it_is_and_copies_and_prints_what_is_on_screen(view, taken):
    async with explorer(at(PRIYA), size=(120, 30)) as journey:
        await opened(journey, view)
        assert NAMES[view] in journey.screen[0]
        assert "W0Zz9IkArb68" in journey.screen[0]
        await journey.press("y")
        await journey.until("COPY y message")
        await journey.press("v")
        await journey.until("what is on screen: given to pbcopy")
        await journey.press("y", "enter")
        await journey.until(lambda: len(taken.texts) == 2)
        shown, message = taken.texts
        assert NAMES[view] in shown.splitlines()[0]
        assert len(shown.splitlines()) > 3
        assert "COPY" not in shown
        assert SHOW in message
        assert f"ivscope {LIVE_STAGE} {SHOW}" in message
        await journey.press("p", "y")
        await journey.until(lambda: len(taken.texts) == 3)
        assert taken.texts[2].splitlines()[0] == message.splitlines()[0]
        await journey.press("y", "escape")
        await journey.until("y copy")
        await journey.press("c")
        await journey.until(lambda: len(taken.texts) == 4)
        ids = taken.texts[-1]
        assert JOSE in ids if view is not View.LANES else ids
        await journey.press("y", "j")
        await journey.until(lambda: len(taken.texts) == 5)
        told = json.loads(taken.texts[-1])
        documents = told if isinstance(told, list) else [told]
        assert {one["schema"] for one in documents} == {"ivscope.findings.1"}


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_a_view_is_saved_as_text_with_all_its_rows(view, taken, tmp_path):
    async with explorer(at(PRIYA), size=(120, 30), unlimited=True) as journey:
        await opened(journey, view)
        await journey.press("W")
        await journey.until("rows: ivscope-", within=20)
        (file,) = tmp_path.glob(f"ivscope-{NAMES[view]}-*.txt")
        lines = file.read_text().splitlines()
        assert NAMES[view] in lines[0]
        assert len(lines) >= len(journey.app.screen._list.rows)


async def test_saved_lanes_are_of_one_window_whatever_is_pressed_while_they_are_made(taken):
    async with explorer(at(PRIYA), size=(120, 20), unlimited=True) as journey:
        await opened(journey, View.LANES)
        await journey.until("all 40 read", within=20)
        screen = journey.app.screen

        def rows_of(text):
            return [text.row(at) for at in range(text.rows)]

        await journey.until(lambda: not any("░░" in row for row in rows_of(screen.text())))
        text = screen.text()
        rows = rows_of(text)
        await journey.press("z", "z", *">>>", "exclamation_mark", "t")
        await journey.until("times are now in the local zone")
        assert rows_of(text) == rows
        other = screen.text()
        assert other.above != text.above
        assert rows_of(other) != rows


async def test_lanes_of_a_window_that_is_not_drawn_yet_are_saved_with_its_axis(taken):
    async with explorer(at(PRIYA), size=(120, 20), unlimited=True) as journey:
        await opened(journey, View.LANES)
        await journey.until("all 40 read", within=20)
        screen = journey.app.screen
        drawn = [plain(screen._list.rows.line(at, 119)) for at in range(4)]
        screen._view.zoom(4)
        assert [plain(screen._list.rows.line(at, 119)) for at in range(4)] == drawn
        text = screen.text()
        rows = [text.row(at) for at in range(text.rows)]
        assert rows[:4] != drawn
        screen.draw()
        again = screen.text()
        assert [*text.above, *rows] == [*again.above, *map(again.row, range(again.rows))]


async def test_lanes_that_stay_as_they_are_are_not_made_again(taken, monkeypatch):
    async with explorer(at(PRIYA), size=(120, 20), unlimited=True) as journey:
        await opened(journey, View.LANES)
        await journey.until("all 40 read", within=20)
        screen, made = journey.app.screen, []
        make = screen._list._make_row

        def counted(index, width, over):
            made.append(index)
            return make(index, width, over)

        monkeypatch.setattr(screen._list, "_make_row", counted)
        screen.draw()
        assert made == []
        screen._view.zoom(4)
        screen.draw()
        assert made


async def test_lanes_that_are_not_drawn_yet_are_made_for_the_file(taken, tmp_path, monkeypatch):
    monkeypatch.setattr(overlays, "_LANE_EVENTS", 3)
    async with explorer(at(PRIYA), size=(120, 20), unlimited=True) as journey:
        await opened(journey, View.LANES)
        await journey.until("all 40 read", within=20)
        await journey.press("W")
        await journey.until("rows: ivscope-", within=20)
        (file,) = tmp_path.glob("ivscope-lanes-*.txt")
        text = file.read_text()
        assert "all 40 read" in text
        assert AWAITED * 3 not in text


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_a_view_finds_rows_forth_and_back(view):
    text = {View.SUMMARY: "errors", View.LANES: "priya", View.COMPARE: "TOKEN_EXCHANGED"}[view]
    async with explorer(at(PRIYA), size=(120, 30), unlimited=True) as journey:
        await opened(journey, view)
        await journey.press("n")
        await journey.until("no search; / starts one")
        await journey.until(lambda: _has(journey, text))
        await journey.press("slash")
        await journey.until("FIND")
        assert journey.app.screen.view is View.PROMPT
        await journey.type(text)
        await journey.press("enter")
        await journey.until(lambda: journey.app.screen.view is view)
        screen = journey.app.screen
        await journey.until(lambda: text.lower() in screen.row_text(screen._list.cursor).lower())
        for key in ("n", "N"):
            await journey.press(key)
            assert text.lower() in screen.row_text(screen._list.cursor).lower()
        await journey.press("slash")
        await journey.until("FIND")
        await journey.type("nowhere")
        await journey.press("enter")
        await journey.until("no row has nowhere")


def _has(journey, text):
    screen = journey.app.screen
    return any(text.lower() in screen.row_text(at).lower() for at in range(len(screen._list.rows)))


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_a_view_takes_commands_and_those_about_events_leave_it(view):
    async with explorer(at(PRIYA), size=(120, 30)) as journey:
        await opened(journey, view)
        await journey.press("t")
        await journey.until("times are now in the local zone; ages")
        await journey.ask("colon", "20:36  goto", "tz utc")
        await journey.press("enter")
        await journey.until(lambda: journey.app.screen.view is view)
        assert journey.explorer.context.times.style.value == "UTC"
        await journey.ask("colon", "20:36  goto", "bogus")
        await journey.press("enter")
        await journey.until("no command 'bogus'")
        await journey.ask("colon", "20:36  goto", "errors")
        await journey.press("enter")
        await journey.until(lambda: journey.app.screen is journey.explorer)
        await journey.until(lambda: journey.pane.event_list.errors_only)


@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_the_key_of_the_previous_view_leaves_a_view_and_leads_back_to_it(view):
    async with explorer(at(PRIYA), size=(120, 30)) as journey:
        await opened(journey, view)
        await journey.press("minus")
        await journey.until(lambda: journey.app.screen is journey.explorer)
        assert journey.here == at(JOSE)
        await journey.press("minus")
        await journey.until(lambda: journey.app.screen.view is view)
        await journey.press("escape")
        await journey.until(lambda: journey.app.screen is journey.explorer)
        await journey.press("minus")
        await journey.until(lambda: journey.here == at(PRIYA))


@pytest.mark.parametrize("view", [*VIEWS, View.EVENTS, View.PARTICIPANTS, View.STAGES], ids=str)
async def test_no_key_is_silent(view):
    async with explorer(at(PRIYA), size=(120, 30)) as journey:
        if view in OVERLAYS:
            await opened(journey, view)
            await journey.press("T")
            await journey.until("set zero: works in a participant's events")
        else:
            await journey.until("events, all read")
            if view is View.PARTICIPANTS:
                await journey.press("escape")
            elif view is View.STAGES:
                await journey.press("escape", "escape", "escape")
            await journey.until(lambda: journey.app.screen.view is view)
        await journey.press("B")
        await journey.until("B is not a key: ? lists them")
        assert not silent_keys(journey.app.screen)


def silent_keys(screen):
    """The characters that are no key of the screen and are not told why."""
    board = next(board for board in KEYBOARDS if screen.view in board)
    own = {key for command in commands_of(board) for key in command.keys.split(",")}
    said, silent = [], []
    screen.say = said.append
    for sign in map(chr, range(33, 127)):
        key = events.Key(_character_to_key(sign), sign)
        if sign not in own and key.key not in own:
            count = len(said)
            screen.say_no_key(key)
            silent += [sign] if len(said) == count else []
    del screen.say
    return silent


async def test_a_key_that_finds_nothing_to_change_says_so():
    async with explorer(at(JOSE), size=(120, 40)) as journey:
        await journey.until("72 events, all read")
        for key, note in (
            ("K", "this is the first line of the detail"),
            ("w", "ids and ARNs in full"),
            ("w", "ids and ARNs in short forms"),
        ):
            await journey.press(key)
            await journey.until(note)
        await journey.press(*"JJJJJJJJJJJJ")
        await journey.until("the detail has no more lines")
        await journey.press("d", "d")
        await journey.until("only the tokens of an exchange have another form")
        await journey.press("m")
        await journey.until("marked")
        await journey.press("m")
        await journey.until("mark removed")
        await journey.press("escape", "i")
        await journey.until(lambda: journey.app.screen.view is View.SUMMARY)
        await journey.press("r")
        await journey.until("nothing failed here; in the events r reads on")
        await journey.press("escape", "I")
        await journey.until(lambda: journey.app.screen.view is View.LANES)
        await journey.press("0")
        await journey.until("the whole session is shown already")
        await journey.press("escape", "M")
        await journey.until("timeline")
        await journey.press("M")
        await journey.until("the timeline is on screen already")


async def test_the_help_says_what_a_key_that_types_nothing_would_do_elsewhere():
    async with explorer(at(PRIYA), size=(120, 30)) as journey:
        await journey.until("events, all read")
        await journey.press("question_mark")
        await journey.until("HELP")
        await journey.press("ctrl+s")
        await journey.until("save: works in the stages")
        await journey.press("down")
        await journey.until(lambda: "save: works" not in journey.text)


async def test_a_list_of_participants_is_saved_as_text_too(taken, tmp_path):
    async with explorer(at(), size=(120, 30)) as journey:
        await journey.until("40 participants, all read")
        await journey.press("W")
        await journey.until("40 rows: ivscope-participants-")
        (file,) = tmp_path.glob("ivscope-participants-*.txt")
        text = file.read_text()
        assert "priya" in text
        assert "all read" in text.splitlines()[0]


async def test_remapped_keys_hold_in_the_views_and_in_what_they_say():

    configuration, _ = read(b'[keys]\n"take.copy" = "f6"\n"find.search" = "f7"', "config.toml")
    async with explorer(at(PRIYA), configuration=configuration) as journey:
        await journey.until("events, all read")
        await journey.press("I")
        await journey.until(lambda: journey.app.screen.view is View.LANES)
        await journey.press("n")
        await journey.until("no search; F7 starts one")
        await journey.press("y")
        await journey.until("y is not a key: ? lists them")
        await journey.press("f6")
        await journey.until("COPY y message")
