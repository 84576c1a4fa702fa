"""The sentences that rules may say, and how sure they may be: a line of `claims.txt` each.

Whoever adds a sentence adds its line, and so decides by hand how sure it may be.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from ivscope.analysis.intervals import Why
from ivscope.findings.finding import Finding
from ivscope.render.finding_sentences import sentence
from ivscope.render.sentences.words import Moment, Outside, Part, Text

_NUMBER = re.compile(r"(?<![A-Za-z.\d])\d[\d,]*(\.\d+)*")
_SPAN = re.compile(r"# (?:d|h|min|s)\b(?: # (?:h|min|s)\b)*")
_WORD_CELLS = 28


def _read() -> dict[str, list[str]]:
    lines = Path(__file__).with_suffix(".txt").read_text().splitlines()
    return {line[_WORD_CELLS:]: line[:_WORD_CELLS].strip().split(" or ") for line in lines}


CLAIMS = _read()


def pattern(text: Text) -> str:
    """A sentence with `<>`, TIME, SPAN and `#` for what differs from case to case."""
    return _SPAN.sub("SPAN", "".join(map(_part, text)))


def _part(part: Part) -> str:
    if isinstance(part, Outside):
        return "<>"
    if isinstance(part, Why):
        return part.name
    return "TIME" if isinstance(part, Moment) else _NUMBER.sub("#", part)


def checked(findings: Sequence[Finding]) -> Sequence[Finding]:
    """The same findings; fails if a sentence is not in `claims.txt`, or surer than it may be."""
    for finding in findings:
        said = pattern(sentence(finding.claim))
        assert said in CLAIMS, f"not in claims.txt: {said}"
        assert finding.certainty.value in CLAIMS[said], f"{finding.certainty.value}: {said}"
    return findings
