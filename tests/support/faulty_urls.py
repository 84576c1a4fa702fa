"""Addresses of an endpoint at which calls fail."""

from ivscope.endpoint.faults import PREFIX
from ivscope.endpoint.server import Endpoint


def faulty_url(endpoint: Endpoint, spec: str) -> str:
    """An endpoint URL whose calls fail with this fault."""
    return f"{endpoint.url}{PREFIX}{spec}"
