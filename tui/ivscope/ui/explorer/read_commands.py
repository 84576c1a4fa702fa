"""ReadCommands: reading again, reading all, following and pausing."""

from math import ceil
from typing import Any

from ivscope.domain import calls
from ivscope.domain.durations import duration
from ivscope.provider.fetch.following import Follower, FollowState
from ivscope.provider.fetch.read_all import ReadAll
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.feed import Feed, FeedState, RefreshResult
from ivscope.render.bars import FEWER_CALLS, GOES_ON_BY_ITSELF, throttled_word
from ivscope.ui.commands import ONLY_IN_FILE, ONLY_RECORDED, Unavailable
from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.list_status import failed_asides, is_final, scan_trouble, scan_word
from ivscope.workspace.event_stream import NOTHING_NEW, ParticipantStream, pause_or_go_on
from ivscope.workspace.jobs import Alarm
from ivscope.workspace.place import Level, Place

CANNOT_RETRY = "this cannot be retried: {read.restart} reads again from the start"
"""Why a call that failed is not made again: its answer would be the same."""

_SHORTEST_WAIT = 0.05
"""Least seconds of a timer: one of zero would keep the keys waiting."""


class ReadCommands:
    """The commands that read again or go on reading until Esc, or another place, stops them."""

    def __init__(self, context: ExplorerContext) -> None:
        self._context = context
        self._provider = context.provider
        self._pane = context.pane
        self._picker = context.picker
        self._now = context.provider.clock.monotonic
        self._alarm = Alarm(context.jobs, self.tick)
        self._told_wait = ""
        self._wait_over = Alarm(context.jobs, lambda: context.status.take_back(self._told_wait))
        self._load_all: ReadAll | None = None
        self._follower: Follower | None = None
        self._awaited_refresh: int | None = None
        """Number of the refresh before the one that was asked for; None when none is awaited."""
        context.stops.append(self.stop)
        add = context.handlers.add
        add("read.again", self._again, self._why_no_service)
        add("read.restart", self._restart, self._why_not_restart)
        add("read.all", self._start_load_all, self._why_not_all)
        add("read.follow", self._toggle_follow, self._why_not_follow)
        add("read.pause", self._toggle_pause, self._why_not_pause)

    def word(self) -> str:
        """Return the state of reading for the status line; empty when nothing is running."""
        throttled = self._provider.activity(self._now()).throttled_seconds
        if self._load_all is not None and throttled > 0:
            return throttled_word(throttled)
        if self._load_all is not None:
            stream = self._pane.event_list.stream if self._pane.event_list is not None else None
            bounds = stream.bounds if isinstance(stream, ParticipantStream) else (None, None)
            eta = self._load_all.eta(self._now(), *bounds)
            about = f" · {duration(eta)}" if eta is not None else ""
            return f"READING ALL{about} · {{go.out}} stops"
        if self._tells_of_scan:
            return scan_word(self._scan, self._now(), self._context.times.zone, throttled)
        if self._follower is None:
            return ""
        status = self._follower.status(self._now())
        news = f"+{status.new_events:,} new  " if status.new_events else ""
        match status.state:
            case FollowState.OFF:
                return ""
            case FollowState.THROTTLED:
                return f"{news}THROTTLED {status.throttled_seconds:.0f} s"
            case FollowState.PAUSED:
                return f"{news}PAUSED · {{read.pause}} resumes"
            case FollowState.ENDED:
                return f"{news}ENDED"
            case FollowState.FAILED:
                retries = "" if is_final(status.failure) else " · {read.again} retries"
                return f"{news}FAILED{retries}"
            case _:
                return f"{news}FOLLOWING"

    def stop(self) -> bool:
        """Stop reading. Returns whether anything was running."""
        is_following = self._follower is not None and not self._has_ended(self._follower)
        load_all, self._load_all = self._load_all, None
        follower, self._follower = self._follower, None
        if load_all is not None:
            load_all.cancel()
        if follower is not None:
            follower.stop()
        return load_all is not None or is_following

    def _has_ended(self, follower: Follower) -> bool:
        """Whether the session has ended, and nothing is followed any more."""
        return follower.status(self._now()).state is FollowState.ENDED

    def tick(self) -> None:
        """Follow: read what is new when it is time, and set the alarm for the next time."""
        if self._follower is None:
            return
        now = self._now()
        self._follower.tick(now)
        wait = self._follower.next_in(now)
        if wait is None:
            self._alarm.stop()
        else:
            self._alarm.set(max(wait, _SHORTEST_WAIT))

    def changed(self) -> None:
        """Called when a page of the feed came, or its state changed."""
        if self._load_all is not None and not self._load_all.step():
            self._load_all = None
        self._tell_refreshed()
        self.tick()
        self._keep_up()

    def moved(self) -> None:
        """Called when the cursor moved: pause following when it left the newest event.

        What has ended is left for good, else the next answer would take the cursor back.
        """
        follower = self._follower
        if follower is None or self._pane.is_at_newest:
            return
        state = follower.status(self._now()).state
        if state is FollowState.FOLLOWING:
            follower.pause()
        elif state is FollowState.ENDED:
            self.stop()

    @property
    def _tells_of_scan(self) -> bool:
        """Whether the state of reading everybody is told: always where their events are listed."""
        here = self._context.here
        if here.level is not Level.PARTICIPANTS:
            return here.level is Level.TIMELINE
        scan = self._provider.started_scan(here.session)
        return scan is not None and self._picker.feed.failure is None and bool(scan_trouble(scan))

    @property
    def _scan(self) -> Scan:
        return self._provider.scan(self._context.here.session)

    @property
    def _feed(self) -> Feed[Any]:
        if self._context.level is Level.EVENTS and self._pane.event_list is not None:
            return self._event_feed
        return self._picker.feed

    @property
    def _event_feed(self) -> EventFeed:
        """Return the feed of the participant on screen."""
        return self._provider.events(self._context.here.participant)

    # Reading again.

    def _again(self) -> None:
        """Read again what failed; without a failure, read what is new."""
        feed, here, level = self._feed, self._context.here, self._context.level
        if self._told_throttled(feed):
            return
        asides = failed_asides(self._provider, here)
        for one in asides:
            self._provider.retry(one)
        if level is Level.TIMELINE or (level is Level.PARTICIPANTS and self._tells_of_scan):
            if not (self._scan.start() or asides):
                raise Unavailable(NOTHING_NEW)
            return
        if level is Level.EVENTS:
            self._list_ingest_again(here)
        if self._follower is not None:
            self._follower.retry(self._now())
        if feed.state is FeedState.FAILED:
            if not self._provider.retry(feed):
                raise Unavailable(CANNOT_RETRY)
        elif self._pane.event_list is not None and level is Level.EVENTS:
            refreshed = self._event_feed.status.refreshed
            self._awaited_refresh = refreshed.number if refreshed is not None else 0
            self._provider.refresh(self._event_feed)
        else:
            self._provider.restart(feed)

    def _told_throttled(self, feed: Feed[Any]) -> bool:
        """Say for how long the call waits that AWS refused, since it would be sent no sooner.

        Returns:
            Whether it waits. The note goes when the wait is over.
        """
        wait = self._provider.activity(self._now()).throttled_seconds
        is_waiting = wait > 0 and feed.state is FeedState.QUEUED
        if is_waiting:
            self._told_wait = f"{FEWER_CALLS}: this {GOES_ON_BY_ITSELF} within {ceil(wait)} s"
            self._context.say(self._told_wait)
            self._wait_over.set(wait)
        return is_waiting

    def _list_ingest_again(self, here: Place) -> None:
        """List ingest configurations anew when shown, since findings tell how they are now."""
        from ivscope.findings.ingest_now import CODES  # noqa: PLC0415 - after the first rows

        event = self._pane.event
        if event is None or event.error_code not in CODES:
            return
        listed = self._provider.feed(calls.ingest_configurations(here.participant.stage_arn))
        if listed.pages or listed.failure is not None:
            self._provider.restart(listed)

    def _why_no_service(self) -> str:
        if self._provider.may_grow:
            return ""
        goes_on = self._context.launch.accounts is not None
        return ONLY_IN_FILE if goes_on else ONLY_RECORDED

    def _why_not_restart(self) -> str:
        if self._provider.may_grow and self._context.level is Level.TIMELINE:
            return "the timeline is read only once: {read.again} reads what is new"
        return self._why_no_service()

    def _restart(self) -> None:
        self._provider.restart(self._feed)

    def _tell_refreshed(self) -> None:
        """Say what the refresh that was asked for has brought."""
        if self._awaited_refresh is None or self._context.here.level is not Level.EVENTS:
            return
        refreshed = self._event_feed.status.refreshed
        if refreshed is None:
            return
        if refreshed.number == self._awaited_refresh:
            return
        self._awaited_refresh = None
        # A failure is told above the status line, for as long as the rows are the old ones.
        if refreshed.failure is None:
            self._context.say(_news(refreshed))

    # Reading all.

    def _why_not_all(self) -> str:
        if self._context.level is Level.TIMELINE:
            return "all participants are being read: {read.pause} pauses that and resumes it"
        return (
            "" if self._feed.has_more or self._feed.failure is not None else "all is read already"
        )

    def _start_load_all(self) -> None:
        read_all = ReadAll(self._provider, self._feed, to_the_end=True)
        if not read_all.step():
            raise Unavailable(CANNOT_RETRY)
        self._load_all = read_all

    # Following.

    def _why_not_follow(self) -> str:
        if self._context.here.level is not Level.EVENTS:
            return "open a participant first: {read.follow} follows its events"
        return self._context.why_no_events() or self._why_no_service()

    def _toggle_follow(self) -> None:
        here = self._context.here
        if self._follower is not None:
            self.stop()
            self._context.say("stopped following")
            return
        self.stop()
        self._follower = Follower(self._provider, here.participant, self._is_live)
        self._provider.read(self._provider.session(here.session))
        self._follower.start(self._now())
        self._pane.go_to_newest()
        self.tick()

    def _is_live(self) -> bool | None:
        """Whether the session is live; None when it is not read."""
        session = self._provider.store.session(self._context.here.session)
        return None if session is None else session.is_live

    def _why_not_pause(self) -> str:
        if self._context.here.level is Level.TIMELINE or self._follower is not None:
            return ""
        return "not following; {read.follow} starts"

    def _toggle_pause(self) -> None:
        follower = self._follower
        if follower is None:
            self._toggle_scan()
        elif follower.status(self._now()).state is FollowState.PAUSED:
            follower.resume()
            self._keep_up()
        else:
            follower.pause()

    def _toggle_scan(self) -> None:
        reason = pause_or_go_on(self._scan)
        if reason:
            raise Unavailable(reason)

    def _keep_up(self) -> None:
        """Keep the newest event in view while following."""
        follower = self._follower
        if follower is None:
            return
        if follower.status(self._now()).state in {FollowState.FOLLOWING, FollowState.ENDED}:
            self._pane.go_to_newest()
            follower.mark_seen()


def _news(refreshed: RefreshResult) -> str:
    if refreshed.new_rows:
        return f"+{refreshed.new_rows:,} new"
    return (
        "nothing new"
        if refreshed.is_whole
        else "none on the newest page; {read.restart}: read all again"
    )
