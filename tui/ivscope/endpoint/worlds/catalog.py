"""Catalog: the worlds that can be opened by name."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from ivscope.endpoint.world import World
from ivscope.endpoint.worlds.huge import HugeWorld
from ivscope.endpoint.worlds.incident import IncidentWorld
from ivscope.endpoint.worlds.quiet import QuietWorld
from ivscope.endpoint.worlds.told_world import Clock

_WORLDS: Final[dict[str, Callable[[datetime, Clock], World]]] = {
    "incident": IncidentWorld,
    "quiet": QuietWorld,
    "huge": HugeWorld,
}

WORLD_NAMES: Final = tuple(_WORLDS)
"""Names for `open_world`, the default first."""


def open_world(name: str, clock: Clock) -> World:
    """The world of this name, opened at the present time of the clock.

    Args:
        name: One of `WORLD_NAMES`.
        clock: Tells the time as an aware UTC datetime. What happens in a world later than this
            appears when the clock has passed it.

    Raises:
        ValueError: No such world; the message lists the names.
    """
    build = _WORLDS.get(name)
    if build is None:
        raise ValueError(f"no world named {name!r}; the worlds are {', '.join(WORLD_NAMES)}")
    return build(clock(), clock)
