"""Turns error answers of AWS, a gateway or a proxy into a ProviderFailure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import ClientError

from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.frozen import frozen
from ivscope.knowledge.limits import CALLS_PER_SECOND
from ivscope.sources.call_context import CallContext
from ivscope.sources.outside_text import host_of, is_markup, one_line, page_title

_NOTICEABLE_SKEW = timedelta(minutes=1)
"""The Date header has whole seconds and an answer takes time; AWS accepts a smaller skew."""


def skew_words(headers: Mapping[str, str], now: datetime) -> str:
    """How far the local clock differs from the Date of the answer: "off: 7 min behind …"."""
    theirs = _http_date(headers.get("date"))
    if theirs is None or abs(now - theirs) < _NOTICEABLE_SKEW:
        return "off"
    minutes = round(abs(now - theirs) / timedelta(minutes=1))
    return f"off: {minutes} min {'ahead of' if now > theirs else 'behind'} the service"


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait. AWS sends milliseconds in its own header, gateways the standard one."""
    own, standard = headers.get("x-amz-retry-after"), headers.get("retry-after")
    try:
        if own is not None:
            return max(0.0, int(own) / 1000)
        if standard is not None and standard.strip().isdecimal():
            return float(int(standard))
    except ValueError:
        return None
    until = _http_date(standard)
    return max(0.0, (until - now).total_seconds()) if until else None


def _http_date(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


_THROTTLING = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "LimitExceededException",
        "BandwidthLimitExceeded",
        "SlowDown",
        "PriorRequestNotComplete",
        "429",
    }
)
"""IVS Real-Time models no throttling error; these are the ones AWS services send."""

_EXPIRED = frozenset({"ExpiredTokenException", "ExpiredToken", "TokenRefreshRequired"})
_SKEWED = frozenset({"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"})
_REFUSED_KEYS = frozenset(
    {
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidAccessKeyId",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "AuthFailure",
    }
)
_DENIED = frozenset({"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"})
_DENIED_WORDS = re.compile(
    r"User: arn:[a-z-]+:(?:sts|iam)::(?P<account>\d+):(?P<who>\S+) is not authorized to perform: "
    r"(?P<action>[\w-]+:\w+)(?: on resource: \S+)?(?P<reason>.*)"
)
"""How IAM says who was denied what, and at times on which resource and by which policy."""

_SKEW_WORDS = re.compile(r"signature (?:expired|not yet current)", re.IGNORECASE)

_SCOPE_WORDS = re.compile(r"scoped to (?:a valid region|[\w-]+/ivs/)", re.IGNORECASE)
"""How AWS, and our own endpoint, say that a call is signed for another Region than theirs."""


@frozen
class _Refusal:
    """The parts of a ClientError that the failure is made from."""

    operation: str
    code: str
    status: int
    message: str
    """One line; empty for a web page."""
    title: str | None
    """Title of the web page that came instead of a message; None when none came."""
    request_id: str | None
    headers: Mapping[str, str]

    @property
    def said(self) -> str:
        """Code and message, or the code alone."""
        return f"{self.code}: {self.message}" if self.message else self.code

    @property
    def words(self) -> str:
        """Code and message; the message alone when the code is no more than the status."""
        is_status = self.code == str(self.status)
        return (self.message or "no reason given") if is_status else self.said


def translate_refusal(
    error: ClientError, *, operation: str, context: CallContext, now: datetime
) -> ProviderFailure:
    """The failure for an answer with an error status.

    Args:
        error: What boto3 raised.
        operation: The API operation that was asked for, such as `ListStages`.
        context: The settings that the failure may name.
        now: The local clock, aware, to compare with the Date of the answer.
    """
    refusal = _read(error)
    kind, summary, remedy, retryable = _judge(refusal, operation, context, now)
    return ProviderFailure(
        kind,
        summary=summary,
        remedy=remedy,
        retryable=retryable,
        needs_new_start=_is_for_another_region(refusal, operation)
        or (
            context.has_fixed_keys
            and (kind is FailureKind.EXPIRED or refusal.code in _REFUSED_KEYS)
            and not _is_clock_off(refusal)
        ),
        code=refusal.code,
        request_id=refusal.request_id,
        retry_after=retry_after(refusal.headers, now) if retryable else None,
    )


