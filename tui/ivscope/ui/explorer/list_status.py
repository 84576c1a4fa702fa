"""ListStatus values for the status line and the tail: from feeds, event lists and scans."""

from datetime import datetime, tzinfo
from typing import Any

from ivscope.domain import calls
from ivscope.domain.failures import FailureKind, ProviderFailure, is_not_recorded
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.fetch.scan_progress import ScanState
from ivscope.provider.fetch.scheduler import Activity
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.fact import Fact
from ivscope.provider.store.feed import Feed, FeedState
from ivscope.provider.store.fetchable import Fetchable
from ivscope.render.bars import (
    ALL_READ,
    FEWER_CALLS,
    PARTICIPANTS_LEFT,
    THROTTLED,
    Budget,
    ListStatus,
    Trouble,
    all_read,
    being_read,
    failure_trouble,
    rows_read,
    share_read,
    throttled_word,
    what_is_left,
)
from ivscope.render.fields import not_counted
from ivscope.render.timestamps import dates_taken, recorded
from ivscope.ui.explorer import picking
from ivscope.workspace.event_list import EventList
from ivscope.workspace.event_stream import ParticipantStream
from ivscope.workspace.place import Level, Place

_EMPTY_EVENTS = (
    "No events returned for this participant.",
    "The API answers so for unknown ids too; how long it keeps events is not documented.",
    "Not all errors cause events: client network and token signature errors do not.",
)

_EMPTY_TIMELINE = ("No events in any of the participants read.",)
_MORE_TIMELINE = (
    "... participants not read yet can add events anywhere; {triage.summary} shows how far it is"
)


def list_status(
    feed: Feed[Any],
    level: Level,
    shown: int | None = None,
    recorded_at: datetime | None = None,
    said: str = ALL_READ,
) -> ListStatus:
    """Return the status of a picker's feed.

    Args:
        feed: The feed.
        level: Level of the place whose picker lists it.
        shown: Rows that a narrowing kept, None without one.
        recorded_at: When an earlier run asked for it; None when this one did.
        said: What is said of a list that is complete, with its time.
    """
    extra = () if recorded_at is None else (recorded(recorded_at),)
    if told := not_counted(feed.contradictions):
        extra = (told, *extra)
    note = picking.empty_note(level)
    return _status(feed, picking.NOUNS[level], shown, extra, note, said=said)


def loaded_events(feed: EventFeed) -> str:
    """Say how much of a participant's events is read, in as few words as a column takes."""
    if not feed.pages:
        return "events not read yet"
    return rows_read(
        feed.items.fact_count,
        "events",
        has_more=feed.has_more,
        is_all=feed.is_complete,
        in_parts=feed.status.needs_another_pass,
        left=what_is_left(feed.failure),
    )


def event_status(event_list: EventList, row: int, sought: str | None, zone: tzinfo) -> ListStatus:
    """Return the status of an event list.

    Args:
        event_list: The event list.
        row: The row under the cursor.
        sought: What is looked for in pages not read yet, None for nothing.
        zone: Zone in which the time is shown at which all was read.
    """
    said = all_read(event_list.stream.all_read_at, zone)
    stream, log, view = event_list.stream, event_list.stream.items, event_list.view
    recorded_at = stream.recorded_at
    extra = [] if recorded_at is None else [recorded(recorded_at)]
    if event_list.hides:
        extra.append(f"filter: {filter_words(event_list)}")
    if len(log):
        extra.append(f"{log.error_count:,} {'error' if log.error_count == 1 else 'errors'}")
        extra.append(_order(event_list))
    if stream.coverage:
        # The dates that a filter took are shown only here: it must be visible at 80 cells.
        extra.insert(1 if event_list.hides and recorded_at is None else 0, stream.coverage)
    if told := not_counted(log.contradictions):
        extra.insert(0, told)
    if event_list.search_text:
        extra.insert(0, _hits(event_list, row))
    if sought is not None:
        extra.insert(0, f"looking for {sought}, {{go.out}} stops")
    shown = len(view) if event_list.hides else None
    # What came since the list was drawn last is not in its rows: then they are not all.
    left = view.left if view.log is log else len(log)
    if isinstance(stream, ParticipantStream):
        feed, note = stream.feed, _EMPTY_EVENTS
        return _status(feed, "events", shown, tuple(extra), note, said=said, to_look_at=left)
    return ListStatus(
        noun="events",
        count=log.fact_count,
        uncounted=len(log) - log.fact_count,
        has_more=not stream.is_complete,
        left=PARTICIPANTS_LEFT,
        all_read=said,
        failure=stream.failure,
        can_retry=not is_final(stream.failure),
        shown=shown,
        to_look_at=left,
        extra=tuple(extra),
        empty_note=_EMPTY_TIMELINE,
        more_note=_MORE_TIMELINE,
    )


