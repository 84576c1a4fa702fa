"""ParticipantsRead: what is known of the listed participants beside their rows, and their order."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import compress
from typing import Any, TypeVar

from ivscope.analysis.histories import PUBLISHING_NAMES, KindRoles, Row, publishing_of
from ivscope.analysis.intervals import SECOND, Interval, Reach
from ivscope.analysis.timed_events import flags_of
from ivscope.domain.durations import forecast
from ivscope.domain.events import JOINED, LEFT, PUBLISH_STARTED, PUBLISH_STOPPED
from ivscope.domain.stages import ParticipantScope, ParticipantSummary, SessionScope
from ivscope.domain.times import Time, from_microseconds
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.event_log import NO_TIME, EventLog
from ivscope.provider.store.feed import Feed
from ivscope.provider.store.session_log import ReadState, SessionLog
from ivscope.render.picker_rows import (
    EventsRead,
    ParticipantColumns,
    SameUser,
    Seen,
    common_words,
)

Listed = TypeVar("Listed")

_MOST_EVENTS = 20_000
"""Events of a participant that are counted for one row on screen: a few milliseconds. Of the few
who have more, the code that came most often is told in the summary."""

_MOST_MOVES = 200
"""Events of stays and of publishing that are paired for one row on screen: 10 ms. Who has more has
restarted all the time, and how long it published stays untold."""

_MOST_RANKED = 99
"""Participants with one user id that are numbered by the time of joining: a user id of more than
so many stands for a group such as all guests, and a number would say nothing."""


class ParticipantsRead:
    """What is known of the participants of a session beside their rows.

    Asked for rows on screen only; what it counts of all rows costs as much as those that are new.
    """

    def __init__(
        self, provider: StageDataProvider | None = None, session: SessionScope | None = None
    ) -> None:
        """Begin with what the list tells.

        Args:
            provider: What was read; None, as without a session, for nothing.
            session: The session whose participants are listed.
        """
        self._provider = provider
        self.session = session
        self._rows: object = None
        self._counted = 0
        self._is_everybody = False
        self._states: set[str | None] = set()
        self._published: set[bool | None] = set()
        self._recordings: set[str | None] = set()
        self._users: dict[str, dict[str, Time | None]] = {}
        """When the participants with a user id joined, by user id and participant id."""
        self._chosen: bool | None = None
        self.columns = ParticipantColumns()

    def count(self, feed: Feed[Any], *, is_narrowed: bool = False) -> None:
        """Take in the rows that came, and find the columns that have something to tell.

        Args:
            feed: The list of participants.
            is_narrowed: Whether the service was asked for some participants only.
        """
        rows = feed.facts
        if rows is not self._rows or len(rows) < self._counted:
            self._rows, self._counted = rows, 0
            for kinds in (self._states, self._published, self._recordings, self._users):
                kinds.clear()
        for index in range(self._counted, len(rows)):
            row = rows[index]
            if isinstance(row, ParticipantSummary):
                self._states.add(row.state)
                self._published.add(row.published)
                if row.recording_state not in {None, "FAILED"}:
                    self._recordings.add(row.recording_state)
                if row.user_id:
                    own = self._users.setdefault(row.user_id, {})
                    own[row.participant_id] = row.first_join_time
        self._counted = len(rows)
        self._is_everybody = feed.is_complete and not is_narrowed
        self.columns = ParticipantColumns(
            errors=self._has_events(),
            state=len(self._states) > 1,
            published=len(self._published) > 1,
            recording=len(self._recordings) > 1,
        )

    @property
    def words(self) -> tuple[str, ...]:
        """What the numbers of errors rest on, then what is the same for all, in words."""
        common = common_words(self._states, self._published, self._recordings)
        return (self._errors_words(), *common) if self._counted else common

    def _errors_words(self) -> str:
        read, listed = self._all_read(), self._counted
        if not self.columns.errors:
            return "errors not read"
        is_all = read >= listed and self._is_everybody
        whose = f"of all {listed:,}" if is_all else f"of {min(read, listed):,} of {listed:,}"
        return f"errors {whose}, most first" if self.by_errors else f"errors {whose} read"

    def cost_words(self, key: str) -> str:
        """Say what reading everybody takes; empty once it was begun, and when it is soon done.

        The service answers with one page of one participant a call, so what is said is the least.

        Args:
            key: The key that begins it.
        """
        provider = self._provider
        if provider is None or not provider.may_grow or self._scan is not None:
            return ""
        least = forecast(self._counted, provider.scan_limit)
        if not least:
            return ""
        whose = f"all {self._counted:,}" if self._is_everybody else "everybody"
        told = f"{key} reads those of {whose}, {least}"
        return f"{told}." if self._is_everybody else f"{told} for those listed so far."

    def _all_read(self) -> int:
        """Return of how many participants all events are read."""
        log = self._log
        read = 0 if log is None else log.participants_read
        alone = [
            one
            for one, feed in self._opened.items()
            if feed.is_complete and (log is None or not log.is_read(one))
        ]
        return read + len(alone)

    def _has_events(self) -> bool:
        log = self._log
        return (log is not None and len(log.log) > 0) or any(
            feed.pages for feed in self._opened.values()
        )

    @property
    def _scan(self) -> Scan | None:
        if self._provider is None or self.session is None:
            return None
        return self._provider.started_scan(self.session)

    @property
    def _log(self) -> SessionLog | None:
        scan = self._scan
        return None if scan is None else scan.log

    @property
    def _opened(self) -> Mapping[str, EventFeed]:
        if self._provider is None or self.session is None:
            return {}
        return self._provider.store.opened_in(self.session)

    # The order of the rows.

    @property
    def by_errors(self) -> bool:
        """Whether those with most errors come first: as chosen, else once everybody is read."""
        if self._chosen is not None:
            return self._chosen and self.columns.errors
        log = self._log
        return log is not None and log.is_all_read and self.columns.errors

    def sort(self) -> None:
        """Put those with most errors first, or all in the order returned again."""
        self._chosen = not self.by_errors

    def order_key(self) -> object:
        """Return a value that changes whenever `arranged` may return another order."""
        return self._errors() if self.by_errors else None

    def arranged(self, rows: Iterable[Listed]) -> list[Listed]:
        """Put those with most errors first, and next to each other those who share a user id.

        Among equals it stays as returned. What is no participant comes last.
        """
        errors = self._errors()
        counted: dict[int, dict[object, list[Listed]]] = {}
        rest: list[Listed] = []
        for row in rows:
            if isinstance(row, ParticipantSummary):
                alike = counted.setdefault(errors.get(row.participant_id, 0), {})
                alike.setdefault(row.user_id or (row.participant_id,), []).append(row)
            else:
                rest.append(row)
        by_count = sorted(counted.items(), key=lambda one: -one[0])
        found = [row for _, users in by_count for user in users.values() for row in user]
        return [*found, *rest]

    def _errors(self) -> dict[str, int]:
        """Return how many errors are read, by participant id, of those who have any."""
        log = self._log
        errors = {} if log is None else dict(log.errors_by_id)
        for one, feed in self._opened.items():
            if feed.pages:
                errors[one] = feed.items.error_count
        return {one: count for one, count in errors.items() if count}

    # What a row tells.

    def same_user(self, row: ParticipantSummary) -> SameUser | None:
        """Return how many participants share the user id of a row; None when it is the only one."""
        sharing = self._users.get(row.user_id or "", {})
        if len(sharing) < 2:  # noqa: PLR2004 - more than itself
            return None
        if not self._is_everybody or len(sharing) > _MOST_RANKED:
            return SameUser(len(sharing), None, is_all=self._is_everybody)
        joined = [time for time in sharing.values() if isinstance(time, datetime)]
        own, number = row.first_join_time, None
        if isinstance(own, datetime) and len(joined) == len(set(joined)) == len(sharing):
            number = 1 + sum(time < own for time in joined)
        return SameUser(len(sharing), number, is_all=True)

    def _feed(self, participant_id: str) -> EventFeed | None:
        if self._provider is None or self.session is None:
            return None
        session = self.session
        scope = ParticipantScope(session.stage_arn, session.session_id, participant_id)
        feed = self._provider.store.opened_events(scope)
        return feed if feed is not None and feed.pages else None

    def read(self, participant_id: str) -> EventsRead | None:
        """How far the events of a participant are read; None when none are."""
        feed, log = self._feed(participant_id), self._log
        if feed is not None:
            return EventsRead(len(feed.items), feed.items.error_count, feed.is_complete)
        reading = None if log is None else log.reading(participant_id)
        if reading is None or (not reading.events and reading.state is not ReadState.COMPLETE):
            return None
        return EventsRead(reading.events, reading.errors, reading.state is ReadState.COMPLETE)

    def see(self, participant_id: str) -> Seen:
        """Look up what the row of a participant tells of its events."""
        feed, session_log = self._feed(participant_id), self._log
        parts: Sequence[range]
        if feed is not None:
            log, parts = feed.items, [range(len(feed.items))]
        elif session_log is not None:
            log, parts = session_log.log, session_log.ranges(participant_id)
        else:
            return Seen()
        return Seen() if sum(map(len, parts)) > _MOST_EVENTS else _seen(log, parts)


def _seen(log: EventLog, parts: Sequence[range]) -> Seen:
    kinds: Counter[int] = Counter()
    last = NO_TIME
    for part in parts:
        columns = log.columns(part.start, part.stop)
        kinds.update(columns.kinds)
        last = max(last, *columns.times) if columns.times else last
    known = log.tables.kinds
    codes: Counter[str] = Counter()
    for number, count in kinds.items():
        if known[number].is_error:
            codes[known[number].error_code or known[number].name or ""] += count
    most = codes.most_common(1)[0] if codes else (None, 0)
    rows = list(_rows(log, parts))
    stays, left_at = _stays(log, rows)
    published, is_whole = _published(log, rows) if len(rows) <= _MOST_MOVES else (None, True)
    return Seen(
        most[0],
        most[1],
        None if last <= NO_TIME else from_microseconds(last),
        stays,
        None if left_at is None else from_microseconds(left_at),
        published,
        is_whole,
    )


def _rows(log: EventLog, parts: Sequence[range]) -> Iterator[Row]:
    """Yield the events that tell of stays and of publishing."""
    for part in parts:
        columns = log.columns(part.start, part.stop)
        flags = flags_of(log, part.start, part.stop, lambda kind: kind.name in PUBLISHING_NAMES)
        yield from compress(
            zip(part, columns.times, columns.kinds, columns.remotes, strict=True), flags
        )


def _stays(log: EventLog, rows: Sequence[Row]) -> tuple[int, int | None]:
    """Count stays, and find when the last one ended.

    The service may tell a JOINED twice, so those of one time begin one stay.

    Returns:
        The stays, and the time of the LEFT that no JOINED follows, microseconds; None when it is
        not read.
    """
    known = log.tables.kinds
    joins = {time for _, time, kind, _ in rows if known[kind].name == JOINED}
    leaves = [time for _, time, kind, _ in rows if known[kind].name == LEFT]
    left = max(leaves, default=NO_TIME)
    is_over = left > NO_TIME and left >= max(joins, default=NO_TIME)
    return len(joins), left if is_over else None


_STARTS_AND_STOPS = frozenset({PUBLISH_STARTED, PUBLISH_STOPPED})


def _published(log: EventLog, rows: Sequence[Row]) -> tuple[float | None, bool]:
    """Add up how long a participant published, all of whose events are read.

    Returns:
        Seconds that are certain, None when it never did; and whether they are all.
    """
    known = log.tables.kinds
    if not any(known[kind].name in _STARTS_AND_STOPS for _, _, kind, _ in rows):
        return None, True
    track = publishing_of(log, rows, KindRoles(log.tables), Reach())
    if not track.intervals:
        return None, True
    seconds = sum(map(_certain, track.intervals)) / SECOND
    return seconds, all(map(_is_whole, track.intervals))


def _is_whole(one: Interval) -> bool:
    """Whether both ends are certain, to the second."""
    return one.is_paired and one.why is None and one.ending // SECOND == one.end // SECOND


def _certain(one: Interval) -> int:
    """Return for how long something was on for certain, microseconds."""
    if one.start is None:
        return 0
    # Between the first moments of the two seconds: what lasted a second is not told as none.
    return max(0, one.ending - (one.begin if _is_whole(one) else one.begun))
