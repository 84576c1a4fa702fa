"""Store: every feed and fact that was asked for, with what was read of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from ivscope.domain import calls
from ivscope.domain.calls import GetCall, Item, ListCall, Value
from ivscope.domain.pages import Contradiction, Row
from ivscope.domain.stages import (
    Participant,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    StageSession,
)
from ivscope.provider.store.append_list import AppendList
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.event_log import EventLog, EventTables
from ivscope.provider.store.fact import Fact
from ivscope.provider.store.feed import Feed

SETTLED_AFTER: Final = timedelta(minutes=5)
"""So long after its end a session counts as settled: nothing of it comes any more. The clocks of
the service and of this machine may differ by some of it, and events take time to be listed."""


class Store:
    """Asking it reads nothing. The provider adds to feeds and facts, under the fetcher's lock."""

    def __init__(self, *, may_grow: bool, now: Callable[[], datetime]) -> None:
        """Begin empty.

        Args:
            may_grow: Whether sessions can go on where pages come from; a recording does not.
            now: Tells the present, aware.
        """
        self._may_grow = may_grow
        self._now = now
        self.tables = EventTables()
        """Shared by all logs, so that equal texts are stored once."""
        self.lists: dict[ListCall[Any], Feed[Any]] = {}
        """Feeds by call; those of events are in `all_events`."""
        self._stage_of_session: dict[str, str] = {}
        """By session id: the stage for which it was listed first."""
        self.all_events: dict[ParticipantScope, EventFeed] = {}
        """Feeds of the participants that a person has opened."""
        self.all_facts: dict[GetCall[Any], Fact[Any]] = {}

    def feed(self, call: ListCall[Item]) -> Feed[Item]:
        """The feed of a call, made on first use. Not for events."""
        feed = self.lists.get(call)
        if feed is None:
            judge = partial(self._listed_elsewhere, call)
            feed = self.lists[call] = Feed(call, lambda: AppendList[Item](judge))
        return feed

    def _listed_elsewhere(self, call: ListCall[Any], row: Row) -> Contradiction | None:
        """Whether a session was listed for another stage before: it is of one stage only."""
        if not isinstance(row, StageSession) or not row.session_id:
            return None
        stage_arn = str(call.scope)
        first = self._stage_of_session.setdefault(row.session_id, stage_arn)
        return Contradiction.STAGE if first != stage_arn else None

    def fact(self, call: GetCall[Value]) -> Fact[Value]:
        """The fact of a call, made on first use."""
        fact = self.all_facts.get(call)
        if fact is None:
            fact = self.all_facts[call] = Fact(call)
        return fact

    def listed(self, call: ListCall[Item]) -> Feed[Item] | None:
        """The feed of a call; None unless a page of it was read."""
        feed = self.lists.get(call)
        return None if feed is None or feed.pages == 0 else feed

    def known(self, call: GetCall[Value]) -> Value | None:
        """The last answer of a call; None without one."""
        fact = self.all_facts.get(call)
        return None if fact is None else fact.value

    def opened_events(self, scope: ParticipantScope) -> EventFeed | None:
        """The feed of a participant that a person has opened, else None."""
        return self.all_events.get(scope)

    def opened_in(self, session: SessionScope) -> dict[str, EventFeed]:
        """The feeds that a person has opened in a session, by participant id."""
        opened = list(self.all_events.items())
        return {scope.participant_id: feed for scope, feed in opened if scope.session == session}

    def stage_name(self, stage_arn: str) -> str | None:
        """The name of a stage, read alone or listed; None without one. Text from outside."""
        stage = self.known(calls.stage(stage_arn))
        if stage is not None:
            return stage.name
        listed = self.listed(calls.STAGES)
        rows = () if listed is None else listed.facts
        return next((row.name for row in rows if row.arn == stage_arn), None)

    def participant(self, scope: ParticipantScope) -> Participant | None:
        """The answer of GetParticipant for a participant; None without one."""
        return self.known(calls.participant(scope))

    def facts(self, session: SessionScope) -> dict[str, Participant]:
        """The answers of GetParticipant for a session, by participant id."""
        answers = [(call.scope, fact.value) for call, fact in tuple(self.all_facts.items())]
        return {
            scope.participant_id: value
            for scope, value in answers
            if isinstance(value, Participant)
            and isinstance(scope, ParticipantScope)
            and scope.session == session
        }

    def session(self, session: SessionScope) -> StageSession | None:
        """The row of a session, listed or read alone; one with an end time goes first."""
        rows = self.lists.get(calls.sessions(session.stage_arn))
        fact = self.known(calls.session(session))
        found = [] if rows is None else list(rows.facts)
        if fact is not None:
            found.append(fact)
        own = [row for row in found if row.session_id == session.session_id]
        return max(own, key=lambda row: row.end_time is not None, default=None)

    def has_ended(self, session: SessionScope) -> bool:
        """Whether a session has an end time, readable or not."""
        row = self.session(session)
        return row is not None and row.end_time is not None

    def is_settled(self, session: SessionScope, at: datetime | None = None) -> bool:
        """Whether nothing of a session could come in any more at a moment; None for now."""
        if not self._may_grow:
            return True
        row = self.session(session)
        end = None if row is None else row.end_time
        return isinstance(end, datetime) and end + SETTLED_AFTER <= (at or self._now())

    def participants(self, session: SessionScope) -> Feed[ParticipantSummary] | None:
        """The unfiltered participant list of a session; None unless a page of it was read."""
        return self.listed(calls.participants(session))

    def new_events(self, scope: ParticipantScope) -> EventFeed:
        """A feed of a participant that the store does not keep. For scans."""
        is_settled = partial(self.is_settled, scope.session)
        return EventFeed(calls.events(scope), lambda: EventLog(self.tables), is_settled)
