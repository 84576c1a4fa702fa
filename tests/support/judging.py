"""Hold what findings say in a simulated world to its truth."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from ivscope.findings.finding import Certainty, Finding
from ivscope.findings.rules import findings_for, session_findings
from support.finding_claims import CLAIMS
from support.given_facts import as_facts, as_session, words
from support.judged_case import Case
from support.simulated_facts import SeenFacts
from support.simulator.causes import Cause
from support.simulator.forced import forced_cause
from support.simulator.view import Row
from support.simulator.worlds import World


@dataclass(frozen=True)
class Statement:
    """One claim of one finding, held to the truth."""

    rule: str
    certainty: Certainty
    is_true: bool
    names_cause: bool
    """Whether one believes in a cause after reading it; not where it only excludes one."""
    number: int
    """Of the happening that it speaks of."""
    text: str


@dataclass
class Judged:
    """What was said in a world, and of which errors the data forces the cause."""

    statements: list[Statement] = field(default_factory=list)
    unjudged: list[Finding] = field(default_factory=list)
    """Findings that make no claim that can be checked; most say that something is unknown."""
    errors: dict[int, Cause] = field(default_factory=dict)
    """The true cause of every error read, by number."""
    forced: dict[int, Cause] = field(default_factory=dict)
    """The causes that the data forces, by number of the error; without those that are not true
    because the stage has another limit than the documented one."""
    broken: list[str] = field(default_factory=list)
    """Rules that raised, and what."""

    def fail(self, rule: str, error: Exception) -> None:
        """Keep what a rule raised."""
        self.broken.append(f"{rule}: {type(error).__name__}: {error}")


def judge(world: World) -> Judged:
    """Hold everything that is said in a world to its truth. A row told twice is judged once."""
    seen, judged = SeenFacts(world.view), Judged()
    for name, rows in seen.rows.items():
        done: set[int] = set()
        for position, row in enumerate(rows):
            number = row.number
            if number is None or number in done or not isinstance(row.event.time, datetime):
                continue
            done.add(number)
            _keep_cause(world, name, row, judged)
            for finding in findings_for(
                world.view.scope_of(name), position, as_facts(seen), judged.fail
            ):
                _hold(world, seen, finding, number, judged)
    for finding in session_findings(as_session(seen.as_session), judged.fail):
        first = seen.row_of(finding.rests_on[0]).number if finding.rests_on else None
        if first is not None:
            _hold(world, seen, finding, first, judged)
    return judged


def _keep_cause(world: World, name: str, row: Row, judged: Judged) -> None:
    number = row.number
    if number is None or not row.event.is_error:
        return
    true, forced = world.history.cause_of(number), forced_cause(world.view, name, row)
    if true is not None:
        judged.errors[number] = true
    if forced is not None and (forced is true or world.history.laws.is_documented):
        judged.forced[number] = forced


def _hold(world: World, seen: SeenFacts, finding: Finding, number: int, judged: Judged) -> None:
    claims = list(_claims_of(world, seen, finding, number))
    judged.statements += claims
    if not claims:
        judged.unjudged.append(finding)


def _claims_of(world: World, seen: SeenFacts, finding: Finding, number: int) -> Iterator[Statement]:
    text, case = words(finding.claim), Case(world, seen, finding, number)
    for claim in CLAIMS:
        if claim.is_said(finding.claim) and claim.is_about(case.here):
            truth = claim.check(case)
            yield Statement(
                claim.rule,
                finding.certainty,
                truth,
                claim.is_cause and not claim.excludes,
                number,
                text,
            )
