"""Request members from scopes, checked before a call so that a typing slip gets a plain answer."""

from tui.domain.failures import FailureKind, ProviderFailure
from tui.domain.identifiers import (
    is_participant_id,
    is_session_id,
    is_stage_arn,
    parse_stage_arn,
)
from tui.domain.pages import Cursor
from tui.domain.stages import ParticipantFilter, ParticipantScope, SessionScope
from tui.sources.call_context import CallContext
from tui.sources.outside_text import failure_of, one_line


def stage_member(arn: str, context: CallContext) -> str:
    """The ARN, if it is one and its stage is in the Region that is read.

    Raises:
        ProviderFailure: It is not, with what to do.
    """
    if not is_stage_arn(arn):
        raise _not_an("stage ARN", arn, "arn:aws:ivs:REGION:ACCOUNT:stage/ID")
    region = parse_stage_arn(arn)
    if region != context.region and context.is_aws:
        raise failure_of(
            FailureKind.CONFIGURATION,
            f"this stage is in {region}, but {context.region} is read",
            f"Start ivscope again with --region {region}, or with the ARN alone.",
        )
    return arn


def session_members(scope: SessionScope, context: CallContext) -> dict[str, str]:
    """`stageArn` and `sessionId`.

    Raises:
        ProviderFailure: One of them cannot be right.
    """
    if not is_session_id(scope.session_id):
        raise _not_an("session id", scope.session_id, "st- and 13 letters or digits")
    return {"stageArn": stage_member(scope.stage_arn, context), "sessionId": scope.session_id}


def participant_members(scope: ParticipantScope, context: CallContext) -> dict[str, str]:
    """`stageArn`, `sessionId` and `participantId`.

    Raises:
        ProviderFailure: One of them cannot be right.
    """
    members = session_members(scope.session, context)
    return {**members, "participantId": participant_member(scope.participant_id)}


def participant_member(participant_id: str) -> str:
    """The participant id.

    Raises:
        ProviderFailure: It cannot be one.
    """
    if not is_participant_id(participant_id):
        raise _not_an("participant id", participant_id, "1 to 64 letters, digits, - or _")
    return participant_id


def paging_members(cursor: Cursor | None) -> dict[str, str]:
    """`nextToken`, or nothing for the first page: botocore refuses None."""
    return {} if cursor is None else {"nextToken": cursor}


def filter_members(narrowed: ParticipantFilter | None) -> dict[str, str | bool]:
    """The one filter of ListParticipants, or nothing."""
    return {} if narrowed is None else {narrowed.member: narrowed.value}


def _not_an(what: str, text: str, form: str) -> ProviderFailure:
    shown = one_line(text) or "empty"
    return failure_of(
        FailureKind.INVALID, f"not a {what}: {shown}", f"A {what} looks like this: {form}."
    )
