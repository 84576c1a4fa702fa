"""Store: every feed and fact that was made, and what they hold."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from ivscope.domain.ingest import IngestConfiguration
from ivscope.domain.stages import (
    Participant,
    ParticipantFilter,
    ParticipantReplica,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    Stage,
    StageSession,
)
from ivscope.provider.store import feeds
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.event_log import EventTables
from ivscope.provider.store.fact import Fact
from ivscope.provider.store.feed import Feed

SETTLED_AFTER: Final = timedelta(minutes=5)
"""So long after the end of a session nothing of it comes any more: the clocks of the service and
of this machine may differ by some of it, and events take time to be listed."""


class Store:
    """Nothing is read by looking. The provider adds to the stores, under the reader's lock."""

    def __init__(self, *, may_grow: bool, now: Callable[[], datetime]) -> None:
        """Hold nothing yet.

        Args:
            may_grow: Whether more can come in where pages come from.
            now: The present, aware.
        """
        self._may_grow = may_grow
        self._now = now
        self.tables = EventTables()
        """Shared by all logs, so that equal texts are held once."""
        self.stages = feeds.stages()
        self.all_sessions: dict[str, Feed[StageSession]] = {}
        """By stage ARN."""
        self.all_participants: dict[
            tuple[SessionScope, ParticipantFilter | None], Feed[ParticipantSummary]
        ] = {}
        self.all_events: dict[ParticipantScope, EventFeed] = {}
        self.all_replicas: dict[tuple[str, str], Feed[ParticipantReplica]] = {}
        """By source stage ARN and participant id."""
        self.all_ingest_configurations: dict[str, Feed[IngestConfiguration]] = {}
        """By stage ARN."""
        self.stage_facts: dict[str, Fact[Stage]] = {}
        self.session_facts: dict[SessionScope, Fact[StageSession]] = {}
        self.participant_facts: dict[ParticipantScope, Fact[Participant]] = {}

    def opened_events(self, scope: ParticipantScope) -> EventFeed | None:
        """The feed of a participant if a person has opened it."""
        return self.all_events.get(scope)

    def opened_in(self, session: SessionScope) -> dict[str, EventFeed]:
        """Feeds that persons have opened in a session, by participant id."""
        opened = list(self.all_events.items())
        return {scope.participant_id: feed for scope, feed in opened if scope.session == session}

    def participant(self, scope: ParticipantScope) -> Participant | None:
        """What GetParticipant told of a participant."""
        fact = self.participant_facts.get(scope)
        return None if fact is None else fact.value

    def facts(self, session: SessionScope) -> dict[str, Participant]:
        """What GetParticipant told of participants of a session, by participant id."""
        facts = list(self.participant_facts.items())
        return {
            scope.participant_id: fact.value
            for scope, fact in facts
            if scope.session == session and fact.value is not None
        }

    def session(self, session: SessionScope) -> StageSession | None:
        """The row of a session; the one that names its end, when one does."""
        rows = self.all_sessions.get(session.stage_arn)
        fact = self.session_facts.get(session)
        held = [] if rows is None else list(rows.items)
        if fact is not None and fact.value is not None:
            held.append(fact.value)
        own = [row for row in held if row.session_id == session.session_id]
        return max(own, key=lambda row: row.end_time is not None, default=None)

    def has_ended(self, session: SessionScope) -> bool:
        """Whether the end of a session is known, read or not."""
        row = self.session(session)
        return row is not None and row.end_time is not None

    def is_settled(self, session: SessionScope, at: datetime | None = None) -> bool:
        """Whether nothing of a session came in any more at a moment; None for the present."""
        if not self._may_grow:
            return True
        row = self.session(session)
        end = None if row is None else row.end_time
        return isinstance(end, datetime) and end + SETTLED_AFTER <= (at or self._now())

    def participants(self, session: SessionScope) -> Feed[ParticipantSummary] | None:
        """The unfiltered list of a session if some of it was read."""
        rows = self.all_participants.get((session, None))
        return None if rows is None or rows.pages == 0 else rows

    def replicas(self, scope: ParticipantScope) -> Feed[ParticipantReplica] | None:
        """The copies of a participant if some of the list was read."""
        rows = self.all_replicas.get((scope.stage_arn, scope.participant_id))
        return None if rows is None or rows.pages == 0 else rows

    def ingest_configurations(self, stage_arn: str) -> Feed[IngestConfiguration] | None:
        """Those of a stage if some of the list was read, or asking for it failed."""
        rows = self.all_ingest_configurations.get(stage_arn)
        return None if rows is None or (rows.pages == 0 and rows.failure is None) else rows

    def unfiltered(self, session: SessionScope) -> Feed[ParticipantSummary]:
        """The list of everybody in a session, made when nobody has asked for it. For scans."""
        key = (session, None)
        return self.all_participants.setdefault(key, feeds.participants(*key))

    def new_events(self, scope: ParticipantScope) -> EventFeed:
        """A feed of a participant that is not shared, and not held. For scans."""
        return feeds.events(scope, self.tables, partial(self.is_settled, scope.session))
