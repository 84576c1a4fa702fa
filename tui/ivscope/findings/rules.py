"""Runs the rules for one event, or for a whole session."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from ivscope.domain import events
from ivscope.domain.stages import ParticipantScope
from ivscope.findings.capabilities import token_in_force
from ivscope.findings.client import (
    documented_faults,
    encoder_or_browser,
    matching_faults,
    sdk_versions,
)
from ivscope.findings.event_context import EventContext, look
from ivscope.findings.finding import Certainty, Finding, RuleFailed
from ivscope.findings.ingest_now import configuration_now, protocol_now
from ivscope.findings.known_facts import KnownFacts, SessionFacts
from ivscope.findings.leaving import left, subscription_stopped
from ivscope.findings.publisher_not_found import publisher_state, unreachable_publishers
from ivscope.findings.publishing import publish_stopped
from ivscope.findings.quota import after_quota, publishers_against_limit, quota_against_slots
from ivscope.findings.repeats import bursts, error_cycle, errors_of_codes, repeated, stay_cycle
from ivscope.findings.replication import replica_left, replication_stopped
from ivscope.findings.session_context import session_context
from ivscope.findings.shared_users import same_user_joined, shared_users
from ivscope.findings.stream_duration import measured_duration
from ivscope.findings.stream_keys import shared_stream_key, worked_later
from ivscope.findings.token_exchange import token_exchanged

Subject = TypeVar("Subject")

Rule = Callable[[EventContext], Iterable[Finding]]

Failed = Callable[[str, Exception], object]
"""Called with the name of a rule and the exception it raised, which is a bug of ours."""


def _raise(_rule: str, error: Exception) -> None:
    raise error


_BY_CODE: Final[dict[str, tuple[Rule, ...]]] = {
    "INSUFFICIENT_CAPABILITIES": (token_in_force,),
    "PUBLISHER_NOT_FOUND": (publisher_state,),
    "QUOTA_EXCEEDED": (publishers_against_limit, after_quota),
    "STREAM_DURATION_EXCEEDED": (measured_duration,),
    "REUSE_OF_STREAM_KEY": (
        worked_later,
        shared_stream_key,
        configuration_now,
        encoder_or_browser,
    ),
    "INVALID_STREAM_KEY": (
        worked_later,
        configuration_now,
        shared_stream_key,
        encoder_or_browser,
    ),
    "INVALID_PROTOCOL": (encoder_or_browser, protocol_now),
    "BITRATE_EXCEEDED": (encoder_or_browser,),
    "RESOLUTION_EXCEEDED": (encoder_or_browser,),
    "B_FRAME_PRESENT": (encoder_or_browser,),
    "INVALID_AUDIO_CODEC": (encoder_or_browser,),
    "INVALID_VIDEO_CODEC": (encoder_or_browser,),
    "INVALID_INPUT": (encoder_or_browser,),
}
"""The rules of each error code, the most useful one first."""

_BY_NAME: Final[dict[str, tuple[Rule, ...]]] = {
    events.LEFT: (left, same_user_joined, replica_left, stay_cycle, documented_faults),
    events.PUBLISH_STOPPED: (publish_stopped, documented_faults),
    events.SUBSCRIBE_STOPPED: (subscription_stopped,),
    events.TOKEN_EXCHANGED: (token_exchanged,),
    events.REPLICATION_STOPPED: (replication_stopped,),
}


def findings_for(
    scope: ParticipantScope, position: int, facts: KnownFacts, failed: Failed = _raise
) -> tuple[Finding, ...]:
    """Findings about one event, the most useful one first.

    Empty when no rule finds anything, or when the event was not read. Looks at the events around
    it, and at all events of joining and publishing if a rule needs them. If a rule raises, `failed`
    is called, a finding says that the rule failed, and the others go on.
    """
    context = look(scope, position, facts)
    if context is None or context.event.contradiction is not None:
        return ()
    rules: list[Rule] = []
    if context.event.is_error:
        rules += _BY_CODE.get(context.event.error_code or "", ())
        rules += (documented_faults, repeated, error_cycle)
    else:
        rules += _BY_NAME.get(context.event.name or "", ())
    return tuple(_follow(rules, context, failed))


_RULES = (
    bursts,
    quota_against_slots,
    unreachable_publishers,
    shared_users,
    matching_faults,
    sdk_versions,
)
"""The rules for a whole session, in the order of their findings."""


def session_findings(facts: SessionFacts, failed: Failed = _raise) -> tuple[Finding, ...]:
    """Findings about the events of all participants read so far.

    Looks at every event: a session of a million takes a worker, not the UI thread. References
    are to the log of the session. A rule that raises is treated as `findings_for` does. Where no
    rule says what happened, the errors themselves are said first.
    """
    session = session_context(facts)
    found = tuple(_follow(_RULES, session, failed))
    if all(one.certainty is Certainty.UNKNOWN for one in found):
        return (*_follow((errors_of_codes,), session, failed), *found)
    return found


def _follow(
    rules: Sequence[Callable[[Subject], Iterable[Finding]]], subject: Subject, failed: Failed
) -> Iterator[Finding]:
    """The findings of the rules, in order. A rule that raises does not stop the others."""
    for rule in rules:
        try:
            yield from rule(subject)
        except Exception as error:  # noqa: BLE001 - handed on whole, never swallowed
            failed(rule.__name__, error)
            yield Finding(RuleFailed(rule.__name__, type(error).__name__), Certainty.UNKNOWN)
