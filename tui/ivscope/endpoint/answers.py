"""Answers of the endpoint: complete HTTP answers, and errors in the envelopes of the service."""

import json
from dataclasses import dataclass

from ivscope.domain.frozen import frozen
from ivscope.endpoint.world import Members

Headers = tuple[tuple[str, str], ...]

JSON_TYPE: Headers = (("Content-Type", "application/json"),)


@frozen
class HttpAnswer:
    """One HTTP answer. Date, x-amzn-RequestId and an absent Content-Length are added when sent."""

    status: int
    body: bytes
    headers: Headers = JSON_TYPE


@dataclass(slots=True, eq=False)
class ServiceError(Exception):
    """An error that the service sends on purpose."""

    code: str
    """The value of X-Amzn-Errortype."""
    status: int
    message: str
    member: str = "exceptionMessage"
    """The member with the text. Errors of the IVS model have `exceptionMessage`, which botocore
    does not read; layers before the service (throttling, signatures) have `message`."""

    def __str__(self) -> str:
        return f"{self.code} ({self.status}): {self.message}"


def validation_error(message: str) -> ServiceError:
    """The error for a request that the service does not accept."""
    return ServiceError("ValidationException", 400, message)


def encode(members: Members) -> bytes:
    """Encode as UTF-8 JSON, or as ASCII with escapes if a lone surrogate is in it."""
    try:
        return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(members, separators=(",", ":")).encode()


def success(members: Members) -> HttpAnswer:
    """An answer of status 200 with these members."""
    return HttpAnswer(200, encode(members))


def identity(account: str) -> HttpAnswer:
    """The answer of STS to who asks whose keys these are: a made-up user of the account."""
    body = (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        "<GetCallerIdentityResult>"
        f"<Arn>arn:aws:iam::{account}:user/demo</Arn><UserId>DEMO</UserId>"
        f"<Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
    return HttpAnswer(200, body.encode(), (("Content-Type", "text/xml"),))


def failure(error: ServiceError) -> HttpAnswer:
    """The answer that carries this error."""
    headers = (("X-Amzn-Errortype", error.code), *JSON_TYPE)
    return HttpAnswer(error.status, encode({error.member: error.message}), headers)
