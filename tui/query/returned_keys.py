"""ReturnedKeys: where the service returned each event, when that is not the order of a log."""

from array import array

from tui.provider.event_log import EventLog


class ReturnedKeys:
    """Sort keys that put positions into `EventLog.sequence`."""

    __slots__ = ("_last_key", "_seen", "_sequence", "_version", "keys")

    def __init__(self) -> None:
        self.keys = array("q")
        """Key by position. Another object whenever old keys changed."""
        self._sequence: array[int] | None = None
        self._version = 0
        self._seen = 0
        self._last_key = -1

    def update(self, log: EventLog) -> bool:
        """Take in what was appended, or returned before all others.

        Returns:
            Whether the old keys are still right.
        """
        version, sequence = log.sequence_version, log.sequence
        if sequence is None:
            return True
        if version != self._version:
            was = self._sequence or array("I", range(self._seen))
            old = self._seen
            self._version, self._sequence = version, sequence
            head = len(sequence) - old
            if head < 0 or sequence[head:] != was[:old] or not self.keys:
                self._renumber(sequence)
                return False
            first = self._last_key - len(sequence) + 1
            new = sorted(zip(sequence[:head], range(first, first + head), strict=True))
            self.keys.extend(key for _, key in new)
        else:
            count = len(sequence) - self._seen
            self.keys.extend(range(self._last_key + 1, self._last_key + 1 + count))
            self._last_key += count
        self._seen = len(self.keys)
        return True

    def _renumber(self, sequence: "array[int]") -> None:
        stop = len(sequence)
        self.keys = array("q", bytes(8 * stop))
        for key, position in enumerate(sequence[:stop]):
            self.keys[position] = key
        self._seen = stop
        self._last_key = stop - 1
