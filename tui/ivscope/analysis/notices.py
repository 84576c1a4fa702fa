"""Notices: what EventBridge has told of participants, and which of it the API has returned too.

EventBridge sends some kinds of events only, can lose them, and can send one twice; the API is what
is counted. So nothing here is added to a list: a row is told by both sides or by one, and what only
EventBridge has told is named beside the list.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import compress

from ivscope.analysis.intervals import SECOND
from ivscope.analysis.timed_events import flags_of
from ivscope.domain.frozen import frozen
from ivscope.domain.identifiers import SENT_BY_EVENTBRIDGE
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.provider.store.event_log import EventLog

Told = tuple[int, str, str]
"""Second since 1970, name as the API has it, and error code; empty for none."""


@frozen
class Notices:
    """What a text or a file of EventBridge events tells of each participant."""

    source: str
    """What it came from, such as the name of the file. Text from outside."""
    told: Mapping[ParticipantScope, "Counter[Told]"]

    def of(self, session: SessionScope) -> dict[str, "Counter[Told]"]:
        """Return what is told of the participants of a session, by their ids."""
        found = self.told.items()
        return {scope.participant_id: told for scope, told in found if scope.session == session}

    @property
    def count(self) -> int:
        """How many events are told of."""
        return sum(told.total() for told in self.told.values())

    def with_more(self, more: "Notices") -> "Notices":
        """Return these and those of another text; what both tell counts once."""
        told = dict(self.told)
        for scope, theirs in more.told.items():
            told[scope] = told.get(scope, Counter()) | theirs
        is_same = more.source == self.source or self.source.endswith(f" and {more.source}")
        return Notices(self.source if is_same else f"{self.source} and {more.source}", told)


class Joined:
    """A list of events beside the notices about it. Looks only at what the list has gained."""

    def __init__(
        self,
        log: EventLog,
        notices: Mapping[str, "Counter[Told]"],
        only: str | None,
        *,
        is_one_alert: bool = False,
    ) -> None:
        """Begin with nothing looked at.

        Args:
            log: The events that the API has returned.
            notices: What EventBridge has told, by participant id.
            only: The participant whose events all of these are; None for those of everybody.
            is_one_alert: Whether one event is all that EventBridge has told, of whomever: that
                others are not there means nothing.
        """
        self._of_others = None if is_one_alert else False
        self.log = log
        self._only = only
        # How the API would write a name that is not known cannot be told, nor whether it is there.
        self._notices = {
            one: Counter({what: told[what] for what in told if what[1] in SENT_BY_EVENTBRIDGE})
            for one, told in notices.items()
            if only in {None, one}
        }
        self._left = {one: told.copy() for one, told in self._notices.items()}
        """What no event that was looked at has taken."""
        self._looked_at = 0
        self.told = sum(sum(told.values()) for told in self._notices.values())
        """Notices about this list."""
        self.here = 0
        """Those of which the API has returned an event. An event takes one notice at most."""
        self._missing: tuple[int, list[tuple[Told, str]]] = (-1, [])
        """Of how many events looked at, and what was missing then."""

    def has(self, position: int) -> bool | None:
        """Whether an event was told too; None where that it was not told would mean nothing.

        So it is with the kinds that EventBridge never sends, and beside a single alert.
        """
        if self.log.name(position) not in SENT_BY_EVENTBRIDGE:
            return None
        who, what = self._key(position)
        return True if what in self._notices.get(who, ()) else self._of_others

    def look(self) -> None:
        """Look at the events that came since."""
        log, start = self.log, self._looked_at
        self._looked_at = stop = len(log)
        if not self._left or start == stop:
            return
        flags = flags_of(log, start, stop, lambda kind: kind.name in SENT_BY_EVENTBRIDGE)
        for position in compress(range(start, stop), flags):
            who, what = self._key(position)
            left = self._left.get(who)
            if left is not None and left[what] > 0:
                left[what] -= 1
                self.here += 1

    @property
    def missing(self) -> list[tuple[Told, str]]:
        """Notices without an event, with the participant they are about, oldest first."""
        if self._missing[0] != self._looked_at:  # every move of the cursor asks
            left = ((what, who) for who, told in self._left.items() for what in told.elements())
            self._missing = self._looked_at, sorted(left)
        return self._missing[1]

    def _key(self, position: int) -> tuple[str, Told]:
        log = self.log
        time_us = log.time_us(position)
        second = -1 if time_us is None else time_us // SECOND
        who = self._only or log.participant(position) or ""
        return who, (second, log.name(position) or "", log.error_code(position) or "")
