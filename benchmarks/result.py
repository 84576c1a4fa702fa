"""Result: one line of the table, and how the table is printed."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median


@dataclass(frozen=True, slots=True)
class Result:
    """A figure, with the yardstick that was measured in the same run."""

    what: str
    measured: str
    yardstick: str = ""
    """What it is compared with, and the figure of that."""
    ratio: float | None = None
    """Figure divided by that of the yardstick; None where only the figure counts."""
    bar: str = ""
    """The limit for it; empty without a limit."""
    is_ok: bool | None = None
    """Whether the limit is kept; None without a limit."""

    @property
    def verdict(self) -> str:
        """The text of the last column."""
        if self.is_ok is None:
            return "-"
        return "ok" if self.is_ok else "OVER"


def compared(
    what: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    unit: str,
    beside: str,
    bar: float | None = None,
) -> Result:
    """Compare the medians of two interleaved series."""
    mine, other = median(ours), median(theirs)
    return Result(
        what,
        amount(mine, unit),
        f"{beside} {amount(other, unit)}",
        mine / other,
        "" if bar is None else f"<= {bar:g} x",
        None if bar is None else mine / other <= bar,
    )


def limited(
    what: str, measured: float, bar: float, *, unit: str, note: str = "", beside: str = ""
) -> Result:
    """Compare a figure with an absolute limit."""
    return Result(
        what,
        amount(measured, unit) + note,
        beside,
        None,
        f"<= {amount(bar, unit)}",
        measured <= bar,
    )


def amount(value: float, unit: str) -> str:
    """Write a figure with three significant digits, or with all digits before the point."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    text = f"{value:,.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} {unit}"


def highest(values: Iterable[float], share: float = 0.95) -> float:
    """Return the value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


_HEADINGS = ("what", "measured", "beside", "ratio", "bar", "")


def print_table(results: Iterable[Result]) -> None:
    """Print results in aligned columns, then how many are over their bar."""
    results = list(results)
    rows = [_HEADINGS, *map(_cells, results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
    print(_over(results))


def print_markdown(results: Iterable[Result], command: str) -> None:
    """Print results as a table in Markdown, under the machine and the command."""
    results = list(results)
    today = datetime.now(UTC).date()
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    print(f"`{command}` on {today}, Python {platform.python_version()}, {system}.")
    print(f"{_over(results)}\n")
    print(_markdown_row(_HEADINGS))
    print(_markdown_row(("---",) * len(_HEADINGS)))
    for one in results:
        print(_markdown_row(_cells(one)))


def _cells(one: Result) -> tuple[str, ...]:
    ratio = "" if one.ratio is None else f"{one.ratio:.2f} x"
    return (one.what, one.measured, one.yardstick, ratio, one.bar, one.verdict)


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _over(results: Sequence[Result]) -> str:
    barred = [one for one in results if one.is_ok is not None]
    over = sum(not one.is_ok for one in barred)
    return f"{over} of {len(barred)} rows with a bar are over it."
