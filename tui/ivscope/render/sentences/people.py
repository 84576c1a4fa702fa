"""Sentences about several participants: repeated errors, bursts, user ids of several people."""

from collections.abc import Callable
from math import ceil, floor
from typing import Any, Final

from ivscope.domain.durations import rate, round_duration
from ivscope.domain.times import to_microseconds
from ivscope.findings.finding import Claim, PlainClaim
from ivscope.findings.publisher_not_found import PublisherOpen, UnreachablePublisher
from ivscope.findings.repeats import (
    Burst,
    CycleOpen,
    DrawnAtRandom,
    ErrorCycle,
    ErrorsOfCode,
    Estimate,
    EstimateOf,
    OthersMetItToo,
    OthersNearby,
    OwnInternalErrors,
    RepeatsOpen,
    SameError,
    StayCycle,
)
from ivscope.findings.session_context import EventPeriod
from ivscope.findings.shared_users import (
    SameUserJoined,
    UserIdAtOnce,
    UserIdInTurn,
    UserIdOpenStays,
    UserIdPartlyRead,
    UserIdReturns,
    UsersOpen,
)
from ivscope.render.sentences.words import (
    Moment,
    Outside,
    Part,
    Text,
    Who,
    counted,
    distance_words,
)

PLAIN: Final[dict[PlainClaim, str]] = {
    CycleOpen.WHOSE_TIMER: "whose timer it is: the app's, its SDK's, or one in the network between",
    PublisherOpen.WHOSE_REASON: "whether the publisher or the subscribers are the reason",
    RepeatsOpen.OTHERS_TOO: (
        "whether others failed at the same time, which would speak for the service"
    ),
    RepeatsOpen.TOLD_TWICE: "whether equal events are one event, returned twice",
    RepeatsOpen.SERVICE_OR_CLIENT: "whether the service or the client is the reason",
    RepeatsOpen.ONE_PERSON: "whether it is one person: all of them share one user id",
    RepeatsOpen.DIFFERENT_PEOPLE: (
        "whether they are different people: not enough of them have a user id"
    ),
    RepeatsOpen.SINCE_READ: "what happened since the others were read",
    RepeatsOpen.SERVICE_OR_SHARED: (
        "whether the service or something that they share is the reason"
    ),
    UsersOpen.WHEN_INSIDE: "when they were inside",
    UsersOpen.STILL_INSIDE: "where LEFT is missing, whether it was still inside",
    UsersOpen.ONE_CLIENT: "whether it is one client: a user id is no proof",
    UsersOpen.NOTICED_LATE: (
        "whether it is one client: it can come back before the service knows that it was lost"
    ),
}


