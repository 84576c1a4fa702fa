"""TimeDisplay: the time zone and the style in which times are shown on screen."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from ivscope.render.timestamps import TimeStyle, in_zone, zone_label
from ivscope.settings.configuration import why_no_zone

_LOCALTIME = Path("/etc/localtime")
"""A link on Linux and macOS; its target in the time zone database ends in the zone's name."""


class TimeDisplay:
    """The time zone and the style that were chosen, and the present time."""

    __slots__ = ("_chosen", "_machine", "now", "style")

    def __init__(self, machine: tzinfo | None, now: Callable[[], datetime]) -> None:
        """Show times in UTC.

        Args:
            machine: The zone of this machine, which the name "local" stands for; None to find it
                out when it is first asked for.
            now: Returns the present as an aware time.
        """
        self._machine = machine
        self._chosen: tzinfo | None = None
        self.now = now
        self.style = TimeStyle.UTC

    @property
    def local(self) -> tzinfo:
        """The zone of the local style: that of the machine until another is chosen."""
        if self._chosen is None:
            self._chosen = self._machine or machine_zone()
        return self._chosen

    def choose(self, name: str) -> None:
        """Show times in "utc", in "local", or in an IANA zone such as "Europe/Berlin".

        Raises:
            ValueError: There is no such zone on this machine.
        """
        if name == "utc":
            self.style = TimeStyle.UTC
            return
        zone = self._machine if name == "local" else _named(name)
        if zone is None and name != "local":
            raise ValueError(f"no zone {name!r} here: utc, local or Area/City{why_no_zone()}")
        self._chosen, self.style = zone, TimeStyle.LOCAL

    @property
    def zone(self) -> tzinfo:
        """The zone of full times, and of times that are typed without one."""
        return self.local if self.style is TimeStyle.LOCAL else UTC

    def zone_name(self, moment: datetime | None) -> str:
        """Return the name of the zone for the header: "UTC", "Europe/Berlin", or an offset.

        Args:
            moment: The aware time whose offset is meant; None for the present.
        """
        name: str | None = getattr(self.zone, "key", None)
        return name or zone_label(in_zone(moment or self.now(), self.zone))


def machine_zone(environment: Mapping[str, str] = os.environ) -> tzinfo:
    """Return the zone of this machine, by its name in the database if that can be found out."""
    name = environment.get("TZ")
    if name is None:
        name = os.path.realpath(_LOCALTIME).partition("zoneinfo/")[2]
    return _named(name.removeprefix(":")) or PlatformZone()


def _named(name: str) -> tzinfo | None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - for a local zone only

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
