"""PageCursor: how far one pass over a list has come."""

from dataclasses import dataclass

from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Cursor


@dataclass(slots=True)
class PageCursor:
    """How far one pass has come, from the start or from a page in the middle."""

    generation: int = 0
    cursor: Cursor | None = None
    """Where the next page starts."""
    pages: int = 0
    asked: Cursor | None = None
    """What gave the last page; None when that was the first page of the list."""
    base: int = 0
    """Rows before those of the last page."""
    empty_in_a_row: int = 0
    seen: set[int] | None = None
    """Hashes of the cursors received. The texts can be long, and hashes of a few thousand
    cursors do not meet by chance. None before the first: most feeds have one page, and a sweep
    makes thousands of feeds."""
    dead_end: ProviderFailure | None = None
    """Why this pass cannot go on although the service says that more follows."""
    is_stale: bool = False
    """Something may have come since `cursor` was given, so that its page may repeat rows: a
    refresh found news, or the cursor is from a recording."""

    def turn(self, rows: int, next_cursor: Cursor | None) -> None:
        """Note that a page of so many rows has come, and where it leads."""
        self.asked = self.cursor
        self.is_stale = False
        self.pages += 1
        self.empty_in_a_row = 0 if rows else self.empty_in_a_row + 1
        self.cursor = next_cursor or None
        if self.cursor is None:
            return
        mark = hash(self.cursor)
        self.seen = self.seen or set()
        if mark in self.seen:
            # The rows came once and are good; only the way on is not.
            self.cursor = None
            self.dead_end = _repeated(self.pages)
        self.seen.add(mark)


def _repeated(pages: int) -> ProviderFailure:
    return ProviderFailure(
        FailureKind.PROTOCOL,
        f"page {pages} names a next page that was read before (repeated nextToken)",
        "The list may be incomplete. Read it again from the start.",
        retryable=False,
    )
