"""Deeds: what commands do, and why one cannot be done now."""

from collections.abc import Callable

Deed = Callable[[], None]
"""Does one command. Raises `NotNow` when there is nothing to do it with."""


ONLY_RECORDED = "a recording does not grow: ivscope --record reads on, with AWS"
"""Why nothing is read where there is no service."""


class NotNow(Exception):  # noqa: N818 - it is an answer to the reader, no error
    """Why a command does nothing here; the text is shown in the status line."""
