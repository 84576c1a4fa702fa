"""EventList: what the reader made of one participant's events: filter, search, marks, place."""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from ivscope.analysis.event_view import EventView
from ivscope.analysis.filter_parser import parse_filter
from ivscope.analysis.filters import Filter
from ivscope.analysis.spans import Spans
from ivscope.workspace.event_stream import EventStream

_ERRORS = "error:yes"


@dataclass(slots=True, eq=False)
class EventList:
    """Kept while the program runs, so that coming back finds everything as it was left."""

    stream: EventStream
    view: EventView
    spans: Spans
    marks: set[int] = field(default_factory=set)
    """Positions of marked events."""
    zero: datetime | None = None
    """Where time is counted from, set by the reader."""
    filter_text: str = ""
    filter_is_on: bool = True
    errors_only: bool = False
    search_text: str = ""
    cursor: int = 0
    """Row, while another place is shown."""
    top: int = 0

    @classmethod
    def of(cls, stream: EventStream) -> "EventList":
        """All events of a stream, in the order returned."""
        return cls(stream, EventView(stream.items), Spans(stream.items))

    def take_log(self) -> None:
        """Look at the present log: it is another one after a restart."""
        if self.view.log is not self.stream.items:
            self.view.reset(self.stream.items)
            self.spans = Spans(self.stream.items)
            self.marks.clear()

    @property
    def hides(self) -> bool:
        """Whether a filter hides events."""
        return self.errors_only or bool(self.filter_text and self.filter_is_on)

    @property
    def filter_shown(self) -> str:
        """What hides events, as the status line says it; empty for nothing."""
        parts = [self.filter_text] if self.filter_text and self.filter_is_on else []
        return " ".join((*parts, *(["errors only"] if self.errors_only else [])))

    def filter_by(self, text: str, zone: tzinfo, now: datetime) -> None:
        """Show only events that match; an empty text shows all.

        Raises:
            FilterError: The text is no filter; nothing changed.
        """
        self._apply(text, zone, now, errors_only=self.errors_only, is_on=True)
        self.filter_text, self.filter_is_on = text.strip(), True

    def toggle_filter(self, zone: tzinfo, now: datetime) -> None:
        """Switch the filter off, or on again."""
        is_on = not self.filter_is_on
        self._apply(self.filter_text, zone, now, errors_only=self.errors_only, is_on=is_on)
        self.filter_is_on = is_on

    def toggle_errors(self, zone: tzinfo, now: datetime) -> None:
        """Show errors only, or all."""
        errors_only = not self.errors_only
        self._apply(self.filter_text, zone, now, errors_only=errors_only, is_on=self.filter_is_on)
        self.errors_only = errors_only

    def show_all(self, zone: tzinfo, now: datetime) -> None:
        """Switch filter and errors-only off; the filter's text is kept for switching it on."""
        self._apply(self.filter_text, zone, now, errors_only=False, is_on=False)
        self.errors_only = self.filter_is_on = False

    def sort(self, *, by_time: bool) -> None:
        """Sort oldest first, or show the order returned."""
        self.view.set_by_time(by_time)

    @property
    def by_time(self) -> bool:
        """Whether rows are sorted by time."""
        return self.view.by_time

    def _apply(
        self, text: str, zone: tzinfo, now: datetime, *, errors_only: bool, is_on: bool
    ) -> None:
        parts = ([_ERRORS] if errors_only else []) + ([text] if is_on and text.strip() else [])
        wanted = parse_filter(" ".join(parts), zone=zone, now=now) if parts else None
        self.view.set_filter(wanted)

    def search_for(self, text: str, zone: tzinfo, now: datetime) -> None:
        """Find events that match; an empty text finds none.

        Raises:
            FilterError: The text is no filter; nothing changed.
        """
        wanted: Filter | None = None
        if text.strip():
            wanted = parse_filter(text, zone=zone, now=now)
        self.view.set_search(wanted)
        self.search_text = text.strip()
