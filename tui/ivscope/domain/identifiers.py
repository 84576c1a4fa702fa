"""Identifiers of IVS Real-Time: their form, and finding them in whatever a person pastes."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote

from ivscope.domain import events
from ivscope.domain.times import parse_time

_STAGE_ARN = re.compile(r"arn:aws:ivs:([a-z0-9-]+):[0-9]+:stage/[a-zA-Z0-9-]+")
_LONGEST_ARN = 128
_SESSION_ID = re.compile(r"st-[a-zA-Z0-9]{13}")
_PARTICIPANT_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")

_LOOSE_SESSION_ID = re.compile(r"(?<![a-zA-Z0-9-])st-[a-zA-Z0-9]{8,40}(?![a-zA-Z0-9])")
"""AWS's own EventBridge examples carry session ids shorter than the API allows."""

_LABELLED_SESSION = re.compile(r"session[ _-]?id[\"'\s=:]+([a-zA-Z0-9-]{8,40})", re.IGNORECASE)
_LABELLED_PARTICIPANT = re.compile(
    r"participant[ _-]?id[\"']?[\s=:]+[\"']?([a-zA-Z0-9_-]{1,64})(?![\w-])", re.IGNORECASE
)
_NAMED_PARTICIPANT = re.compile(
    r"(?<![\w-])participants?([\s=:/]+)[\"']?([a-zA-Z0-9_-]{4,64})(?![\w-])", re.IGNORECASE
)
_MEMBER = re.compile(
    r"""["']?\b([A-Za-z][\w-]{1,40})["']?\s{0,4}[:=]\s{0,4}\[?\s{0,4}["']([^"'\n]{1,256})["']"""
)
"""A member with a quoted value, as JSON, JavaScript and Python print it."""

_FOLLOWING_WORD = re.compile(r"([\s/,;]+)([a-zA-Z0-9_-]{4,64})(?![a-zA-Z0-9_:-])")
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?(?!\d)"
)

_JSON_BEGIN = re.compile(r"[\[{]")

_DEEPEST_JSON = 8
"""Envelopes (SNS in SQS in a log line) nest a few levels; deeper is not worth following."""

_MOST_TRIES = 50
"""Places at which JSON is looked for in a text: a text of braces would take for ever."""

