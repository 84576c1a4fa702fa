"""The commands `ivscope events` and `errors`: the events of a participant, or of everybody."""

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from ivscope.analysis.filter_parser import parse_filter
from ivscope.analysis.filters import Filter, FilterError, TextField, TextTerm, TimeTerm
from ivscope.analysis.time_input import (
    TimeInputError,
    TimeReference,
    TypedRanges,
    read_after,
    read_before,
)
from ivscope.cli.command_line import CommandError
from ivscope.cli.progress import events_read
from ivscope.cli.reading import DataCommand, RecordLimit, add_limit, add_place, command_parser
from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure, is_not_recorded
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.domain.times import EARLIEST_US, LATEST_US, to_microseconds
from ivscope.export.records import EVENTS, Record, event_record
from ivscope.provider.fetch.following import LONGEST_WAIT_SECONDS, Follower, FollowState
from ivscope.provider.store.indexes import OrderLabel
from ivscope.render.bars import in_number
from ivscope.workspace.event_list import EventList, is_dated_elsewhere
from ivscope.workspace.event_stream import ParticipantStream, SessionStream
from ivscope.workspace.jobs import Alarm

_SHORTEST_WAIT = 0.05
"""Least seconds until the next look while following."""


def run(words: Sequence[str]) -> int:
    """Print events; the exit code."""
    what = "Print the events of a participant, or without one those of everybody in the session."
    return _run("events", what, words, errors_only=False)


def run_errors(words: Sequence[str]) -> int:
    """Print errors; the exit code."""
    what = "Print the errors of a participant, or without one those of everybody in the session."
    return _run("errors", what, words, errors_only=True)


def _run(name: str, what: str, words: Sequence[str], *, errors_only: bool) -> int:
    parser = command_parser(name, what, [EVENTS])
    add_place(parser, 3)
    add_limit(parser)
    which = parser.add_argument_group("which events")
    which.add_argument("--filter", metavar="TEXT", default="", help="as & does on screen")
    which.add_argument(
        "--since", metavar="TIME", help="at or after: 20:36, 2026-11-23 20:36, -1h30m"
    )
    which.add_argument("--until", metavar="TIME", help="before this time")
    which.add_argument(
        "--follow", action="store_true", help="go on with new ones while the session is live"
    )
    options = parser.parse_args(words)
    command = DataCommand(name, options)
    if options.follow and not command.provider.may_grow:
        raise CommandError("a recording does not grow: it cannot be followed")
    scope = command.participant()
    return Printing(command, scope, options, errors_only=errors_only).run()


