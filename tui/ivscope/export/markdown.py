r"""Markdown that text from outside cannot forge: all of it stands in code, made safe.

Only what CommonMark and Slack read alike is used: code spans, fences, list items.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC

from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantScope
from ivscope.domain.token_comparison import (
    Change,
    Presence,
    TokenComparison,
    TokenField,
    TokenRow,
    TokenSide,
    compare_tokens,
)
from ivscope.knowledge.explanation import Explanation
from ivscope.knowledge.explanations import explain_code, explain_event, explain_missing_code
from ivscope.render.fields import value_span
from ivscope.render.safe import safe_lines
from ivscope.render.timestamps import full
from ivscope.render.token_lines import token_verdict

_BACKTICK = re.compile(r"(\\*)`")


def code(text: str) -> str:
    """A value from outside as a code span, cut like in the panes; empty is the word for it."""
    return f"`{_without_backticks(value_span(text).text)}`"


def fence(lines: Iterable[str]) -> str:
    """Lines of safe parts as a fenced block, without a language."""
    body = "\n".join(_without_backticks(safe_lines(line)) for line in lines)
    return f"```\n{body}\n```"


def _without_backticks(text: str) -> str:
    r"""A backtick would end the code; it becomes `\x60`, as `safe` writes what it escapes."""
    return _BACKTICK.sub(lambda match: match[1] * 2 + "\\x60", text)


_SIGNATURE = "ivscope"


def event_markdown(event: Event, scope: ParticipantScope, user_id: str | None) -> str:
    """The event with its ids and its explanation; times in UTC.

    Args:
        event: What to tell.
        scope: Where it was read.
        user_id: The participant's name. None when it has none or it is not known.
    """
    who = code(event.participant_id if event.participant_id is not None else scope.participant_id)
    if user_id is not None:
        who = f"{who} user id {code(user_id)}"
    items = [("Participant", who)]
    if event.remote_participant_id is not None:
        items.append(("Publisher", code(event.remote_participant_id)))
    items += [("Session", code(scope.session_id)), ("Stage", code(scope.stage_arn))]
    if event.destination_stage_arn is not None:
        items.append(("To stage", code(event.destination_stage_arn)))
    if event.destination_session_id is not None:
        items.append(("To session", code(event.destination_session_id)))
    if event.replica:
        is_subscribe = (event.name or "").startswith("SUBSCRIBE_")
        items.append(("Replica", "the publisher is one" if is_subscribe else "yes"))
    if has_tokens(event):
        items.append(("Token", code(token_verdict(_comparison(event)))))
    items += _explained(_card(event))
    lines = [_headline(event), *(f"- {label}: {text}" for label, text in items), _SIGNATURE]
    return "\n".join(lines)


def has_tokens(event: Event) -> bool:
    """Whether there is a token to compare."""
    return event.previous_token is not None or event.new_token is not None


def token_markdown(event: Event) -> str:
    """The token comparison as a fenced diff: verdict, then `-` before and `+` after.

    What did not change is indented by as much.
    """
    comparison = _comparison(event)
    lines = [value_span(token_verdict(comparison)).text]
    for row in comparison.rows:
        lines += _diff(row, comparison)
    return f"Token exchange at {code(full(event.time, UTC))}\n{fence(lines)}"


def _comparison(event: Event) -> TokenComparison:
    return compare_tokens(event.previous_token, event.new_token, event.time)


def _headline(event: Event) -> str:
    parts = ["(no name)" if event.name is None else code(event.name)]
    if event.error_code:
        parts.append(code(event.error_code))
    elif event.is_error:
        parts.append("no error code")
    return f"{' '.join(parts)} at {code(full(event.time, UTC))}"


def _card(event: Event) -> Explanation:
    if event.error_code:
        return explain_code(event.error_code)
    return explain_missing_code() if event.is_error else explain_event(event.name)


def _explained(card: Explanation) -> Iterator[tuple[str, str]]:
    reading = " (our reading)" if card.is_known and not card.is_documented else ""
    yield "Means", f"{card.meaning}{reading}"
    for limit in card.limits:
        yield "Limit", limit.text
    for cause in card.causes:
        yield "Cause" if cause.is_documented else "Likely cause", cause.text
    yield "Next check", card.next_check
    yield "Page", card.page


def _diff(row: TokenRow, comparison: TokenComparison) -> Iterator[str]:
    is_whole = comparison.has_previous and comparison.has_new
    if row.change is Change.SAME or not is_whole:
        side = row.after if comparison.has_new else row.before
        yield f"  {_told(row, side)}"
        return
    for mark, side in (("-", row.before), ("+", row.after)):
        if side.presence is not Presence.ABSENT:
            yield f"{mark} {_told(row, side)}"


def _told(row: TokenRow, side: TokenSide) -> str:
    names = {TokenField.CAPABILITIES: "capability", TokenField.ATTRIBUTES: "attribute"}
    label = str(row.field) if row.key is None else f"{names[row.field]} {value_span(row.key).text}"
    if row.field is TokenField.CAPABILITIES and row.key is not None:
        return label
    if side.value is None:
        return f"{label}: {side.presence}"
    value = value_span(side.value).text if isinstance(side.value, str) else full(side.value, UTC)
    return f"{label}: {value}"
