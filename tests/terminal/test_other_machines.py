"""Machines that lack something: a character set, time zones, Latin letters on the keyboard."""

import sys

import pytest

from support.terminal import IVSCOPE, Terminal, settings

DEMO = (*IVSCOPE, "--demo", "--world", "quiet")

LISTED = "2 stages, all read"

POOR = {
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "no locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


@pytest.mark.parametrize("environ", POOR.values(), ids=POOR)
def test_a_character_that_the_terminal_lacks_takes_one_cell(environ):
    with Terminal(DEMO, environ=settings(**environ)) as terminal:
        terminal.until(LISTED).press("enter").until("sessions, all read").until_quiet()
        assert terminal.screen[0].endswith("UTC")
        assert len(terminal.screen[0]) == 120
        assert "\\" not in terminal.text
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0


@pytest.mark.parametrize(
    ("setting", "environ", "is_ascii"),
    [
        ("", {"LANG": "C.UTF-8"}, False),
        ("", {"LANG": "C.UTF-8", "TERM": "linux"}, True),
        ("", {"LC_ALL": "C", "PYTHONUTF8": "1"}, True),
        ('glyphs = "ascii"', {"LANG": "C.UTF-8"}, True),
        ('glyphs = "unicode"', {"LC_ALL": "C", "PYTHONUTF8": "1"}, False),
        ('glyphs = "unicode"\nglyph_width = 2', {"LANG": "C.UTF-8"}, True),
    ],
)
def test_lanes_are_drawn_in_signs_that_the_terminal_has(tmp_path, setting, environ, is_ascii):
    config = tmp_path / "config.toml"
    config.write_text(setting)
    environ = settings(IVSCOPE_CONFIG=str(config), **environ)
    with Terminal(DEMO, environ=environ) as terminal:
        terminal.until(LISTED).press("enter").until("sessions, all read").press("enter")
        terminal.until("participants, all read").press("I").until(" a cell")
        terminal.until("publishing" if is_ascii else "█ publishing").until_quiet()
        assert ("# publishing" in terminal.text) == is_ascii
        assert terminal.text.isascii() == is_ascii


@pytest.mark.parametrize("view", ["", "enter", "I"])
def test_a_letter_of_another_script_says_what_keys_are(view):
    with Terminal(DEMO) as terminal:
        terminal.until(LISTED)
        if view == "I":
            terminal.press("enter").until("sessions, all read").press("enter")
            terminal.until("participants, all read").press("I").until(" a cell")
        terminal.until_quiet().press("\N{CYRILLIC SMALL LETTER O}")
        terminal.until("is not a key: keys are Latin letters, so switch the keyboard's layout")
        terminal.press("j").until_quiet()
        assert "is not a key" not in terminal.text


def test_without_time_zone_data_it_says_what_gives_them(tmp_path):
    (tmp_path / "config.toml").write_text('zone = "Europe/Berlin"\n')
    code = "import sys; sys.modules['tzdata'] = None; from ivscope.cli.main import run; run()"
    command = (sys.executable, "-c", code, "--check-config")
    environ = settings(IVSCOPE_CONFIG=str(tmp_path / "config.toml"), PYTHONTZPATH="")
    with Terminal(command, columns=200, environ=environ) as terminal:
        assert terminal.exit_code() == 2
        said = " ".join(terminal.text.split())
        assert "this machine has no time zone data (pip install tzdata gives it)" in said


@pytest.mark.parametrize(
    "environ",
    [
        {"COLUMNS": "99999999", "LINES": "99999999"},
        {"COLUMNS": "1", "LINES": "1"},
        {"TEXTUAL_LOG": "typed.log", "TEXTUAL_DEBUG": "1"},
        {"TEXTUAL_COLOR_SYSTEM": "no such"},
        {"TEXTUAL_DRIVER": "os:path"},
        {"TEXTUAL_PRESS": "q,q"},
        {"TEXTUAL_SCREENSHOT": "0"},
    ],
    ids=str,
)
def test_the_toolkits_own_variables_change_nothing_and_write_no_file(
    tmp_path, monkeypatch, environ
):
    monkeypatch.chdir(tmp_path)
    with Terminal(DEMO, environ=settings(**environ)) as terminal:
        terminal.until(LISTED).press("j").until_quiet()
        assert len(terminal.screen[0]) == 120
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (2, 1), (1, 30), (3, 2), (300, 1)])
def test_a_window_of_almost_no_cells_comes_to_rest_and_takes_keys(columns, rows):
    with Terminal(DEMO, columns=columns, rows=rows) as terminal:
        terminal.until(lambda: b"?1049h" in terminal.raw).until_quiet(1.5, timeout=30)
        terminal.press("j", "enter").until_quiet(1, timeout=30)
        terminal.resize(120, 40).until("all read").press("ctrl+q")
        assert terminal.exit_code() == 0
