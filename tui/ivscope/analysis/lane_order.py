"""LaneOrder: participants by their first join, or by their errors, kept up while the list grows."""

from collections.abc import Mapping
from datetime import datetime
from math import inf

from ivscope.domain.stages import ParticipantSummary
from ivscope.provider.store.append_list import AppendOnly


class LaneOrder:
    """Looks only at what a list has gained: a session can have 25,000 participants."""

    __slots__ = ("_joined", "_list", "_taken", "by_join")

    def __init__(self) -> None:
        self.by_join: list[str] = []
        """Participant ids, each once, by their first join; those without one come last."""
        self._joined: dict[str, float] = {}
        self._list: AppendOnly[ParticipantSummary] | None = None
        self._taken = 0

    def take(self, rows: AppendOnly[ParticipantSummary]) -> None:
        """Add what is new in a list, or all of it when it is another list than before."""
        if rows is not self._list:
            self._joined.clear()
            self.by_join.clear()
            self._list, self._taken = rows, 0
        new = rows[self._taken :]
        self._taken += len(new)
        for one in new:
            time = one.first_join_time
            moment = time.timestamp() if isinstance(time, datetime) else inf
            if one.participant_id not in self._joined:
                self.by_join.append(one.participant_id)
            self._joined[one.participant_id] = min(
                moment, self._joined.get(one.participant_id, moment)
            )
        if new:
            self.by_join.sort(key=self._joined.__getitem__)

    def errors_first(self, errors: Mapping[str, int]) -> list[str]:
        """Return participant ids with errors before all others, most errors first.

        Args:
            errors: How many error events are read, for participants that have some.
        """
        failing = sorted(
            (name for name in self.by_join if name in errors), key=errors.__getitem__, reverse=True
        )
        return [*failing, *(name for name in self.by_join if name not in errors)]
