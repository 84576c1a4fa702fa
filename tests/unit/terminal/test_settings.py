"""What the environment tells about the terminal."""

import pytest

from ivscope.terminal.settings import refusal, theme_of_ground, toolkit_settings

pytestmark = pytest.mark.fast


@pytest.mark.parametrize(
    ("value", "theme"),
    [
        (None, "ansi-dark"),
        ("15;0", "ansi-dark"),
        ("0;15", "ansi-light"),
        ("0;default;7", "ansi-light"),
        ("12;8", "ansi-dark"),
        ("0;11", "ansi-light"),
        ("default;default", "ansi-dark"),
        ("", "ansi-dark"),
        ("0;rubbish", "ansi-dark"),
    ],
)
def test_the_ground_is_told_by_colorfgbg_and_dark_where_it_says_nothing(value, theme):
    environ = {} if value is None else {"COLORFGBG": value}
    assert theme_of_ground(environ) == theme


@pytest.mark.parametrize(
    ("environ", "is_terminal", "says"),
    [
        ({}, True, "TERM is not set, which cannot"),
        ({"TERM": ""}, True, "TERM is not set, which cannot"),
        ({"TERM": "dumb"}, True, "TERM is dumb, which cannot"),
        ({"TERM": "xterm"}, False, "ssh -t gives one"),
    ],
)
def test_what_cannot_show_an_explorer_is_told_as_it_is_with_what_to_do(environ, is_terminal, says):
    assert says in refusal(environ, is_terminal=is_terminal)
    assert refusal({"TERM": "xterm"}, is_terminal=True) is None


def test_a_theme_that_the_user_gave_the_toolkit_stays():
    assert "TEXTUAL_THEME" not in toolkit_settings({"TEXTUAL_THEME": "nord"})
    assert toolkit_settings({})["TEXTUAL_THEME"] == "ansi-dark"


@pytest.mark.parametrize("sign", ["SSH_CONNECTION", "SSH_TTY"])
def test_a_local_terminal_has_many_frames_a_second_and_a_slow_link_few(sign):
    assert int(toolkit_settings({})["TEXTUAL_FPS"]) >= 120
    assert int(toolkit_settings({sign: "there"})["TEXTUAL_FPS"]) <= 20


@pytest.mark.parametrize("environ", [{}, {"SSH_TTY": "there"}])
def test_frames_that_a_person_has_chosen_stay(environ):
    assert "TEXTUAL_FPS" not in toolkit_settings({**environ, "TEXTUAL_FPS": "60"})
