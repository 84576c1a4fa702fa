"""When findings about clients, tokens, keys and leaving are true in a simulated world."""

import re
from collections.abc import Callable

from ivscope.domain import events as names
from support.judged_case import (
    Case,
    Check,
    JudgedClaim,
    both,
    came_after,
    came_before,
    cause,
    in_one_moment,
    mostly,
    no_cause,
)
from support.simulator.causes import Cause
from support.simulator.stage import SECOND
from support.simulator.truth import Happening


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
    return case.history.is_publishing(case.words[1], case.time)


def _sibling_does_not(case: Case) -> bool:
    return not _sibling_publishes(case)


def _is_encoder(case: Case) -> bool:
    return case.history.client_of(case.here.participant_id).is_encoder


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
        == case.words.groups()[1:]
    ]
    return int(case.words[1]) <= len(alike)


def _stop_by_exchange(case: Case) -> bool:
    stops = case.is_named(names.PUBLISH_STOPPED)
    return all(case.history.cause_of(one) is Cause.CAPABILITY_LOST for one in stops)


def _publishes(case: Case) -> bool:
    """Until right before what the finding is about."""
    return case.history.is_publishing(case.here.participant_id, case.time - 1)


ABOUT = {
    "SDK at an error": "error",
    "SDK at LEFT": names.LEFT,
    "capabilities": "INSUFFICIENT_CAPABILITIES",
    "leaving": names.LEFT,
}
"""Events that claims speak of, by the beginning of the rule, where words alone do not tell."""


def _about(rule: str) -> Callable[[Happening], bool]:
    """Whether a sentence like that speaks of such an event here."""
    wanted = ABOUT.get(rule.split(":", maxsplit=1)[0], "")
    return lambda one: (
        wanted in {"", "error" if one.event.is_error else "", one.event.name, one.event.error_code}
    )


def _claim(
    rule: str, pattern: str, check: Check, *, believed: bool = False, excludes: bool = False
) -> JudgedClaim:
    """A claim that is found by its words."""
    return JudgedClaim(
        rule,
        (),
        check,
        is_cause=believed or excludes,
        excludes=excludes,
        words=re.compile(pattern),
        is_about=_about(rule),
    )


OF_AN_ENCODER = (
    Cause.SETTINGS,
    Cause.KEY_WRONG,
    Cause.KEY_IN_USE_HERE,
    Cause.KEY_IN_USE_ELSEWHERE,
)
"""What is mended at an encoder, its key among it."""

LEFT_AT_ONCE = came_before(names.TOKEN_EXCHANGED)

CLIENT_CLAIMS = (
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
    _claim(
        "keys: sibling publishing",
        r"^<(.*)> carries .* and was publishing",
        both(_sibling_publishes, cause(Cause.KEY_IN_USE_HERE)),
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
        no_cause(Cause.KEY_IN_USE_HERE),
        excludes=True,
    ),
    _claim(
        "keys: worked later", "by then it had a key that works", came_after(names.PUBLISH_STARTED)
    ),
    _claim(
        "encoder: its settings",
        "look at the settings of the encoder",
        both(_is_encoder, cause(*OF_AN_ENCODER)),
        believed=True,
    ),
    _claim("encoder: browser", "look for an encoder or changed settings", cause(Cause.SETTINGS)),
    _claim("SDK at an error: fault", "^Documented: ", mostly(Cause.SDK_FAULT), believed=True),
    _claim("SDK at LEFT: fault", "^Documented: ", cause(Cause.CONNECTION_LOST), believed=True),
    _claim("leaving: came back", "as the same participant", came_after(names.JOINED)),
    _claim("leaving: exchange before", "^A token exchange took", LEFT_AT_ONCE),
    _claim(
        "leaving: because of it",
        "^A token exchange took",
        cause(Cause.AFTER_EXCHANGE),
        believed=True,
    ),
    _claim(
        "leaving: error before",
        "^<(PUBLISH|SUBSCRIBE|JOIN)_ERROR> .*is ",
        came_before(names.PUBLISH_ERROR, names.SUBSCRIBE_ERROR),
    ),
    _claim("leaving: ended with it", "ended in the same second, as with every", in_one_moment),
    _claim("exchange: no attempt", "No attempt to publish within", _nothing_within_half_a_minute),
    _claim(
        "exchange: gained, then",
        "^It gained PUBLISH, and",
        came_after(names.PUBLISH_STARTED, names.PUBLISH_ERROR, names.LEFT),
    ),
    _claim(
        "exchange: lost, then stop",
        "^It lost PUBLISH, and PUBLISH_STOPPED",
        _stop_by_exchange,
        believed=True,
    ),
    _claim("exchange: lost, no stop", "^It lost PUBLISH while publishing", _publishes),
    _claim("leaving: joined beside", "came back at once, or came and went", in_one_moment),
    _claim(
        "versions: failing",
        r"^([\d,]+) of [\d,]+ participants with SDK <(.*?)> \(<(.*?)>\)",
        _failing_of_version,
    ),
)
