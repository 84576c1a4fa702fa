"""Which rules speak about which event."""

from collections.abc import Callable, Iterable
from typing import Final

from tui.domain import events
from tui.domain.stages import ParticipantScope
from tui.findings.capabilities import token_in_force
from tui.findings.client import documented_faults, encoder_or_browser
from tui.findings.finding import Finding
from tui.findings.here import Here, look
from tui.findings.ingest_now import configuration_now, protocol_now
from tui.findings.known import Known
from tui.findings.leaving import left
from tui.findings.publish_stopped import publish_stopped
from tui.findings.publisher_not_found import publisher_state
from tui.findings.quota import publishers_against_limit
from tui.findings.repeats import repeated
from tui.findings.replication import replication_stopped
from tui.findings.stream_duration import measured_duration
from tui.findings.stream_keys import shared_stream_key, worked_later
from tui.findings.token_exchange import token_exchanged

Rule = Callable[[Here], Iterable[Finding]]

_BY_CODE: Final[dict[str, tuple[Rule, ...]]] = {
    "INSUFFICIENT_CAPABILITIES": (token_in_force,),
    "PUBLISHER_NOT_FOUND": (publisher_state,),
    "QUOTA_EXCEEDED": (publishers_against_limit,),
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
"""Rules of a code, the most telling one first."""

_BY_NAME: Final[dict[str, tuple[Rule, ...]]] = {
    events.LEFT: (left, documented_faults),
    events.PUBLISH_STOPPED: (publish_stopped,),
    events.TOKEN_EXCHANGED: (token_exchanged,),
    events.REPLICATION_STOPPED: (replication_stopped,),
}


def findings_for(scope: ParticipantScope, position: int, known: Known) -> tuple[Finding, ...]:
    """What is held that bears on one event, the most telling finding first.

    Empty when nothing does, or when the event is not held. Looks at the events around it, and at
    all of joining and publishing when it matters what was published.
    """
    here = look(scope, position, known)
    if here is None:
        return ()
    rules: list[Rule] = []
    if here.event.is_error:
        rules += _BY_CODE.get(here.event.error_code or "", ())
        rules += (documented_faults, repeated)
    else:
        rules += _BY_NAME.get(here.event.name or "", ())
    return tuple(finding for rule in rules for finding in rule(here))
