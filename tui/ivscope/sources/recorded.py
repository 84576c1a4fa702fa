"""RecordedSource: reads the answers of a recording, as other sources read those of a service."""

import json
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from ivscope.domain.failures import FailureKind, ProviderFailure, UnusableFileError
from ivscope.domain.frozen import frozen
from ivscope.domain.pages import EarlierRows
from ivscope.domain.stages import SessionScope
from ivscope.sources.call_context import CallContext
from ivscope.sources.outside_text import one_line
from ivscope.sources.recording import Answer, Recording, read_request, request_text
from ivscope.sources.wire_source import MEMBERS, WireSource

Row = Any
_IDENTITIES = {"stages": "arn", "stageSessions": "sessionId", "participants": "participantId"}
"""The id member of rows that can change, by list. Events never change, and have no id."""


@frozen
class RecordedPage:
    """A page made of recorded answers."""

    rows: list[Row]
    next_cursor: str
    """Asks for the next page; empty where all was read."""
    asked_at: datetime
    """When the oldest answer of the list was asked for: what came in later can be missing."""


class RecordedList:
    """The pages of one list, found by their cursors however many there are."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        """Put the pages in order.

        Args:
            answers: All answers to the request, in the order saved.
        """
        self._chains = _chains(answers)
        newest = self._chains[0] if self._chains else []
        self._are_merged = len(self._chains) > 1 and bool(newest[-1].next_cursor)
        self._by_cursor = {answer.cursor: answer for answer in reversed(newest)}
        self._asked_at = min((answer.asked_at for answer in newest), default=None)

    def page(
        self, cursor: str, member: str, rows_of: Callable[[Answer], list[Row]]
    ) -> RecordedPage | None:
        """The page that a cursor asks for.

        Args:
            cursor: Empty for the first page.
            member: Name of the list in the answer, `events` for example.
            rows_of: Reads the rows of an answer.

        Returns:
            None when it was not recorded. Where the newest reading stopped early, the first page
            has everything.
        """
        if self._are_merged:
            return None if cursor else _merged(self._chains, member, rows_of)
        answer = self._by_cursor.get(cursor)
        if answer is None or self._asked_at is None:
            return None
        return RecordedPage(rows_of(answer), answer.next_cursor, self._asked_at)


def _chains(answers: Sequence[Answer]) -> list[list[Answer]]:
    """Each recorded first page with the pages that followed it, the newest first.

    Of several answers to one cursor the newest chain takes the latest, an older one the first
    after its own; unless that one is in a newer chain already, for there the older chain ended.
    """
    by_cursor: dict[str, list[Answer]] = {}
    for answer in answers:
        by_cursor.setdefault(answer.cursor, []).append(answer)
    found: list[list[Answer]] = []
    taken: set[int] = set()
    for first in reversed(by_cursor.get("", [])):
        links = [first]
        while links[-1].next_cursor:
            named = by_cursor.get(links[-1].next_cursor, [])
            behind = [answer for answer in named if answer.id > links[-1].id]
            link = behind[0 if found else -1] if behind else None
            if link is None or link.id in taken:
                break
            links.append(link)
        taken.update(link.id for link in links)
        found.append(links)
    return found


def _merged(
    chains: Sequence[Sequence[Answer]], member: str, rows_of: Callable[[Answer], list[Row]]
) -> RecordedPage:
    """Chains from the newest to the oldest, each without the rows that are there already."""
    identity = _IDENTITIES.get(member)
    merge, used = _Merging(identity), list[Sequence[Answer]]()
    for links in chains:
        rows = list(chain.from_iterable(map(rows_of, links)))
        if identity is None and merge.is_apart(rows):
            # Between this reading and the newer ones there may be rows that nobody has read.
            merge, used = _Merging(identity), []
        merge.add(rows)
        used.append(links)
        if not links[-1].next_cursor:
            break
    last = used[-1][-1] if not used[-1][-1].next_cursor else max(used, key=len)[-1]
    asked_at = min(answer.asked_at for links in used for answer in links)
    return RecordedPage(merge.rows, last.next_cursor, asked_at)


class _Merging:
    """The rows of several readings of one list. A row occurs as often as in one of them."""

    def __init__(self, identity: str | None) -> None:
        self.rows: list[Row] = []
        self._identity = identity
        self._keys: list[str] = []

    def is_apart(self, rows: Iterable[Row]) -> bool:
        """Whether the merged rows and these have none in common."""
        keys = set(self._keys)
        return bool(keys) and not any(self._key(row) in keys for row in rows)

    def add(self, rows: Iterable[Row]) -> None:
        """Add the rows of an older reading behind those of the newer ones."""
        earlier = EarlierRows(self._keys)
        for row in rows:
            key = self._key(row)
            if earlier.take(key) is None:
                self.rows.append(row)
                self._keys.append(key)

    def _key(self, row: Row) -> str:
        known = row.get(self._identity) if self._identity and isinstance(row, dict) else None
        return json.dumps(row if known is None else known, sort_keys=True)


class RecordedLists:
    """The lists of a recording that were asked for last. For any thread; blocks for the disk."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._lock = threading.Lock()
        self._lists: dict[str, tuple[object, RecordedList]] = {}

    def list_of(self, request: str) -> RecordedList:
        """The list of a request as made by `request_text`, put in order anew after each save."""
        with self._lock:
            state = self.recording.state
            known = self._lists.pop(request, None)
            if known is None or known[0] != state:
                known = (state, RecordedList(self.recording.answers(request)))
            self._lists[request] = known
            if len(self._lists) > _LISTS_AT_HAND:
                del self._lists[next(iter(self._lists))]
            return known[1]


