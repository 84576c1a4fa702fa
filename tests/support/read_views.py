"""The reach of each participant in a simulated view, and what intervals follow from it."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from ivscope.analysis.histories import History, KindRoles, history_of, rows_of
from ivscope.analysis.intervals import LATENESS, NOTHING_KNOWN, Reach, bounds_of
from ivscope.analysis.publishers import Publishers
from ivscope.domain.times import to_microseconds
from ivscope.provider.store.event_log import EventLog
from support.simulated_stores import event_log, log_of_everybody
from support.simulator.view import Extent, Row, View


def reach_of(view: View, participant_id: str) -> Reach:
    """As the product knows it: from the session, the list of participants, and the pages read."""
    row = next(one for one in view.participants if one.participant_id == participant_id)
    end, as_of = view.session.end_time, view.served[participant_id].as_of
    reach = Reach() if view.extent(participant_id) is Extent.WHOLE else NOTHING_KNOWN
    read_at = view.read_at if as_of is None else as_of
    if read_at is not None:
        reach = replace(reach, settled_to=read_at - LATENESS)
    if isinstance(end, datetime):
        return replace(reach, ended=bounds_of(to_microseconds(end))[1])
    assert as_of is not None
    connected_at = view.listed_at if row.state == "CONNECTED" else None
    return replace(reach, read_to=as_of, connected_at=connected_at)


def read_history(view: View, participant_id: str) -> tuple[EventLog, list[Row], History]:
    """The log of a participant, the rows of the view by position, and what the events tell."""
    log, rows = event_log(view, participant_id)
    places = [range(len(log))]
    reach = reach_of(view, participant_id)
    roles = KindRoles(log.tables)
    return log, rows, history_of(log, rows_of(log, places), roles, reach)


def read_publishers(view: View) -> Publishers:
    """The publishers of everybody who is listed and read."""
    log, _ = log_of_everybody(view)
    return Publishers(log, lambda: partial(reach_of, view)).count()
