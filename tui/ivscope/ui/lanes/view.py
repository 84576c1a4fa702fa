"""LanesView: the state of the lanes screen (window, cursor, order, plot) and its lines."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import groupby
from typing import Final

from ivscope.analysis.event_tally import Bucket, EventTally
from ivscope.analysis.intervals import SECOND, Reach
from ivscope.analysis.lanes import LaneCell, LaneOrder, Lanes
from ivscope.analysis.publishers import PublisherLevel, Publishers
from ivscope.analysis.time_window import TimeWindow, window_between
from ivscope.domain.times import to_microseconds
from ivscope.knowledge.limits import PUBLISHER_LIMIT
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.scan import Scan
from ivscope.render.cells import clip, pad
from ivscope.render.lines import Line, Role, Span
from ivscope.render.plots import CURSOR, Layer, Plot, PlotFrame
from ivscope.render.timestamps import clock, in_zone
from ivscope.ui.time_display import TimeDisplay
from ivscope.workspace.event_stream import pause_or_go_on
from ivscope.workspace.names import Names
from ivscope.workspace.reaches import Reaches

_ROLES: Final = {
    LaneCell.ERROR: Role.ERROR,
    LaneCell.OPEN: Role.WARNING,
    LaneCell.PUBLISHING: Role.GOOD,
    LaneCell.MAYBE_PUBLISHING: Role.WARNING,
    LaneCell.SUBSCRIBED: Role.ACCENT,
    LaneCell.JOINED: Role.MUTED,
    LaneCell.OUTSIDE: Role.TEXT,
}

_KEPT: Final = frozenset({LaneCell.ERROR, LaneCell.OPEN})

_TICK_GAP = 2
"""Cells between two times on the axis."""

LEGEND: Final[Line] = (
    Span(LaneCell.JOINED, Role.MUTED),
    Span(" joined  "),
    Span(LaneCell.PUBLISHING, Role.GOOD),
    Span(" publishing  "),
    Span(LaneCell.MAYBE_PUBLISHING, Role.WARNING),
    Span(" perhaps  "),
    Span(LaneCell.SUBSCRIBED, Role.ACCENT),
    Span(" subscribed only  "),
    Span(LaneCell.ERROR, Role.ERROR),
    Span(" error  "),
    Span(LaneCell.OPEN, Role.WARNING),
    Span(" one end only"),
)
"""76 cells."""


def lane_line(
    label: str, cells: str, *, label_cells: int, cursor: int | None, is_chosen: bool = False
) -> Line:
    """Draw a lane.

    Args:
        label: Name of the participant. Text from outside.
        cells: Signs of `LaneCell`.
        label_cells: Cells of the label, a blank beside it included.
        cursor: Column of the moment of the cursor; None when outside.
        is_chosen: Whether the cursor is on this lane.
    """
    mark = ">" if is_chosen else " "
    name = pad(mark + clip(label, label_cells - 2), label_cells)
    return (Span(name, Role.STRONG if is_chosen else Role.TEXT), *_signs(cells, cursor))


def _signs(cells: str, cursor: int | None) -> Line:
    signs: list[tuple[str, Role]] = []
    for column, sign in enumerate(cells):
        role = _ROLES[LaneCell(sign)]
        if column != cursor:
            signs.append((sign, role))
        elif sign in _KEPT:
            # The sign stays, and its role shows that the cursor is here.
            signs.append((sign, Role.HIT))
        else:
            signs.append((CURSOR, Role.HIT))
    return tuple(
        Span("".join(sign for sign, _ in run), role)
        for role, run in groupby(signs, key=lambda one: one[1])
    )


def axis_line(
    window: TimeWindow, columns: int, zone: tzinfo, *, label_cells: int, cursor: int | None
) -> Line:
    """Draw the axis: clock times, each beginning at its column.

    The date of the beginning of the window is at the place of the labels.
    """
    with_date = clock(window.start, zone, with_date=True)
    date = with_date.partition(" ")[0]
    row = [" "] * columns
    width = len(clock(window.start, zone))
    step = width + _TICK_GAP
    moments = [
        (column, clock(window.moment_at(column, columns), zone))
        for column in range(0, columns - width + 1, step)
    ]
    shown = ""
    for column, text in moments:
        if text != shown:
            row[column : column + width] = text
        shown = text
    if cursor is not None and 0 <= cursor < columns:
        row[cursor] = CURSOR
    return (Span(pad(date, label_cells), Role.MUTED), Span("".join(row), Role.MUTED))


def window_text(window: TimeWindow, columns: int, zone: tzinfo) -> str:
    """Describe the window and the time of a cell: "20:31:07 to 21:40:00, 52 s a cell"."""
    cell = (window.end - window.start) / max(columns, 1)
    one_second = timedelta(seconds=1)
    size = f"{cell / one_second:.2g} s" if cell < 10 * one_second else f"{cell // one_second} s"
    return f"{clock(window.start, zone)} to {clock(window.end, zone)}, {size} a cell"


_LABEL_CELLS = 16
_PLOT_LINES = 6


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts that plots are drawn from."""

    publishers: Publishers
    events: EventTally
    until: datetime
    """The last moment of which anything is known."""


