"""Identifiers of IVS Real-Time: their form, and finding them in whatever a person pastes.

Long because every wrapping in which an id comes is read here: JSON, what languages print, command
lines and prose.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field, replace
from datetime import datetime
from itertools import product
from urllib.parse import unquote

from ivscope.domain import events
from ivscope.domain.frozen import frozen
from ivscope.domain.times import parse_time
from ivscope.domain.tokens import TokenClaims, read_token

# Patterns as text are compiled by the first search: not before something is on screen.
_STAGE_ARN = r"arn:aws:ivs:([a-z0-9-]+):[0-9]+:stage/[a-zA-Z0-9-]+"
_LONGEST_ARN = 128
_SESSION_ID = r"st-[a-zA-Z0-9]{13}"
_PARTICIPANT_ID = r"[a-zA-Z0-9_-]{1,64}"

_LOOSE_SESSION_ID = r"(?<![a-zA-Z0-9-])st-[a-zA-Z0-9]{8,40}(?![a-zA-Z0-9])"
"""AWS's own EventBridge examples carry session ids shorter than the API allows."""

_LABELLED_SESSION = r"(?i)session[ _-]?id[\"'\s=:]+([a-zA-Z0-9-]{8,40})"
_LABELLED_PARTICIPANT = r"(?i)participant[ _-]?id[\"']?[\s=:]+[\"']?([a-zA-Z0-9_-]{1,64})(?![\w-])"
_LABELLED_USER = (
    r"(?i)user[ _-]?id[\"']?[\s=:]+"
    r"(?:\"([^\"\n]{1,128})\"|'([^'\n]{1,128})'|([^\s\"',;]{1,128}))"
)
_NAMED_PARTICIPANT = r"(?i)(?<![\w-])participants?([\s=:/]+)[\"']?([a-zA-Z0-9_-]{4,64})(?![\w-])"
_MEMBER = (
    r"""["']?\b([A-Za-z][\w-]{1,40})["']?\s{0,4}[:=]\s{0,4}\[?\s{0,4}["']([^"'\n]{1,256})["']"""
)
"""A member with a quoted value, as JSON, JavaScript and Python print it."""

_FOLLOWING_WORD = r"([\s/,;]+)([a-zA-Z0-9_-]{4,64})(?![a-zA-Z0-9_:-])"
_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?(?!\d)"
_MINUTE = len("2026-11-23 20:36")
_LINE_GOES_ON = r"\\\r?\n"
"""A backslash at the end of a line, with which a shell joins it to the next one."""

_IN_PREFIX = r"(?:^|/)(st-[a-zA-Z0-9]{8,40})/"
"""The session in the S3 prefix of a recording: stage/session/participant/... (user guide,
recording)."""

_JSON_BEGIN = r"[\[{]"

_MOST_MISSES = 50
"""Places in a row at which JSON is looked for in vain: a text of braces would take for ever."""

_MOST_WASTED = 20_000_000
"""Characters read in vain, some of them again and again: a fifth of a second."""

_DEEP = 10_000
"""Characters that count as read in vain where JSON nests too deeply."""

_DEEPEST_JSON = 8
"""Envelopes (SNS in SQS in a log line) nest a few levels; deeper is not worth following."""

_MOST_RECORDS = 20_000
"""Rows of JSON that are looked at: more than 20 lines of a log for each second of an hour's show
cannot be meant by one paste, and the screen must not wait."""

_LONGEST_TEXT = 2_000_000
"""Characters that are looked at, of a text of any length."""

MOST_CHOICES = 1_000
"""Places that one text offers at most."""

_EVENTBRIDGE_NAMES = {
    "participant published": events.PUBLISH_STARTED,
    "participant unpublished": events.PUBLISH_STOPPED,
    "participant publish error": events.PUBLISH_ERROR,
    "participant replication start": events.REPLICATION_STARTED,
    "participant replication end": events.REPLICATION_STOPPED,
    "token exchanged": events.TOKEN_EXCHANGED,
}
"""What ListParticipantEvents calls the events of "IVS Stage Update" (user guide, EventBridge)."""

SENT_BY_EVENTBRIDGE = frozenset(_EVENTBRIDGE_NAMES.values())
"""Names of the events that EventBridge sends; all others only the API has."""

