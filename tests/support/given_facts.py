"""Facts for the rules of findings, set by hand or read from a world."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from ivscope.analysis.histories import read_so_far
from ivscope.analysis.intervals import LATENESS, LATEST, NOTHING_KNOWN, Reach, Why
from ivscope.analysis.publishers import Publishers
from ivscope.domain.events import Event
from ivscope.domain.failures import ProviderFailure
from ivscope.domain.stages import (
    IngestConfiguration,
    Participant,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    StageSession,
)
from ivscope.domain.times import Time, to_microseconds
from ivscope.domain.tokens import ParticipantToken
from ivscope.endpoint.world import World
from ivscope.findings.finding import Finding, StaysUnknown
from ivscope.findings.known_facts import (
    KnownFacts,
    KnownIngest,
    KnownLog,
    KnownParticipants,
    PublisherCount,
    SessionFacts,
)
from ivscope.findings.quota import count_publishers
from ivscope.findings.rules import findings_for
from ivscope.findings.session_context import KeptBursts
from ivscope.provider.store.event_log import EventLog
from ivscope.render.event_lines import reason
from ivscope.render.finding_lines import sentence
from ivscope.render.sentences.words import Moment, Outside, Who
from ivscope.sources.decoding import (
    decode_event,
    decode_ingest_configuration,
    decode_participant,
    decode_session,
)
from support.claims import checked

START = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
STAGE = "arn:aws:ivs:us-west-2:123456789012:stage/abcdEFGHijkl"
SESSION = SessionScope(STAGE, "st-1CVugbu2cf2n8")
ME = "me"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def event(
    seconds: float | Time | None,
    name: str | None,
    code: str | None = None,
    participant: str | None = ME,
    **members: Any,
) -> Event:
    """An event so many seconds after the start; None for an event without a time."""
    time = at(seconds) if isinstance(seconds, int | float) else seconds
    if "remote" in members:
        members["remote_participant_id"] = members.pop("remote")
    return Event(name, participant, time, error_code=code, **members)


def token(*capabilities: str, expires: float | None = None, **attributes: str) -> ParticipantToken:
    expiration = None if expires is None else at(expires)
    return ParticipantToken(capabilities, tuple(attributes.items()), None, expiration)


def exchanged(
    seconds: float,
    old: ParticipantToken | None,
    new: ParticipantToken | None,
    participant: str | None = ME,
) -> Event:
    return event(
        seconds, "TOKEN_EXCHANGED", participant=participant, previous_token=old, new_token=new
    )


def scope(participant: str = ME, session: SessionScope = SESSION) -> ParticipantScope:
    return ParticipantScope(session.stage_arn, session.session_id, participant)


def log_of(events: Iterable[Event]) -> EventLog:
    log = EventLog()
    log.append(events)
    return log


def facts(
    participant: str = ME,
    sdk: str | None = None,
    browser: str | None = None,
    protocol: str | None = None,
    system: str | None = None,
    **versions: Any,
) -> Participant:
    return Participant(
        ParticipantSummary(participant),
        sdk_version=sdk,
        browser_name=browser,
        protocol=protocol,
        os_name=system,
        **versions,
    )


def known_log(
    events: Iterable[Event], *, complete: bool = True, as_of: float | None = None
) -> KnownLog:
    """The events of a participant in a session that has ended, or in a live one if `as_of` is set.

    Args:
        events: In the order served.
        complete: Whether these are all.
        as_of: Seconds after the start when they were read, in a live session with it connected.
    """
    log, reach = log_of(events), Reach(ended=to_microseconds(at(100_000)))
    if as_of is not None:
        moment = to_microseconds(at(as_of))
        reach = Reach(read_to=moment, connected_at=moment)
    return KnownLog(log, reach if complete else read_so_far(log, reach))


class GivenFacts:
    """An object with a method for each question of `KnownFacts`; the answers are set by hand."""

    def __init__(self, *events: Event, complete: bool = True) -> None:
        self.logs = {scope(): known_log(events, complete=complete)}
        self.facts: dict[ParticipantScope, Participant] = {}
        self.rows: Sequence[ParticipantSummary] | None = None
        self.all_listed = True
        self.count: PublisherCount | None = None
        self.ingest: KnownIngest | None = None
        self.session_facts: SessionFacts | None = None

    def with_log(
        self,
        participant: str,
        *events: Event,
        complete: bool = True,
        session: SessionScope = SESSION,
        as_of: float | None = None,
    ) -> Self:
        held = known_log(events, complete=complete, as_of=as_of)
        self.logs[scope(participant, session)] = held
        return self

    def read_at(self, seconds: float, participant: str = ME) -> Self:
        """Somebody's events were read so many seconds after the start, soon after the end."""
        own = self.logs[scope(participant)]
        settled_to = to_microseconds(at(seconds)) - LATENESS
        self.logs[scope(participant)] = KnownLog(own.log, replace(own.reach, settled_to=settled_to))
        return self

    def with_facts(self, facts: Participant) -> Self:
        self.facts[scope(facts.summary.participant_id)] = facts
        return self

    def with_rows(self, *rows: ParticipantSummary, all_listed: bool = True) -> Self:
        self.rows, self.all_listed = rows, all_listed
        return self

    def with_ingest(
        self,
        *rows: IngestConfiguration,
        complete: bool = True,
        as_of: float | None = 90_000,
        failure: ProviderFailure | None = None,
    ) -> Self:
        self.ingest = KnownIngest(rows, complete, None if as_of is None else at(as_of), failure)
        return self

    def with_count(self, count: PublisherCount | None) -> Self:
        self.count = count
        return self

    def with_session(self, session: object) -> Self:
        self.session_facts = as_session(session)
        return self

    def log(self, one: ParticipantScope) -> KnownLog | None:
        return self.logs.get(one)

    def participant(self, one: ParticipantScope) -> Participant | None:
        return self.facts.get(one)

    def summary(self, one: ParticipantScope) -> ParticipantSummary | None:
        rows = self.rows or ()
        return next((row for row in rows if row.participant_id == one.participant_id), None)

    def session(self, _: SessionScope) -> StageSession:
        return StageSession(SESSION.session_id, START, at(100_000))

    def participants(self, _: SessionScope) -> KnownParticipants | None:
        return None if self.rows is None else KnownParticipants(self.rows, self.all_listed)

    def ingest_configurations(self, _: str) -> KnownIngest | None:
        return self.ingest

    def publishers_at(self, _: SessionScope, __: int) -> PublisherCount | None:
        return self.count

    def scanned(self, _: SessionScope) -> SessionFacts | None:
        return self.session_facts

    def scan_calls(self, _: SessionScope) -> int:
        return 7 if self.session_facts is None else self.session_facts.scan_calls()


