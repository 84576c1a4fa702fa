"""SDK versions among those who failed, and documented faults that match. Counts, not causes."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator

from tui.domain import events
from tui.domain.stages import Participant
from tui.findings.client import is_explained
from tui.findings.finding import Ask, Certainty, FactKey, FactKind, Finding, Outside, Text
from tui.findings.here import positions_named
from tui.findings.known_issues import KNOWN_ISSUES, KnownIssue
from tui.findings.swept import MANY, Swept

FEWEST_OTHERS = 5
"""Participants with other versions that it takes to compare at all."""

TIMES_AS_OFTEN = 2
"""From this ratio on a version is told."""

_Client = tuple[str, str]
"""System or "browser", and SDK version: SDKs number their versions apart."""


def sdk_versions(swept: Swept) -> Iterator[Finding]:
    """Compare how often each SDK version failed, among participants that are read."""
    failing = swept.by_participant(swept.errors)
    if not failing:
        return
    facts = _facts(swept)
    lacking = sum(name not in facts for name in swept.people)
    asks: tuple[Ask, ...] = ()
    if lacking:
        fact = FactKey(FactKind.SESSION_FACTS, swept.known.scope)
        asks = (Ask("SDK and browser of everybody, first of those who failed", fact, lacking),)
    read = {name: client for name, one in facts.items() if (client := _client(one)) is not None}
    everybody = Counter(read[name] for name in read if swept.known.is_read(name))
    failed = Counter(read[name] for name in read if swept.known.is_read(name) and name in failing)
    if not facts:
        none = "SDK versions of those who failed are not known: no facts are read."
        yield Finding((none,), Certainty.UNKNOWN, (), swept.partial, asks)
        return
    is_told = False
    for client, count in failed.most_common():
        same, others = everybody[client], everybody.total() - everybody[client]
        others_failed = failed.total() - count
        if count < MANY or others < FEWEST_OTHERS:
            continue
        if count * others < TIMES_AS_OFTEN * others_failed * same:
            continue
        rests = [own[0] for name, own in failing.items() if read.get(name) == client]
        text: Text = (
            f"{count:,} of {same:,} participants with SDK ",
            Outside(client[1]),
            " (",
            Outside(client[0]),
            f") had errors; of {others:,} with another, {others_failed:,} had.",
        )
        unknown = f"whether the version is the reason; facts of {len(facts):,} participants are"
        unknown += f" read, of {len(swept.people):,}"
        is_told = True
        yield Finding(text, Certainty.SHOWN, swept.refs(rests), (unknown,), asks)
    if lacking and not is_told:
        so_far = f"Among the {len(facts):,} participants whose facts are read no SDK version "
        so_far += "failed more often than others."
        yield Finding((so_far,), Certainty.UNKNOWN, (), swept.partial, asks)


def _facts(swept: Swept) -> dict[str, Participant]:
    found = ((name, swept.known.participant(name)) for name in swept.people)
    return {name: facts for name, facts in found if facts is not None}


def _client(facts: Participant) -> _Client | None:
    if not facts.sdk_version:
        return None
    return "browser" if facts.browser_name else facts.os_name or "unknown", facts.sdk_version


def matching_faults(swept: Swept) -> Iterator[Finding]:
    """Name the documented faults that errors of the session can be, with how many match."""
    facts = _facts(swept)
    exchanges = swept.by_participant(positions_named(swept.log, (events.TOKEN_EXCHANGED,)))
    found: defaultdict[int, list[int]] = defaultdict(list)
    for at in swept.errors:
        name = swept.log.participant(at)
        one = None if name is None else facts.get(name)
        if name is None or one is None:
            continue
        own = exchanges.get(name, [])
        count = bisect_right(own, swept.second(at), key=swept.second)
        exchange = own[count - 1] if count else None
        for number, issue in enumerate(KNOWN_ISSUES):
            if _can_be(swept, issue, at, exchange) and issue.matches(one):
                found[number].append(at)
    for number, positions in found.items():
        issue = KNOWN_ISSUES[number]
        count = len(swept.whose(positions))
        people = "1 participant" if count == 1 else f"{count:,} participants"
        errors = "1 error" if len(positions) == 1 else f"{len(positions):,} errors"
        text: Text = (f"Documented: {issue.fault}. To that fit {errors} of {people}.",)
        open_condition = None if issue.open_condition is None else (issue.open_condition,)
        unknown = open_condition or swept.partial
        yield Finding(text, Certainty.LIKELY, swept.refs(positions), unknown, swept.rest)


def _can_be(swept: Swept, issue: KnownIssue, error: int, exchange: int | None) -> bool:
    log = swept.log
    since = None if exchange is None else swept.second(error) - swept.second(exchange)
    if not issue.can_be(log.name(error), log.error_code(error), since):
        return False
    if not issue.follows_exchange or exchange is None:
        return True
    return not is_explained(log, error, exchange)
