"""The known name that a misspelt one may stand for."""

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a complaint, "; did you mean 'jump.error'?", empty when nothing is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for what is wrong

    for match in get_close_matches(name, tuple(known), n=1):
        return f"; did you mean {match!r}?"
    return ""
