"""The command `ivscope explain`: alone it asks nobody, with a place it reads the events there."""

import json

import pytest

from ivscope.cli.main import main
from ivscope.endpoint.server import Endpoint
from support.small_world import PARTICIPANT_ID, REGION, SESSION_ID, STAGE_ARN, SmallWorld

PLACE = (STAGE_ARN, SESSION_ID, PARTICIPANT_ID)


@pytest.fixture(autouse=True)
def credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


def explained(capsys, *words):
    code = main(["explain", *words])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_number_is_explained_by_sdk_as_data_and_as_text(capsys):
    code, out, _ = explained(capsys, "1027")
    records = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [one.get("sdk") for one in records] == ["Web", "iOS and Android", None]
    assert records[-1]["words"] == "2 explanations"
    code, out, _ = explained(capsys, "1027", "--format", "table")
    assert code == 0
    assert out.startswith("1027 Web, in logs and error details\nMeans ")


def test_codes_and_names_of_events_are_explained_too(capsys):
    for asked, about in (("quota_exceeded", "errorCode"), ("LEFT", "eventName")):
        code, out, _ = explained(capsys, asked)
        assert code == 0
        assert json.loads(out.splitlines()[0])["about"] == about


def test_what_is_unknown_ends_with_4_and_says_so(capsys):
    code, out, _ = explained(capsys, "99999")
    assert code == 4
    assert "99999 is not in the documents of " in json.loads(out)["words"]
    code, out, _ = explained(capsys, "QUOTA_EXCEDED", "--format", "table")
    assert code == 4
    code, out, _ = explained(capsys, "QUOTA_EXCEDED")
    assert json.loads(out)["words"].endswith("; did you mean 'QUOTA_EXCEEDED'?")
    code, out, _ = explained(capsys, "quota")
    assert json.loads(out)["words"].endswith("; that is in QUOTA_EXCEEDED")


def test_its_help_lists_the_members_of_what_it_prints(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["explain", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "explanation: asked, about, name, sdk" in told
    assert "event: stageArn, sessionId" in told


def test_with_a_participant_and_a_time_the_events_around_it_stand_beside(capsys):
    with Endpoint(SmallWorld()) as endpoint:
        there = ("--region", REGION, "--endpoint-url", endpoint.url)
        code, out, err = explained(capsys, "1024", *there, *PLACE, "--at", "2026-11-20 20:31:30")
        assert endpoint.bugs == ()
    records = [json.loads(line) for line in out.splitlines()]
    times = [one["eventTime"] for one in records if one["type"] == "event"]
    assert (code, err) == (0, "")
    assert times
    assert min(times) >= "2026-11-20T20:30:30"
    assert max(times) <= "2026-11-20T20:32:30+00:00"
    fit = sum(one.get("errorCode") == "QUOTA_EXCEEDED" for one in records)
    noun = "event" if fit == 1 else "events"
    assert records[-1]["words"].endswith(f"; {fit} {noun} of the kinds that 1024 can leave")


@pytest.mark.parametrize("words", [PLACE, ("--at", "20:36"), ("--user", "host-1")])
def test_half_of_a_place_and_a_time_is_refused(capsys, words):
    code, out, err = explained(capsys, "1024", *words)
    assert (code, out) == (2, "")
    assert "events beside it need both" in err