_API_NAME = (
    r"(?<!\w)(PUBLISH_STARTED|PUBLISH_STOPPED|PUBLISH_ERROR|SUBSCRIBE_STARTED|SUBSCRIBE_STOPPED"
    r"|SUBSCRIBE_ERROR|JOIN_ERROR|REPLICATION_STARTED|REPLICATION_STOPPED|TOKEN_EXCHANGED)(?!\w)"
)
"""Names of events that are no word of a sentence; JOINED and LEFT are."""

_NOT_OF_IVS = frozenset(
    ("attributes", "tags", "useridentity", "previoustoken", "newtoken", "endpoints", "tlsdetails")
)
"""Members whose members are named by a customer, or by another service: an id among them is none
of IVS. Those of tokens repeat the user of the event."""


@frozen
class Identifiers:
    """What was found in a pasted text. None where nothing was, or where it names several."""

    stage_arn: str | None = None
    session_id: str | None = None
    """As it came: EventBridge examples have shorter ones than the API accepts."""
    participant_id: str | None = None
    time: datetime | None = None
    """Aware UTC: the event's own time where it has one, else the first one in the text."""
    event_name: str | None = None
    """As ListParticipantEvents names it."""
    error_code: str | None = None
    also: tuple[str, ...] = ()
    """Further participants that the text names, so that it does not say which one is meant."""
    user_id: str | None = None
    choices: "tuple[Identifiers, ...]" = ()
    """All places that the text names, in the order of the text, where these are several."""
    token: TokenClaims | None = None
    """What a participant token says of itself, where the text is one."""
    is_call: bool = field(default=False, compare=False)
    """Whether it is a call that CloudTrail has recorded, which names no session."""
    events: int = field(default=0, compare=False)
    """How many events the text tells of; the first error, else the first event, is taken."""
    is_minute: bool = field(default=False, compare=False)
    """Whether the time has no seconds, as people write it: that minute is meant."""

    @property
    def names_something(self) -> bool:
        """Whether it has an id or a user id, so that it is about somebody or some place."""
        ids = (self.stage_arn, self.session_id, self.participant_id, self.user_id)
        return any(ids) or bool(self.choices)


_Place = tuple[str | None, str | None, str | None]
"""Stage, session and participant."""


def event_name_of(eventbridge_name: str) -> str | None:
    """What ListParticipantEvents calls an event of EventBridge; None for one that it lacks."""
    return _EVENTBRIDGE_NAMES.get(eventbridge_name.lower())


def parse_stage_arn(text: str) -> str | None:
    """The Region of a stage ARN, or None if it is not one (IVS API: StageArn)."""
    match = re.fullmatch(_STAGE_ARN, text) if len(text) <= _LONGEST_ARN else None
    return match[1] if match else None


def is_stage_arn(text: str) -> bool:
    """Whether the API accepts it as a stage ARN."""
    return parse_stage_arn(text) is not None


def is_session_id(text: str) -> bool:
    """Whether the API accepts it as a session id: `st-` and 13 letters or digits."""
    return re.fullmatch(_SESSION_ID, text) is not None


def is_participant_id(text: str) -> bool:
    """Whether the API accepts it as a participant id: 1 to 64 letters, digits, `-` or `_`.

    Self-signed tokens let the customer choose it, so nothing more can be said about it.
    """
    return re.fullmatch(_PARTICIPANT_ID, text) is not None


def region_of(arn: str | None) -> str | None:
    """The Region in any ARN (its fourth field), or None."""
    fields = (arn or "").split(":", 5)
    return fields[3] or None if len(fields) == 6 and fields[0] == "arn" else None  # noqa: PLR2004


