"""What a call waits for before it can be made, told to whoever shows it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_TELL: Final[ContextVar[Callable[[str | None], None] | None]] = ContextVar("tell", default=None)


@contextmanager
def waits_told_to(tell: Callable[[str | None], None]) -> Iterator[None]:
    """Inside, `tell` is called in this thread with what is waited for, and with None after it."""
    token = _TELL.set(tell)
    try:
        yield
    finally:
        _TELL.reset(token)


@contextmanager
def waiting_for(what: str) -> Iterator[None]:
    """Inside, something else than the service asked is waited for.

    Args:
        what: Its name on one line, such as "SSO of profile team".
    """
    tell = _TELL.get()
    if tell is not None:
        tell(what)
    try:
        yield
    finally:
        if tell is not None:
            tell(None)