class Printing:
    """Reads the events of one participant or of everybody, and prints those that are wanted."""

    def __init__(
        self,
        command: DataCommand,
        scope: SessionScope | ParticipantScope,
        options: argparse.Namespace,
        *,
        errors_only: bool,
        around: Callable[[TimeReference], Filter] | None = None,
        told: Callable[[Sequence[Event]], str] = lambda _: "",
    ) -> None:
        """Prepare, and read nothing yet.

        Args:
            command: The running command.
            scope: One participant, or everybody in a session.
            options: `filter`, `since`, `until`, `follow`, `limit` and `all`, as `run` has them.
            errors_only: Whether only errors are wanted.
            around: Makes a filter that narrows the events further.
            told: Says of the events that were printed what to add to the last words.
        """
        self._around = around
        self._told = told
        self._printed: list[Event] = []
        self._began_at = command.count
        """Records that were printed before."""
        self._command = command
        self._scope = scope
        self._options = options
        self._errors_only = errors_only
        self._reader, self._provider = command.reader, command.provider
        self._limit = RecordLimit.of(options)
        self._is_cut = False
        """Whether events that are wanted were left out because of the limit."""
        self._taken = 0
        """Rows, or while following positions, that were looked at."""
        self._is_following = False
        self._session = scope if isinstance(scope, SessionScope) else scope.session
        self.stream: ParticipantStream | SessionStream
        if isinstance(scope, ParticipantScope):
            self.stream = ParticipantStream(command.provider, scope)
        else:
            self.stream = SessionStream(command.provider, scope)
        self._list = EventList.of(self.stream)

    def run(self) -> int:
        """Read and print; the exit code."""
        command = self._command
        self._filter()
        try:
            if isinstance(self.stream, SessionStream):
                self._read_everybody(self.stream)
            elif isinstance(self._scope, ParticipantScope):
                self._read_one(self._scope, self.stream)
        except KeyboardInterrupt:
            if self._is_following:
                self._print_new()
            else:
                self._print_rows()
            return command.interrupted(self._words())
        is_all = self._is_all_read() and not self._is_cut
        return command.end(self._words(), is_complete=is_all, is_wanted=self._limit.is_wanted)

    def _filter(self) -> None:
        """Filter the list. Reads the session where it dates what was typed."""
        wanted = self._typed_filter()
        is_dated = not any(map(is_dated_elsewhere, wanted.times))
        if not is_dated and self._reader.read_times(self._session):
            wanted = self._typed_filter()
        self._list.use_filter(wanted.errors_only() if self._errors_only else wanted)

    def _typed_filter(self) -> Filter:
        now, options = self._command.now(), self._options
        reference = TimeReference(self._command.zone, now, session=self.stream.session_times(now))
        try:
            wanted = parse_filter(options.filter, reference)
            for typed, read in ((options.since, read_after), (options.until, read_before)):
                if typed is not None:
                    wanted = wanted.and_also(Filter("", (TimeTerm(read(typed, reference)),)))
            if self._around is not None:
                wanted = wanted.and_also(self._around(reference))
        except (FilterError, TimeInputError) as error:
            raise CommandError(str(error)) from error
        return wanted

    # Reading.

    def _read_one(self, scope: ParticipantScope, stream: ParticipantStream) -> None:
        command, feed = self._command, stream.feed
        command.progress.tell(lambda: f"reading: {len(feed.items):,} events")
        fact = self._provider.participant(scope)
        self._provider.read(fact)
        self._reader.read(feed)
        # Every event has the user id, which came beside the first page.
        self._reader.wait_until(lambda: not fact.status.is_busy)
        if is_not_recorded(fact.failure):
            self._reader.read_list(self._provider.participants(self._session))
        if self._asks_user:
            self._list.take_user()
            self._note("the user id", fact.failure)
        if feed.failure is None:
            self._reader.read_list(feed, self._is_enough)
        self._print_rows()
        self._note("the events", feed.failure)
        is_nobody = fact.failure is not None and fact.failure.kind is FailureKind.NOT_FOUND
        if is_nobody and not feed.items:
            self._note("the participant; a user id goes behind --user", fact.failure)
        if self._options.follow and feed.failure is None:
            self._follow_one(scope, stream)

    def _read_everybody(self, stream: SessionStream) -> None:
        scan = stream.scan
        self._command.read_session(scan, "reading")
        # Events come participant by participant, and people ask for the first ones in time.
        self._list.sort(by_time=True)
        self._print_rows()
        if self._options.follow and scan.failure is None:
            self._follow_everybody(stream)

    def _note(self, what: str, failure: ProviderFailure | None) -> None:
        if failure is not None:
            self._command.failures[what] = failure

    @property
    def _asks_user(self) -> bool:
        return any(
            isinstance(term, TextTerm) and term.field is TextField.USER
            for term in self._list.filter.terms
        )

    def _is_enough(self) -> bool:
        self._print_rows()
        return self._is_cut or self._is_full or self._is_past_range()

    def _is_past_range(self) -> bool:
        """Whether all events to come lie outside the times that are wanted."""
        log = self.stream.items
        edge_us = log.last_time_us
        if edge_us is None:
            return False
        typed = self._list.filter.times
        if log.order is OrderLabel.NEWEST_FIRST:
            return any(edge_us < first for first, _ in map(_bounds, typed))
        return log.order is OrderLabel.OLDEST_FIRST and any(
            edge_us > last for _, last in map(_bounds, typed)
        )

    def _is_all_read(self) -> bool:
        if isinstance(self.stream, SessionStream):
            return self.stream.is_complete
        return self.stream.feed.is_complete or self._is_past_range()

    # Printing.

    @property
    def _is_full(self) -> bool:
        most = self._limit.most
        return most is not None and self._command.count >= most

    @property
    def _count(self) -> int:
        """How many events were printed."""
        return self._command.count - self._began_at

    def _print(self, positions: Iterable[int]) -> None:
        self._command.print(self._records(positions))

    def _records(self, positions: Iterable[int]) -> Iterator[Record]:
        """Yield the records of events; those beyond the limit are cut off."""
        for position in positions:
            if self._is_full:
                self._is_cut = True
                return
            event = self.stream.items[position]
            user_id = self.stream.user_of(event.participant_id or "")
            if self._around is not None:
                self._printed.append(event)
            yield event_record(event, self._scope, user_id)

    def _print_rows(self) -> None:
        """Print the rows that came since the last time."""
        view = self._list.view
        while view.work(1.0):
            pass
        start, self._taken = self._taken, len(view)
        self._print(view.positions(start, len(view)))

    def _words(self) -> str:
        """Say whose events were read, how many, and how many were printed.

        "All read" only where the list has ended.
        """
        count, looked_at = self._count, len(self.stream.items)
        is_read = self.stream.is_complete
        words = events_read(looked_at, self._command.failures, is_all=is_read)
        if looked_at != count:
            printed = in_number(count, "errors") if self._errors_only else f"{count:,}"
            words = f"{printed} of {words}"
        if self._is_cut:
            words += "; more of them match"
        elif not is_read and self._is_past_range():
            words += "; what follows lies outside the times asked for"
        words += self._told(self._printed)
        whose = self.stream.coverage
        return f"{whose}: {words}" if whose else words

    # Following.

    def _print_new(self) -> None:
        """Print what came since the last time, by time."""
        view, log = self._list.view, self.stream.items
        while view.work(1.0):
            pass
        start, self._taken = self._taken, len(log)
        new = [at for at in range(start, len(log)) if view.is_shown(at)]
        self._print(sorted(new, key=lambda at: log.time_us(at) or 0))
        if new:
            self._command.flush()

    def _begin_following(self) -> None:
        self._command.flush()
        self._taken = len(self.stream.items)
        self._is_following = True
        self._reader.read_times(self._session)

    def _is_live(self) -> bool | None:
        row = self._provider.store.session(self._session)
        return None if row is None else row.is_live

    def _follow_one(self, scope: ParticipantScope, stream: ParticipantStream) -> None:
        """Poll until the session has ended, or until a failure that does not pass."""
        self._begin_following()
        clock = self._provider.clock
        follower = Follower(self._provider, scope, self._is_live)
        alarm = Alarm(self._reader.jobs, lambda: None)
        follower.start(clock.monotonic())

        def is_done() -> bool:
            now = clock.monotonic()
            follower.tick(now)
            self._print_new()
            wait = follower.next_in(now)
            if wait is not None:
                alarm.set(max(wait, _SHORTEST_WAIT))
            state = follower.status(now).state
            is_over = state is FollowState.ENDED or self._is_full
            return is_over or (wait is None and not stream.is_busy)

        self._command.progress.tell(lambda: f"following: {self._command.count:,} printed")
        self._reader.wait_until(is_done)
        self._note("new events", follower.status(clock.monotonic()).failure)

    def _follow_everybody(self, stream: SessionStream) -> None:
        """Look again, now and then, at everybody in the session until it has ended."""
        self._begin_following()
        scan, jobs = stream.scan, self._reader.jobs
        self._command.progress.watch(scan, "following")
        while not self._is_full:
            alarm = Alarm(jobs, lambda: None)
            alarm.set(LONGEST_WAIT_SECONDS)
            self._reader.wait_until(partial(_has_rung, alarm))
            if not self._reader.read_again(scan):
                break
            self._print_new()
        self._note("new events", scan.failure)


def _bounds(typed: TypedRanges) -> tuple[int, int]:
    """Return the first and the last microsecond that can lie in any of the ranges."""
    starts = (EARLIEST_US if start is None else to_microseconds(start) for start, _ in typed.ranges)
    ends = (LATEST_US if end is None else to_microseconds(end) for _, end in typed.ranges)
    return min(starts, default=EARLIEST_US), max(ends, default=LATEST_US)


def _has_rung(alarm: Alarm) -> bool:
    return not alarm.is_set
