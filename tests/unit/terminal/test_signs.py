"""Which signs are drawn, and where links are, as locale and environment say that they can be."""

import pytest

from ivscope.terminal.settings import draws_blocks, shows_links

UTF8 = {"LANG": "en_US.UTF-8", "TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (UTF8, True),
        ({**UTF8, "LANG": "de_DE.utf8@euro"}, True),
        ({**UTF8, "LANG": "de_DE.ISO-8859-1"}, False),
        ({**UTF8, "LC_ALL": "C"}, False),
        ({**UTF8, "LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LANG": "C"}, True),
        ({"TERM": "xterm"}, False),
        ({**UTF8, "TERM": "linux"}, False),
        ({**UTF8, "TERM": "vt220"}, False),
        ({**UTF8, "TERM": "tmux-256color"}, True),
    ],
)
def test_auto_goes_by_locale_and_term(environ, expected):
    assert draws_blocks(environ, "auto", 1) is expected


def test_a_setting_overrules_locale_and_term_but_not_wide_signs():
    assert draws_blocks({}, "unicode", 1)
    assert not draws_blocks(UTF8, "ascii", 1)
    assert not draws_blocks(UTF8, "auto", 2)
    assert not draws_blocks(UTF8, "unicode", 2)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "foot-extra"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, True),
        ({"TERM": "xterm-256color", "WT_SESSION": "1"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7006"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "4602"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "new"}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "iTerm.app"}, False),
        ({"TERM": "xterm-kitty", "TMUX": "/run/tmux/default,1,0"}, False),
        ({"TERM": "screen", "STY": "1.host", "VTE_VERSION": "7006"}, False),
        ({}, False),
    ],
)
def test_links_are_drawn_where_the_terminal_is_known_to_take_them(environ, expected):
    assert shows_links(environ) is expected