def filter_words(event_list: EventList) -> str:
    """Return the filter with the dates that it took: "after:20:36 (2026-11-23 UTC)"."""
    dates = dates_taken(event_list.filter.times) if event_list.filter_is_on else ""
    return f"{event_list.filter_shown} ({dates})" if dates else event_list.filter_shown


def _order(event_list: EventList) -> str:
    if not event_list.by_time:
        return event_list.stream.items.order.value
    if not event_list.stream.is_complete:
        return "sorted by time, more rows can come in between"
    return "sorting by time" if event_list.view.is_behind else "sorted by time"


def troubles(provider: StageDataProvider, here: Place, status: ListStatus | None) -> list[Trouble]:
    """Return what went wrong at a place and is not told in full by the list on screen.

    Args:
        provider: What was read.
        here: The place on screen.
        status: State of the list on screen; None where everybody's events are summed up.
    """
    found: dict[str, Trouble] = {}
    failure = None if status is None else status.failure
    # Without rows the list itself tells all of it.
    is_told = failure is not None and status is not None and not status.count
    if failure is not None and not is_told and not is_not_recorded(failure):
        found[failure.summary] = failure_trouble(failure)
    not_refreshed = _not_refreshed(provider, here)
    if failure is None and not_refreshed is not None:
        found[not_refreshed.summary] = failure_trouble(not_refreshed, "not refreshed")
    if here.level in _OF_EVERYBODY and not is_told:
        scan = provider.started_scan(here.session)
        trouble = None if scan is None else scan_trouble(scan)
        if trouble is not None:
            found.setdefault(trouble.cause, trouble)
    for aside in failed_asides(provider, here):
        failure = aside.status.failure
        # Only a missing permission has another cause than what failed before it.
        is_same = failure is not None and any(
            one.word == failure.kind != FailureKind.DENIED for one in found.values()
        )
        if failure is not None and not is_same and not is_not_recorded(failure):
            found.setdefault(failure.summary, failure_trouble(failure, is_aside=True))
    return list(found.values())


def _not_refreshed(provider: StageDataProvider, here: Place) -> ProviderFailure | None:
    """Return why the events at a place are older than was asked for; None when they are not."""
    if here.level is not Level.EVENTS:
        return None
    feed = provider.store.opened_events(here.participant)
    refreshed = None if feed is None else feed.status.refreshed
    return None if refreshed is None else refreshed.failure


def failed_asides(provider: StageDataProvider, here: Place) -> list[Fetchable]:
    """Return what failed of the facts about a place, whose list comes by another call."""
    if here.level < Level.PARTICIPANTS:
        return []
    store, session = provider.store, here.session
    facts: list[Fact[Any] | None] = []
    if store.session(session) is None:
        facts.append(store.all_facts.get(calls.session(session)))
    lists: list[Feed[Any] | None] = []
    if here.level is Level.EVENTS:
        scope = here.participant
        facts.append(store.all_facts.get(calls.participant(scope)))
        lists.append(store.lists.get(calls.replicas(scope.stage_arn, scope.participant_id)))
    return [one for one in (*facts, *lists) if one is not None and one.status.failure is not None]


_OF_EVERYBODY = frozenset({Level.PARTICIPANTS, Level.TIMELINE})
"""The levels at which the sweep of the session is asked for."""


