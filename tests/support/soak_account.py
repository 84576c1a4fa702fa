"""What became of a soak: what was done, what the process used, and what must not be."""

import gc
import os
import sys
import threading
import tracemalloc
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import _lru_cache_wrapper, partial
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from textual.cache import FIFOCache, LRUCache

from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.sources import decoding
from ivscope.ui.widgets.canvas import Canvas
from support.soak_person import Act

HOUR = 3600.0

MOST_MEMORY = 1_000_000
"""Bytes per simulated hour by which memory may grow after the first quarter, without the rows that
were read since."""

_ENDPOINT_THREADS = ("process_request_thread", "ivs-endpoint")
"""In the names of threads that the endpoint of the run owns: one per connection."""

_NO_DATA = (type, ModuleType, FunctionType, MethodType, BuiltinFunctionType, partial)
"""What rows refer to and do not own."""

_NOT_OURS = ("*/ivscope/endpoint/*", "*/tests/support/*", "*/tracemalloc.py", "*/linecache.py")
"""Files whose memory is that of the world and of the soak, not of the program."""


@dataclass(frozen=True, slots=True)
class Use:
    """What the process uses, at rest."""

    resident: int
    """Bytes of memory of the whole process, with the world that the endpoint serves."""
    rows: int
    """Bytes of what was read: rows of lists, events, answers about one thing."""
    traced: int | None
    """Bytes of Python's memory without that of the world and of the soak; None without tracing."""
    threads: int
    """Without those of the endpoint."""
    files: int
    """Open descriptors that are no sockets."""
    sockets: int
    """Without those of the endpoint."""

    @classmethod
    def now(cls, provider: StageDataProvider | None = None, port: int | None = None) -> "Use":
        """Measure after collecting garbage.

        Args:
            provider: Holds what was read.
            port: Where the endpoint listens; None while there is none.
        """
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return replace(
            cls.counted(port),
            resident=pages * os.sysconf("SC_PAGE_SIZE"),
            rows=0 if provider is None else bytes_of(_rows(provider)),
            traced=traced_bytes(),
        )

    @classmethod
    def counted(cls, port: int | None = None) -> "Use":
        """Count threads, files and sockets only, which is cheap."""
        threads = [
            one
            for one in threading.enumerate()
            if not any(n in one.name for n in _ENDPOINT_THREADS)
        ]
        files, sockets = _open(port)
        return cls(0, 0, None, len(threads), files, sockets)


def traced_bytes() -> int | None:
    """Python's memory without that of the world and of the soak; None without tracing.

    Empties caches that have a limit first: that they fill up is no leak. Those of the program have
    a test of their limit each: `decoding` keeps the latest texts, a `Canvas` the latest lines.
    """
    if not tracemalloc.is_tracing():
        return None
    _empty_limited_caches()
    gc.collect()
    return sum(trace.size for trace in own_traces(tracemalloc.take_snapshot()).traces)


def _empty_limited_caches() -> None:
    decoding._seen_texts.clear()
    for one in gc.get_objects():
        if isinstance(one, LRUCache | FIFOCache):
            one.clear()
        elif isinstance(one, Canvas):
            one._kept.clear()
        elif isinstance(one, _lru_cache_wrapper) and one.cache_parameters()["maxsize"] is not None:
            one.cache_clear()


def own_traces(snapshot: tracemalloc.Snapshot) -> tracemalloc.Snapshot:
    """Leave out the memory of the world and of the soak."""
    filters = [tracemalloc.Filter(inclusive=False, filename_pattern=one) for one in _NOT_OURS]
    return snapshot.filter_traces(filters)


def _open(port: int | None) -> tuple[int, int]:
    """How many files and how many sockets are open, without the sockets of the endpoint."""
    links = []
    for path in Path("/proc/self/fd").iterdir():
        try:
            links.append(str(path.readlink()))
        except OSError:
            continue  # the descriptor of this very listing
    rows = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    served = {
        f"socket:[{row[9]}]"
        for row in rows
        if port is not None and int(row[1].rpartition(":")[2], 16) == port
    }
    sockets = [link for link in links if link.startswith("socket:")]
    return len(links) - len(sockets), sum(link not in served for link in sockets)


