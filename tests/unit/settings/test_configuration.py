"""What config.toml says, and what is said about what is wrong with it."""

import codecs
import os
from zoneinfo import available_timezones

import pytest

from ivscope.cli.main import main
from ivscope.settings.commands import (
    COMMANDS,
    KEYBOARDS,
    View,
    commands_of,
    footer_hints,
)
from ivscope.settings.configuration import Configuration, effective_keys, keymap, load, read
from ivscope.settings.key_names import NoKeyError, first_key, read_key, shown_keys
from support.readme_keys import changing_letters


def _read(text):
    return read(text.encode(), "config.toml")


def _keys(text):
    configuration, complaints = _read(f"[keys]\n{text}")
    return dict(configuration.keys), complaints


def test_every_setting_is_read():
    configuration, complaints = _read(
        'theme = "ansi-light"\nmouse = true\nfold = false\nzone = "Local"\nbackground_calls = 1\n'
        'glyphs = "ascii"\nglyph_width = 2\nkeep_places = false\nredact = true\n'
        '[keys]\n"jump.error" = "e,f8"\n'
    )
    assert complaints == ()
    assert configuration == Configuration(
        {"jump.error": "e,f8"}, "ansi-light", True, False, "local", 1, "ascii", 2, False, True
    )


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ('"jump.error" = "e,f8"', "e,f8"),
        ('"jump.error" = " e , F8 "', "e,f8"),
        ('"jump.error" = ["e", "f8"]', "e,f8"),
        ('jump.error = "e,e"', "e"),
        ('"jump.error" = ""', ""),
        ('"jump.error" = []', ""),
        ('"jump.error" = ","', "comma"),
        ('"jump.error" = [",", "alt+E"]', "comma,alt+E"),
        ('"jump.error" = "ctrl+E,Ctrl+Space,shift+up"', "ctrl+e,ctrl+@,shift+up"),
    ],
)
def test_keys_are_a_text_or_a_list_or_nothing(line, keys):
    assert _keys(line) == ({"jump.error": keys}, ())


@pytest.mark.skipif("Europe/Berlin" not in available_timezones(), reason="no time zones here")
def test_a_zone_can_be_named():
    configuration, complaints = _read('zone = "Europe/Berlin"')
    assert (configuration.zone, complaints) == ("Europe/Berlin", ())


@pytest.mark.parametrize("text", ["", "# nothing\n", "[keys]\n"])
def test_an_empty_file_changes_nothing(text):
    configuration, complaints = _read(text)
    assert (configuration, complaints) == (Configuration(keys={}), ())
    assert keymap(configuration) == {}
    assert effective_keys(configuration) == {c.id: c.keys for c in COMMANDS}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("colour = 1", "'colour' is not a setting"),
        ('them = "ansi-dark"', "'them' is not a setting; did you mean 'theme'?"),
        ('theme = "nord"', "theme is 'nord', which is not one of auto, ansi-dark, ansi-light"),
        ("theme = 1", "theme is 1, which is not one of auto, ansi-dark, ansi-light"),
        ("mouse = 1", "mouse is 1, which is neither true nor false"),
        ('zone = "Atlantis"', "zone is 'Atlantis', which is neither utc nor local nor known"),
        ('zone = "../etc"', "zone is '../etc', which is neither"),
        ('zone = "Europe"', "zone is 'Europe', which is neither"),
        ("zone = 2", "zone is 2, which is neither"),
        ('glyphs = "braille"', "glyphs is 'braille', which is not one of auto, unicode, ascii"),
        ("glyph_width = 3", "glyph_width is 3, which is neither 1 nor 2"),
        ("glyph_width = true", "glyph_width is True"),
        ("background_calls = 0", "background_calls is 0, which is not a whole number from 1 to 4"),
        ("background_calls = 5", "background_calls is 5"),
        ("background_calls = 1.5", "background_calls is 1.5"),
        ("background_calls = true", "background_calls is True"),
        ('keys = "e"', "keys is a table"),
        ("[keys]\nx = 1", "keys: 'x' is not a command"),
        (
            '[keys]\n"jump.eror" = "e"',
            "keys: 'jump.eror' is not a command; did you mean 'jump.error'",
        ),
        ('[keys]\n"jump.error" = 1', "keys: jump.error is 1, which is neither a text nor a list"),
        ('[keys]\n"jump.error" = ["e", 1]', "keys: jump.error is ['e', 1], which is neither"),
    ],
)
def test_what_is_wrong_is_named_and_the_default_holds(text, complaint):
    configuration, complaints = _read(text)
    assert len(complaints) == 1
    assert complaint in complaints[0]
    assert configuration == Configuration(keys={})


