"""The commands that print data, against a service over real HTTP."""

import csv
import io
import json
import signal
import subprocess
import sys
from _thread import interrupt_main
from collections import Counter
from operator import itemgetter

import pytest

from ivscope.cli import command_line, events, reading
from ivscope.cli.main import main
from ivscope.endpoint.server import Endpoint
from ivscope.provider.fetch import following
from ivscope.provider.fetch.rate_limiter import RateLimiter
from support.faulty_urls import faulty_url
from support.recordings import recorded
from support.saved_answers import saved_answers
from support.small_world import (
    EPOCH,
    PARTICIPANT_ID,
    REGION,
    SESSION_ID,
    STAGE_ARN,
    SmallWorld,
)
from support.terminal import IVSCOPE, settings

SECONDS = 30
"""For one program: far more than it takes, so that only a hang ends it."""


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Keys that any endpoint takes, and calls as fast as it answers: their number is the same."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    fast = RateLimiter(demand=10_000, background=10_000, window=0)
    monkeypatch.setattr(reading, "RateLimiter", lambda **_limits: fast)


@pytest.fixture
def served():
    with Endpoint(SmallWorld()) as endpoint:
        yield endpoint
        assert endpoint.bugs == ()


class Ran:
    """What a command has printed, and its exit code."""

    def __init__(self, capsys, url, *words):
        there = [] if url is None else ["--region", REGION, "--endpoint-url", url]
        self.code = main([words[0], *there, *words[1:]])
        self.out, self.err = capsys.readouterr()

    @property
    def records(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def rows(self):
        assert self.records[-1]["type"] == "end"
        return self.records[:-1]

    @property
    def end(self):
        return self.records[-1]


def test_lists_are_printed_whole_with_a_last_record(served, capsys):
    stages = Ran(capsys, served.url, "stages")
    assert stages.code == 0
    assert [row["name"] for row in stages.rows] == ["stage-0", "stage-1", "stage-2"]
    assert stages.end["complete"]
    assert stages.end["words"] == "3 stages, all read"
    sessions = Ran(capsys, served.url, "sessions", STAGE_ARN)
    assert [row["live"] for row in sessions.rows].count(True) == 1
    people = Ran(capsys, served.url, "participants", STAGE_ARN, "live")
    assert [row["sessionId"] for row in people.rows] == [SESSION_ID] * 7
    published = Ran(capsys, served.url, "participants", STAGE_ARN, SESSION_ID, "--published")
    assert {row["published"] for row in published.rows} == {True}


def test_a_stage_is_found_by_its_name_and_a_session_by_latest(served, capsys):
    people = Ran(capsys, served.url, "participants", "stage-0", "latest", "--limit", "2")
    assert people.code == 0
    assert len(people.rows) == 2
    assert not people.end["complete"]
    assert people.rows[0]["stageArn"] == STAGE_ARN
    nobody = Ran(capsys, served.url, "participants", "stage-9", "latest")
    assert (nobody.code, nobody.out) == (4, "")
    told = "no stage is named 'stage-9': ivscope stages, with the same options, lists all"
    assert nobody.err == f"ivscope: {told}\n"


def test_a_name_that_two_stages_have_is_refused_with_both(capsys):
    world = SmallWorld()
    rows = [{**row, "name": "twice"} for row in world.stages()[:2]]
    world.stages = lambda: rows
    with Endpoint(world) as endpoint:
        refused = Ran(capsys, endpoint.url, "sessions", "twice")
    assert (refused.code, refused.out) == (2, "")
    assert "2 stages are named 'twice'; name one of them:" in refused.err
    assert all(row["arn"] in refused.err for row in rows)


def test_of_many_that_can_be_meant_the_rest_is_counted():
    told = command_line.several("30 are meant", map(str, range(30)), "choose one").splitlines()
    assert told == ["30 are meant; choose one:", *map(str, range(20)), "and 10 more"]


def test_a_user_id_that_two_have_is_refused_with_both(served, capsys):
    refused = Ran(capsys, served.url, "events", STAGE_ARN, SESSION_ID, "--user", "host-1")
    assert refused.code == 2
    assert PARTICIPANT_ID in refused.err
    assert "guest_000005" in refused.err


def test_events_are_those_of_the_filter_and_of_the_times(served, capsys):
    place = (STAGE_ARN, SESSION_ID, PARTICIPANT_ID)
    first = Ran(capsys, served.url, "events", *place, "--until", "2026-11-20 20:30:02")
    assert first.code == 0
    assert len(first.rows) == 4
    assert first.rows[0]["eventTime"] == EPOCH.isoformat()
    assert served.calls["ListParticipantEvents"] == 1, "what follows is outside the times"
    assert first.end["complete"]
    assert first.end["words"] == (
        "4 of 100 events read, more available; what follows lies outside the times asked for"
    )
    assert len(Ran(capsys, served.url, "events", *place, "--until", "-2d").rows) == 250
    quota = Ran(capsys, served.url, "errors", *place, "--filter", "code:QUOTA", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(quota.out)))
    assert rows
    assert {row["errorCode"] for row in rows} == {"QUOTA_EXCEEDED"}
    none = Ran(capsys, served.url, "errors", *place, "--filter", "code:NO_SUCH_CODE")
    assert none.code == 4
    assert none.end["words"] == "0 errors of 250 events, all read"


