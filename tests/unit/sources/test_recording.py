"""The file: what it keeps, what it refuses, and what a kill leaves behind."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivscope.domain import calls
from ivscope.domain.failures import FailureKind, ProviderFailure, UnusableFileError
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.sources.recorded import RecordedLists, RecordedSource, last_session
from ivscope.sources.recording import SCHEMA, Recording, request_text
from support.recordings import requests_of

OPENED = []
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
FRIDAY = "arn:aws:ivs:us-west-2:123456789012:stage/W0Zz9IkArb68"
OF_0_1 = Path(__file__).parents[2] / "support" / "samples" / "recording-0.1.ivscope"
"""Made by ivscope 0.1 in its demo: some lists read, one of them read again, a sweep broken off."""
STAGE = "arn:aws:ivs:us-west-2:123456789012:stage/a"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "incident.ivscope"


@pytest.fixture(autouse=True)
def files():
    """Closes the recordings that a test opens."""
    yield
    for recording in OPENED:
        recording.close()
    OPENED.clear()


def opened(path, **options):
    OPENED.append(Recording.open(path, **options))
    return OPENED[-1]


def begin(path, label="AWS"):
    return opened(path, label=label, create=True)


def save(recording, request="r", *, rows=("x",), cursor="", behind="", minute=0):
    body = {"events": list(rows), **({"nextToken": behind} if behind else {})}
    recording.save(request, body, cursor, NOON + timedelta(minutes=minute))


def test_only_its_owner_can_read_it(path):
    begin(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_saved_is_there_for_whoever_opens_it_next(path):
    save(begin(path), rows=["é", "\ud800", {"n": 1.5}], behind="2")
    again = begin(path)
    (answer,) = again.answers("r")
    assert (answer.cursor, answer.next_cursor, answer.asked_at) == ("", "2", NOON)
    assert again.body(answer) == {"events": ["é", "\ud800", {"n": 1.5}], "nextToken": "2"}
    assert again.last_asked_at == NOON


def test_an_equal_answer_only_renews_the_time(path):
    recording = begin(path)
    save(recording)
    save(recording, minute=5)
    (answer,) = recording.answers("r")
    assert answer.asked_at == NOON + timedelta(minutes=5)
    save(recording, rows=["y"], minute=9)
    assert len(recording.answers("r")) == 2


def test_a_page_equal_to_one_before_the_list_was_read_again_is_kept_too(path):
    recording = begin(path)
    save(recording, rows=["a"], behind="2")
    save(recording, rows=["b"], cursor="2")
    save(recording, rows=["new"], behind="2")
    save(recording, rows=["b"], cursor="2")
    assert [answer.cursor for answer in recording.answers("r")] == ["", "2", "", "2"]


@pytest.mark.slow
def test_a_kill_in_the_middle_of_saving_loses_nothing_that_was_saved(path):
    script = (
        "import sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from ivscope.sources.recording import Recording\n"
        "recording = Recording.open(Path(sys.argv[1]), label='AWS', create=True)\n"
        "for number in range(100_000):\n"
        "    recording.save(f'r{number}', {'events': ['x' * 500]}, '', datetime.now(UTC))\n"
        "    print(number, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        for line in writer.stdout:
            if int(line) == 60:
                os.kill(writer.pid, signal.SIGKILL)
        said = int(line)
    again = opened(path)
    for number in range(said + 1):
        (answer,) = again.answers(f"r{number}")
        assert again.body(answer) == {"events": ["x" * 500]}


def test_trouble_with_the_file_is_told_and_costs_nobody_the_answer(path):
    recording = begin(path)
    save(recording)
    recording.close()
    save(recording, rows=["y"])
    assert (recording.saved, recording.lost) == (1, 1)
    assert recording.failure
    assert recording.in_words == f"1 answers saved in {path}, 1 not: {recording.failure}"


def test_a_full_disk_is_trouble_with_the_file(path):
    recording = begin(path)
    save(recording)
    recording._connection.execute("PRAGMA max_page_count = 1")
    for number in range(50):
        save(recording, request=f"r{number}", rows=[os.urandom(2000).hex()])
    assert recording.lost
    assert "full" in recording.failure
    assert len(recording.answers("r")) == 1


def test_a_cursor_that_no_file_takes_is_trouble_with_the_file(path):
    recording = begin(path)
    save(recording, behind="\ud800")
    assert (recording.saved, recording.lost) == (0, 1)
    save(recording)
    assert recording.saved == 1


def is_open(path):
    """Whether this process has the file open."""
    for number in Path("/dev/fd").iterdir():
        with suppress(OSError):
            if os.path.samestat(os.fstat(int(number.name)), path.stat()):
                return True
    return False


def write(content):
    return lambda path: path.write_bytes(content)


def other_database(path):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE a (b)")


def newer(path):
    begin(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")


def other_label(path):
    begin(path, "demo incident of 2026-11-26").close()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (write(b"a"), "is not a recording: name a file"),
        (write(b"some notes\n"), "is not a recording: name a file"),
        (write(b"no database, though long enough to have a header" * 20), "is not a recording"),
        (write(b"SQLite format 3\0" + b"and no more" * 99), "not a database"),
        (other_database, "not a recording of ivscope"),
        (newer, f"format {SCHEMA + 1}"),
        (other_label, "is a recording of demo incident of 2026-11-26, not of AWS"),
        (lambda path: path.mkdir(), "Is a directory"),
    ],
)
def test_another_file_is_refused_with_the_reason_and_left_as_it_is(path, make, words):
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(UnusableFileError, match=words) as caught:
        begin(path)
    assert str(path) in str(caught.value)
    assert before is None or path.read_bytes() == before
    assert not is_open(path)


def test_opening_alone_makes_no_file_and_takes_no_empty_one(path):
    with pytest.raises(UnusableFileError, match="No such file"):
        Recording.open(path)
    assert not path.exists()
    path.touch()
    with pytest.raises(UnusableFileError, match="empty"):
        Recording.open(path)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UnusableFileError, match="No such file"):
        begin(tmp_path / "nowhere" / "incident.ivscope")


def test_a_damaged_answer_is_a_failure_in_plain_words(path):
    recording = begin(path)
    request = request_text("list_stages", {})
    recording.save(request, {"stages": []}, "", NOON)
    recording._connection.execute("UPDATE answers SET body = x'00'")
    with pytest.raises(ProviderFailure) as caught:
        RecordedSource(RecordedLists(recording)).read_page(calls.STAGES, None)
    assert caught.value.kind is FailureKind.NOT_RECORDED
    assert "cannot be read" in caught.value.summary


@pytest.mark.parametrize("value", [{}, "", {"a": 1}, "text", None, 7])
def test_a_saved_answer_whose_list_is_none_is_no_empty_list(path, value):
    recording = begin(path)
    recording.save(request_text("list_stages", {}), {"stages": value}, "", NOON)
    with pytest.raises(ProviderFailure) as caught:
        RecordedSource(RecordedLists(recording)).read_page(calls.STAGES, None)
    assert caught.value.kind is FailureKind.NOT_RECORDED
    assert "is not a list" in caught.value.summary


def test_the_session_read_last_is_where_it_is_opened(path):
    recording = begin(path)
    assert last_session(recording) is None
    for session in ("st-1", "st-2"):
        request = request_text("list_participants", {"stageArn": STAGE, "sessionId": session})
        recording.save(request, {"participants": []}, "", NOON)
    recording.save(request_text("list_stages", {}), {"stages": []}, "", NOON)
    assert last_session(recording) == SessionScope(STAGE, "st-2")


def test_a_recording_of_version_0_1_opens_as_before(tmp_path):
    path = tmp_path / OF_0_1.name
    path.write_bytes(OF_0_1.read_bytes())
    recording = opened(path)
    source = RecordedSource(RecordedLists(recording))
    session = last_session(recording)
    assert session == SessionScope(FRIDAY, "st-dxMFysKnE9UAk")
    people = source.read_page(calls.participants(session, None), None)
    assert (len(people.items), people.next_cursor) == (40, None)
    scope = ParticipantScope(FRIDAY, session.session_id, "rgeSAc1aOKO6")
    events = source.read_page(calls.events(scope), None)
    assert (len(events.items), events.next_cursor) == (24, None)
    assert (events.items[0].name, events.items[-1].name) == ("LEFT", "JOINED")
    assert source.read_fact(calls.participant(scope)).summary.user_id == "noor-web"


def test_a_killed_recording_opens_with_its_tail_also_where_nothing_can_be_written(
    path, tmp_path, monkeypatch
):
    recording = begin(path)
    for number in range(3):
        save(recording, f"r{number}")
    folder = tmp_path / "as the kill left it"
    folder.mkdir()
    for left in tmp_path.glob(f"{path.name}*"):
        (folder / left.name).write_bytes(left.read_bytes())
    killed = folder / path.name
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    assert len(before) == 3
    with monkeypatch.context() as fixed:
        fixed.setattr(os, "access", lambda *_: False)
        assert len(requests_of(opened(killed))) == 3
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before
    again = opened(killed)
    assert len(requests_of(again)) == 3
    again.close()
    assert [one.name for one in folder.iterdir()] == [path.name], "one file again"


def test_files_beside_a_recording_are_for_its_owner_only(path):
    recording = begin(path)
    save(recording)
    modes = {
        one.name: stat.S_IMODE(one.stat().st_mode) for one in path.parent.glob(f"{path.name}*")
    }
    recording.close()
    assert len(modes) == 3
    assert set(modes.values()) == {0o600}


def test_the_time_of_the_last_answer_is_that_of_any_request_and_any_writer(path):
    first, second = begin(path), begin(path)
    save(second, "b", minute=2)
    save(first, "a", minute=1)
    assert first.last_asked_at == second.last_asked_at == NOON + timedelta(minutes=2)
    assert list(first.last_requests()) == ["a", "b"]


def test_a_recording_without_a_note_of_its_last_time_has_it_in_its_answers(path):
    recording = begin(path)
    save(recording)
    recording.close()
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("DELETE FROM about WHERE name = 'asked_at'")
    assert opened(path).last_asked_at == NOON