def scan_trouble(scan: Scan) -> Trouble | None:
    """Return why reading everybody stopped, or for whom it was refused; None while it goes on."""
    failures = scan.log.failures
    if scan.is_running:
        return None
    failure = scan.failure or next(iter(failures.values()), None)
    if failure is None or is_not_recorded(failure):
        return None
    whose = "" if scan.failure is not None else f"{len(failures):,} not read"
    return failure_trouble(failure, whose)


def _hits(event_list: EventList, row: int) -> str:
    view = event_list.view
    count = f"{view.hit_count:,}"
    number = view.hit_number(row)
    place = f"hit {number:,}/{count}" if number is not None else f"{count} hits"
    searched = "" if view.searched >= view.total else f", {view.searched:,} searched"
    return f"{place} of {view.total:,} read{searched}"


def is_final(failure: ProviderFailure | None) -> bool:
    """Whether to read again is no use: a recording has no answer, or only a new start helps."""
    return failure is not None and (failure.needs_new_start or is_not_recorded(failure))


def _counted(feed: Feed[Any]) -> int:
    facts = feed.facts
    return facts.fact_count if isinstance(facts, EventLog) else len(facts)


def _status(
    feed: Feed[Any],
    noun: str,
    shown: int | None,
    extra: tuple[str, ...],
    empty_note: tuple[str, ...],
    *,
    said: str,
    to_look_at: int = 0,
) -> ListStatus:
    status = feed.status
    return ListStatus(
        noun=noun,
        count=_counted(feed),
        uncounted=sum(feed.contradictions.values()),
        has_more=status.has_more,
        in_parts=status.needs_another_pass,
        all_read=said,
        reading=status.state is FeedState.READING,
        waiting=status.state is FeedState.QUEUED,
        is_looking_for_news=isinstance(feed, EventFeed) and feed.is_looking_for_news,
        started=status.state is not FeedState.IDLE,
        failure=status.failure,
        can_restart=status.can_restart,
        can_retry=feed.can_retry and not is_final(status.failure),
        shown=shown,
        to_look_at=to_look_at,
        extra=extra,
        empty_note=empty_note,
    )


def budget(activity: Activity, host: str) -> Budget:
    """Return the call budget for the status line, from the activity of the provider.

    Args:
        activity: What the provider does.
        host: Who is asked, which a call waits for unless it waits for credentials.
    """
    return Budget(
        activity.used,
        activity.budget,
        activity.throttled_seconds,
        activity.waited_seconds,
        activity.waits_for or host,
        activity.refusals,
        activity.slowed_to,
    )


def scan_word_alone(scan: Scan, provider: StageDataProvider, zone: tzinfo) -> str:
    """Return what `scan_word` does, with the cause where no status line has room for it."""
    now = provider.clock.monotonic()
    throttled = provider.activity(now).throttled_seconds
    word = scan_word(scan, now, zone, throttled)
    return f"{word} · {FEWER_CALLS}" if word.startswith(THROTTLED) else word


def scan_word(scan: Scan, now: float, zone: tzinfo, throttled: float) -> str:
    """Return the state of reading everybody for the status line.

    Empty before it was started. "{read.pause}" stands for the key of that command.

    Args:
        scan: Reads everybody.
        now: On the clock of the provider.
        zone: Zone in which the time is shown at which all was read.
        throttled: Seconds until throttled calls go on; 0 when none is.
    """
    progress, log = scan.progress(now), scan.log
    read, known, all_listed = log.participants_read, log.participants_known, progress.list_complete
    match progress.state:
        case ScanState.IDLE:
            return ""
        case ScanState.LISTING | ScanState.READING if throttled > 0:
            return throttled_word(throttled)
        case ScanState.LISTING | ScanState.READING:
            return being_read(read, known, progress.eta_seconds, all_listed=all_listed)
        case ScanState.PAUSED:
            return "PAUSED · {read.pause} resumes"
        case ScanState.FAILED if not is_not_recorded(scan.failure):
            return "FAILED" if is_final(scan.failure) else "FAILED · {read.again} retries"
        case ScanState.COMPLETE if log.is_all_read and not log.participants_failed:
            at = scan.recorded_at
            said = all_read(scan.passes.all_read_at, zone)
            return said if at is None else f"{said}  {recorded(at)}"
        case _:
            return share_read(read, known, all_listed=all_listed)
