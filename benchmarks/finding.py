"""What finding and filtering cost among a million events, keystroke by keystroke."""

import gc
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from benchmarks.big_lists import MANY
from benchmarks.generated_events import made
from benchmarks.result import Result, amount, limited
from ivscope.analysis.event_view import EventView
from ivscope.analysis.filter_parser import parse_filter
from ivscope.analysis.filters import Filter, FilterError
from ivscope.analysis.time_input import TimeReference
from ivscope.provider.store.event_log import EventLog

_SLICE = 0.008
"""Seconds of one slice, as the event list asks for."""

_BLOCK_LIMIT = 50
"""Milliseconds that a key may wait for a slice."""

_WHOLE_LIMIT = 1_000
"""Milliseconds from a keystroke to the last hit."""

_TYPED = ("code:quota", "publisher003", "name:SUB*", "remote:publisher003", "/publisher00[1-5]/")
_FILLING_PAGE = 50_000
_NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)


def find() -> Iterator[Result]:
    """Type texts letter by letter into both prompts; every letter begins a search."""
    log = EventLog()
    for first in range(0, MANY, _FILLING_PAGE):
        log.append(tuple(made(first, _FILLING_PAGE)))
    view = EventView(log)
    while view.work(1.0):
        pass
    gc.collect()
    changes: dict[str, Callable[[str], None]] = {
        "find": lambda text: view.set_search(_wanted(text)),
        "filter": lambda text: view.set_filter(_wanted(text)),
    }
    for name, change in changes.items():
        blocks: list[float] = []
        wholes: dict[str, float] = {}
        for typed in _TYPED:
            for length in range(1, len(typed) + 1):
                text = typed[:length]
                if _is_half(text):
                    continue
                taken = _type(view, change, text)
                blocks += taken
                wholes[text] = sum(taken)
        change("")
        while view.work(1.0):
            pass
        slowest = max(wholes, key=lambda text: wholes[text])
        yield limited(
            f"{name} over {MANY:,} events: longest block of a keystroke",
            max(blocks),
            _BLOCK_LIMIT,
            unit="ms CPU",
            note=f" of {len(blocks):,}",
        )
        yield limited(
            f"{name} over {MANY:,} events: whole result of a keystroke",
            wholes[slowest],
            _WHOLE_LIMIT,
            unit="ms CPU",
            note=f" ({slowest}), mean {amount(sum(wholes.values()) / len(wholes), 'ms')}",
        )


def _wanted(text: str) -> Filter | None:
    return parse_filter(text, TimeReference(UTC, _NOW)) if text else None


def _is_half(text: str) -> bool:
    """Whether the prompt would wait for more, because half a filter is no filter."""
    try:
        parse_filter(text, TimeReference(UTC, _NOW))
    except FilterError:
        return True
    return False


def _type(view: EventView, change: Callable[[str], None], text: str) -> list[float]:
    """Return milliseconds of CPU of every slice that a keystroke causes."""
    blocks: list[float] = []
    began = time.thread_time()
    change(text)
    is_more = view.work(_SLICE)
    blocks.append((time.thread_time() - began) * 1e3)
    while is_more:
        began = time.thread_time()
        is_more = view.work(_SLICE)
        blocks.append((time.thread_time() - began) * 1e3)
    return blocks
