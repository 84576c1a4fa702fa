"""Turns whatever boto3 raises into a ProviderFailure: the cause in one line, and what to do now."""

from datetime import datetime
from pathlib import Path

from botocore import exceptions as boto

from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.knowledge.limits import REGION_LIST, REGIONS
from ivscope.sources.call_context import CallContext
from ivscope.sources.lean_session import MfaCodeNeeded
from ivscope.sources.outside_text import failure_of, host_of, is_loopback, one_line, said_by
from ivscope.sources.refusals import translate_refusal


def credential_failure(error: Exception, context: CallContext) -> ProviderFailure | None:
    """The failure of a login, then of credentials; None if the error is of another kind."""
    return _from_login(error, context) or _from_credentials(error, context)


def _from_login(error: Exception, context: CallContext) -> ProviderFailure | None:
    said = said_by(error)
    match error:
        case boto.SSOTokenLoadError():
            return failure_of(
                FailureKind.CREDENTIALS,
                f"{context.profile_words} is not signed in: {said}",
                f"Run {context.sso_login} in another window, then press r.",
            )
        case boto.UnauthorizedSSOTokenError() | boto.TokenRetrievalError() | boto.SSOError():
            return failure_of(
                FailureKind.EXPIRED,
                f"the SSO login of {context.profile_words} has expired: {said}",
                f"Run {context.sso_login} in another window, then press r.",
            )
        case boto.LoginError():
            return failure_of(
                FailureKind.EXPIRED,
                f"the login of {context.profile_words} is no longer valid: {said}",
                f"Run `aws login{context.profile_option}` in another window, then press r.",
            )
        case boto.MissingDependencyException():
            return failure_of(
                FailureKind.CREDENTIALS,
                f"{context.profile_words} needs a part of botocore that is not installed: {said}",
                "Install `botocore[crt]` beside ivscope, or use a profile with SSO or keys.",
            )
        case _:
            return None


def _from_credentials(error: Exception, context: CallContext) -> ProviderFailure | None:
    said = said_by(error)
    match error:
        case boto.NoCredentialsError():
            return failure_of(
                FailureKind.CREDENTIALS,
                f"no AWS credentials found for {context.profile_words}",
                f"Sign in ({context.sso_login}, or `aws configure`) or choose another --profile, "
                "then press r; `ivscope --demo` works without.",
            )
        case boto.PartialCredentialsError():
            missing = error.kwargs.get("cred_var", "a part")
            name = str(missing).upper()
            is_variable = error.kwargs.get("provider") == "env" and name != missing
            variable = f" ({name})" if is_variable else ""
            place = str(error.kwargs.get("provider"))
            place = "the environment" if place == "env" else place
            return failure_of(
                FailureKind.CREDENTIALS,
                f"incomplete credentials of {context.profile_words}: {missing}{variable} is "
                f"missing in {place}",
                f"Set {missing} too, or remove the other part, then press r.",
            )
        case boto.CredentialRetrievalError():
            provider = str(error.kwargs.get("provider", "a provider"))
            # boto3's own sentence says again which provider it was, and is cut before the reason.
            reason = (
                said_by(Exception(error.kwargs.get("error_msg", ""))).strip() or "it gave no reason"
            )
            is_process = provider == "custom-process"
            who = "credential_process" if is_process else provider
            by_hand = "Run its command" if is_process else "Reach its address"
            return failure_of(
                FailureKind.CREDENTIALS,
                f"the {who} of {context.profile_words} gave no credentials: {reason}",
                f"{by_hand} by hand to see why, then press r.",
                retryable=not is_process,
            )
        case boto.MetadataRetrievalError():
            return failure_of(
                FailureKind.CREDENTIALS,
                f"the metadata service gave no credentials: {said}",
                "Check the role of this instance or container, then press r.",
                retryable=True,
            )
        case MfaCodeNeeded() | boto.RefreshWithMFAUnsupportedError():
            return failure_of(
                FailureKind.CREDENTIALS,
                f"the role of {context.profile_words} asks for a one-time code (MFA)",
                "ivscope does not ask for codes: run `aws sts get-caller-identity"
                f"{context.profile_option}`, which does, then press r.",
            )
        case _:
            return None


