"""CausalKeys: sort keys of a log that grows, oldest first."""

from array import array

from tui.provider.event_log import EventLog
from tui.query.causal_order import first_keys


class CausalKeys:
    """Sort keys by position. They grow in place."""

    __slots__ = ("keys",)

    def __init__(self) -> None:
        self.keys = array("q")
        """Key by position."""

    def extend(self, log: EventLog, stop: int) -> None:
        """Make keys for the events up to below `stop`."""
        start = len(self.keys)
        if start < stop:
            before = self.keys[-1] if start else None
            self.keys.extend(first_keys(log, start, stop, before))
