"""Saved events: JSON Lines, whose first line says what they are and how complete."""

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, repeat

from ivscope.domain.events import Event
from ivscope.domain.saved_head import CONTRADICTION, LIST_OF, SavedHead
from ivscope.render.bars import MORE_AVAILABLE
from ivscope.render.event_json import event_document


def saved_words(head: SavedHead) -> str:
    """Say what a file holds, for the status line."""
    rest = "all read" if head.is_complete else MORE_AVAILABLE
    more = f", {head.contradicting:,} not counted" if head.contradicting else ""
    return f"{head.saved:,} of {head.loaded:,} events read, {head.coverage or rest}{more}"


def saved_lines(
    head: SavedHead, events: Iterable[Event], lists: Iterable[str | None] = repeat(None)
) -> Iterator[str]:
    """Write the lines of the file in ASCII, each with its line feed. Absent members are absent.

    Args:
        head: The first line.
        events: The events, exactly as they came.
        lists: The participants in whose lists they came; None where the first line says it.
    """
    yield _line(head.document())
    for event, listed in zip(events, lists, strict=False):
        members = event_document(event)
        if event.contradiction is not None:
            members[CONTRADICTION] = str(event.contradiction)
        if listed not in {None, event.participant_id}:
            members[LIST_OF] = listed
        yield _line(members)


def _line(document: dict[str, object]) -> str:
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")) + "\n"


def by_person(
    positions: Sequence[int], keys: "array[int] | None", person: Callable[[int], str]
) -> list[int]:
    """Put events of several participants in an order that does not depend on who was read first.

    Those of one participant stay in the order given.

    Args:
        positions: Positions in a log, in the order of the keys.
        keys: What they are sorted by; None to write one participant after the other.
        person: Returns the participant of a position.
    """
    if keys is None:
        return sorted(positions, key=person)
    ordered: list[int] = []
    for _, tied in groupby(positions, key=keys.__getitem__):
        same = list(tied)
        ordered += sorted(same, key=person) if len(same) > 1 else same
    return ordered
