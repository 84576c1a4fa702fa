"""When findings about publishing, and about several participants, are true in a simulated world."""

from collections.abc import Callable

from ivscope.domain import events as names
from ivscope.findings.publisher_not_found import (
    PublisherMovedNear,
    PublisherNeverPublished,
    PublisherNotYet,
    PublisherReplicationEnded,
    PublisherStopped,
    PublisherTied,
    PublisherWasPublishing,
    UnreachablePublisher,
)
from ivscope.findings.publishing import (
    ExchangeTookPublish,
    PublishedFor,
    PublishErrorBesideStop,
    StoppedSays,
)
from ivscope.findings.quota import AfterQuota, AgainstLimit, AtQuotaErrors, PublishersThen
from ivscope.findings.repeats import (
    Burst,
    ErrorCycle,
    ErrorsOfCode,
    OthersMetItToo,
    SameError,
    StayCycle,
)
from ivscope.findings.replication import PublishingEndedBefore, ReplicatedFor, ReplicationSays
from ivscope.findings.shared_users import SameUserJoined, UserIdAtOnce, UserIdInTurn, UserIdReturns
from ivscope.findings.stream_duration import AgainstDuration, LastedUntilError
from support.judged_case import (
    Case,
    both,
    came_after,
    cause,
    causes,
    in_one_moment,
    judged,
    negated,
    no_cause,
    none_of,
)
from support.simulator.causes import PUBLISHER_GONE, Cause
from support.simulator.stage import SECOND
from support.simulator.truth import Happening
from support.simulator.view import Extent, Fault


def _count_fits(case: Case) -> bool:
    fewest, most = case.others
    is_open = case.said.compared is AgainstLimit.AT_LEAST
    return case.said.least <= most and (is_open or fewest <= case.said.most)


def _others_publish(case: Case) -> bool:
    return case.history.is_publishing(case.remote, case.time)


def _never_published(case: Case) -> bool:
    spans = case.history.lives[case.remote].publishing
    return all(case.said.can_follow and span.begin > case.time for span in spans)


def _not_yet_published(case: Case) -> bool:
    return all(span.begin > case.time for span in case.history.lives[case.remote].publishing)


def _same_errors(case: Case) -> bool:
    here = case.here
    late = {row.number for row in case.world.view.served[here.participant_id].rows if row.is_late}
    alike = [
        number
        for number, one in enumerate(case.history.happenings)
        if one.participant_id == here.participant_id
        and (one.event.name, one.event.error_code) == (here.event.name, here.event.error_code)
        and one.time <= case.read_at
        and number not in late
    ]
    is_known = case.said.is_all_read and Fault.LOST not in case.world.view.faults
    return bool(case.said.times <= len(alike)) and (not is_known or len(alike) <= case.said.most)


def _people(case: Case, find: Callable[[Happening], bool]) -> int:
    """How many participants have an event of a kind within the time of the evidence.

    Without what the service serves only later than it was read.
    """
    times = [case.history.happenings[one].time for one in case.refs]
    room = case.history.laws.clocks_apart + SECOND
    low, high = min(times) - room, max(times) + room
    served = case.world.view.served.values()
    late = {row.number for one in served for row in one.rows if row.is_late}
    return len(
        {
            one.participant_id
            for number, one in enumerate(case.history.happenings)
            if low <= one.time <= high and find(one) and number not in late
        }
    )


def _burst(case: Case) -> bool:
    return _is_number(
        case, lambda one: one.event.is_error and _code_or_name(one) == _code_or_name(case.here)
    )


def _errors_of_code(case: Case) -> bool:
    """Whether so many have an error of that code, or more where what is read need not be all."""
    alike = _people(
        case, lambda one: one.event.is_error and _code_or_name(one) == _code_or_name(case.here)
    )
    said = int(case.said.participants)
    return alike == said if case.said.is_all_read else alike >= said


def _others_too(case: Case) -> bool:
    """Whether at least so many others met it."""
    alike = _people(
        case, lambda one: one.event.is_error and _code_or_name(one) == _code_or_name(case.here)
    )
    return bool(case.said.others + 1 <= alike)


