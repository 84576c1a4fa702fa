"""Feeds as the status line and the tail of a list show them."""

from typing import Any

from tui.presentation.bars import Budget, ListStatus
from tui.provider.calls import Activity
from tui.provider.event_log import EventLog
from tui.provider.feed import Feed, FeedState
from tui.provider.order import OrderLabel
from tui.screens import picking
from tui.screens.place import Level

_EMPTY_EVENTS = (
    "No events returned for this participant.",
    "The API answers so for unknown ids too; how long it keeps events is not documented.",
    "Not all errors cause events: client network and token signature errors do not.",
)


def list_status(feed: Feed[Any], level: Level, shown: int | None = None) -> ListStatus:
    """A feed's state for the reader.

    Args:
        feed: The feed.
        level: Of the place that lists it.
        shown: Rows that a narrowing kept, None without one.
    """
    status = feed.status
    items = feed.items
    extra: tuple[str, ...] = ()
    if isinstance(items, EventLog) and len(items):
        errors = items.error_count
        extra = (f"{errors:,} {'error' if errors == 1 else 'errors'}", items.order.value)
    return ListStatus(
        noun=picking.NOUNS.get(level, "events"),
        count=len(items),
        has_more=status.has_more,
        reading=status.state is FeedState.READING,
        waiting=status.state is FeedState.QUEUED,
        started=status.state is not FeedState.IDLE,
        failure=status.failure,
        can_restart=status.can_restart,
        shown=shown,
        extra=extra,
        empty_note=_EMPTY_EVENTS if level is Level.EVENTS else picking.empty_note(level),
    )


def is_newest_first(feed: Feed[Any]) -> bool:
    """Whether the event before a row, in time, stands below it."""
    return isinstance(feed.items, EventLog) and feed.items.order is OrderLabel.NEWEST_FIRST


def budget(activity: Activity) -> Budget:
    """The provider's activity for the status line."""
    return Budget(activity.used, activity.budget, activity.throttled_seconds)