def read_identifiers(text: str) -> Identifiers:
    """Find stage ARN, session id, participant id, user id and time in anything a person pastes.

    Takes a bare id, an ARN, a console address, a command line, a recording prefix, log lines, API
    answers, CloudTrail records, or EventBridge events, also inside an SNS or SQS envelope; one or
    many. Never raises.
    """
    text = text[:_LONGEST_TEXT]
    token = read_token(text)
    if (
        token is not None
        and is_stage_arn(token.stage_arn)
        and is_participant_id(token.participant_id)
    ):
        return Identifiers(token.stage_arn, None, token.participant_id, token=token)
    records = [_read_members(pairs) for pairs in _records(text)]
    found = _combined([one for one in records if one != Identifiers()])
    if found != Identifiers():
        return found
    text = re.sub(_LINE_GOES_ON, " ", unquote(text))
    printed = _read_members(re.findall(_MEMBER, text))
    found = _filled(printed, text)
    if printed.stage_arn or printed.session_id or not found.choices:
        return found
    # Ids that stand in one line belong together.
    lines = [line for line in text.splitlines() if re.search(_STAGE_ARN, line) or "st-" in line]
    by_line = _combined(
        [_filled(Identifiers(), line, alone=False) for line in lines[:_MOST_RECORDS]]
    )
    return by_line if by_line.choices else found


def _documents(text: str) -> Iterator[object]:
    """Every JSON object and list in a text, in the order of the text. Never raises.

    What is no JSON, or nests too deeply to be read, is passed over.
    """
    decoder, at, misses, wasted = json.JSONDecoder(), 0, 0, 0
    while misses < _MOST_MISSES and wasted < _MOST_WASTED:
        begin = re.compile(_JSON_BEGIN).search(text, at)
        if begin is None:
            return
        try:
            document, at = decoder.raw_decode(text, begin.start())
        except RecursionError:
            wasted += _DEEP
            at = begin.end()
            misses += 1
        except ValueError as error:
            told = error.pos if isinstance(error, json.JSONDecodeError) else at + _DEEP
            wasted += max(1, told - begin.start())
            at = begin.end()
            misses += 1
        else:
            misses = 0
            yield document


def _records(text: str) -> Iterator[list[tuple[str, str]]]:
    """The members of each structure in the JSON of a text that stands for one thing."""
    count = 0
    for document in _documents(text):
        for pairs in _flattened(document):
            if pairs:
                yield pairs
                count += 1
                if count >= _MOST_RECORDS:
                    return


def _flattened(document: object) -> list[list[tuple[str, str]]]:
    """Every text of a document with its member, outermost first; a row of a list stands alone."""
    records: list[list[tuple[str, str]]] = [[]]
    _flatten(document, 0, "", records[0], records)
    return records


def _flatten(  # noqa: C901 - one branch for each kind of value
    value: object,
    depth: int,
    name: str,
    own: list[tuple[str, str]],
    records: list[list[tuple[str, str]]],
) -> None:
    if depth > _DEEPEST_JSON or len(records) > _MOST_RECORDS:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if _key(str(key)) not in _NOT_OF_IVS:
                _flatten(inner, depth + 1, str(key), own, records)
    elif isinstance(value, list):
        columns = _columns(value)
        if columns:
            _flatten(columns, depth + 1, name, own, records)
            return
        for inner in value:
            row = own
            if isinstance(inner, dict | list):
                row = []
                records.append(row)
            _flatten(inner, depth + 1, name, row, records)
    elif isinstance(value, str):
        inside = [*_documents(value)] if "{" in value else []
        for document in inside:
            row = []
            records.append(row)
            _flatten(document, depth + 1, name, row, records)
        if not inside:
            own.append((name, value))


def _columns(row: list[object]) -> dict[str, object]:
    """A row of CloudWatch Logs Insights, a list of fields with values, as one structure."""
    if not all(isinstance(cell, dict) and "field" in cell and "value" in cell for cell in row):
        return {}
    # A field may be named by its path, such as `detail.participant_id`.
    return {
        str(cell["field"]).rpartition(".")[2]: cell["value"]
        for cell in row
        if isinstance(cell, dict)
    }


