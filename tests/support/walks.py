"""Commands over a world in a real terminal."""

from contextlib import contextmanager

from ivscope.endpoint.server import Endpoint
from support.terminal import IVSCOPE, Terminal


@contextmanager
def ivscope_over(world, *arguments, fault="", columns=120, rows=40, environ=None):
    """The command on a world: the terminal that shows it, with the endpoint as `.endpoint`."""
    with Endpoint(world) as endpoint:
        url = endpoint.faulty_url(fault) if fault else endpoint.url
        command = (*IVSCOPE, *arguments, "--endpoint-url", url, "--region", world.region)
        with Terminal(command, columns=columns, rows=rows, environ=environ) as terminal:
            terminal.endpoint = endpoint
            yield terminal
    assert endpoint.bugs == ()