def network_failure(error: Exception, context: CallContext) -> ProviderFailure | None:
    """The failure of TLS, proxy or connection; None if the error is of another kind.

    TLS and proxy errors inherit from the connection errors, so they are looked for first.
    """
    said = said_by(error)
    match error:
        case boto.SSLError():
            return _from_tls(said, context)
        case boto.ProxyConnectionError():
            proxy = host_of(str(error.kwargs.get("proxy_url", "")))
            return failure_of(
                FailureKind.CONFIGURATION,
                f"cannot reach {context.host} through the proxy {proxy}",
                "Check HTTPS_PROXY and NO_PROXY, then press r.",
            )
        case boto.ReadTimeoutError():
            return failure_of(
                FailureKind.TIMEOUT,
                f"no answer from {_asked(error, context)} in time",
                _retry_step(error, context)
                or "Press r to retry; if it goes on, check the network between here and AWS.",
                retryable=True,
            )
        case boto.EndpointConnectionError() | boto.ConnectTimeoutError() | boto.ConnectionError():
            slow = " in time" if isinstance(error, boto.ConnectTimeoutError) else ""
            return failure_of(
                FailureKind.NETWORK,
                f"cannot reach {_asked(error, context)}{slow}",
                _retry_step(error, context) or _reach_remedy(context),
                retryable=True,
            )
        case boto.HTTPClientError() | boto.IncompleteReadError():
            return failure_of(
                FailureKind.NETWORK,
                f"connection to {_asked(error, context)} lost before the whole answer came",
                "Press r to retry.",
                retryable=True,
            )
        case _:
            return None


def _from_tls(said: str, context: CallContext) -> ProviderFailure:
    if "certificate" in said.lower():
        return failure_of(
            FailureKind.CONFIGURATION,
            f"the certificate of {context.host} is not trusted: {said}",
            "If a proxy inspects TLS here, point AWS_CA_BUNDLE at its certificates, then press r.",
        )
    if "No such file" in said and context.certificates is not None:
        return failure_of(
            FailureKind.CONFIGURATION,
            f"there is no file of trusted certificates at {one_line(context.certificates)}, which "
            f"{context.certificates_from} names",
            "Put the certificates there and press r; or name another file (or none) in "
            f"{context.certificates_from} and start ivscope again.",
        )
    return failure_of(
        FailureKind.CONFIGURATION,
        f"{context.host} does not speak TLS as expected: {said}",
        "Check the endpoint URL (http or https) and the proxy, then press r.",
    )


def _retry_step(error: boto.BotoCoreError, context: CallContext) -> str:
    """What to do where no network lies between; empty for an address elsewhere."""
    if not is_loopback(_asked(error, context)):
        return ""
    if context.is_demo:
        return "Press r to retry; if it goes on, start ivscope again, which serves the demo itself."
    return "See whether what serves it on this machine still runs, then press r."


def _reach_remedy(context: CallContext) -> str:
    if context.region not in REGIONS and context.is_aws:
        return f"IVS Real-Time has no endpoint in {context.region}; it has in {REGION_LIST}."
    return "Check the network, VPN and proxy settings, then press r."


def _asked(error: boto.BotoCoreError, context: CallContext) -> str:
    """The host called: that of STS or SSO while getting credentials, else the endpoint."""
    url = error.kwargs.get("endpoint_url")
    return host_of(str(url)) if url else context.host


CONNECT = "connect"
"""Given as the operation while session and client are built, before any call."""


CREDENTIALS = "credentials"
"""Given as the operation while credentials are got or renewed before a call."""


