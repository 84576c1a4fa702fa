"""Checks structures of the wire against botocore's model of the API."""

import re
from collections.abc import Iterator
from typing import Any

from ivscope.endpoint.service_model import Shape, load_service_model

SHAPES = load_service_model().shapes

_TYPES = {
    "structure": dict,
    "list": list,
    "map": dict,
    "timestamp": str,
    "string": str,
    "boolean": bool,
    "integer": int,
}

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
"""A date-time of the protocol (Smithy), with milliseconds at most."""


def violations(shape_name: str, value: Any, path: str = "") -> Iterator[str]:
    """What the model does not allow, as "path: complaint (value)", in the order found."""
    shape = SHAPES[shape_name]
    kind = shape["type"]
    if not _is_a(kind, value):
        yield f"{path}: not a {kind} ({value!r})"
    elif kind == "structure":
        yield from _structure(shape, value, path)
    elif kind == "list":
        yield from _size(shape, len(value), path, value)
        for item in value:
            yield from violations(shape["member"]["shape"], item, f"{path}[]")
    elif kind == "map":
        yield from _size(shape, len(value), path, value)
        for key, item in value.items():
            yield from violations(shape["key"]["shape"], key, f"{path}{{key}}")
            yield from violations(shape["value"]["shape"], item, f"{path}{{value}}")
    elif kind == "timestamp":
        fits = _DATE_TIME.fullmatch(value) is not None
        yield from _complaint(fits, path, "not a date-time with Z", value)
    elif kind == "string":
        yield from _string(shape, value, path)
    elif kind == "integer":
        yield from _size(shape, value, path, value)


def _is_a(kind: str, value: object) -> bool:
    return type(value) is _TYPES[kind]


def _structure(shape: Shape, value: Any, path: str) -> Iterator[str]:
    for name in shape.get("required", ()):
        yield from _complaint(name in value, path, f"{name} is missing", value)
    for name, member in value.items():
        known = name in shape["members"]
        yield from _complaint(known, f"{path}.{name}", "no such member", member)
        if known:
            yield from violations(shape["members"][name]["shape"], member, f"{path}.{name}")


def _string(shape: Shape, value: Any, path: str) -> Iterator[str]:
    yield from _size(shape, len(value), path, value)
    if "pattern" in shape:
        fits = re.fullmatch(shape["pattern"], value) is not None
        yield from _complaint(fits, path, "does not fit the pattern", value)
    if "enum" in shape:
        yield from _complaint(value in shape["enum"], path, "not in the enum", value)


def _size(shape: Shape, size: int, path: str, value: Any) -> Iterator[str]:
    fits = shape.get("min", size) <= size <= shape.get("max", size)
    yield from _complaint(fits, path, "too short or too long", value)


def _complaint(holds: bool, path: str, text: str, value: Any) -> Iterator[str]:
    if not holds:
        yield f"{path}: {text} ({value!r})"