def _within(period: EventPeriod) -> Text:
    """From when to when something was: " within 38 s, from 20:30:04 to 20:30:42"."""
    first, last = (to_microseconds(time) // 1_000_000 for time in (period.first, period.last))
    if first == last:
        return (" in one second, ", Moment(period.first))
    took = round_duration(last - first)
    return (f" within {took}, from ", Moment(period.first), " to ", Moment(period.last))


def _times(claim: OthersMetItToo | Burst) -> Text:
    """From when to when a burst was; of a long one also how many met it at once."""
    times = _within(claim.period)
    if claim.most_at_once is not None:
        at_once = f"at most {claim.most_at_once:,} of them within {claim.window_seconds} s"
        times = (*times, f", {at_once}")
    return times


def _to_escalate(window_seconds: int) -> str:
    return (
        f" Several within {window_seconds} s are a reason to escalate to AWS Support, with stage, "
        "session and times."
    )


def _same_error(claim: SameError) -> Text:
    times = _least_to_most(claim.times, claim.most)
    words: list[Part] = [f"{times} times the same error"]
    if not claim.error_code:
        no_code = "no code" if claim.error_code is None else "an empty code"
        words = [f"{times} times ", Outside(claim.event_name), f" with {no_code}"]
    if claim.publisher_id is not None:
        words += [", always about ", Who(claim.publisher_id)]
    elif claim.publisher_ids > 1:
        words.append(f", about {claim.publisher_ids:,} different publishers")
    if not claim.is_all_read:
        words.append(", of what was read")
    if claim.period is None:
        return (*words, "; not all of them have a readable time.")
    seconds = (claim.period.last - claim.period.first).total_seconds()
    if seconds < 1:
        return (*words, ", all in one second, ", Moment(claim.period.first), ".")
    words += [",", *_from_to(claim.period)]
    if claim.a_minute is not None and claim.a_minute >= 0.1:  # noqa: PLR2004
        words.append(f", on average {rate(claim.a_minute)} a minute")
    return (*words, f", over {round_duration(seconds)}.")


def _own_internal_errors(claim: OwnInternalErrors) -> Text:
    words = (
        "It is the only one of this participant"
        if claim.times == 1
        else f"This participant has {claim.times:,} of them"
    )
    return (words, "." if claim.is_all_read else ", of what was read.")


def _others_met_it_too(claim: OthersMetItToo) -> Text:
    who = f"{claim.others:,} other participants got it too"
    end = _to_escalate(claim.window_seconds) if claim.is_to_escalate else ""
    return (who, *_times(claim), f".{end}")


def _others_nearby(claim: OthersNearby) -> Text:
    who = counted(claim.others, "other participant") if claim.others else "Nobody else"
    return (f"{who} got it within {claim.window_seconds} s.",)


def _burst(claim: Burst) -> Text:
    words = (f"{claim.participants:,} participants got ", Outside(claim.error_code))
    end = _to_escalate(claim.window_seconds) if claim.is_to_escalate else ""
    return (*words, *_times(claim), f".{end}")


def _errors_of_code(claim: ErrorsOfCode) -> Text:
    who: Part = f"{claim.participants:,} participants"
    if claim.participant_id is not None:
        who = Who(claim.participant_id)
    times = "once" if claim.most == 1 else f"{_least_to_most(claim.times, claim.most)} times"
    if not claim.is_all_read:
        times += " in what was read"
    elif claim.participants > 1:
        times += " in all"
    return (who, " got ", Outside(claim.error_code), f" {times},", *_from_to(claim.period), ".")


def _least_to_most(times: int, most: int) -> str:
    """How many events there are, when some can be one that is told twice: "2 to 3"."""
    return f"{most:,}" if times == most else f"{times:,} to {most:,}"


def _from_to(period: EventPeriod) -> Text:
    if period.first == period.last:
        return (" at ", Moment(period.first))
    return (" from ", Moment(period.first), " to ", Moment(period.last))


def _unreachable_publisher(claim: UnreachablePublisher) -> Text:
    words = f"{claim.participants:,} participants failed to subscribe to "
    return (words, Who(claim.publisher_id), *_within(claim.period), ".")


def _carry(participants: int, user_id: str) -> Text:
    return (f"{participants:,} participants share the user id ", Outside(user_id))


_PERCENT = 100

_WHOLE_FROM = 10.0
"""Percent. When a share can be this large, whole percents are exact enough."""

_TENTHS_FROM = 1.0
"""Percent. As above, for tenths of a percent; smaller ones are told in hundredths."""


def share_words(claim: Estimate) -> str:
    """Say "about 3 % (2 to 5)", or "at most 0.9 %, perhaps none,".

    The ends are rounded outwards, so that the range stays right.
    """
    least, most = (_PERCENT * count / claim.of for count in (claim.low, claim.high))
    digits = 0 if most >= _WHOLE_FROM else 1 if most >= _TENTHS_FROM else 2
    scale = 10**digits
    highest = ceil(most * scale) / scale
    if not claim.errors:
        return f"at most {highest:g} %, perhaps none,"
    lowest = floor(least * scale) / scale
    about = round(_PERCENT * claim.errors / claim.read, digits)
    # Some were found, so none is no longer possible.
    return f"about {about:g} % ({f'{lowest:g}' if lowest else 'above 0'} to {highest:g})"


def _estimate(claim: Estimate) -> Text:
    of = "" if claim.stratum is EstimateOf.ALL_OTHERS else "the first "
    listed = " listed" if of else ""
    code: Text = ("an error without a code",)
    if claim.is_any:
        code = ("an error",)
    elif claim.error_code is not None:
        code = (Outside(claim.error_code),)
    got = f"{share_words(claim)} of the other participants got "
    return (got, *code, f", from {claim.read:,} of {of}{claim.of:,}{listed}.")


def _drawn_at_random(claim: DrawnAtRandom) -> Text:
    words = f"{claim.read:,} were drawn at random, and 95 of 100 such ranges are right"
    if not claim.failed:
        return (words,)
    failed = f"{claim.failed:,} more could not be read, and the range holds with or without them"
    return (f"{words}; {failed}",)


def _user_id_partly_read(claim: UserIdPartlyRead) -> Text:
    who = _carry(claim.participants, claim.user_id)
    if claim.read == claim.participants:
        return (*who, f"; {claim.without_joined:,} of them have no JOINED.")
    count = f"{claim.read:,}" if claim.read else "none"
    words = f"; the events of {count} of them are read"
    if claim.without_joined:
        words += f", {claim.without_joined:,} without JOINED"
    return (*who, f"{words}.")


def _user_id_at_once(claim: UserIdAtOnce) -> Text:
    words = f", up to {claim.at_once:,} at the same time"
    if claim.is_brief:
        words += f", for at least {round_duration(claim.longest_seconds)}."
    else:
        words += ": not one after another."
    return (*_carry(claim.participants, claim.user_id), words)


def _user_id_in_turn(claim: UserIdInTurn) -> Text:
    return (*_carry(claim.participants, claim.user_id), ", one after another.")


def _user_id_returns(claim: UserIdReturns) -> Text:
    gap = claim.longest_gap_seconds
    apart = f"at most {round_duration(gap)} apart" if gap else "each in the second of the last LEFT"
    apart = f", one after another, {apart}"
    looks = ": it looks like one client that comes back with a new token each time."
    end = looks if claim.is_one_client else "."
    return (*_carry(claim.participants, claim.user_id), apart, end)


def _user_id_open_stays(claim: UserIdOpenStays) -> Text:
    missing = counted(claim.without_left, "LEFT is missing", "LEFT are missing")
    return (*_carry(claim.participants, claim.user_id), f"; {missing} before others joined.")


def _same_user_joined(claim: SameUserJoined) -> Text:
    who = ("Another participant with the user id ", Outside(claim.user_id), ", ")
    return (*who, Outside(claim.participant_id), f", joined {distance_words(claim.joined)}.")


def _error_cycle(claim: ErrorCycle) -> Text:
    every = f"It comes every {round_duration(claim.gap_seconds)}, {claim.times:,} times"
    alike = f"{claim.regular_gaps:,} of {claim.gaps:,} times between are that long"
    return (f"{every}, and {alike}: a timer is behind it.",)


def _stay_cycle(claim: StayCycle) -> Text:
    parts = []
    if claim.stay_seconds is not None:
        stays = f"{claim.regular_stays:,} of its {claim.stays:,} stays"
        parts.append(f"{stays} last {round_duration(claim.stay_seconds)}")
    if claim.pause_seconds is not None:
        pauses = f"{claim.regular_pauses:,} of {claim.pauses:,} pauses between its stays"
        parts.append(f"{pauses} last {round_duration(claim.pause_seconds)}")
    return (f"{' and '.join(parts)}: a timer is behind it.",)


PEOPLE: Final[dict[type[Claim], str]] = dict.fromkeys((OthersMetItToo, OthersNearby), "Also got it")
"""Labels of lists of the people whose events a finding rests on."""

SENTENCES: Final[dict[type[Claim], Callable[[Any], Text]]] = {
    SameError: _same_error,
    Estimate: _estimate,
    DrawnAtRandom: _drawn_at_random,
    OwnInternalErrors: _own_internal_errors,
    OthersMetItToo: _others_met_it_too,
    OthersNearby: _others_nearby,
    Burst: _burst,
    ErrorsOfCode: _errors_of_code,
    UnreachablePublisher: _unreachable_publisher,
    UserIdPartlyRead: _user_id_partly_read,
    UserIdAtOnce: _user_id_at_once,
    UserIdInTurn: _user_id_in_turn,
    UserIdReturns: _user_id_returns,
    UserIdOpenStays: _user_id_open_stays,
    SameUserJoined: _same_user_joined,
    ErrorCycle: _error_cycle,
    StayCycle: _stay_cycle,
}
