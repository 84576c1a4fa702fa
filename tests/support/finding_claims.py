"""What the sentences of findings claim, and when that is true in a simulated world.

Findings are sentences as yet, so a claim is found by its words. A sentence can make two claims:
what it says to the letter, and the cause that it makes one believe in.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from ivscope.domain import events as names
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE
from ivscope.findings.finding import Finding
from support.simulated_facts import SeenFacts
from support.simulator.causes import PUBLISHER_GONE, Cause
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
    match: re.Match[str]

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
        return any(self.history.ended_by.get(one) == self.number for one in self.refs)


Check = Callable[[Case], bool]


def _cause(*wanted: Cause) -> Check:
    return lambda case: case.cause in wanted


def _no_cause(*unwanted: Cause) -> Check:
    return lambda case: case.cause not in unwanted


def _causes(*wanted: Cause) -> Check:
    """Of every error among the evidence."""
    return lambda case: all(case.history.cause_of(one) in wanted for one in case.errors)


def _mostly(*wanted: Cause) -> Check:
    """Of at least half of the errors among the evidence."""
    return lambda case: (
        2 * sum(case.history.cause_of(one) in wanted for one in case.errors) >= len(case.errors)
    )


def _none_of(*unwanted: Cause) -> Check:
    return lambda case: not any(case.history.cause_of(one) in unwanted for one in case.errors)


def _count_fits(case: Case) -> bool:
    fewest, most = case.others
    low = int(case.match[2])
    return low <= most and (bool(case.match[1]) or fewest <= int(case.match[3] or low))


def _others_publish(case: Case) -> bool:
    return case.history.is_publishing(case.remote, case.time)


def _others_do_not(case: Case) -> bool:
    return not case.history.is_publishing(case.remote, case.time)


def _never_published(case: Case) -> bool:
    return not case.history.lives[case.remote].publishing


def _not_yet_published(case: Case) -> bool:
    return all(span.begin > case.time for span in case.history.lives[case.remote].publishing)


def _came_before(*wanted: str) -> Check:
    """Evidence of these names came before what the finding is about."""
    return lambda case: all(one < case.number for one in case.is_named(*wanted))


def _came_after(*wanted: str) -> Check:
    return lambda case: all(one > case.number for one in case.is_named(*wanted))


def _token_lacks(case: Case) -> bool:
    token = case.history.token_of(case.number)
    return token is not None and case.needed not in (token.capabilities or ())


def _token_allows(case: Case) -> bool:
    return not _token_lacks(case)


def _token_had_it(case: Case) -> bool:
    """When it last published or was subscribed, which is the first of the evidence."""
    token = case.history.token_of(case.refs[0])
    return token is not None and case.needed in (token.capabilities or ())


def _token_joined_with(case: Case) -> bool:
    """Whether no exchange came between joining and the error."""
    own = [one for one in case.history.numbers_of(case.here.participant_id) if one < case.number]
    told = [case.history.happenings[one].event.name for one in own]
    joined = max((at for at, name in enumerate(told) if name == names.JOINED), default=0)
    return _token_lacks(case) and names.TOKEN_EXCHANGED not in told[joined:]


def _sibling_publishes(case: Case) -> bool:
    return case.history.is_publishing(case.match[1], case.time)


def _sibling_does_not(case: Case) -> bool:
    return not _sibling_publishes(case)


def _is_encoder(case: Case) -> bool:
    return case.history.client_of(case.here.participant_id).is_encoder


def _same_errors(case: Case) -> bool:
    here = case.here
    alike = [
        one
        for one in case.history.happenings
        if one.participant_id == here.participant_id
        and (one.event.name, one.event.error_code) == (here.event.name, here.event.error_code)
        and one.time <= case.read_at
    ]
    return int(case.match[1]) == len(alike)


def _people(case: Case, find: Callable[[Happening], bool]) -> int:
    """How many participants have an event of a kind within the time of the evidence."""
    times = [case.history.happenings[one].time for one in case.refs]
    room = case.history.laws.clocks_apart + SECOND
    low, high = min(times) - room, max(times) + room
    return len(
        {
            one.participant_id
            for one in case.history.happenings
            if low <= one.time <= high and find(one)
        }
    )


def _burst(case: Case) -> bool:
    return _is_number(
        case, lambda one: one.event.is_error and _code_or_name(one) == _code_or_name(case.here)
    )


def _code_or_name(one: Happening) -> str | None:
    return one.event.error_code or one.event.name


def _is_number(case: Case, find: Callable[[Happening], bool]) -> bool:
    """Whether so many participants have it as said; or more, where not everybody is read."""
    count, said = _people(case, find), int(case.match[1])
    is_partial = len(case.seen.rows) < len(case.history.participants)
    return said <= count if is_partial else said == count


def _unreachable(case: Case) -> bool:
    return _is_number(
        case,
        lambda one: (
            one.event.name == names.SUBSCRIBE_ERROR
            and one.event.remote_participant_id == case.match[2]
        ),
    )


def _stays_overlap(case: Case) -> bool:
    people = {case.history.happenings[one].participant_id for one in case.refs}
    spans = [(name, stay.span) for name in people for stay in case.history.lives[name].stays]
    until = case.history.until + 1
    return any(
        one.meets(other.begin, until if other.end is None else other.end)
        for name, one in spans
        for another, other in spans
        if name != another
    )


def _is_one_client(case: Case) -> bool:
    people = {case.history.happenings[one].participant_id for one in case.refs}
    return len({case.history.client_of(name).name for name in people}) == 1


def _not(check: Check) -> Check:
    return lambda case: not check(case)


def _both(*checks: Check) -> Check:
    return lambda case: all(check(case) for check in checks)


def _nothing_within_half_a_minute(case: Case) -> bool:
    wanted = {names.PUBLISH_STARTED, names.PUBLISH_ERROR}
    return not any(
        case.history.happenings[one].event.name in wanted
        and 0 < case.history.happenings[one].time - case.time < 29 * SECOND
        for one in case.history.numbers_of(case.here.participant_id)
        if one > case.number
    )


def _failing_of_version(case: Case) -> bool:
    """Whether at least so many participants with such a client have errors."""
    failing = {one.participant_id for one in case.history.happenings if one.event.is_error}
    clients = [case.history.client_of(name) for name in failing]
    alike = [
        one
        for one in clients
        if (one.sdk_version, "browser" if one.browser_name else one.os_name)
        == case.match.groups()[1:]
    ]
    return int(case.match[1]) <= len(alike)


def _began_again(case: Case) -> bool:
    """Whether what went on at the error began later than the evidence says."""
    started = case.is_named(names.PUBLISH_STARTED, names.SUBSCRIBE_STARTED)
    return any(
        one.participant_id == case.here.participant_id
        and one.event.name == case.history.happenings[start].event.name
        for start in started
        for one in case.history.happenings[start + 1 : case.number]
    )


def _stop_by_exchange(case: Case) -> bool:
    stops = case.is_named(names.PUBLISH_STOPPED)
    return all(case.history.cause_of(one) is Cause.CAPABILITY_LOST for one in stops)


def _publishes(case: Case) -> bool:
    """Until right before what the finding is about."""
    return case.history.is_publishing(case.here.participant_id, case.time - 1)


def _in_one_moment(case: Case) -> bool:
    """Whether the evidence lies within a second, whatever the clock that dates it."""
    times = [case.history.happenings[one].time for one in case.refs]
    return max(times) - min(times) < SECOND


def _left_with_it(case: Case) -> bool:
    left = case.is_named(names.LEFT)
    return all(case.history.happenings[one].time == case.time for one in left)


ABOUT = {
    "SDK at an error": "error",
    "SDK at LEFT": names.LEFT,
    "capabilities": "INSUFFICIENT_CAPABILITIES",
    "leaving": names.LEFT,
    "stop": names.PUBLISH_STOPPED,
}
"""Events that claims speak of, by the beginning of the rule, where words alone do not tell."""


@dataclass(frozen=True)
class Claim:
    """What a sentence claims."""

    rule: str
    pattern: re.Pattern[str]
    check: Check
    is_cause: bool = False
    """Whether it is the cause that one believes in after reading, and not the letter."""
    excludes: bool = False
    """Whether it says of a cause that it is not the one; then it names none."""

    def is_about(self, one: Happening) -> bool:
        """Whether a sentence like that speaks of such an event here."""
        wanted = ABOUT.get(self.rule.split(":")[0], "")
        kind = "error" if one.event.is_error else ""
        return wanted in {"", kind, one.event.name, one.event.error_code}


def _claim(
    rule: str, pattern: str, check: Check, *, believed: bool = False, excludes: bool = False
) -> Claim:
    return Claim(rule, re.compile(pattern), check, believed or excludes, excludes)


OF_AN_ENCODER = (
    Cause.SETTINGS,
    Cause.KEY_WRONG,
    Cause.KEY_IN_USE_HERE,
    Cause.KEY_IN_USE_ELSEWHERE,
)
"""What is mended at an encoder, its key among it."""

REPLICATION_BY_STOP = _cause(Cause.PUBLISHER_STOPPED)
LEFT_AT_ONCE = _came_before(names.TOKEN_EXCHANGED)

CLAIMS = (
    _claim("quota: others", r"^(At least )?(\d+)(?: to (\d+))? others were pub", _count_fits),
    _claim(
        "quota: slots taken",
        "slots were taken|slots of the stage were taken",
        _causes(Cause.STAGE_FULL),
        believed=True,
    ),
    _claim(
        "quota: another limit", "it was another limit", _none_of(Cause.STAGE_FULL), excludes=True
    ),
    _claim(
        "capabilities: lacking", "(did|does|do) not allow|took .* away", _token_lacks, believed=True
    ),
    _claim(
        "capabilities: does not explain", "(token|Both).*not explain", _token_allows, excludes=True
    ),
    _claim(
        "capabilities: joined with", "the token it joined with", _token_joined_with, believed=True
    ),
    _claim(
        "capabilities: attempt came first",
        "gave .* attempt may have come before",
        _token_lacks,
        believed=True,
    ),
    _claim("capabilities: proved", "no token exchange is read between", _token_had_it),
    _claim(
        "capabilities: still allowed",
        "no token exchange is read between",
        _token_allows,
        excludes=True,
    ),
    _claim("publisher: was publishing", "was publishing (all along|as far)", _others_publish),
    _claim(
        "publisher: end explains nothing",
        "Its end does not explain",
        _no_cause(*PUBLISHER_GONE),
        excludes=True,
    ),
    _claim(
        "publisher: race with its start or stop",
        "so near that it can be a race",
        _cause(*PUBLISHER_GONE),
        believed=True,
    ),
    _claim(
        "publisher: stopped or left before",
        r"^The publisher (stopped publishing|left)(?!.*(race|came first))",
        _both(_others_do_not, _cause(Cause.PUBLISHER_NOT_THERE)),
        believed=True,
    ),
    _claim("publisher: not there yet", "it was not there yet", _not_yet_published, believed=True),
    _claim(
        "publisher: tie",
        "in the same second; which came first",
        _cause(*PUBLISHER_GONE),
        believed=True,
    ),
    _claim(
        "publisher: never published", "never published: its events", _never_published, believed=True
    ),
    _claim(
        "duration: limit of 24 h",
        "before.*near the limit of 24 h",
        _cause(Cause.TOO_LONG),
        believed=True,
    ),
    _claim(
        "duration: shorter",
        "shorter than the limit of 24 h",
        _no_cause(Cause.TOO_LONG),
        excludes=True,
    ),
    _claim("duration: longer", "longer than the limit of 24 h", _began_again),
    _claim(
        "keys: sibling publishing",
        r"^<(.*)> carries .* and was publishing",
        _both(_sibling_publishes, _cause(Cause.KEY_IN_USE_HERE)),
        believed=True,
    ),
    _claim(
        "keys: sibling not publishing",
        r"^<(.*)> carries .* was not publishing then",
        _sibling_does_not,
    ),
    _claim(
        "keys: nobody else",
        "No other participant of this session carries",
        _no_cause(Cause.KEY_IN_USE_HERE),
        excludes=True,
    ),
    _claim(
        "keys: worked later", "by then it had a key that works", _came_after(names.PUBLISH_STARTED)
    ),
    _claim(
        "encoder: its settings",
        "look at the settings of the encoder",
        _both(_is_encoder, _cause(*OF_AN_ENCODER)),
        believed=True,
    ),
    _claim("encoder: browser", "look for an encoder or changed settings", _cause(Cause.SETTINGS)),
    _claim("SDK at an error: fault", "^Documented: ", _mostly(Cause.SDK_FAULT), believed=True),
    _claim("SDK at LEFT: fault", "^Documented: ", _cause(Cause.CONNECTION_LOST), believed=True),
    _claim("repeats: same error", r"^(\d+) times the same error", _same_errors),
    _claim("bursts: participants", r"^(\d+) participants met", _burst),
    _claim("bursts: the service", "a reason to escalate", _causes(Cause.OUTAGE), believed=True),
    _claim(
        "publisher: many failed",
        r"^(\d+) participants failed to subscribe to <(.*?)>",
        _unreachable,
    ),
    _claim("leaving: came back", "as the same participant", _came_after(names.JOINED)),
    _claim("leaving: exchange before", "^A token exchange took", LEFT_AT_ONCE),
    _claim(
        "leaving: because of it",
        "^A token exchange took",
        _cause(Cause.AFTER_EXCHANGE),
        believed=True,
    ),
    _claim(
        "leaving: error before",
        "^<(PUBLISH|SUBSCRIBE|JOIN)_ERROR> .*is ",
        _came_before(names.PUBLISH_ERROR, names.SUBSCRIBE_ERROR),
    ),
    _claim("leaving: ended with it", "ended in the same second, as with every", _in_one_moment),
    _claim("stop: duration", "^It had published for", Case.are_partners),
    _claim(
        "stop: capability lost",
        "took PUBLISH away, which unpublishes",
        _cause(Cause.CAPABILITY_LOST),
        believed=True,
    ),
    _claim(
        "stop: error beside",
        "^PUBLISH_ERROR <",
        _cause(Cause.SETTINGS, Cause.TOO_LONG),
        believed=True,
    ),
    _claim("stop: left", "^It left in the same second", _left_with_it, believed=True),
    _claim("replication: duration", "^It was replicated for", Case.are_partners),
    _claim(
        "replication: call",
        "StopParticipantReplication is left",
        _cause(Cause.REPLICATION_CALL),
        believed=True,
    ),
    _claim(
        "replication: publisher stopped",
        "which ends a replication",
        REPLICATION_BY_STOP,
        believed=True,
    ),
    _claim(
        "replication: one happening",
        "both can be one happening",
        REPLICATION_BY_STOP,
        believed=True,
    ),
    _claim(
        "users: at the same time",
        "not one after another",
        _both(_stays_overlap, _not(_is_one_client)),
        believed=True,
    ),
    _claim("users: one after another", ", one after another.$", _not(_stays_overlap)),
    _claim("users: one client", "looks like one client", _is_one_client, believed=True),
    _claim("exchange: no attempt", "No attempt to publish within", _nothing_within_half_a_minute),
    _claim(
        "exchange: gained, then",
        "^It gained PUBLISH, and",
        _came_after(names.PUBLISH_STARTED, names.PUBLISH_ERROR, names.LEFT),
    ),
    _claim(
        "exchange: lost, then stop",
        "^It lost PUBLISH, and PUBLISH_STOPPED",
        _stop_by_exchange,
        believed=True,
    ),
    _claim("exchange: lost, no stop", "^It lost PUBLISH while publishing", _publishes),
    _claim("leaving: joined beside", "came back at once, or came and went", _in_one_moment),
    _claim("stop: replication beside", "replication to another stage ended in", _in_one_moment),
    _claim(
        "versions: failing",
        r"^([\d,]+) of [\d,]+ participants with SDK <(.*?)> \(<(.*?)>\)",
        _failing_of_version,
    ),
)