@pytest.mark.parametrize(
    ("key", "complaint"),
    [
        ("ctrl+i", "terminals send the same for 'ctrl+i' and tab"),
        ("Ctrl+M", "terminals send the same for 'Ctrl+M' and enter"),
        ("ctrl+h", "terminals send the same for 'ctrl+h' and backspace"),
        ("ctrl+[", "terminals send the same for 'ctrl+[' and escape"),
        ("ctrl+c", "ctrl+c is not free"),
        ("ctrl+1", "most terminals cannot send 'ctrl+1'"),
        ("ctrl+enter", "most terminals cannot send 'ctrl+enter'"),
        ("ctrl+shift+e", "most terminals cannot send 'ctrl+shift+e'"),
        ("alt+enter", "most terminals cannot send 'alt+enter'"),
        ("alt+1", "most terminals cannot send 'alt+1'"),
        ("super+e", "most terminals cannot send 'super+e'"),
        ("shift+e", "'shift+e' is written E"),
        ("shift+space", "most terminals cannot send 'shift+space'"),
        ("7", "digits are counts"),
        ("ee", "no key is called 'ee'"),
        ("ctrl+", "no key is called 'ctrl+'"),
        ("\x1b", "'\\x1b' is not a key"),
    ],
)
def test_a_key_that_cannot_be_had_says_why(key, complaint):
    with pytest.raises(NoKeyError) as raised:
        read_key(key)
    assert complaint in str(raised.value)


def test_a_command_without_one_usable_key_keeps_its_default():
    keys, complaints = _keys('"jump.error" = "ctrl+i"\n"jump.token" = "ctrl+m,f6"')
    assert keys == {"jump.token": "f6"}
    assert len(complaints) == 2
    assert effective_keys(Configuration(keys))["jump.error"] == "e"


def test_only_quitting_can_have_the_key_that_always_quits():
    assert _keys('"app.quit" = "f10,ctrl+q"') == ({"app.quit": "f10,ctrl+q"}, ())
    keys, complaints = _keys('"jump.error" = "ctrl+q"')
    assert keys == {}
    assert complaints == ("keys: jump.error: Ctrl+Q always quits",)


def test_of_two_commands_on_one_key_the_first_has_it_and_both_are_named():
    keys, complaints = _keys('"jump.error" = "f8"\n"jump.token" = "f8,f9"')
    assert keys == {"jump.error": "f8", "jump.token": "f9"}
    assert complaints == ("keys: F8 is given to jump.error and to jump.token; jump.error has it",)


def test_a_default_key_gives_way_and_its_command_is_named():
    keys, complaints = _keys('"jump.error" = "n"')
    in_force = effective_keys(Configuration(keys))
    assert in_force["jump.error"] == "n"
    assert in_force["find.next"] == ""
    assert [c for c in complaints if "n now is jump.error, no longer find.next" in c]
    assert len(complaints) == 1


def test_a_key_of_the_lists_can_be_taken_by_the_screen():
    keys, complaints = _keys('"jump.error" = "j"')
    assert effective_keys(Configuration(keys))["move.down"] == "down"
    assert len(complaints) == 1


