"""What a file of EventBridge events, AWS CLI answers or saved events holds, read as a source.

Long because each of the three forms is a page of names, and they share their rows.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from ivscope.domain.calls import GetCall, Item, ListCall, Value, with_contradictions
from ivscope.domain.failures import FailureKind, ProviderFailure, UnusableFileError
from ivscope.domain.identifiers import event_name_of, is_stage_arn
from ivscope.domain.pages import BEHIND_THE_FILE, Contradiction, Cursor, Page
from ivscope.domain.saved_head import CONTRADICTION, LIST_OF, SavedHead, read_head
from ivscope.domain.stages import ParticipantFilter, ParticipantScope, SessionScope
from ivscope.domain.times import parse_time
from ivscope.sources.outside_file import Documents, read_text, unwrapped
from ivscope.sources.outside_text import one_line
from ivscope.sources.wire_source import READS

Row = dict[str, Any]

NOT_IN_FILE: Final = "not-in-this-file"
"""Stands for a stage or session that the file does not name."""

_MOST_PARTICIPANTS = 100_000
"""Participants of a session that a file may name."""

_STAGE_UPDATE = "IVS Stage Update"
_RECORDING = "IVS Participant Recording State Change"


@dataclass(slots=True)
class SavedList:
    """The rows of a list that are in the file."""

    rows: list[Row] = field(default_factory=list)
    is_all: bool = False
    """Whether the file says that these are all there were."""
    knows_of_more: bool | None = None
    """Whether the file says that there were more; None while no answer for this list was found."""

    def add_answer(self, *, has_next: bool) -> None:
        """Note an answer of the service. Where each one names a next page, the last is not here.

        The one without a next page is the last, but the first ones may be missing.
        """
        self.knows_of_more = has_next and self.knows_of_more is not False


@dataclass(slots=True)
class SavedRows:
    """What a file holds. Lists and values by operation and scope, as `domain.calls` has them."""

    path: Path
    what: str = ""
    """What the file is, for the header."""
    rest: str = ""
    """Why there is no more in it, in words."""
    untold: str = ""
    """The same of a list that may be all there is; empty where that is no other."""
    next_page: str = ""
    """The same of a list whose last page is certainly not in it; empty where that is no other."""
    note: str = ""
    """What was found in it, as a sentence."""
    lists: dict[tuple[str, Hashable], SavedList] = field(default_factory=dict)
    values: dict[tuple[str, Hashable], Row] = field(default_factory=dict)
    saved_at: datetime | None = None
    """When it was saved; None where it does not say so."""
    last_at: datetime | None = None
    """Time of the last event in it; None without one."""
    all_read_at: datetime | None = None
    """When a pass began that has read all; None where the file does not say so."""
    filter: str = ""
    """The filter that hid events from the file; empty for none."""
    alerts: int = 0
    """Events of EventBridge in it, those delivered twice once."""
    head: SavedHead | None = None
    """What a file of saved events says of them, fit for the screen; None for another file."""

    @property
    def is_whole(self) -> bool:
        """Whether no event is missing among those of its participants."""
        found = [one for (name, _), one in self.lists.items() if name == _EVENTS]
        return bool(found) and all(one.is_all for one in found)

    @property
    def names_a_stage(self) -> bool:
        """Whether it names a stage that the service could be asked about."""
        found = self.lists.get(("ListStages", None))
        return found is not None and any(row.get("arn") != NOT_IN_FILE for row in found.rows)

    @property
    def sessions(self) -> list[SessionScope]:
        """The sessions with participants in the file, each once."""
        scopes = [scope for name, scope in self.lists if name == "ListParticipants"]
        return [scope[0] for scope in scopes if isinstance(scope, tuple)]

    @property
    def participants(self) -> list[ParticipantScope]:
        """The participants with events in the file, each once."""
        scopes = (scope for name, scope in self.lists if name == _EVENTS)
        return [scope for scope in scopes if isinstance(scope, ParticipantScope)]

    def told(self, scope: ParticipantScope) -> Iterator[tuple[int, str, str]]:
        """The second since 1970, the name and the code of the events of a participant."""
        for row in self.list_of(_EVENTS, scope).rows:
            moment = parse_time(row.get("eventTime"))
            if isinstance(moment, datetime):
                second = int(moment.timestamp() // 1)
                yield second, _text(row.get("name")) or "", _text(row.get("errorCode")) or ""

    def list_of(self, operation: str, scope: Hashable = None) -> SavedList:
        """The rows of a list, which begins empty."""
        return self.lists.setdefault((operation, scope), SavedList())


_EVENTS: Final = "ListParticipantEvents"

_NEXT: Final = ("nextToken", "NextToken")
"""Where an answer names its next page, and where the AWS CLI does after --max-items."""

_IDENTITY: Final = {
    "ListStages": "arn",
    "ListStageSessions": "sessionId",
    "ListParticipants": "participantId",
}


def read_rows(path: Path) -> SavedRows:
    """Read a file that is no recording.

    Raises:
        UnusableFileError: It cannot be read, or has nothing of IVS in it.
    """
    return rows_in_text(read_text(path), path)


def rows_in_text(text: str, path: Path) -> SavedRows:
    """Read the text of such a file.

    Raises:
        UnusableFileError: It has nothing of IVS in it.
    """
    documents = Documents(text)
    reading = _Reading(SavedRows(path))
    for document in documents:
        for members in unwrapped(document, documents):
            reading.take(members)
    return reading.ended(documents)


@dataclass(slots=True)
class _Reading:
    """Sorts the objects of a file into lists and values."""

    into: SavedRows
    head: SavedHead | None = None
    events: int = 0
    answers: int = 0
    others: int = 0
    repeated: int = 0
    _seen: set[Hashable] = field(default_factory=set)
    _by_id: dict[Hashable, Row] = field(default_factory=dict)
    _last: datetime | None = None
    _pages: list[tuple[str, list[Row], bool]] = field(default_factory=list)
    """Kind of the rows, the rows, and whether their answer names a next page."""

    def take(self, members: Row) -> None:
        """Take an object."""
        if members.get("source") == "aws.ivs" and isinstance(members.get("detail"), dict):
            self._take_event(members, members["detail"])
        elif self.head is None and (head := read_head(members)) is not None:
            self.head = head
        elif self.head is not None and "ivscope" not in members:
            self._pages.append(("events", [members], False))
        elif not self._take_answer(members):
            self.others += 1

    def _take_event(self, envelope: Row, detail: Row) -> None:
        kind = envelope.get("detail-type")
        if kind not in (_STAGE_UPDATE, _RECORDING):
            self.others += 1
            return
        resources = envelope.get("resources")
        resource = resources[0] if isinstance(resources, list) and resources else None
        stage = resource if isinstance(resource, str) and is_stage_arn(resource) else NOT_IN_FILE
        session = _text(detail.get("session_id")) or NOT_IN_FILE
        person = _text(detail.get("participant_id"))
        if person is None:
            self.others += 1
            return
        row = _event_row(envelope, detail, person)
        # The same event can be delivered twice; two of one second differ in their ids. Whether a
        # replay keeps the id is not documented.
        alike = (stage, session, repr(row))
        delivered = (_text(envelope.get("id")), *alike)
        if (alike if "replay-name" in envelope else delivered) in self._seen:
            self.repeated += 1
            return
        self._seen |= {alike, delivered}
        self.events += 1
        self._note_time(row.get("eventTime"))
        scope = SessionScope(stage, session)
        self._add("ListStages", None, {"arn": stage})
        self._add("ListStageSessions", stage, {"sessionId": session})
        participant = {"participantId": person, **_facts(detail, row)}
        self._add("ListParticipants", (scope, None), participant)
        found = self.into.list_of(_EVENTS, ParticipantScope(stage, session, person))
        found.rows.append(row)
        found.knows_of_more = True

    def _take_answer(self, members: Row) -> bool:
        """Take an answer of the AWS CLI. Returns whether it is one."""
        for name in ("events", "participants", "stageSessions", "stages", "replicas"):
            rows = members.get(name)
            if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
                self.answers += 1
                has_next = any(_text(members.get(one)) for one in _NEXT)
                self._pages.append((name, rows, has_next))
                return True
        for name in ("stage", "stageSession", "participant"):
            row = members.get(name)
            if isinstance(row, dict):
                self.answers += 1
                self._pages.append((name, [row], False))
                return True
        return False

    def _add(self, operation: str, scope: Hashable, row: Row) -> None:
        """Add a row, or what it tells more to the row with its id."""
        key = (operation, scope, row.get(_IDENTITY[operation]))
        known = self._by_id.get(key)
        if known is None:
            self._by_id[key] = row
            found = self.into.list_of(operation, scope).rows
            if len(found) >= _MOST_PARTICIPANTS:
                raise UnusableFileError(
                    f"{self.into.path} names more than {_MOST_PARTICIPANTS:,} participants: "
                    "take the lines of one session, with grep"
                )
            found.append(row)
        else:
            known.update(row)

    def _note_time(self, value: object) -> None:
        moment = parse_time(value)
        if isinstance(moment, datetime) and (self._last is None or moment > self._last):
            self._last = moment

    # What the pages of the AWS CLI and of a saved file are about.

    def ended(self, documents: Documents) -> SavedRows:
        """Return what was read.

        Raises:
            UnusableFileError: There is nothing of IVS in it.
        """
        into = self.into
        bad = documents.unreadable
        unread = f"; {_count(bad, 'line')} of it cannot be read: {documents.why}" if bad else ""
        if self.head is not None:
            self._end_saved(self.head)
        elif self.events:
            into.what, into.alerts = "EventBridge file", self.events
            into.rest = (
                "EventBridge sends that somebody published, stopped or failed to, was replicated, "
                "or exchanged a token. Joins, leaves and subscriptions are never in such a file, "
                "and events can be lost on the way"
            )
            told = [_count(self.events, "IVS event")]
            told += [f"{self.repeated:,} more delivered twice"] if self.repeated else []
            told += [_count(self.others, "other object")] if self.others else []
            into.note = f"only what EventBridge sends: {', '.join(told)}{unread}"
            self._place_all()
        elif self._pages:
            into.what = "AWS CLI file"
            into.rest = "It has no answer of the AWS CLI about that"
            into.untold = "The AWS CLI prints one page, and a page does not say whether it is all"
            into.next_page = "It has a page with a nextToken: more is available"
            self._place_all()
            into.note = f"only what is in {_count(self.answers, 'answer')} of the AWS CLI{unread}"
        else:
            raise UnusableFileError(
                f"{into.path} is not a recording, and holds nothing else of IVS that can be "
                f"opened{unread}. What can be: a recording "
                "of ivscope --record, EventBridge events, JSON answers of aws ivs-realtime, or "
                "events that W has saved. Of any other text, ivscope FILE goes to what it names"
            )
        into.last_at = self._last
        return into

    def _place_all(self) -> None:
        scope = self._only_session()
        for name, rows, has_next in self._pages:
            self._place(scope, name, rows)
            for found in self._answered(scope, name, rows):
                found.add_answer(has_next=has_next)

    def _answered(self, scope: SessionScope, name: str, rows: list[Row]) -> list[SavedList]:
        """The lists of which a page with rows is an answer."""
        list_of, stage = self.into.list_of, scope.stage_arn
        people = {_text(row.get("participantId")) or NOT_IN_FILE for row in rows}
        match name:
            case "events":
                own = (ParticipantScope(stage, scope.session_id, person) for person in people)
                return [list_of(_EVENTS, one) for one in own]
            case "participants" if rows:
                return [list_of("ListParticipants", (scope, None))]
            case "stageSessions" if rows:
                return [list_of("ListStageSessions", stage)]
            case "stages" if rows:
                return [list_of("ListStages")]
        return []

    def _place(self, scope: SessionScope, name: str, rows: list[Row]) -> None:
        """Put the rows of a page where they belong, as far as the file says it."""
        stage = scope.stage_arn
        for row in rows:
            self._note_time(row.get("eventTime") or row.get("startTime"))
            person = _text(row.get("participantId")) or NOT_IN_FILE
            match name:
                case "events":
                    self._add_session(scope)
                    self._add("ListParticipants", (scope, None), {"participantId": person})
                    own = ParticipantScope(stage, scope.session_id, person)
                    self.into.list_of(_EVENTS, own).rows.append(row)
                case "participants" | "participant":
                    self._add_session(scope)
                    self._add("ListParticipants", (scope, None), {**row, "participantId": person})
                    if name == "participant":
                        own = ParticipantScope(stage, scope.session_id, person)
                        self.into.values["GetParticipant", own] = row
                case "stageSessions" | "stageSession":
                    session = _text(row.get("sessionId")) or NOT_IN_FILE
                    self._add("ListStages", None, {"arn": stage})
                    self._add("ListStageSessions", stage, {**row, "sessionId": session})
                    own_session = SessionScope(stage, session)
                    self.into.values["GetStageSession", own_session] = row
                    self.into.list_of("ListParticipants", (own_session, None))
                case "stages" | "stage":
                    arn = _text(row.get("arn")) or NOT_IN_FILE
                    self._add("ListStages", None, {**row, "arn": arn})
                    live = _text(row.get("activeSessionId"))
                    if live:
                        self._add("ListStageSessions", arn, {"sessionId": live})
                    if name == "stage":
                        self.into.values["GetStage", arn] = row
                case _:
                    source = _text(row.get("sourceStageArn")) or stage
                    self._add("ListStages", None, {"arn": source})
                    self.into.list_of("ListParticipantReplicas", (source, person)).rows.append(row)

    def _only_session(self) -> SessionScope:
        """The session of the file where it names one only, else the one that is not in it."""
        stages = {_text(row.get("arn")) for row in self.into.list_of("ListStages").rows}
        sessions: set[str | None] = {scope.session_id for scope in self.into.sessions}
        for name, rows, _ in self._pages:
            if name in _STAGES:
                stages |= {_text(row.get("arn")) for row in rows}
            if name in _SESSIONS:
                sessions |= {_text(row.get("sessionId")) for row in rows}
        return SessionScope(_only(stages), _only(sessions))

    def _add_session(self, scope: SessionScope) -> None:
        self._add("ListStages", None, {"arn": scope.stage_arn})
        self._add("ListStageSessions", scope.stage_arn, {"sessionId": scope.session_id})

    def _add_person(self, scope: SessionScope, person: str, *, is_all: bool) -> SavedList:
        """Add a participant, and return the list of its events."""
        self._add("ListParticipants", (scope, None), {"participantId": person})
        key = ParticipantScope(scope.stage_arn, scope.session_id, person)
        found = self.into.list_of(_EVENTS, key)
        found.is_all = is_all
        return found

    def _end_saved(self, head: SavedHead) -> None:
        """Put the events of a file that W has saved where its first line says."""
        into = self.into
        into.what = "saved events"
        scope = SessionScope(head.stage_arn or NOT_IN_FILE, head.session_id or NOT_IN_FILE)
        into.head = replace(head, coverage=one_line(head.coverage), order=one_line(head.order))
        into.filter = one_line(head.filter)
        found, told = sum(len(rows) for _, rows, _ in self._pages), head.saved + head.contradicting
        is_all = head.is_complete and not into.filter and found == told
        # Which participants' events are left of everybody's, the file does not say.
        is_part = not head.is_complete or head.loaded > head.saved or found != told
        knows_of_more = is_part and head.participant_id is not None
        saved_at, all_read_at = parse_time(head.saved_at), parse_time(head.all_read_at)
        into.saved_at = saved_at if isinstance(saved_at, datetime) else None
        into.all_read_at = all_read_at if isinstance(all_read_at, datetime) else None
        self._add_session(scope)
        for _, rows, _ in self._pages:
            for row in rows:
                self._note_time(row.get("eventTime"))
                listed = _text(row.get(LIST_OF)) or _text(row.get("participantId"))
                person = head.participant_id or listed or NOT_IN_FILE
                own = self._add_person(scope, person, is_all=is_all)
                own.rows.append(row)
                own.knows_of_more = knows_of_more
        for person in head.without_events:
            self._add_person(scope, person, is_all=is_all)
        for person, user in head.user_ids.items():
            row = {"participantId": person, "userId": user}
            self._add("ListParticipants", (scope, None), row)
        if head.participant_id is None:
            people = into.list_of("ListParticipants", (scope, None))
            people.is_all, people.knows_of_more = is_all, not head.is_complete
        hidden = f"the filter {into.filter} hid others" if into.filter else ""
        cut = f"only {found:,} of {told:,} events are in it" if found != told else ""
        more = "" if is_all or hidden or cut else "more were available"
        words = (into.head.coverage, hidden, cut, more)
        into.rest = "It holds the events that were on screen when they were saved"
        into.note = ", ".join(filter(None, ("events as saved", *words))) if any(words) else ""


_STAGES = frozenset({"stage", "stages"})
_SESSIONS = frozenset({"stageSession", "stageSessions"})


def _only(found: set[str | None]) -> str:
    texts = [one for one in found if one and one != NOT_IN_FILE]
    return texts[0] if len(texts) == 1 else NOT_IN_FILE


_TOKEN_MEMBERS: Final = {
    "capabilities": "capabilities",
    "attributes": "attributes",
    "user_id": "userId",
    "expiration_time": "expirationTime",
}
_MEMBERS: Final = {
    "error_code": "errorCode",
    "replica": "replica",
    "destination_stage_arn": "destinationStageArn",
    "destination_session_id": "destinationSessionId",
}


def _event_row(envelope: Row, detail: Row, person: str) -> Row:
    """An event of EventBridge with the names of ListParticipantEvents."""
    name = _text(detail.get("event_name")) or ""
    times = (detail.get("event_time_precise"), detail.get("event_time"), envelope.get("time"))
    row: Row = {"name": event_name_of(name) or name, "participantId": person}
    row["eventTime"] = next((time for time in times if time is not None), None)
    row |= {to: detail[of] for of, to in _MEMBERS.items() if of in detail}
    for of, to in (("previous_token", "previousToken"), ("new_token", "newToken")):
        token = detail.get(of)
        if isinstance(token, dict):
            row[to] = {_TOKEN_MEMBERS.get(key, key): value for key, value in token.items()}
    return row


def _facts(detail: Row, row: Row) -> Row:
    """What an event of EventBridge tells of its participant, as a row of ListParticipants."""
    facts: Row = {}
    if isinstance(detail.get("user_id"), str):
        facts["userId"] = detail["user_id"]
    if row["name"] == "PUBLISH_STARTED":
        facts["published"] = True
    if detail.get("replica") is True:
        facts["replicationType"] = "REPLICA"
        facts |= {
            to: detail[of]
            for of, to in (
                ("source_stage_arn", "sourceStageArn"),
                ("source_session_id", "sourceSessionId"),
            )
            if of in detail
        }
    return facts


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


class SavedFileSource:
    """Reads the rows of a file, in pages as the service gives them.

    Ids are taken as they stand in the file, also those that the service would refuse: AWS's own
    examples have such. A list that the file does not say to be all of it ends in a
    `ProviderFailure` of kind NOT_RECORDED, as does everything that is not in the file.
    """

    def __init__(self, saved: SavedRows) -> None:
        self._saved = saved

    def read_page(self, call: ListCall[Item], cursor: Cursor | None) -> Page[Item]:
        """Read one page of a list."""
        read, scope = READS[call.operation], call.scope
        narrowed = None
        if call.operation == "ListParticipants" and isinstance(scope, tuple):
            session, narrowed = scope
            scope = (session, None)
        found = self._saved.lists.get((call.operation, scope))
        at = int(cursor) if cursor is not None and cursor.isdecimal() else 0
        if (
            found is None
            or cursor == BEHIND_THE_FILE
            or (at == 0 and not found.rows and not found.is_all)
        ):
            raise self._not_here(found)
        rows = found.rows
        if narrowed is not None:
            rows = [row for row in rows if _matches(row, narrowed)]
        page: list[Any] = rows[at : at + read.page_size]
        after = at + read.page_size
        rest = None if found.is_all else BEHIND_THE_FILE
        following = Cursor(str(after)) if after < len(rows) else rest
        said = [_CONTRADICTIONS.get(str(row.get(CONTRADICTION))) for row in page]
        return with_contradictions(Page(tuple(map(read.decode, page)), following), said)

    def read_fact(self, call: GetCall[Value]) -> Value:
        """Read one value."""
        row = self._saved.values.get((call.operation, call.scope))
        if row is None:
            raise self._not_here()
        value: Value = READS[call.operation].decode(row)
        return value

    def _not_here(self, found: SavedList | None = None) -> ProviderFailure:
        """What is not in the file, or what it does not say: whether a list in it is all."""
        saved, why, is_known = self._saved, "", True
        if found is not None and found.rows:
            is_known = bool(found.knows_of_more)
            why = saved.next_page if is_known else saved.untold
        reads = f" With AWS, ivscope {saved.path} reads what else there is."
        there = reads if saved.names_a_stage else ""
        return ProviderFailure(
            FailureKind.NOT_RECORDED,
            "not in this file" if is_known else "this file does not say whether it is all",
            f"{why or saved.rest}.{there}",
            retryable=False,
            is_rest_known=is_known,
        )


_CONTRADICTIONS: Final = {str(one): one for one in Contradiction}


def _matches(row: dict[str, Any], narrowed: ParticipantFilter) -> bool:
    """Whether a row says that it matches a filter of ListParticipants."""
    member = narrowed.member.removeprefix("filterBy")
    return bool(row.get(member[0].lower() + member[1:]) == narrowed.value)
