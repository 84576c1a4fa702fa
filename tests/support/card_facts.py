"""The source of each fact on an explanation card: the rows of `card_facts.txt`.

Whoever changes a card must change its row, and so looks at the page again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ivscope.knowledge.explanation import Explanation
from ivscope.knowledge.known_issues import KNOWN_ISSUES

KNOWN_ISSUES_TITLE = "known issues"

BASES = {"documented", "seen", "reported", "inferred", "unknown", "advice"}


@dataclass(frozen=True, slots=True)
class CardFact:
    """One fact of a card."""

    card: str
    part: str
    """"means", "limit", "cause", "next", "silence", "client", or "fault" of a known issue."""
    basis: str
    """One of `BASES`."""
    adjustable: str | None
    """For a limit "fixed", "raised" or "unsaid"; else None."""
    source: str
    """A page, package or report, or what it is inferred from."""
    words: str
    """The words on the card."""


def read() -> list[CardFact]:
    """All rows, in order."""
    rows: list[CardFact] = []
    card = ""
    for line in Path(__file__).with_suffix(".txt").read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if not line.startswith(" "):
            card = line.strip()
            continue
        part, rest = line.split(maxsplit=1)
        basis, source, words = re.split(r"\s{2,}", rest.strip())
        basis, _, adjustable = basis.partition(", ")
        rows.append(CardFact(card, part, basis, adjustable or None, source, words))
    return rows


def texts_of(card: Explanation) -> Iterator[tuple[str, str]]:
    """Part and text of everything that a card says."""
    yield "means", card.meaning
    for limit in card.limits:
        yield "limit", limit.text
    for cause in card.causes:
        yield "cause", cause.text
    yield "next", card.next_check
    if card.silence:
        yield "silence", card.silence
    if card.at_client:
        yield "client", card.at_client


def all_texts(*cards: Explanation) -> list[tuple[str, str, str]]:
    """Card, part and text of all cards and known issues."""
    texts = [(card.title, part, text) for card in cards for part, text in texts_of(card)]
    return texts + [(KNOWN_ISSUES_TITLE, "fault", issue.fault) for issue in KNOWN_ISSUES]


NUMBER = re.compile(r"\d[\d.,x-]*")
"""Numbers, also in names such as x264 or 2026-08."""


def numbers_without_row(text: str, rows: list[CardFact]) -> list[str]:
    """The numbers of a text that are not in the words of any of these rows."""
    covered = [
        range(found, found + len(row.words)) for row in rows if (found := text.find(row.words)) >= 0
    ]
    return [
        number[0]
        for number in NUMBER.finditer(text)
        if not any(number.start() in span for span in covered)
    ]
