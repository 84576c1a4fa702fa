"""The examples of README do what it says: they run here, on the demo, as they are printed there."""

import re
import shlex
import tomllib
from dataclasses import dataclass

import pytest

from ivscope.cli import reading
from ivscope.cli.main import COMMANDS, main
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.settings.configuration import Configuration, load
from support.tree import ROOT

README = (ROOT / "README.md").read_text("utf-8")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_BLOCKS = re.compile(r"^```(console|sh)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LEFT_OUT = "…"


@dataclass(frozen=True, slots=True)
class Example:
    """A command of README, and what stands below it: nothing where only the command is shown."""

    words: tuple[str, ...]
    printed: str

    def is_told_by(self, output: str) -> bool:
        """Whether a command has printed this; any text may stand where README has dots."""
        parts = (re.escape(part) for part in _DAY.sub("DAY", self.printed).split(_LEFT_OUT))
        return (
            re.fullmatch(".*".join(parts), _DAY.sub("DAY", output).strip(), re.DOTALL) is not None
        )


def examples():
    """The commands in blocks of what a terminal shows, in their order."""
    found = []
    for kind, block in _BLOCKS.findall(README):
        for shown in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:] if kind == "console" else ():
            command, _, printed = shown.partition("\n")
            program, *words = shlex.split(command)
            assert program == "ivscope"
            found.append(Example(tuple(words), printed.strip()))
    return found


def test_every_example_without_a_screen_prints_what_stands_below_it(capsys, monkeypatch, tmp_path):
    # Those further down read the recording that one further up has made.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    fast = RateLimiter(demand=10_000, background=10_000, window=0)
    monkeypatch.setattr(reading, "RateLimiter", lambda **_limits: fast)
    run = examples()
    for example in run:
        code = main(example.words)
        out, err = capsys.readouterr()
        assert code == 0, (example.words, err)
        assert not example.printed or example.is_told_by(out), (
            f"README has another text for {example.words}:\n{out}"
        )
    shown = {"stages", "sessions", "participants", "events", "errors", "summary", "why", "record"}
    assert {example.words[0] for example in run} >= shown | {"report", "explain", "doctor"}
    assert (tmp_path / "incident.html").read_text("utf-8").startswith("<!doctype html>")


def test_dots_stand_for_any_text_and_all_else_is_compared():
    example = Example((), "a 2026-01-01\n…\nend")
    assert example.is_told_by("a 2026-11-28\nmore\nof it\nend\n")
    assert not example.is_told_by("b 2026-11-28\nmore\nend\n")
    assert not example.is_told_by("a 2026-11-28\nmore\nend of it\n")


def test_every_line_that_opens_the_explorer_is_understood(capsys):
    lines = [line for _, block in _BLOCKS.findall(README) for line in block.splitlines()]
    lines = [line for line in lines if line.startswith("ivscope ")]
    assert lines
    for line in lines:
        assert main(shlex.split(line)[1:]) == 2
        assert "the explorer needs a terminal" in capsys.readouterr().err, line


def test_every_file_that_it_names_is_there():
    named = set(re.findall(r"[`(]((?:tui|tests|\.ci)/[\w./]*)", README))
    assert len(named) > 10
    assert {name for name in named if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize(
    "command",
    [
        "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/ivscope --demo",
        "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest",
    ],
)
def test_the_two_commands_of_a_fresh_machine_stand_alone_in_a_block(command):
    assert ("sh", command + "\n") in _BLOCKS.findall(README)


def test_every_option_in_the_text_is_one_of_its_command(capsys):
    spans = [span.split() for span in re.findall(r"`ivscope ([^`]+)`", README)]
    asked = [(words, [word for word in words if word.startswith("--")]) for words in spans]
    asked = [(words, options) for words, options in asked if options]
    assert asked
    for words, options in asked:
        with pytest.raises(SystemExit):
            main([words[0], "--help"] if words[0] in COMMANDS else ["--help"])
        if words[0] == "serve":  # takes those of the explorer too
            with pytest.raises(SystemExit):
                main(["--help"])
        told = capsys.readouterr().out
        assert [one for one in options if not re.search(rf"{one}(?![\w-])", told)] == [], words


def test_the_settings_are_all_there_and_are_read_without_a_complaint(tmp_path):
    text = README.partition("```toml\n")[2].partition("```")[0]
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    configuration, complaints = load({"IVSCOPE_CONFIG": str(path)})
    assert complaints == ()
    assert configuration.zone == "Europe/Berlin"
    assert tomllib.loads(text).keys() == set(Configuration._fields)