_EVENTBRIDGE_NAMES = {
    "participant published": events.PUBLISH_STARTED,
    "participant unpublished": events.PUBLISH_STOPPED,
    "participant publish error": events.PUBLISH_ERROR,
    "participant replication start": events.REPLICATION_STARTED,
    "participant replication end": events.REPLICATION_STOPPED,
    "token exchanged": events.TOKEN_EXCHANGED,
}
"""What ListParticipantEvents calls the events of "IVS Stage Update" (user guide, EventBridge)."""


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What was found in a pasted text. None where nothing was."""

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


def parse_stage_arn(text: str) -> str | None:
    """The Region of a stage ARN, or None if it is not one (IVS API: StageArn)."""
    match = _STAGE_ARN.fullmatch(text) if len(text) <= _LONGEST_ARN else None
    return match[1] if match else None


def is_stage_arn(text: str) -> bool:
    """Whether the API accepts it as a stage ARN."""
    return parse_stage_arn(text) is not None


def is_session_id(text: str) -> bool:
    """Whether the API accepts it as a session id: `st-` and 13 letters or digits."""
    return _SESSION_ID.fullmatch(text) is not None


def is_participant_id(text: str) -> bool:
    """Whether the API accepts it as a participant id: 1 to 64 letters, digits, `-` or `_`.

    Self-signed tokens let the customer choose it, so nothing more can be said about it.
    """
    return _PARTICIPANT_ID.fullmatch(text) is not None


def region_of(arn: str | None) -> str | None:
    """The Region in any ARN (its fourth field), or None."""
    fields = (arn or "").split(":", 5)
    return fields[3] or None if len(fields) == 6 and fields[0] == "arn" else None  # noqa: PLR2004


def read_identifiers(text: str) -> Identifiers:
    """Find stage ARN, session id, participant id and time in anything a person pastes.

    Takes a bare id, an ARN, a console address, a command line, a recording prefix, a log line,
    an API answer or an EventBridge event, also inside an SNS or SQS envelope. Never raises.
    """
    documents = [*_documents(text)]
    found = _read_members([pair for document in documents for pair in _walk(document, 0)])
    if found != Identifiers():
        return found
    text = unquote(text)
    return _filled(_read_members(_MEMBER.findall(text)), text)


def _documents(text: str) -> Iterator[object]:
    """The JSON objects and lists in a text, such as behind the head of a log line."""
    decoder, at = json.JSONDecoder(), 0
    for _ in range(_MOST_TRIES):
        begin = _JSON_BEGIN.search(text, at)
        if begin is None:
            return
        try:
            document, at = decoder.raw_decode(text, begin.start())
        except (ValueError, RecursionError):
            at = begin.end()
        else:
            yield document


def _read_members(pairs: Iterable[tuple[str, str]]) -> Identifiers:
    members: dict[str, str] = {}
    participants: dict[str, None] = {}
    for name, value in pairs:
        key = name.replace("_", "").replace("-", "").lower()
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
    return Identifiers(
        stage_arn=members.get("stagearn") or members.get("sourcestagearn"),
        session_id=members.get("sessionid") or members.get("activesessionid"),
        participant_id=members.get("participantid"),
        time=moment,
        event_name=_EVENTBRIDGE_NAMES.get(members.get("eventname", "").lower()),
        error_code=members.get("errorcode"),
        also=tuple(participants)[1:],
    )


def _walk(value: object, depth: int, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a JSON document with the member it stands in, outermost and first first."""
    if depth > _DEEPEST_JSON:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(inner, depth + 1, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, depth + 1, name)
    elif isinstance(value, str):
        inside = [*_documents(value)] if "{" in value else []
        yield from (pair for document in inside for pair in _walk(document, depth + 1, name))
        if not inside:
            yield name, value


def _filled(found: Identifiers, text: str) -> Identifiers:
    """What members with a label say, and from the rest of a text what they do not."""
    arn = _STAGE_ARN.search(text)
    rest = text.replace(arn[0], " ") if arn else text
    session = _LOOSE_SESSION_ID.search(rest)
    session_id = session[0] if session else _group(_LABELLED_SESSION.search(rest))
    participants = {found.participant_id: None} if found.participant_id else _participants(rest)
    if session and not participants:
        word = _after(rest, session.end())
        participants = {word: None} if word else {}
    alone = rest.strip()
    if not session_id and not participants and is_participant_id(alone):
        participants = {alone: None}
    time = _TIME.search(text)
    names = tuple(participants)
    return replace(
        found,
        stage_arn=found.stage_arn or (arn[0] if arn else None),
        session_id=found.session_id or session_id,
        participant_id=next(iter(names), None),
        also=found.also or names[1:],
        time=found.time or (_moment(time[0]) if time else None),
    )


def _participants(text: str) -> dict[str, None]:
    """The participants that a text names, each once: those that it labels as ids, else others."""
    labelled = dict.fromkeys(_LABELLED_PARTICIPANT.findall(text))
    if labelled:
        return labelled
    found = _NAMED_PARTICIPANT.findall(text)
    return dict.fromkeys(word for between, word in found if between.strip() or _looks_made(word))


def _after(text: str, end: int) -> str | None:
    """The participant id that follows a session id: any word in a path, else not plain prose."""
    match = _FOLLOWING_WORD.match(text, end)
    if not match:
        return None
    word = match[2]
    in_path = "/" in match[1]
    is_time = _TIME.match(text, match.start(2)) is not None
    return word if in_path or (_looks_made(word) and not is_time) else None


def _looks_made(word: str) -> bool:
    """Whether a word can be an id that a machine made, and is no word of a sentence or option."""
    return word[0] != "-" and any(sign.isdigit() or sign.isupper() for sign in word[1:])


def _group(match: re.Match[str] | None) -> str | None:
    return match[1] if match else None


def _moment(text: str | None) -> datetime | None:
    time = parse_time(text)
    return time if isinstance(time, datetime) else None
