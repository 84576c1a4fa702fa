"""How a recording names what was asked, and what is in the answers."""

import json
from collections.abc import Mapping
from typing import Any

MEMBERS: Mapping[str, str] = {
    "list_stages": "stages",
    "list_stage_sessions": "stageSessions",
    "list_participants": "participants",
    "list_participant_events": "events",
    "list_participant_replicas": "replicas",
    "list_ingest_configurations": "ingestConfigurations",
    "get_stage": "stage",
    "get_stage_session": "stageSession",
    "get_participant": "participant",
}
"""The member that the answer of an operation must have. IVS API, by boto3 method name."""

_PAGING = frozenset({"maxResults", "nextToken"})


def request_text(operation: str, parameters: Mapping[str, object]) -> str:
    """What all pages of one list have in common, as JSON: operation and members."""
    members = {name: value for name, value in parameters.items() if name not in _PAGING}
    return json.dumps([operation, members], sort_keys=True)


def read_request(text: str) -> tuple[str, dict[str, Any]]:
    """Operation and members of a request text."""
    operation, members = json.loads(text)
    return operation, members
