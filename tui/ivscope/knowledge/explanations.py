"""Looking up the explanation of an event name or an error code, known or not."""

from ivscope.knowledge.error_codes import ERROR_CODES
from ivscope.knowledge.event_names import EVENT_NAMES
from ivscope.knowledge.explanation import GUIDE, REFERENCE, Explanation

_LOOK_UP = f"{REFERENCE}/API_Event.html"


def explain_event(name: str | None) -> Explanation:
    """The card of an event name; an honest one for a name that is unknown or absent."""
    if name is None:
        return Explanation(
            title="no name",
            meaning="The answer had an event without a name.",
            next_check="Read its other members below.",
            page=_LOOK_UP,
            is_documented=False,
            is_known=False,
        )
    return EVENT_NAMES.get(name) or _unknown(name, "event name")


def explain_code(code: str) -> Explanation:
    """The card of an error code; an honest one for a code that is unknown."""
    return ERROR_CODES.get(code) or _unknown(code, "error code")


def explain_missing_code() -> Explanation:
    """The card of an error event that came without a code."""
    return Explanation(
        title="no error code",
        meaning="The event reports an error but came without a code.",
        next_check="Read the events around it and the client's log.",
        page=f"{GUIDE}/stage-health.html",
        is_documented=False,
        is_known=False,
    )


def _unknown(text: str, what: str) -> Explanation:
    return Explanation(
        title=text,
        meaning=f"This version of ivscope does not know this {what}. It is shown as it came.",
        next_check="Look it up on the page below; a newer ivscope may explain it.",
        page=_LOOK_UP,
        is_documented=False,
        is_known=False,
    )
