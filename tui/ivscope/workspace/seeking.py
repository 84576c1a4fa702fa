"""Seeking: reading pages until something is found, and saying what was read when it is not."""

from collections.abc import Callable

from ivscope.domain.durations import duration
from ivscope.domain.frozen import slotted
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.read_all import ReadAll
from ivscope.workspace.event_list import EventList
from ivscope.workspace.event_stream import ParticipantStream


@slotted
class _Sought:
    what: str
    find: Callable[[], int | None]
    is_nowhere: Callable[[], bool]
    arrived: Callable[[int], None]
    pages: ReadAll | None
    """Reads the pages of one participant; None where a scan reads by itself."""


class Seeking:
    """One search at a time in the events on screen."""

    def __init__(
        self,
        provider: StageDataProvider,
        say: Callable[[str], None],
        move_to: Callable[[int], None],
    ) -> None:
        self._provider = provider
        self._say = say
        self._move_to = move_to
        self._sought: _Sought | None = None

    def stop(self) -> bool:
        """Stop. Returns whether something was looked for."""
        was_seeking, self._sought = self._sought is not None, None
        return was_seeking

    def text(self, event_list: EventList) -> str | None:
        """Say what is looked for and how long that can take at most; None for nothing."""
        sought, stream = self._sought, event_list.stream
        if sought is None:
            return None
        if sought.pages is None or not isinstance(stream, ParticipantStream):
            return sought.what
        eta = sought.pages.eta(self._provider.clock.monotonic(), *stream.bounds)
        return sought.what if eta is None else f"{sought.what} (at most about {duration(eta)})"

    def seek(
        self,
        event_list: EventList,
        what: str,
        find: Callable[[], int | None],
        is_nowhere: Callable[[], bool],
        arrived: Callable[[int], None] | None = None,
    ) -> None:
        """Go to the row that `find` returns, reading pages until it does.

        Args:
            event_list: The list to look in.
            what: What is looked for, such as "next error".
            find: Returns the row where it is; None while it is not read.
            is_nowhere: Returns whether there is none in all that was read, above the cursor too.
            arrived: Called with the row when it is found; None to put the cursor on it.
        """
        self._sought = None
        arrived = arrived or self._move_to
        row = find()
        if row is not None:
            arrived(row)
        elif not event_list.stream.may_go_on:
            self._say(_honest_end(what, event_list, is_nowhere))
        else:
            stream, pages = event_list.stream, None
            if isinstance(stream, ParticipantStream):
                pages = ReadAll(self._provider, stream.feed)
                pages.step()
            self._sought = _Sought(what, find, is_nowhere, arrived, pages)

    def go_on(self, event_list: EventList) -> None:
        """Look again, since a page came or reading stopped."""
        sought, stream = self._sought, event_list.stream
        is_paging = isinstance(stream, ParticipantStream)
        if sought is None or (is_paging and stream.is_busy):
            return
        while event_list.view.work(1.0):
            pass
        row = sought.find()
        if row is not None:
            self._sought = None
            sought.arrived(row)
        elif stream.failure is not None:
            self._sought = None
        elif not stream.may_grow:
            self._sought = None
            self._say(_honest_end(sought.what, event_list, sought.is_nowhere))
        elif sought.pages is not None:
            sought.pages.step()


def _honest_end(what: str, event_list: EventList, is_nowhere: Callable[[], bool]) -> str:
    """Say what was not found, where, and how much was read."""
    count = f"{len(event_list.stream.items):,}"
    hidden = f" (filter: {event_list.filter_shown})" if event_list.hides else ""
    if event_list.stream.failure is not None:
        return f"no {what} further down in the {count} events read; reading stopped at a failure"
    if not event_list.stream.is_complete:
        return f"no {what} further down in the {count} events read so far{hidden}"
    if not hidden and is_nowhere():
        return f"no {what} in all {count} events"
    return f"no {what} further down; all {count} events are read{hidden}"
