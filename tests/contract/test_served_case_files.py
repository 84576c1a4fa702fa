"""Case files through a real boto3 client: what the file says arrives, and nothing else."""

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.case_file import CaseWorld
from support.case_files import case, case_names
from support.clients import ivs_client, read_all

_TIMES = {"startTime", "endTime", "firstJoinTime", "eventTime", "expirationTime"}


def as_parsed(value, name=""):
    """Wire JSON as botocore gives it: without nulls, times as datetimes."""
    if isinstance(value, dict):
        return {key: as_parsed(one, key) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [as_parsed(one) for one in value]
    return datetime.fromisoformat(value).astimezone(UTC) if name in _TIMES else value


@pytest.mark.parametrize("name", case_names())
def test_a_client_reads_what_the_case_file_says(name):
    file = case(name).file
    with Endpoint(CaseWorld(file)) as endpoint:
        client = ivs_client(endpoint.url)
        arn, session_id = file.stage["arn"], file.session["sessionId"]
        session = {"stageArn": arn, "sessionId": session_id}
        live = {"activeSessionId": session_id} if file.is_live else {}
        assert client.list_stages()["stages"] == [file.stage | live]
        assert client.get_stage(arn=arn)["stage"] == file.stage | live
        expected = as_parsed(file.session)
        assert client.list_stage_sessions(stageArn=arn)["stageSessions"] == [expected]
        assert client.get_stage_session(**session)["stageSession"] == expected
        listed, _ = read_all(client.list_participants, "participants", **session)
        rows = as_parsed(file.participants)
        assert [row["participantId"] for row in listed] == [row["participantId"] for row in rows]
        assert all(
            summary.items() <= row.items() for summary, row in zip(listed, rows, strict=True)
        )
        facts = {row["participantId"]: row for row in reversed(rows)}
        for who, events in file.events.items():
            scope = {**session, "participantId": who}
            assert client.get_participant(**scope)["participant"] == facts[who]
            if events is None:
                with pytest.raises(ClientError) as caught:
                    client.list_participant_events(**scope)
                assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
            else:
                served, _ = read_all(client.list_participant_events, "events", **scope)
                assert served == as_parsed(events)
    assert endpoint.bugs == ()
