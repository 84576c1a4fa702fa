"""ProviderFailure: why something could not be read, in words for the person on call."""

import re
from dataclasses import fields
from enum import StrEnum

from ivscope.domain.frozen import slotted


class FailureKind(StrEnum):
    """What kind of failure it is; the word is shown on screen."""

    THROTTLED = "THROTTLED"
    """The service asks to slow down."""
    EXPIRED = "EXPIRED"
    """Credentials are valid no longer; a new login helps."""
    CREDENTIALS = "CREDENTIALS"
    """Missing, incomplete or refused credentials."""
    DENIED = "DENIED"
    """The credentials are valid, but the permission is missing."""
    NOT_FOUND = "NOT FOUND"
    INVALID = "INVALID"
    """The service rejects the request as it stands."""
    CONFIGURATION = "CONFIGURATION"
    """Region, profile, endpoint or proxy settings."""
    NETWORK = "NETWORK"
    """No answer, or only part of one."""
    TIMEOUT = "TIMEOUT"
    """No complete answer within the deadline."""
    PROTOCOL = "PROTOCOL"
    """An answer that is not an IVS response, or contradicts itself."""
    SERVICE = "SERVICE"
    """The service or a gateway before it failed."""
    NOT_RECORDED = "NOT RECORDED"
    """A recording was asked that does not have the answer."""


class UnusableFileError(Exception):
    """A file that cannot be used as a recording; the message says why and what to do."""


_READ_AGAIN = r"\b([Pp])ress r\b( to retry)?"
"""The words of a remedy that stand for reading again."""


@slotted
class ProviderFailure(Exception):  # noqa: N818 - a failure is data first, raised second
    """One failed read. Drawn in place of the rows, with its remedy and its key.

    One class with a kind instead of a class tree: nothing catches them apart, everything
    shows them the same way.
    """

    kind: FailureKind
    summary: str
    """One line: what happened, with the code or status. May contain text from outside."""
    remedy: str
    """One line: what to do now. "Press r" stands for reading again, see `step`."""
    retryable: bool
    """Whether the same call can succeed later without a change."""
    code: str | None = None
    """Error code or HTTP status as it came; None without an answer."""
    request_id: str | None = None
    """For AWS Support. None when no service answered."""
    needs_new_start: bool = False
    """Whether the same call fails for as long as this process runs, whatever is mended meanwhile:
    its environment and its arguments stay as they were."""
    retry_after: float | None = None
    """Seconds that the service asked to wait; None if it did not."""
    is_rest_known: bool = True
    """Of a list that ends NOT RECORDED: whether there certainly is more. Some files do not say."""

    def __str__(self) -> str:
        return f"{self.kind}: {self.summary}"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), tuple(getattr(self, one.name) for one in fields(self))

    def step(self, key: str = "") -> str:
        """What to do now, with the key that reads again; without one, to run the command again."""

        def said(found: re.Match[str]) -> str:
            p, to_retry = found[1], found[2] or ""
            if key:
                return f"{p}ress {key}{to_retry}"
            return "Run it again" if p == "P" else "run it again"

        return re.sub(_READ_AGAIN, said, self.remedy)


def forget_frames(failure: ProviderFailure) -> None:
    """Let go of the calls that it came through: a failure is kept, and they hold a client each."""
    error: BaseException | None = failure
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


def is_not_recorded(failure: ProviderFailure | None) -> bool:
    """Whether a recording has no answer: nothing went wrong, and asking again is no use."""
    return failure is not None and failure.kind is FailureKind.NOT_RECORDED