_LISTS_AT_HAND = 4
"""A page is looked up for each call that may be under way."""


class RecordedSource(WireSource):
    """Reads a recording. What is not in it raises a `ProviderFailure` of kind NOT_RECORDED."""

    def __init__(self, lists: RecordedLists) -> None:
        self._answers = _RecordedClient(lists)
        super().__init__(self._answers)

    @property
    def asked_at(self) -> datetime | None:
        """When the calls behind the last answer began, the first of them; None before one."""
        return self._answers.asked_at


def last_session(recording: Recording) -> SessionScope | None:
    """The session that was read last; None when there was none."""
    for text in recording.last_requests():
        try:
            _, members = read_request(text)
        except ValueError:
            continue
        stage, session = members.get("stageArn"), members.get("sessionId")
        if isinstance(stage, str) and isinstance(session, str):
            return SessionScope(stage, session)
    return None


class _RecordedClient:
    """Answers a call as the service did when it was recorded."""

    def __init__(self, lists: RecordedLists) -> None:
        self._lists = lists
        self._recording = lists.recording
        self.asked_at: datetime | None = None

    def context_of(self, region: str | None) -> CallContext:
        """No service is asked, in no Region."""
        return CallContext(region=region)

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Look an answer up. Blocks for the disk."""
        try:
            answer = self._look_up(operation, str(parameters.get("nextToken", "")), parameters)
        except (UnusableFileError, ValueError, RecursionError) as error:
            raise self._unreadable(error) from error
        if answer is None:
            raise self._not_recorded()
        return answer

    def _look_up(
        self, operation: str, cursor: str, parameters: dict[str, object]
    ) -> dict[str, Any] | None:
        request = request_text(operation, parameters)
        if not operation.startswith("list_"):
            answers = self._recording.answers(request)
            if not answers:
                return None
            self.asked_at = answers[-1].asked_at
            return self._recording.body(answers[-1])
        member = MEMBERS[operation]

        def rows_of(answer: Answer) -> list[Any]:
            rows = self._recording.body(answer).get(member)
            if not isinstance(rows, list):
                raise ValueError(f"`{member}` of a saved answer is not a list")  # noqa: TRY004 - of the file
            return rows

        page = self._lists.list_of(request).page(cursor, member, rows_of)
        if page is None:
            return None
        self.asked_at = page.asked_at
        return {member: page.rows, "nextToken": page.next_cursor}

    def _not_recorded(self) -> ProviderFailure:
        return ProviderFailure(
            FailureKind.NOT_RECORDED,
            "not in this recording",
            f"It was not read then. With AWS, ivscope --record {self._recording.path} goes on "
            "from here and saves what it reads.",
            retryable=False,
        )

    def _unreadable(self, error: Exception) -> ProviderFailure:
        return ProviderFailure(
            FailureKind.NOT_RECORDED,
            one_line(str(error)),
            "The file may be damaged. What is on screen was read before.",
            retryable=False,
        )
