"""A finding in its simulated world, the truth it is held to, and what a claim is to the judge."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ivscope.domain import events as names
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE
from ivscope.findings.finding import Finding, PlainClaim
from support.simulated_facts import SeenFacts
from support.simulator.causes import Cause
from support.simulator.stage import SECOND
from support.simulator.truth import Happening, History
from support.simulator.worlds import World


@dataclass(frozen=True)
class Case:
    """A finding in its world, with the event that it speaks of."""

    world: World
    seen: SeenFacts
    finding: Finding
    number: int
    """Of the happening that the finding is about; that of its first evidence for a session."""

    @property
    def said(self) -> Any:
        """The claim of the finding, of the class that was asked for."""
        return self.finding.claim

    @property
    def history(self) -> History:
        return self.world.history

    @property
    def here(self) -> Happening:
        return self.history.happenings[self.number]

    @property
    def cause(self) -> Cause | None:
        return self.here.cause

    @property
    def read_at(self) -> int:
        """Up to when the participant is read."""
        as_of = self.world.view.served[self.here.participant_id].as_of
        return self.history.until if as_of is None else as_of

    @property
    def time(self) -> int:
        return self.here.time

    @property
    def remote(self) -> str:
        return self.here.event.remote_participant_id or ""

    @cached_property
    def refs(self) -> list[int]:
        """Numbers of the happenings of the evidence."""
        found = (self.seen.row_of(ref).number for ref in self.finding.rests_on)
        return [number for number in found if number is not None]

    @property
    def others(self) -> tuple[int, int]:
        """The fewest and the most others who publish within the second shown."""
        name, start = self.here.participant_id, self.time // SECOND * SECOND
        start = max(start, self.history.start)
        fewest, most = self.history.counts(start, start + SECOND)
        always = name in self.history.publishing_throughout(start, start + SECOND)
        sometimes = name in self.history.publishing_sometime(start, start + SECOND)
        return fewest - sometimes, most - always

    @property
    def needed(self) -> str:
        return PUBLISH if self.here.event.name == names.PUBLISH_ERROR else SUBSCRIBE

    @property
    def errors(self) -> list[int]:
        """Errors among the evidence."""
        return [one for one in self.refs if self.history.happenings[one].event.is_error]

    def is_named(self, *wanted: str) -> list[int]:
        """Evidence with one of these names."""
        return [one for one in self.refs if self.history.happenings[one].event.name in wanted]

    def are_partners(self) -> bool:
        """Whether the evidence has the start that this ended, or one told in the same second."""
        happenings = self.history.happenings
        starts = [one for one, end in self.history.ended_by.items() if end == self.number]
        return any(
            happenings[one].event.name == happenings[start].event.name
            and happenings[one].time // SECOND == happenings[start].time // SECOND
            for start in starts
            for one in self.refs
        )


Check = Callable[[Case], bool]


@dataclass(frozen=True)
class JudgedClaim:
    """What a finding claims. It can claim two things: its letter, and the cause one believes in."""

    rule: str
    says: tuple[type | PlainClaim, ...]
    """Classes of claims that say it, or plain claims."""
    check: Check
    when: Callable[[Any], bool] = lambda _: True
    """Whether the values of a claim say it."""
    is_cause: bool = False
    """Whether it is the cause that one believes in after reading, and not the letter."""
    excludes: bool = False
    """Whether it says of a cause that it is not the one; then it names none."""
    about: str = ""
    """Name of the event that the finding is about, "error" for every error; empty for any."""

    def is_said(self, claim: object) -> bool:
        """Whether a claim of a finding says it."""
        is_one = any(
            claim is one if isinstance(one, PlainClaim) else isinstance(claim, one)
            for one in self.says
        )
        return is_one and self.when(claim)

    def is_about(self, one: Happening) -> bool:
        """Whether it speaks of such an event."""
        kind = "error" if one.event.is_error else one.event.name
        return self.about in {"", kind}


def judged(
    rule: str,
    says: type | PlainClaim | tuple[type | PlainClaim, ...],
    check: Check,
    *,
    when: Callable[[Any], bool] = lambda _: True,
    believed: bool = False,
    excludes: bool = False,
    about: str = "",
) -> JudgedClaim:
    """A claim that the judge checks."""
    kinds = says if isinstance(says, tuple) else (says,)
    return JudgedClaim(rule, kinds, check, when, believed or excludes, excludes, about)


def cause(*wanted: Cause) -> Check:
    return lambda case: case.cause in wanted


def no_cause(*unwanted: Cause) -> Check:
    return lambda case: case.cause not in unwanted


def causes(*wanted: Cause) -> Check:
    """Of every error among the evidence."""
    return lambda case: all(case.history.cause_of(one) in wanted for one in case.errors)


def mostly(*wanted: Cause) -> Check:
    """Of at least half of the errors among the evidence."""
    return lambda case: (
        2 * sum(case.history.cause_of(one) in wanted for one in case.errors) >= len(case.errors)
    )


def none_of(*unwanted: Cause) -> Check:
    return lambda case: not any(case.history.cause_of(one) in unwanted for one in case.errors)


def came_before(*wanted: str) -> Check:
    """Evidence of these names came before what the finding is about."""
    return lambda case: all(one < case.number for one in case.is_named(*wanted))


def came_after(*wanted: str) -> Check:
    return lambda case: all(one > case.number for one in case.is_named(*wanted))


def negated(check: Check) -> Check:
    return lambda case: not check(case)


def both(*checks: Check) -> Check:
    return lambda case: all(check(case) for check in checks)


def in_one_moment(case: Case) -> bool:
    """Whether the evidence lies within a second, whatever the clock that dates it."""
    times = [case.history.happenings[one].time for one in case.refs]
    return max(times) - min(times) < SECOND
