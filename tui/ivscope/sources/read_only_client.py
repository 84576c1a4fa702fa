"""ReadOnlyClient: the one door to boto3, which only the reads that ivscope makes pass."""

from typing import Any

from ivscope.domain.clock import utc_now
from ivscope.sources.call_context import CallContext
from ivscope.sources.failures import translate
from ivscope.sources.lean_session import SERVICE

READS = frozenset(
    {
        "ListStages",
        "GetStage",
        "ListStageSessions",
        "GetStageSession",
        "ListParticipants",
        "GetParticipant",
        "ListParticipantEvents",
        "ListParticipantReplicas",
        "ListIngestConfigurations",
    }
)
"""All that is ever called. GetIngestConfiguration only reads too, but it gives the stream key."""


class RefusedError(Exception):
    """An operation was called that is none of `READS`: a bug of ours, never the user's."""


class ReadOnlyClient:
    """Wraps a boto3 client. The client itself refuses too, should anyone reach around the door."""

    def __init__(self, client: Any, context: CallContext) -> None:  # noqa: ANN401 - made by boto3
        self._client = client
        self.context = context
        """What failures name."""
        for event in ("provide-client-params", "before-call"):
            client.meta.events.register_first(f"{event}.{SERVICE}", _refuse_others)

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Call one operation by its method name, such as `list_stages`. Blocks.

        Returns:
            The answer as botocore parsed it, with times as the text that came.

        Raises:
            ProviderFailure: No answer, or one that refuses.
            RefusedError: The operation is none of `READS`.
        """
        name = self._client.meta.method_to_api_mapping.get(operation)
        if name not in READS:
            raise RefusedError(operation)
        method = getattr(self._client, operation)
        try:
            answer: dict[str, Any] = method(**parameters)
        except Exception as error:  # built-in exceptions come out of botocore's parsers
            now = utc_now()
            raise translate(error, operation=name, context=self.context, now=now) from error
        return answer


def _refuse_others(model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's OperationModel
    if model.name not in READS:
        raise RefusedError(model.name)