def _read(error: ClientError) -> _Refusal:
    response: dict[str, Any] = error.response or {}  # type: ignore[assignment, unused-ignore]
    inner = response.get("Error") or {}
    metadata = response.get("ResponseMetadata") or {}
    headers = metadata.get("HTTPHeaders") or {}
    # Errors of the IVS model carry their text in exceptionMessage, which botocore passes over.
    said = str(
        response.get("exceptionMessage")
        or inner.get("Message")
        or headers.get("x-amzn-errormessage")
        or ""
    )
    page = is_markup(said)
    status = metadata.get("HTTPStatusCode")
    return _Refusal(
        operation=error.operation_name,
        code=one_line(str(inner.get("Code") or status or "unknown")),
        status=status if isinstance(status, int) else 0,
        message="" if page else one_line(said),
        title=page_title(said) if page else None,
        request_id=metadata.get("RequestId"),
        headers=headers,
    )


def _is_clock_off(refusal: _Refusal) -> bool:
    return refusal.code in _SKEWED or _SKEW_WORDS.search(refusal.message) is not None


Judgement = tuple[FailureKind, str, str, bool]
"""Kind, summary, remedy, retryable."""


def _is_for_another_region(refusal: _Refusal, operation: str) -> bool:
    """Whether an endpoint takes no calls for the Region asked, whenever they are made."""
    return refusal.operation == operation and bool(_SCOPE_WORDS.search(refusal.message))


def _judge(refusal: _Refusal, operation: str, context: CallContext, now: datetime) -> Judgement:
    code, said = refusal.code, refusal.said
    if code in _THROTTLING or refusal.status == 429:  # noqa: PLR2004 - HTTP Too Many Requests
        return (
            FailureKind.THROTTLED,
            f"AWS is throttling {refusal.operation}: {said}",
            (
                f"The limit is {CALLS_PER_SECOND} calls/s per operation, shared by the account "
                "and Region. Then press r: right after a refusal it waits a few seconds."
            ),
            True,
        )
    if code in _EXPIRED:
        return FailureKind.EXPIRED, f"credentials have expired: {said}", context.renewal, False
    if _is_clock_off(refusal):
        return (
            FailureKind.CREDENTIALS,
            f"the clock of this machine is {skew_words(refusal.headers, now)}: {said}",
            (
                "Set the clock (time synchronisation), then press r: AWS refuses requests "
                "signed at a time too far from its own."
            ),
            False,
        )
    if code == "OptInRequired":
        return (
            FailureKind.DENIED,
            f"the account has not opted in to {context.region}, or to this service there: {said}",
            (
                "Turn the Region on for the account (AWS Account Management, Regions), or choose "
                "another with --region, then press r."
            ),
            False,
        )
    if _is_for_another_region(refusal, operation):
        return (
            FailureKind.CONFIGURATION,
            f"{context.host} takes no calls for {context.region}: {said}",
            "All stages of a demo world are in one Region: open one from its list of stages."
            if context.is_demo
            else f"Start again with the endpoint URL of {context.region}, or without one.",
            False,
        )
    if code in _REFUSED_KEYS:
        return (
            FailureKind.CREDENTIALS,
            f"AWS did not accept these keys ({context.profile_words}): {said}",
            (
                "Check which credentials are used with "
                f"`aws sts get-caller-identity{context.profile_option}`, correct them, "
                + ("then start ivscope again." if context.has_fixed_keys else "then press r.")
            ),
            False,
        )
    if refusal.operation != operation:
        return _refused_before(refusal, context)
    return _judge_by_service(refusal, context) or _judge_by_status(refusal, context)


def _refused_before(refusal: _Refusal, context: CallContext) -> Judgement:
    """The failure when a call to STS or SSO, made to get credentials, was refused."""
    return (
        FailureKind.CREDENTIALS,
        (
            f"{refusal.operation} was refused while getting credentials for "
            f"{context.profile_words}: {refusal.said}"
        ),
        f"Check the role and its trust policy in {context.profile_words}, then press r.",
        refusal.status >= 500,  # noqa: PLR2004 - HTTP server errors
    )


