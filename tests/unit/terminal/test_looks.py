"""What `ivscope doctor` says about a terminal."""

import pytest

from ivscope.terminal.looks import terminal_facts

pytestmark = pytest.mark.fast

SIZE = (120, 40)
PLAIN = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}


def facts(environ=None, size=SIZE, ask=lambda _option: None, **settings):
    settings = {"glyphs": "auto", "glyph_width": 1, **settings}
    found = terminal_facts({**PLAIN, **(environ or {})}, size, ask=ask, **settings)
    return {fact.name: fact for fact in found}


def test_a_good_terminal_has_nothing_wrong():
    found = facts()
    assert all(fact.is_well is not False for fact in found.values())
    assert found["size"].told == "120 by 40"
    assert found["ESC delay"].told.startswith("50 ms")
    assert "OSC 52" in found["clipboard"].told
    assert "tmux escape-time" not in found


def test_what_hinders_is_told_with_what_to_do():
    assert facts({"TERM": "dumb"})["terminal"].is_well is False
    assert facts(size=None)["terminal"].is_well is False
    assert facts(size=(60, 40))["size"].step
    assert "NO_COLOR" in facts({"NO_COLOR": "1"})["colours"].told
    assert facts(glyph_width=2)["glyphs"].told.startswith("ASCII")
    assert facts({"SSH_CONNECTION": "x"})["ESC delay"].told.startswith("150 ms")


def test_the_settings_of_tmux_are_judged_and_not_guessed():
    settings = {"escape-time": "500", "set-clipboard": "off", "allow-passthrough": "off"}
    slow = facts({"TMUX": "/tmp/t,1,0"}, ask=settings.get)  # noqa: S108 - never opened
    assert slow["tmux escape-time"].is_well is False
    assert "escape-time 20" in slow["tmux escape-time"].step
    assert slow["tmux set-clipboard"].is_well is False
    assert facts({"TMUX": "x"})["tmux"].told == "does not answer"
