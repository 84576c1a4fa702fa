"""The sentence of a finding, and that of what stays unknown after it."""

from collections.abc import Callable
from typing import Any, Final

from ivscope.analysis.intervals import Why
from ivscope.findings.finding import Claim, PartlyRead, PlainClaim, StaysUnknown
from ivscope.findings.rules import RuleFailed
from ivscope.render.sentences import clients, people, publishing, tokens
from ivscope.render.sentences.words import OPEN, Text, partly_read

_TOPICS = (publishing, people, tokens, clients)

_PLAIN: Final[dict[PlainClaim, str]] = {
    **OPEN,
    **{plain: words for topic in _TOPICS for plain, words in topic.PLAIN.items()},
}


def _rule_failed(claim: RuleFailed) -> Text:
    failed = f"what the rule {claim.function} finds: it failed, a bug in ivscope"
    return (f"{failed} ({claim.error}).",)


_SENTENCES: Final[dict[type[Claim], Callable[[Any], Text]]] = {
    PartlyRead: partly_read,
    RuleFailed: _rule_failed,
    **{kind: words for topic in _TOPICS for kind, words in topic.SENTENCES.items()},
}


def sentence(claim: StaysUnknown) -> Text:
    """The words of a claim, or of what stays unknown. Texts from outside are not yet safe."""
    if isinstance(claim, Why):
        return (claim,)
    if isinstance(claim, PlainClaim):
        return (_PLAIN[claim],)
    return _SENTENCES[type(claim)](claim)
