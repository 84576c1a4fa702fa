"""NamedCalls: a source for tests that has a method for each operation that it answers."""

from typing import Any

from ivscope.domain.calls import GetCall, Item, ListCall, Value
from ivscope.domain.pages import Cursor, Page

_METHODS = {
    "ListStages": "list_stages",
    "ListStageSessions": "list_sessions",
    "ListParticipants": "list_participants",
    "ListParticipantEvents": "list_events",
    "ListParticipantReplicas": "list_replicas",
    "ListIngestConfigurations": "list_ingest_configurations",
    "GetStage": "get_stage",
    "GetStageSession": "get_session",
    "GetParticipant": "get_participant",
}


class NamedCalls:
    """Methods that list take the scope of the call and the cursor; the others the scope."""

    def read_page(self, call: ListCall[Item], cursor: Cursor | None) -> Page[Item]:
        scope: tuple[Any, ...] = () if call.scope is None else (call.scope,)
        if isinstance(call.scope, tuple):
            scope = call.scope
        page: Page[Item] = getattr(self, _METHODS[call.operation])(*scope, cursor)
        return page

    def read_fact(self, call: GetCall[Value]) -> Value:
        value: Value = getattr(self, _METHODS[call.operation])(call.scope)
        return value