def _rows(provider: StageDataProvider) -> list[Any]:
    store = provider.store
    return [
        store.tables,
        *(feed.items for feed in (*store.lists.values(), *store.all_events.values())),
        *(fact.value for fact in store.all_facts.values()),
        *(scan.log for scan in provider._scans.values()),
    ]


def bytes_of(roots: Iterable[Any]) -> int:
    """Bytes of some objects and of all that they refer to, each once; of no code or class."""
    seen: dict[int, Any] = {}
    ahead = list(roots)
    while ahead:
        one = ahead.pop()
        if id(one) not in seen and not isinstance(one, _NO_DATA):
            seen[id(one)] = one
            ahead += gc.get_referents(one)
    return sum(map(sys.getsizeof, seen.values()))


@dataclass
class Account:
    """What became of one run."""

    world: str
    seed: int
    seconds: float = 0.0
    """Of the injected clock."""
    acts: Counter[Act] = field(default_factory=Counter)
    faults: int = 0
    calls: int = 0
    before: Use | None = None
    """Before the app was made, when the modules were loaded."""
    quarter: Use | None = None
    end: Use | None = None
    after: Use | None = None
    """When the app had ended."""
    checked: int = 0
    """Events compared with the world while the run went on."""
    compared: int = 0
    """Events compared with the world at the end, when all that was opened was read on."""
    lost: int = 0
    doubled: int = 0
    differing: list[str] = field(default_factory=list)
    """Lists with events lost or doubled, or whose rows of a moment before are gone or elsewhere."""
    grown: list[str] = field(default_factory=list)
    """Lines of code whose memory grew most after the first quarter; empty without tracing."""
    errors: list[str] = field(default_factory=list)
    last: deque[str] = field(default_factory=lambda: deque(maxlen=30))
    """The last steps, for a person who looks for the cause."""

    @property
    def growth(self) -> float | None:
        """Bytes per simulated hour after the first quarter, without the rows read since.

        None without tracing: the memory of the process has the world in it, and what the allocator
        keeps for later.
        """
        first, last = self.quarter, self.end
        if first is None or last is None or first.traced is None or last.traced is None:
            return None
        grown = (last.traced - last.rows) - (first.traced - first.rows)
        return grown / (self.seconds * 0.75 / HOUR)

    @property
    def complaints(self) -> list[str]:
        """What must not be, memory aside: of that a short run cannot tell."""
        said = [*self.errors, *self.differing]
        if self.after is not None:
            said += self.complaints_of(self.after)
        # In a short run a thread of a copy or a save can just be at work.
        is_long = self.seconds >= HOUR / 4
        if is_long and self.quarter is not None and self.end is not None:
            said += _more(self.quarter, self.end, ("threads", "files"))
        return said

    def complaints_of(self, after: Use) -> list[str]:
        """What is there when the app has ended and was not there before it began."""
        return [] if self.before is None else _more(self.before, after, _COUNTS)

    @property
    def rows(self) -> str:
        """The account as lines of a table."""
        uses = (
            ("before", self.before),
            ("quarter", self.quarter),
            ("end", self.end),
            ("after", self.after),
        )
        acts = ", ".join(f"{self.acts[act]} {act}" for act in Act)
        growth = "not traced" if self.growth is None else f"{self.growth / 1e6:+.2f} MB an hour"
        differing = f"{self.lost} lost, {self.doubled} doubled, {len(self.differing)} lists differ"
        lines = [
            f"world {self.world}, seed {self.seed}, {self.seconds / HOUR:.2f} simulated hours",
            f"  {acts}, {self.faults} faults met, {self.calls} calls",
            f"  events compared: {self.checked} under way, {self.compared} at the end; {differing}",
            f"  {len(self.errors)} exceptions, memory beside rows and caches: {growth}",
        ]
        lines += [
            f"  {name:8} {use.resident / 1e6:8.1f} MB, {use.rows / 1e6:6.2f} MB of rows, "
            f"{0 if use.traced is None else use.traced / 1e6:7.2f} MB traced, "
            f"{use.threads} threads, {use.files} files, {use.sockets} sockets"
            for name, use in uses
            if use is not None
        ]
        return "\n".join(lines)


_COUNTS = ("threads", "files", "sockets")


def _more(first: Use, last: Use, names: Iterable[str]) -> list[str]:
    pairs = [(name, getattr(first, name), getattr(last, name)) for name in names]
    return [f"{name}: {before}, then {after}" for name, before, after in pairs if after > before]
