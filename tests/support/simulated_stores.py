"""Stores of the product filled with a view: of one participant, of everybody, of a scan."""

from typing import NamedTuple

from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.provider.store.event_log import EventLog, EventTables
from ivscope.provider.store.session_log import ReadState, SessionLog
from support.simulator.view import Extent, Row, View

DENIED = ProviderFailure(FailureKind.DENIED, "not allowed", "ask for it", retryable=False)


class Kept(NamedTuple):
    """A log, and for each position the row of the view that stands there."""

    log: EventLog
    rows: list[Row]


class KeptSession(NamedTuple):
    """A session log, and for each position the row of the view that stands there."""

    session_log: SessionLog
    rows: list[Row]


def event_log(view: View, participant_id: str) -> Kept:
    """The events read of one participant, page by page in the order served."""
    log = EventLog()
    for page in view.pages(participant_id):
        log.append(row.event for row in page)
    return Kept(log, view.read(participant_id))


def log_of_everybody(view: View) -> Kept:
    """The events read of all listed participants in one log, one after another."""
    log, rows = EventLog(), []
    for participant_id in _listed(view):
        rows += view.read(participant_id)
    log.append(row.event for row in rows)
    return Kept(log, rows)


def session_log(view: View) -> KeptSession:
    """What a scan of the listed participants holds: a page of each in turn, until all are in."""
    tables = EventTables()
    kept = SessionLog(tables)
    kept.participants_complete = view.all_listed
    rows: list[Row] = []
    waiting = []
    for participant_id in _listed(view):
        number = kept.add_participant(participant_id)
        extent = view.extent(participant_id)
        if extent is Extent.DENIED:
            kept.fail(number, DENIED)
        elif extent is not Extent.NOT:
            waiting.append((number, extent, view.pages(participant_id)))
    turn = 0
    while waiting:
        left = []
        for number, extent, pages in waiting:
            page = EventLog(tables)
            page.append(row.event for row in pages[turn])
            kept.append(number, page, range(len(page)))
            rows += pages[turn]
            if turn + 1 < len(pages):
                left.append((number, extent, pages))
            else:
                is_whole = extent is Extent.WHOLE
                kept.set_state(number, ReadState.COMPLETE if is_whole else ReadState.PARTIAL)
        waiting, turn = left, turn + 1
    return KeptSession(kept, rows)


def _listed(view: View) -> list[str]:
    """Everybody listed, once: a row can come twice."""
    return list(dict.fromkeys(row.participant_id for row in view.participants))
