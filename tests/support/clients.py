"""Real boto3 clients for a loopback endpoint."""

from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from support.small_world import REGION, Members


def ivs_client(
    url: str,
    *,
    attempts: int = 1,
    read_timeout: float = 5.0,
    region: str = REGION,
    **settings: Any,
) -> Any:
    """An ivs-realtime client with dummy keys. Retries are off unless attempts is more than 1."""
    config = Config(
        retries={"total_max_attempts": attempts, "mode": "standard"},
        connect_timeout=5,
        read_timeout=read_timeout,
        **settings,
    )
    return _session(region).client("ivs-realtime", endpoint_url=url, config=config)


@cache
def _session(region: str) -> boto3.Session:
    """One session for all clients of a region: each would load the service model anew."""
    return boto3.Session(
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="-",  # noqa: S106 - any value does, the endpoint cannot verify it
        region_name=region,
    )


def read_all(
    call: Callable[..., Any],
    member: str,
    *,
    pages: int = 1000,
    **parameters: Any,
) -> tuple[list[Members], list[int]]:
    """Rows of all pages of a list call, and the size of each page."""
    rows: list[Members] = []
    sizes: list[int] = []
    for _ in range(pages):
        answer = call(**parameters)
        rows += answer[member]
        sizes.append(len(answer[member]))
        if not answer.get("nextToken"):
            return rows, sizes
        parameters["nextToken"] = answer["nextToken"]
    raise AssertionError(f"no end after {pages} pages")
