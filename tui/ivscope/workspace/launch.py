"""Launch: where the explorer starts, and what it says about its connection."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ivscope.domain.frozen import frozen

if TYPE_CHECKING:
    from pathlib import Path

    from ivscope.analysis.notices import Notices
    from ivscope.domain.identifiers import Identifiers
    from ivscope.provider.store.source import Source
    from ivscope.workspace.place import Place


@frozen
class RecordingStatus:
    """What the header says about the file in which everything that is read is recorded."""

    file_name: str
    """With a word on another ivscope that saves in it too."""
    lost: int
    """Answers that could not be saved."""
    failure: str | None
    """Why the last one was lost."""


@frozen
class Accounts:
    """The accounts and Regions that can be read instead, from the user's AWS configuration."""

    profiles: Callable[[], tuple[str, ...]]
    """Returns the names of the profiles. Reads small files."""
    regions: tuple[str, ...]
    """Where IVS Real-Time is."""
    connect: "Callable[[str | None, str | None, str | None], Connecting]"
    """Called with profile, Region and a stage ARN that gives the Region where none is set. Connects
    to nothing yet."""


@frozen
class Connecting:
    """How another account is read."""

    connect: "Callable[[], Source]"
    label: str
    """What the header begins with until that is known better."""


@frozen
class Elsewhere:
    """Where to go on, and what was typed there."""

    profile: str | None
    region: str | None
    place: "Place"
    at: str | None
    """Time of the event under the cursor, to go to; None outside an event list."""
    filter: str | None
    note: str


@frozen
class Launch:
    """Where to begin, and what the header and copied commands say of the connection."""

    label: str
    """What the header begins with: the profile, or the demo."""
    start: "Callable[[], Place]"
    profile: str | None = None
    """None for the default one."""
    world: str | None = None
    """World of the demo; None outside it."""
    is_redacted: bool = False
    """Whether user ids and attributes are shown by stand-ins."""
    at: str | None = None
    """Time to go to in the participant's events."""
    event: "Identifiers | None" = None
    """What a pasted text tells of an event of the participant, to go to."""
    notices: "Callable[[str], Notices | None] | None" = None
    """Called with a text that was pasted, empty for none. Returns what EventBridge has told in it
    and before it, in the text or the file that one came with; None where it has told nothing."""
    text: str | None = None
    """A text that names several places, to choose from."""
    note: str = ""
    """What is said at the start, such as what a file holds."""
    filter: str | None = None
    """Filter of the participant's events."""
    recording: Callable[[], RecordingStatus] | None = None
    """Returns the state of the recording; None when nothing is recorded."""
    kept: "Path | None" = None
    """File that keeps places and marks for the next run; None to keep none."""
    origin: str = ""
    """Names what is read, so that its places are offered where they can be opened."""
    region: str | None = None
    """The Region that was asked for; None for that of the ARN, or the configured one."""
    accounts: Accounts | None = None
    """What `:profile` and `:region` lead to; None where there is one account only."""
    why_one_account: str = ""
    """Why there is one account only."""
    begin_anew: Callable[[Sequence[str]], str] | None = None
    """Called with words as after `ivscope`, to begin with when the explorer was left. Returns why
    that cannot be; empty if it can. None where it can never be."""
    is_guided: bool = False
    """Whether the questions of the guided demo are asked from the start."""
    complaints: tuple[str, ...] = ()
    """What is wrong with the configuration, for the first note."""

    def elsewhere(self, to: Elsewhere, label: str) -> "Launch":
        """How to begin anew with another account or Region; what was pasted was about this one."""
        return replace(
            self,
            label=label,
            origin=label,
            profile=to.profile,
            region=to.region,
            start=lambda: to.place,
            at=to.at,
            filter=to.filter,
            note=to.note,
            event=None,
            text=None,
            complaints=(),
        )