def _key(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _read_members(pairs: Iterable[tuple[str, str]]) -> Identifiers:
    members: dict[str, str] = {}
    participants: dict[str, None] = {}
    for member, value in pairs:
        key = _key(member)
        if key in {"resources", "arn"}:
            key = "stagearn" if is_stage_arn(value) else ""
        if value:
            members.setdefault(key, value)
            if key == "participantid":
                participants.setdefault(value)
    moment = None
    # The precise time of an EventBridge event first, the time of its delivery last.
    for key in ("eventtimeprecise", "eventtime", "firstjointime", "starttime", "time"):
        moment = moment or _moment(members.get(key))
    own_name, is_call = members.get("name", ""), "eventsource" in members  # a CloudTrail record
    name = event_name_of(members.get("eventname", ""))
    if name is None and "eventtime" in members and own_name.isupper():
        name = own_name
    code = None if is_call else members.get("errorcode")
    found = Identifiers(
        stage_arn=members.get("stagearn"),
        session_id=members.get("sessionid") or members.get("activesessionid"),
        participant_id=members.get("participantid"),
        time=moment,
        event_name=name,
        error_code=code,
        also=tuple(participants)[1:],
        user_id=members.get("userid"),
        is_call=is_call,
        events=int(bool(name or code)),
    )
    if found.session_id is None:
        prefix = re.search(_IN_PREFIX, members.get("recordings3prefix", ""))
        found = replace(found, session_id=_group(prefix))
    return found if found.stage_arn else _with_copies(found, members)


def _with_copies(found: Identifiers, members: dict[str, str]) -> Identifiers:
    """Take the stage of a row that names only where a participant was copied from, and to."""
    source = members.get("sourcestagearn")
    if source is None or "replicationtype" in members:
        return found  # of a replica, whose own stage is another one
    found = replace(
        found, stage_arn=source, session_id=found.session_id or members.get("sourcesessionid")
    )
    target = members.get("destinationstagearn")
    if target is None:
        return found
    copy = replace(found, stage_arn=target, session_id=members.get("destinationsessionid"))
    return replace(found, stage_arn=None, session_id=None, choices=(found, copy))


def _combined(found: Sequence[Identifiers]) -> Identifiers:
    """What several rows say together: one place where they agree, else the places to choose from.

    Of several events of one place the first error is taken, else the first event.
    """
    found = [choice for one in found for choice in one.choices or _each(one)]
    stages = _distinct(one.stage_arn for one in found)
    sessions = _distinct(one.session_id for one in found)
    people = _distinct(one.participant_id for one in found)
    if len(stages) <= 1 and len(sessions) <= 1 and len(people) <= 1:
        return _merged(found)
    by_place: dict[_Place, list[Identifiers]] = {}
    for one in found:
        stage = one.stage_arn or (stages[0] if len(stages) == 1 else None)
        session = one.session_id
        if session is None and one.participant_id and len(sessions) == 1:
            session = sessions[0]
        if stage or session or one.participant_id:
            by_place.setdefault((stage, session, one.participant_id), []).append(one)
    places = _without_parts(by_place)
    choices = tuple(
        replace(
            _merged(by_place[place]),
            stage_arn=place[0],
            session_id=place[1],
            participant_id=place[2],
        )
        for place in places[:MOST_CHOICES]
    )
    if len(choices) == 1:
        return choices[0]
    shared = Identifiers(
        stage_arn=stages[0] if len(stages) == 1 else None,
        session_id=sessions[0] if len(sessions) == 1 else None,
        choices=choices,
        events=sum(one.events for one in choices),
    )
    if len(stages) > 1 or len(sessions) > 1:
        return shared
    told = choices[0]
    return replace(
        shared,
        participant_id=told.participant_id,
        time=told.time,
        event_name=told.event_name,
        error_code=told.error_code,
        user_id=told.user_id,
        also=people[1:],
    )


def _without_parts(places: Iterable[_Place]) -> list[_Place]:
    """Places without those that are only less of another one, such as the stage of a participant.

    One that names session and participant is enough to be one.
    """
    told = list(places)
    covers = Counter(less for place in told for less in _lesser(place))
    return [
        place
        for place in told
        if covers[place] == 1 or (place[1] is not None and place[2] is not None)
    ]


def _lesser(place: _Place) -> Iterator[_Place]:
    """A place with each part left out or not, itself included, each once."""
    stage, session, person = place
    yield from dict.fromkeys(product((stage, None), (session, None), (person, None)))


def _each(found: Identifiers) -> Iterator[Identifiers]:
    """A row that names several participants, as one row for each."""
    yield replace(found, also=())
    for name in found.also:
        yield replace(found, also=(), participant_id=name, user_id=None)


def _merged(found: Sequence[Identifiers]) -> Identifiers:
    """Rows of one place as one."""
    events_told = [one for one in found if one.events]
    errors = (one for one in events_told if events.is_error(one.event_name, one.error_code))
    told = next(errors, None) or next(iter(events_told), None)
    told = told or next((one for one in found if one.time), None) or Identifiers()
    # A row without an id is that of an envelope: its time is that of the delivery.
    named = (one for one in found if one.stage_arn or one.session_id or one.participant_id)
    return replace(
        told,
        stage_arn=next(iter(_distinct(one.stage_arn for one in found)), None),
        session_id=next(iter(_distinct(one.session_id for one in found)), None),
        participant_id=next(iter(_distinct(one.participant_id for one in found)), None),
        user_id=told.user_id or next((one.user_id for one in named if one.user_id), None),
        events=len({(one.event_name, one.error_code, one.time) for one in events_told}),
    )


def _distinct(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))


