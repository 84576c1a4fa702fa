"""Whether what a soak has read is what its world says: nothing lost, doubled or moved."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from random import Random

from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.endpoint.answers import ServiceError
from ivscope.endpoint.world import World
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.fetch.scan_progress import ScanState
from ivscope.provider.store.event_feed import EventFeed
from ivscope.render.event_json import event_document
from ivscope.sources.decoding import decode_event
from support.soak_account import Account

_LISTS_AT_ONCE = 4
"""Lists compared with the world at one check on the way: all of them would take seconds."""


class Truth:
    """Compares what is held with what the world says, on the way and at the end."""

    def __init__(
        self,
        world: World,
        account: Account,
        lot: Random,
        at: Callable[[datetime | None, Callable[[], None]], None],
    ) -> None:
        """Compare nothing yet.

        Args:
            world: What is served.
            account: Takes the counts.
            lot: Draws the lists to compare on the way; not that of the person.
            at: Does something while the world says in this thread what it said at a moment; None
                for now.
        """
        self._world = world
        self._account = account
        self._lot = lot
        self._at = at
        self._seen: dict[object, tuple[int, int, int]] = {}
        """Of each list: how often it was read from the start, how many rows it had, and a hash of
        these. Not the rows: this may not grow as they do."""

    def check(self, provider: StageDataProvider, *, is_true: bool, is_all: bool = False) -> None:
        """Compare some lists, or all, as they are on the screen in this moment."""
        with provider._fetcher.lock:
            feeds = list(provider.store.all_events.items())
            scans = list(provider._scans.items())
        count = len(feeds) if is_all else _LISTS_AT_ONCE
        for scope, feed in self._lot.sample(feeds, min(count, len(feeds))):
            self._check_feed(provider, scope, feed, is_true=is_true)
        for session, scan in scans if is_all else self._lot.sample(scans, min(1, len(scans))):
            self._check_scan(provider, session, scan, is_true=is_true)

    def compare(self, provider: StageDataProvider, since: float) -> None:
        """Compare everything, when all lists were read to their end and the world stands still.

        Args:
            provider: Holds what was read.
            since: When the world came to stand, on the clock of the provider.
        """
        account = self._account
        for scope, feed in tuple(provider.store.all_events.items()):
            events = [_text(event) for event in feed.items]
            account.compared += len(events)
            self._compare(scope, events, None, is_whole=feed.is_complete, place="the list")
        for session, scan in tuple(provider._scans.items()):
            for name in scan.log.read_ids:
                scope = ParticipantScope(session.stage_arn, session.session_id, name)
                events = [_text(event) for event in scan.log.events_of(name)]
                account.compared += len(events)
                is_whole = is_up_to_date(scan, since) and name not in scan.log.failures
                self._compare(scope, events, None, is_whole=is_whole, place="the scan")

    def _check_feed(
        self,
        provider: StageDataProvider,
        scope: ParticipantScope,
        feed: EventFeed,
        *,
        is_true: bool,
    ) -> None:
        with provider._fetcher.lock:
            events = [_text(event) for event in feed.items]
            generation, read_at = feed.generation, provider.all_read_at(feed)
        self._remember(scope, str(scope.participant_id), generation, events)
        if is_true:
            self._account.checked += len(events)
            is_whole = read_at is not None
            self._compare(scope, events, read_at, is_whole=is_whole, place="the list, under way")

    def _check_scan(
        self, provider: StageDataProvider, session: SessionScope, scan: Scan, *, is_true: bool
    ) -> None:
        log = scan.log
        with provider._fetcher.lock:
            positions = [_text(log.event(position)) for position in range(len(log.log))]
            read_at, failed = scan.passes.all_read_at, log.failures
            held = {name: [_text(one) for one in log.events_of(name)] for name in log.read_ids}
        self._remember(session, f"the scan of {session.session_id}", 0, positions)
        for name, events in held.items() if is_true else ():
            self._account.checked += len(events)
            scope = ParticipantScope(session.stage_arn, session.session_id, name)
            is_whole = read_at is not None and name not in failed
            self._compare(scope, events, read_at, is_whole=is_whole, place="the scan, under way")

    def _remember(self, key: object, name: str, generation: int, events: list[str]) -> None:
        """Note the rows of a list; complain when those of the last time are not its first ones."""
        before, rows, known = self._seen.get(key, (generation, 0, hash(())))
        if before == generation and (len(events) < rows or hash(tuple(events[:rows])) != known):
            self._account.differing.append(f"{name}: its first {rows} rows are lost or moved")
        self._seen[key] = (generation, len(events), hash(tuple(events)))

    def _compare(
        self,
        scope: ParticipantScope,
        events: list[str],
        at: datetime | None,
        *,
        is_whole: bool,
        place: str,
    ) -> None:
        """Count what is held more often than the world has it, and what it had and is not held.

        Args:
            scope: Whose events.
            events: Those held.
            at: When the reading began that has read all; None for now.
            is_whole: Whether all is said to have been read.
            place: Where they are held, in words.
        """
        held, account = Counter(events), self._account

        def count_doubled() -> None:
            truth = self._truth(scope)
            if truth is not None and (number := (held - truth).total()):
                account.doubled += number
                account.differing.append(f"{scope.participant_id} in {place}: {number} doubled")

        def count_lost() -> None:
            truth = self._truth(scope)
            if truth is not None and (number := (truth - held).total()):
                account.lost += number
                lost = f"{number} of {truth.total()} lost at {at or 'the end'}"
                account.differing.append(f"{scope.participant_id} in {place}: {lost}")

        self._at(None, count_doubled)
        if is_whole:
            self._at(at, count_lost)

    def _truth(self, scope: ParticipantScope) -> Counter[str] | None:
        session = scope.session
        try:
            events = self._world.events(session.stage_arn, session.session_id, scope.participant_id)
        except ServiceError:
            return None
        return None if events is None else Counter(_text(decode_event(one)) for one in events)


def is_up_to_date(scan: Scan, since: float) -> bool:
    """Whether a scan is complete, and its last pass began after a moment or was the last one."""
    is_recent = scan.passes.is_final or scan.up_to_date_at >= since
    return scan.state is ScanState.COMPLETE and is_recent


def _text(event: Event) -> str:
    return repr(event_document(event))
