"""`ivscope why`, `record`, `summary` and `report`, on the demo's incident over real HTTP."""

import gzip
import io
import json
import os
import re
from _thread import interrupt_main
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivscope.cli import explore, reading
from ivscope.cli.main import main
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.case_file import CaseWorld
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.endpoint.worlds.incident import MAIN_ARN
from ivscope.provider.fetch.rate_limiter import RateLimiter
from support.case_files import case
from support.faulty_urls import faulty_url
from support.small_world import SESSION_ID, STAGE_ARN, SmallWorld

SHOW = "st-dxMFysKnE9UAk"
PRIYA = "tAv0YThNuP8y"

MOST_CALLS = 22
"""So many calls the cause of the alert may cost: a read of everybody takes more than twice that."""

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


def alert(time="20:48:05", code="QUOTA_EXCEEDED"):
    """The event that EventBridge sends."""
    at = f"{NOW - timedelta(days=1):%Y-%m-%d}T{time}Z"
    detail = {
        "session_id": SHOW,
        "event_name": "Participant Publish Error",
        "event_time": at,
        "user_id": "priya-guest",
        "participant_id": PRIYA,
        "error_code": code,
    }
    return json.dumps(
        {"detail-type": "IVS Stage Update", "time": at, "resources": [MAIN_ARN], "detail": detail}
    )