def _filled(found: Identifiers, text: str, *, alone: bool = True) -> Identifiers:
    """What members with a label say, and from the rest of a text what they do not.

    Args:
        found: What members say.
        text: The text.
        alone: Whether a text of one word is taken for a participant id.
    """
    arns = _distinct(match[0] for match in re.finditer(_STAGE_ARN, text))
    rest = re.sub(_STAGE_ARN, " ", text)
    matches = [*re.finditer(_LOOSE_SESSION_ID, rest)]
    sessions = _distinct(match[0] for match in matches)
    session = matches[0] if matches else None
    session_id = session[0] if session else _group(re.search(_LABELLED_SESSION, rest))
    participants = {found.participant_id: None} if found.participant_id else _participants(rest)
    if session and not participants:
        word = _after(rest, session.end())
        participants = {word: None} if word else {}
    word = rest.strip()
    if alone and not session_id and not participants and is_participant_id(word):
        participants = {word: None}
    time = re.search(_TIME, text)
    names = tuple(participants)
    user = re.search(_LABELLED_USER, rest)
    named = _distinct(match[0] for match in re.finditer(_API_NAME, rest))
    filled = replace(
        found,
        stage_arn=found.stage_arn or next(iter(arns), None),
        session_id=found.session_id or session_id,
        participant_id=next(iter(names), None),
        also=found.also or names[1:],
        time=found.time or (_moment(time[0]) if time else None),
        is_minute=found.time is None and time is not None and time[0][_MINUTE:][:1] != ":",
        user_id=found.user_id or (user and (user[1] or user[2] or user[3])) or None,
    )
    if found.event_name is None and len(named) == 1:
        filled = replace(filled, event_name=named[0], events=1)
    if not found.stage_arn and not found.session_id:
        if len(arns) > 1 and len(sessions) <= 1:
            choices = tuple(Identifiers(arn) for arn in arns[:MOST_CHOICES])
            return replace(filled, stage_arn=None, choices=choices)
        if len(sessions) > 1 and len(arns) <= 1:
            only = filled.stage_arn
            choices = tuple(Identifiers(only, name) for name in sessions[:MOST_CHOICES])
            return replace(filled, session_id=None, participant_id=None, also=(), choices=choices)
    return filled


def _participants(text: str) -> dict[str, None]:
    """The participants that a text names, each once: those that it labels as ids, else others."""
    labelled = dict.fromkeys(re.findall(_LABELLED_PARTICIPANT, text))
    if labelled:
        return labelled
    found = re.findall(_NAMED_PARTICIPANT, text)
    return dict.fromkeys(word for between, word in found if between.strip() or _looks_made(word))


def _after(text: str, end: int) -> str | None:
    """The participant id that follows a session id: any word in a path, else not plain prose."""
    match = re.compile(_FOLLOWING_WORD).match(text, end)
    if not match:
        return None
    word = match[2]
    in_path = "/" in match[1]
    is_time = re.compile(_TIME).match(text, match.start(2)) is not None
    return word if in_path or (_looks_made(word) and not is_time) else None


def _looks_made(word: str) -> bool:
    """Whether a word can be an id that a machine made, and is no word of a sentence or option."""
    return word[0] != "-" and any(sign.isdigit() or sign.isupper() for sign in word[1:])


def _group(match: re.Match[str] | None) -> str | None:
    return match[1] if match else None


def _moment(text: str | None) -> datetime | None:
    time = parse_time(text)
    return time if isinstance(time, datetime) else None
