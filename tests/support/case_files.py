"""Opens the case files in the folder `cases`, as views of the kind that the simulator makes."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from ivscope.domain.stages import Participant, SessionScope, StageSummary
from ivscope.domain.times import to_microseconds
from ivscope.endpoint.worlds.case_file import CaseFile, read_case_file
from ivscope.sources.decoding import (
    decode_event,
    decode_participant,
    decode_session,
    decode_stage_summary,
)
from support.simulator.view import Extent, Fault, Row, Served, View

FOLDER = Path(__file__).with_name("cases")

MINUTE = 60_000_000
"""Microseconds."""

PAGE_SIZE = 50
"""Events on a page of the service, when not asked for fewer."""


@dataclass(frozen=True)
class Case:
    """One case: what it is about, and the session."""

    name: str
    note: str
    """What is special about it."""
    stage: StageSummary
    view: View
    facts: dict[str, Participant]
    """By participant id: what GetParticipant answers."""
    file: CaseFile
    """What the file says, to serve it as it is."""


def case_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@cache
def case(name: str, read_at: int | None = None) -> Case:
    """Read the case of this name. Everybody is listed, and read to the end or denied.

    Args:
        name: Of the file.
        read_at: When a live one is read, microseconds; None for a minute after its last event.
    """
    file = read_case_file(FOLDER / f"{name}.json")
    stage = decode_stage_summary(file.stage)
    session = decode_session(file.session)
    people = [decode_participant(row) for row in file.participants]
    rows = {
        who: tuple(Row(decode_event(row), None) for row in events or ())
        for who, events in file.events.items()
    }
    times = [
        to_microseconds(row.event.time)
        for own in rows.values()
        for row in own
        if isinstance(row.event.time, datetime)
    ]
    as_of = None
    if session.end_time is None:
        as_of = max(times) + MINUTE if read_at is None else read_at
    is_denied = {who: events is None for who, events in file.events.items()}
    served = {
        who: Served(
            who,
            own,
            Extent.DENIED if is_denied[who] else Extent.WHOLE,
            0 if is_denied[who] else max(-(-len(own) // PAGE_SIZE), 1),
            as_of,
        )
        for who, own in rows.items()
    }
    view = View(
        SessionScope(stage.arn, session.session_id),
        session,
        tuple(one.summary for one in people),
        all_listed=True,
        listed_at=as_of,
        served=served,
        page_size=PAGE_SIZE,
        faults=frozenset({Fault.DENIED}) if any(is_denied.values()) else frozenset(),
    )
    facts = {one.summary.participant_id: one for one in people}
    return Case(name, file.note, stage, view, facts, file)
