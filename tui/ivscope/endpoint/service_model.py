"""ServiceModel: the part of botocore's ivs-realtime model that a server needs."""

import gzip
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Shape = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
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
