"""The sentences that each rule may say, and how sure they may be: a line of `claims.txt` each.

Whoever adds a sentence adds its line, and so decides by hand how sure it may be.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from ivscope.analysis.intervals import Why
from ivscope.findings.finding import Finding
from ivscope.render.finding_lines import sentence
from ivscope.render.sentences.words import Moment, Outside, Part, Text, Who

_NUMBER = re.compile(r"(?<![A-Za-z.\d])\d[\d,]*(\.\d+)*")
_SPAN = re.compile(r"# (?:d|h|min|s)\b(?: # (?:h|min|s)\b)*")
_COLUMNS = re.compile(r"(\S+) +((?:shown|likely|unknown)(?: or \w+)*) +(.*)")
"""Rule, certainties, sentence."""


def _read() -> dict[tuple[str, str], list[str]]:
    text = Path(__file__).with_suffix(".txt").read_text()
    return {(rule, said): words.split(" or ") for rule, words, said in _COLUMNS.findall(text)}


CLAIMS = _read()


def pattern(text: Text) -> str:
    """A sentence with `<>`, TIME, SPAN and `#` for what differs from case to case."""
    return _SPAN.sub("SPAN", "".join(map(_part, text)))


def _part(part: Part) -> str:
    if isinstance(part, Outside | Who):
        return "<>"
    if isinstance(part, Why):
        return part.name
    return "TIME" if isinstance(part, Moment) else _NUMBER.sub("#", part)


def checked(findings: Sequence[Finding]) -> Sequence[Finding]:
    """The same findings; fails if a sentence is not in `claims.txt`, or surer than it may be."""
    for finding in findings:
        said = (finding.rule, pattern(sentence(finding.claim)))
        assert said in CLAIMS, f"not in claims.txt: {said}"
        assert finding.certainty.value in CLAIMS[said], f"{finding.certainty.value}: {said}"
    return findings