def test_two_commands_can_change_keys_without_a_complaint():
    keys, complaints = _keys('"jump.error" = "s"\n"jump.gap" = "e"')
    assert complaints == ()
    in_force = effective_keys(Configuration(keys))
    assert (in_force["jump.error"], in_force["jump.gap"]) == ("s", "e")


def test_the_keymap_holds_what_differs_and_a_key_that_is_none_for_no_key():
    keys, _ = _keys('"jump.error" = "n"\n"jump.token" = ""\n"jump.gap" = "s"')
    changed = keymap(Configuration(keys))
    assert set(changed) == {"jump.error", "find.next", "jump.token"}
    assert changed["jump.error"] == "n"
    assert changed["find.next"] != changed["jump.token"]
    for id_ in ("find.next", "jump.token"):
        with pytest.raises(NoKeyError):
            read_key(changed[id_])


def test_the_key_table_needs_no_complaint():
    written = "\n".join(f"{c.id} = {c.keys.split(',')!r}" for c in COMMANDS)
    keys, complaints = _keys(written.replace("'\\\\'", '"\\\\"'))
    assert complaints == ()
    assert keys == {c.id: c.keys for c in COMMANDS}


def test_the_footer_leaves_out_commands_without_keys():
    hints = footer_hints(View.STAGES, {**effective_keys(Configuration()), "find.search": ""})
    assert "find" not in [label for _, label in hints]
    assert ("Enter", "open") in hints


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("", ""),
        ("e,f8", "e F8"),
        ("f,G", "f G"),
        ("comma,ctrl+d,alt+x,shift+tab", ", Ctrl+D Alt+x Shift+Tab"),
        ("ctrl+@,ctrl+pageup,ctrl+right_square_bracket", "Ctrl+@ Ctrl+PgUp Ctrl+]"),
        ("shift+f5", "Shift+F5"),
    ],
)
def test_keys_are_printed_as_they_stand_on_the_keyboard(keys, shown):
    assert shown_keys(keys) == shown
    assert first_key(keys) == (shown.split(" ")[0] if shown else "")


def test_the_file_is_found_in_its_three_places(tmp_path):
    for folder in (".config/ivscope", "xdg/ivscope"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / ".config/ivscope/config.toml").write_text("background_calls = 1")
    (tmp_path / "xdg/ivscope/config.toml").write_text("background_calls = 3")
    (tmp_path / "own.toml").write_text("background_calls = 4")
    home = {"HOME": str(tmp_path)}
    xdg = home | {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    for environ, calls in (
        (home, 1),
        (home | {"XDG_CONFIG_HOME": "relative"}, 1),
        (xdg, 3),
        (xdg | {"IVSCOPE_CONFIG": str(tmp_path / "own.toml")}, 4),
        ({}, 2),
    ):
        assert load(environ) == (Configuration(keys={}, background_calls=calls), ())


def test_a_missing_file_is_fine_unless_it_was_named(tmp_path):
    assert load({"HOME": str(tmp_path)}) == (Configuration(), ())
    path = tmp_path / "own.toml"
    configuration, complaints = load({"IVSCOPE_CONFIG": str(path)})
    assert configuration == Configuration()
    assert complaints == (f"{path} is not there, but IVSCOPE_CONFIG names it",)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b'theme = "ansi-dark"\nmouse = \n', "is not TOML: Invalid value (at line 2, column 9)"),
        (b'theme = "a"\n\nzone = "\xff"\n', "is not UTF-8 text (at line 3)"),
        (b"a = " + b"[" * 100_000, "is not TOML: tables within too many tables"),
    ],
)
def test_a_broken_file_says_where(tmp_path, content, complaint):
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    configuration, complaints = load({"IVSCOPE_CONFIG": str(path)})
    assert configuration == Configuration()
    assert complaints == (f"{path} {complaint}",)


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    _, complaints = load({"IVSCOPE_CONFIG": str(tmp_path)})
    assert complaints == (f"{tmp_path} cannot be read: it is not a regular file",)


