"""TimeDisplay: how times are told, everywhere on screen."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ivscope.render.timestamps import TimeStyle, zone_label

_LOCALTIME = Path("/etc/localtime")
"""On Linux and macOS a link into the time zone database, whose end is the name of the zone."""


@dataclass(slots=True)
class TimeDisplay:
    """The zone and the style that the reader chose, and the present time."""

    machine: tzinfo
    """The zone of this machine, which "local" means."""
    now: Callable[[], datetime]
    """The present, aware."""
    style: TimeStyle = TimeStyle.UTC
    local: tzinfo = field(init=False)
    """The zone of the local style: that of the machine until another is chosen."""

    def __post_init__(self) -> None:
        self.local = self.machine

    def choose(self, name: str) -> None:
        """Tell times in "utc", in "local", or in an IANA zone such as "Europe/Berlin".

        Raises:
            ValueError: There is no such zone on this machine.
        """
        if name == "utc":
            self.style = TimeStyle.UTC
            return
        zone = self.machine if name == "local" else _named(name)
        if zone is None:
            raise ValueError(f"no zone {name!r} here: utc, local or Area/City")
        self.local, self.style = zone, TimeStyle.LOCAL

    @property
    def zone(self) -> tzinfo:
        """The zone of full times and of everything typed."""
        return self.local if self.style is TimeStyle.LOCAL else UTC

    def zone_name(self, moment: datetime | None) -> str:
        """What the header calls the zone: "UTC", "Europe/Berlin", else the offset at a moment.

        Args:
            moment: A time that is on screen, aware; None for the present.
        """
        name = self.zone.key if isinstance(self.zone, ZoneInfo) else None
        return name or zone_label((moment or self.now()).astimezone(self.zone))


def machine_zone(environment: Mapping[str, str] = os.environ) -> tzinfo:
    """The zone of this machine, with the offset of each date and its name if that can be had."""
    name = environment.get("TZ")
    if name is None:
        name = os.path.realpath(_LOCALTIME).partition("zoneinfo/")[2]
    return _named(name.removeprefix(":")) or PlatformZone()


def _named(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return None


class PlatformZone(tzinfo):
    """The zone of this machine as its C library knows it, for one that has no name.

    An instance of `datetime.timezone` would give every date the offset of today.
    """

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """Offset at a local time."""
        return None if moment is None else _local(moment.replace(tzinfo=None)).utcoffset()

    def dst(self, moment: datetime | None) -> timedelta | None:  # noqa: ARG002 - tzinfo asks for it
        """Not known."""
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        """Abbreviation, as "CET"."""
        return None if moment is None else _local(moment.replace(tzinfo=None)).tzname()

    def fromutc(self, moment: datetime) -> datetime:
        """A time in UTC that is labelled with this zone, as a local time."""
        local = _local(moment.replace(tzinfo=UTC)).replace(tzinfo=self)
        # Of an hour that clocks repeat the second pass has another offset than the first.
        is_second = local.replace(tzinfo=None) - moment.replace(tzinfo=None) != local.utcoffset()
        return local.replace(fold=int(is_second))


def _local(moment: datetime) -> datetime:
    try:
        return moment.astimezone()
    except (OverflowError, ValueError, OSError):  # beyond what the C library can count
        return moment.replace(tzinfo=UTC)
