"""WhoCommand: `:who USER` says what looking on other stages costs, asks, looks, and leads there."""

from datetime import tzinfo
from math import ceil
from typing import TYPE_CHECKING

from ivscope.domain.durations import round_duration
from ivscope.render.bars import in_number
from ivscope.render.cells import clip
from ivscope.render.fields import field
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import safe, safe_value
from ivscope.render.timestamps import full
from ivscope.ui.commands import Unavailable
from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.detail import DetailPane
from ivscope.ui.explorer.navigation import Navigation
from ivscope.workspace.event_stream import session_times
from ivscope.workspace.place import Place

if TYPE_CHECKING:
    from ivscope.workspace.user_search import UserSearch

_MOST_OFFERED = 9
"""Results that a digit opens."""

_NAME_CELLS = 20
"""Cells of the name of a stage beside its digit."""

_MOST_FAILURES = 3


class WhoCommand:
    """Runs one search at a time; its results stay until the next one."""

    def __init__(
        self, context: ExplorerContext, navigation: Navigation, detail: DetailPane
    ) -> None:
        self._context = context
        self._provider = context.provider
        self._navigation = navigation
        self._detail = detail
        self._search: UserSearch | None = None
        self._began_at: Place | None = None
        self._awaited: str | None = None
        """The user id to ask about when the stages are listed."""
        context.stops.append(self._stop)

    def ask(self, user_id: str) -> None:
        """Say what looking for a user id costs, and ask; without one show the last results.

        Raises:
            Unavailable: There is nothing to show, or nothing to look through.
        """
        if not user_id:
            if self._search is None:
                raise Unavailable("who takes a user id: it is looked for on the other stages")
            self._show()
            self._offer(self._search)
            return
        if self._search is not None and not self._search.is_done:
            raise Unavailable("still looking: {go.out} stops it")
        self._awaited = user_id
        self._go_on_listing(user_id)
        if self._awaited is not None:
            self._context.say("reading the list of stages, to say what it costs")

    def changed(self) -> None:
        """Called when something of the provider changed."""
        if self._awaited is not None:
            self._go_on_listing(self._awaited)
        if self._search is not None and not self._search.is_done:
            self._go_on(self._search)

    def _go_on_listing(self, user_id: str) -> None:
        provider, here, stages = self._provider, self._context.here, self._provider.stages()
        if stages.failure is not None:
            self._awaited = None
            self._context.say(f"the stages cannot be listed: {stages.failure.summary}")
            return
        is_known = here.session_id is None or provider.store.session(here.session) is not None
        session = None if is_known else provider.session(here.session)
        if session is not None and (session.failure is not None or session.value is not None):
            session = None
        if stages.is_complete and session is None:
            self._awaited = None
            self._ask(user_id)
            return
        if session is not None:
            provider.read(session)
        if not stages.is_complete and not stages.status.is_busy:
            provider.read_more(stages)

    def _ask(self, user_id: str) -> None:
        here = self._context.here.stage_arn
        arns = [row.arn for row in self._provider.stages().facts[:] if row.arn != here]
        if not arns:
            self._context.say("there is no other stage in this account and Region")
            return
        calls = sum(not self._provider.sessions(arn).pages for arn in arns)
        # Each kind of call has a rate of its own, so that the two kinds go on side by side.
        seconds = ceil(len(arns) / self._provider.background_limit)
        cost = (
            f"look: {in_number(len(arns), 'stages')}, {in_number(calls, 'calls')} and 1 for each "
            f"session, {round_duration(seconds)} or more"
        )
        self._context.status.choose("WHO", {"y": cost}, lambda _: self._begin(user_id, arns))

    def _begin(self, user_id: str, arns: list[str]) -> None:
        from ivscope.workspace.user_search import UserSearch  # noqa: PLC0415 - after the start

        here = self._context.here
        now = self._context.times.now()
        has_session = here.stage_arn is not None and here.session_id is not None
        times = session_times(self._provider, here.session, now) if has_session else None
        self._began_at = here
        self._search = UserSearch(self._provider, user_id, arns, times)
        self._show()
        self._go_on(self._search)

    def _go_on(self, search: "UserSearch") -> None:
        search.go_on()
        self._detail.show()
        self._context.show_bars()
        if search.is_done and self._context.here == self._began_at:
            self._offer(search)

    def _stop(self) -> bool:
        was_awaited, self._awaited = self._awaited is not None, None
        was_running = self._search is not None and self._search.stop()
        if was_running:
            self._detail.show()
        return was_running or was_awaited

    def _show(self) -> None:
        self._detail.show_card("Who", self._lines)

    def _offer(self, search: "UserSearch") -> None:
        """Let a digit open a participant that was found."""
        if not search.found:
            self._context.say(_outcome(search))
            return
        offered = search.found[:_MOST_OFFERED]
        names = {
            str(number): clip(self._detail.stage_name(one.place), _NAME_CELLS)
            for number, one in enumerate(offered, 1)
        }
        self._context.status.choose(
            "OPEN", names, lambda number: self._navigation.go(offered[int(number) - 1].place)
        )

    def _lines(self, width: int, zone: tzinfo) -> list[Line]:
        search = self._search
        if search is None:
            return []
        lines = field("User", (Span(safe_value(search.user_id), Role.STRONG),), width)
        lines += field("Looked", (Span(_outcome(search)),), width)
        for failure in search.failures[:_MOST_FAILURES]:
            lines += field("Failed", (Span(failure.summary, Role.WARNING),), width)
        lines.append(())
        for number, one in enumerate(search.found, 1):
            joined = full(one.row.first_join_time, zone) if one.row.first_join_time else "not given"
            place = one.place
            text = (
                f"{self._detail.stage_name(place)} {safe(place.session_id or '')} "
                f"{safe(one.row.participant_id)}, first joined {joined}"
            )
            lines += field(str(number), (Span(text),), width)
        return lines


def _outcome(search: "UserSearch") -> str:
    """Say how far it looked, and whether that is everything."""
    stages = f"{search.stages_done:,} of {in_number(search.stages, 'other stages')}"
    which = "the latest of each" if search.times is None else "at the time of this one"
    words = (
        f"{stages}, {in_number(search.sessions, 'sessions')} ({which}), "
        f"{in_number(search.calls, 'calls')}"
    )
    found = f"found {in_number(len(search.found), 'participants')}" if search.found else "not found"
    if not search.is_done:
        return f"looking: {words}; {found} so far"
    if search.is_stopped:
        return f"stopped: {words}; {found} so far"
    more = "; of the sessions of a stage the first page only" if search.has_more_sessions else ""
    failed = f"; {in_number(len(search.failures), 'lists')} not read" if search.failures else ""
    return f"{found} in {words}{failed}{more}"
