"""TimeDisplay: the time zone and the style in which times are shown on screen."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ivscope.render.timestamps import TimeStyle, in_zone, zone_label
from ivscope.settings.configuration import why_no_zone

_LOCALTIME = Path("/etc/localtime")
"""A link on Linux and macOS; its target in the time zone database ends in the zone's name."""


@dataclass(slots=True)
class TimeDisplay:
    """The time zone and the style that were chosen, and the present time."""

    machine: tzinfo
    """The zone of this machine, which the name "local" stands for."""
    now: Callable[[], datetime]
    """Returns the present as an aware time."""
    style: TimeStyle = TimeStyle.UTC
    local: tzinfo = field(init=False)
    """The zone of the local style: that of the machine until another is chosen."""

    def __post_init__(self) -> None:
        self.local = self.machine

    def choose(self, name: str) -> None:
        """Show times in "utc", in "local", or in an IANA zone such as "Europe/Berlin".

        Raises:
            ValueError: There is no such zone on this machine.
        """
        if name == "utc":
            self.style = TimeStyle.UTC
            return
        zone = self.machine if name == "local" else _named(name)
        if zone is None:
            raise ValueError(f"no zone {name!r} here: utc, local or Area/City{why_no_zone()}")
        self.local, self.style = zone, TimeStyle.LOCAL

    @property
    def zone(self) -> tzinfo:
        """The zone of full times, and of times that are typed without one."""
        return self.local if self.style is TimeStyle.LOCAL else UTC

    def zone_name(self, moment: datetime | None) -> str:
        """Return the name of the zone for the header: "UTC", "Europe/Berlin", or an offset.

        Args:
            moment: The aware time whose offset is meant; None for the present.
        """
        name = self.zone.key if isinstance(self.zone, ZoneInfo) else None
        return name or zone_label(in_zone(moment or self.now(), self.zone))


def machine_zone(environment: Mapping[str, str] = os.environ) -> tzinfo:
    """Return the zone of this machine, by its name in the database if that can be found out."""
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
        """Return the offset at a local time."""
        return None if moment is None else _local(moment.replace(tzinfo=None)).utcoffset()

    def dst(self, moment: datetime | None) -> timedelta | None:  # noqa: ARG002 - tzinfo asks for it
        """Return None: the C library does not say how much of the offset is daylight saving."""
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        """Return the abbreviation of the zone, such as "CET"."""
        return None if moment is None else _local(moment.replace(tzinfo=None)).tzname()

    def fromutc(self, moment: datetime) -> datetime:
        """Return the local time of a UTC time that is labelled with this zone, as tzinfo asks."""
        local = _local(moment.replace(tzinfo=UTC)).replace(tzinfo=self)
        # When clocks go back an hour comes twice, the second time with another offset.
        is_second = local.replace(tzinfo=None) - moment.replace(tzinfo=None) != local.utcoffset()
        return local.replace(fold=int(is_second))


def _local(moment: datetime) -> datetime:
    try:
        return moment.astimezone()
    except (OverflowError, ValueError, OSError):  # outside the range of the C library
        return moment.replace(tzinfo=UTC)
