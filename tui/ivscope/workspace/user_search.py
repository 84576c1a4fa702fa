"""UserSearch: looks for one user id on the other stages of the account and Region.

IVS has no call that does this. On each other stage the first page of its sessions is read, then
from each session of the same time as the one on screen, or from the latest one, those participants
that have the user id.
"""

from datetime import datetime

from ivscope.domain.failures import ProviderFailure
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import (
    ParticipantFilter,
    ParticipantSummary,
    SessionScope,
    StageSession,
)
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import Priority
from ivscope.provider.store.feed import Feed
from ivscope.workspace.place import Place

_AT_ONCE = 4
"""Calls under way: the rate of calls is held by the provider."""

Times = tuple[datetime, datetime]
"""Start and end."""


@frozen
class FoundUser:
    """A participant with the user id."""

    place: Place
    row: ParticipantSummary


class UserSearch:
    """Reads in the background when told that something has changed. Shows nothing itself."""

    def __init__(
        self,
        provider: StageDataProvider,
        user_id: str,
        stage_arns: list[str],
        times: Times | None,
    ) -> None:
        """Begin nothing yet.

        Args:
            provider: Reads.
            user_id: Whom to look for.
            stage_arns: Where.
            times: Of the session on screen; None for the latest session of each stage.
        """
        self.user_id = user_id
        self.stages = len(stage_arns)
        self.stages_done = 0
        """Stages of which the sessions were looked at."""
        self.sessions = 0
        """Sessions that were asked for the user id."""
        self.calls = 0
        """Calls that this search has begun."""
        self.found: list[FoundUser] = []
        self.failures: list[ProviderFailure] = []
        self.is_stopped = False
        self.has_more_sessions = False
        """Whether a stage has sessions on pages that were not read."""
        self._provider = provider
        self.times = times
        """Of the session on screen; None for the latest session of each stage."""
        self._stages = list(reversed(stage_arns))
        self._sessions: list[SessionScope] = []
        self._lists: dict[str, Feed[StageSession]] = {}
        self._asked: dict[SessionScope, Feed[ParticipantSummary]] = {}

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to read, or it was stopped."""
        return self.is_stopped or not (self._stages or self._sessions or self._lists or self._asked)

    def stop(self) -> bool:
        """Stop. Returns whether it was running."""
        was_running = not self.is_done
        if was_running:
            self.is_stopped = True
            for sessions in self._lists.values():
                self._provider.cancel(sessions)
            for people in self._asked.values():
                self._provider.cancel(people)
        return was_running

    def go_on(self) -> None:
        """Take in what came, and have the next lists read."""
        if self.is_stopped:
            return
        while self._take_in() or self._begin():
            pass

    def _begin(self) -> bool:
        """Begin the next call. Returns whether there was one."""
        if len(self._lists) + len(self._asked) >= _AT_ONCE:
            return False
        if self._sessions:
            session = self._sessions.pop()
            wanted = ParticipantFilter("filterByUserId", self.user_id)
            people = self._provider.participants(session, wanted)
            self._asked[session] = people
            self.sessions += 1
            self._read(people)
            return True
        if self._stages:
            arn = self._stages.pop()
            listed = self._provider.sessions(arn)
            self._lists[arn] = listed
            if not listed.pages:
                self._read(listed)
            return True
        return False

    def _read(self, feed: Feed[StageSession] | Feed[ParticipantSummary]) -> None:
        self.calls += self._provider.read_more(feed, Priority.SCAN)

    def _take_in(self) -> bool:
        """Take in the lists that came. Returns whether there was one."""
        came = False
        for arn, listed in list(self._lists.items()):
            if listed.status.is_busy:
                continue
            del self._lists[arn]
            came = True
            self.stages_done += 1
            self._note(listed.failure)
            self.has_more_sessions = self.has_more_sessions or listed.has_more
            self._sessions += [SessionScope(arn, one) for one in self._wanted(listed)]
        for session, people in list(self._asked.items()):
            if people.status.is_busy:
                continue
            if people.failure is None and people.has_more:
                self._read(people)
                continue
            del self._asked[session]
            came = True
            self._note(people.failure)
            for row in people.facts[:]:
                if row.user_id == self.user_id:
                    place = Place(session.stage_arn, session.session_id, row.participant_id)
                    self.found.append(FoundUser(place, row))
        return came

    def _note(self, failure: ProviderFailure | None) -> None:
        if failure is not None:
            self.failures.append(failure)

    def _wanted(self, listed: Feed[StageSession]) -> list[str]:
        """Return the sessions of a stage to ask: those of that time, else the latest one."""
        rows = [row for row in listed.facts[:] if isinstance(row.start_time, datetime)]
        if self.times is None:
            latest = max(rows, key=_start, default=None)
            return [] if latest is None else [latest.session_id]
        start, end = self.times
        return [row.session_id for row in rows if _start(row) <= end and _ends_after(row, start)]


def _start(row: StageSession) -> datetime:
    assert isinstance(row.start_time, datetime)  # noqa: S101 - looked at by the caller
    return row.start_time


def _ends_after(row: StageSession, moment: datetime) -> bool:
    return not isinstance(row.end_time, datetime) or row.end_time >= moment
