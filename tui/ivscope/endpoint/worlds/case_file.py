"""Case files: one session as JSON, written by hand or cut from a bug, read and served as it is.

A case file is an object with these members:

- `stage`: a stage as GetStage gives it; `arn` is required.
- `sessions`: a list of one session as GetStageSession gives it; without `endTime` it is live.
- `participants`: a list as GetParticipant gives them, in the order listed. A row may come twice.
- `events`: by participant id, a list as ListParticipantEvents gives it, in the order served, or
  `{"denied": true}` where that call is refused.
- `id`, `note` and `order_as_served`: text for the reader, not served.

A member that is null counts as absent. Names and codes may be ones that IVS does not have yet.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ivscope.domain.failures import UnusableFileError
from ivscope.domain.frozen import frozen
from ivscope.domain.identifiers import (
    is_participant_id,
    is_session_id,
    is_stage_arn,
    parse_stage_arn,
)
from ivscope.endpoint.answers import ServiceError
from ivscope.endpoint.service_model import ServiceModel, load_service_model, misfits, written
from ivscope.endpoint.world import Members

_DENIED = "User is not authorized to perform: ivs:ListParticipantEvents"

_FOR_READERS = ("id", "note", "order_as_served")
"""Members that say something about a case and are not served."""

_SERVED = ("stage", "sessions", "participants", "events")


@frozen
class CaseFile:
    """What a case file says: wire structures, checked."""

    note: str
    """What the case is about; may be empty."""
    stage: Members
    session: Members
    participants: tuple[Members, ...]
    """In the order listed; a row may be there twice."""
    events: Mapping[str, tuple[Members, ...] | None]
    """By participant id, in the order served; None where reading them is denied."""

    @property
    def is_live(self) -> bool:
        """Whether the session has no end."""
        return self.session.get("endTime") is None


def read_case_file(path: Path) -> CaseFile:
    """Read a case file.

    Raises:
        UnusableFileError: It cannot be read, or is no case file. The text names the member, what
            was expected there, and what is there; not the file.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnusableFileError(error.strerror) from error
    try:
        return _checked(_parsed(raw))
    except _NoCaseError as error:
        raise UnusableFileError(str(error)) from error


class _NoCaseError(Exception):
    """What is wrong with the content of a file."""


def _parsed(raw: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_object_of_single_members)
    except UnicodeDecodeError as error:
        raise _NoCaseError(f"not UTF-8 text (byte {error.start})") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _NoCaseError(f"not JSON: {error.msg}, {place}") from error
    except RecursionError as error:
        raise _NoCaseError("nested too deeply") from error
    except ValueError as error:  # a number of more digits than Python converts
        raise _NoCaseError(f"not JSON that can be read: {error}") from error


def _object_of_single_members(pairs: list[tuple[str, Any]]) -> Members:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _NoCaseError(f"the member {written(twice)} stands twice in one object")
    return members


def _checked(document: Any) -> CaseFile:  # noqa: ANN401 - JSON
    if not isinstance(document, dict):
        raise _NoCaseError(f"an object expected, not {written(document)}")
    for name in document:
        if name not in _SERVED + _FOR_READERS:
            known = ", ".join(_SERVED + _FOR_READERS)
            raise _NoCaseError(f"a case file has no member {written(name)}; it has {known}")
    model = load_service_model()
    stage = _structure(model, "Stage", document.get("stage"), "stage")
    _identified(stage, "arn", is_stage_arn, "a stage ARN", "stage")
    sessions = _list(document.get("sessions"), "sessions")
    if len(sessions) != 1:
        raise _NoCaseError(f"sessions: one session expected, not {len(sessions)}")
    session = _structure(model, "StageSession", sessions[0], "sessions[0]")
    expected = "st- and 13 letters or digits"
    _identified(session, "sessionId", is_session_id, expected, "sessions[0]")
    participants = tuple(
        _participant(model, row, f"participants[{at}]")
        for at, row in enumerate(_list(document.get("participants"), "participants"))
    )
    events = _events(model, document.get("events"), [row["participantId"] for row in participants])
    note = document.get("note") or ""
    if not isinstance(note, str):
        raise _NoCaseError(f"note: text expected, not {written(note)}")
    return CaseFile(note, stage, session, participants, events)


