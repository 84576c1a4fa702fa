"""The real explorer over a provider that has read any number of events already.

    python -m benchmarks.filled_explorer ROWS [PAGES_PER_SECOND | everybody | unordered]

With a second number, pages of 100 keep arriving at that rate, decoded from JSON on the way. With
"everybody", the events are those of a session of many, and the explorer begins with its list of
participants. With "unordered", those of one participant come as a service may return them: parts
that are in order by themselves, one event of each in turn.
"""

import gc
import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread
from typing import ClassVar, cast

from ivscope.settings.configuration import Configuration
from ivscope.terminal.settings import toolkit_settings

# Textual reads them when it is imported; the imports below follow the settings.
os.environ.update(toolkit_settings(os.environ))

from textual.widget import Widget
from textual.widgets import Static

from benchmarks.generated_events import PAGE, VIEWER, made
from ivscope.domain import calls, events
from ivscope.domain.calls import GetCall, Item, ListCall, Value
from ivscope.domain.clock import SYSTEM_CLOCK
from ivscope.domain.events import Event
from ivscope.domain.pages import Cursor, Page
from ivscope.domain.stages import (
    Participant,
    ParticipantScope,
    ParticipantSummary,
    Stage,
    StageSession,
)
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.render.event_json import raw_json
from ivscope.render.time_display import TimeDisplay
from ivscope.sources.decoding import decode_event
from ivscope.ui.driver import PlainApp, QuickDriver
from ivscope.ui.explorer.screen import ExplorerScreen
from ivscope.ui.stylesheets import STYLESHEETS, stylesheet
from ivscope.workspace.jobs import Jobs, UiThread
from ivscope.workspace.launch import Launch
from ivscope.workspace.place import Place

STAGE = "arn:aws:ivs:us-east-1:123456789012:stage/benchmarks00"
SESSION = "st-benchmarks000"
_VIEWED = ParticipantScope(STAGE, SESSION, VIEWER)
"""Whose events are on screen."""

_FACTS: dict[object, object] = {
    calls.stage(STAGE): Stage(STAGE),
    calls.session(_VIEWED.session): StageSession(SESSION),
    calls.participant(_VIEWED): Participant(ParticipantSummary(VIEWER, "nina")),
}
_FILLING_PAGE = 50_000
"""Items of a page while the log is filled: few enough to be held as objects for a moment."""

_UNORDERED_PARTS = 5
"""Parts of an unordered list whose events come in turn: neighbours are days apart."""

_UNBOUND = 100_000
_UNPACED = RateLimiter(demand=99)


