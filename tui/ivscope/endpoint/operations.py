"""Operations: the read calls of ivs-realtime over a world."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ivscope.endpoint.answers import ServiceError, validation_error
from ivscope.endpoint.cursors import Cursors, Place
from ivscope.endpoint.service_model import ServiceModel, Shape
from ivscope.endpoint.world import Members, World

_ONE_FILTER = frozenset({"ListParticipants", "ListIngestConfigurations"})
"""Operations that take one filter at a time."""

_TYPES: dict[str, type] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "list": list,
    "map": dict,
    "structure": dict,
}


def check_request(model: ServiceModel, operation: str, parameters: Members) -> None:
    """Refuse parameters that the model does not allow.

    Members that the model does not know and members that are null are ignored, as rest-json
    does. Enumerations are not enforced.

    Raises:
        ServiceError: ValidationException that names every violation.
    """
    found = _violations(model, model.input_shape(operation), parameters, "")
    filters = [
        name for name in parameters if name.startswith("filterBy") and parameters[name] is not None
    ]
    # The model has this rule in its prose only.
    if operation in _ONE_FILTER and len(filters) > 1:
        found.append(f"only one filter per request, not {' and '.join(sorted(filters))}")
    if found:
        raise validation_error("; ".join(found))


def _violations(model: ServiceModel, shape_name: str, value: Any, path: str) -> list[str]:  # noqa: ANN401
    shape = model.shapes[shape_name]
    kind = shape["type"]
    if not _fits(kind, value):
        return [f"{path or 'request'}: {kind} expected"]
    if kind == "structure":
        return _structure_violations(model, shape, value, path)
    found = _bound_violations(shape, value, path)
    if kind == "list":
        for place, item in enumerate(value):
            found += _violations(model, shape["member"]["shape"], item, f"{path}[{place}]")
    if kind == "map":
        for key, item in value.items():
            found += _violations(model, shape["key"]["shape"], key, f"{path} key")
            found += _violations(model, shape["value"]["shape"], item, f"{path}.{key}")
    return found


def _fits(kind: str, value: Any) -> bool:  # noqa: ANN401
    if kind == "integer" and isinstance(value, bool):
        return False
    return isinstance(value, _TYPES[kind])


def _structure_violations(
    model: ServiceModel, shape: Shape, value: Members, path: str
) -> list[str]:
    prefix = f"{path}." if path else ""
    found = [
        f"{prefix}{name}: required" for name in shape.get("required", ()) if value.get(name) is None
    ]
    for name, reference in shape["members"].items():
        if value.get(name) is not None:
            found += _violations(model, reference["shape"], value[name], f"{prefix}{name}")
    return found


def _bound_violations(shape: Shape, value: Any, path: str) -> list[str]:  # noqa: ANN401
    kind = shape["type"]
    if kind == "boolean":
        return []
    found = []
    size, unit = (value, "") if kind == "integer" else (len(value), " long")
    if "min" in shape and size < shape["min"]:
        found.append(f"{path}: at least {shape['min']}{unit}, not {size}")
    if "max" in shape and size > shape["max"]:
        found.append(f"{path}: at most {shape['max']}{unit}, not {size}")
    if "pattern" in shape and re.fullmatch(shape["pattern"], value) is None:
        found.append(f"{path}: does not match {shape['pattern']}")
    return found


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
