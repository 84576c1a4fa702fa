"""Signature check: a request has to be signed for this service and Region.

Only the form is checked. The value of the signature is not verified, because the endpoint knows
no secret keys: any key pair is accepted.
"""

import re
from collections.abc import Mapping

from tui.endpoint.answers import ServiceError

SIGNING_NAME = "ivs"
"""Service in the credential scope (botocore model: signingName)."""

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<scope>[^,\s]+),\s*SignedHeaders=[a-z0-9;-]+,\s*"
    r"Signature=[0-9a-f]{64}"
)


def check_signature(headers: Mapping[str, str], region: str) -> None:
    """Refuse a request that is unsigned or signed for something else.

    Raises:
        ServiceError: 403 with a text in `message`, as the layer before the service answers.
    """
    authorization = headers.get("authorization")
    if authorization is None:
        raise _refusal("MissingAuthenticationTokenException", "Missing Authentication Token")
    signed = _AUTHORIZATION.fullmatch(authorization)
    if signed is None:
        raise _refusal("IncompleteSignatureException", "Authorization is not an AWS4 signature")
    scope = signed["scope"].split("/")[-3:]
    expected = [region, SIGNING_NAME, "aws4_request"]
    if scope != expected:
        raise _refusal(
            "InvalidSignatureException",
            f"Credential is scoped to {'/'.join(scope)}, expected {'/'.join(expected)}",
        )


def _refusal(code: str, message: str) -> ServiceError:
    return ServiceError(code, 403, message, "message")