class EndlessSource:
    """Serves huge pages up to a number of rows, then pages of the size that the service sends."""

    def __init__(self, rows: int, *, endless: bool, parts: int = 1) -> None:
        self._rows = rows
        self._endless = endless
        self._parts = parts
        self._wire = json.dumps([json.loads(raw_json(event)) for event in made(0, PAGE)])

    def read_page(self, call: ListCall[Item], cursor: Cursor | None) -> Page[Item]:
        """The next page of events; every other list is empty."""
        if call.operation != calls.events(_VIEWED).operation:
            return Page(())
        return cast("Page[Item]", self._next_page(int(cursor or 0)))

    def _next_page(self, first: int) -> Page[Event]:
        if first >= self._rows:
            return Page(tuple(map(decode_event, json.loads(self._wire))), Cursor(f"{first + PAGE}"))
        following = min(first + _FILLING_PAGE, self._rows)
        goes_on = self._endless or following < self._rows
        items = tuple(self._made(first, following))
        return Page(items, Cursor(str(following)) if goes_on else None)

    def _made(self, first: int, stop: int) -> Iterator[Event]:
        """Make events `first` to below `stop`; of several parts one event each in turn."""
        if self._parts == 1:
            yield from made(first, stop - first)
            return
        in_part = -(-self._rows // self._parts)
        for at in range(first, stop):
            yield from made(at % self._parts * in_part + at // self._parts, 1)

    def read_fact(self, call: GetCall[Value]) -> Value:
        """The one stage, session or participant.

        Raises:
            KeyError: The explorer reads another fact, which this source has to learn.
        """
        return cast("Value", _FACTS[call])


_MOST_PEOPLE = 997
_LEAST_EACH = 100
"""Participants of a session, and about how many events of each there are at least. Prime numbers of
them share errors and exchanges out evenly."""

_PUBLISHING = 12
"""How many of them publish."""

_FIRST = next(iter(made(0, 1))).time


class CrowdSource:
    """Serves a session that has ended, its events shared out among many participants."""

    def __init__(self, rows: int) -> None:
        count = min(_MOST_PEOPLE, rows // _LEAST_EACH + 1)
        self.ids = [f"participant{number:04}" for number in range(count)]
        self._rows = rows

    def read_page(self, call: ListCall[Item], cursor: Cursor | None) -> Page[Item]:  # noqa: ARG002 - one page each
        """Everybody, or all events of one of them; every other list is empty."""
        if call == calls.participants(_VIEWED.session):
            rows = [
                ParticipantSummary(one, f"user of {one}", first_join_time=_FIRST)
                for one in self.ids
            ]
            return cast("Page[Item]", Page(tuple(rows)))
        if isinstance(call.scope, ParticipantScope) and call == calls.events(call.scope):
            return cast("Page[Item]", Page(tuple(self._events(call.scope.participant_id))))
        return Page(())

    def _events(self, participant_id: str) -> Iterator[Event]:
        number, step = self.ids.index(participant_id), len(self.ids)
        count = len(range(number, self._rows, step))
        began = [events.JOINED, *([events.PUBLISH_STARTED] if number < _PUBLISHING else [])]
        for at, event in enumerate(made(number, count, step=step, of_whom=participant_id)):
            is_begin = at < len(began)
            yield Event(began[at], participant_id, event.time) if is_begin else event

    def read_fact(self, call: GetCall[Value]) -> Value:
        """The one stage or session.

        Raises:
            KeyError: The explorer reads another fact, which this source has to learn.
        """
        ended = StageSession(SESSION, _FIRST, datetime(2026, 12, 24, tzinfo=UTC))
        return cast("Value", ended if call == calls.session(_VIEWED.session) else _FACTS[call])


class FilledExplorer(PlainApp):
    """The explorer as the real app shows it."""

    CSS_PATH: ClassVar = [stylesheet(name) for name in STYLESHEETS]
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None

    def __init__(self, provider: StageDataProvider, place: Place) -> None:
        super().__init__(driver_class=QuickDriver)
        self._provider = provider
        self._place = place
        ui = UiThread(self.call_later, self.call_after, lambda: self.typed)
        self._jobs = Jobs(SYSTEM_CLOCK, ui, self._crash)

    def _crash(self, error: Exception) -> None:
        raise error

    def compose(self) -> Iterator[Widget]:
        """Make what the explorer covers."""
        yield Static("")

    def on_mount(self) -> None:
        """Open the events."""
        explorer = ExplorerScreen(
            self._provider,
            times=TimeDisplay(UTC, lambda: datetime.now(UTC)),
            launch=Launch(label="benchmark", start=lambda: self._place),
            configuration=Configuration(),
            jobs=self._jobs,
        )
        explorer.expect(self.size)
        self.push_screen(explorer)
        gc.freeze()  # as the real app does: what is loaded by now is never garbage


def main(rows: int, pages_per_second: float, parts: int = 1) -> None:
    endless = pages_per_second > 0
    source = EndlessSource(rows, endless=endless, parts=parts)
    provider = StageDataProvider(lambda: source, rate_limiter=_UNPACED)
    feed = provider.events(_VIEWED)
    while len(feed.items) < rows:
        provider.read_more(feed)
        time.sleep(0.001)

    def go_on() -> None:
        while True:
            time.sleep(1 / pages_per_second)
            provider.read_more(feed)

    if endless:
        Thread(target=go_on, daemon=True).start()
    FilledExplorer(provider, Place(STAGE, SESSION, VIEWER)).run(mouse=False)


def scanned(rows: int) -> StageDataProvider:
    """Read all events of a session of many."""
    source = CrowdSource(rows)
    provider = StageDataProvider(
        lambda: source, rate_limiter=RateLimiter(demand=_UNBOUND, background=_UNBOUND)
    )
    provider.read(provider.session(_VIEWED.session))
    scan = provider.scan(_VIEWED.session)
    scan.start()
    while scan.is_running:
        time.sleep(0.01)
    return provider


if __name__ == "__main__":
    if sys.argv[2:] == ["everybody"]:
        everybody = scanned(int(sys.argv[1]))
        FilledExplorer(everybody, Place(STAGE, SESSION)).run(mouse=False)
    elif sys.argv[2:] == ["unordered"]:
        main(int(sys.argv[1]), 0, _UNORDERED_PARTS)
    else:
        main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0)
