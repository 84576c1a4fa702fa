"""A text in the place of a stage: on stdin, in a file, or as a file to open."""

import gzip
import json
import shlex
import subprocess
import time

import pytest

from support.explorer import LIVE_STAGE, MARA, PRIYA, SHOW
from support.terminal import IVSCOPE, Terminal, settings


def alert(person=PRIYA, code="QUOTA_EXCEEDED"):
    detail = {
        "session_id": SHOW,
        "event_name": "Participant Publish Error",
        "event_time": time.strftime("%Y-%m-%dT20:48:05Z", time.gmtime(time.time() - 86_400)),
        "participant_id": person,
        "error_code": code,
    }
    event = {"source": "aws.ivs", "detail-type": "IVS Stage Update", "resources": [LIVE_STAGE]}
    return json.dumps({**event, "detail": detail})


def in_a_shell(line):
    return Terminal(("sh", "-c", line))


def test_a_text_on_stdin_is_read_and_the_keys_come_from_the_terminal(tmp_path):
    file = tmp_path / "alert.json"
    file.write_text(alert())
    command = shlex.join([*IVSCOPE, "-", "--demo"])
    with in_a_shell(f"cat {shlex.quote(str(file))} | {command}") as terminal:
        terminal.until("from the text: ").until("QUOTA_EXCEEDED, participant").press("j")
        terminal.until("20:47:31").press("ctrl+q")
        assert terminal.exit_code() == 0


def test_a_file_of_events_leads_to_the_participants_that_it_names(tmp_path):
    file = tmp_path / "alerts.gz"
    file.write_bytes(gzip.compress(f"{alert(MARA)}\n{alert()}\n".encode()))
    with Terminal((*IVSCOPE, str(file), "--demo")) as terminal:
        terminal.until("the text names 2 places and 2 events").until(f"open participant {PRIYA}")
        terminal.press("j", "enter").until("from the text: ").press("ctrl+q")
        assert terminal.exit_code() == 0


def test_a_file_that_names_no_stage_is_opened_for_what_is_in_it(tmp_path):
    file = tmp_path / "events.json"
    file.write_text(json.dumps({"events": [{"name": "LEFT", "participantId": "abCDEf12GHIj"}]}))
    with Terminal((*IVSCOPE, str(file))) as terminal:
        terminal.until("AWS CLI file events.json").until("1 event read before it is kept")
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0


def test_a_file_with_participants_alone_lists_them_and_shows_no_empty_timeline(tmp_path):
    file = tmp_path / "people.json"
    people = [{"participantId": "abCDEf12GHIj", "userId": "mara"}, {"participantId": "b"}]
    file.write_text(json.dumps({"participants": people}))
    with Terminal((*IVSCOPE, "open", str(file))) as terminal:
        terminal.until("2 participants read before it are kept").until("mara")
        terminal.press("M").until("No event here")
        assert "Participant empty" not in "\n".join(terminal.screen)
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"", "nothing came on stdin"),
        (b"what happened?", "there is no terminal for the keys"),
    ],
)
def test_stdin_without_a_text_or_without_a_terminal_is_told(given, said):
    ended = subprocess.run(
        (*IVSCOPE, "-", "--demo"),
        input=given,
        capture_output=True,
        check=False,
        env=settings(),
        start_new_session=True,
        timeout=60,
    )
    assert ended.returncode == 2
    assert said in ended.stderr.decode()
    assert b"Traceback" not in ended.stderr