def translate(
    error: Exception, *, operation: str, context: CallContext, now: datetime
) -> ProviderFailure:
    """The failure for anything that boto3 raised.

    Specific errors are looked for before those they inherit from: TLS and proxy before lost
    connections, logins before other credentials. Built-in exceptions escape from botocore too
    (an unreadable body, a setting it cannot convert) and come last.

    Args:
        error: What was raised around a boto3 call, and nothing but that call.
        operation: The API operation, such as `ListStages`, or `CONNECT`, or `CREDENTIALS`.
        context: The settings that the failure may name.
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
                f"Start again with --region, a stage ARN or AWS_REGION: {REGION_LIST}.",
                needs_new_start=True,
            )
        case boto.InvalidRegionError():
            return failure_of(
                FailureKind.CONFIGURATION,
                f"not the name of an AWS Region: {error.kwargs.get('region_name')!r}",
                f"Start again with one of {REGION_LIST}.",
                needs_new_start=True,
            )
        case boto.ProfileNotFound():
            there = ", ".join(context.known_profiles) or "none"
            return failure_of(
                FailureKind.CONFIGURATION,
                f"no such profile: {error.kwargs.get('profile')}",
                one_line(f"Choose another with --profile or AWS_PROFILE. There are: {there}."),
            )
        case boto.ConfigParseError() if _is_marked(error.kwargs.get("path")):
            return failure_of(
                FailureKind.CONFIGURATION,
                "cannot read the AWS configuration: it begins with a byte-order mark: "
                f"{error.kwargs.get('path')}",
                "Save this file as UTF-8 without the mark (BOM), then press r.",
            )
        case boto.ConfigParseError() | boto.ConfigNotFound():
            return failure_of(
                FailureKind.CONFIGURATION,
                f"cannot read the AWS configuration: {error.kwargs.get('path')}",
                "Correct this file, then press r.",
            )
        case boto.InvalidConfigError():
            return failure_of(
                FailureKind.CONFIGURATION,
                f"{context.profile_words} is not complete or contradicts itself: {said}",
                "Correct the profile (role_arn, source_profile, credential_source, sso_…), then "
                "press r.",
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
                "Correct the setting it names, then press r.",
            )
        case _:
            return None


_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
"""Byte-order marks of UTF-8 and UTF-16, as editors on Windows write them."""


def _is_marked(path: object) -> bool:
    """Whether a file begins with a byte-order mark, which botocore cannot read."""
    try:
        with Path(str(path)).open("rb") as file:
            return file.read(3).startswith(_MARKS)
    except OSError:
        return False


def _from_builtin(error: Exception, operation: str, context: CallContext) -> ProviderFailure:
    said, code = said_by(error), type(error).__name__
    match error:
        case FileNotFoundError() | PermissionError():
            return failure_of(
                FailureKind.CREDENTIALS,
                f"a file for the credentials of {context.profile_words} cannot be read: "
                f"{error.filename}",
                "Correct the path (AWS_WEB_IDENTITY_TOKEN_FILE, credential_process), then press r.",
                code=code,
            )
        case RuntimeError() if "credential" in said:
            return failure_of(
                FailureKind.EXPIRED,
                f"{context.profile_words} gives credentials that have already expired: {said}",
                context.renewal,
                code=code,
                needs_new_start=context.has_fixed_keys,
            )
        case _ if operation == CREDENTIALS:
            return failure_of(
                FailureKind.CREDENTIALS,
                f"{context.credential_words} gave nothing usable: {code}: {said}",
                f"{context.renewal} If it goes on, look at the files in ~/.aws that keep them.",
                code=code,
            )
        case _ if operation == CONNECT:
            what = "the AWS client cannot be set up"
            if "JSON" in code:
                what = f"the credential_process of {context.profile_words} printed no JSON"
            return failure_of(
                FailureKind.CONFIGURATION,
                f"{what}: {code}: {said}",
                _setting_remedy(error, context),
                code=code,
            )
        case UnicodeError():
            return failure_of(
                FailureKind.PROTOCOL,
                f"unreadable answer from {context.host}",
                "Something between here and AWS changed the answer; press r to retry once.",
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
            "then press r."
        )
    return "Check the AWS_… environment variables and the AWS configuration file, then press r."
