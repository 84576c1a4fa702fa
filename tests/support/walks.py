"""Runs the command over a world in a real terminal."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.world import World
from support.faulty_urls import faulty_url
from support.terminal import IVSCOPE, Terminal


@contextmanager
def ivscope_over(
    world: World,
    *arguments: str,
    fault: str = "",
    columns: int = 120,
    rows: int = 40,
    environ: Mapping[str, str] | None = None,
) -> Iterator[Terminal]:
    """The terminal in which the command runs."""
    with Endpoint(world) as endpoint:
        url = faulty_url(endpoint, fault) if fault else endpoint.url
        command = (*IVSCOPE, *arguments, "--endpoint-url", url, "--region", world.region)
        with Terminal(command, columns=columns, rows=rows, environ=environ) as terminal:
            yield terminal
    assert endpoint.bugs == ()
