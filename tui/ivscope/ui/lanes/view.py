"""LanesView: the state of the lanes screen (window, cursor, order, plot) and its lines.

Long because the order of the lanes, their marks and the count on top all follow from one cursor.
"""

from collections.abc import Iterator, Sequence
from copy import copy
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Final

from ivscope.analysis.event_tally import Bucket
from ivscope.analysis.intervals import EARLIEST, LATEST, SECOND
from ivscope.analysis.lanes import AWAITED, LaneCell, LaneOrder, LanePresence
from ivscope.analysis.publishers import PublisherLevel
from ivscope.analysis.time_window import TimeWindow, window_between
from ivscope.domain.clock import work_limit
from ivscope.domain.times import from_microseconds, to_microseconds
from ivscope.findings.session_context import REPLICA
from ivscope.knowledge.limits import PUBLISHER_LIMIT
from ivscope.render.cells import clip, line_width, pad, shorten
from ivscope.render.lines import Line, Role, Span
from ivscope.render.plots import (
    REPLICA_SIGN,
    THEN_PUBLISHING,
    UNSURE,
    Layer,
    Plot,
    PlotFrame,
    axis_line,
    cell_text,
    lane_cells,
)
from ivscope.render.safe import safe
from ivscope.render.time_display import TimeDisplay
from ivscope.render.timestamps import in_zone
from ivscope.workspace.event_stream import pause_or_go_on
from ivscope.workspace.session_counts import TimedCounts

LABEL_CELLS = 16
"""Cells left of the time: for names, and for the heights of a plot."""

_LOW_SCREEN, _LOW_PLOT = 30, 2
_HIGH_PLOT = 4
"""Lines of a plot, on screens of fewer lines and on higher ones: each has eight levels, and the
names of twelve publishers have to fit below it."""

_WIDE = 100
"""From so many cells on there is room for the errors of each participant."""

_RIGHT_TITLES: Final = " then errors"
"""Above the last cells of wide lanes: what somebody did at the time of the cursor, and errors."""

_AT_ONCE = 2_000
"""Of so many participants the lanes are ordered with the key that moves the cursor, in 5 ms; of
more between the keys."""

_KEPT_LINES = 256
"""Lines of lanes kept ready: two screens of them and more."""

_BATCH = 256
"""Participants put in order between two looks at the clock: less than 1 ms."""


class LaneSorting(Enum):
    """In which order the lanes stand."""

    BY_STATE = "by state at the cursor"
    BY_ERRORS = "most errors first"
    BY_JOIN = "by time of joining"


class Section(Enum):
    """What those below a heading do at the time of the cursor, in the order of the headings."""

    PUBLISHING = "publishing"
    PERHAPS = "perhaps publishing"
    IN_ROOM = "in the room, not publishing"
    OUTSIDE = "not in the room"
    UNREAD = "not read"
    UNCOUNTED = "not counted yet"


_THEN: Final = {
    Section.PUBLISHING: Span(THEN_PUBLISHING, Role.GOOD),
    Section.PERHAPS: Span(LaneCell.MAYBE_PUBLISHING, Role.WARNING),
    Section.IN_ROOM: Span(LaneCell.JOINED, Role.MUTED),
    Section.OUTSIDE: Span(" "),
    Section.UNREAD: Span(LaneCell.UNREAD, Role.MUTED),
    Section.UNCOUNTED: Span(AWAITED, Role.MUTED),
}

_OF_PRESENCE: Final = {
    LanePresence.INSIDE: Section.IN_ROOM,
    LanePresence.OUTSIDE: Section.OUTSIDE,
    LanePresence.UNREAD: Section.UNREAD,
}


PUBLISHERS: Plot[TimedCounts, PublisherLevel] = Plot(
    "publishers",
    lambda counts, window, columns: counts.publishing(window, columns),
    # What may be on top of what is certain: a start or a stop is not read.
    (
        Layer(lambda level: level.certain, Role.GOOD),
        Layer(lambda level: level.possible, Role.WARNING, UNSURE),
    ),
    limit=PUBLISHER_LIMIT,
)
EVENTS: Plot[TimedCounts, Bucket] = Plot(
    "events",
    lambda counts, window, columns: counts.tally.buckets(window, columns),
    (Layer(lambda bucket: bucket.events, Role.ACCENT),),
    counted=("errors", lambda bucket: bucket.errors),
)
ERRORS: Plot[TimedCounts, Bucket] = Plot(
    "errors",
    lambda counts, window, columns: counts.tally.buckets(window, columns),
    (Layer(lambda bucket: bucket.errors, Role.ERROR),),
)
_PLOTS = (PUBLISHERS, EVENTS, ERRORS, None)
"""In the order in which a key goes through them; None is no plot."""


