"""Bursts: one error that several participants met within a minute."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from tui.findings.finding import Certainty, Finding, Outside, Part
from tui.findings.repeats import INTERNAL
from tui.findings.swept import MANY, Swept

WINDOW_SECONDS = 60
"""So near each other errors of different participants are one burst."""

MOST_BURSTS = 20
"""The largest so many are told."""


def bursts(swept: Swept) -> Iterator[Finding]:
    """Find them, the one with the most participants first."""
    by_code: defaultdict[str, list[int]] = defaultdict(list)
    for at in swept.errors:
        by_code[swept.log.error_code(at) or swept.log.name(at) or ""].append(at)
    found = []
    for code, positions in by_code.items():
        for burst in _bursts_in(swept, positions):
            whose = swept.whose(burst)
            # One user who comes back with token after token is one person in trouble.
            if swept.persons(whose) >= MANY:
                found.append((len(whose), code, burst))
    for count, code, burst in sorted(found, key=lambda one: -one[0])[:MOST_BURSTS]:
        words: list[Part] = [f"{count:,} participants met ", Outside(code), *swept.from_to(burst)]
        words.append(".")
        if code == INTERNAL:
            words.append(
                " Several at once are a reason to escalate, with stage, session and times."
            )
        text = tuple(words)
        yield Finding(text, Certainty.SHOWN, swept.refs(burst), swept.partial, swept.rest)


def _bursts_in(swept: Swept, positions: Sequence[int]) -> Iterator[Sequence[int]]:
    """Runs of errors of one code in which every one is near to those of enough others."""
    whose: Counter[str | None] = Counter()
    first = 0
    begin, end = 0, 0
    for last, at in enumerate(positions):
        whose[swept.log.participant(at)] += 1
        while swept.second(at) - swept.second(positions[first]) > WINDOW_SECONDS:
            gone = swept.log.participant(positions[first])
            whose[gone] -= 1
            if not whose[gone]:
                del whose[gone]
            first += 1
        if len(whose) < MANY:
            continue
        if end and first < end:
            end = last + 1
        else:
            if end:
                yield positions[begin:end]
            begin, end = first, last + 1
    if end:
        yield positions[begin:end]
