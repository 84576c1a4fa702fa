"""ServiceModel: botocore's model of ivs-realtime, and checks of requests and data against it."""

import gzip
import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ivscope.domain.frozen import frozen
from ivscope.domain.times import UnreadableTime, parse_time
from ivscope.endpoint.answers import validation_error
from ivscope.endpoint.world import Members

_ONE_FILTER = frozenset({"ListParticipants", "ListIngestConfigurations"})
"""Operations that take one filter at a time."""

Shape = Mapping[str, Any]


@frozen
class ServiceModel:
    """Operations and shapes, by name, as botocore's service-2.json has them."""

    operations: Mapping[str, Shape]
    shapes: Mapping[str, Shape]

    def input_shape(self, operation: str) -> str:
        """Name of the structure that a request of this operation has to fit."""
        name: str = self.operations[operation]["input"]["shape"]
        return name

    def result(self, operation: str) -> tuple[str, tuple[str, ...]]:
        """Member that holds the result of an operation, and the members of one row of it.

        For a Get operation the result is one row.
        """
        output = self.shapes[self.operations[operation]["output"]["shape"]]["members"]
        ((member, reference),) = (item for item in output.items() if item[0] != "nextToken")
        shape = self.shapes[reference["shape"]]
        row = self.shapes[shape["member"]["shape"]] if shape["type"] == "list" else shape
        return member, tuple(row["members"])

    def bound(self, operation: str, member: str) -> int:
        """Largest value that a number in a request may have."""
        members = self.shapes[self.input_shape(operation)]["members"]
        limit: int = self.shapes[members[member]["shape"]]["max"]
        return limit


def load_service_model() -> ServiceModel:
    """Read the model that the installed botocore carries, without importing botocore.

    Raises:
        FileNotFoundError: There is no botocore, or it does not know ivs-realtime.
    """
    spec = importlib.util.find_spec("botocore")
    places = spec.submodule_search_locations if spec is not None else None
    for place in places or ():
        versions = sorted(Path(place).glob("data/ivs-realtime/*/service-2.json*"))
        if versions:
            raw = versions[-1].read_bytes()
            model = json.loads(gzip.decompress(raw) if versions[-1].suffix == ".gz" else raw)
            return ServiceModel(model["operations"], model["shapes"])
    raise FileNotFoundError("the installed botocore has no model of ivs-realtime")


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
    # The model has this rule in a description only.
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


_EXPECTED = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "list": "a list",
    "map": "an object of texts",
    "structure": "an object",
    "timestamp": "a time as 2026-11-20T20:30:00Z",
}


def misfits(model: ServiceModel, shape_name: str, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401
    """What in a structure of an answer is of another type than the model has, in its order.

    Only types and names of members are compared. Lengths, patterns and enumerations are not: the
    service itself answers outside them. A member that is null is absent.

    Args:
        model: The model.
        shape_name: Of the structure.
        value: JSON, times as text.
        path: Where the structure stands.

    Returns:
        Sentences in ASCII, each with the place, what was expected there, and what is there.
    """
    shape = model.shapes[shape_name]
    kind = shape["type"]
    if not _is_time(value) if kind == "timestamp" else not _fits(kind, value):
        yield f"{path}: {_EXPECTED[kind]} expected, not {written(value)}"
    elif kind == "structure":
        for name, inner in value.items():
            reference = shape["members"].get(name)
            if reference is None:
                yield f"{path}: {shape_name} has no member {written(name)} in the API"
            elif inner is not None:
                yield from misfits(model, reference["shape"], inner, f"{path}.{name}")
    elif kind == "list":
        for place, item in enumerate(value):
            yield from misfits(model, shape["member"]["shape"], item, f"{path}[{place}]")
    elif kind == "map":
        for key, item in value.items():
            yield from misfits(model, shape["value"]["shape"], item, f"{path}[{written(key)}]")


def _is_time(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, str) and not isinstance(parse_time(value), UnreadableTime)


_LONGEST_QUOTE = 60
"""Characters of a wrong value that are shown: enough to find it in a file."""


def written(value: Any) -> str:  # noqa: ANN401 - JSON
    """A value as JSON, cut if long; "absent" for null. Texts are as they came, and not yet safe."""
    if value is None:
        return "absent"
    text = f'"{value}"' if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}..."
