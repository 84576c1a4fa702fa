"""Clock: how times are told, everywhere on screen."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ivscope.render.timestamps import TimeStyle


@dataclass(slots=True)
class Clock:
    """The zone and the style that the reader chose, and the present time."""

    local: tzinfo
    now: Callable[[], datetime]
    """The present, aware."""
    style: TimeStyle = TimeStyle.UTC

    def choose(self, name: str) -> None:
        """Tell times in "utc", in "local", or in an IANA zone such as "Europe/Berlin".

        Raises:
            ValueError: There is no such zone on this machine.
        """
        if name == "utc":
            self.style = TimeStyle.UTC
        else:
            if name != "local":
                try:
                    self.local = ZoneInfo(name)
                except (ValueError, OSError, ZoneInfoNotFoundError) as error:
                    raise ValueError(f"no zone {name!r} here: utc, local or Area/City") from error
            self.style = TimeStyle.LOCAL

    @property
    def zone(self) -> tzinfo:
        """The zone of full times and of everything typed."""
        return self.local if self.style is TimeStyle.LOCAL else UTC
