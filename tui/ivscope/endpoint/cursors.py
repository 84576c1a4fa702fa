"""Cursors: the opaque nextToken of a list, good for one call with its parameters only."""

import base64
import hashlib
import hmac
import itertools
import json
import secrets
import struct
from dataclasses import dataclass

from ivscope.endpoint.answers import validation_error
from ivscope.endpoint.world import Members

_PLACE = struct.Struct(">QQI")
_SIGNATURE_BYTES = 16

_MARK = "p"
"""First letter of every token, so that none looks like an option on a command line."""


@dataclass(frozen=True, slots=True)
class PageStart:
    """Where the next page begins."""

    position: int
    """Items handed out or passed over so far, in the order of the list."""
    length: int
    """Items in the list when its first page was read: the order is counted from there."""


class Cursors:
    """Writes and reads tokens of one endpoint.

    A token is signed, and the signature covers the operation and all parameters of the call
    except nextToken and maxResults. No two tokens are equal, even for the same place.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key if key is not None else secrets.token_bytes(32)
        self._serials = itertools.count()

    def write(self, operation: str, parameters: Members, place: PageStart) -> str:
        """The token with which the same call goes on at `place`."""
        content = _PLACE.pack(place.position, place.length, next(self._serials) & 0xFFFFFFFF)
        signature = self._sign(operation, parameters, content)
        return _text(signature + content)

    def read(self, operation: str, parameters: Members) -> PageStart | None:
        """The place that the call's nextToken names; None for a first page.

        An empty token means a first page as well.

        Raises:
            ServiceError: ValidationException for a token that this endpoint did not write for
                this call.
        """
        token = parameters.get("nextToken")
        if not token:
            return None
        try:
            raw = base64.urlsafe_b64decode(token.removeprefix(_MARK))
        except ValueError:
            raw = b""
        signature, content = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        signed = hmac.compare_digest(signature, self._sign(operation, parameters, content))
        # Base64 has several spellings of the same bytes; only the one written is taken back.
        if not signed or _text(raw) != token:
            raise validation_error("nextToken: not valid for this request")
        position, length, _ = _PLACE.unpack(content)
        return PageStart(position, length)

    def _sign(self, operation: str, parameters: Members, content: bytes) -> bytes:
        bound = {
            name: value
            for name, value in parameters.items()
            if name not in ("nextToken", "maxResults") and value is not None
        }
        call = json.dumps([operation, bound], sort_keys=True).encode()
        digest = hmac.digest(self._key, content + call, hashlib.sha256)
        return digest[:_SIGNATURE_BYTES]


def _text(raw: bytes) -> str:
    return _MARK + base64.urlsafe_b64encode(raw).decode()
