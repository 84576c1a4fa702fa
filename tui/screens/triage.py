"""Triage: what speaks of a whole session: trouble, summary, lanes, comparison."""

from tui.provider.provider import StageDataProvider
from tui.screens.clock import Clock
from tui.screens.deed import Deed
from tui.screens.trouble import Trouble, Troubled


class Triage:
    """Holds the parts together, so that the explorer knows one."""

    def __init__(
        self, explorer: Troubled, provider: StageDataProvider, clock: Clock, next_error: Deed
    ) -> None:
        self._trouble = Trouble(explorer, provider, next_error)

    def table(self) -> dict[str, Deed]:
        """Deeds by command id."""
        return {**self._trouble.table()}

    def stop(self) -> bool:
        """Stop what runs. Returns whether something did."""
        return self._trouble.stop()

    def changed(self, what: object) -> None:
        """Something that the provider holds changed."""
        self._trouble.changed(what)
