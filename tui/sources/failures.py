"""Whatever boto3 raises, as a ProviderFailure: cause in one line, and what to do now."""

from datetime import datetime

from botocore import exceptions as boto

from tui.domain.failures import FailureKind, ProviderFailure
from tui.sources.call_context import CallContext
from tui.sources.credential_failures import credential_failure
from tui.sources.lean_session import REGION_LIST
from tui.sources.network_failures import network_failure
from tui.sources.outside_text import failure_of, one_line, said_by
from tui.sources.refusals import translate_refusal

CONNECT = "connect"
"""The operation while session and client are built, before any call."""


def translate(
    error: Exception, *, operation: str, context: CallContext, now: datetime
) -> ProviderFailure:
    """The failure for anything that boto3 raised.

    Specific errors come before the ones they inherit from: TLS and proxy trouble before lost
    connections, logins before other credentials. Built-in exceptions escape from botocore too
    (an unreadable body, a setting it cannot convert) and come last.

    Args:
        error: What was raised around a boto3 call, and nothing but that call.
        operation: The API operation, such as `ListStages`, or `CONNECT`.
        context: What may be named.
        now: The local clock, aware, to compare with the Date of an answer.
    """
    if isinstance(error, boto.ClientError):
        return translate_refusal(error, operation=operation, context=context, now=now)
    return (
        credential_failure(error, context)
        or network_failure(error, context)
        or _from_configuration(error, context)
        or _from_builtin(error, operation, context)
    )


def _from_configuration(error: Exception, context: CallContext) -> ProviderFailure | None:
    said = said_by(error)
    match error:
        case boto.NoRegionError():
            return failure_of(
                FailureKind.CONFIGURATION,
                "no AWS Region is set",
                f"Choose one with --region, a stage ARN or AWS_REGION: {REGION_LIST}.",
            )
        case boto.InvalidRegionError():
            return failure_of(
                FailureKind.CONFIGURATION,
                f"not the name of an AWS Region: {error.kwargs.get('region_name')!r}",
                f"Choose one of {REGION_LIST}.",
            )
        case boto.ProfileNotFound():
            there = ", ".join(context.known_profiles) or "none"
            return failure_of(
                FailureKind.CONFIGURATION,
                f"no such profile: {error.kwargs.get('profile')}",
                one_line(f"Choose another with --profile or AWS_PROFILE. There are: {there}."),
            )
        case boto.ConfigParseError() | boto.ConfigNotFound():
            return failure_of(
                FailureKind.CONFIGURATION,
                f"cannot read the AWS configuration: {error.kwargs.get('path')}",
                "Correct this file, then r to retry.",
            )
        case boto.InvalidConfigError():
            return failure_of(
                FailureKind.CONFIGURATION,
                f"{context.profile_words} is not complete or contradicts itself: {said}",
                "Correct the profile (role_arn, source_profile, credential_source, sso_…), then r "
                "to retry.",
            )
        case boto.ParamValidationError():
            return failure_of(FailureKind.INVALID, f"not a valid request: {said}", "Check the ids.")
        case boto.DataNotFoundError():
            return failure_of(
                FailureKind.CONFIGURATION,
                f"this botocore does not know ivs-realtime: {said}",
                "Install a newer boto3 beside ivscope.",
            )
        case boto.BotoCoreError():
            return failure_of(
                FailureKind.CONFIGURATION,
                f"the AWS client refuses a setting: {said}",
                "Correct the setting it names, then r to retry.",
            )
        case _:
            return None


def _from_builtin(error: Exception, operation: str, context: CallContext) -> ProviderFailure:
    said, code = said_by(error), type(error).__name__
    match error:
        case FileNotFoundError() | PermissionError():
            return failure_of(
                FailureKind.CREDENTIALS,
                f"a file for the credentials of {context.profile_words} cannot be read: "
                f"{error.filename}",
                "Correct the path (AWS_WEB_IDENTITY_TOKEN_FILE, credential_process), then r to "
                "retry.",
                code=code,
            )
        case RuntimeError() if "credential" in said:
            return failure_of(
                FailureKind.EXPIRED,
                f"{context.profile_words} gives credentials that have already expired: {said}",
                context.renewal,
                code=code,
            )
        case _ if operation == CONNECT:
            return failure_of(
                FailureKind.CONFIGURATION,
                f"the AWS client cannot be set up: {code}: {said}",
                _setting_remedy(error, context),
                code=code,
            )
        case UnicodeError():
            return failure_of(
                FailureKind.PROTOCOL,
                f"unreadable answer from {context.host}",
                "Something between here and AWS changed the answer; r to retry once.",
                retryable=True,
                code=code,
            )
        case _:
            return failure_of(
                FailureKind.PROTOCOL,
                f"unexpected answer from {context.host} (not an IVS response)",
                "Check the endpoint URL and the proxy.",
                code=code,
            )


def _setting_remedy(error: Exception, context: CallContext) -> str:
    said = str(error)
    if "ndpoint" in said or "URL" in said:
        return "Correct --endpoint-url, AWS_ENDPOINT_URL_IVS_REALTIME or AWS_ENDPOINT_URL."
    if "JSON" in type(error).__name__:
        return (
            f"Run the credential_process of {context.profile_words} by hand: it must print JSON; "
            "then r to retry."
        )
    return "Check the AWS_… environment variables and the AWS configuration file, then r to retry."
