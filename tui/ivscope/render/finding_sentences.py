"""The sentence of a finding, and that of what stays unknown after it."""

from collections.abc import Callable
from typing import Any, Final

from ivscope.analysis.intervals import Why
from ivscope.findings.finding import Claim, PartlyRead, PlainClaim, Text
from ivscope.render.sentences import clients, publishing, tokens
from ivscope.render.sentences.words import OPEN, partly_read

_PLAIN: Final[dict[PlainClaim, str]] = {**OPEN, **clients.PLAIN, **publishing.PLAIN, **tokens.PLAIN}

_SENTENCES: Final[dict[type[Claim], Callable[[Any], Text]]] = {
    PartlyRead: partly_read,
    **clients.SENTENCES,
    **publishing.SENTENCES,
    **tokens.SENTENCES,
}


def sentence(claim: Claim | PlainClaim | Why | Text) -> Text:
    """The words of a claim, or of what stays unknown. Texts from outside are not yet safe."""
    if isinstance(claim, tuple):
        return claim
    if isinstance(claim, Why):
        return (claim,)
    if isinstance(claim, PlainClaim):
        return (_PLAIN[claim],)
    return _SENTENCES[type(claim)](claim)
