"""Launch: how the explorer was asked to start."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ivscope.workspace.place import Place


class RecordingStatus(Protocol):
    """Where everything that is read is saved."""

    path: Path
    lost: int
    """Answers that could not be saved."""
    failure: str | None
    """Why the last one was lost."""

    @property
    def in_words(self) -> str:
        """What became of it."""
        ...


@dataclass(frozen=True, slots=True)
class Launch:
    """Where to begin, and what the header and copied commands say of the connection."""

    label: str
    """What the header begins with: the profile, or the demo."""
    start: "Callable[[], Place]"
    profile: str | None = None
    """None for the default one."""
    world: str | None = None
    """World of the demo; None outside it."""
    at: str | None = None
    """Time to go to in the participant's events."""
    filter: str | None = None
    """Filter of the participant's events."""
    keeper: RecordingStatus | None = None
    """None when nothing is recorded."""
    complaints: tuple[str, ...] = ()
    """About the configuration."""
