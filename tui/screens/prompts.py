"""What the prompts of the explorer ask for."""

from collections.abc import Callable
from dataclasses import dataclass

from tui.screens import picking
from tui.screens.place import Place


@dataclass(frozen=True, slots=True)
class OpenPrompt:
    """A prompt that is open: what it says and what its answers do."""

    title: str
    text: str
    hint: str
    typed: Callable[[str], None]
    """Called after every key."""
    entered: Callable[[str], str | None]
    """Called on Enter. Returns a complaint to show, or None to close the prompt."""
    cancelled: Callable[[], None]


def narrowing_prompt(
    text: str, narrow: Callable[[str], None], choose: Callable[[], None]
) -> OpenPrompt:
    """Narrow a picker by typing.

    Args:
        text: What is there already.
        narrow: Shows only rows that hold the text.
        choose: Opens the row that is left, if one is left.
    """

    def entered(_text: str) -> None:
        choose()

    return OpenPrompt(
        title="FILTER",
        text=text,
        hint="part of a name or id; or paste any id, ARN or EventBridge JSON",
        typed=narrow,
        entered=entered,
        cancelled=lambda: narrow(""),
    )


def service_prompt(place: Place, go: Callable[[Place], None]) -> OpenPrompt:
    """Ask the service for some participants only. An empty text asks for all.

    Args:
        place: The participant list.
        go: Opens the list so filtered.
    """

    def entered(text: str) -> str | None:
        try:
            narrowed = picking.parse_service_filter(text)
        except ValueError as complaint:
            return str(complaint)
        go(Place(place.stage_arn, place.session_id, narrowed=narrowed))
        return None

    return OpenPrompt(
        title="ASK SERVICE",
        text=picking.filter_text(place.narrowed) if place.narrowed else "",
        hint="user:ID | published:yes|no | state:connected|disconnected | recording:failed",
        typed=lambda _text: None,
        entered=entered,
        cancelled=lambda: None,
    )
