"""Frame: header, status line and footer, from what the provider and the panes say."""

from datetime import datetime

from ivscope.render.bars import Budget, Crumb, footer_line, header_line, status_line
from ivscope.settings.commands import View, footer_hints
from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.detail import Detail
from ivscope.ui.explorer.list_status import budget
from ivscope.ui.widgets.canvas import LineBar
from ivscope.workspace.launch import RecordingStatus


class Frame:
    """Three lines around the panes. Drawing them again sends only what changed."""

    def __init__(self, context: ExplorerContext, detail: Detail) -> None:
        self._context = context
        self._detail = detail
        self.header = LineBar(id="header")
        self.footer = LineBar(id="footer")

    def draw(self, running: str, width: int) -> bool:
        """Draw all three.

        Args:
            running: The state of what runs; empty when nothing does.
            width: Of the screen.

        Returns:
            Whether the call meter stands above zero and will fall by itself.
        """
        context, provider, launch = self._context, self._context.provider, self._context.launch
        place, clock = context.here, context.clock
        status = context.pane.status() if context.is_reading else context.picker.status()
        now = clock.now()
        event = context.pane.event if context.is_reading else None
        moment = event.time if event is not None and isinstance(event.time, datetime) else None
        zone = clock.zone_name(moment)
        crumbs = self._detail.where(place, launch.label, now)
        if launch.keeper is not None:
            crumbs = (crumbs[0], _keeping(launch.keeper), *crumbs[1:])
        self.header.show(header_line(crumbs, zone, width))
        activity = provider.activity()
        calls = budget(activity) if provider.has_service else Budget(0, 0)
        context.status.show_status(status_line(status, calls, running, width))
        first = ("read.again",) if status.failure is not None and status.can_retry else ()
        hints = footer_hints(View[place.level.name], context.keys, first)
        self.footer.show(footer_line(hints, width))
        return bool(activity.used or activity.throttled_seconds)


def _keeping(keeper: RecordingStatus) -> Crumb:
    """That everything read is saved, or that something was not."""
    if keeper.lost:
        return Crumb(f"NOT RECORDED: {keeper.lost:,} ({keeper.failure})", "NOT RECORDED")
    return Crumb(f"REC {keeper.path.name}", "REC")