def test_what_is_cut_without_being_asked_for_is_incomplete(served, capsys, monkeypatch):
    monkeypatch.setattr(reading, "MOST_RECORDS", 100)
    place = (STAGE_ARN, SESSION_ID, PARTICIPANT_ID)
    cut = Ran(capsys, served.url, "events", *place)
    assert cut.code == 3
    assert len(cut.rows) == 100
    assert not cut.end["complete"]
    assert cut.err == "ivscope: 100 events read, more available\n"
    wanted = Ran(capsys, served.url, "events", *place, "--limit", "100")
    assert wanted.code == 0
    assert not wanted.end["complete"]
    every = Ran(capsys, served.url, "events", *place, "--all")
    assert every.code == 0
    assert len(every.rows) == 250


def test_the_events_of_everybody_come_in_order_of_time(capsys):
    with Endpoint(SmallWorld(participants=3)) as endpoint:
        everybody = Ran(capsys, endpoint.url, "events", STAGE_ARN, SESSION_ID)
        narrowed = ("--filter", "code:NO_SUCH_CODE")
        none = Ran(capsys, endpoint.url, "events", STAGE_ARN, SESSION_ID, *narrowed)
        errors = Ran(capsys, endpoint.url, "errors", STAGE_ARN, SESSION_ID, *narrowed)
    assert everybody.code == 0
    times = [row["eventTime"] for row in everybody.rows]
    assert times == sorted(times)
    assert everybody.end["words"] == "all 3 participants: 250 events, all read"
    assert none.end["words"] == "all 3 participants: 0 of 250 events, all read"
    assert errors.end["words"] == "all 3 participants: 0 errors of 250 events, all read"


@pytest.mark.parametrize(
    "words",
    [
        ("events", STAGE_ARN, SESSION_ID, PARTICIPANT_ID, "--filter", "cod:X"),
        ("events", STAGE_ARN, SESSION_ID, PARTICIPANT_ID, "--since", "soon"),
        ("events", STAGE_ARN),
        ("events", STAGE_ARN, "st-short"),
        ("report", STAGE_ARN, SESSION_ID, "-o", "/dev/null"),
        ("report", STAGE_ARN, SESSION_ID, "-o", "/"),
        ("report", STAGE_ARN, SESSION_ID, "-o", "/no/such/folder/report.md"),
        ("report", STAGE_ARN, SESSION_ID, "-o", "x" * 5_000),
        ("sessions",),
    ],
)
def test_wrong_words_are_refused_before_any_call(served, capsys, words):
    refused = Ran(capsys, served.url, *words)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("ivscope: ")
    assert served.calls.total() == 0


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--limit", "0", "argument --limit: '0' is not a whole number from 1"),
        ("--limit", "9" * 5_000, "is not a whole number from 1"),
        ("--format", "xml", "argument --format: 'xml' is not one of table, jsonl, csv, md"),
    ],
)
def test_a_value_that_an_option_cannot_have_is_told_with_those_it_can(capsys, option, value, said):
    with pytest.raises(SystemExit, match="2"):
        main(["stages", "--demo", option, value])
    assert said in capsys.readouterr().err


