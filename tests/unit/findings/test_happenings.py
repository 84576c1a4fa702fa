import pytest

from ivscope.domain.stages import ParticipantSummary, SessionScope
from ivscope.findings.event_context import look
from ivscope.findings.finding import MOST_REFS, Certainty, EventRef, FactKind
from ivscope.findings.repeats import MOST_COMPARED
from ivscope.findings.rules import findings_for
from ivscope.findings.token_exchange import Published, token_history
from ivscope.knowledge.error_codes import ERROR_CODES
from ivscope.provider.store.event_log import EventLog
from support.given_facts import (
    ME,
    GivenFacts,
    GivenSession,
    as_facts,
    at,
    event,
    exchanged,
    facts,
    findings_of,
    first,
    positions,
    scope,
    token,
    words,
)

VIEWER, HOST = token("SUBSCRIBE"), token("SUBSCRIBE", "PUBLISH")
DAY = 24 * 3600


def texts(known_facts, position=-1):
    return [words(one.claim) for one in findings_of(known_facts, position)]


def said(known_facts, part, position=-1):
    """The one finding whose words hold a part."""
    (found,) = (one for one in findings_of(known_facts, position) if part in words(one.claim))
    return found


def unsaid(known_facts, part, position=-1):
    return all(part not in text for text in texts(known_facts, position))


# STREAM_DURATION_EXCEEDED


def too_long(seconds=DAY, name="PUBLISH_ERROR", **members):
    return event(seconds, name, "STREAM_DURATION_EXCEEDED", **members)


def test_the_start_24_hours_before_is_found_and_measured():
    known_facts = GivenFacts(event(0, "PUBLISH_STARTED"), too_long(), event(DAY, "PUBLISH_STOPPED"))
    finding, text = first(known_facts, 1)
    assert text == "PUBLISH_STARTED is 24 h before: near the limit of 24 h."
    assert (finding.certainty, positions(finding)) == (Certainty.LIKELY, [0, 1])
    assert "no document says" in words(finding.unknown)


def test_a_start_24_hours_before_counts_for_nothing_after_a_new_one():
    known_facts = GivenFacts(
        event(0, "PUBLISH_STARTED"),
        event(900, "PUBLISH_STOPPED"),
        event(DAY - 3600, "PUBLISH_STARTED"),
        too_long(),
    )
    finding, text = first(known_facts)
    assert text == "PUBLISH_STARTED is 1 h before: shorter than the limit of 24 h."
    assert (finding.certainty, positions(finding)) == (Certainty.UNKNOWN, [2, 3])
    assert "an earlier start may be missing" in words(finding.unknown)


def test_a_duration_that_ended_long_before_is_not_claimed():
    known_facts = GivenFacts(event(0, "PUBLISH_STARTED"), event(900, "PUBLISH_STOPPED"), too_long())
    finding, text = first(known_facts)
    assert (finding.certainty, "is not in the events" in text) == (Certainty.UNKNOWN, True)


def subscribed(seconds, remote, name="SUBSCRIBE_STARTED"):
    return event(seconds, name, remote=remote)


def not_subscribed(remote="b"):
    return too_long(name="SUBSCRIBE_ERROR", remote=remote)


def test_subscribing_is_measured_for_the_stage_and_not_for_each_publisher():
    known_facts = GivenFacts(subscribed(0, "a"), subscribed(DAY - 3600, "b"), not_subscribed("b"))
    finding, text = first(known_facts)
    assert text == "The first SUBSCRIBE_STARTED of its stay is 24 h before: near the limit of 24 h."
    assert (finding.certainty, positions(finding)) == (Certainty.LIKELY, [0, 2])


def test_subscribing_is_measured_from_the_stay_that_the_error_is_in():
    known_facts = GivenFacts(
        event(0, "JOINED"),
        subscribed(1, "a"),
        event(9, "LEFT"),
        event(DAY - 3600, "JOINED"),
        subscribed(DAY - 3599, "b"),
        not_subscribed(),
    )
    finding, text = first(known_facts)
    assert text.endswith("59 min 59 s before: shorter than the limit of 24 h.")
    assert (finding.certainty, positions(finding)) == (Certainty.UNKNOWN, [4, 5])
    known_facts = GivenFacts(
        subscribed(1, "a"), event(9, "LEFT"), subscribed(60, "b"), not_subscribed()
    )
    assert positions(first(known_facts)[0]) == [2, 3]


def test_subscribing_is_measured_from_joining_when_no_start_of_it_is_read():
    finding, text = first(GivenFacts(event(0, "JOINED"), not_subscribed()))
    assert text.startswith("JOINED is 24 h before, without a SUBSCRIBE_STARTED since: near")
    assert finding.certainty is Certainty.LIKELY
    known_facts = GivenFacts(event(0, "PUBLISH_STARTED"), not_subscribed())
    assert first(known_facts)[1].startswith("No SUBSCRIBE_STARTED")


def test_a_stay_of_subscriptions_longer_than_the_limit_leaves_open_what_was_counted():
    known_facts = GivenFacts(subscribed(-9 * 3600, "a"), not_subscribed())
    assert first(known_facts)[0].certainty is Certainty.UNKNOWN


