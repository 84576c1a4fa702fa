"""Copy, print and save what is under the cursor or in the list."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import islice, repeat
from typing import TYPE_CHECKING

from ivscope.domain.events import Event
from ivscope.domain.saved_head import BY_TIME, SavedHead
from ivscope.domain.stages import ParticipantSummary, SessionScope, StageSession, StageSummary
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.store.event_log import EventLog
from ivscope.render.event_json import iso_time
from ivscope.render.lines import plain
from ivscope.settings.commands import View
from ivscope.settings.prompt_history import without_secrets
from ivscope.ui.commands import Unavailable
from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.event_findings import EventFindings, event_ref
from ivscope.ui.explorer.list_status import filter_words
from ivscope.ui.taking import ViewText, chosen, file_name, on_screen
from ivscope.workspace.event_refs import EventRefs
from ivscope.workspace.event_stream import SessionStream
from ivscope.workspace.jobs import Promise
from ivscope.workspace.store_context import StoreContext

if TYPE_CHECKING:
    from ivscope.export.cli_commands import CliOptions
    from ivscope.export.clippings import Clipping
    from ivscope.export.event_copies import EventCopies


class Copying:
    """Commands that copy or print what is under the cursor."""

    def __init__(self, context: ExplorerContext, event_findings: EventFindings) -> None:
        self._context = context
        self._event_findings = event_findings
        self._provider = context.provider
        self._profile = context.launch.profile
        self._world = context.launch.world
        self._is_redacted = context.launch.is_redacted
        add = context.handlers.add
        taking, status = context.taking, context.status
        add("take.copy", lambda: taking.ask(status, "COPY", self._offered, taking.copy))
        add("take.print", lambda: taking.ask(status, "PRINT", self._offered, taking.print))
        add("take.id", lambda: taking.copy(chosen(self._clippings(), "i")), self._why_not)

    @cached_property
    def of_events(self) -> "EventCopies":
        """Texts about events, for every view."""
        from ivscope.export.event_copies import EventCopies  # noqa: PLC0415 - after the first rows

        context = self._context
        return EventCopies(
            self._event_findings,
            self.connection,
            context.times.now,
            context.jobs.rule_failed,
        )

    def _why_not(self) -> str:
        if not self._context.picks:
            return "" if self._context.pane.event is not None else "no event under the cursor"
        row = self._context.picker.row
        is_listed = isinstance(row, StageSummary | StageSession | ParticipantSummary)
        return "" if is_listed else "no row under the cursor"

    def _offered(self) -> "tuple[Clipping, ...]":
        """Return what is on screen, and what there is of the row under the cursor."""
        shown = on_screen(self._context.screen, self._context.status)
        return (*(() if self._why_not() else self._clippings()), shown)

    def _clippings(self) -> "tuple[Clipping, ...]":
        from ivscope.export import clippings  # noqa: PLC0415 - after the first rows

        place, connection, now = self._context.here, self.connection(), self._context.times.now()
        if not self._context.picks:
            event = self._context.pane.event
            if event is None:
                raise Unavailable("no event under the cursor")
            scope = place.at_event(event.participant_id).participant
            ref = event_ref(self._event_findings, self._context.pane, scope)
            return self.of_events.menu(scope, event, ref)
        place = self._context.picker.place
        match self._context.picker.row:
            case StageSummary() as stage:
                return clippings.clippings_for_stage(stage, connection)
            case StageSession() as session:
                stage_arn = place.stage_arn or ""
                rows = clippings.clippings_for_session(session, stage_arn, now, connection)
                return _found_first(self._report(stage_arn, session), rows)
            case ParticipantSummary() as participant:
                scope = replace(place, participant_id=participant.participant_id).participant
                rows = clippings.clippings_for_participant(
                    participant, place.session, place.narrowed, now, connection
                )
                return _found_first(self.of_events.last_error(scope), rows)
            case _:
                raise Unavailable("no row under the cursor")

    def _report(self, stage_arn: str, session: StageSession) -> "tuple[Clipping, ...]":
        """Return what is told of a session of which somebody is read; nothing of others."""
        scan = self._provider.started_scan(SessionScope(stage_arn, session.session_id))
        if scan is None or not scan.log.participants_read:
            return ()
        from ivscope.export.report import read_report  # noqa: PLC0415 - if asked for
        from ivscope.export.report_messages import clippings_for_report  # noqa: PLC0415 - same

        now, connection = self._context.times.now(), self.connection()
        make = partial(read_report, self._provider, scan, now, connection)
        return clippings_for_report(make, scan)

    def connection(self) -> "CliOptions":
        """Return how the data on screen is read."""
        from ivscope.export.cli_commands import CliOptions  # noqa: PLC0415 - after the first rows

        facts = self._provider.source_details
        url = facts.endpoint_url if facts is not None else None
        return CliOptions(
            profile=self._profile,
            region=facts.region if facts is not None else None,
            endpoint_url=None if url is None else without_secrets(url),
            demo_world=self._world,
            is_redacted=self._is_redacted,
        )


_FOUND = "yjs"
"""Letters of texts with what was found, which go before the facts of a row."""


def _found_first(
    told: "tuple[Clipping, ...]", rows: "tuple[Clipping, ...]"
) -> "tuple[Clipping, ...]":
    """Put what was found before the facts of a row, in the place of those with its letters."""
    first = [one for one in told if one.letter in _FOUND]
    taken = {one.letter for one in first}
    return (*first, *(one for one in rows if one.letter not in taken))


_CATCH_UP_SECONDS = 0.1
"""A save waits so long for rows that are read and not shown yet; it is told what is left then."""

_BATCH = 200
"""Events written between two checks whether the file was given up: some milliseconds."""


class Saving:
    """The command that saves the events shown to a file, and says its name and contents."""

    def __init__(self, context: ExplorerContext) -> None:
        self._context = context
        self._times = context.times
        context.handlers.add("take.save", self._save, self._why_not)

    def _why_not(self) -> str:
        event_list = self._context.pane.event_list
        if self._context.picks:
            return "" if len(self._context.picker.row_list.rows) else "no row to save"
        has_events = event_list is not None and len(event_list.view)
        return "" if has_events else "no event is shown: nothing to save"

    def _save(self) -> None:
        if self._context.picks:
            self._save_picker()
        else:
            self._save_events()

    def _save_picker(self) -> None:
        """Save all rows of the picker that are read, as text."""
        picker, row_list = self._context.picker, self._context.picker.row_list
        rows, width = row_list.rows, row_list.size.width
        name = View[picker.place.level.name].value.removeprefix("the ")
        of_whom = picker.place.session_id or (picker.place.stage_arn or "").rpartition("/")[2]
        above = plain(self._context.status.status), plain(rows.titles(width))
        view = ViewText(
            "-".join(filter(None, (name, of_whom))),
            [line for line in above if line],
            len(rows),
            lambda at: plain(rows.line(at, width)),
        )
        self._context.taking.save_view(view, self._times.now())

    def _save_events(self) -> None:
        from ivscope.export.saved_events import by_person, saved_lines, saved_words  # noqa: PLC0415

        here, event_list = self._context.here, self._context.pane.event_list
        if event_list is None:
            return
        view, log, stream = event_list.view, event_list.view.log, event_list.stream
        now = self._times.now()
        # What came a moment ago may not be in the rows yet.
        is_behind = view.work(_CATCH_UP_SECONDS)
        positions = list(view.positions(0, len(view)))
        contradicting = 0
        if log.contradictions:
            contradicting = sum(log.kind(at).contradiction is not None for at in positions)
        head = SavedHead(
            stage_arn=here.session.stage_arn,
            session_id=here.session.session_id,
            participant_id=here.participant_id,
            saved_at=now.isoformat(),
            saved=len(view) - contradicting,
            loaded=log.fact_count,
            contradicting=contradicting,
            is_complete=stream.is_complete and not is_behind,
            all_read_at=iso_time(stream.all_read_at),
            coverage=stream.coverage,
            order=BY_TIME if event_list.by_time else log.order.value,
            filter=without_secrets(filter_words(event_list)),
        )
        file = self._context.provider.file
        if file is not None and file.saved is not None:
            was = file.saved
            is_all = len(log) == was.saved + was.contradicting
            head = head.as_part_of(was, is_all_of_it=is_all)
        scan = stream.scan if isinstance(stream, SessionStream) else None
        event_at: Callable[[int], Event] = log.__getitem__ if scan is None else scan.log.event
        name = file_name(here.participant_id or head.session_id, now, "jsonl")

        refs = EventRefs(self._context.provider, StoreContext(self._context.provider))

        def user_id(participant_id: str) -> str | None:
            return refs.user_id(here.session, participant_id)

        def content(promise: Promise) -> Iterator[bytes]:
            named, rows = head, positions
            lists: Iterable[str | None] = repeat(None)
            if scan is not None:
                rows = by_person(positions, view.sort_keys, lambda at: log.participant(at) or "")
                lists = map(log.participant, rows)
                if not head.filter and head.is_complete:
                    named = replace(head, without_events=_silent(scan))
            who = _who(log, positions, named.without_events)
            users = {one: known for one in who if (known := user_id(one))}
            named = replace(named, user_ids=users)
            for lines in _batches(saved_lines(named, map(event_at, rows), lists)):
                promise.check()
                yield "".join(lines).encode("ascii")
            promise.begin_last_step()

        self._context.taking.save(name, content, saved_words(head))


def _silent(scan: Scan) -> tuple[str, ...]:
    """Return the ids of the participants without an event."""
    return tuple(sorted(one for one in scan.log.participant_ids if not scan.log.ranges(one)))


def _who(log: EventLog, positions: Sequence[int], others: Iterable[str]) -> list[str]:
    """Return the ids of others and of everybody whom events name. Looks at every event."""
    ids = {name for at in positions for name in (log.participant(at), log.remote(at)) if name}
    return sorted(ids.union(others))


def _batches(lines: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(lines, _BATCH)):
        yield batch