def _judge_by_service(refusal: _Refusal, context: CallContext) -> Judgement | None:
    code, said, operation = refusal.code, refusal.said, refusal.operation
    if code in _DENIED:
        return (
            FailureKind.DENIED,
            f"ivs:{operation} is not allowed for {_who_is_denied(refusal, context)}",
            _permission_step(operation),
            False,
        )
    match code:
        case "PendingVerification":
            return (
                FailureKind.DENIED,
                f"the account is not verified yet: {said}",
                "Finish the verification of the AWS account, then press r.",
                False,
            )
        case "ResourceNotFoundException":
            return (
                FailureKind.NOT_FOUND,
                f"not found, or no longer there: {said}",
                (
                    f"Check the id, the account ({context.profile_words}) and the Region "
                    f"({context.region}). IVS does not say how long it keeps ended sessions."
                ),
                False,
            )
        case "ValidationException":
            return (
                FailureKind.INVALID,
                f"IVS rejects the request: {said}",
                "Check the ids; if a page token is no longer valid, read the list anew.",
                False,
            )
        case "ConflictException":
            return (
                FailureKind.INVALID,
                f"in conflict with the state of the resource: {said}",
                "Wait until the change of the stage is done, then press r.",
                False,
            )
        case "ServiceQuotaExceededException":
            return (
                FailureKind.INVALID,
                f"a quota of the account is used up: {said}",
                "See Service Quotas for Amazon IVS in this Region.",
                False,
            )
        case _:
            return None


def _who_is_denied(refusal: _Refusal, context: CallContext) -> str:
    """The role or user that was denied and why, in so few words that a narrow screen holds them.

    The code stands on a line of its own, the action and the stage stand beside these words.
    """
    told = _DENIED_WORDS.fullmatch(refusal.message)
    if told is None or told["action"] != f"ivs:{refusal.operation}":
        return f"{context.profile_words}: {refusal.message or refusal.code}"
    profile = f"{context.profile_words}, account {told['account']}"
    return f"{told['who']} ({profile}){told['reason']}"


_OPENED_BY_ID = {
    "ListStages": "Paste the ARN of a stage to open it, or run `ivscope ARN`.",
    "ListStageSessions": "Paste the id of a session to open it.",
    "ListParticipants": "Paste the id of a participant to open it.",
}
"""What is left to do without a list, by the operation that lists."""


def _permission_step(operation: str) -> str:
    """What helps against a missing permission; what has an id is opened by it, listed or not."""
    where = "" if operation == "ListStages" else " on this stage"
    by_id = _OPENED_BY_ID.get(operation)
    has_it = f"the action ivs:{operation} (IVSReadOnlyAccess has it){where}, or use another profile"
    return f"{by_id} Or ask for {has_it}." if by_id else f"Ask for {has_it}; the rest goes on."


def _at_last(context: CallContext) -> str:
    """What to do when a service goes on failing. AWS Health tells of what AWS serves alone."""
    if context.is_aws:
        return "see AWS Health"
    return "restart ivscope" if context.is_demo else f"see what {context.host} logs"


def _judge_by_status(refusal: _Refusal, context: CallContext) -> Judgement:
    status, said = refusal.status, refusal.said
    page = f" ({refusal.title or 'HTML'})" if refusal.title is not None else ""
    from_aws = not refusal.code.isdigit()
    if status >= 500:  # noqa: PLR2004 - HTTP server errors
        who = "IVS failed" if from_aws else f"a gateway before {context.host} answered {status}"
        words = said if from_aws else refusal.message
        return (
            FailureKind.SERVICE,
            f"{who}{page}" + (f": {words}" if words else ""),
            f"Usually over in a moment: press r to retry. If it goes on, {_at_last(context)}.",
            True,
        )
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP redirects
        location = one_line(refusal.headers.get("location", ""))
        target = host_of(location) if location else "another address"
        return (
            FailureKind.CONFIGURATION,
            f"{context.host} answered {status}: redirected to {target} (a sign-in page?)",
            "Sign in to the network, or check the endpoint URL and the proxy, then press r.",
            False,
        )
    if refusal.title is not None or status == 407:  # noqa: PLR2004 - HTTP Proxy Authentication
        return (
            FailureKind.CONFIGURATION,
            f"a proxy answered {status} (HTML){': ' + refusal.title if refusal.title else ''}",
            (
                f"Check HTTPS_PROXY and NO_PROXY, and that the proxy allows {context.host}, "
                "then press r."
            ),
            False,
        )
    if status in {401, 403}:
        return (
            FailureKind.DENIED,
            f"{refusal.operation} was refused with {status}: {refusal.words}",
            (
                f"Check the permission ivs:{refusal.operation} of {context.profile_words}, "
                "then press r."
            ),
            False,
        )
    return (
        FailureKind.INVALID,
        f"{refusal.operation} was rejected with status {status}: {refusal.words}",
        "Check the ids and the endpoint URL; the request id helps AWS Support.",
        False,
    )