@pytest.mark.parametrize("name", ["PUBLISH", "SUBSCRIBE"])
@pytest.mark.parametrize("seconds", [-12 * 3600, -61, -59, -1, 0, 1, 59, 61, 3600])
def test_no_length_shows_that_the_limit_is_or_is_not_the_reason(name, seconds):
    known_facts = GivenFacts(
        event(-seconds, f"{name}_STARTED", remote="a"), too_long(name=f"{name}_ERROR", remote="a")
    )
    finding, text = first(known_facts)
    assert finding.certainty is not Certainty.SHOWN
    assert finding.unknown
    assert "not explain" not in text


def test_longer_than_the_limit_is_told_as_odd():
    finding, text = first(GivenFacts(event(0, "PUBLISH_STARTED"), too_long(2 * DAY)))
    assert (finding.certainty, "may be missing" in text) == (Certainty.LIKELY, True)


def test_a_duration_without_start_or_time_is_unknown():
    known_facts = GivenFacts(too_long(), complete=False)
    assert first(known_facts)[0].would_tell[0].fact.kind is FactKind.EVENTS
    for events in (
        [too_long()],
        [event(0, "PUBLISH_STARTED"), too_long(None)],
        [too_long(name="JOIN_ERROR")],
    ):
        assert first(GivenFacts(*events))[0].certainty is Certainty.UNKNOWN


# Repeated errors


def failed(seconds, code="BITRATE_EXCEEDED", name="PUBLISH_ERROR", **members):
    return event(seconds, name, code, **members)


def test_repeated_errors_are_counted_with_rate_first_and_last():
    known_facts = GivenFacts(failed(0), failed(60), failed(120))
    finding = said(known_facts, "same error")
    assert words(finding.claim) == (
        "3 times the same error, from 20:30:00 to 20:32:00, on average 1 a minute, over 2 min."
    )
    assert positions(finding) == [0, 1, 2]
    assert finding.certainty is Certainty.SHOWN


def test_other_errors_and_a_single_one_are_no_repetition():
    others = [failed(0, "INVALID_INPUT"), failed(1, None), failed(2, name="SUBSCRIBE_ERROR")]
    assert unsaid(GivenFacts(*others, failed(3)), "same error")


def test_a_rate_is_not_made_up_inside_one_second():
    text = words(said(GivenFacts(failed(0), failed(0.5)), "same error").claim)
    assert text == "2 times the same error, all in one second, 20:30:00."
    assert "a minute" not in words(said(GivenFacts(failed(0), failed(9)), "same error").claim)
    assert "readable time" in words(said(GivenFacts(failed(0), failed(None)), "same error").claim)


def test_errors_that_are_equal_in_everything_can_be_one_that_is_told_twice():
    finding = said(GivenFacts(failed(0), failed(9), failed(9), failed(20)), "same error")
    assert words(finding.claim).startswith("3 to 4 times the same error, from 20:30:00 to 20:30:20")
    assert finding.certainty is Certainty.SHOWN
    assert words(finding.unknown) == "whether equal events are one event, returned twice"


def test_more_errors_than_are_compared_are_counted_and_called_likely():
    finding = said(GivenFacts(*(failed(n) for n in range(MOST_COMPARED + 1))), "same error")
    assert words(finding.claim).startswith("1,001 times the same error")
    assert finding.certainty is Certainty.LIKELY


def test_repeated_errors_tell_one_publisher_from_several():
    def lost(seconds, remote):
        return failed(seconds, "INVALID_INPUT", "SUBSCRIBE_ERROR", remote=remote)

    assert "always about <a>" in words(
        said(GivenFacts(lost(0, "a"), lost(9, "a")), "same error").claim
    )
    text = words(said(GivenFacts(lost(0, "a"), lost(9, "b")), "same error").claim)
    assert "about 2 different publishers" in text
    assert "about" not in words(said(GivenFacts(lost(0, "a"), lost(9, None)), "same error").claim)


def test_a_count_of_what_was_read_says_so():
    finding = said(GivenFacts(failed(0), failed(9), complete=False), "same error")
    assert ", of what was read" in words(finding.claim)
    assert finding.unknown is not None


