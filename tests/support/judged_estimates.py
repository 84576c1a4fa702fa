"""Hold estimates to the truth: of many simulated sessions taken as one that is too big to read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random

from ivscope.analysis.estimates import FEWEST, estimates
from ivscope.findings.repeats import Estimate, estimated
from ivscope.provider.fetch.scan_queue import Sample
from support.judging import Statement
from support.simulator.view import Extent
from support.simulator.worlds import World

DRAWS = 3
"""So often a part of one session is drawn."""

RULE = "estimate: participants with an error"


def judged_estimates(worlds: Iterable[World], lot: Random) -> Iterator[Statement]:
    """The estimates from a part of the participants, drawn at random, against all of them."""
    failing: defaultdict[str | None, set[str]] = defaultdict(set)
    everybody: list[str] = []
    for number, world in enumerate(worlds):
        for name in world.view.of_extent(Extent.WHOLE):
            everybody.append(f"{number} {name}")
            for event in world.view.events(name):
                if event.is_error:
                    failing[event.error_code].add(everybody[-1])
    if len(everybody) <= FEWEST:
        return
    for _ in range(DRAWS):
        yield from _judged(everybody, failing, lot)


def _judged(
    everybody: Sequence[str], failing: Mapping[str | None, set[str]], lot: Random
) -> Iterator[Statement]:
    drawn = frozenset(lot.sample(everybody, lot.randint(FEWEST, len(everybody) - 1)))
    sample = Sample(frozenset(), 0, drawn, 0, len(everybody), all_listed=True)
    seen = {code: names & drawn for code, names in failing.items()}
    told = estimates(sample, {code: names for code, names in seen.items() if names})
    for finding in () if told is None else estimated(told):
        claim = finding.claim
        if isinstance(claim, Estimate):
            who = set().union(*failing.values()) if claim.is_any else failing[claim.error_code]
            is_true = claim.low <= len(who) <= claim.high
            yield Statement(RULE, finding.certainty, is_true, False, -1, str(claim))
