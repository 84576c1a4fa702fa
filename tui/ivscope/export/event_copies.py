"""EventCopies: the texts about an event, made from what the provider has read. Reads nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

from ivscope.analysis.timed_events import all_timed
from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantScope
from ivscope.domain.times import from_microseconds, to_microseconds
from ivscope.export.cli_commands import CliOptions
from ivscope.export.clippings import Clipping, EventCopy, clippings_for_event
from ivscope.export.finding_json import findings_json
from ivscope.export.messages import AROUND, About, Readings
from ivscope.export.telling import Looked, looked_at
from ivscope.findings.finding import EventRef
from ivscope.render.bars import coverage_text, what_is_left
from ivscope.render.event_json import raw_json
from ivscope.render.sentences.words import counted
from ivscope.render.timestamps import from_to
from ivscope.workspace.event_refs import EventRefs
from ivscope.workspace.event_stream import scan_coverage

_NEAR = AROUND // timedelta(microseconds=1)
"""An error so near to a moment is what a person means, microseconds."""


class EventCopies:
    """Makes the menu of an event, in any view."""

    def __init__(
        self,
        refs: EventRefs,
        connection: Callable[[], CliOptions],
        now: Callable[[], datetime],
        rule_failed: Callable[[str, Exception], object],
    ) -> None:
        """Keep what texts are made from.

        Args:
            refs: Looks up what findings name.
            connection: Returns how it was read.
            now: Returns the present, UTC.
            rule_failed: Called in a thread with a rule that failed, and its error.
        """
        self._refs = refs
        self._connection = connection
        self._now = now
        self._rule_failed = rule_failed

    def menu(
        self, scope: ParticipantScope, event: Event, ref: EventRef | None
    ) -> tuple[Clipping, ...]:
        """Return the texts about an event; those with findings are made in a thread.

        Args:
            scope: Whose event it is.
            event: The event.
            ref: Where it is in the log of its participant; None where that is not known.
        """
        look = cache(lambda: self._look(scope, event, ref))
        return clippings_for_event(event, scope, self._connection(), self._now(), look)

    def menu_at(self, ref: EventRef) -> tuple[Clipping, ...]:
        """Return the texts about an event that is known by its place; none when it is not read."""
        event, scope = self._refs.event_at(ref), ref.scope
        if event is None or not isinstance(scope, ParticipantScope):
            return ()
        return self.menu(scope, event, ref)

    def _look(self, scope: ParticipantScope, event: Event, ref: EventRef | None) -> EventCopy:
        """Look for findings about an event and gather what is told of it. For any thread."""
        from ivscope.findings.rules import findings_for  # noqa: PLC0415 - after the first rows

        refs = self._refs
        store = refs.provider.store

        def user_id(participant_id: str) -> str | None:
            return refs.user_id(scope, participant_id)

        looked = Looked(scope, event, user_id(scope.participant_id), ())
        copied = raw_json(event)
        if ref is not None:
            context = refs.store_context
            found = findings_for(scope, ref.position, context.facts, self._rule_failed)
            looked = looked_at(refs, ref, found)
            copied = findings_json(ref, found, refs.event_at, user_id)
        remote = event.remote_participant_id
        about = About(
            looked,
            self._connection(),
            self._readings(scope),
            alike=self._alike(scope, event),
            stage_name=refs.provider.store.stage_name(scope.stage_arn),
            remote=None if remote is None else user_id(remote),
            session=store.session(scope.session),
            client=store.participant(scope),
        )
        return EventCopy(about, copied)

    def last_error(self, scope: ParticipantScope) -> tuple[Clipping, ...]:
        """Return the texts about the last error of a participant; none without one that is read."""
        ref = self.nearest(scope, None)
        event = None if ref is None else self._refs.event_at(ref)
        if ref is None or event is None or not event.is_error:
            return ()
        return self.menu(scope, event, ref)

    def nearest(self, scope: ParticipantScope, moment: datetime | None) -> EventRef | None:
        """Return the error of a participant that is nearest to a moment, else its nearest event.

        Without a moment it is the last error, else the last event. An error counts up to
        `AROUND` away. None when nothing of the participant is read.
        """
        log = self._refs.log_of(scope)
        if log is None or not len(log):
            return None
        wanted = None if moment is None else to_microseconds(moment)

        def rank(at: int) -> tuple[bool, int]:
            time = log.time_us(at)
            away = -(time or 0) if wanted is None else abs((time or 0) - wanted)
            is_near = log.is_error(at) and time is not None and (wanted is None or away <= _NEAR)
            return not is_near, away

        return EventRef(scope, min(range(len(log)), key=rank))

    def _alike(self, scope: ParticipantScope, event: Event) -> str:
        """Count the errors of the code of an event in its session, as far as a scan has read."""
        scan = self._refs.provider.started_scan(scope.session)
        if scan is None or not event.error_code or not event.is_error:
            return ""
        log = scan.log.log
        positions = all_timed(
            log, lambda kind: kind.is_error and kind.error_code == event.error_code
        )
        if not positions:
            return ""
        people = {log.participant(at) for at in positions}
        first, last = (from_microseconds(log.time_us(positions[at]) or 0) for at in (0, -1))
        errors, who = counted(len(positions), "error"), counted(len(people), "participant")
        least = "" if scan.log.is_all_read else "at least "
        return f"{least}{errors} of this code of {who}, {from_to(first, last, UTC)}"

    def _readings(self, scope: ParticipantScope) -> Readings:
        """Say how much of a participant and of its session is read."""
        provider, said = self._refs.provider, []
        feed = provider.store.opened_events(scope)
        scan = provider.started_scan(scope.session)
        read_at: float | None = None
        ids: tuple[str, ...] = ()
        if feed is not None and feed.pages:
            count = f"{feed.items.fact_count:,} events of this participant read"
            said.append(f"{count}, {'all' if feed.is_complete else what_is_left(feed.failure)}")
            read_at = provider.up_to_date_at(feed)
            ids = () if feed.request_id is None else (feed.request_id,)
        elif scan is not None and scan.log.is_read(scope.participant_id):
            said.append("all events of this participant read")
            read_at = scan.up_to_date_at
        if scan is None:
            said.append("events of other participants not read")
        else:
            said.append(coverage_text(scan_coverage(scan)))
        return Readings(tuple(said), None if read_at is None else provider.time_of(read_at), ids)