class LanesView:
    """A session over time. The lanes and both plots share the window and the cursor."""

    def __init__(
        self,
        counts: TimedCounts,
        times: TimeDisplay,
        moment: datetime | None,
        came_from: str | None = None,
    ) -> None:
        """Show the whole session.

        Args:
            counts: Of the session, as far as they are counted.
            times: Zone in which times are shown, and the present time.
            moment: Where the cursor begins; None for the first error of who one came from, else
                the middle.
            came_from: Id of the participant whose lane is the first one; None for nobody.
        """
        self._scan = counts.scan
        self._times = times
        self._counts = counts
        self.lanes = self._counts.lanes
        """What everybody did."""
        self._is_counted = False
        """Whether all that was read has been counted once: before, nobody is said to publish."""
        self._is_whole = False
        """Whether everybody is read and counted, and the events tell of all who published."""
        self._window: TimeWindow | None = None
        self._is_fitted = True
        self.moment = moment
        """The cursor; None before anything has a time."""
        self.came_from = came_from
        self.chosen = came_from
        """Id of the participant whose lane the cursor is on, or was on when it was left."""
        self.sorting = LaneSorting.BY_STATE
        self._plot = 0
        self._plotted: tuple[object, list[Line]] = (None, [])
        self._lane_order = LaneOrder()
        self._listed: list[str] = []
        """Everybody, in the order of joining or of errors."""
        self._ordered_for: object = None
        self._told_for: object = None
        self._is_told = False
        self._copies: set[str] = set()
        """Ids of the replicas among them."""
        self._looked_at = 0
        """Of so many of those listed the events were looked at in this round."""
        self._sections: dict[str, Section] = {}
        """By participant id, as of the moment that `rows` are for."""
        self._arranged_at: datetime | None = None
        """The moment of the cursor that `rows` are for."""
        self._is_arranged = True
        """Whether `rows` are as of the last slice of counting; not used for many participants."""
        self._arranging: Iterator[None] | None = None
        """What is left of putting many participants in order."""
        self.rows: list[str | Section] = []
        """Participant ids, and headings between them."""

    def work(self, seconds: float) -> bool:
        """Count for about so many seconds. Returns whether more is left."""
        is_more = self._counts.count_times(seconds * 2 / 3)
        self._is_whole = not is_more and self._scan.log.is_all_read and self._is_everybody_told()
        self._counts.look()
        self._plotted = None, []
        self._list_everybody()
        # Who was there follows from who published: nobody is in the room who is not counted yet.
        is_more = is_more or self._look(seconds / 3)
        self._is_counted = self._is_counted or not is_more
        span = self._counts.tally.span
        if span is not None and (self._window is None or self._is_fitted):
            self._window = window_between(*span)
            middle = span[0] + (span[1] - span[0]) / 2
            self.moment = self.moment or self._first_error() or middle
        if len(self._listed) <= _AT_ONCE:
            self._is_arranged = False
            if not is_more:
                self._arrange()
            return is_more
        return is_more or self._arrange_for(seconds / 3)

    def arrange(self) -> None:
        """Bring `rows` up to what is counted, before they are drawn.

        `work` does so in its last slice only: to order a thousand takes 2 ms. The rows of many more
        participants stay those from before until `work` has put them in order.
        """
        if not self._is_arranged:
            self._arrange()

    def settle(self) -> None:
        """Bring `rows` up to the moment of the cursor at once, however many participants."""
        if self._arranged_at != self.moment or not self._is_arranged:
            self._arrange()

    def as_it_is(self) -> "LanesView":
        """Return a view to draw rows of, with this window, cursor, order and zone from now on."""
        kept = copy(self)
        kept._times = copy(self._times)  # noqa: SLF001 - of the same class
        return kept

    def _look(self, seconds: float) -> bool:
        """Look at the events of everybody, for about so many seconds."""
        is_over = work_limit(seconds)
        while self._looked_at < len(self._listed):
            self.lanes.look(self._listed[self._looked_at])
            self._looked_at += 1
            if is_over():
                return True
        self._looked_at = 0
        return False

    def _is_everybody_told(self) -> bool:
        """Whether all who have published by the list have an event of it that is read."""
        rows, publishers = self._scan.participants.facts, self._counts.publishers
        told_for = rows, len(rows), publishers.known
        if told_for != self._told_for:
            who = (row.participant_id for row in rows if row.published)
            self._told_for, self._is_told = told_for, all(map(publishers.has, who))
        return self._is_told

    def _list_everybody(self) -> None:
        """Order the participants again if some came or were read, or the order was changed."""
        log, rows = self._scan.log, self._scan.participants.facts
        read = log.participants_read if self.sorting is LaneSorting.BY_ERRORS else None
        ordered_for = (len(rows), log.participants_known, read, self.sorting)
        if ordered_for == self._ordered_for:
            return
        self._ordered_for = ordered_for
        order = self._lane_order
        order.take(rows)
        by_errors = self.sorting is LaneSorting.BY_ERRORS
        listed = order.errors_first(log.errors_by_id) if by_errors else order.by_join.copy()
        known = set(listed)
        self._copies = {row.participant_id for row in rows if row.replication_type == REPLICA}
        self._listed = listed + [one for one in log.participant_ids if one not in known]

    def _arrange(self) -> None:
        """Put everybody below the heading of what they do at the time of the cursor."""
        self._arranging, self._is_arranged = None, True
        for _ in self._steps_of_arranging():
            pass

    def _arrange_for(self, seconds: float) -> bool:
        """The same for about so many seconds. Returns whether more is left."""
        is_over = work_limit(seconds)
        if self._arranging is None:
            self._arranging = self._steps_of_arranging()
        for _ in self._arranging:
            if is_over():
                return True
        self._arranging = None
        return False

    def _steps_of_arranging(self) -> Iterator[None]:
        """Arrange with chances to pause; the rows are those from before until it is done."""
        listed, came_from = self._listed, self.came_from
        rest = [one for one in listed if one != came_from]
        first_row = [came_from] if came_from is not None and len(rest) < len(listed) else []
        moment = self.moment
        if moment is None or not self._is_counted:
            self._sections, self.rows = {}, [*first_row, *rest]
            self._arranged_at = moment
            return
        first = to_microseconds(moment) // SECOND * SECOND
        last = first + SECOND - 1
        published = {
            one.participant_id: Section.PUBLISHING if one.why is None else Section.PERHAPS
            for one in self._counts.publishers.at(first, last)
        }
        presence = self.lanes.presence
        sections: dict[str, Section] = {}
        below: dict[Section, list[str]] = {section: [] for section in Section}
        for count, one in enumerate(listed):
            section = published.get(one) or _OF_PRESENCE[presence(one, first, last)]
            sections[one] = section
            if one != came_from:
                below[section].append(one)
            if count % _BATCH == 0:
                yield
        self._sections, self._arranged_at = sections, moment
        rows: list[str | Section] = [*first_row]
        if self.sorting is LaneSorting.BY_STATE:
            for section, names in below.items():
                rows += [section, *names] if names else []
        else:
            rows += rest
        self.rows = rows

    def row_of(self, participant_id: str | None) -> int:
        """Return the row of a participant; the first lane when it has none."""
        if participant_id in self.rows:
            return self.rows.index(participant_id)
        return next((at for at, row in enumerate(self.rows) if isinstance(row, str)), 0)

    def columns(self, width: int) -> int:
        """Return how many cells of a width show time."""
        return max(8, width - LABEL_CELLS - self._right_cells(width))

    @staticmethod
    def _right_cells(width: int) -> int:
        """Return the cells right of the time: for what was done then, and for errors."""
        return len(_RIGHT_TITLES) if width >= _WIDE else 2

    # Lines.

    def head(self, width: int, height: int) -> list[Line]:
        """Draw the count at the cursor, the plot and the axis above the lanes.

        Args:
            width: Cells.
            height: Lines of the screen.
        """
        window, columns = self._window, self.columns(width)
        if window is None:
            return [(Span("no event with a time is read yet", Role.MUTED),)]
        cursor = self._column(columns)
        axis = axis_line(window, columns, self._times.zone, label_cells=LABEL_CELLS, cursor=cursor)
        if width >= _WIDE:
            axis = (*axis, Span(_RIGHT_TITLES, Role.MUTED))
        return [self._told_line(width, window), *self._plot_lines(window, columns, height), axis]

    def _told_line(self, width: int, window: TimeWindow) -> Line:
        size = cell_text(window, self.columns(width))
        text = clip(f"{self.title()} · {self._read()}", width - len(size) - 2)
        return (
            Span(text, Role.STRONG),
            Span(" " * (width - line_width((Span(text),)) - len(size))),
            Span(size, Role.MUTED),
        )

    def _plot_lines(self, window: TimeWindow, columns: int, height: int) -> list[Line]:
        plot, cursor = _PLOTS[self._plot], self._column(columns)
        if plot is None:
            return []
        made_for = (plot.title, window, columns, height, cursor)
        if self._plotted[0] != made_for:
            lines = _LOW_PLOT if height < _LOW_SCREEN else _HIGH_PLOT
            frame = PlotFrame(lines + (plot.counted is not None), LABEL_CELLS, cursor)
            self._plotted = made_for, plot.lines(self._counts, window, columns, frame)
        return self._plotted[1]

    def row(self, row: str | Section, width: int) -> Line:
        """Draw the lane of a participant, or a heading."""
        if isinstance(row, str):
            return self.lane(row, width)
        moment = self._arranged_at
        at = "" if moment is None else f" at {in_zone(moment, self._times.zone):%H:%M:%S}"
        text = f"── {row.value}{at} "
        return (Span(text.ljust(width, "─"), Role.MUTED),)

    def name(self, participant_id: str) -> str:
        """Return the name of a participant."""
        return self._counts.names.name(participant_id)

    def lane(self, participant_id: str, width: int) -> Line:
        """Draw the lane of a participant: its name, its cells, what it did at the cursor."""
        columns = self.columns(width)
        cells = " " * columns
        if self._window is not None:
            cells = self.lanes.cells(participant_id, self._window, columns)
        section = self._sections.get(participant_id, Section.UNCOUNTED)
        sign = f" {REPLICA_SIGN}" if participant_id in self._copies else ""
        reading = self._scan.log.reading(participant_id) if width >= _WIDE else None
        errors = 0 if reading is None else reading.errors
        name = self.name(participant_id)
        return _lane_line(name, sign, cells, self._column(columns), section=section, errors=errors)

    def cursor_line(self, participant_id: str | None, width: int) -> Line:
        """Say of a participant which errors are in the cell of the cursor, and what it did then.

        Args:
            participant_id: Whose lane the cursor is on; None for nobody.
            width: Cells.
        """
        window, moment = self._window, self.moment
        if participant_id is None or window is None or moment is None:
            return ()
        columns = self.columns(width)
        column = window.column_of(moment, columns)
        errors = self.lanes.errors(participant_id, EARLIEST, LATEST)
        here: list[int] = []
        if column is not None:
            edges, log = window.edges(columns), self._scan.log.log
            until = edges[column + 1] + (column == columns - 1)
            here = [at for at in errors if edges[column] <= (log.time_us(at) or 0) < until]
        name = clip(self.name(participant_id), LABEL_CELLS - 1)
        parts = [Span(self._errors_words(here), Role.ERROR)] if here else []
        parts.append(Span(self._sections.get(participant_id, Section.UNCOUNTED).value))
        if len(errors) > len(here):
            in_all = f"{len(errors):,} {'error' if len(errors) == 1 else 'errors'} in all"
            if not here:
                in_all += f", nearest {self._errors_words([self._nearest(errors, moment)])}"
            parts.append(Span(in_all, Role.MUTED))
        line: Line = (Span(f"{name}: ", Role.STRONG),)
        line = (*line, Span(shorten(parts[0].text, width - line_width(line)), parts[0].role))
        for part in parts[1:]:
            more = (*line, Span(" · ", Role.MUTED), part)
            line = more if line_width(more) <= width else line
        return line

    def _nearest(self, positions: Sequence[int], moment: datetime) -> int:
        """Return which of some events is nearest to a moment; the events have times."""
        log, at = self._scan.log.log, to_microseconds(moment)
        return min(positions, key=lambda one: abs((log.time_us(one) or 0) - at))

    def _first_error(self) -> datetime | None:
        """Return when the participant that one came from had its first error that is read."""
        if self.came_from is None:
            return None
        errors = self.lanes.errors(self.came_from, EARLIEST, LATEST)
        return from_microseconds(self._scan.log.log.time_us(errors[0]) or 0) if errors else None

    def _errors_words(self, errors: Sequence[int]) -> str:
        """Say which errors: "2 QUOTA_EXCEEDED 20:47:12 to 20:47:31", those of each code together.

        Args:
            errors: Positions, by time.
        """
        log, zone = self._scan.log.log, self._times.zone
        by_code: dict[str, list[int]] = {}
        for at in errors:
            by_code.setdefault(log.error_code(at) or log.name(at) or "error", []).append(at)
        words: list[str] = []
        for code, those in by_code.items():
            first, last = (
                f"{in_zone(from_microseconds(log.time_us(at) or 0), zone):%H:%M:%S}"
                for at in (those[0], those[-1])
            )
            count = f"{len(those):,} " if len(those) > 1 else ""
            words.append(f"{count}{safe(code)} {first}{f' to {last}' if last != first else ''}")
        return ", ".join(words)

    @property
    def has_replicas(self) -> bool:
        """Whether somebody in the lanes is a replica."""
        return bool(self._copies)

    @property
    def has_awaited(self) -> bool:
        """Whether a lane stands there without its signs, or without what it did at the cursor."""
        return bool(self.lanes.awaited) or not self._is_counted

    def title(self) -> str:
        """Return the moment of the cursor, and how many were publishing then."""
        if self._window is None or self.moment is None:
            return ""
        at = in_zone(self.moment, self._times.zone)
        return f"{at:%H:%M:%S}: {self._told(self.moment)}"

    def _read(self) -> str:
        """Say of how many the lanes tell: "all 40 read", "15 of 40 read"."""
        log = self._scan.log
        if log.is_all_read:
            return f"all {log.participants_known:,} read"
        return f"{log.participants_read:,} of {log.participants_known:,} read"

    def _told(self, moment: datetime) -> str:
        """Say how many were publishing in the second of a moment, once that is counted."""
        if not self._is_counted:
            return "counting"
        read_to = self._counts.read_to()
        if read_to is not None and moment >= read_to:
            at = in_zone(read_to, self._times.zone)
            return f"not known after {at:%H:%M:%S}, when the events were read"
        first = to_microseconds(moment) // SECOND * SECOND
        level = self._counts.publishers.level(first, first + SECOND - 1)
        if not level.possible and not self._scan.log.participants_read:
            return "nobody read to the end yet"
        unsure = f" to {level.possible}" if level.possible > level.certain else ""
        least = "" if self._is_whole and self._scan.log.is_all_read else "at least "
        return f"{least}{level.certain}{unsure} of {PUBLISHER_LIMIT} publishing{self._replicas()}"

    def _replicas(self) -> str:
        """Say how many of those that publish for certain are replicas; empty for none.

        Also while the rows are still those of another moment.
        """
        if self._arranged_at != self.moment:
            return ""
        count = sum(self._sections.get(one) is Section.PUBLISHING for one in self._copies)
        return f" ({count} a replica)" if count == 1 else f" ({count} replicas)" if count else ""

    def _column(self, columns: int) -> int | None:
        if self._window is None or self.moment is None:
            return None
        return self._window.column_of(self.moment, columns)

    # Commands.

    def pause(self) -> str:
        """Pause the reading, or go on. Returns why it cannot go on; empty when it can."""
        return pause_or_go_on(self._scan)

    def move(self, cells: int, width: int) -> bool:
        """Move the cursor in time; the window follows. Returns whether the order is to be made."""
        window, columns = self._window, self.columns(width)
        if window is None or self.moment is None:
            return False
        return self.go_to(self.moment + (window.end - window.start) / columns * cells)

    def go_to(self, moment: datetime) -> bool:
        """Move the cursor to a moment; the window follows. Returns whether to order the lanes."""
        self.moment, window = moment, self._window
        if window is not None and not window.start <= moment <= window.end:
            self._is_fitted = False
            self._window = window.centred(moment)
        if len(self._listed) > _AT_ONCE:
            self._arranging = None
            return True
        self._arrange()
        return False

    def zoom(self, factor: float) -> None:
        """Show less time, or more, around the cursor."""
        if self._window is not None:
            self._is_fitted = False
            self._window = self._window.zoom(factor, self.moment)

    @property
    def is_fitted(self) -> bool:
        """Whether the whole session is shown."""
        return self._is_fitted

    def fit(self) -> None:
        """Show the whole session."""
        self._is_fitted = True
        self.work(0)

    def sort(self) -> None:
        """Order the lanes another way: by state, by errors, by joining."""
        ways = list(LaneSorting)
        self.sorting = ways[(ways.index(self.sorting) + 1) % len(ways)]
        self._list_everybody()
        self._arrange()

    def next_plot(self) -> None:
        """Show the next plot: publishers, events, errors, none."""
        self._plot = (self._plot + 1) % len(_PLOTS)


@lru_cache(_KEPT_LINES)
def _lane_line(
    name: str, sign: str, cells: str, cursor: int | None, *, section: Section, errors: int
) -> Line:
    """Draw a lane: while others are made around it, it stays what it is."""
    label = pad(clip(name, LABEL_CELLS - 1 - len(sign)) + sign, LABEL_CELLS)
    lane = (Span(label), *lane_cells(cells, cursor), Span(" "), _THEN[section])
    if not errors:
        return lane
    return (*lane, Span(f"{errors:>{len(_RIGHT_TITLES) - 2},}", Role.ERROR))
