"""Where answers come from: a service, a recording, or a process that asked the service ahead."""

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn, Protocol, runtime_checkable
from urllib.parse import urlsplit

from ivscope.domain.calls import GetCall, Item, ListCall, Value
from ivscope.domain.clock import Clock, utc_now
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.frozen import frozen
from ivscope.domain.pages import Cursor, Page
from ivscope.provider.store.fetchable import Fetchable
from ivscope.provider.store.source import RecordedReading, Source


@frozen
class SourceDetails:
    """Profile, Region and endpoint of a source, for the header. None where it has none."""

    profile: str | None = None
    region: str | None = None
    """The Region configured; a stage is read in the Region of its ARN."""
    endpoint_url: str | None = None
    credentials: str | None = None
    """What signs the calls, in words; None for the keys of the demo, which nobody has chosen."""

    @property
    def host(self) -> str:
        """Host and port of the endpoint; "AWS" while that is not known."""
        try:
            return urlsplit(self.endpoint_url or "").netloc.rpartition("@")[2] or "AWS"
        except ValueError:
            return "AWS"


@runtime_checkable
class _HasDetails(Protocol):
    """A source that reads from a service; a source that reads a file has none of these."""

    @property
    def profile(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def endpoint_url(self) -> str: ...
    @property
    def credentials(self) -> str: ...


class Connection:
    """At most one source, made on first use in the thread of a call.

    After a failure that a fresh AWS session may cure, make another connection. `connect` is
    None where there is only a recording: then nobody asks for the source.
    """

    def __init__(self, connect: Callable[[], Source] | None) -> None:
        self._connect = connect
        self._making = threading.Lock()
        self._source: Source | None = None

    @property
    def is_made(self) -> bool:
        """Whether the source is there."""
        return self._source is not None

    def source(self) -> Source:
        """The source; the first caller makes it and the others wait.

        Blocks: call it from the thread of a call.

        Raises:
            ProviderFailure: as `connect` raised it. The next call tries again.
        """
        with self._making:
            if self._source is None:
                assert self._connect is not None  # noqa: S101 - all calls are free then
                self._source = self._connect()
            return self._source

    @property
    def details(self) -> SourceDetails | None:
        """Profile, Region and endpoint of the source; None before it is made."""
        return None if self._source is None else _details_of(self._source)


def _details_of(source: Source) -> SourceDetails:
    if not isinstance(source, _HasDetails):
        return SourceDetails()
    return SourceDetails(
        source.profile or None,
        source.region or None,
        source.endpoint_url or None,
        source.credentials or None,
    )


_RESUMED = frozenset({"ListParticipants", "ListParticipantEvents"})
"""What a scan reads. Everything else is a call or two, and better fresh than recorded."""


class RecordedAnswers:
    """What was read in an earlier run, asked before the service, on the clock of the provider."""

    def __init__(
        self,
        make: Callable[[], RecordedReading] | None,
        *,
        are_all: bool,
        clock: Clock,
    ) -> None:
        """Ask nothing yet.

        Args:
            make: Opens the recording for one answer; None without a recording.
            are_all: Whether there is no service to ask.
            clock: The clock of the provider.
        """
        self._make = make
        self._are_all = are_all
        self._clock = clock

    def come_first(self, target: Fetchable) -> bool:
        """Whether the recording is asked before the service."""
        if self._make is None or self._are_all:
            return self._are_all
        return target.operation in _RESUMED and target.is_reading_on

    def fetch(self, target: Fetchable) -> tuple[Callable[[], bool], float]:
        """A function that stores the answer, and when it was asked for. Blocks.

        Raises:
            ProviderFailure: NOT_RECORDED when the recording has no such answer.
        """
        assert self._make is not None  # noqa: S101 - or nothing would come first
        recorded = self._make()
        store = target.fetch(recorded.source)
        asked_at = recorded.asked_at() or self._clock.now()
        return store, self._clock.monotonic() - (self._clock.now() - asked_at).total_seconds()

    def details(self) -> SourceDetails:
        """What the answers were asked with; for a recording nothing is known of it."""
        assert self._make is not None  # noqa: S101 - as above
        return _details_of(self._make().source)

    def time_of(self, moment: float) -> datetime:
        """Turn seconds on the clock of the provider into a time, which may be before this run."""
        return self._clock.now() - timedelta(seconds=self._clock.monotonic() - moment)


class HeadStart:
    """The first calls of the explorer, made by a process beside it while it is still being loaded.

    One interpreter runs one thread at a time: what loads botocore and what loads the screen would
    only make each other late. Its answers are those of the service, a failure too, and each is
    given once; what was asked at any other time, or never, is not here. For any thread.
    """

    def __init__(
        self,
        connect: Callable[[], Source],
        calls: Sequence[ListCall[Any] | GetCall[Any]],
    ) -> None:
        """Start the process. Only in a process of a single thread: another one is not copied.

        Args:
            connect: Makes the source, in that process. What it raises means that there are no
                answers.
            calls: What is asked, in this order, the first page of a list; nothing after a failure.
        """
        self.asked_at = utc_now()
        """No call was made before, UTC."""
        self._awaited = set(calls)
        self._answers: dict[object, object] = {}
        self.profile = self.region = self.endpoint_url = self.credentials = ""
        """What its calls were made with, as in `SourceDetails`; empty before an answer."""
        self._reading, self._ending = threading.Lock(), threading.Lock()
        answers, to_write = os.pipe()
        until, alive = os.pipe()
        self._alive: int | None = alive
        self._process = os.fork()
        if self._process == 0:
            os.close(alive)
            _ask_ahead(connect, calls, to_write, until)
        os.close(to_write)
        os.close(until)
        self._coming = _answers_from(answers)

    @staticmethod
    def is_of_use() -> bool:
        """Whether another process can run beside this one, and this one can be copied safely.

        A copy has none of the other threads, and other systems than Linux refuse some of their
        functions in a copy.
        """
        if sys.platform != "linux" or threading.active_count() > 1:
            return False
        return len(os.sched_getaffinity(0)) > 1

    def reading(self) -> RecordedReading:
        """Return its answers as a source, whose methods block until the answer is there."""
        return RecordedReading(self, lambda: self.asked_at)

    def read_page(self, call: ListCall[Item], cursor: Cursor | None) -> Page[Item]:
        """Return the first page of a list.

        Raises:
            ProviderFailure: As the call did, or NOT_RECORDED if there is no answer.
        """
        page: Page[Item] = self._answer(call if cursor is None else None)
        return page

    def read_fact(self, call: GetCall[Value]) -> Value:
        """Return a value; raises as `read_page`."""
        value: Value = self._answer(call)
        return value

    def close(self) -> None:
        """Have the process end at once, if it has not."""
        with self._ending:
            if self._alive is not None:
                os.close(self._alive)
                os.waitpid(self._process, 0)
                self._alive = None

    def _answer(self, call: object) -> Any:  # noqa: ANN401 - whatever the call gives
        # A second time is a time later: then the service itself is asked.
        if call not in self._awaited:
            raise _not_asked()
        self._awaited.discard(call)
        with self._reading:
            while call not in self._answers:
                answered = next(self._coming, None)
                if answered is None:
                    raise _not_asked()
                asked, answer = answered
                if isinstance(answer, SourceDetails):
                    self.profile, self.region = answer.profile or "", answer.region or ""
                    self.endpoint_url = answer.endpoint_url or ""
                    self.credentials = answer.credentials or ""
                self._answers[asked] = answer
        answer = self._answers.pop(call)
        if not self._awaited:
            self.close()
        if isinstance(answer, ProviderFailure):
            raise answer
        return answer


def _not_asked() -> ProviderFailure:
    return ProviderFailure(FailureKind.NOT_RECORDED, "not asked ahead", "Ask the service.", False)


def _ask_ahead(
    connect: Callable[[], Source],
    calls: Sequence[ListCall[Any] | GetCall[Any]],
    to_write: int,
    until: int,
) -> NoReturn:
    """Be the process beside the explorer: without its terminal, and gone when it is."""
    import pickle  # noqa: PLC0415 - in this process only

    def leave() -> None:
        os.read(until, 1)  # its end comes when the explorer has closed it, or is gone
        os._exit(0)

    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        threading.Thread(target=leave, daemon=True).start()
        source = connect()
        with open(to_write, "wb") as pipe:
            pickle.dump((None, _details_of(source)), pipe)
            for call in calls:
                answer: object
                try:
                    answer = (
                        source.read_page(call, None)
                        if isinstance(call, ListCall)
                        else source.read_fact(call)
                    )
                except ProviderFailure as failure:
                    answer = failure
                pickle.dump((call, answer), pipe)
                pipe.flush()
                if isinstance(answer, ProviderFailure):
                    break
    finally:  # a bug in here is met again by the explorer, which reports it
        os._exit(0)


def _answers_from(reading: int) -> Iterator[tuple[object, object]]:
    """Calls and their answers as they come."""
    import pickle  # noqa: PLC0415 - behind the first frame

    with open(reading, "rb") as pipe:
        while True:
            try:
                yield pickle.load(pipe)  # noqa: S301 - from our own process
            except (EOFError, pickle.UnpicklingError):
                return
