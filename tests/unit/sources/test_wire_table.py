"""The table of what is read: every call has its row, and a row is all that a call takes."""

from typing import Any

import pytest
from botocore import xform_name

from ivscope.domain import calls
from ivscope.domain.calls import ListCall
from ivscope.domain.stages import ParticipantFilter, ParticipantScope, SessionScope
from ivscope.sources.call_context import CallContext
from ivscope.sources.wire_source import READS, WireSource

ARN = "arn:aws:ivs:us-west-2:123456789012:stage/AbCdEfGhIjKl"
SESSION = SessionScope(ARN, "st-1234567890abc")
SCOPE = ParticipantScope(ARN, "st-1234567890abc", "p1")

CALLS = {
    call.operation: (call, request)
    for call, request in (
        (calls.STAGES, {}),
        (calls.sessions(ARN), {"stageArn": ARN}),
        (
            calls.participants(SESSION, ParticipantFilter("filterByPublished", True)),
            {"stageArn": ARN, "sessionId": SESSION.session_id, "filterByPublished": True},
        ),
        (
            calls.events(SCOPE),
            {"stageArn": ARN, "sessionId": SESSION.session_id, "participantId": "p1"},
        ),
        (calls.replicas(ARN, "p1"), {"sourceStageArn": ARN, "participantId": "p1"}),
        (calls.ingest_configurations(ARN), {"filterByStageArn": ARN}),
        (calls.stage(ARN), {"arn": ARN}),
        (calls.session(SESSION), {"stageArn": ARN, "sessionId": SESSION.session_id}),
        (
            calls.participant(SCOPE),
            {"stageArn": ARN, "sessionId": SESSION.session_id, "participantId": "p1"},
        ),
    )
}


class Answering:
    """A client that answers every operation with one row, and keeps what it was asked."""

    def __init__(self, member: str, row: Any) -> None:
        self.member, self.row = member, row
        self.asked: list[tuple[str, dict[str, object]]] = []

    def context_of(self, region: str | None) -> CallContext:
        return CallContext(region=region)

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        self.asked.append((operation, parameters))
        return {self.member: self.row, "ResponseMetadata": {"HTTPStatusCode": 200}}


def test_every_call_has_a_row_and_every_row_a_call():
    assert CALLS.keys() == READS.keys()
    assert all(xform_name(name) == read.method for name, read in READS.items())
    assert all(name.startswith(("List", "Get")) for name in READS)


@pytest.mark.parametrize("operation", READS)
def test_the_row_makes_the_request_of_the_scope(operation):
    call, request = CALLS[operation]
    read = READS[operation]
    is_list = isinstance(call, ListCall)
    client = Answering(read.member, [] if is_list else {})
    source = WireSource(client)
    if is_list:
        source.read_page(call, None)
        request = request | {"maxResults": 50 if operation.endswith("Replicas") else 100}
    else:
        source.read_fact(call)
    assert client.asked == [(read.method, request)]
