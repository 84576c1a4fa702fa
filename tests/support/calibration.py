"""How often the findings are right: a table by claim, and one by claim and family of worlds.

At the end stands what is less often true, or less often told, than it has to be. Of fewer than
`FEW` statements chance decides much: they are below the bar only if so many of them would be false
in less than one of a hundred such tables, were the claim true as often as promised.

    PYTHONPATH=tui:tests python -m support.calibration [WORLDS] [--false CLAIM]

Worlds are counted per family and way of telling. `--false` prints worlds in which a claim that is
shown is false.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from math import comb
from random import Random

from ivscope.findings.finding import Certainty
from support.judged_estimates import judged_estimates
from support.judging import Judged, Statement, judge
from support.simulator.families import FAMILIES
from support.simulator.view import CLEAN, ENDS_MISSING, HALF_READ, LOSSLESS, LOSSY, Fault
from support.simulator.worlds import World, stage_world

TELLINGS: Mapping[str, frozenset[Fault]] = {
    "clean": CLEAN,
    "ends missing": ENDS_MISSING | {Fault.CLOCKS_APART, Fault.FACTS_UNREAD},
    "and late": LOSSLESS,
    "and lossy": LOSSY,
    "half read": HALF_READ,
}

LOST_PERCENT = 1

LOSSY_SHARE = 0.99
"""Of what is shown, where up to one event of a hundred is lost."""

LIKELY_SHARE = 0.9
"""Of what is likely, in each family alone."""

RECALL_SHARE = 0.95
"""Of the errors whose cause the data forces, how many have it shown."""

FEW = 100
"""Statements. From so many on the share itself is compared with the promised one."""

RARE = 0.01
"""So rarely would so many of a few statements be false by chance."""

WORDS = (Certainty.SHOWN, Certainty.LIKELY, Certainty.UNKNOWN)

Key = tuple[str, str, str]
"""Claim, family, way of telling."""


@dataclass
class Table:
    """Statements counted."""

    true: Counter[tuple[Key, Certainty]] = field(default_factory=Counter)
    all: Counter[tuple[Key, Certainty]] = field(default_factory=Counter)
    errors: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Errors: "forced" by the data or "any", the true cause, and the way of telling."""
    known: Counter[tuple[tuple[str, str, str], Certainty]] = field(default_factory=Counter)
    """Of those the ones whose cause is told, with the best word for it."""
    unjudged: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    """Worlds in which a rule raised."""
    worlds: int = 0

    @property
    def rules(self) -> list[str]:
        return sorted({rule for (rule, _, _), _ in self.all})

    def add(self, family: str, telling: str, judged: Judged) -> None:
        self.worlds += 1
        self.count(family, telling, judged.statements)
        best: defaultdict[int, set[Certainty]] = defaultdict(set)
        for one in judged.statements:
            if one.names_cause and one.is_true:
                best[one.number].add(one.certainty)
        for kind, causes in (("forced", judged.forced), ("any", judged.errors)):
            for number, cause in causes.items():
                key_of_error = (kind, cause.name, telling)
                self.errors[key_of_error] += 1
                word = next((word for word in WORDS[:2] if word in best[number]), None)
                if word is not None:
                    self.known[key_of_error, word] += 1
        self.broken.update(set(judged.broken))
        for finding in judged.unjudged:
            self.unjudged[finding.certainty] += 1

    def count(self, family: str, telling: str, statements: Iterable[Statement]) -> None:
        for one in statements:
            key = ((one.rule, family, telling), one.certainty)
            self.all[key] += 1
            self.true[key] += one.is_true

    def add_estimates(self, family: str, telling: str, worlds: Sequence[World]) -> None:
        """Take the worlds as one big session that is read in part."""
        self.count(family, telling, judged_estimates(worlds, Random(len(worlds))))  # noqa: S311 - drawn again by seed


def stage_worlds(count: int) -> Iterator[tuple[str, str, World]]:
    """About so many worlds, the same number of each family and way of telling."""
    each = max(1, round(count / len(FAMILIES) / len(TELLINGS)))
    for telling, faults in TELLINGS.items():
        for family in FAMILIES:
            for seed in range(each):
                yield family, telling, stage_world(family, seed, faults, LOST_PERCENT)


def calibrate(count: int) -> Table:
    """The table of about so many worlds."""
    table = Table()
    for family, telling, worlds in scenes(stage_worlds(count)):
        for world in worlds:
            table.add(family, telling, judge(world))
        table.add_estimates(family, telling, worlds)
    return table


SCENE_WORLDS = 4
"""So many worlds of a family together are one big session, of which a part is read."""


def scenes(
    worlds: Iterable[tuple[str, str, World]],
) -> Iterator[tuple[str, str, list[World]]]:
    """Worlds of one family and way of telling, a few together."""
    for (family, telling), group in groupby(worlds, key=lambda one: one[:2]):
        each = (world for _, _, world in group)
        while few := list(islice(each, SCENE_WORLDS)):
            yield family, telling, few


def lines_of(table: Table) -> Iterator[str]:
    """The table as text."""
    yield f"{table.worlds} worlds; number of statements, and how many of a hundred are true"
    yield from _by_telling(table)
    yield from _by_family(table)
    yield from _by_cause(table)
    yield "\nBELOW THE BAR"
    yield from below_bar(table)
    yield ""
    yield from (f"a rule raised in {count} worlds: {what}" for what, count in table.broken.items())
    yield f"not judged: {dict(table.unjudged)}"


