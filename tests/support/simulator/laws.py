"""How the service behaves where no document says it, and which clients come: drawn per world."""

from dataclasses import dataclass
from random import Random

_SECOND = 1_000_000
"""Microseconds."""

DAY = 24 * 3600 * _SECOND
"""Microseconds: how long somebody may publish or be subscribed, as documented."""

DOCUMENTED_LIMIT = 12
"""Publishers of a stage, as documented."""

LATEST = 600 * _SECOND
"""Microseconds: no simulated event comes later than this."""

FARTHEST = 2 * _SECOND
"""Microseconds: no two simulated clocks are farther apart."""


@dataclass(frozen=True)
class Laws:
    """What holds in one world. Times in microseconds."""

    limit: int = DOCUMENTED_LIMIT
    """Publisher slots of the stage."""
    replicas_take_slots: bool = True
    longest: int = DAY
    """After so long publishing and subscribing are ended."""
    measures_stay: bool = False
    """Whether subscribing is measured from the first subscription of a stay on, or each one for
    itself."""
    spread: int = 0
    """So long after its start a publisher is not found by those who subscribe."""
    lateness: int = 0
    """So long after it happened an event may be served only."""
    clocks_apart: int = 0
    """So far apart the clocks are that two participants' events are dated by."""
    stop_comes_first: bool = False
    """Whether a stop by the service is dated before the error that tells why."""

    @property
    def is_documented(self) -> bool:
        """Whether the limits are those that documents name."""
        return self.limit == DOCUMENTED_LIMIT


def draw_laws(lot: Random) -> Laws:
    """Laws by lot, half of them as most would expect."""
    lateness = lot.choice((0, _SECOND, 30 * _SECOND, LATEST))
    return Laws(
        limit=lot.choice((*(DOCUMENTED_LIMIT,) * 7, 10, 13, 15)),
        replicas_take_slots=lot.choice((True, False)),
        longest=DAY + lot.choice((0, 0, lot.randint(-90, 90), -300, -1_800)) * _SECOND,
        measures_stay=lot.choice((True, False)),
        spread=lot.choice((0, _SECOND // 2, 2 * _SECOND)),
        lateness=lateness,
        clocks_apart=lot.choice((0, 0, _SECOND // 5, FARTHEST)),
        stop_comes_first=lot.choice((True, False)),
    )


@dataclass(frozen=True)
class Client:
    """What runs behind a participant: a device with an app, or an encoder."""

    name: str
    """Of the device. One that comes back under a new participant id keeps it."""
    sdk_version: str = ""
    browser_name: str = ""
    browser_version: str = ""
    os_name: str = ""
    os_version: str = ""
    protocol: str = "UNKNOWN"
    ingest_arn: str = ""
    """Of the ingest configuration whose stream key it has; empty for an SDK."""
    is_redundant: bool = False
    """Whether its ingest configuration has two keys, for two streams at once."""

    @property
    def is_encoder(self) -> bool:
        return self.protocol in {"RTMP", "RTMPS", "WHIP"}


def browser(name: str, sdk: str = "1.41.0", chrome: str = "151.0.0.0") -> Client:
    return Client(name, sdk, "Chrome", chrome, "Windows", "11")


def phone(name: str, sdk: str = "1.46.0", system: str = "iOS", version: str = "18.6") -> Client:
    return Client(name, sdk, os_name=system, os_version=version)


def encoder(
    name: str, ingest_arn: str, protocol: str = "RTMPS", *, is_redundant: bool = False
) -> Client:
    return Client(name, protocol=protocol, ingest_arn=ingest_arn, is_redundant=is_redundant)