@pytest.fixture(scope="module", autouse=True)
def quick():
    """Keys that any endpoint takes, and calls as fast as it answers: their number is the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        fast = RateLimiter(demand=10_000, background=10_000, window=0)
        patch.setattr(reading, "RateLimiter", lambda **_limits: fast)
        yield


@pytest.fixture(scope="module")
def served():
    with Endpoint(open_world("incident", lambda: NOW)) as endpoint:
        yield endpoint
        assert endpoint.bugs == ()


@pytest.fixture(scope="module")
def file(served, tmp_path_factory):
    """A recording of the show."""
    path = str(tmp_path_factory.mktemp("recorded") / "night.ivscope")
    there = ["--region", "us-west-2", "--endpoint-url", served.url]
    assert main(["record", *there, MAIN_ARN, SHOW, "-o", path]) == 0
    return path


@pytest.fixture
def run(capsys, monkeypatch):
    def ran(*words, url=None, stdin=b""):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        there = [] if url is None else ["--region", "us-west-2", "--endpoint-url", url]
        code = main([words[0], *there, *words[1:]])
        return code, *capsys.readouterr()

    return ran


def records(out):
    return [json.loads(line) for line in out.splitlines()]


def test_the_cause_of_an_alert_is_printed_with_few_calls(served, run):
    before = served.calls.total()
    code, out, _ = run("why", "-", "--format", "table", url=served.url, stdin=alert().encode())
    assert code == 0
    assert served.calls.total() - before <= MOST_CALLS
    text = " ".join(out.split())
    assert text.startswith(f"PUBLISH_ERROR QUOTA_EXCEEDED of priya-guest ({PRIYA}), 2026-11-27")
    assert "LIKELY 12 others were publishing in that second" in text
    assert "1 mara-host since 20:30:34" in text
    assert "12 kenji-rival (replica) since 20:41:07" in text
    assert "SEEN kenji-rival stopped publishing 3 min 55 s after" in text


@pytest.mark.parametrize(
    ("name", "about", "says", "never"),
    [
        ("Q10", "priya --at 20:02:00", "12 slots were taken", "participants are read"),
        ("G01", "priya --at 06:15:43", "ghost01 has no PUBLISH_STOPPED", "participants are read"),
        ("P06", "dana --at 20:10:00", "yet IVS says that it has published", "had not published"),
    ],
)
def test_what_a_case_leaves_open_is_told_and_nothing_else(run, name, about, says, never):
    file = case(name).file
    place = file.stage["arn"], file.session["sessionId"], *about.split()
    with Endpoint(CaseWorld(file)) as endpoint:
        code, out, _ = run("why", *place, "--format", "table", url=endpoint.url)
    text = " ".join(out.split())
    assert code == 0
    assert says in text
    assert never not in text


def test_a_session_and_a_time_are_enough_and_nobody_is_read_who_joined_later(served, run):
    world = open_world("incident", lambda: NOW)
    people = world.participants(MAIN_ARN, SHOW)
    late = {one["participantId"] for one in people if one["firstJoinTime"][11:19] >= "20:49:00"}
    assert late
    before = served.calls.total()
    code, out, _ = run("why", MAIN_ARN, SHOW, "--at", "20:48", url=served.url)
    assert code == 0
    calls = served.recent[-(served.calls.total() - before) :]
    calls = [one.parameters for one in calls if one.operation == "ListParticipantEvents"]
    asked = {one["participantId"] for one in calls}
    assert PRIYA in asked
    assert not asked & late
    busy = [len(world.events(MAIN_ARN, SHOW, one)) for one in asked]
    assert len(calls) < sum(-(-events // 100) for events in busy), "nor what is before that time"
    event, *findings, end = records(out)
    alone = records(run("why", MAIN_ARN, SHOW, PRIYA, "--at", "20:48", url=served.url)[1])
    assert event["participantId"] == PRIYA
    assert [one["sentence"] for one in findings] == [one["sentence"] for one in alone[1:-1]]
    assert end["words"].startswith("1 error of 2026-11-27 20:48:00 UTC to 2026-11-27 20:49:00 UTC;")


def test_ctrl_c_while_a_session_is_looked_through_tells_what_was_found_so_far(run):
    world = open_world("incident", lambda: NOW)
    plain, looked = world.events, []

    def events(*place):
        looked.append(place[-1])
        if PRIYA in looked and looked.index(PRIYA) + 3 == len(looked):
            interrupt_main()
        return plain(*place)

    world.events = events
    with Endpoint(world) as endpoint:
        code, out, err = run("why", MAIN_ARN, SHOW, "--at", "20:48", url=endpoint.url)
    (end,) = records(out)
    assert (code, end["complete"]) == (130, False)
    assert " who had joined by then were read; found so far: " in end["words"]
    assert f"PUBLISH_ERROR QUOTA_EXCEEDED of {PRIYA}" in end["words"]
    assert end["words"] in err


@pytest.mark.parametrize("command", ["summary", "why", "record"])
def test_a_long_wait_is_told_before_it_begins(command, run, tmp_path, monkeypatch):
    words = {"why": ["--at", "2026-11-20 20:31"], "record": ["-o", str(tmp_path / "one")]}
    # The usual pace, but nobody waits for it.
    paced = RateLimiter(demand=4, background=4, window=0)
    monkeypatch.setattr(reading, "RateLimiter", lambda **_limits: paced)
    world = SmallWorld(participants=600)
    plain, looked = world.events, []

    def events(*place):
        looked.append(place[-1])
        if len(looked) == (3 if command == "why" else 250):
            interrupt_main()
        return plain(*place)

    world.events = events
    named = STAGE_ARN, SESSION_ID, *words.get(command, [])
    with Endpoint(world) as endpoint:
        code, out, err = run(command, *named, url=endpoint.url)
        assert code == 130
        told, *rest = [line for line in err.splitlines() if "a second" in line]
        assert not rest, "it is said once"
        forecast = r"4 calls a second: \d+ calls or more, [^.]* s or more\. Ctrl\+C ends it; "
        assert re.search(forecast, told)
        assert ("--resume goes on" in told) is (command == "record")
        assert "a second" not in out
        if command == "record":
            _, _, err = run("summary", words["record"][1])
            assert "Ctrl+C" not in err, "nothing is called"


def test_a_stage_and_a_time_find_the_session_or_ask_which_day_is_meant(served, run):
    code, out, _ = run("why", MAIN_ARN, "--at", "2026-11-27 20:48:05", url=served.url)
    assert code == 0
    assert {one["sessionId"] for one in records(out) if one["type"] == "event"} == {SHOW}
    code, out, err = run("why", MAIN_ARN, "--at", "20:48:05", url=served.url)
    assert (code, out) == (2, "")
    assert "sessions can be meant by 20:48:05; name one of them:" in err
    assert f"{SHOW} from 2026-11-27 20:30:29" in err
    code, _, err = run("why", MAIN_ARN, "--at", "2026-11-26 20:00", url=served.url)
    assert code == 4
    assert "no session of this stage went on at 2026-11-26 20:00" in err


def test_errors_of_one_kind_are_told_once_and_their_number_is_said(run, file):
    code, out, _ = run("why", file, "--at", "21:10")
    assert code == 0
    told = [one for one in records(out) if one["type"] == "event"]
    assert [one["errorCode"] for one in told] == ["INTERNAL_SERVER_EXCEPTION"]
    words = records(out)[-1]["words"]
    assert words.startswith("8 errors of ")
    assert "told: the first of each of 1 kind" in words
    text = run("why", file, "--at", "20:50", "--format", "table")[1]
    assert text.count("SUBSCRIBE_ERROR PUBLISHER_NOT_FOUND of") == 2, "of two publishers"
    code, out, err = run("why", file, "--at", "20:30..21:30")
    assert (code, out) == (2, "")
    assert "several events can be meant; choose one" in err
    assert f"QUOTA_EXCEEDED of {PRIYA}" in err


def test_a_part_of_a_code_is_enough_and_a_user_name_is_no_id(run, file):
    code, out, _ = run("why", file, SHOW, PRIYA, "--at", "20:48", "--code", "quota")
    assert code == 0
    assert records(out)[0]["errorCode"] == "QUOTA_EXCEEDED"
    assert run("why", file, SHOW, PRIYA, "--at", "20:48", "--code", "codec")[0] == 4
    code, _, err = run("why", file, SHOW, "--user", "tariq-mobile", "--at", "20:48")
    assert code == 2
    assert "SuYGrg1gSZWU joined 2026-11-27 21:04:30 UTC" in err


@pytest.mark.parametrize(
    ("user", "at", "says"),
    [
        ("ffmpeg-venue", "20:35:32", "Do next Set B-frames to 0"),
        ("late-larry", "20:38:01", "Means The event reports an error but came without a code."),
        ("late-larry", "20:38:01", "Do next Read the events around it and the client's log."),
        ("José", "21:03:20", "Do next Search your backend's log for José up to 21:02:31."),
        ("dana-phone", "20:50:54", "PUBLISHER_NOT_FOUND of dana-phone (GKTLNRRbA6FI), 2026"),
    ],
)
def test_what_an_error_means_whose_it_is_and_what_to_do_next_is_always_told(
    served, run, user, at, says
):
    where = MAIN_ARN, SHOW, "--user", user, "--at", at
    code, out, _ = run("why", *where, "--format", "table", url=served.url)
    assert code == 0
    assert says in " ".join(out.split())


def test_a_user_name_in_the_place_of_an_id_is_told(served, run):
    for words in (("why", "--at", "20:48"), ("events",)):
        name, *rest = words
        code, _, err = run(name, MAIN_ARN, SHOW, "priya-guest", *rest, url=served.url)
        assert code == 4
        assert "a user id goes behind --user" in err
    code, out, err = run("why", MAIN_ARN, url=served.url)
    assert (code, out) == (2, "")
    assert "say when by --at, or name a session" in err


def test_a_time_without_an_error_is_told_with_the_nearest_one(run, file):
    code, out, _ = run("why", file, "--at", "20:48:06")
    (end,) = records(out)
    assert (code, end["complete"]) == (4, True)
    assert end["words"].endswith(
        "the nearest error read is PUBLISH_ERROR QUOTA_EXCEEDED of priya-guest, "
        "2026-11-27 20:48:05 UTC"
    )
    code, out, err = run("why", file, "--at", "2030-01-01 20:48")
    assert (code, out) == (4, "")
    assert "2030-01-01 20:48:00 UTC is later than all that can be read" in err


def test_who_could_not_be_read_at_that_time_makes_it_incomplete(served, run):
    url = faulty_url(served, "notfound.ListParticipantEvents")
    code, out, _ = run("why", MAIN_ARN, SHOW, "--at", "20:48:05", url=url)
    assert code == 4
    (end,) = records(out)
    assert not end["complete"]
    assert {one["kind"] for one in end["failures"]} == {"NOT FOUND"}


def test_a_ticket_with_a_user_name_and_a_time_is_an_alert(run, file):
    text = f"{MAIN_ARN} session_id: {SHOW} user_id: priya-guest at 2026-11-27T20:48:05Z"
    code, out, _ = run("why", "--from", file, text)
    assert code == 0
    assert records(out)[0]["participantId"] == PRIYA


@pytest.mark.parametrize("whose", ["user_id: priya-guest", "somebody"])
def test_a_time_without_seconds_in_a_ticket_is_that_minute(run, file, whose):
    text = f"{MAIN_ARN} {SHOW}: {whose} could not get on stage at 2026-11-27 20:48, please look"
    code, out, _ = run("why", "--from", file, text)
    assert code == 0
    assert records(out)[0]["eventTime"] == "2026-11-27T20:48:05+00:00"
    code, out, err = run("why", "--from", file, text.replace("20:48", "20:48:00"))
    assert (code, "20:48:05" in err) == (4, True)


def test_findings_are_data_beside_their_sentence(served, run):
    code, out, _ = run("why", alert(), url=served.url)
    assert code == 0
    event, *findings, end = records(out)
    assert (event["type"], event["errorCode"]) == ("event", "QUOTA_EXCEEDED")
    assert [one["rule"] for one in findings] == ["publishers_then", "after_quota", "same_error"]
    then = findings[0]
    assert then["certainty"] == "likely"
    assert then["values"]["least"] == 12
    assert then["sentence"].startswith("12 others were publishing")
    assert len(then["rests_on"]) == 13
    assert end["complete"]
    assert end["schema"] == 1


def test_an_alert_can_stand_in_a_file(served, run, tmp_path):
    path = tmp_path / "alert.json"
    path.write_text(f"2026-11-27T20:48:10Z INFO {alert()}\n", "utf-8")
    code, out, _ = run("why", str(path), url=served.url)
    assert code == 0
    assert records(out)[0]["eventTime"] == "2026-11-27T20:48:05+00:00"


def test_an_alert_that_gzip_has_packed_is_unpacked_as_file_and_on_stdin(run, file, tmp_path):
    packed = gzip.compress(alert().encode())
    path = tmp_path / "alert.json.gz"
    path.write_bytes(packed)
    assert run("why", "--from", file, str(path))[0] == 0
    assert run("why", "--from", file, "-", stdin=packed)[0] == 0
    path.write_bytes(packed[:-20])
    code, out, err = run("why", "--from", file, str(path))
    assert (code, out) == (2, "")
    assert "it is no whole gzip file" in err
    assert run("why", "--from", file, str(tmp_path))[0] == 2


def test_a_recording_tells_the_same_cause_without_a_call(served, run, file):
    live = records(run("why", alert(), url=served.url)[1])
    before = served.calls.total()
    code, out, _ = run("why", "--from", file, "-", stdin=alert().encode())
    assert code == 0
    rules = [(one["rule"], one["sentence"]) for one in live if one["type"] == "finding"]
    assert [(one["rule"], one["sentence"]) for one in records(out)[1:-1]] == rules
    at = run("why", file, SHOW, "--user", "priya-guest", "--at", "20:48:05")
    assert at[0] == 0
    assert served.calls.total() == before


def test_recording_goes_on_with_a_file_only_when_asked_to(served, run, file):
    asked = served.calls["ListParticipantEvents"]
    record = ("record", MAIN_ARN, SHOW, "-o", file)
    code, out, err = run(*record, url=served.url)
    assert (code, out) == (2, "")
    assert "--resume" in err
    code, out, _ = run(*record, "--resume", url=served.url)
    assert code == 0
    saved, end = records(out)
    assert saved["participantsRead"] == saved["participantsListed"] == 40
    assert end["complete"]
    assert served.calls["ListParticipantEvents"] == asked, "all of them are in the file"


def test_no_recording_is_made_in_the_place_of_a_folder(served, run, tmp_path):
    for resume in ((), ("--resume",)):
        record = ("record", MAIN_ARN, SHOW, "-o", str(tmp_path), *resume)
        code, out, err = run(*record, url=served.url)
        assert (code, out) == (2, "")
        assert err == f"ivscope: {tmp_path} is not a regular file: name another one\n"


def test_a_folder_does_not_stand_before_a_stage_of_its_name(served, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fri-night-live").mkdir()
    place = ("fri-night-live", SHOW, PRIYA)
    code, out, _ = run("why", *place, "--at", "20:48:05", url=served.url)
    assert code == 0
    assert '"QUOTA_EXCEEDED"' in out


def test_a_stage_is_not_called_missing_where_nobody_could_look(run, served):
    code, out, err = run("summary", "night", url=faulty_url(served, "accessdenied"))
    assert (code, out) == (1, "")
    assert err.startswith("ivscope: the stage 'night' could not be looked up: ")


def test_an_alert_is_told_of_from_its_own_file_with_the_ids_that_it_has(run, tmp_path):
    path = tmp_path / "alert.json"
    sent = json.loads(alert().replace(SHOW, "st-Short").replace(PRIYA, "abc"))
    path.write_text(json.dumps({**sent, "source": "aws.ivs"}))
    code, out, err = run("why", str(path), "--from", str(path), "--format", "table")
    assert code == 3
    assert out.startswith("PUBLISH_ERROR QUOTA_EXCEEDED of priya-guest (abc)")
    assert "others were publishing in that second is not known; a stage allows 12." in out
    assert "At least 0" not in out
    assert err.count("EventBridge sends that somebody published") == 1, "what to do is told once"
    code, out, err = run("events", str(path))
    assert records(out)[-1]["words"].endswith(": 1 event read, the rest is not in this file")
    assert code == 3


def test_a_summary_has_counts_and_findings_of_the_session(run, file):
    code, out, _ = run("summary", file)
    assert code == 0
    whole, *rows, end = records(out)
    assert whole["events"] == 2161
    assert whole["participantsRead"] == 40
    assert {row["type"] for row in rows} == {
        "errorCount",
        "failingParticipant",
        "eventCount",
        "finding",
    }
    assert sum(row["count"] for row in rows if row["type"] == "errorCount") == whole["errors"]
    assert "burst" in {row.get("rule") for row in rows}
    assert end["found"] == len(rows) + 1
    text = " ".join(run("summary", file, "--format", "table")[1].split())
    assert "7 participants got INTERNAL_SERVER_EXCEPTION within 37 s" in text
    assert "SDK versions of those who failed are not known" not in text, "a recording has them"


def test_a_recording_prints_what_the_service_had(served, run, file):
    where = (MAIN_ARN, SHOW)
    for name, *words in (
        ("participants",),
        ("participants", "--published"),
        ("events", PRIYA),
        ("errors",),
        ("summary", "--clients"),
        ("summary", PRIYA),
        ("why", PRIYA, "--at", "20:48:05"),
    ):
        live = run(name, *where, *words, url=served.url)
        same = run(name, "--from", file, *where, *words)
        assert (same[0], same[2]) == (live[0], live[2]), name
        # A finding names events by their place in the log, which has who was read first first.
        told, expected = (
            [{**one, "rests_on": None} if one["type"] == "finding" else one for one in records(out)]
            for out in (same[1], live[1])
        )
        assert told == expected, name


def test_the_clients_of_everybody_are_read_from_a_service_when_asked_for(served, run):
    asked = served.calls["GetParticipant"]
    text = " ".join(run("summary", MAIN_ARN, SHOW, "--format", "table", url=served.url)[1].split())
    assert "--clients reads SDK" in text
    assert served.calls["GetParticipant"] == asked


def test_a_summary_of_one_participant_reads_nobody_else(served, run, file):
    before = served.calls.total()
    code, out, err = run("summary", MAIN_ARN, SHOW, PRIYA, url=served.url)
    assert (code, err) == (0, "")
    assert served.calls.total() - before <= 3, "the session, the participant, its one page"
    whole, *rows, end = records(out)
    assert whole["participantId"] == PRIYA
    assert (whole["events"], whole["errors"]) == (61, 5)
    assert whole["startTime"].startswith("2026-11-27T20:30:29")
    assert {row["type"] for row in rows} == {"errorCount", "eventCount"}
    assert sum(row["count"] for row in rows if row["type"] == "eventCount") == 61
    assert end["words"] == "61 events, all read"
    assert run("summary", file, SHOW, "--user", "priya-guest")[1] == out
    assert run("summary", file, SHOW, PRIYA, "--clients")[0] == 2
    code, out, _ = run("summary", MAIN_ARN, SHOW, PRIYA, url=faulty_url(served, "accessdenied"))
    assert code == 1
    assert [one["type"] for one in records(out)] == ["end"]


def test_a_report_is_written_to_stdout_or_to_a_file_in_any_folder(run, file, tmp_path, monkeypatch):
    code, out, _ = run("report", file)
    assert code == 0
    assert out.startswith("# Incident report: stage `fri-night-live`")
    assert "priya-guest" in out
    assert "SDK versions of those who failed are not known" not in out
    assert "3 of 3 participants with SDK `1.33.0` (`browser`) had errors" in out
    before = Path(file).read_bytes()
    assert run("report", file, "-o", file)[0] == 2
    assert Path(file).read_bytes() == before
    page, own = tmp_path / "night.html", os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: own + 1)  # the folder is someone else's, as /tmp is
    code, out, _ = run("report", file, "-o", str(page), "--redact")
    assert (code, out) == (0, "")
    assert page.stat().st_mode & 0o777 == 0o600
    page = page.read_text("utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert "priya-guest" not in page


@pytest.mark.parametrize("by", ["flag", "setting"])
def test_user_ids_are_redacted_by_a_flag_or_a_setting(run, file, tmp_path, monkeypatch, by):
    settings = tmp_path / "config.toml"
    settings.write_text(f"redact = {str(by == 'setting').lower()}\n")
    monkeypatch.setenv("IVSCOPE_CONFIG", str(settings))
    redact = ("--redact",) if by == "flag" else ()
    opened = []
    monkeypatch.setattr(explore, "run_open", lambda words: opened.append(words) or 0)
    for words in (
        ("why", file, SHOW, "--user", "priya-guest", "--at", "20:48", "--open"),
        ("errors", file),
        ("participants", file, "--user", "priya-guest"),
        ("summary", file, "--format", "table"),
        ("report", file),
    ):
        code, out, err = run(*words, *redact)
        assert code == 0, words
        assert "priya-guest" not in out + err, words
        assert "user-" in out, words
    assert ("--redact" in opened[0]) == (by == "flag"), "the setting is read there too"
    assert "priya-guest" in run("errors", file, "--no-redact")[1]
    nobody = run("errors", file, SHOW, "--user", "someone-else", *redact)
    assert nobody[0] == 4
    assert "someone-else" not in nobody[2]


def test_an_event_that_is_not_there_is_said_with_the_nearest_one(served, run):
    code, out, err = run("why", alert("20:48:06"), url=served.url)
    assert code == 4
    (end,) = records(out)
    assert end["words"] in err
    assert "no PUBLISH_ERROR QUOTA_EXCEEDED of 2026-11-27 20:48:06 UTC" in end["words"]


def test_without_a_time_several_errors_are_told_and_none_is_chosen(served, run):
    place = (MAIN_ARN, SHOW, PRIYA)
    code, out, err = run("why", *place, "--code", "QUOTA_EXCEEDED", url=served.url)
    assert (code, out) == (2, "")
    assert "choose one with --at and --code" in err
    assert "2026-11-27 20:48:05 UTC PUBLISH_ERROR QUOTA_EXCEEDED" in err
    assert run("why", *place[:2], url=served.url)[0] == 2


def test_what_may_not_be_read_is_unknown_and_incomplete(served, run):
    url = faulty_url(served, "accessdenied.ListParticipants")
    code, out, err = run("why", alert(), url=url)
    assert code == 3
    _, *findings, end = records(out)
    assert findings[0]["certainty"] == "unknown"
    assert not end["complete"]
    assert [one["kind"] for one in end["failures"]] == ["DENIED"]
    assert "some of the events of all participants: ivs:ListParticipants is not allowed" in err
    assert end["words"] == "not all could be read that findings ask for"


def test_an_alert_that_names_several_is_not_guessed(served, run):
    two = alert() + "\n" + alert().replace(PRIYA, "rJ8znbQQyqev")
    code, out, err = run("why", "-", url=served.url, stdin=two.encode())
    assert (code, out) == (2, "")
    assert PRIYA in err
    assert "rJ8znbQQyqev" in err


def test_an_alert_on_stdin_may_hold_bytes_that_are_no_text(run, file):
    assert run("why", "--from", file, "-", stdin=b"\xff\xfe " + alert().encode())[0] == 0


@pytest.mark.parametrize("stdin", [None, io.TextIOWrapper(io.BytesIO())], ids=["closed", "empty"])
def test_stdin_without_an_alert_is_told(capsys, monkeypatch, stdin):
    monkeypatch.setattr("sys.stdin", stdin)
    assert main(["why", "-", "--demo"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "stdin" in told.err


def test_open_goes_on_in_the_explorer_at_that_event(served, run, monkeypatch):
    opened = []
    monkeypatch.setattr(explore, "run", lambda words: opened.append(words) or 0)
    code, out, _ = run("why", alert(), "--open", url=served.url)
    assert code == 0
    assert len(records(out)) == 5
    there = ["--region", "us-west-2", "--endpoint-url", served.url]
    at = ["--at", "2026-11-27T20:48:05+00:00"]
    assert opened == [[*there, *at, "--", MAIN_ARN, SHOW, PRIYA]]
