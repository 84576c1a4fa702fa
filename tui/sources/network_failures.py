"""Trouble on the way: nobody answered, or not completely."""

from botocore import exceptions as boto

from tui.domain.failures import FailureKind, ProviderFailure
from tui.sources.call_context import CallContext
from tui.sources.lean_session import REGION_LIST, REGIONS
from tui.sources.outside_text import failure_of, host_of, said_by


def network_failure(error: Exception, context: CallContext) -> ProviderFailure | None:
    """The failure, or None if the error is of another kind.

    TLS and proxy trouble inherit from the connection errors, so they come first.
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
                "Check HTTPS_PROXY and NO_PROXY, then r to retry.",
            )
        case boto.ReadTimeoutError():
            return failure_of(
                FailureKind.TIMEOUT,
                f"no answer from {_asked(error, context)} in time",
                "r to retry; if it stays, check the network between here and AWS.",
                retryable=True,
            )
        case boto.EndpointConnectionError() | boto.ConnectTimeoutError() | boto.ConnectionError():
            slow = " in time" if isinstance(error, boto.ConnectTimeoutError) else ""
            return failure_of(
                FailureKind.NETWORK,
                f"cannot reach {_asked(error, context)}{slow}",
                _reach_remedy(context),
                retryable=True,
            )
        case boto.HTTPClientError() | boto.IncompleteReadError():
            return failure_of(
                FailureKind.NETWORK,
                f"connection to {_asked(error, context)} lost before the whole answer came",
                "r to retry.",
                retryable=True,
            )
        case _:
            return None


def _from_tls(said: str, context: CallContext) -> ProviderFailure:
    if "certificate" in said.lower():
        return failure_of(
            FailureKind.CONFIGURATION,
            f"the certificate of {context.host} is not trusted: {said}",
            "If a proxy inspects TLS here, point AWS_CA_BUNDLE at its certificates, then r to "
            "retry.",
        )
    if "No such file" in said:
        return failure_of(
            FailureKind.CONFIGURATION,
            f"the file of trusted certificates cannot be read: {said}",
            "Correct AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE or ca_bundle of the profile, then r to "
            "retry.",
        )
    return failure_of(
        FailureKind.CONFIGURATION,
        f"{context.host} does not speak TLS as expected: {said}",
        "Check the endpoint URL (http or https) and the proxy, then r to retry.",
    )


def _reach_remedy(context: CallContext) -> str:
    if context.region not in REGIONS and context.is_aws:
        return f"IVS Real-Time has no endpoint in {context.region}; it has in {REGION_LIST}."
    return "Check the network, VPN and proxy settings, then r to retry."


def _asked(error: boto.BotoCoreError, context: CallContext) -> str:
    """The host that was asked: STS or SSO while getting credentials, else the endpoint."""
    url = error.kwargs.get("endpoint_url")
    return host_of(str(url)) if url else context.host
