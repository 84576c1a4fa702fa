"""Identifiers of IVS Real-Time: their form, and finding them in whatever a person pastes."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from ivscope.domain.times import parse_time

_STAGE_ARN = re.compile(r"arn:aws:ivs:([a-z0-9-]+):[0-9]+:stage/[a-zA-Z0-9-]+")
_LONGEST_ARN = 128
_SESSION_ID = re.compile(r"st-[a-zA-Z0-9]{13}")
_PARTICIPANT_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")

_LOOSE_SESSION_ID = re.compile(r"(?<![a-zA-Z0-9-])st-[a-zA-Z0-9]{8,40}(?![a-zA-Z0-9])")
"""AWS's own EventBridge examples carry session ids shorter than the API allows."""

_LABELLED_SESSION = re.compile(r"session[ _-]?id[\"'\s=:]+([a-zA-Z0-9-]{8,40})", re.IGNORECASE)
_LABELLED_PARTICIPANT = re.compile(
    r"participants?(?:(?:[ _-]?id)?[\"'\s=:]+|/)([a-zA-Z0-9_-]{4,64})", re.IGNORECASE
)
_FOLLOWING_WORD = re.compile(r"([\s/,;]+)([a-zA-Z0-9_-]{4,64})(?![a-zA-Z0-9_:-])")
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?(?!\d)"
)

_DEEPEST_JSON = 8
"""Envelopes (SNS in SQS in a log line) nest a few levels; deeper is not worth following."""


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What was found in a pasted text. None where nothing was."""

    stage_arn: str | None = None
    session_id: str | None = None
    """As it came: EventBridge examples have shorter ones than the API accepts."""
    participant_id: str | None = None
    time: datetime | None = None
    """Aware UTC."""


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
    text = text.strip()
    if text[:1] in {"{", "["}:
        try:
            found = _read_members(json.loads(text))
        except (ValueError, RecursionError):
            found = None
        if found:
            return found
    return _read_prose(unquote(text))


def _read_members(document: object) -> Identifiers | None:
    members: dict[str, str] = {}
    for name, value in _walk(document, 0):
        key = name.replace("_", "").lower()
        if key in {"resources", "arn"}:
            key = "stagearn" if is_stage_arn(value) else ""
        if value:
            members.setdefault(key, value)
    moment = None
    # The precise time of an EventBridge event first, the time of its delivery last.
    for key in ("eventtimeprecise", "eventtime", "firstjointime", "starttime", "time"):
        moment = moment or _moment(members.get(key))
    found = Identifiers(
        stage_arn=members.get("stagearn") or members.get("sourcestagearn"),
        session_id=members.get("sessionid") or members.get("activesessionid"),
        participant_id=members.get("participantid"),
        time=moment,
    )
    return found if found != Identifiers() else None


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
        if value[:1] == "{":
            try:
                yield from _walk(json.loads(value), depth + 1, name)
            except (ValueError, RecursionError):
                return
        else:
            yield name, value


def _read_prose(text: str) -> Identifiers:
    arn = _STAGE_ARN.search(text)
    rest = text.replace(arn[0], " ") if arn else text
    session = _LOOSE_SESSION_ID.search(rest)
    session_id = session[0] if session else _group(_LABELLED_SESSION.search(rest))
    participant_id = _group(_LABELLED_PARTICIPANT.search(rest))
    if session and not participant_id:
        participant_id = _after(rest, session.end())
    alone = rest.strip()
    if not session_id and not participant_id and is_participant_id(alone):
        participant_id = alone
    time = _TIME.search(text)
    return Identifiers(
        stage_arn=arn[0] if arn else None,
        session_id=session_id,
        participant_id=participant_id,
        time=_moment(time[0]) if time else None,
    )


def _after(text: str, end: int) -> str | None:
    """The participant id that follows a session id: any word in a path, else not plain prose."""
    match = _FOLLOWING_WORD.match(text, end)
    if not match:
        return None
    word = match[2]
    in_path = "/" in match[1]
    looks_made = any(sign.isdigit() or sign.isupper() for sign in word[1:])
    return word if in_path or (looks_made and not _TIME.match(text, match.start(2))) else None


def _group(match: re.Match[str] | None) -> str | None:
    return match[1] if match else None


def _moment(text: str | None) -> datetime | None:
    time = parse_time(text)
    return time if isinstance(time, datetime) else None