class GivenSession:
    """An object with the members of `SessionFacts`, made of events of everybody in one log."""

    def __init__(
        self,
        *events: Event,
        rows: Sequence[ParticipantSummary] | None = None,
        unread: Collection[str] = (),
        facts: Iterable[Participant] = (),
        all_listed: bool = True,
    ) -> None:
        self.scope = SESSION
        self.log = log_of(events)
        if rows is None:
            names = dict.fromkeys(event.participant_id for event in events if event.participant_id)
            rows = [ParticipantSummary(name) for name in names]
        self.participants = rows
        self.unread = unread
        self.facts = {one.summary.participant_id: one for one in facts}
        self.all_listed = all_listed

    def is_read(self, participant: str) -> bool:
        return bool(participant) and participant not in self.unread

    def reach(self, participant: str) -> Reach:
        return (
            Reach(ended=to_microseconds(at(100_000)))
            if self.is_read(participant)
            else NOTHING_KNOWN
        )

    def participant(self, participant: str) -> Participant | None:
        return self.facts.get(participant)

    def denied(self) -> Sequence[str]:
        return ()

    def scan_calls(self) -> int:
        return len(self.unread)


class WorldFacts:
    """Facts of a world as if every call had been made, for one event or for a whole session."""

    def __init__(self, world: World, stage_arn: str, session_id: str) -> None:
        self.scope = SessionScope(stage_arn, session_id)
        self.logs: dict[ParticipantScope, KnownLog] = {}
        self.facts: dict[ParticipantScope, Participant] = {}
        self.all_listed = True
        events: list[Event] = []
        for stage in world.stages():
            for row in world.sessions(stage["arn"]) or ():
                session = SessionScope(stage["arn"], row["sessionId"])
                for members in world.participants(stage["arn"], row["sessionId"]) or ():
                    one = decode_participant(members)
                    own = scope(one.summary.participant_id, session)
                    self.facts[own] = one
                    told = world.events(stage["arn"], row["sessionId"], own.participant_id)
                    rows = [decode_event(members) for members in told or ()]
                    reach = _reach_of(one.summary, decode_session(row))
                    self.logs[own] = KnownLog(log_of(rows[::-1]), reach)
                    events += rows if session == self.scope else []
        self.log_of_session = log_of(events)
        self.sessions = {
            SessionScope(stage["arn"], row["sessionId"]): decode_session(row)
            for stage in world.stages()
            for row in world.sessions(stage["arn"]) or ()
        }
        self.configurations = [
            decode_ingest_configuration(row) for row in world.ingest_configurations()
        ]
        self.as_session = WorldSession(self)
        self.publishers = Publishers(self.log_of_session, lambda: self.as_session.reach).count()

    def log(self, one: ParticipantScope) -> KnownLog | None:
        return self.logs.get(one)

    def participant(self, one: ParticipantScope) -> Participant | None:
        return self.facts.get(one)

    def summary(self, one: ParticipantScope) -> ParticipantSummary | None:
        return self.facts[one].summary if one in self.facts else None

    def session(self, one: SessionScope) -> StageSession | None:
        return self.sessions.get(one)

    def participants(self, session: SessionScope) -> KnownParticipants:
        rows = [one.summary for own, one in self.facts.items() if own.session == session]
        return KnownParticipants(rows, complete=True)

    def ingest_configurations(self, stage_arn: str) -> KnownIngest:
        rows = [row for row in self.configurations if row.stage_arn == stage_arn]
        return KnownIngest(rows, complete=True, as_of=at(90_000), failure=None)

    def publishers_at(self, session: SessionScope, time: int) -> PublisherCount | None:
        if session != self.scope:
            return None
        return count_publishers(as_session(self.as_session), self.publishers, time)

    def scanned(self, session: SessionScope) -> SessionFacts | None:
        return as_session(self.as_session) if session == self.scope else None

    def scan_calls(self, _: SessionScope) -> int:
        return 0


