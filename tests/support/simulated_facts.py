"""A view of a simulated session as the rules of findings look at it; both kinds of facts."""

from collections.abc import Sequence

from ivscope.analysis.histories import read_so_far
from ivscope.analysis.intervals import Reach
from ivscope.analysis.publishers import Publishers
from ivscope.domain.stages import (
    Participant,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    StageSession,
)
from ivscope.findings.finding import EventRef
from ivscope.findings.known_facts import (
    KnownIngest,
    KnownLog,
    KnownParticipants,
    PublisherCount,
    SessionFacts,
)
from ivscope.findings.quota import count_publishers
from support.given_facts import as_session
from support.read_views import reach_of
from support.simulated_stores import event_log, session_log
from support.simulator.view import Extent, Row, View


class SeenSession:
    """The whole session, as `SessionFacts`."""

    def __init__(self, view: View) -> None:
        self.view, self.scope = view, view.scope
        kept = session_log(view)
        self.log = kept.session_log.log
        self.rows: list[Row] = kept.rows
        """By position in the log."""
        self.participants: Sequence[ParticipantSummary] = view.participants
        self.all_listed = view.all_listed

    def is_read(self, participant_id: str, /) -> bool:
        return self.view.extent(participant_id) is Extent.WHOLE

    def reach(self, participant_id: str, /) -> Reach:
        return reach_of(self.view, participant_id)

    def participant(self, participant_id: str, /) -> Participant | None:
        return self.view.facts.get(participant_id)

    def denied(self) -> Sequence[str]:
        return sorted(self.view.of_extent(Extent.DENIED))

    def scan_calls(self) -> int:
        return len(self.view.of_extent(Extent.NOT, Extent.PARTLY))


class SeenFacts:
    """What bears on one event, as `KnownFacts`: everything of the view was asked for."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.as_session = SeenSession(view)
        self.logs: dict[ParticipantScope, KnownLog] = {}
        self.rows: dict[str, list[Row]] = {}
        """By participant id and position in its log."""
        listed = {row.participant_id: row for row in view.participants}
        self._listed = listed
        for name in listed:
            extent = view.extent(name)
            if extent in {Extent.WHOLE, Extent.PARTLY}:
                kept, reach = event_log(view, name), reach_of(view, name)
                if extent is Extent.PARTLY:
                    reach = read_so_far(kept.log, reach)
                self.logs[view.scope_of(name)] = KnownLog(kept.log, reach)
                self.rows[name] = kept.rows
        self.publishers = Publishers(self.as_session.log, lambda: self.as_session.reach).count()

    def row_of(self, ref: EventRef) -> Row:
        """The row that evidence points at."""
        if isinstance(ref.scope, ParticipantScope):
            return self.rows[ref.scope.participant_id][ref.position]
        return self.as_session.rows[ref.position]

    def log(self, scope: ParticipantScope, /) -> KnownLog | None:
        return self.logs.get(scope)

    def participant(self, scope: ParticipantScope, /) -> Participant | None:
        return self.view.facts.get(scope.participant_id)

    def summary(self, scope: ParticipantScope, /) -> ParticipantSummary | None:
        return self._listed.get(scope.participant_id)

    def session(self, _: SessionScope, /) -> StageSession:
        return self.view.session

    def participants(self, _: SessionScope, /) -> KnownParticipants:
        return KnownParticipants(self.view.participants, self.view.all_listed)

    def ingest_configurations(self, _: str, /) -> KnownIngest | None:
        return None

    def publishers_at(self, _: SessionScope, time: int, /) -> PublisherCount:
        return count_publishers(as_session(self.as_session), self.publishers, time)

    def scanned(self, _: SessionScope, /) -> SessionFacts:
        return as_session(self.as_session)

    def scan_calls(self, _: SessionScope, /) -> int:
        return self.as_session.scan_calls()