def test_many_errors_are_named_by_their_ends():
    finding = said(GivenFacts(*(failed(n) for n in range(50))), "same error")
    assert positions(finding) == [*range(MOST_REFS // 2), *range(50 - MOST_REFS // 2, 50)]


def test_an_internal_error_asks_whether_others_failed():
    finding, text = first(GivenFacts(failed(0, "INTERNAL_SERVER_EXCEPTION")))
    assert text == "It is the only one of this participant."
    assert finding.certainty is Certainty.UNKNOWN
    assert finding.would_tell[0].fact.kind is FactKind.SESSION_EVENTS
    _, text = first(GivenFacts(*[failed(n, "INTERNAL_SERVER_EXCEPTION") for n in range(2)]))
    assert text == "This participant has 2 of them."


def internal(seconds, participant=ME):
    return event(seconds, "PUBLISH_ERROR", "INTERNAL_SERVER_EXCEPTION", participant)


def at_internal(*others, **session):
    """The first finding at an internal error of a session that was scanned."""
    mine = internal(100)
    scanned = GivenSession(mine, *others, **session)
    return first(GivenFacts(mine).with_session(scanned))


def test_an_internal_error_says_of_others_what_the_scanned_session_says():
    others = [internal(90, "a"), internal(120, "b"), internal(127, "c"), internal(900, "d")]
    finding, text = at_internal(*others)
    assert text == (
        "3 other participants got it too within 37 s, from 20:31:30 to 20:32:07. Several within "
        "60 s are a reason to escalate to AWS Support, with stage, session and times."
    )
    assert finding.certainty is Certainty.SHOWN
    assert finding.would_tell == ()


def test_an_internal_error_that_nobody_else_met_is_shown_alone_only_when_all_are_read():
    finding, text = at_internal(event(0, "JOINED", participant="a"), internal(400, "b"))
    assert text == "Nobody else got it within 60 s."
    assert (finding.certainty, finding.would_tell) == (Certainty.SHOWN, ())
    finding, text = at_internal(event(0, "JOINED", participant="a"), unread=["a"])
    assert (finding.certainty, finding.would_tell[0].calls) == (Certainty.UNKNOWN, 1)
    assert words(finding.unknown) == "only 1 of 2 participants are read"


def test_an_error_of_any_code_that_several_met_at_once_says_so_at_each_of_them():
    others = [
        failed(seconds, "INVALID_INPUT", participant=who) for seconds, who in ((8, "a"), (12, "b"))
    ]
    session = GivenSession(failed(9, "INVALID_INPUT"), *others)
    known_facts = GivenFacts(failed(9, "INVALID_INPUT")).with_session(session)
    finding = said(known_facts, "got it too")
    assert words(finding.claim) == (
        "2 other participants got it too within 4 s, from 20:30:08 to 20:30:12."
    )
    assert finding.certainty is Certainty.SHOWN
    few = GivenSession(failed(9, "INVALID_INPUT"), others[0])
    assert unsaid(GivenFacts(failed(9, "INVALID_INPUT")).with_session(few), "got it")


def test_one_other_with_an_internal_error_is_told_and_is_no_reason_to_escalate():
    finding, text = at_internal(internal(130, "a"))
    assert text == "1 other participant got it within 60 s."
    assert finding.certainty is Certainty.SHOWN


def test_a_scan_that_has_nothing_left_to_read_is_not_offered_again():
    session = GivenSession(internal(100), event(0, "JOINED", participant="a"), unread=["a"])
    session.scan_calls = lambda: 0
    finding, _ = first(GivenFacts(internal(100)).with_session(session))
    assert finding.certainty is Certainty.UNKNOWN
    assert finding.would_tell == ()


# LEFT


def test_leaving_never_says_why():
    finding = said(GivenFacts(event(0, "JOINED"), event(9, "LEFT")), "never says why")
    assert finding.certainty is Certainty.UNKNOWN


def test_coming_back_soon_is_a_reconnect_and_later_is_not():
    known_facts = GivenFacts(event(0, "JOINED"), event(9, "LEFT"), event(20, "JOINED"))
    finding = said(known_facts, "joined again 11 s later", 1)
    assert positions(finding) == [1, 2]
    assert unsaid(GivenFacts(event(9, "LEFT"), event(900, "JOINED")), "joined again", 0)


def test_a_join_in_the_second_of_leaving_is_left_open():
    known_facts = GivenFacts(event(9, "JOINED"), event(9, "LEFT"))
    finding = said(known_facts, "came back at once, or came and went")
    assert finding.certainty is Certainty.SHOWN
    assert "its token in use by a second connection" in words(finding.unknown)


def test_what_came_right_before_leaving_is_told_and_not_blamed():
    known_facts = GivenFacts(exchanged(6, HOST, VIEWER), failed(8), event(9, "LEFT"))
    error = said(known_facts, "<PUBLISH_ERROR> <BITRATE_EXCEEDED> is 1 s before")
    exchange = said(known_facts, "took PUBLISH away 3 s before")
    for finding in (error, exchange):
        assert finding.certainty is Certainty.UNKNOWN
        assert words(finding.unknown) == "whether it left because of that"


def test_what_came_long_before_or_took_nothing_is_not_told():
    known_facts = GivenFacts(
        exchanged(0, HOST, VIEWER),
        failed(1),
        exchanged(8, VIEWER, HOST),
        event(9, "LEFT"),
        failed(10),
    )
    assert unsaid(known_facts, "took", 3)
    assert unsaid(known_facts, "ERROR", 3)


def test_subscriptions_that_ended_with_leaving_do_not_mean_a_lost_connection():
    known_facts = GivenFacts(
        event(9, "SUBSCRIBE_STOPPED", remote="a"),
        event(9, "SUBSCRIBE_STOPPED", remote="b"),
        event(9, "PUBLISH_STOPPED"),
        event(5, "SUBSCRIBE_STOPPED", remote="c"),
        event(9, "LEFT"),
    )
    finding = said(known_facts, "2 subscriptions and its publishing ended in the same second")
    assert finding.certainty is Certainty.LIKELY
    assert words(finding.unknown).startswith("whether it left by itself or lost the connection")
    assert positions(finding) == [0, 1, 2, 4]


def test_a_subscription_whose_publisher_stopped_in_that_second_did_not_end_by_leaving():
    known_facts = GivenFacts(
        event(9, "SUBSCRIBE_STOPPED", remote="a"),
        event(9, "SUBSCRIBE_STOPPED", remote="b"),
        event(9, "LEFT"),
    ).with_log("b", event(9, "PUBLISH_STOPPED", participant="b"))
    own = said(known_facts, "1 subscription ended in the same second, as at every LEFT")
    assert positions(own) == [0, 2]
    shared = said(known_facts, "whose publisher stopped in that second too")
    assert positions(shared) == [1, 2]
    assert words(shared.unknown) == "which of the two ended the subscription"


@pytest.mark.parametrize(
    ("left", "publisher", "told", "unknown"),
    [
        (True, None, "It left in the same second.", "whether the subscription ended because"),
        (
            False,
            "PUBLISH_STOPPED",
            "The publisher stopped publishing in the same second.",
            "whether the subscription ended because",
        ),
        (
            False,
            "LEFT",
            "The publisher left in the same second.",
            "whether the subscription ended because",
        ),
        (
            True,
            "PUBLISH_STOPPED",
            "It left in the same second, and the publisher stopped publishing in that second too.",
            "which of the two ended the subscription",
        ),
    ],
)
def test_a_subscription_that_stopped_tells_who_ended_in_its_second(left, publisher, told, unknown):
    own = [event(9, "SUBSCRIBE_STOPPED", remote="b"), *([event(9, "LEFT")] if left else [])]
    known_facts = GivenFacts(*own)
    if publisher:
        known_facts = known_facts.with_log("b", event(9, publisher, participant="b"))
    finding = said(known_facts, told.rstrip("."), 0)
    assert words(finding.claim) == told
    assert words(finding.unknown).startswith(unknown)
    assert finding.certainty is Certainty.SHOWN
    whose = [ref.scope.participant_id for ref in finding.rests_on]
    assert ("b" in whose) is (publisher is not None)


def test_a_subscription_that_stopped_alone_says_nothing_of_others():
    known_facts = GivenFacts(event(9, "SUBSCRIBE_STOPPED", remote="b"), event(11, "LEFT"))
    known_facts = known_facts.with_log("b", event(7, "PUBLISH_STOPPED", participant="b"))
    assert unsaid(known_facts, "in the same second", 0)


def test_those_who_leave_together_are_counted_and_a_deleted_stage_is_not_claimed():
    def known_facts(others):
        left = [event(9 + at % 2, "LEFT", participant=f"p{at}") for at in range(others)]
        given = GivenSession(event(9, "LEFT"), *left, event(20, "LEFT", participant="late"))
        return GivenFacts(event(9, "LEFT")).with_session(given)

    finding = said(known_facts(3), "3 other participants left within a second of it", 0)
    assert "a deleted stage" in words(finding.unknown)
    assert unsaid(known_facts(2), "left within a second", 0)


def test_leaving_at_an_unknown_time_claims_nothing():
    (finding,) = findings_of(GivenFacts(event(0, "JOINED"), event(None, "LEFT")))
    assert finding.certainty is Certainty.UNKNOWN


# PUBLISH_STOPPED


def test_publishing_is_measured_from_its_own_start():
    known_facts = GivenFacts(
        event(0, "PUBLISH_STARTED"),
        event(50, "PUBLISH_STOPPED"),
        event(100, "PUBLISH_STARTED"),
        event(130, "PUBLISH_STOPPED"),
    )
    finding = said(known_facts, "It had published for 30 s.")
    assert (finding.certainty, positions(finding)) == (Certainty.SHOWN, [2, 3])


def test_an_end_near_the_limit_does_not_show_that_the_limit_ended_it():
    known_facts = GivenFacts(event(0, "PUBLISH_STARTED"), event(DAY - 70, "PUBLISH_STOPPED"))
    finding, text = first(known_facts)
    assert text == "It had published for 23 h 58 min, near the limit of 24 h."
    assert finding.certainty is Certainty.LIKELY
    assert "how exactly" in words(finding.unknown)


@pytest.mark.parametrize(
    "events",
    [
        [event(0, "JOINED")],
        [event(0, "PUBLISH_STARTED"), event(20, "LEFT"), event(30, "JOINED")],
        [event(0, "PUBLISH_STARTED"), event(None, "PUBLISH_STARTED")],
    ],
)
def test_publishing_without_its_own_start_is_not_measured(events):
    finding, text = first(GivenFacts(*events, event(50, "PUBLISH_STOPPED")))
    assert (finding.certainty, "not known" in text) == (Certainty.UNKNOWN, True)


def test_a_stop_with_the_loss_of_publish_is_connected():
    known_facts = GivenFacts(
        event(0, "PUBLISH_STARTED"), exchanged(9, HOST, VIEWER), event(10, "PUBLISH_STOPPED")
    )
    finding = said(known_facts, "took PUBLISH away, which ends publishing")
    assert (finding.certainty, positions(finding)) == (Certainty.LIKELY, [1, 2])


@pytest.mark.parametrize(
    "more", [[exchanged(10, HOST, VIEWER)], [exchanged(9, HOST, VIEWER), event(10, "LEFT")]]
)
def test_a_stop_in_the_second_of_the_exchange_or_of_leaving_can_have_another_reason(more):
    known_facts = GivenFacts(event(0, "PUBLISH_STARTED"), *more, event(10, "PUBLISH_STOPPED"))
    finding = said(known_facts, "took PUBLISH away, which ends publishing")
    assert finding.certainty is Certainty.UNKNOWN
    assert finding.unknown is not None


@pytest.mark.parametrize(
    "exchange",
    [
        exchanged(9, HOST, HOST),
        exchanged(9, VIEWER, HOST),
        exchanged(2, HOST, VIEWER),
        exchanged(10, HOST, VIEWER),
        exchanged(9, None, VIEWER),
    ],
)
def test_a_stop_is_not_blamed_on_another_exchange(exchange):
    known_facts = GivenFacts(event(0, "PUBLISH_STARTED"), exchange, event(9, "PUBLISH_STOPPED"))
    assert unsaid(known_facts, "took PUBLISH away")


def test_an_error_around_the_stop_is_told_and_a_far_one_is_not():
    known_facts = GivenFacts(event(0, "PUBLISH_STARTED"), failed(9), event(9, "PUBLISH_STOPPED"))
    finding = said(known_facts, "<BITRATE_EXCEEDED> is in the same second")
    assert finding.certainty is Certainty.LIKELY
    known_facts = GivenFacts(event(0, "PUBLISH_STARTED"), failed(9), event(10, "PUBLISH_STOPPED"))
    assert said(known_facts, "is 1 s before").certainty is Certainty.UNKNOWN
    assert unsaid(GivenFacts(failed(0), event(9, "PUBLISH_STOPPED")), "BITRATE")
    assert unsaid(
        GivenFacts(failed(9, name="SUBSCRIBE_ERROR"), event(9, "PUBLISH_STOPPED")), "BITRATE"
    )


def test_what_ended_in_the_same_second_is_told_without_an_order():
    known_facts = GivenFacts(
        event(9, "PUBLISH_STOPPED"), event(9, "REPLICATION_STOPPED"), event(9, "LEFT")
    )
    for part in ("replication", "left in the same second"):
        assert said(known_facts, part, 0).unknown is not None
    assert unsaid(GivenFacts(event(9, "PUBLISH_STOPPED"), event(12, "LEFT")), "left", 0)


# TOKEN_EXCHANGED


def test_gaining_publish_is_followed_by_what_the_client_did():
    known_facts = GivenFacts(exchanged(0, VIEWER, HOST), event(4, "PUBLISH_STARTED"))
    assert texts(known_facts, 0) == ["It gained PUBLISH, and PUBLISH_STARTED is 4 s after."]
    known_facts = GivenFacts(
        exchanged(0, VIEWER, HOST), failed(4, "QUOTA_EXCEEDED"), event(9, "PUBLISH_STARTED")
    )
    assert texts(known_facts, 0) == [
        "It gained PUBLISH, and PUBLISH_ERROR <QUOTA_EXCEEDED> is 4 s after."
    ]


def test_publishing_after_another_exchange_is_not_credited_to_this_one():
    known_facts = GivenFacts(
        exchanged(0, VIEWER, HOST), exchanged(5, HOST, HOST), event(9, "PUBLISH_STARTED")
    )
    assert unsaid(known_facts, "PUBLISH_STARTED", 0)


def test_no_attempt_is_certain_only_when_everything_is_read():
    events = [exchanged(0, VIEWER, HOST), event(500, "PUBLISH_STARTED")]
    finding = said(GivenFacts(*events), "No attempt", 0)
    assert finding.certainty is Certainty.SHOWN
    assert words(finding.claim).endswith("gained PUBLISH; the next one is 8 min 20 s after.")
    assert positions(finding) == [0, 1]
    assert said(GivenFacts(*events, complete=False), "so far", 0).certainty is Certainty.UNKNOWN


def test_no_attempt_is_not_certain_while_it_can_still_come():
    known_facts = GivenFacts(exchanged(0, VIEWER, HOST))
    assert said(known_facts.read_at(625), "so far").certainty is Certainty.UNKNOWN
    assert said(known_facts.read_at(635), "No attempt").certainty is Certainty.SHOWN


def test_a_start_in_the_second_of_the_exchange_that_allowed_it_came_after_it():
    events = [event(0, "JOINED"), exchanged(9, VIEWER, HOST), event(9, "PUBLISH_STARTED")]
    text = "PUBLISH_STARTED is in the same second"
    assert said(GivenFacts(*events), text, 1).certainty is Certainty.SHOWN
    for beside in (event(9, "LEFT"), event(9, "JOINED")):
        finding = said(GivenFacts(*events, beside), text, 1)
        assert finding.certainty is Certainty.UNKNOWN


def test_of_two_exchanges_in_one_second_neither_is_said_to_be_followed_by_anything():
    gained, lost = exchanged(9, VIEWER, HOST), exchanged(9, HOST, VIEWER)
    known_facts = GivenFacts(
        event(0, "PUBLISH_STARTED"), gained, lost, event(10, "PUBLISH_STOPPED")
    )
    for position in (1, 2):
        finding = said(known_facts, "Another token exchange", position)
        assert finding.certainty is Certainty.UNKNOWN
        texts = [words(one.claim) for one in findings_of(known_facts, position)]
        assert not any("PUBLISH_STOPPED" in text or "gained" in text for text in texts)


def test_an_error_in_the_second_of_the_exchange_can_have_come_before_it():
    known_facts = GivenFacts(exchanged(9, VIEWER, HOST), failed(9))
    finding = said(known_facts, "is in the same second", 0)
    assert finding.certainty is Certainty.UNKNOWN
    assert words(finding.unknown) == "which of the two came first"


@pytest.mark.parametrize(
    ("stop", "left", "certainty", "unknown"),
    [
        (5, None, Certainty.UNKNOWN, "which of the two came first"),
        (6, None, Certainty.LIKELY, "whether it would have stopped without the exchange"),
        (8, None, Certainty.UNKNOWN, "whether it would have stopped without the exchange"),
        (6, 6, Certainty.UNKNOWN, "whether the exchange or LEFT ended it"),
    ],
)
def test_the_exchange_is_likely_to_end_publishing_only_right_after_it(
    stop, left, certainty, unknown
):
    events = [event(0, "PUBLISH_STARTED"), exchanged(5, HOST, VIEWER)]
    events += [event(stop, "PUBLISH_STOPPED")]
    events += [] if left is None else [event(left, "LEFT")]
    finding = said(GivenFacts(*events), "PUBLISH_STOPPED is", 1)
    assert (finding.certainty, words(finding.unknown)) == (certainty, unknown)
    assert finding.claim.is_cause == (certainty is Certainty.LIKELY)


def test_an_exchange_that_took_something_away_says_where_to_look_for_who_did_it():
    assert said(GivenFacts(exchanged(5, HOST, VIEWER)), "Who took PUBLISH away")
    assert unsaid(GivenFacts(exchanged(5, VIEWER, HOST)), "Who took")


def test_losing_publish_is_followed_by_a_stop_or_said_not_to_be():
    events = [event(0, "PUBLISH_STARTED"), exchanged(5, HOST, VIEWER)]
    assert said(GivenFacts(*events, event(6, "PUBLISH_STOPPED")), "PUBLISH_STOPPED is 1 s after", 1)
    assert (
        said(GivenFacts(*events), "no PUBLISH_STOPPED follows soon", 1).certainty
        is Certainty.LIKELY
    )
    assert unsaid(GivenFacts(exchanged(5, HOST, VIEWER)), "PUBLISH_STOPPED")
    assert findings_of(GivenFacts(event(0, "PUBLISH_STARTED"), exchanged(5, HOST, HOST)), 1) == ()


def test_that_no_stop_follows_is_not_known_while_pages_are_missing():
    events = [event(0, "PUBLISH_STARTED"), exchanged(5, HOST, VIEWER)]
    finding = said(GivenFacts(*events, complete=False), "follows soon in what is read", 1)
    assert finding.certainty is Certainty.UNKNOWN


def test_an_expiry_that_came_nearer_is_told_and_not_blamed_for_leaving():
    old, new = token(expires=9000), token(expires=1800)
    known_facts = GivenFacts(exchanged(0, old, new), event(2000, "LEFT"), event(2100, "JOIN_ERROR"))
    finding = said(known_facts, "expires 2 h earlier, at 21:00:00", 0)
    assert "to stay it does not" in words(finding.claim)
    assert "JOIN_ERROR is 35 min after" in words(finding.claim)
    assert positions(finding) == [0, 2]
    assert findings_of(GivenFacts(exchanged(0, new, old))) == ()
    assert findings_of(GivenFacts(exchanged(0, token(), new))) == ()


def test_an_exchange_with_one_token_compares_nothing():
    (finding,) = findings_of(GivenFacts(exchanged(0, None, HOST)))
    assert finding.certainty is Certainty.UNKNOWN


# REPLICATION_STOPPED


def replicated(seconds, name, session="st-1"):
    return event(
        seconds,
        name,
        destination_stage_arn="arn:aws:ivs:x:1:stage/b",
        destination_session_id=session,
    )


def stopped(*events, complete=True):
    return GivenFacts(replicated(100, "REPLICATION_STOPPED"), *events, complete=complete)


def test_a_replication_is_measured_per_destination():
    known_facts = stopped(
        replicated(0, "REPLICATION_STARTED"), replicated(50, "REPLICATION_STARTED", "st-2")
    )
    assert texts(known_facts, 0)[0] == "It was replicated for 1 min 40 s."
    known_facts = stopped(replicated(50, "REPLICATION_STARTED", "st-2"))
    assert "not known" in texts(known_facts, 0)[0]


def test_a_replication_that_ended_after_publishing_is_connected():
    known_facts = stopped(event(0, "PUBLISH_STARTED"), event(80, "PUBLISH_STOPPED"))
    finding = said(known_facts, "stopped publishing 20 s before", 0)
    assert finding.certainty is Certainty.LIKELY
    assert said(
        stopped(event(0, "PUBLISH_STARTED"), event(100, "PUBLISH_STOPPED")), "same second", 0
    ).unknown


def test_a_replication_that_ended_while_publishing_is_not_blamed_on_its_end():
    known_facts = stopped(event(0, "PUBLISH_STARTED"), event(180, "PUBLISH_STOPPED"))
    finding = said(known_facts, "went on publishing", 0)
    assert finding.would_tell[-1].fact.kind is FactKind.REPLICAS
    known_facts = stopped(
        event(0, "PUBLISH_STARTED"), event(80, "PUBLISH_STOPPED"), event(90, "PUBLISH_STARTED")
    )
    assert said(known_facts, "went on publishing", 0)
    assert said(
        stopped(event(0, "PUBLISH_STARTED"), event(101, "PUBLISH_STOPPED")), "right after", 0
    )


@pytest.mark.parametrize(
    "events",
    [
        [],
        [event(-900, "PUBLISH_STARTED"), event(-300, "PUBLISH_STOPPED")],
        [event(0, "PUBLISH_STARTED"), event(None, "PUBLISH_STOPPED")],
        [event(140, "PUBLISH_STARTED")],
    ],
)
def test_a_replication_that_ended_for_no_reason_in_the_events_says_so(events):
    assert said(stopped(*events), "What ended it is not known", 0).certainty is Certainty.UNKNOWN


# Dispatch


def test_calm_events_and_events_not_held_have_no_findings():
    known_facts = GivenFacts(
        event(0, "JOINED"), event(1, "PUBLISH_STARTED"), event(2, "SUBSCRIBE_STARTED")
    )
    assert [findings_of(known_facts, n) for n in range(3)] == [(), (), ()]
    assert findings_for(scope(), 3, known_facts) == ()
    assert findings_for(scope("nobody"), 0, known_facts) == ()


def test_an_unknown_code_still_counts_its_repetitions():
    known_facts = GivenFacts(
        failed(0, "BRAND_NEW"), failed(5, "BRAND_NEW", "NEW_ERROR"), failed(9, "BRAND_NEW")
    )
    assert len(findings_of(known_facts)) == 1
    assert "2 times the same error" in texts(known_facts)[0]


def test_every_documented_code_has_a_finding_about_its_occurrence():
    for code in ERROR_CODES:
        assert findings_of(GivenFacts(failed(0, code))), code


def test_facts_of_a_participant_are_not_asked_for_when_they_cannot_tell():
    known_facts = GivenFacts(failed(0, None)).with_facts(facts(sdk="1.41.0", browser="Safari"))
    assert findings_of(known_facts) == ()


# Order inside one second


@pytest.mark.parametrize(
    ("beside", "says", "certainty"),
    [
        (9, "in the same second", Certainty.UNKNOWN),
        (9.2, "0.3 s before", Certainty.UNKNOWN),
        (9.7, None, None),
    ],
)
def test_an_exchange_beside_leaving_is_before_it_only_by_fractions(beside, says, certainty):
    when = 9.5 if beside != 9 else 9
    known_facts = GivenFacts(
        event(0, "JOINED"), exchanged(beside, HOST, VIEWER), event(when, "LEFT")
    )
    found = [one for one in findings_of(known_facts) if "took PUBLISH" in words(one.claim)]
    assert [says in words(one.claim) for one in found] == ([] if says is None else [True])
    assert [one.certainty for one in found] == ([] if certainty is None else [certainty])


def test_a_return_in_the_second_of_leaving_is_a_return_when_fractions_say_so():
    known_facts = GivenFacts(event(0, "JOINED"), event(9.2, "LEFT"), event(9.6, "JOINED"))
    assert "It joined again 0.4 s later, as the same participant." in texts(known_facts, 1)
    known_facts = GivenFacts(event(9.2, "JOINED"), event(9.6, "LEFT"))
    assert unsaid(known_facts, "JOINED is in the same second")


def test_the_token_in_force_is_told_by_fractions_of_one_second():
    error = event(9.5, "PUBLISH_ERROR", "INSUFFICIENT_CAPABILITIES")
    known_facts = GivenFacts(event(0, "JOINED"), exchanged(9.2, HOST, VIEWER), error)
    finding, text = first(known_facts)
    assert text == "The token exchange 0.3 s before took PUBLISH away."
    assert finding.certainty is Certainty.SHOWN
    known_facts = GivenFacts(event(0, "JOINED"), error, exchanged(9.7, HOST, VIEWER))
    assert "allowed PUBLISH: it does not explain" in first(known_facts, 1)[1]


def left_as(kind, *moves, user="tariq", **members):
    """A participant of a kind that left at 60 s, and who else is listed."""
    own = ParticipantSummary(ME, user, replication_type=kind, **members)
    return GivenFacts(event(0, "JOINED"), event(60, "LEFT")).with_rows(own, *moves)


def joined(participant, seconds, user="tariq"):
    return ParticipantSummary(participant, user, first_join_time=at(seconds))


def test_the_same_user_id_under_another_participant_soon_after_leaving_is_told():
    others = joined("later", 150), joined("next", 78), joined("before", 20), joined("x", 61, "ana")
    finding = said(left_as("NONE", *others), "Another participant")
    assert words(finding.claim) == (
        "Another participant with the user id <tariq>, <next>, joined 18 s after."
    )
    assert finding.certainty is Certainty.SHOWN
    assert words(finding.unknown) == "whether it is one client: a user id is no proof"


@pytest.mark.parametrize("user", ["", None, "ana"])
def test_another_user_id_or_none_is_not_the_same_one(user):
    assert unsaid(left_as("NONE", joined("next", 78), user=user), "Another participant")


SOURCE_SESSION = SessionScope("arn:aws:ivs:us-west-2:123456789012:stage/Source", "st-Source")


def replica_that_left(*moves):
    arn, session_id = SOURCE_SESSION.stage_arn, SOURCE_SESSION.session_id
    known_facts = left_as("REPLICA", source_stage_arn=arn, source_session_id=session_id)
    if moves:
        known_facts.with_log(ME, *moves, session=SOURCE_SESSION)
    return known_facts


def replication_stopped_at(seconds, session="st-other"):
    here = scope()
    return event(
        seconds,
        "REPLICATION_STOPPED",
        destination_stage_arn=here.stage_arn,
        destination_session_id=here.session_id if session is None else session,
    )


def test_a_replica_that_left_with_the_end_of_its_replication_says_so():
    known_facts = replica_that_left(replication_stopped_at(20), replication_stopped_at(60, None))
    finding = said(known_facts, "It is a replica")
    assert words(finding.claim).endswith("replication to this session ended in the same second.")
    assert finding.certainty is Certainty.SHOWN
    assert finding.rests_on[0] == EventRef(scope(ME, SOURCE_SESSION), 1)


def test_without_the_events_of_its_source_the_end_of_a_replica_is_open():
    finding = said(replica_that_left(), "It is a replica")
    assert finding.certainty is Certainty.UNKNOWN
    assert finding.would_tell[0].fact.scope == scope(ME, SOURCE_SESSION)
    for moves in ([replication_stopped_at(60)], [replication_stopped_at(20, None)]):
        assert unsaid(replica_that_left(*moves), "It is a replica")


def test_a_stop_by_an_exchange_says_where_to_look_for_who_took_publish():
    events = [event(0, "PUBLISH_STARTED"), exchanged(5, HOST, VIEWER), event(6, "PUBLISH_STOPPED")]
    who = said(GivenFacts(*events), "Who took PUBLISH away", 2)
    assert (who.certainty, positions(who)) == (Certainty.UNKNOWN, [1])
    events[1] = exchanged(5, HOST, HOST)
    assert unsaid(GivenFacts(*events), "Who took", 2)


# All tokens of a stay


STAY = (
    event(0, "JOINED"),
    exchanged(100, VIEWER, HOST),
    event(104, "PUBLISH_STARTED"),
    event(160, "PUBLISH_ERROR", "QUOTA_EXCEEDED"),
    exchanged(200, HOST, VIEWER),
    event(200, "PUBLISH_STOPPED"),
    event(220, "PUBLISH_ERROR", "INSUFFICIENT_CAPABILITIES"),
    event(240, "PUBLISH_ERROR", "INSUFFICIENT_CAPABILITIES"),
    event(300, "LEFT"),
)


def history_of(*events, at=1, complete=True):
    """The tokens around the event at a position."""
    known = as_facts(GivenFacts(*events, complete=complete))
    context = look(scope(), at, known)
    return None if context is None else token_history(context)


def test_a_stay_has_the_token_it_joined_with_and_one_for_each_exchange():
    history = history_of(*STAY, at=4)
    assert [one.token for one in history.tokens] == [VIEWER, HOST, VIEWER]
    assert [one.since for one in history.tokens] == [at(0), at(100), at(200)]
    assert [one.is_joined for one in history.tokens] == [True, False, False]
    assert history.at == 2
    assert history.is_all_read
    assert history_of(*STAY, at=1).at == 1


def test_publishing_and_errors_stand_under_the_token_that_was_in_force():
    first, second, third = history_of(*STAY).tokens
    assert (first.published, first.errors) == ((), ())
    assert second.published == (Published(at(104), at(200)),)
    assert second.errors == (("QUOTA_EXCEEDED", 1),)
    assert third.published == ()
    assert third.errors == (("INSUFFICIENT_CAPABILITIES", 2),)
    assert not third.is_error_tied


def test_publishing_that_went_on_over_an_exchange_stands_under_both_tokens():
    longer = (*STAY[:5], event(250, "PUBLISH_STOPPED"), *STAY[6:])
    _, second, third = history_of(*longer).tokens
    assert second.published == third.published == (Published(at(104), at(250)),)


def test_an_error_in_the_second_of_an_exchange_is_marked_as_such():
    tied = (*STAY[:5], event(200, "PUBLISH_ERROR", "INVALID_INPUT"), *STAY[5:])
    assert [one.is_error_tied for one in history_of(*tied).tokens] == [False, False, True]


def test_only_the_stay_of_the_exchange_counts():
    again = (
        *STAY,
        event(400, "JOINED"),
        exchanged(420, VIEWER, VIEWER),
        event(430, "PUBLISH_ERROR", "INVALID_INPUT"),
    )
    assert len(history_of(*again).tokens) == 3
    assert [one.since for one in history_of(*again, at=10).tokens] == [at(400), at(420)]


def test_more_exchanges_than_can_be_told_are_not_all_looked_at(monkeypatch):
    tokens = (VIEWER, HOST)
    many = [exchanged(n, tokens[n % 2], tokens[1 - n % 2]) for n in range(9_000)]
    looked_at = []
    key = EventLog.key

    def noted(log, position):
        looked_at.append(position)
        return key(log, position)

    monkeypatch.setattr(EventLog, "key", noted)
    assert history_of(*many, at=8_999) is None
    assert len(looked_at) == 1_001


@pytest.mark.parametrize(
    "events",
    [
        (STAY[0], exchanged(100, VIEWER, HOST), exchanged(200, VIEWER, HOST)),
        (STAY[0], exchanged(100, VIEWER, HOST), exchanged(100, HOST, VIEWER)),
        (*STAY, event(None, "PUBLISH_ERROR", "INVALID_INPUT")),
        (*STAY, event(None, "PUBLISH_STARTED")),
        (*STAY[:2], event(150, "PUBLISH_STOPPED")),
        (STAY[1], event(0, "LEFT")),
    ],
    ids=["missing", "one second", "untimed error", "untimed start", "no start", "no exchange"],
)
def test_where_tokens_cannot_be_put_in_order_nothing_is_told_of_them(events):
    assert history_of(*events) is None