PUBLISHERS: Plot[Counts, PublisherLevel] = Plot(
    "publishers",
    lambda counts, window, columns: counts.publishers.levels(window, columns, counts.until),
    # What may be on top of what is certain: a start or a stop is not read.
    (
        Layer(lambda level: level.certain, "#", Role.GOOD),
        Layer(lambda level: level.possible, "?", Role.WARNING),
    ),
    limit=PUBLISHER_LIMIT,
)
EVENTS: Plot[Counts, Bucket] = Plot(
    "events",
    lambda counts, window, columns: counts.events.buckets(window, columns),
    (Layer(lambda bucket: bucket.events, "#", Role.ACCENT),),
    counted=("errors", lambda bucket: bucket.errors),
)
ERRORS: Plot[Counts, Bucket] = Plot(
    "errors",
    lambda counts, window, columns: counts.events.buckets(window, columns),
    (Layer(lambda bucket: bucket.errors, "!", Role.ERROR),),
)
_PLOTS = (PUBLISHERS, EVENTS, ERRORS, None)
"""In the order in which a key goes through them; None is no plot."""


class LanesView:
    """A session over time. The lanes and both plots share the window and the cursor."""

    def __init__(
        self, provider: StageDataProvider, scan: Scan, times: TimeDisplay, moment: datetime | None
    ) -> None:
        """Show the whole session.

        Args:
            provider: What was read of the session.
            scan: The scan, with the events of everybody.
            times: Zone in which times are shown, and the present time.
            moment: Where the cursor begins; None for the middle.
        """
        session = provider.store.session(scan.session)
        end = session.end_time if session is not None else None
        self._ended = end if isinstance(end, datetime) else None
        self._scan = scan
        self._times = times
        self._names = Names(scan.participants)
        log = scan.log
        self._until = self._ended or times.now()
        """End of the session, else when the lanes were opened: nothing is known of later."""
        self._reaches = Reaches(provider)
        self._reach_of = self._reaches.in_scan(scan)
        self._lanes = Lanes(log.log, log.ranges, self._reach, self._until)
        self._publishers = Publishers(log.log, lambda: self._reaches.in_scan(scan))
        self._tally = EventTally(log.log)
        self._is_whole = False
        """Whether everybody is read and counted, and the events tell of all who published."""
        self._window: TimeWindow | None = None
        self._is_fitted = True
        self.moment = moment
        """The cursor; None before anything has a time."""
        self.errors_first = False
        self._counts = Counts(self._publishers, self._tally, self._until)
        self._plot = 0
        self._lane_order = LaneOrder()
        self._ordered_for: tuple[int, int, int | None] | None = None
        self.order: list[str] = []
        """Participant ids in the order of the lanes."""

    def work(self, seconds: float) -> bool:
        """Count for about so many seconds. Returns whether more is left."""
        is_more = self._tally.advance(seconds / 2)
        is_more = self._publishers.advance(seconds / 2) or is_more
        self._is_whole = not is_more and self._scan.log.is_all_read and self._is_everybody_told()
        self._reach_of = self._reaches.in_scan(self._scan)
        self._arrange()
        span = self._tally.span
        if span is not None and (self._window is None or self._is_fitted):
            self._window = window_between(*span)
            self.moment = self.moment or span[0] + (span[1] - span[0]) / 2
        return is_more

    def _is_everybody_told(self) -> bool:
        """Whether all who have published by the list have an event of it that is read."""
        rows = self._scan.participants.facts
        return all(self._publishers.has(row.participant_id) for row in rows if row.published)

    def _reach(self, participant_id: str) -> Reach:
        return self._reach_of(participant_id)

    def _arrange(self) -> None:
        """Order the lanes again if participants came or were read, or the order was changed."""
        log, rows = self._scan.log, self._scan.participants.facts
        read = log.participants_read if self.errors_first else None
        ordered_for = (len(rows), log.participants_known, read)
        if ordered_for == self._ordered_for:
            return
        self._ordered_for = ordered_for
        order = self._lane_order
        order.take(rows)
        by_join, by_errors = order.by_join, order.errors_first
        self.order = by_errors(log.errors_by_id) if self.errors_first else by_join.copy()
        known = set(self.order)
        self.order += [one for one in log.participant_ids if one not in known]

    def columns(self, width: int) -> int:
        """Return how many cells of a width show time."""
        return max(8, width - _LABEL_CELLS)

    # Lines.

    def head(self, width: int) -> list[Line]:
        """Draw the plot and the axis above the lanes."""
        window, columns = self._window, self.columns(width)
        if window is None:
            return [(Span("no event with a time is read yet", Role.MUTED),)]
        cursor = self._column(columns)
        axis = axis_line(window, columns, self._times.zone, label_cells=_LABEL_CELLS, cursor=cursor)
        plot = _PLOTS[self._plot]
        frame = PlotFrame(_PLOT_LINES, _LABEL_CELLS, cursor)
        lines = [] if plot is None else plot.lines(self._counts, window, columns, frame)
        return [*lines, axis]

    def lane(self, index: int, width: int) -> Line:
        """Draw the lane of a participant."""
        participant_id, columns = self.order[index], self.columns(width)
        cells = " " * columns
        if self._window is not None:
            cells = self._lanes.cells(participant_id, self._window, columns)
        return lane_line(
            self._names.name(participant_id),
            cells,
            label_cells=_LABEL_CELLS,
            cursor=self._column(columns),
        )

    def foot(self, width: int) -> Line:
        """Draw the legend of the signs, or the moment and the window when they were asked for."""
        return LEGEND if width >= sum(len(span.text) for span in LEGEND) else LEGEND[:8]

    def title(self, width: int) -> str:
        """Return the moment of the cursor, how many were publishing then, and the window."""
        if self._window is None or self.moment is None:
            return ""
        at = in_zone(self.moment, self._times.zone)
        text = f"{at:%H:%M:%S}: {self._told(self.moment)}"
        return f"{text}  ({window_text(self._window, self.columns(width), self._times.zone)})"

    def _told(self, moment: datetime) -> str:
        """Say how many were publishing in the second of a moment."""
        read_to = self._reaches.read_to(self._scan)
        if read_to is not None and moment >= read_to:
            at = in_zone(read_to, self._times.zone)
            return f"not known after {at:%H:%M:%S}, when the events were read"
        first = to_microseconds(moment) // SECOND * SECOND
        level = self._publishers.level(first, first + SECOND - 1)
        unsure = f" to {level.possible}" if level.possible > level.certain else ""
        least = "" if self._is_whole and self._scan.log.is_all_read else "at least "
        return f"{least}{level.certain}{unsure} of {PUBLISHER_LIMIT} publishing"

    def _column(self, columns: int) -> int | None:
        if self._window is None or self.moment is None:
            return None
        return self._window.column_of(self.moment, columns)

    # Commands.

    def pause(self) -> str:
        """Pause the reading, or go on. Returns why it cannot go on; empty when it can."""
        return pause_or_go_on(self._scan)

    def move(self, cells: int, width: int) -> None:
        """Move the cursor in time; the window follows."""
        window, columns = self._window, self.columns(width)
        if window is None or self.moment is None:
            return
        self.moment += (window.end - window.start) / columns * cells
        if window.column_of(self.moment, columns) is None:
            self._is_fitted = False
            self._window = window.centred(self.moment)

    def zoom(self, factor: float) -> None:
        """Show less time, or more, around the cursor."""
        if self._window is not None:
            self._is_fitted = False
            self._window = self._window.zoom(factor, self.moment)

    def fit(self) -> None:
        """Show the whole session."""
        self._is_fitted = True
        self.work(0)

    def next_plot(self) -> None:
        """Show the next plot: publishers, events, errors, none."""
        self._plot = (self._plot + 1) % len(_PLOTS)
