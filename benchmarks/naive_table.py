"""The naive way to show many rows: Textual's DataTable with all of them.

    python -m benchmarks.naive_table FILE

Shows the lines of a file, their columns apart by two spaces.
"""

import sys
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import DataTable


class NaiveTable(App[None]):
    """One table."""

    BINDINGS: ClassVar[list[BindingType]] = [("j", "down", "down")]

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        """Make the table."""
        yield DataTable[str](cursor_type="row")

    def on_mount(self) -> None:
        """Fill it."""
        table = self.query_one(DataTable)
        rows = [line.split("  ") for line in self._path.read_text().splitlines()]
        width = max(map(len, rows))
        table.add_columns(*("column",) * width)
        table.add_rows([*row, *("",) * (width - len(row))] for row in rows)

    def action_down(self) -> None:
        """Move the cursor."""
        self.query_one(DataTable).action_cursor_down()


if __name__ == "__main__":
    NaiveTable(Path(sys.argv[1])).run(mouse=False)