def test_a_pipe_in_place_of_the_file_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "config.toml")
    _, (complaint,) = load({"IVSCOPE_CONFIG": str(tmp_path / "config.toml")})
    assert complaint.endswith("cannot be read: it is not a regular file")


def test_a_file_without_end_is_refused(tmp_path):
    path = tmp_path / "config.toml"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)
    _, (complaint,) = load({"IVSCOPE_CONFIG": str(path)})
    assert "longer than 1,000,000 bytes" in complaint


def test_a_byte_order_mark_before_the_settings_does_no_harm(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(codecs.BOM_UTF8 + b"mouse = true")
    configuration, complaints = load({"IVSCOPE_CONFIG": str(path)})
    assert (configuration.mouse, complaints) == (True, ())


def test_check_config_prints_every_complaint_and_tells_by_its_exit_code(
    tmp_path, monkeypatch, capsys
):
    path = tmp_path / "config.toml"
    monkeypatch.setenv("IVSCOPE_CONFIG", str(path))
    path.write_text("mouse = true")
    assert main(["--check-config"]) == 0
    assert capsys.readouterr() == (f"config ok: {path}\n", "")
    path.write_text('mouse = 1\n[keys]\n"jump.eror" = "e"')
    assert main(["--check-config"]) == 2
    assert len(capsys.readouterr().out.splitlines()) == 2
    monkeypatch.delenv("IVSCOPE_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    assert main(["--check-config"]) == 0
    assert "config ok: defaults, no file at" in capsys.readouterr().out
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.delenv("HOME", raising=False)
    assert main(["--check-config"]) == 0
    assert "None" not in capsys.readouterr().out


@pytest.mark.parametrize("board", KEYBOARDS, ids=min)
def test_on_no_screen_two_commands_have_the_same_key(board):
    keys = [key for command in commands_of(board) for key in command.keys.split(",")]
    assert sorted(keys) == sorted(set(keys))


def test_every_view_has_commands_and_a_way_out():
    for view in View:
        assert any("escape" in c.keys or c.id == "go.out" for c in commands_of([view])), view


def test_the_letters_that_change_their_meaning_are_few_and_known():
    changing = changing_letters(effective_keys(Configuration()))
    assert sorted(changing) == ["Z", "e", "h", "l", "o", "v", "z"]
    assert changing["z"] == ("evidence.next", "lanes.zoom_in")


def test_one_key_can_have_a_command_on_each_screen():
    keys, complaints = _keys('"jump.error" = "f8"\n"lanes.plot" = "f8"\n"summary.next_code" = "f8"')
    assert complaints == ()
    assert set(keys.values()) == {"f8"}


def test_a_key_taken_in_one_view_keeps_its_commands_in_the_others():
    keys, complaints = _keys('"jump.error" = "z"')
    in_force = effective_keys(Configuration(keys))
    assert in_force["evidence.next"] == ""
    assert in_force["lanes.zoom_in"] == "z"
    assert len(complaints) == 1


def test_a_command_of_many_views_takes_its_key_from_the_commands_of_each():
    keys, complaints = _keys('"move.down" = "z"')
    in_force = effective_keys(Configuration(keys))
    assert (in_force["evidence.next"], in_force["lanes.zoom_in"]) == ("", "")
    assert [c for c in complaints if "lanes.zoom_in" in c]
    assert len(complaints) == 2


def test_a_character_that_is_typed_into_a_prompt_is_no_key_of_it():
    keys, complaints = _keys('"prompt.cancel" = "q,f4"\n"help.do" = "space"')
    assert keys == {"prompt.cancel": "f4"}
    assert complaints == (
        "keys: prompt.cancel: q is a character to type there",
        "keys: help.do: Space is a character to type there",
    )
