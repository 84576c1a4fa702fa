"""Operations: the read calls of ivs-realtime over a world."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tui.endpoint.answers import ServiceError
from tui.endpoint.cursors import Cursors, Place
from tui.endpoint.service_model import ServiceModel
from tui.endpoint.validation import check_request
from tui.endpoint.world import Members, World

READ_OPERATIONS = (
    "ListStages",
    "GetStage",
    "ListStageSessions",
    "GetStageSession",
    "ListParticipants",
    "GetParticipant",
    "ListParticipantEvents",
    "ListParticipantReplicas",
    "ListIngestConfigurations",
)
"""All that the endpoint serves."""

DEFAULT_PAGE_SIZE = 50
"""Items on a page when maxResults is absent (IVS API: maxResults of every list served here)."""

_FILTERS: dict[str, dict[str, str]] = {
    "ListParticipants": {
        "filterByUserId": "userId",
        "filterByPublished": "published",
        "filterByState": "state",
        "filterByRecordingState": "recordingState",
    },
    "ListIngestConfigurations": {"filterByStageArn": "stageArn", "filterByState": "state"},
}
"""Filters of a list, and for each the member that has to equal it."""

_SCAN = 512
"""Rows that a filter looks at in one slice."""


class Operations:
    """Answers requests that are already known to be for one of `READ_OPERATIONS`."""

    def __init__(self, world: World, model: ServiceModel, cursors: Cursors) -> None:
        self._world = world
        self._model = model
        self._cursors = cursors
        self._results = {name: model.result(name) for name in READ_OPERATIONS}
        self._lists: dict[str, Callable[[Members], Sequence[Members] | None]] = {
            "ListStages": lambda _: world.stages(),
            "ListStageSessions": lambda p: world.sessions(p["stageArn"]),
            "ListParticipants": lambda p: world.participants(p["stageArn"], p["sessionId"]),
            "ListParticipantEvents": lambda p: world.events(
                p["stageArn"], p["sessionId"], p["participantId"]
            ),
            "ListParticipantReplicas": lambda p: world.replicas(
                p["sourceStageArn"], p["participantId"]
            ),
            "ListIngestConfigurations": lambda _: world.ingest_configurations(),
        }
        self._gets: dict[str, Callable[[Members], Members | None]] = {
            "GetStage": lambda p: _find(world.stages(), "arn", p["arn"]),
            "GetStageSession": lambda p: _find(
                world.sessions(p["stageArn"]) or (), "sessionId", p["sessionId"]
            ),
            "GetParticipant": lambda p: world.participant(
                p["stageArn"], p["sessionId"], p["participantId"]
            ),
        }

    def answer(self, operation: str, parameters: Members) -> Members:
        """The members of a successful answer.

        A list of an unknown session or participant is empty, since the model declares no
        ResourceNotFoundException for lists.

        Raises:
            ServiceError: ValidationException, or ResourceNotFoundException from a Get.
        """
        check_request(self._model, operation, parameters)
        if operation in self._lists:
            return self._page(operation, self._lists[operation](parameters) or (), parameters)
        found = self._gets[operation](parameters)
        if found is None:
            message = f"{operation.removeprefix('Get')} not found"
            raise ServiceError("ResourceNotFoundException", 404, message)
        member, kept = self._results[operation]
        return {member: _cut(found, kept)}

    def _page(self, operation: str, rows: Sequence[Members], parameters: Members) -> Members:
        place = self._cursors.read(operation, parameters) or Place(0, len(rows))
        order = _Order(rows, place.length, newest_first=self._world.newest_first)
        size = parameters.get("maxResults") or min(
            DEFAULT_PAGE_SIZE, self._model.bound(operation, "maxResults")
        )
        wanted = [
            (member, parameters[name])
            for name, member in _FILTERS.get(operation, {}).items()
            if parameters.get(name) is not None
        ]
        items: Sequence[Members]
        if wanted:
            items, position = _matching(order, place.position, size, *wanted[0])
        else:
            position = place.position + size
            items = order.read(place.position, position)
        member, kept = self._results[operation]
        answer: Members = {member: [_cut(item, kept) for item in items]}
        if position < len(order):
            answer["nextToken"] = self._cursors.write(
                operation, parameters, Place(position, place.length)
            )
        return answer


class _Order:
    """A growing list in the order in which it is handed out. Copies no more than it is asked for.

    Newest first counts from the end that the list had at the first page: what is added later
    shifts nothing and is not seen. Oldest first reads on into what was added.
    """

    def __init__(self, rows: Sequence[Members], length: int, *, newest_first: bool) -> None:
        self._rows = rows
        self._newest_first = newest_first
        self._length = min(length, len(rows)) if newest_first else len(rows)

    def __len__(self) -> int:
        return self._length

    def read(self, start: int, stop: int) -> Sequence[Members]:
        """The rows from `start` up to `stop` or the end."""
        if not self._newest_first:
            return self._rows[start:stop]
        first, last = max(0, self._length - stop), max(0, self._length - start)
        return self._rows[first:last][::-1]


def _matching(
    order: _Order,
    start: int,
    size: int,
    member: str,
    value: Any,  # noqa: ANN401
) -> tuple[list[Members], int]:
    """Rows whose member has this value, and where the next one is: the length if there is none."""
    found: list[Members] = []
    for position, row in _scan(order, start):
        if row.get(member) != value:
            continue
        if len(found) == size:
            return found, position
        found.append(row)
    return found, len(order)


def _scan(order: _Order, start: int) -> Iterator[tuple[int, Members]]:
    for first in range(start, len(order), _SCAN):
        yield from enumerate(order.read(first, first + _SCAN), first)


def _find(rows: Sequence[Members], member: str, value: str) -> Members | None:
    return next((row for row in rows if row.get(member) == value), None)


def _cut(row: Members, kept: Sequence[str]) -> Members:
    """Only what the shape of the answer has, in its order."""
    return {name: row[name] for name in kept if name in row}
