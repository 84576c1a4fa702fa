"""Completeness: the one vocabulary for how much was read, on screen and in files.

"150 read, more available" while pages are left; ALL READ with the time at which the one pass began
that came to the end; READ IN PARTS where passes could not be put together with proof; PARTLY READ
where participants are left or were denied. Nobody knows that everything was read of what still
grows, so ALL READ never stands without its time unless the rows are recorded ones, whose time
stands beside it.
"""

from datetime import datetime, tzinfo

from ivscope.domain.durations import duration
from ivscope.render.timestamps import clock

MORE_AVAILABLE = "more available"

PARTICIPANTS_LEFT = "participants left"
"""Said of everybody's events: rows of those who are not read yet can stand anywhere."""

READ_IN_PARTS = "READ IN PARTS"

ALL_READ = "ALL READ"

PARTLY_READ = "PARTLY READ"


def all_read(at: datetime | None, zone: tzinfo) -> str:
    """Say that all was read that the service had at a time: "ALL READ 20:31:07".

    Args:
        at: When the pass began; None for recorded rows.
        zone: Zone in which it is shown.
    """
    return ALL_READ if at is None else f"{ALL_READ} {clock(at, zone)}"


def share_read(read: int, known: int, *, all_listed: bool) -> str:
    """Say how many participants are read: "PARTLY READ 15 of 40"."""
    return f"{PARTLY_READ} {_of(read, known, all_listed=all_listed)}"


def being_read(read: int, known: int, eta: float | None, *, all_listed: bool) -> str:
    """Say how far reading is and how long it takes: "READING 15 of 40 · 12 s"."""
    left = "" if eta is None else f" · {duration(eta)}"
    return f"READING {_of(read, known, all_listed=all_listed)}{left}"


def rows_read(
    count: int,
    noun: str,
    *,
    has_more: bool,
    is_all: bool,
    in_parts: bool,
    left: str = MORE_AVAILABLE,
) -> str:
    """Say how many rows were read and whether they are all.

    Args:
        count: Rows read that count.
        noun: Plural, such as "events"; empty where a title says it.
        has_more: Whether the service said that more can be read.
        is_all: Whether they are all that there was.
        in_parts: Whether all pages were read, in passes that could not be put together.
        left: What is left when more can be read.
    """
    what = f"{count:,} {noun}".rstrip()
    if is_all:
        return f"{what}, all read"
    if in_parts:
        return f"{what}, read in parts"
    return f"{what} read, {left}" if has_more and count else f"{what} read"


def _of(read: int, known: int, *, all_listed: bool) -> str:
    return f"{read:,} of {known:,}" if all_listed else f"{read:,} of {known:,} listed so far"