def _by_telling(table: Table) -> Iterator[str]:
    heads = [f"{word} {telling}" for word in WORDS[:2] for telling in TELLINGS]
    yield "\n" + "CLAIM".ljust(36) + "".join(head.ljust(20) for head in [*heads, WORDS[2]])
    for rule in table.rules:
        cells = [
            _cell(table, word, rule, telling=telling) for word in WORDS[:2] for telling in TELLINGS
        ]
        cells.append(_cell(table, WORDS[2], rule))
        yield (rule.ljust(36) + "".join(cell.ljust(20) for cell in cells)).rstrip()


def _by_cause(table: Table) -> Iterator[str]:
    """How many errors have their true cause told, of all and of those where the data forces it."""
    yield "\n" + "".join(
        head.ljust(24) for head in ("ERRORS", "TRUE CAUSE", "TELLING", "errors  shown  likely")
    )
    for key, count in sorted(table.errors.items()):
        shown, likely = (table.known[key, word] for word in WORDS[:2])
        yield "".join(part.ljust(24) for part in key) + f"{count:6} {shown:6} {likely:7}"


def _by_family(table: Table) -> Iterator[str]:
    yield "\n" + "CLAIM".ljust(36) + "FAMILY".ljust(24) + "".join(word.ljust(20) for word in WORDS)
    for rule in table.rules:
        for family in FAMILIES:
            cells = [_cell(table, word, rule, family=family) for word in WORDS]
            if any(cells):
                line = rule.ljust(36) + family.ljust(24) + "".join(cell.ljust(20) for cell in cells)
                yield line.rstrip()


def _cell(
    table: Table,
    word: Certainty,
    rule: str,
    *,
    family: str | None = None,
    telling: str | None = None,
) -> str:
    """Statements of a word and how many of them are true; empty when there are none."""
    total, true = _counts(table, word, rule, family, telling)
    return f"{total:6} {100 * true / total:5.1f} %" if total else ""


def _counts(
    table: Table, word: Certainty, rule: str, family: str | None, telling: str | None
) -> tuple[int, int]:
    keys = [
        key
        for key in table.all
        if key[1] == word
        and key[0][0] == rule
        and family in {None, key[0][1]}
        and telling in {None, key[0][2]}
    ]
    return sum(table.all[key] for key in keys), sum(table.true[key] for key in keys)


def below_bar(table: Table) -> Iterator[str]:
    """What is less often true than its word promises, and causes that are too rarely told.

    Shown: always, and in 99 of 100 where events are lost. Likely: in nine of ten in each family.
    A cause that the data forces is shown in 95 of 100.
    """
    for rule in table.rules:
        for telling in TELLINGS:
            lacking = [family for family in FAMILIES if _is_false(table, rule, family, telling)]
            counts = _counts(table, Certainty.SHOWN, rule, None, telling)
            if lacking and (telling != "and lossy" or is_below(*counts, LOSSY_SHARE)):
                told = _cell(table, Certainty.SHOWN, rule, telling=telling).strip()
                yield f"shown, {telling}: {rule}: {told}, false in {', '.join(lacking)}"
        for family in FAMILIES:
            if is_below(*_counts(table, Certainty.LIKELY, rule, family, None), LIKELY_SHARE):
                told = _cell(table, Certainty.LIKELY, rule, family=family).strip()
                yield f"likely, {family}: {rule}: {told}"
    for cause in sorted({cause for kind, cause, _ in table.errors if kind == "forced"}):
        keys = [key for key in table.errors if key[:2] == ("forced", cause)]
        errors = sum(table.errors[key] for key in keys)
        shown = sum(table.known[key, Certainty.SHOWN] for key in keys)
        if is_below(errors, shown, RECALL_SHARE):
            yield f"forced by the data: {cause}: {shown} of {errors} shown"


def is_below(total: int, good: int, promised: float) -> bool:
    """Whether so many of all are less than promised, and not by chance where they are few."""
    if total >= FEW:
        return good < promised * total
    bad = total - good
    ways = (
        comb(total, one) * (1 - promised) ** one * promised ** (total - one)
        for one in range(bad, total + 1)
    )
    return bad > 0 and sum(ways) < RARE


def _is_false(table: Table, rule: str, family: str, telling: str) -> bool:
    key = ((rule, family, telling), Certainty.SHOWN)
    return table.true[key] < table.all[key]


def _print_false(count: int, rule: str) -> None:
    for family, telling, world in stage_worlds(count):
        for one in judge(world).statements:
            if one.rule == rule and not one.is_true and one.certainty is Certainty.SHOWN:
                sys.stdout.write(f"{family}, {telling}: event {one.number}: {one.text}\n{world}\n")
                return


def main() -> None:
    parser = argparse.ArgumentParser(description="Hold findings to simulated truth.")
    parser.add_argument("worlds", nargs="?", type=int, default=300)
    parser.add_argument("--false", metavar="CLAIM", help="print a world in which it is false")
    given = parser.parse_args()
    if given.false:
        _print_false(given.worlds, given.false)
        return
    sys.stdout.write("\n".join(lines_of(calibrate(given.worlds))) + "\n")


if __name__ == "__main__":
    main()
