"""EventRefs: the events that findings name, and the facts that findings ask for."""

from ivscope.domain import calls
from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.findings.finding import Ask, Cited, EventRef, FactKey, FactKind, Finding
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.fetchable import Fetchable
from ivscope.provider.store.indexes import OrderLabel
from ivscope.workspace.store_context import StoreContext

_LISTS = frozenset({FactKind.PARTICIPANTS, FactKind.INGEST_CONFIGURATIONS})
"""Kinds of facts that are lists of a whole session or stage."""


_NEAR_US = 2_000_000
"""Microseconds: how far around an event the rules look, so that it must be read further."""


class EventRefs:
    """Looks up what findings name in what the provider has read. Reads nothing."""

    def __init__(self, provider: StageDataProvider, store_context: StoreContext) -> None:
        self.provider = provider
        self.store_context = store_context
        """What the rules may look at."""

    def fetchable(self, findings: tuple[Finding, ...]) -> Ask | None:
        """Return the first fact that would help and can be read; else the scan, if it would."""
        asks = [ask for finding in findings for ask in finding.would_tell if self._is_open(ask)]
        fetched = [ask for ask in asks if isinstance(ask.fact.scope, ParticipantScope)]
        listed = [ask for ask in asks if ask.fact.kind in _LISTS]
        return next(iter([*fetched, *listed, *asks]), None)

    def _is_open(self, ask: Ask) -> bool:
        """Whether a call would tell more. Rules do not know replicas, so these are looked up."""
        scope = ask.fact.scope
        if ask.fact.kind is not FactKind.REPLICAS or not isinstance(scope, ParticipantScope):
            return True
        replicas = self.provider.store.listed(calls.replicas(scope.stage_arn, scope.participant_id))
        return replicas is None or replicas.has_more

    def cite(self, ref: EventRef, own: EventRef | None) -> Cited | None:
        """Describe an event that findings rest on; None for the event that they are about.

        Args:
            ref: The event.
            own: The event that they are about; None when they are about a session.
        """
        log = self.log_of(ref.scope)
        if ref == own or log is None or ref.position >= len(log):
            return None
        who = log.participant(ref.position)
        scope, whose = ref.scope, None if own is None else own.scope
        if isinstance(scope, ParticipantScope):
            who = None if scope == whose else scope.participant_id
        elif isinstance(whose, ParticipantScope) and who == whose.participant_id:
            # The log of the session has its own events too, and this one.
            if own is not None and log[ref.position] == self.event_at(own):
                return None
            who = None
        name = None if who is None else self.user_id(scope, who) or who
        return Cited(log.name(ref.position), log[ref.position].time, name, who)

    def user_id(self, scope: ParticipantScope | SessionScope, participant_id: str) -> str | None:
        """Return the user id of a participant of a session; None when none is known."""
        whose = ParticipantScope(scope.stage_arn, scope.session_id, participant_id)
        summary = self.store_context.summary(whose)
        return None if summary is None else summary.user_id or None

    def event_at(self, ref: EventRef) -> Event | None:
        """Return an event that findings name; None when it is not read any more."""
        log = self.log_of(ref.scope)
        return log[ref.position] if log is not None and ref.position < len(log) else None

    def log_of(self, scope: ParticipantScope | SessionScope) -> EventLog | None:
        """Return the log that the positions of a scope are in; None when nothing is read."""
        if isinstance(scope, SessionScope):
            scan = self.provider.started_scan(scope)
            return None if scan is None else scan.log.log
        return self.store_context.events(scope)


def own_ref(refs: EventRefs, ref: EventRef) -> EventRef | None:
    """Refer to the same event by its participant's log; None when that is not read."""
    session = ref.scope
    if isinstance(session, ParticipantScope):
        return ref
    scan = refs.provider.started_scan(session)
    name = None if scan is None else scan.log.log.participant(ref.position)
    if scan is None or name is None:
        return None
    scope = ParticipantScope(session.stage_arn, session.session_id, name)
    log, event = refs.store_context.events(scope), scan.log.event(ref.position)
    if log is None:
        return None
    before = 0
    for part in scan.log.ranges(name):
        if ref.position in part:
            guess = before + ref.position - part.start
            if guess < len(log) and log[guess] == event:
                return EventRef(scope, guess)
        before += len(part)
    # In a feed that was refreshed the same events can have other positions.
    time_us = scan.log.log.time_us(ref.position)
    same = (at for at in range(len(log)) if log.time_us(at) == time_us and log[at] == event)
    found = next(same, None)
    return None if found is None else EventRef(scope, found)


def session_position(refs: EventRefs, ref: EventRef, session: SessionScope) -> int | None:
    """Return the position of an event in the log of everybody; None when it is not there."""
    if ref.scope == session:
        return ref.position
    scope = ref.scope
    scan = refs.provider.started_scan(session)
    log = refs.log_of(scope)
    if not isinstance(scope, ParticipantScope) or scope.session != session:
        return None
    if scan is None or log is None or ref.position >= len(log):
        return None
    event, time_us = log[ref.position], log.time_us(ref.position)
    scanned = scan.log
    for part in scanned.ranges(scope.participant_id):
        for at in part:
            if scanned.log.time_us(at) == time_us and scanned.event(at) == event:
                return at
    return None


def target_of(provider: StageDataProvider, fact: FactKey) -> Fetchable | None:
    """Return the list or fact of the provider that has a missing fact.

    None where it takes the events of everybody, which no single list has.
    """
    scope = fact.scope
    if fact.kind is FactKind.PARTICIPANTS:
        session = scope.session if isinstance(scope, ParticipantScope) else scope
        return provider.participants(session)
    if fact.kind is FactKind.INGEST_CONFIGURATIONS:
        return provider.feed(calls.ingest_configurations(scope.stage_arn))
    if not isinstance(scope, ParticipantScope):
        return None
    if fact.kind is FactKind.PARTICIPANT:
        return provider.participant(scope)
    if fact.kind is FactKind.REPLICAS:
        return provider.feed(calls.replicas(scope.stage_arn, scope.participant_id))
    return provider.events(scope)


def reads_past(log: EventLog, time_us: int | None) -> bool:
    """Whether events are read up to a moment, from the end at which the list begins."""
    if time_us is None or not len(log):
        return False
    times = [at for at in (log.time_us(0), log.time_us(len(log) - 1)) if at is not None]
    if log.order is OrderLabel.OLDEST_FIRST:
        return max(times, default=time_us) > time_us + _NEAR_US
    return log.order is OrderLabel.NEWEST_FIRST and min(times, default=time_us) < time_us - _NEAR_US
