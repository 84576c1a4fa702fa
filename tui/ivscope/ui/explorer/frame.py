"""Frame: header, status line and footer, from what the provider and the panes say."""

from collections.abc import Mapping
from datetime import datetime

from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.render.bars import Budget, Crumb, ListStatus, footer_line, header_line, status_line
from ivscope.settings.commands import footer_hints
from ivscope.ui.explorer.detail import Detail
from ivscope.ui.explorer.list_status import budget
from ivscope.ui.explorer.status_area import StatusArea
from ivscope.ui.time_display import TimeDisplay
from ivscope.ui.widgets.canvas import LineBar
from ivscope.workspace.launch import Launch, RecordingStatus
from ivscope.workspace.place import Place


class Frame:
    """Three lines around the panes. Drawing them again sends only what changed."""

    def __init__(
        self,
        provider: StageDataProvider,
        detail: Detail,
        clock: TimeDisplay,
        launch: Launch,
        keys: Mapping[str, str],
    ) -> None:
        self._provider = provider
        self._detail = detail
        self._clock = clock
        self._launch = launch
        self._keys = keys
        self.header = LineBar(id="header")
        self.footer = LineBar(id="footer")

    def draw(
        self,
        place: Place,
        status: ListStatus,
        running: str,
        area: StatusArea,
        width: int,
        *,
        moment: datetime | None = None,
    ) -> bool:
        """Draw all three.

        Args:
            place: Where the reader is.
            status: Of the list that the keys act on.
            running: What runs by itself, for the status line.
            area: Shows the status line.
            width: Cells.
            moment: Time of the event under the cursor; a zone without a name is its offset then.

        Returns:
            Whether the call meter stands above zero and will fall by itself.
        """
        now: datetime = self._clock.now()
        zone = self._clock.zone_name(moment)
        crumbs = self._detail.where(place, self._launch.label, now)
        if self._launch.keeper is not None:
            crumbs = (crumbs[0], _keeping(self._launch.keeper), *crumbs[1:])
        self.header.show(header_line(crumbs, zone, width))
        activity = self._provider.activity()
        calls = budget(activity) if self._provider.has_service else Budget(0, 0)
        area.show_status(status_line(status, calls, running, width))
        first = ("read.again",) if status.failure is not None and status.can_retry else ()
        hints = footer_hints(place.level.name, self._keys, first)
        self.footer.show(footer_line(hints, width))
        return bool(activity.used or activity.throttled_seconds)


def _keeping(keeper: RecordingStatus) -> Crumb:
    """That everything read is saved, or that something was not."""
    if keeper.lost:
        return Crumb(f"NOT RECORDED: {keeper.lost:,} ({keeper.failure})", "NOT RECORDED")
    return Crumb(f"REC {keeper.path.name}", "REC")
