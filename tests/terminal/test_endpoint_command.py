"""`ivscope endpoint`: what it prints opens what it serves, and signals stop it."""

import errno
import json
import os
import re
import shlex
import signal
import subprocess
from contextlib import contextmanager

import pytest

from ivscope import endpoint
from ivscope.endpoint.faults import FAULTS
from support.case_files import FOLDER
from support.terminal import IVSCOPE, Terminal, settings

SECONDS = 20
"""For one command: far more than it takes, so that only a hang ends it."""


@contextmanager
def served(*arguments):
    """The running command, and the two lines of advice that it printed."""
    command = [*IVSCOPE, "endpoint", *arguments]
    with subprocess.Popen(
        command, env=settings(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            lines = [process.stdout.readline() for _ in range(3)]
            yield process, lines
        finally:
            process.kill()


def refused(*arguments):
    """What a command that must not start says."""
    done = subprocess.run(
        [*IVSCOPE, "endpoint", *arguments],
        env=settings(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def test_a_case_file_opens_with_the_command_that_is_printed():
    with served("--world", str(FOLDER / "P04.json")) as (process, lines):
        assert lines[0].startswith(f"{FOLDER / 'P04.json'} on http://127.0.0.1:")
        words = shlex.split(lines[1])
        given = dict(word.split("=", 1) for word in words[: words.index("ivscope")])
        assert set(given) == {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
        arguments = words[words.index("ivscope") + 1 :]
        with Terminal([*IVSCOPE, *arguments], environ=settings(**given)) as terminal:
            terminal.until("2 participants, all read").press("ctrl+q")
            assert terminal.exit_code() == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 128 + signal.SIGTERM
        assert process.stderr.read() == ""


def test_a_demo_world_is_served_with_a_command_for_the_explorer_and_one_for_the_aws_cli():
    with served() as (process, lines):
        url = re.search(r"http://127\.0\.0\.1:\d+", lines[0])[0]
        there = f"--region us-west-2 --endpoint-url {url}\n"
        assert lines[1].endswith(f" ivscope {there}")
        assert lines[2].endswith(f" aws ivs-realtime list-stages {there}")
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 128 + signal.SIGINT
        assert process.stderr.read() == ""


def test_a_stop_ends_calls_that_are_under_way():
    with served("--world", "quiet") as (process, lines):
        url = re.search(r"http://127\.0\.0\.1:\d+", lines[0])[0]
        call = (*IVSCOPE, "--region", "eu-west-1", "--endpoint-url", f"{url}/~fault/slow_headers")
        with Terminal(call, environ=settings()) as terminal:
            terminal.until("... reading stages")
            process.send_signal(signal.SIGTERM)
            assert process.wait(SECONDS) == 128 + signal.SIGTERM
            terminal.press("ctrl+q")
            assert terminal.exit_code() == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON: Expecting property name enclosed in double quotes, line 1, column 2"),
        ("{}", "stage: an object expected, not absent"),
        (
            json.dumps({"stage": {"arn": "\x1b[31m"}}),
            'stage.arn: a stage ARN expected, not "\\x1b[31m"',
        ),
    ],
)
def test_a_wrong_case_file_is_refused_by_one_sentence(tmp_path, content, said):
    file = tmp_path / "case.json"
    file.write_text(content)
    line = refused("--world", str(file))
    assert line.startswith(f"ivscope: {file}: {said}")
    assert "\x1b" not in line


def test_what_is_neither_a_world_nor_a_file_is_refused_with_the_names_of_the_worlds():
    line = refused("--world", "incidnet")
    assert (
        line == "ivscope: incidnet: no such file, and the worlds are incident, quiet, huge, samples"
    )


def test_a_file_that_never_ends_can_be_interrupted(tmp_path):
    file = tmp_path / "pipe"
    os.mkfifo(file)
    command = [*IVSCOPE, "endpoint", "--world", str(file)]
    with subprocess.Popen(command, env=settings(), stderr=subprocess.PIPE, text=True) as process:
        try:
            with file.open("w"):  # comes back once the command reads
                process.send_signal(signal.SIGINT)
                assert process.wait(SECONDS) == 128 + signal.SIGINT
            assert process.stderr.read() == ""
        finally:
            process.kill()


def test_a_name_with_control_characters_is_refused_without_them():
    line = refused("--world", "\x1b[31mred")
    assert line.startswith(r"ivscope: \x1b[31mred: no such file")


def test_a_port_that_cannot_be_opened_is_refused():
    line = refused("--port", "70000")
    assert line == "ivscope: port 70000 does not exist: ports go from 0 to 65535"
    with served() as (_, lines):
        port = re.search(r"127\.0\.0\.1:(\d+)", lines[0])[1]
        line = refused("--port", port)
    assert line.startswith(f"ivscope: port {port} cannot be opened: ")
    assert os.strerror(errno.EADDRINUSE) in line


def test_the_help_names_the_endpoint_its_faults_and_what_nobody_compared_with_aws():
    helps = [
        subprocess.run(
            [*IVSCOPE, *arguments, "--help"],
            env=settings(),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        ).stdout
        for arguments in ((), ("endpoint",))
    ]
    assert "endpoint" in helps[0]
    assert "case file" in helps[1]
    assert "incident, quiet, huge, samples" in " ".join(helps[1].split())
    assert "Nobody has compared with AWS:\n\n- lists: " in helps[1]
    assert endpoint.__doc__ in helps[1]
    assert {name for name in FAULTS if f"\n  {name} " not in helps[1]} == set()
