"""The report of a crash: where it happened, and no value of what was read."""

import stat
from datetime import UTC, datetime

import pytest

from ivscope.terminal.crash_report import report_crash

NOW = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)

VALUES = [
    "eyJhbGciOiJFUzM4NCJ9.eyJ1c2VyX2lkIjoiYW5uIn0.c2lnbmF0dXJl",
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "sk_us-west-2_abcdefgh",
    "https://ann:secret@proxy.example.com",
    "ann.lee@example.com",
    "arn:aws:ivs:us-west-2:123456789012:stage/W0Zz9IkArb68",
    "tAv0YThNuP8y",
    "'a name in quotes'",
    '"another name',
]


def fail_with(error: Exception) -> None:
    user_id = "a-local-value"
    if user_id:
        raise error


def raised(error: Exception) -> Exception:
    with pytest.raises(type(error)) as caught:
        fail_with(error)
    return caught.value


def reported(tmp_path, error: Exception, **environ: str) -> tuple[str, str]:
    """What is printed, and the report."""
    printed = report_crash(error, ["go.in", "jump.error"], {"HOME": str(tmp_path), **environ}, NOW)
    path = tmp_path / ".local" / "state" / "ivscope" / "crash-20261128T140000Z.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return printed, path.read_text("utf-8")


@pytest.mark.parametrize("value", VALUES)
def test_no_secret_and_no_value_of_a_message_is_in_the_report(tmp_path, value):
    printed, report = reported(tmp_path, raised(ValueError(f"cannot read {value} here")))
    inside = value.strip("'\"")
    assert inside not in report + printed
    assert not any(part in report for part in ("secret", "ann.lee", "123456789012"))
    assert "ValueError: cannot read" in report


def test_names_of_the_code_stay_in_messages_about_code(tmp_path):
    error = raised(AttributeError("'NoneType' object has no attribute 'rows'"))
    _, report = reported(tmp_path, error)
    assert "AttributeError: 'NoneType' object has no attribute 'rows'" in report


def test_the_report_has_lines_of_code_and_no_local_values(tmp_path):
    _, report = reported(tmp_path, raised(KeyError("x")))
    assert "    raise error" in report
    assert report.count("a-local-value") == 0
    assert "KeyError: '…'" in report


def test_the_cause_stands_before_what_it_led_to(tmp_path):
    later = RuntimeError("second")
    later.__cause__ = raised(LookupError("first"))
    _, report = reported(tmp_path, raised(later))
    assert report.index("LookupError: first") < report.index("RuntimeError: second")


def test_versions_commands_and_facts_of_the_terminal_are_told_without_addresses(tmp_path):
    environ = {
        "TERM": "xterm-kitty",
        "SSH_CONNECTION": "192.0.2.7 1 192.0.2.8 22",
        "TMUX": "/run/x",
    }
    _, report = reported(tmp_path, raised(KeyError("x")), **environ)
    assert "TERM: 'xterm-kitty'" in report
    assert "SSH_CONNECTION: set" in report
    assert "TMUX: set" in report
    assert "192.0.2" not in report
    assert "textual 8" in report
    assert "Commands done last: go.in, jump.error" in report
    assert str(tmp_path) not in report


def test_the_apology_names_error_and_file(tmp_path):
    printed, _ = reported(tmp_path, raised(KeyError("x")))
    assert printed.startswith("sorry, a bug in ivscope ended it (KeyError).")
    assert "~/.local/state/ivscope/crash-20261128T140000Z.txt" in printed


def test_a_report_that_cannot_be_saved_is_printed(tmp_path):
    (tmp_path / "state").write_text("in the way")
    environ = {"XDG_STATE_HOME": str(tmp_path / "state")}
    printed = report_crash(raised(KeyError("x")), [], environ, NOW)
    assert "could not be saved (Not a directory)" in printed
    assert "KeyError: '…'" in printed


def test_an_error_whose_text_is_a_bug_of_its_own_is_reported_too(tmp_path):
    class WorseError(Exception):
        def __str__(self):
            raise RuntimeError("worse")

    _, report = reported(tmp_path, raised(WorseError()))
    assert "WorseError: no message (RuntimeError)" in report


def test_the_newest_ten_reports_are_kept_and_no_other_file_goes(tmp_path):
    folder = tmp_path / ".local" / "state" / "ivscope"
    folder.mkdir(parents=True)
    (folder / "prompts.json").write_text("{}")
    for day in range(1, 28):
        (folder / f"crash-202611{day:02d}T140000Z.txt").write_text(f"report of day {day}")
    reported(tmp_path, raised(KeyError("x")))
    left = sorted(path.name for path in folder.iterdir())
    assert left[0] == "crash-20261119T140000Z.txt"
    assert left[9:] == ["crash-20261128T140000Z.txt", "prompts.json"]
