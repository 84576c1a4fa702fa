"""The real explorer over a provider that holds any number of events already.

    python -m benchmarks.filled_explorer ROWS [PAGES_PER_SECOND]

With a second number, pages of 100 keep arriving at that rate, decoded from JSON on the way.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread
from typing import ClassVar

from ivscope.settings.configuration import Configuration, effective_keys
from ivscope.terminal.settings import toolkit_settings

# Textual reads them when it is imported; the imports below follow the settings.
os.environ.update(toolkit_settings(os.environ, Configuration().theme))

from ivscope.domain.clock import SYSTEM_CLOCK
from ivscope.domain.events import Event
from ivscope.domain.ingest import IngestConfiguration
from ivscope.domain.pages import Cursor, Page
from ivscope.domain.stages import (
    Participant,
    ParticipantFilter,
    ParticipantReplica,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    Stage,
    StageSession,
    StageSummary,
)
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.render.event_json import raw_json
from ivscope.sources.decoding import decode_event
from ivscope.ui.driver import QuickDriver
from ivscope.ui.explorer.screen import ExplorerScreen
from ivscope.ui.stylesheets import STYLESHEETS, stylesheet
from ivscope.ui.time_display import TimeDisplay
from ivscope.workspace.jobs import Jobs, UiThread
from ivscope.workspace.launch import Launch
from ivscope.workspace.place import Place
from textual.app import App
from textual.widget import Widget
from textual.widgets import Static

from benchmarks.generated_events import PAGE, VIEWER, made

STAGE = "arn:aws:ivs:us-east-1:123456789012:stage/benchmarks00"
SESSION = "st-benchmarks000"
_FILLING_PAGE = 50_000
"""Items of a page while the log is filled: few enough to be held as objects for a moment."""

_UNPACED = RateLimiter(demand=99)


class EndlessSource:
    """Serves huge pages until there are so many rows, then pages as the service gives them."""

    def __init__(self, rows: int, *, endless: bool) -> None:
        self._rows = rows
        self._endless = endless
        self._wire = json.dumps([json.loads(raw_json(event)) for event in made(0, PAGE)])

    def list_events(self, _scope: ParticipantScope, cursor: Cursor | None) -> Page[Event]:
        """The next page."""
        first = int(cursor or 0)
        if first >= self._rows:
            return Page(tuple(map(decode_event, json.loads(self._wire))), Cursor(f"{first + PAGE}"))
        following = min(first + _FILLING_PAGE, self._rows)
        goes_on = self._endless or following < self._rows
        items = tuple(made(first, following - first))
        return Page(items, Cursor(str(following)) if goes_on else None)

    def get_participant(self, scope: ParticipantScope) -> Participant:
        """The one participant."""
        return Participant(ParticipantSummary(scope.participant_id, "nina"))

    def list_stages(self, _cursor: Cursor | None) -> Page[StageSummary]:
        """Nothing."""
        return Page(())

    def list_sessions(self, _stage_arn: str, _cursor: Cursor | None) -> Page[StageSession]:
        """Nothing."""
        return Page(())

    def list_participants(
        self,
        _session: SessionScope,
        _narrowed: ParticipantFilter | None,
        _cursor: Cursor | None,
    ) -> Page[ParticipantSummary]:
        """Nothing."""
        return Page(())

    def list_replicas(
        self, _source_stage_arn: str, _participant_id: str, _cursor: Cursor | None
    ) -> Page[ParticipantReplica]:
        """Nothing."""
        return Page(())

    def list_ingest_configurations(
        self, _stage_arn: str, _cursor: Cursor | None
    ) -> Page[IngestConfiguration]:
        """Nothing."""
        return Page(())

    def get_stage(self, stage_arn: str) -> Stage:
        """The one stage."""
        return Stage(stage_arn)

    def get_session(self, session: SessionScope) -> StageSession:
        """The one session."""
        return StageSession(session.session_id)


class FilledExplorer(App[None]):
    """The explorer as the real app shows it."""

    CSS_PATH: ClassVar = [stylesheet(name) for name in STYLESHEETS]
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None

    def __init__(self, provider: StageDataProvider) -> None:
        super().__init__(driver_class=QuickDriver)
        self._provider = provider
        ui = UiThread(self.call_later, lambda *timer: self.set_timer(*timer).stop)
        self._jobs = Jobs(SYSTEM_CLOCK, ui, self._crash)

    def _crash(self, error: Exception) -> None:
        raise error

    def compose(self) -> Iterator[Widget]:
        """What the explorer covers."""
        yield Static("")

    def on_mount(self) -> None:
        """Open the events."""
        self.push_screen(
            ExplorerScreen(
                self._provider,
                clock=TimeDisplay(UTC, lambda: datetime.now(UTC)),
                launch=Launch(label="benchmark", start=lambda: Place(STAGE, SESSION, VIEWER)),
                keys=effective_keys(Configuration()),
                jobs=self._jobs,
            )
        )


def main(rows: int, pages_per_second: float) -> None:
    endless = pages_per_second > 0
    source = EndlessSource(rows, endless=endless)
    provider = StageDataProvider(lambda: source, rate_limiter=_UNPACED)
    feed = provider.events(ParticipantScope(STAGE, SESSION, VIEWER))
    while len(feed.items) < rows:
        provider.read_more(feed)
        time.sleep(0.001)

    def go_on() -> None:
        while True:
            time.sleep(1 / pages_per_second)
            provider.read_more(feed)

    if endless:
        Thread(target=go_on, daemon=True).start()
    FilledExplorer(provider).run(mouse=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0)
