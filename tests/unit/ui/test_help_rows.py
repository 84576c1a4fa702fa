"""What the help lists and finds."""

import pytest
from ivscope.render.cells import line_width
from ivscope.settings.commands import BY_ID, COMMANDS, Area
from ivscope.settings.configuration import Configuration, effective_keys
from ivscope.ui.help.screen import HelpRows, found, full_lines, grouped

KEYS = effective_keys(Configuration())


def _text(line):
    return "".join(span.text for span in line)


def _ids(query, keys=KEYS):
    return [command.id for command in found(query, keys)]


def test_every_command_stands_once_below_its_area():
    entries = grouped()
    commands = [entry for entry in entries if not isinstance(entry, Area)]
    assert sorted(c.id for c in commands) == sorted(c.id for c in COMMANDS)
    area = None
    for entry in entries:
        if isinstance(entry, Area):
            area = entry
        else:
            assert entry.area is area


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
        ("taking explanation", "take.copy"),
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
    rows = HelpRows(grouped(), KEYS)
    for index in range(len(rows)):
        assert line_width(rows.line(index, width)) <= width


def test_all_about_a_command_fits_its_five_lines_at_80_columns():
    for command in COMMANDS:
        lines = full_lines(command, KEYS[command.id], 80)
        assert len(lines) <= 5, command.id
        assert command.id in _text(lines[0])
        assert command.help.split()[-1] in _text(lines[-1])
    assert _text(full_lines(BY_ID["find.next"], "", 80)[0]).startswith("no key")


def test_default_keys_and_labels_are_not_cut_in_the_rows():
    rows = HelpRows(COMMANDS, KEYS)
    for index, command in enumerate(COMMANDS):
        head = _text(rows.line(index, 200))
        assert command.label in head
        assert "…" not in _text(rows.line(index, 200)[:1])


def test_steps_skip_headings_both_ways_and_end_on_commands():
    rows = HelpRows(grouped(), KEYS)
    assert rows.step(0, 0) == 1
    assert rows.step(1, -1) == 1
    assert rows.step(5, -100) == 1
    assert rows.step(1, 1000) == len(rows) - 1
    assert rows.step(len(rows) - 1, 1) == len(rows) - 1
    headings = [i for i in range(len(rows)) if rows.command(i) is None]
    assert rows.step(headings[1] - 1, 1) == headings[1] + 1
    assert rows.step(headings[1] + 1, -1) == headings[1] - 1


def test_nothing_found_has_no_command():
    rows = HelpRows((), KEYS)
    assert rows.command(0) is None
    assert rows.step(0, 1) == 0
