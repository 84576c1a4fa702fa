"""PageCursor: how far a list was read, and the cursor of its next page."""

from dataclasses import dataclass

from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Cursor


@dataclass(slots=True)
class PageCursor:
    """How far one pass over a list has come, from its start or from a page in the middle."""

    generation: int = 0
    cursor: Cursor | None = None
    """Asks for the next page. None for the first page, and behind the last one."""
    pages: int = 0
    asked: Cursor | None = None
    """The cursor that gave the last page; None when that was the first page of the list."""
    base: int = 0
    """Rows of the feed before those of the last page."""
    rows: int = 0
    """Rows that came in this pass, repeats included; -1 where the pass was made elsewhere."""
    last_rows: int = 0
    """Rows of the last page."""
    empty_in_a_row: int = 0
    seen: set[int] | None = None
    """Hashes of the cursors received. The texts can be long, and hashes of a few thousand
    cursors do not meet by chance. None before the first: most feeds have one page, and a scan
    makes thousands of feeds."""
    dead_end: ProviderFailure | None = None
    """Why this pass cannot go on although the service says that more follows."""
    is_settled: bool = False
    """Whether nothing can have come in since this pass began, so that no page repeats rows."""
    is_unsure: bool = False
    """Whether rows of this pass were left out that may be repeats. Another pass has to tell."""
    has_missed_rows: bool = False
    """Whether a refresh has left out such rows, so that the next one has to read all again."""

    @property
    def is_at_end(self) -> bool:
        """Whether all pages were read."""
        return self.pages > 0 and self.cursor is None and self.dead_end is None

    @property
    def needs_another_pass(self) -> bool:
        """Whether all pages were read, and all must be read again."""
        return self.is_unsure and self.is_at_end

    def turn(self, rows: int, next_cursor: Cursor | None) -> None:
        """Note that a page of so many rows has come, and where it leads."""
        self.asked = self.cursor
        self.pages += 1
        self.rows += rows
        self.last_rows = rows
        self.empty_in_a_row = 0 if rows else self.empty_in_a_row + 1
        self.cursor = next_cursor or None
        if self.cursor is None:
            return
        mark = hash(self.cursor)
        self.seen = self.seen or set()
        if mark in self.seen:
            # The rows of this page are good; only its cursor leads back to a page read before.
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
