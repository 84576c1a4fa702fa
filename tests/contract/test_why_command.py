"""`ivscope why` and `ivscope record`, against the demo's incident over real HTTP."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from ivscope.cli import explore, reading
from ivscope.cli.main import main
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.endpoint.worlds.incident import MAIN_ARN
from ivscope.provider.fetch.rate_limiter import RateLimiter

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


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Keys that any endpoint takes, and calls as fast as it answers: their number is the same."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    fast = RateLimiter(demand=10_000, background=10_000, window=0)
    monkeypatch.setattr(reading, "RateLimiter", lambda **_limits: fast)


@pytest.fixture
def served():
    with Endpoint(open_world("incident", lambda: NOW)) as endpoint:
        yield endpoint
        assert endpoint.bugs == ()


@pytest.fixture
def run(capsys, monkeypatch):
    def ran(*words, url=None, stdin=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        there = [] if url is None else ["--region", "us-west-2", "--endpoint-url", url]
        code = main([words[0], *there, *words[1:]])
        return code, *capsys.readouterr()

    return ran


def records(out):
    return [json.loads(line) for line in out.splitlines()]


def test_the_cause_of_an_alert_is_printed_with_few_calls(served, run):
    code, out, _ = run("why", "-", "--format", "table", url=served.url, stdin=alert())
    assert code == 0
    text = " ".join(out.split())
    assert text.startswith(f"PUBLISH_ERROR QUOTA_EXCEEDED of priya-guest ({PRIYA}), 2026-11-27")
    assert "LIKELY 12 others were publishing in that second" in text
    assert "1 mara-host since 20:30:34" in text
    assert "12 kenji-rival (replica) since 20:41:07" in text
    assert "SEEN kenji-rival stopped publishing 3 min 55 s after" in text
    assert served.calls.total() <= MOST_CALLS, served.calls


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


def test_a_recording_tells_the_same_cause_without_a_call(served, run, tmp_path):
    file = str(tmp_path / "night.ivscope")
    code, out, _ = run("record", MAIN_ARN, SHOW, "-o", file, url=served.url)
    assert code == 0
    saved, end = records(out)
    assert saved["participantsRead"] == saved["participantsListed"] == 40
    assert end["complete"]
    live = records(run("why", alert(), url=served.url)[1])
    before = served.calls.total()
    code, out, _ = run("why", "--from", file, "-", stdin=alert())
    assert code == 0
    rules = [(one["rule"], one["sentence"]) for one in live if one["type"] == "finding"]
    assert [(one["rule"], one["sentence"]) for one in records(out)[1:-1]] == rules
    summed = run("why", file, SHOW, "--user", "priya-guest", "--at", "20:48:05")
    assert summed[0] == 0
    assert served.calls.total() == before
    again = run("record", MAIN_ARN, SHOW, "-o", file, url=served.url)
    assert again[0] == 2
    assert "--resume" in again[2]
    assert run("record", MAIN_ARN, SHOW, "-o", file, "--resume", url=served.url)[0] == 0
    events = served.calls["ListParticipantEvents"]
    assert run("record", MAIN_ARN, SHOW, "-o", file, "--resume", url=served.url)[0] == 0
    assert served.calls["ListParticipantEvents"] == events, "all of them are in the file"


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
    url = served.faulty_url("accessdenied.ListParticipants")
    code, out, err = run("why", alert(), url=url)
    assert code == 3
    _, *findings, end = records(out)
    assert findings[0]["certainty"] == "unknown"
    assert not end["complete"]
    assert [one["kind"] for one in end["failures"]] == ["DENIED"]
    assert "the events of all participants" in err


def test_an_alert_that_names_several_is_not_guessed(served, run):
    two = alert() + "\n" + alert().replace(PRIYA, "rJ8znbQQyqev")
    code, out, err = run("why", "-", url=served.url, stdin=two)
    assert (code, out) == (2, "")
    assert PRIYA in err
    assert "rJ8znbQQyqev" in err
    assert served.calls.total() == 0


def test_open_goes_on_in_the_explorer_at_that_event(served, run, monkeypatch):
    opened = []
    monkeypatch.setattr(explore, "run", lambda words: opened.append(words) or 0)
    code, out, _ = run("why", alert(), "--open", url=served.url)
    assert code == 0
    assert len(records(out)) == 5
    there = ["--region", "us-west-2", "--endpoint-url", served.url]
    at = ["--at", "2026-11-27T20:48:05+00:00"]
    assert opened == [[*there, *at, "--", MAIN_ARN, SHOW, PRIYA]]
