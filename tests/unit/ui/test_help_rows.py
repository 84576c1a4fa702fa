"""What the help lists and finds."""

import pytest

from ivscope.analysis.lanes import LaneCell
from ivscope.render.cells import line_width
from ivscope.render.plots import lane_cells
from ivscope.settings.commands import BY_ID, COMMANDS, Area, Command, View
from ivscope.settings.configuration import Configuration, effective_keys
from ivscope.ui.help.screen import SIGNS, HelpRows, found, full_lines, grouped

KEYS = effective_keys(Configuration())
POSSIBLE = dict.fromkeys(KEYS, "")


def _text(line):
    return "".join(span.text for span in line)


def _ids(query, keys=KEYS):
    return [command.id for command in found(query, keys, View.EVENTS)]


@pytest.mark.parametrize("view", View)
def test_the_commands_of_the_view_stand_below_their_areas_and_all_others_after_them(view):
    entries = grouped(view)
    commands = [entry for entry in entries if isinstance(entry, Command)]
    assert sorted(c.id for c in commands) == sorted(c.id for c in COMMANDS)
    elsewhere = entries.index("In other views")
    assert all(view in c.views for c in entries[:elsewhere] if isinstance(c, Command))
    assert not any(view in c.views for c in entries[elsewhere + 1 :])
    area = None
    signs = entries.index("Signs and colours")
    first = next(at for at, entry in enumerate(entries) if isinstance(entry, Area))
    in_place = [HelpRows(entries[:first], KEYS, POSSIBLE).line(row, 80) for row in range(first)]
    assert all(line_width(line) <= 78 for line in in_place), "signs of the view are not cut"
    for entry in entries[first:signs]:
        if isinstance(entry, Area):
            area = entry
        else:
            assert entry.area is area
    assert entries[signs + 1 : elsewhere] == SIGNS


@pytest.mark.parametrize(
    ("view", "told"),
    [
        (View.EVENTS, "┃ errors in that part of the list"),
        (View.TIMELINE, "= is the same second"),
        (View.PARTICIPANTS, "x33 joined 33 times"),
        (View.LANES, "● publishing then"),
        (View.SUMMARY, "LIKELY unless events are missing"),
    ],
)
def test_what_a_view_draws_is_explained_on_the_first_page_of_its_help(view, told):
    rows = HelpRows(grouped(view), KEYS, POSSIBLE)
    assert any(told in _text(rows.line(row, 80)) for row in range(4))
    assert told in rows.text()


def test_every_sign_of_a_lane_is_explained_in_its_colour():
    rows = HelpRows(SIGNS, KEYS, POSSIBLE)
    lines = [rows.line(row, 80) for row in range(len(rows))]
    for cell in LaneCell:
        line = next((line for line in lines if line[0].text == cell), ())
        assert cell is LaneCell.OUTSIDE or line[0].role is lane_cells(cell)[0].role
    assert all(len(_text(line).split()) > 1 for line in lines)


def test_a_search_has_the_commands_of_the_view_first():
    hits = found("error", KEYS, View.LANES)
    assert hits[0].id == "lanes.errors_first"
    assert found("error", KEYS, View.EVENTS)[0].id != "lanes.errors_first"
    assert [c.id for c in found("z", KEYS, View.LANES)][:2] == ["lanes.zoom_in", "evidence.next"]


def test_a_command_that_cannot_be_done_now_says_why_in_its_row_and_below():
    reason = "open a participant first: this works on events"
    rows = HelpRows(grouped(View.STAGES), KEYS, POSSIBLE | {"jump.token": reason})
    row = next(i for i in range(len(rows)) if rows.command(i) is BY_ID["jump.token"])
    assert f"not now: {reason}" in _text(rows.line(row, 120))
    below = [_text(line) for line in full_lines(BY_ID["jump.token"], "x", reason, 80)]
    assert below[1] == f"Not now: {reason}"
    assert "TOKEN_EXCHANGED" in below[2]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("e", "jump.error"),
        ("E", "jump.error_back"),
        ("?", "app.help"),
        ("/", "find.search"),
        ("ctrl+p", "app.help"),
        ("Ctrl+P", "app.help"),
        ("esc", "go.out"),
        ("escape", "go.out"),
        ("PGDN", "move.page_down"),
        ("next error", "jump.error"),
        ("error next", "jump.error"),
        ("jump.error", "jump.error"),
        ("clipboard works", "take.print"),
        ("copying markdown", "take.copy"),
    ],
)
def test_a_search_finds_by_words_of_key_label_id_and_help(query, first):
    assert _ids(query)[0] == first


def test_every_word_must_be_there():
    assert _ids("error zzz") == []
    assert set(_ids("previous error")) < set(_ids("error"))


def test_the_search_knows_the_keys_in_force():
    keys = KEYS | {"jump.error": "f8", "read.all": "e", "find.next": ""}
    assert _ids("f8", keys)[0] == "jump.error"
    assert _ids("e", keys)[0] == "read.all"
    assert "find.next" in _ids("next hit", keys)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_rows_fit_the_width(width):
    rows = HelpRows(grouped(View.EVENTS), KEYS, POSSIBLE)
    for index in range(len(rows)):
        assert line_width(rows.line(index, width)) <= width


def test_all_about_a_command_fits_its_five_lines_at_80_columns():
    for command in COMMANDS:
        lines = full_lines(command, KEYS[command.id], "no " * 40, 80)
        assert len(lines) <= 5, command.id
        assert command.id in _text(lines[0])
        assert command.help.split()[-1] in _text(lines[-1])
    assert _text(full_lines(BY_ID["find.next"], "", "", 80)[0]).startswith("no key")


def test_default_keys_and_labels_are_not_cut_in_the_rows():
    rows = HelpRows(COMMANDS, KEYS, POSSIBLE)
    for index, command in enumerate(COMMANDS):
        head = _text(rows.line(index, 200))
        assert command.label in head
        assert "…" not in _text(rows.line(index, 200)[:1])


def test_steps_skip_headings_both_ways_and_end_on_commands():
    rows = HelpRows(grouped(View.EVENTS), KEYS, POSSIBLE)
    first = rows.step(0, 0)
    assert rows.command(first) is not None
    assert rows.step(first, -1) == first
    assert rows.step(first + 4, -100) == first
    assert rows.step(first, 1000) == len(rows) - 1
    assert rows.step(len(rows) - 1, 1) == len(rows) - 1
    heading = next(i for i in range(first, len(rows)) if rows.command(i) is None)
    assert rows.step(heading - 1, 1) == heading + 1
    assert rows.step(heading + 1, -1) == heading - 1


def test_nothing_found_has_no_command():
    rows = HelpRows((), KEYS, POSSIBLE)
    assert rows.command(0) is None
    assert rows.step(0, 1) == 0