def _reach_of(row: ParticipantSummary, session: StageSession) -> Reach:
    """The reach of a participant whose events were all read just now."""
    if isinstance(session.end_time, datetime):
        return Reach(ended=to_microseconds(session.end_time))
    return Reach(connected_at=LATEST if row.state == "CONNECTED" else None)


class WorldSession:
    """The same world as a session that was scanned to the end."""

    def __init__(self, world: WorldFacts) -> None:
        self.scope, self.log, self.world = world.scope, world.log_of_session, world
        self.participants = world.participants(world.scope).rows
        self.all_listed = True

    def is_read(self, participant: str) -> bool:
        return bool(participant)

    def reach(self, participant: str) -> Reach:
        own = self.world.logs.get(scope(participant, self.scope))
        return NOTHING_KNOWN if own is None else own.reach

    def participant(self, participant: str) -> Participant | None:
        return self.world.facts.get(scope(participant, self.scope))

    def denied(self) -> Sequence[str]:
        return ()

    def scan_calls(self) -> int:
        return 0


def words(claim: StaysUnknown | None) -> str:
    """The sentence of a claim, or of what stays unknown, with outside text in angle brackets."""
    if claim is None:
        return ""
    return "".join(
        f"<{part.text}>"
        if isinstance(part, Outside)
        else f"<{part.participant_id or 'own'}>"
        if isinstance(part, Who)
        else f"{part.time:%H:%M:%S}"
        if isinstance(part, Moment)
        else reason(part)
        if isinstance(part, Why)
        else part
        for part in sentence(claim)
    )


def as_facts(given: object) -> KnownFacts:
    """What rules may ask, answered by an object with a method for each question."""
    return KnownFacts(
        **{question.name: getattr(given, question.name) for question in fields(KnownFacts)}
    )


def as_session(given: object) -> SessionFacts:
    """Facts of a whole session, from an object with a member for each of them."""
    names = {one.name for one in fields(SessionFacts)} - {"bursts"}
    members = {name: getattr(given, name) for name in names}
    return SessionFacts(**members, bursts=KeptBursts(members["log"]).of)


def findings_of(held: GivenFacts, position: int = -1, participant: str = ME) -> Sequence[Finding]:
    """The findings about one event of `GivenFacts`; a negative position counts from the end."""
    one = scope(participant)
    length = len(held.logs[one].log)
    return checked(findings_for(one, position % length, as_facts(held)))


def first(held: GivenFacts, position: int = -1) -> tuple[Finding, str]:
    """The first finding about one event, and its words."""
    finding = findings_of(held, position)[0]
    return finding, words(finding.claim)


def positions(finding: Finding, participant: str = ME) -> list[int]:
    """Positions of the events of one participant that a finding rests on."""
    return [ref.position for ref in finding.rests_on if ref.scope == scope(participant)]
