"""The start screen: what can be opened where nothing is configured yet, or not enough."""

from typing import Final

from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.frozen import frozen
from ivscope.render.cells import clip, pad
from ivscope.render.fields import field
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import safe

UNSET: Final = frozenset({FailureKind.CREDENTIALS, FailureKind.CONFIGURATION})
"""Failures of the list of stages that a person meets who has set up nothing yet."""


@frozen
class StartChoice:
    """A row of the start screen."""

    title: str
    what: str
    """What it opens, for the row."""
    about: str
    """What happens then, for the detail."""


DEMO: Final = StartChoice(
    "Demo",
    "a made-up incident, no AWS needed",
    "Opens ivscope --demo: stages, sessions and events that were made up, served over HTTP on this "
    "machine. No credentials are used and nothing leaves it.",
)
PROFILE: Final = StartChoice(
    "Profile",
    "another AWS profile of your configuration",
    "Lists the profiles of your AWS configuration. The one chosen is used from then on; "
    "ivscope --profile NAME does it from the start.",
)
REGION: Final = StartChoice(
    "Region",
    "another AWS Region",
    "Lists the Regions where IVS Real-Time is. The one chosen is read from then on; "
    "ivscope --region NAME does it from the start.",
)
PASTE: Final = StartChoice(
    "ARN or alert",
    "paste it here at any time",
    "Reads a stage ARN, an alert, a log line or an EventBridge event, and opens the place that it "
    "names, in the Region of the ARN.",
)
FILE: Final = StartChoice(
    "File",
    "a recording, saved events, EventBridge or AWS CLI JSON",
    "Opens a file without AWS, as ivscope open FILE does.",
)

CHOICES: Final = (DEMO, PROFILE, REGION, PASTE, FILE)
"""In the order of the screen."""

_TITLE_CELLS = 14
"""The longest title, and two blanks."""


_CAUSE_LINES = 3
"""Lines of the cause: more would leave no room for what to do."""


def start_line(row: StartChoice, width: int) -> Line:
    """Draw a row in so many cells."""
    title = clip(pad(row.title, _TITLE_CELLS), width)
    what = clip(row.what, max(0, width - _TITLE_CELLS))
    return Span(title, Role.STRONG), Span(what)


def start_titles(width: int) -> Line:
    """Draw what stands above the rows."""
    return (Span(clip("OPEN", width), Role.MUTED),)


def start_tail(failure: ProviderFailure, width: int) -> tuple[Line, ...]:
    """Say below the rows why there are no stages, and what helps besides choosing one."""
    cause = (
        Span(f"{failure.kind}  ", Role.ERROR),
        Span(clip(failure.summary, _CAUSE_LINES * width), Role.STRONG),
    )
    remedy = safe(failure.remedy)
    step = f"Choose one of these, or {remedy[:1].lower()}{remedy[1:]}"
    return (*field("Failed", cause, width), *field("Do", (Span(step),), width))