def test_a_call_that_is_refused_is_told_in_the_data_and_by_the_exit_code(served, capsys):
    url = faulty_url(served, "accessdenied")
    refused = Ran(capsys, url, "sessions", STAGE_ARN)
    assert refused.code == 1
    assert [one["kind"] for one in refused.end["failures"]] == ["DENIED"]
    assert not refused.end["complete"]


def test_who_could_not_be_read_is_named_alike_by_all_that_read_a_session(served, capsys, tmp_path):
    place = (STAGE_ARN, SESSION_ID)
    recording = ("record", *place, "-o", str(tmp_path / "night.ivscope"))
    named = []
    for words in (("events", *place), ("summary", *place), recording):
        ran = Ran(capsys, faulty_url(served, "notfound.ListParticipantEvents"), *words)
        named.append({one["what"] for one in ran.end["failures"]})
    assert named == [named[0]] * 3
    assert named[0]
    assert all(one.startswith("participant ") for one in named[0]), named[0]


def test_new_events_are_followed_until_there_are_enough(capsys):
    world = SmallWorld(events=4)
    plain = world.events

    def growing(*place):
        world.grow(events=1)
        return plain(*place)

    world.events = growing
    with Endpoint(world) as endpoint:
        place = (STAGE_ARN, SESSION_ID, PARTICIPANT_ID)
        ran = Ran(capsys, endpoint.url, "events", *place, "--follow", "--limit", "6")
    assert ran.code == 0
    times = [row["eventTime"] for row in ran.rows]
    assert times == sorted(times)
    assert len(times) == 6


@pytest.mark.parametrize("participant", [(PARTICIPANT_ID,), ()], ids=["one", "everybody"])
@pytest.mark.parametrize("command", ["events", "errors"])
def test_new_events_of_one_and_of_everybody_are_followed_until_ctrl_c(
    capsys, monkeypatch, command, participant
):
    monkeypatch.setattr(events, "LONGEST_WAIT_SECONDS", 0.05)
    monkeypatch.setattr(following, "SHORTEST_WAIT_SECONDS", 0.05)

    def is_wanted(one):
        return command == "events" or "errorCode" in one

    world = SmallWorld(events=12)
    plain, looked, printed = world.events, Counter(), []

    def first_24():
        return [one for one in plain(STAGE_ARN, SESSION_ID, PARTICIPANT_ID)[:24] if is_wanted(one)]

    def growing(*place):
        looked[place[-1]] += 1
        if place[-1] == PARTICIPANT_ID and looked[PARTICIPANT_ID] > 1 and not printed:
            lines = sys.stdout.getvalue().split("\n")[:-1]  # the last one may be half written
            own = sum(json.loads(line).get("participantId") == PARTICIPANT_ID for line in lines)
            is_there = looked[PARTICIPANT_ID] > 3 and own >= len(first_24())
            if is_there or looked[PARTICIPANT_ID] > 400:
                printed.append(is_there)
                interrupt_main()
            else:
                world.grow(events=12)
        return plain(*place)

    world.events = growing
    with Endpoint(world) as endpoint:
        place = (STAGE_ARN, SESSION_ID, *participant)
        ran = Ran(capsys, endpoint.url, command, *place, "--follow")
    assert ran.code == 130
    told = [(row["eventTime"][:19], row["name"], row["remoteParticipantId"]) for row in ran.rows]
    assert told == sorted(told, key=itemgetter(0))
    assert printed == [True], "new ones are printed as they come"
    first = {(one["eventTime"][:19], one["name"]) for one in first_24()}
    assert first <= {one[:2] for one in told}, "those that came while it followed, too"
    assert len(set(told)) == len(told), "none is told twice"
    assert not ran.end["complete"]
    assert ran.end["found"] == len(ran.rows)
    assert ran.end["words"].startswith("interrupted: ")