def _code_or_name(one: Happening) -> str | None:
    return one.event.error_code or one.event.name


def _is_number(case: Case, find: Callable[[Happening], bool]) -> bool:
    """Whether so many participants have it as said.

    Or more, where not everybody is read or an event is lost: no count can know of that.
    """
    count, said = _people(case, find), int(case.said.participants)
    whole = case.world.view.of_extent(Extent.WHOLE)
    is_partial = len(whole) < len(case.history.participants)
    can_be_more = is_partial or Fault.LOST in case.world.view.faults
    return said <= count if can_be_more else said == count


def _unreachable(case: Case) -> bool:
    return _is_number(
        case,
        lambda one: (
            one.event.name == names.SUBSCRIBE_ERROR
            and one.event.remote_participant_id == case.said.publisher_id
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


def _began_again(case: Case) -> bool:
    """Whether what went on at the error began later than the evidence says."""
    started = case.is_named(names.PUBLISH_STARTED, names.SUBSCRIBE_STARTED)
    return any(
        one.participant_id == case.here.participant_id
        and one.event.name == case.history.happenings[start].event.name
        for start in started
        for one in case.history.happenings[start + 1 : case.number]
    )


def _left_with_it(case: Case) -> bool:
    left = case.is_named(names.LEFT)
    return all(case.history.happenings[one].time == case.time for one in left)


def _compared(*wanted: AgainstLimit | AgainstDuration) -> Callable[[PublishersThen], bool]:
    return lambda claim: claim.compared in wanted


def _by_timer(case: Case) -> bool:
    """Whether at least most of the evidence comes from a timer."""
    timed = [case.history.cause_of(one) is Cause.TIMER for one in case.errors]
    return 2 * sum(timed) > len(timed)


def _stays_by_timer(case: Case) -> bool:
    left = case.is_named(names.LEFT)
    wanted = {Cause.TIMER, Cause.CONNECTION_LOST}
    return 2 * sum(case.history.cause_of(one) in wanted for one in left) > len(left)


def _freed_and_published(case: Case) -> bool:
    """Whether the other published at the refusal and stopped after it, and it published then."""
    said, history = case.said, case.history
    is_later = came_after(names.PUBLISH_STARTED, names.PUBLISH_STOPPED, names.LEFT)(case)
    if said.freed_by is None:
        return is_later
    was_there = history.is_publishing(said.freed_by, case.time)
    return is_later and was_there


def _joined_then(case: Case) -> bool:
    """Whether the other one joined for the first time as long after as is said."""
    first = case.history.lives[case.said.participant_id].stays[0].span.begin
    room = SECOND + case.history.laws.clocks_apart
    return bool(abs(first - case.time - case.said.joined.microseconds) <= room)


PUBLISHER_BEFORE = both(negated(_others_publish), cause(Cause.PUBLISHER_NOT_THERE))
REPLICATION_BY_STOP = cause(Cause.PUBLISHER_STOPPED)
NOT_FULL = (AgainstLimit.MORE, AgainstLimit.FEWER)
COUNTS = (PublishersThen, AtQuotaErrors)

PUBLISHING_CLAIMS = (
    judged("quota: others", PublishersThen, _count_fits),
    judged(
        "quota: slots taken",
        COUNTS,
        causes(Cause.STAGE_FULL),
        when=_compared(AgainstLimit.FULL),
        believed=True,
    ),
    judged(
        "quota: another limit",
        COUNTS,
        none_of(Cause.STAGE_FULL),
        when=_compared(*NOT_FULL),
        excludes=True,
    ),
    judged("quota: freed, then", AfterQuota, _freed_and_published),
    judged("publisher: was publishing", PublisherWasPublishing, _others_publish),
    judged(
        "publisher: end explains nothing",
        PublisherWasPublishing,
        no_cause(*PUBLISHER_GONE),
        when=lambda claim: not (claim.is_stop_missing or claim.is_new),
        excludes=True,
    ),
    judged(
        "publisher: race with its start or stop",
        PublisherMovedNear,
        cause(*PUBLISHER_GONE),
        believed=True,
    ),
    judged(
        "publisher: replication ended",
        PublisherReplicationEnded,
        cause(*PUBLISHER_GONE),
        believed=True,
    ),
    judged("publisher: stopped or left before", PublisherStopped, PUBLISHER_BEFORE, believed=True),
    judged("publisher: not there yet", PublisherNotYet, _not_yet_published, believed=True),
    judged("publisher: tie", PublisherTied, cause(*PUBLISHER_GONE), believed=True),
    judged(
        "publisher: never published",
        PublisherNeverPublished,
        _never_published,
        believed=True,
    ),
    judged("publisher: many failed", UnreachablePublisher, _unreachable),
    judged(
        "duration: limit of 24 h",
        LastedUntilError,
        cause(Cause.TOO_LONG),
        when=_compared(AgainstDuration.NEAR),
        believed=True,
    ),
    judged(
        "duration: shorter",
        LastedUntilError,
        no_cause(Cause.TOO_LONG),
        when=_compared(AgainstDuration.SHORTER),
        excludes=True,
    ),
    judged(
        "duration: longer",
        LastedUntilError,
        _began_again,
        when=_compared(AgainstDuration.LONGER),
    ),
    judged("stop: duration", PublishedFor, Case.are_partners),
    judged(
        "stop: capability lost", ExchangeTookPublish, cause(Cause.CAPABILITY_LOST), believed=True
    ),
    judged(
        "stop: error beside",
        PublishErrorBesideStop,
        cause(Cause.SETTINGS, Cause.TOO_LONG),
        believed=True,
    ),
    judged("stop: left", StoppedSays.LEFT_TOO, _left_with_it, believed=True),
    judged("stop: replication beside", StoppedSays.REPLICATION_ENDED_TOO, in_one_moment),
    judged("replication: duration", ReplicatedFor, Case.are_partners),
    judged(
        "replication: call",
        ReplicationSays.CALL_IS_LEFT,
        cause(Cause.REPLICATION_CALL),
        believed=True,
    ),
    judged(
        "replication: publisher stopped",
        (PublishingEndedBefore, ReplicationSays.STOPPED_PUBLISHING_TOO),
        REPLICATION_BY_STOP,
        believed=True,
    ),
    judged(
        "replication: one happening",
        ReplicationSays.STOPPED_PUBLISHING_AFTER,
        REPLICATION_BY_STOP,
        believed=True,
    ),
)

PEOPLE_CLAIMS = (
    judged("repeats: same error", SameError, _same_errors),
    judged("bursts: participants", Burst, _burst),
    judged("errors: participants", ErrorsOfCode, _errors_of_code),
    judged("bursts: others too", OthersMetItToo, _others_too),
    judged(
        "bursts: the service",
        (Burst, OthersMetItToo),
        # The service fails: for all of them, or for each one by itself.
        causes(Cause.OUTAGE, Cause.OWN_TROUBLE),
        when=lambda claim: claim.is_to_escalate,
        believed=True,
    ),
    judged(
        "users: at the same time",
        UserIdAtOnce,
        both(_stays_overlap, negated(_is_one_client)),
        when=lambda claim: not claim.is_brief,
        believed=True,
    ),
    judged("users: one after another", UserIdInTurn, negated(_stays_overlap)),
    judged("users: joined after", SameUserJoined, _joined_then),
    judged("cycles: error", ErrorCycle, _by_timer, believed=True),
    judged("cycles: stays", StayCycle, _stays_by_timer, believed=True),
    judged(
        "users: together for a moment",
        UserIdAtOnce,
        _stays_overlap,
        when=lambda claim: claim.is_brief,
    ),
    judged(
        "users: one client",
        UserIdReturns,
        _is_one_client,
        when=lambda claim: claim.is_one_client,
        believed=True,
    ),
    judged(
        "users: back soon",
        UserIdReturns,
        negated(_stays_overlap),
        when=lambda claim: not claim.is_one_client,
    ),
)
