"""Checks of a request against the service model, maxima and patterns included.

botocore's client checks only types, required members and minima, so that a wrong id reaches the
service; the endpoint has to refuse it as the service does.
"""

import re
from typing import Any

from tui.endpoint.answers import validation_error
from tui.endpoint.service_model import ServiceModel, Shape
from tui.endpoint.world import Members

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