def _participant(model: ServiceModel, value: Any, path: str) -> Members:  # noqa: ANN401 - JSON
    row = _structure(model, "Participant", value, path)
    expected = "1 to 64 letters, digits, - or _"
    _identified(row, "participantId", is_participant_id, expected, path)
    return row


def _events(
    model: ServiceModel,
    value: Any,  # noqa: ANN401 - JSON
    listed: Sequence[str],
) -> dict[str, tuple[Members, ...] | None]:
    if not isinstance(value, dict):
        raise _NoCaseError(f"events: an object by participant id expected, not {written(value)}")
    for who in value:
        if who not in listed:
            raise _NoCaseError(f"events: no participant has the id {written(who)}")
    events: dict[str, tuple[Members, ...] | None] = {}
    for who in listed:
        path = f"events.{who}"
        answer = value.get(who)
        if isinstance(answer, list):
            events[who] = tuple(
                _structure(model, "Event", row, f"{path}[{at}]") for at, row in enumerate(answer)
            )
        elif answer == {"denied": True}:
            events[who] = None
        else:
            expected = 'a list (empty for no events) or {"denied": true}'
            raise _NoCaseError(f"{path}: {expected} expected, not {written(answer)}")
    return events


def _structure(model: ServiceModel, shape: str, value: Any, path: str) -> Members:  # noqa: ANN401
    if value is None:
        raise _NoCaseError(f"{path}: an object expected, not {written(value)}")
    misfit = next(misfits(model, shape, value, path), None)
    if misfit is not None:
        raise _NoCaseError(misfit)
    row: Members = value
    return row


def _identified(
    row: Members, name: str, fits: Callable[[str], bool], expected: str, path: str
) -> None:
    value = row.get(name)
    if value is None or not fits(value):
        raise _NoCaseError(f"{path}.{name}: {expected} expected, not {written(value)}")


def _list(value: Any, path: str) -> list[Any]:  # noqa: ANN401 - JSON
    if not isinstance(value, list):
        raise _NoCaseError(f"{path}: a list expected, not {written(value)}")
    return value


class CaseWorld:
    """A case file as a world: its one stage, with its one session. Nothing in it ever changes.

    A stage with a live session has its id as `activeSessionId`, also where the file does not say
    so.
    """

    newest_first = False
    """The lists of a case file are in the order served."""

    def __init__(self, case: CaseFile) -> None:
        self._case = case
        self._stage = dict(case.stage)
        if case.is_live:
            self._stage.setdefault("activeSessionId", case.session["sessionId"])
        self._arn: str = case.stage["arn"]
        self._place = (self._arn, case.session["sessionId"])
        self._by_id: dict[str, Members] = {}
        for row in case.participants:
            self._by_id.setdefault(row["participantId"], row)
        self.region = parse_stage_arn(self._arn) or ""

    def stages(self) -> Sequence[Members]:
        """The stage."""
        return (self._stage,)

    def sessions(self, stage_arn: str) -> Sequence[Members] | None:
        """The session; None for another stage."""
        return (self._case.session,) if stage_arn == self._arn else None

    def participants(self, stage_arn: str, session_id: str) -> Sequence[Members] | None:
        """All rows of the file; None for another session."""
        return self._case.participants if (stage_arn, session_id) == self._place else None

    def participant(self, stage_arn: str, session_id: str, participant_id: str) -> Members | None:
        """The first row of this participant."""
        is_here = (stage_arn, session_id) == self._place
        return self._by_id.get(participant_id) if is_here else None

    def events(
        self, stage_arn: str, session_id: str, participant_id: str
    ) -> Sequence[Members] | None:
        """The events of a participant.

        Raises:
            ServiceError: AccessDeniedException where the file says so.
        """
        if self.participant(stage_arn, session_id, participant_id) is None:
            return None
        events = self._case.events[participant_id]
        if events is None:
            raise ServiceError("AccessDeniedException", 403, _DENIED)
        return events

    def replicas(self, source_stage_arn: str, participant_id: str) -> Sequence[Members]:  # noqa: ARG002 - the protocol
        """None: a case file says nothing about copies on other stages."""
        return ()

    def ingest_configurations(self) -> Sequence[Members]:
        """None: a case file says nothing about them."""
        return ()