def test_a_recording_is_read_without_a_call(capsys, tmp_path):
    file = tmp_path / "night.ivscope"
    with Endpoint(SmallWorld(stages=1)) as endpoint:
        with recorded(file, endpoint.url):
            pass
        filters = ((), ("--user", "host-1"), ("--published",), ("--state", "CONNECTED"))
        place = (STAGE_ARN, SESSION_ID)
        live = [Ran(capsys, endpoint.url, "participants", *place, *only).rows for only in filters]
    for words in (("--from", str(file), STAGE_ARN, SESSION_ID), (str(file), SESSION_ID)):
        for only, rows in zip(filters, live, strict=True):
            ran = Ran(capsys, None, "participants", *words, *only)
            assert (ran.code, ran.rows) == (0, rows), "the whole list has them, narrowed or not"
            assert ran.end["complete"]
    assert Ran(capsys, None, "participants", str(file), SESSION_ID, "--user", "nobody").code == 4
    place = (str(file), SESSION_ID, PARTICIPANT_ID)
    assert len(Ran(capsys, None, "events", *place).rows) == 250
    assert Ran(capsys, None, "events", *place, "--follow").code == 2
    assert Ran(capsys, None, "participants", str(tmp_path / "no.ivscope"), SESSION_ID).code == 2


def test_of_a_file_with_gaps_the_people_that_it_names_are_counted(capsys, tmp_path):
    detail = {
        "session_id": SESSION_ID,
        "event_name": "Participant Publish Error",
        "event_time": EPOCH.isoformat(),
        "participant_id": PARTICIPANT_ID,
        "user_id": "host-1",
        "error_code": "QUOTA_EXCEEDED",
    }
    alert = {"source": "aws.ivs", "detail-type": "IVS Stage Update", "detail": detail}
    file = tmp_path / "alerts.log"
    file.write_text(json.dumps({"resources": [STAGE_ARN], **alert}))
    ran = Ran(capsys, None, "events", "--from", str(file), STAGE_ARN, SESSION_ID)
    assert len(ran.rows) == 1
    assert ran.end["words"].startswith("1 participant named in this file: 1 event read")
    own = Ran(capsys, None, "errors", str(file), SESSION_ID, "--user", "host-1")
    assert own.code == 3, "the file does not say that these are all"
    assert own.rows == ran.rows
    assert Ran(capsys, None, "errors", str(file), SESSION_ID, "--user", "nobody").code == 3


@pytest.mark.parametrize(
    ("token", "left", "people"),
    [
        ({}, "perhaps not all", ", perhaps not all listed"),
        ({"nextToken": "more"}, "the rest is not in this file", ", more to list"),
    ],
    ids=["none", "a token"],
)
def test_more_of_a_file_is_available_only_where_an_answer_in_it_says_so(
    capsys, tmp_path, token, left, people
):
    person, time = PARTICIPANT_ID, EPOCH.isoformat()
    file = saved_answers(tmp_path, STAGE_ARN, SESSION_ID, person, time, **token)
    place = (str(file), SESSION_ID)
    for words, told in (
        (("participants", *place), f"1 participant read, {left}"),
        (("events", *place, PARTICIPANT_ID), f"1 event read, {left}"),
        (("events", *place), f"1 participant named in this file: 1 event read, {left}"),
        (("summary", *place), f"0 of 1 participants read{people}, 1 event"),
    ):
        ran = Ran(capsys, None, *words)
        assert (ran.code, ran.end["words"]) == (3, told)


@pytest.mark.parametrize(("denied", "code"), [(None, 0), ("ListParticipants", 3)])
def test_a_recording_is_one_file_however_recording_ended(served, capsys, tmp_path, denied, code):
    file = tmp_path / "night.ivscope"
    url = faulty_url(served, f"accessdenied.{denied}") if denied else served.url
    ran = Ran(capsys, url, "record", STAGE_ARN, SESSION_ID, "-o", str(file))
    read = "participants not listed, 0 events" if denied else "7 of 7 participants read, 250 events"
    assert (ran.code, ran.end["words"]) == (code, f"{read} in {file}")
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_is_not_recorded_anew_and_never_called_saved(served, capsys, tmp_path):
    file, copy = tmp_path / "night.ivscope", tmp_path / "copy.ivscope"
    Ran(capsys, served.url, "record", STAGE_ARN, SESSION_ID, "-o", str(file))
    before = file.read_bytes()
    for words in ((str(file), SESSION_ID), ("--from", str(file), STAGE_ARN, SESSION_ID)):
        refused = Ran(capsys, None, "record", *words, "-o", str(copy))
        assert (refused.code, refused.out) == (2, "")
        assert "read from the service, not from another file" in refused.err
    assert Ran(capsys, served.url, "record", STAGE_ARN, SESSION_ID, "-o", "-").code == 2
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() == before


