"""A recording in a real terminal: killed in the middle, gone on with, and opened without AWS."""

import re

import pytest

from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from support.explorer import EPOCH, LIVE_STAGE, SHOW
from support.terminal import IVSCOPE, Terminal

PEOPLE = 40


@pytest.fixture
def file(tmp_path):
    return tmp_path / "show.ivscope"


@pytest.fixture
def endpoint():
    with Endpoint(open_world("incident", lambda: EPOCH), throttle=True) as endpoint:
        yield endpoint
        assert endpoint.bugs == ()


def recording_to(file, endpoint):
    url = ("--endpoint-url", endpoint.url, "--region", "us-west-2")
    return Terminal((*IVSCOPE, LIVE_STAGE, SHOW, *url, "--record", str(file)))


def participants_read(terminal):
    screen = "\n".join(terminal.screen)
    if "40 participants · " in screen and "ALL READ" in screen:
        return PEOPLE
    found = re.search(r"(\d+) of 40 participants read", screen)
    return int(found[1]) if found else 0


def beside(file):
    """The recording and what SQLite keeps beside it."""
    return sorted(file.parent.glob(f"{file.name}*"))


def asked(endpoint):
    """Participants whose events were asked for."""
    return [
        call.parameters["participantId"]
        for call in endpoint.recent
        if call.operation == "ListParticipantEvents"
    ]


def test_a_sweep_that_was_killed_goes_on_where_it_stopped(file, endpoint):
    with recording_to(file, endpoint) as terminal:
        terminal.until("40 participants, all read").until("REC show.ivscope").press("i")
        terminal.until(lambda: participants_read(terminal) >= 6)
        read = participants_read(terminal)
        terminal.kill()
    assert len(beside(file)) > 1, "the last answers, until somebody opens it"
    before = asked(endpoint)
    assert read <= len(before) < PEOPLE

    with recording_to(file, endpoint) as terminal:
        terminal.until("40 participants, all read").until("recorded ").press("i")
        terminal.until(lambda: participants_read(terminal) >= read)
        terminal.until(lambda: participants_read(terminal) == PEOPLE, timeout=60)
        terminal.until("ALL READ")
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0
        assert "answers saved in" in terminal.text
    assert beside(file) == [file]
    again = asked(endpoint)[len(before) :]
    # Calls under way when it was killed were answered, and not saved.
    assert len(set(again) & set(before)) <= 4


def test_a_recording_opens_without_aws_with_everything_that_was_read(file, endpoint):
    with recording_to(file, endpoint) as terminal:
        terminal.until("40 participants, all read").press("/").send(b"jos\r")
        terminal.until("events, all read").until("José beRSlnzycy6R").press("ctrl+q")
        assert terminal.exit_code() == 0
    calls = endpoint.calls

    with Terminal((*IVSCOPE, "open", str(file))) as terminal:
        terminal.until("recording show.ivscope").until("40 participants, all read")
        assert "API" not in terminal.screen[-2]
        terminal.press("/").send(b"jos\r")
        terminal.until("events, all read").until_quiet().press("x").until("may no longer publish")
        terminal.press("r").until("a recording has nothing newer")
        terminal.press("esc").until("1 shown of 40").press("i")
        terminal.until("1 of 40 participants read").until("not in this recording")
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0
    assert endpoint.calls == calls


@pytest.mark.parametrize("words", [("open", "nowhere.ivscope"), ("--demo", "--record", "/")])
def test_a_file_that_is_no_recording_is_refused_before_anything_starts(words):
    with Terminal((*IVSCOPE, *words)) as terminal:
        assert terminal.exit_code() == 2
        assert "ivscope: " in terminal.text
        assert words[-1] in terminal.text
