"""What the engine of intervals is told of a simulated view: how far each participant is read."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from ivscope.analysis.histories import History, KindRoles, history_of, rows_of
from ivscope.analysis.intervals import NOTHING_KNOWN, Reach, bounds_of
from ivscope.analysis.publishers import Publishers
from ivscope.domain.stages import (
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    StageSession,
)
from ivscope.domain.times import to_microseconds
from ivscope.findings.known_facts import KnownLog, KnownParticipants, PublisherCount
from ivscope.findings.quota import count_publishers
from ivscope.provider.store.event_log import EventLog
from support.simulated_stores import event_log, log_of_everybody
from support.simulator.view import Extent, Row, View


def reach_of(view: View, participant_id: str) -> Reach:
    """As the product knows it: from the session, the list of participants, and the pages read."""
    row = next(one for one in view.participants if one.participant_id == participant_id)
    end, as_of = view.session.end_time, view.served[participant_id].as_of
    reach = Reach() if view.extent(participant_id) is Extent.WHOLE else NOTHING_KNOWN
    if isinstance(end, datetime):
        return replace(reach, ended=bounds_of(to_microseconds(end))[1])
    assert as_of is not None
    connected_at = view.listed_at if row.state == "CONNECTED" else None
    return replace(reach, read_to=as_of, connected_at=connected_at)


def read_history(view: View, participant_id: str) -> tuple[EventLog, list[Row], History]:
    """The log of a participant, the rows of the view by position, and what the events tell."""
    log, rows = event_log(view, participant_id)
    places = [range(len(log))]
    reach = reach_of(view, participant_id)
    roles = KindRoles(log.tables)
    return log, rows, history_of(log, rows_of(log, places), roles, reach)


def read_publishers(view: View) -> Publishers:
    """The publishers of everybody who is listed and read."""
    log, _ = log_of_everybody(view)
    return Publishers(log, lambda: partial(reach_of, view)).count()


class ViewFacts:
    """What rules may look at, of a view; both of one event and of the whole session."""

    def __init__(self, view: View) -> None:
        self.view, self.scope = view, view.scope
        self.log_of_session = log_of_everybody(view).log
        self.publishers = Publishers(self.log_of_session, lambda: self.reach).count()

    # Of one event.

    def log(self, scope: ParticipantScope) -> KnownLog | None:
        name = scope.participant_id
        if self.view.extent(name) not in {Extent.WHOLE, Extent.PARTLY}:
            return None
        return KnownLog(event_log(self.view, name).log, self.reach(name))

    def participant(self, _: ParticipantScope) -> None:
        return None

    def summary(self, scope: ParticipantScope) -> ParticipantSummary | None:
        rows = self.view.participants
        return next((row for row in rows if row.participant_id == scope.participant_id), None)

    def session(self, _: SessionScope) -> StageSession:
        return self.view.session

    def participants(self, _: SessionScope) -> KnownParticipants:
        return KnownParticipants(self.view.participants, self.view.all_listed)

    def ingest_configurations(self, _: str) -> None:
        return None

    def publishers_at(self, _: SessionScope, time: int) -> PublisherCount:
        return count_publishers(ViewSession(self), self.publishers, time)

    def sweep_calls(self, _: SessionScope) -> int:
        return 1

    def reach(self, participant_id: str) -> Reach:
        return reach_of(self.view, participant_id)


class ViewSession:
    """The same as a scanned session."""

    def __init__(self, facts: ViewFacts) -> None:
        self._facts = facts
        self.scope, self.log = facts.scope, facts.log_of_session
        self.participants = facts.view.participants
        self.all_listed = facts.view.all_listed

    def is_read(self, participant_id: str) -> bool:
        return self._facts.view.extent(participant_id) is Extent.WHOLE

    def reach(self, participant_id: str) -> Reach:
        return self._facts.reach(participant_id)

    def participant(self, _: str) -> None:
        return None

    def sweep_calls(self) -> int:
        return 1