def test_the_help_of_recording_lists_nothing_that_recording_refuses(capsys, tmp_path):
    with pytest.raises(SystemExit):
        Ran(capsys, None, "record", "--help")
    listed = capsys.readouterr().out.replace("reads it with --from", "")
    for option in (["--redact"], ["--from", "night.ivscope"]):
        assert option[0] not in listed
        said = Ran(
            capsys, None, "record", STAGE_ARN, SESSION_ID, "-o", str(tmp_path / "a"), *option
        )
        assert (said.code, said.out) == (2, "")
        assert "a recording " in said.err
    assert "--resume" in listed
    assert "file of a recording" not in listed


def test_a_file_is_named_for_a_stage_only_where_it_is_taken(served, capsys, tmp_path):
    said = Ran(capsys, served.url, "summary")
    assert (said.code, said.err.strip().endswith("(see ivscope stages), or a file")) == (2, True)
    said = Ran(capsys, served.url, "record", "-o", str(tmp_path / "night.ivscope"))
    assert (said.code, said.err.strip().endswith("its ARN or name (see ivscope stages)")) == (
        2,
        True,
    )


@pytest.mark.parametrize("wrong", [("nobody's", SESSION_ID), (STAGE_ARN, "st-short")])
def test_where_no_session_is_found_to_record_no_new_file_is_left(served, capsys, tmp_path, wrong):
    file = tmp_path / "night.ivscope"
    assert Ran(capsys, served.url, "record", *wrong, "-o", str(file)).code in {2, 4}
    assert list(tmp_path.iterdir()) == []
    right = ("record", STAGE_ARN, SESSION_ID, "-o", str(file))
    assert Ran(capsys, served.url, *right).code == 0
    assert Ran(capsys, served.url, "record", *wrong, "-o", str(file), "--resume").code in {2, 4}
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("command", ["stages --demo", "doctor --demo", "endpoint", "--help"])
def test_whoever_stops_reading_ends_the_command_without_a_word(command):
    script = f"{' '.join(IVSCOPE)} {command} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["/bin/bash", "-c", script],
        env=settings(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout == "0\n"


@pytest.mark.parametrize("closed", [">&-", "> /dev/full"])
@pytest.mark.parametrize(
    "command",
    ["stages --demo", "doctor --demo --json", "explain 1", "endpoint", "--version", "why --help"],
)
def test_a_stdout_that_takes_nothing_is_told(command, closed):
    done = subprocess.run(
        ["/bin/bash", "-c", f"{' '.join(IVSCOPE)} {command} {closed}"],
        env=settings(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("ivscope: ")
    assert "bug" not in done.stderr


@pytest.mark.parametrize("words", ["stages --no-such", "sessions", "open no-such-file"])
def test_words_never_go_to_stdout_where_stderr_is_closed(words):
    done = subprocess.run(
        ["/bin/bash", "-c", f"{' '.join(IVSCOPE)} {words} 2>&-"],
        env=settings(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, b"")


def test_ctrl_c_ends_following_with_a_last_record(served):
    there = ["--region", REGION, "--endpoint-url", served.url]
    words = ["events", STAGE_ARN, SESSION_ID, PARTICIPANT_ID, "--follow", "--limit", "500", *there]
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    with subprocess.Popen(
        [*IVSCOPE, *words],
        env=settings(**keys),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            lines = [process.stdout.readline() for _ in range(250)]
            process.send_signal(signal.SIGINT)
            rest, told = process.communicate(timeout=SECONDS)
        finally:
            process.kill()
    assert process.returncode == 130
    assert all(json.loads(line)["type"] == "event" for line in lines)
    end = json.loads(rest.splitlines()[-1])
    assert (end["type"], end["complete"]) == ("end", False)
    assert end["words"].startswith("interrupted: 250 events")
    assert "Traceback" not in told
