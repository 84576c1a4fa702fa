"""The man page and the completion that are made from the parsers, and what --version tells."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from ivscope.cli.main import COMMANDS, main
from support.tree import ROOT


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    pytest.importorskip("shtab", reason="shtab is not installed: pip install -e '.[dev]'")
    folder = tmp_path_factory.mktemp("pages")
    script = ROOT / ".ci" / "man_and_completion.py"
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, script, folder]
    subprocess.run(command, check=True, capture_output=True, timeout=60, env=environ)
    return folder


def test_the_man_page_has_every_command_the_exit_codes_and_the_variables(pages):
    page = (pages / "ivscope.1").read_text("utf-8")
    for name in COMMANDS:
        assert f".SS ivscope {name}\n" in page
    assert ".SH EXIT STATUS" in page
    assert "IVSCOPE_CONFIG" in page
    assert "%(" not in page, "a help text with its defaults filled in"
    if shutil.which("groff"):
        command = ["groff", "-man", "-Tascii", "-ww", "-z", str(pages / "ivscope.1")]
        told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
        assert told.stderr == ""


def test_bash_completes_commands_and_options(pages):
    def completed(*words):
        program = (
            f"source {pages / 'ivscope.bash'}; COMP_WORDS=({' '.join(words)} ''); "
            f"COMP_CWORD={len(words) - 1}; "
            f'_shtab_ivscope ivscope "{words[-1]}" "{words[-2]}"; echo "${{COMPREPLY[@]}}"'
        )
        told = subprocess.run(
            ["bash", "-c", program], capture_output=True, text=True, timeout=30, check=True
        )
        return told.stdout.split()

    assert completed("ivscope", "even") == ["events"]
    assert "--follow" in completed("ivscope", "events", "--fo")


@pytest.mark.parametrize(("shell", "name"), [("zsh", "_ivscope"), ("fish", "ivscope.fish")])
def test_zsh_and_fish_know_every_command(pages, shell, name):
    text = (pages / name).read_text("utf-8")
    assert {one for one in COMMANDS if one not in text} == set()
    if shutil.which(shell):
        subprocess.run([shell, "-n", str(pages / name)], check=True, timeout=30)


def test_the_version_tells_what_a_report_of_a_fault_needs_and_loads_none_of_it(capsys):
    program = "import sys; from ivscope.cli.main import main\ntry: main(['--version'])\nfinally: "
    program += "print(sorted({'textual', 'botocore', 'boto3'} & set(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    version, loaded = run.stdout.splitlines()
    assert re.fullmatch(r"ivscope \S+ \(Python \S+, Textual \S+, botocore \S+\)", version)
    assert loaded == "[]"


def test_the_help_has_exit_codes_variables_and_every_command(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    assert {name for name in COMMANDS if name not in told} == set()
    assert "130 interrupted" in told
    assert "IVSCOPE_CLIPBOARD" in told


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)])
def test_an_option_must_be_written_in_full(capsys, words):
    with pytest.raises(SystemExit) as ended:
        main([*words, "--hel"])
    assert ended.value.code == 2
    assert capsys.readouterr().out == "", "the help, which a short form of --help asks for"


def test_the_bill_of_materials_has_what_ivscope_needs_and_nothing_for_development():
    run = subprocess.run(
        [sys.executable, ROOT / ".ci" / "sbom.py"], capture_output=True, check=True, timeout=60
    )
    bill = json.loads(run.stdout)
    names = {one["name"] for one in bill["components"]}
    assert {"boto3", "botocore", "textual", "rich"} <= names
    assert not names & {"pytest", "mypy", "ruff"}
    assert {one["ref"] for one in bill["dependencies"]} == {
        bill["metadata"]["component"]["bom-ref"],
        *(one["bom-ref"] for one in bill["components"]),
    }
