"""Sentences about publishing: slots, starts and stops, replicas, the length of a stream.

Long because all that is said of publishing says the same things in the same words.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from ivscope.analysis.intervals import Why
from ivscope.domain.durations import round_duration
from ivscope.findings.finding import Claim, Distance, PlainClaim
from ivscope.findings.publisher_not_found import (
    Move,
    PublisherMovedNear,
    PublisherNeverPublished,
    PublisherNotYet,
    PublisherOpen,
    PublisherReplicationEnded,
    PublisherSays,
    PublisherStopped,
    PublisherTied,
    PublisherWasPublishing,
)
from ivscope.findings.publishing import (
    ExchangeTookPublish,
    PublishedFor,
    PublishErrorBesideStop,
    StoppedOpen,
    StoppedSays,
)
from ivscope.findings.quota import (
    AfterQuota,
    AgainstLimit,
    AtQuotaErrors,
    PublishersThen,
    QuotaOpen,
    QuotaSays,
    UnsurePublishers,
)
from ivscope.findings.replication import (
    PublishingEndedBefore,
    ReplicaLeft,
    ReplicatedFor,
    ReplicationOpen,
    ReplicationSays,
)
from ivscope.findings.stream_duration import (
    AgainstDuration,
    DurationOpen,
    DurationSays,
    EndedBefore,
    LastedFrom,
    LastedUntilError,
    NoStartBefore,
)
from ivscope.knowledge.limits import PUBLISHER_LIMIT
from ivscope.render.sentences.words import (
    INSIDE_THE_PUBLISHER,
    THE_PUBLISHER,
    Moment,
    Outside,
    Text,
    Who,
    distance_words,
    names_of,
)

PLAIN: Final[dict[PlainClaim, str | Text]] = {
    QuotaSays.CODE_NAMES_NO_LIMIT: "The code does not say which limit was hit.",
    QuotaSays.SUBSCRIBING_HAS_OTHER_LIMITS: (
        "Subscribing has limits of its own; the limit of "
        f"{PUBLISHER_LIMIT} publishers is not one of them."
    ),
    QuotaSays.NO_TIME: "The event has no readable time: publishers cannot be counted.",
    QuotaSays.NOT_COUNTED: (
        "How many were publishing is not known: that takes the events of all participants."
    ),
    QuotaOpen.WHICH_LIMIT: (
        "which limit it was: those of the account are shared with other stages and not in the "
        "events, and the stage can have another one than is documented"
    ),
    QuotaOpen.ACCOUNT_LIMITS: (
        "the limits of the account are shared with other stages and not in the events"
    ),
    QuotaOpen.COPIES_AND_SLOTS: "whether replicas take slots: no AWS page says it",
    QuotaOpen.MORE_AT_ANOTHER_TIME: (
        "which limit it was: at another time the stage had more publishers than that"
    ),
    QuotaOpen.MORE_FOR_A_MOMENT: (
        "which limit it was: if the event times are exact, more were publishing at another time"
    ),
    QuotaOpen.WHOSE_SLOT: "whether the slot that became free is the one that was taken",
    PublisherSays.NOT_NAMED: "The event does not give the publisher, so nothing can be compared.",
    PublisherSays.NO_TIME: "The event does not give a readable time, so nothing can be compared.",
    PublisherSays.NOT_READ: (
        "Whether ",
        INSIDE_THE_PUBLISHER,
        " was publishing is not known: its events are not read.",
    ),
    PublisherSays.UNSURE: (
        "Whether ",
        INSIDE_THE_PUBLISHER,
        " was publishing is not known: a start or a stop has no time or is missing in its events.",
    ),
    PublisherSays.STOP_MISSING: (
        THE_PUBLISHER,
        " was not publishing, but when it stopped is missing in its events.",
    ),
    PublisherSays.LISTED_AS_PUBLISHED: (
        "No PUBLISH_STARTED of ",
        INSIDE_THE_PUBLISHER,
        " is read, yet IVS says that it has published.",
    ),
    PublisherSays.NO_EVENTS: (
        THE_PUBLISHER,
        " has no events: that does not show that it never published.",
    ),
    PublisherSays.NOT_LISTED: (
        THE_PUBLISHER,
        " is not in the list of participants, which is read to its end.",
    ),
    PublisherSays.NOT_LISTED_AS_REPLICA: (
        "The event calls ",
        INSIDE_THE_PUBLISHER,
        " a replica, the list of participants does not.",
    ),
    PublisherSays.NO_START_SO_FAR: (
        "No PUBLISH_STARTED of ",
        INSIDE_THE_PUBLISHER,
        " is read so far.",
    ),
    PublisherSays.REPLICA_SOURCE_NOT_READ: (
        THE_PUBLISHER,
        " is a replica; where it comes from is not read.",
    ),
    PublisherSays.REPLICA_SOURCE_NOT_GIVEN: (
        THE_PUBLISHER,
        " is a replica; the list of participants does not give its source.",
    ),
    PublisherSays.REPLICATION_NOT_READ: (
        THE_PUBLISHER,
        " is a replica; whether its replication had ended is not read.",
    ),
    PublisherOpen.SINCE_READ: "what came since its events were read",
    PublisherOpen.HOW_SOON_FOUND: (
        "how soon a publisher is found everywhere after its start: no document says it"
    ),
    PublisherOpen.WHY_NOT_FOUND: (
        "why it was not found: what app and network did is not in the events"
    ),
    PublisherOpen.LOST_EVENTS: "whether events are lost: how long they are kept is not documented",
    StoppedSays.LENGTH_NOT_KNOWN: (
        "How long it had published is not known: no start that matches it is read."
    ),
    StoppedSays.REPLICATION_ENDED_TOO: (
        "Its replication to another stage ended in the same second."
    ),
    StoppedSays.LEFT_TOO: "It left in the same second, which ends publishing.",
    StoppedOpen.ORDER_AND_CAUSE: "what came first, and why",
    StoppedOpen.IS_BECAUSE_OF_IT: "whether it stopped because of that",
    StoppedOpen.ORDER_IN_SECOND: "which came first inside the second",
    StoppedOpen.WHICH_STREAM: "whether the error is about this stream or another attempt",
    DurationSays.NEITHER_DIRECTION: (
        "What went on too long is not known: the event names neither publishing nor subscribing."
    ),
    DurationSays.NO_TIME: "The duration cannot be measured: an event has no readable time.",
    DurationOpen.EXACTNESS: "how exactly the service keeps to the limit: no document says it",
    DurationOpen.UNSEEN_PAUSE: "whether a pause that no event shows restarted it",
    DurationOpen.WHAT_WAS_COUNTED: "what the service counted: an earlier start may be missing",
    ReplicationSays.LENGTH_NOT_KNOWN: "How long it was replicated is not known.",
    ReplicationSays.STOPPED_PUBLISHING_AFTER: (
        "It stopped publishing right after: both can belong together."
    ),
    ReplicationSays.CALL_IS_LEFT: (
        "It went on publishing: the only documented reason left is a call of "
        "StopParticipantReplication."
    ),
    ReplicationSays.STOPPED_PUBLISHING_TOO: (
        "Its publishing ended in the same second, which ends a replication."
    ),
    ReplicationSays.LEFT_AS_REPLICA: (
        "It is a replica: LEFT can be the end of its replication, which is in the source's events."
    ),
    ReplicationSays.CAUSE_NOT_KNOWN: (
        "What ended it is not known: the events show no publishing that ended with it."
    ),
    ReplicationOpen.WHICH_ENDED_WHICH: "which of the two ended the other",
    ReplicationOpen.WHO_CALLED: "who made the call: no event says it",
    ReplicationOpen.ORDER_IN_SECOND: "what came first inside the second",
    ReplicationOpen.WINDOW: "the reconnect window that was asked for",
}


def _publishers_then(claim: PublishersThen) -> Text:
    number = str(claim.least) if claim.least == claim.most else f"{claim.least} to {claim.most}"
    if claim.compared is AgainstLimit.AT_LEAST:
        if not claim.least:
            start = "How many others were publishing in that second is not known"
            return (f"{start}; a stage allows {claim.limit}.",)
        number = f"At least {claim.least}"
    text = f"{number} others were publishing in that second"
    if claim.copies:
        copies = "a replica" if claim.copies == 1 else "replicas"
        text += f", {claim.copies} of them {copies}"
    takes = f"{claim.limit} that a stage allows"
    end = {
        AgainstLimit.MORE: f", more than the {takes}.",
        AgainstLimit.FULL: f": the stage's {claim.limit} slots were taken.",
        AgainstLimit.AS_MANY: f", as many as the {takes}.",
        AgainstLimit.AT_LEAST: f", of {takes}.",
        AgainstLimit.UNSURE: f", of {takes}.",
        AgainstLimit.FEWER: f", fewer than the {takes}.",
    }
    return (text, end[claim.compared])


def _at_quota_errors(claim: AtQuotaErrors) -> Text:
    full = f"at least {claim.limit}" if claim.is_least else f"{claim.limit}"
    words = {
        AgainstLimit.FULL: f"{full} others were publishing: the slots of the stage were taken",
        AgainstLimit.AS_MANY: f"{claim.limit} others were publishing",
        AgainstLimit.MORE: f"more than {claim.limit} others were publishing",
        AgainstLimit.FEWER: f"fewer than {claim.limit} others were publishing",
        AgainstLimit.UNSURE: f"it is not certain that {claim.limit} others were publishing",
    }
    head = f"At {claim.errors:,} of {claim.all_errors:,} PUBLISH_ERROR QUOTA_EXCEEDED, "
    return (f"{head}{words[claim.compared]}.",)


def _unsure_publishers(claim: UnsurePublishers) -> Text:
    names = names_of(claim.participant_ids, claim.more)
    is_one = len(claim.participant_ids) == 1 and not claim.more
    if claim.why is Why.END_MISSING:
        lacks = "has" if is_one else "have"
        its = "its" if is_one else "their"
        return (*names, f" {lacks} no PUBLISH_STOPPED and no LEFT after {its} start")
    were = "was" if is_one else "were"
    return ("whether ", *names, f" {were} publishing then: ", claim.why)


def _after_quota(claim: AfterQuota) -> Text:
    words: Text = ()
    if claim.freed_by is not None and claim.freed is not None:
        stopped = f" stopped publishing {distance_words(claim.freed)}"
        words = (Who(claim.freed_by), stopped)
    if claim.started is None:
        return (*words, ".")
    published = f" published {distance_words(claim.started)}."
    return (*words, ", and ", Who(None), published) if words else ("It", published)


_RACE = "so close in time that it can be a race"

_MOVES = {Move.STARTED: "started", Move.STOPPED: "stopped publishing", Move.LEFT: "left"}


def _publisher_moved_near(claim: PublisherMovedNear) -> Text:
    moves = dict.fromkeys(
        f"{_MOVES[one.move]} {distance_words(one.distance)}" for one in claim.moves
    )
    return (THE_PUBLISHER, f" {' and '.join(moves)}: {_RACE}.")


def _publisher_tied(claim: PublisherTied) -> Text:
    words = f" {_MOVES[claim.move]} in the same second; which came first is not known."
    return (THE_PUBLISHER, words)


def _publisher_was_publishing(claim: PublisherWasPublishing) -> Text:
    began = f"it started {distance_words(claim.started)}"
    if claim.is_stop_missing:
        words = f" was publishing as far as is read: {began}, and no stop follows."
        return (THE_PUBLISHER, words)
    ended = "" if claim.stopped is None else f" and stopped {distance_words(claim.stopped)}"
    words = f" was publishing all along: {began}{ended}."
    end = "" if claim.is_new else " Its end does not explain the error."
    return (THE_PUBLISHER, f"{words}{end}")


def _publisher_not_yet(claim: PublisherNotYet) -> Text:
    started = distance_words(claim.started)
    words = f" first started {started}: it was not there yet."
    return (THE_PUBLISHER, words, *_attempt(claim.failed, claim.error_code))


def _attempt(failed: Distance | None, error_code: str | None) -> Text:
    """The failed attempt of a publisher, if there is one."""
    if failed is None:
        return ()
    return (f" Its attempt {distance_words(failed)} failed: ", Outside(error_code or "no code"))


def _publisher_never_published(claim: PublisherNeverPublished) -> Text:
    words = " never published: its events have no start."
    if claim.can_follow:
        words = " had not published until then: its events have no start."
    return (THE_PUBLISHER, words, *_attempt(claim.failed, claim.error_code))


def _publisher_stopped(claim: PublisherStopped) -> Text:
    left = "" if claim.left is None else f"left {distance_words(claim.left)}"
    again = ""
    if claim.started_again is not None:
        again = f" It published again {distance_words(claim.started_again)}."
    if claim.stopped is None:
        return (THE_PUBLISHER, f" {left}; no PUBLISH_STOPPED is read.{again}")
    also = f" and {left}" if left else ""
    stopped = f" stopped publishing {distance_words(claim.stopped)}{also}."
    return (THE_PUBLISHER, f"{stopped}{again}")


def _publisher_replication_ended(claim: PublisherReplicationEnded) -> Text:
    away = distance_words(claim.ended)
    words = f" is a replica, and its replication to this session ended {away}"
    return (THE_PUBLISHER, words, f": {_RACE}." if claim.is_race else ".")


def _published_for(claim: PublishedFor) -> Text:
    words = f"It had published for {round_duration(claim.seconds)}"
    if claim.near_limit_seconds is not None:
        words += f", near the limit of {round_duration(claim.near_limit_seconds)}"
    return (f"{words}.",)


def _exchange_took_publish(claim: ExchangeTookPublish) -> Text:
    when = distance_words(claim.exchanged)
    return (f"The token exchange {when} took PUBLISH away, which ends publishing.",)


def _publish_error_beside_stop(claim: PublishErrorBesideStop) -> Text:
    return ("PUBLISH_ERROR ", Outside(claim.error_code), f" is {distance_words(claim.error)}.")


def _no_start_before(claim: NoStartBefore) -> Text:
    return (f"No {claim.event_name} before it is read{'' if claim.is_all_read else ' so far'}.",)


def _ended_before(claim: EndedBefore) -> Text:
    started = f"The last PUBLISH_STARTED before it is {distance_words(claim.started)}"
    ended = f", and it ended {distance_words(claim.ended)}"
    return (started, ended, ": what went on until the error is not in the events.")


def _lasted_until_error(claim: LastedUntilError) -> Text:
    started = distance_words(claim.started)
    began = {
        LastedFrom.PUBLISH_STARTED: f"PUBLISH_STARTED is {started}",
        LastedFrom.SUBSCRIBE_STARTED: f"The first SUBSCRIBE_STARTED of its stay is {started}",
        LastedFrom.JOINED: f"JOINED is {started}, without a SUBSCRIBE_STARTED since",
    }
    limit = f"the limit of {round_duration(claim.limit_seconds)}"
    compared = {
        AgainstDuration.NEAR: f"near {limit}",
        AgainstDuration.LONGER: f"longer than {limit}, so a stop and a start may be missing",
        AgainstDuration.SHORTER: f"shorter than {limit}",
    }
    return (f"{began[claim.since]}: {compared[claim.compared]}.",)


def _replicated_for(claim: ReplicatedFor) -> Text:
    return (f"It was replicated for {round_duration(claim.seconds)}.",)


def _replica_left(claim: ReplicaLeft) -> Text:
    ended = distance_words(claim.ended)
    return (f"It is a replica, and its replication to this session ended {ended}.",)


def _publishing_ended_before(claim: PublishingEndedBefore) -> Text:
    stopped = f"It had stopped publishing {distance_words(claim.stopped)}"
    return (f"{stopped}, which ends a replication when the reconnect window is over.",)


def _free_a_slot(claim: PublishersThen) -> Text:
    """What to do when the slots were taken; empty when it is not that."""
    if claim.compared is not AgainstLimit.FULL:
        return ()
    ways = "Free a slot, or end the replication" if claim.copies else "Free a slot"
    return (f"{ways}, and let the user try again.",)


def _publishers(claim: PublishersThen) -> list[Text]:
    """Each of those who were publishing, and since when."""
    return [
        (
            Who(one.participant_id),
            " (replica)" if one.is_replica else "",
            *(() if one.since is None else (" since ", Moment(one.since))),
            "" if one.is_certain else ", perhaps",
        )
        for one in claim.publishers
    ]


PEOPLE: Final[dict[type[Claim], str]] = {PublishersThen: "Publishing"}
"""Labels of lists of people."""

LISTS: Final[dict[type[Claim], Callable[[Any], Sequence[Text]]]] = {PublishersThen: _publishers}
"""The people that a claim itself names."""

NEXT_STEPS: Final[dict[type[Claim], Callable[[Any], Text]]] = {PublishersThen: _free_a_slot}
"""What to do next after a finding, where that is more than the code's general advice."""

SENTENCES: Final[dict[type[Claim], Callable[[Any], Text]]] = {
    PublishersThen: _publishers_then,
    AtQuotaErrors: _at_quota_errors,
    AfterQuota: _after_quota,
    UnsurePublishers: _unsure_publishers,
    ReplicaLeft: _replica_left,
    PublisherMovedNear: _publisher_moved_near,
    PublisherTied: _publisher_tied,
    PublisherWasPublishing: _publisher_was_publishing,
    PublisherNotYet: _publisher_not_yet,
    PublisherNeverPublished: _publisher_never_published,
    PublisherStopped: _publisher_stopped,
    PublisherReplicationEnded: _publisher_replication_ended,
    PublishedFor: _published_for,
    ExchangeTookPublish: _exchange_took_publish,
    PublishErrorBesideStop: _publish_error_beside_stop,
    NoStartBefore: _no_start_before,
    EndedBefore: _ended_before,
    LastedUntilError: _lasted_until_error,
    ReplicatedFor: _replicated_for,
    PublishingEndedBefore: _publishing_ended_before,
}
