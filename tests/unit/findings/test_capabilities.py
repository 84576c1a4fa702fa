import pytest

from ivscope.domain.tokens import ParticipantToken
from ivscope.findings.finding import Certainty, FactKind
from support.given_facts import (
    GivenFacts,
    event,
    exchanged,
    facts,
    findings_of,
    first,
    positions,
    token,
    words,
)

VIEWER, HOST = token("SUBSCRIBE"), token("SUBSCRIBE", "PUBLISH")
DENIED = "INSUFFICIENT_CAPABILITIES"


def refused(seconds, name="PUBLISH_ERROR", **members):
    return event(seconds, name, DENIED, **members)


def test_the_exchange_that_took_the_capability_is_named():
    finding, text = first(
        GivenFacts(
            event(0, "JOINED"),
            exchanged(10, VIEWER, HOST),
            exchanged(40, HOST, VIEWER),
            refused(60),
        )
    )
    assert text == "The token exchange 20 s before took PUBLISH away."
    assert finding.certainty is Certainty.SHOWN
    assert positions(finding) == [2, 3]
    assert finding.unknown is None


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_the_answer_does_not_matter(order):
    events = [exchanged(10, VIEWER, HOST), exchanged(40, HOST, VIEWER), refused(60)][::order]
    _, text = first(GivenFacts(*events), 2 if order == 1 else 0)
    assert text == "The token exchange 20 s before took PUBLISH away."


def test_a_later_exchange_is_not_to_blame():
    finding, text = first(
        GivenFacts(exchanged(10, VIEWER, HOST), refused(20), exchanged(30, HOST, VIEWER)), 1
    )
    assert text.startswith("The token in force since the exchange 10 s before allows PUBLISH")
    assert "does not explain the error" in text
    assert positions(finding) == [0, 1]


def test_losing_another_capability_is_not_to_blame():
    publisher = token("PUBLISH")
    _, text = first(GivenFacts(exchanged(10, HOST, publisher), refused(20)))
    assert "allows PUBLISH: it does not explain" in text
    _, text = first(GivenFacts(exchanged(10, HOST, publisher), refused(20, "SUBSCRIBE_ERROR")))
    assert text == "The token exchange 10 s before took SUBSCRIBE away."


def test_an_earlier_exchange_took_it_and_the_last_one_did_not_give_it_back():
    finding, text = first(
        GivenFacts(exchanged(0, HOST, VIEWER), exchanged(10, VIEWER, VIEWER), refused(30))
    )
    assert text == (
        "The token exchange 30 s before took PUBLISH away; the last one, 20 s before, did not give "
        "it back."
    )
    assert positions(finding) == [0, 1, 2]


def test_what_was_given_back_in_between_is_not_counted_as_taken():
    _, text = first(
        GivenFacts(
            exchanged(0, HOST, VIEWER),
            exchanged(10, VIEWER, HOST),
            exchanged(20, VIEWER, VIEWER),
            refused(30),
        )
    )
    assert text == "The token in force since the exchange 10 s before does not allow PUBLISH."


@pytest.mark.parametrize(("joined", "certainty"), [(9, Certainty.LIKELY), (30, Certainty.UNKNOWN)])
def test_after_rejoining_the_error_speaks_of_another_token(joined, certainty):
    finding, text = first(
        GivenFacts(
            exchanged(0, HOST, VIEWER), event(5, "LEFT"), event(joined, "JOINED"), refused(30)
        )
    )
    assert finding.certainty is certainty
    assert "the error is about the token it joined with then" in text
    assert positions(finding) == [2, 3]


def test_after_rejoining_the_next_exchange_names_the_token_it_joined_with():
    finding, text = first(
        GivenFacts(
            exchanged(0, VIEWER, HOST),
            event(9, "JOINED"),
            refused(30),
            exchanged(40, VIEWER, VIEWER),
        ),
        2,
    )
    assert text == "The token that was replaced 10 s after did not allow PUBLISH."
    assert finding.certainty is Certainty.SHOWN


@pytest.mark.parametrize("left", [15, 20])
def test_publishing_before_a_rejoin_says_nothing_of_the_token_it_joined_with(left):
    finding, text = first(
        GivenFacts(
            event(0, "JOINED"),
            event(9, "PUBLISH_STARTED"),
            event(left, "LEFT"),
            event(20, "JOINED"),
            refused(30),
        )
    )
    assert text.startswith("It joined again 10 s before")
    assert finding.certainty is Certainty.LIKELY


def test_a_start_in_the_second_of_joining_belongs_to_the_first_stay_only():
    turns = [event(20, "JOINED"), event(20, "PUBLISH_STARTED"), refused(30)]
    _, text = first(GivenFacts(*turns))
    assert text.startswith("PUBLISH_STARTED 10 s before, and no token exchange is read between")
    finding, text = first(GivenFacts(event(0, "JOINED"), event(20, "LEFT"), *turns))
    assert text.startswith("It joined again 10 s before")
    assert finding.certainty is Certainty.UNKNOWN


def test_an_exchange_that_the_service_lists_twice_counts_once():
    twice = [exchanged(20, HOST, VIEWER)] * 2
    _, text = first(GivenFacts(event(0, "JOINED"), *twice, refused(25)))
    assert text == "The token exchange 5 s before took PUBLISH away."
    _, text = first(GivenFacts(event(0, "JOINED"), refused(15), *twice), 1)
    assert (
        text
        == "The token that was replaced 5 s after allowed PUBLISH: it does not explain the error."
    )


def test_of_two_exchanges_in_one_second_that_agree_the_order_does_not_matter():
    finding, text = first(
        GivenFacts(exchanged(20, VIEWER, VIEWER), exchanged(20, HOST, VIEWER), refused(25))
    )
    assert "took PUBLISH away" in text
    assert finding.certainty is Certainty.SHOWN


def test_right_after_the_error_events_can_still_come_so_that_nothing_is_shown():
    given = GivenFacts(exchanged(10, HOST, VIEWER), refused(20))
    finding, _ = first(given.read_at(20 + 599))
    assert (finding.certainty, words(finding.unknown)) == (
        Certainty.LIKELY,
        "it was read so soon after that events of that time can still come",
    )
    finding, _ = first(given.read_at(20 + 601))
    assert (finding.certainty, finding.unknown) == (Certainty.SHOWN, None)


def test_who_took_a_capability_away_is_looked_for_in_the_own_backend():
    held = GivenFacts(exchanged(10, HOST, VIEWER), refused(20))
    who = findings_of(held)[1]
    assert who.certainty is Certainty.UNKNOWN
    assert words(who.claim) == (
        "Who took PUBLISH away: IVS does not say, and CloudTrail has no record of a token signed "
        "with your own key. Search your backend's log for this participant up to 20:30:10."
    )
    assert positions(who) == [0]


def test_publishing_after_the_loss_contradicts_it():
    finding, text = first(
        GivenFacts(exchanged(0, HOST, VIEWER), event(9, "PUBLISH_STARTED"), refused(30))
    )
    assert finding.certainty is Certainty.UNKNOWN
    assert "a later token must have been in force" in text


def test_inside_one_second_the_order_is_left_open():
    given = GivenFacts(exchanged(20, VIEWER, HOST), refused(20))
    unsure, text = first(given)
    assert (unsure.certainty, "may have come before" in text) == (Certainty.UNKNOWN, True)
    likely, _ = first(given.with_facts(facts(sdk="1.34.0", browser="Chrome")))
    assert likely.certainty is Certainty.LIKELY
    fault, _ = first(given.with_facts(facts(sdk="1.33.9", browser="Chrome")))
    assert fault.certainty is Certainty.UNKNOWN
    taken, text = first(GivenFacts(exchanged(20, HOST, VIEWER), refused(20)))
    assert (taken.certainty, text) == (
        Certainty.LIKELY,
        "The token exchange in the same second took PUBLISH away.",
    )
    same, text = first(GivenFacts(exchanged(20, HOST, HOST), refused(20)))
    assert same.certainty is Certainty.SHOWN
    assert "They do not explain the error" in text
    several, _ = first(
        GivenFacts(exchanged(20, HOST, VIEWER), exchanged(20, VIEWER, HOST), refused(25))
    )
    assert several.certainty is Certainty.UNKNOWN


def test_without_an_exchange_the_joining_token_is_said_to_be_unknown():
    finding, text = first(GivenFacts(event(0, "JOINED"), refused(20)))
    assert "was not exchanged before" in text
    assert (
        words(finding.unknown) == "what the token that it joined with allows is not in the events"
    )


def test_having_published_shows_that_the_joining_token_allowed_it():
    finding, text = first(
        GivenFacts(event(0, "PUBLISH_STARTED"), event(9, "PUBLISH_STOPPED"), refused(20))
    )
    assert "the token allowed PUBLISH then" in text
    assert positions(finding) == [0, 2]


def test_a_later_exchange_tells_the_token_that_it_replaced():
    finding, text = first(
        GivenFacts(event(0, "JOINED"), refused(20), exchanged(50, VIEWER, HOST)), 1
    )
    assert text == "The token that was replaced 30 s after did not allow PUBLISH."
    assert finding.certainty is Certainty.SHOWN
    rejoined = GivenFacts(refused(20), event(30, "JOINED"), exchanged(50, VIEWER, HOST))
    assert "was not exchanged before" in first(rejoined, 0)[1]


def test_pages_not_read_make_it_less_than_certain():
    finding, _ = first(GivenFacts(exchanged(0, HOST, VIEWER), refused(20), complete=False))
    assert finding.certainty is Certainty.LIKELY
    assert [ask.fact.kind for ask in finding.would_tell] == [FactKind.EVENTS]
    finding, text = first(GivenFacts(refused(20), complete=False))
    assert (finding.certainty, "so far" in text) == (Certainty.UNKNOWN, True)


def test_what_did_not_come_is_not_made_up():
    absent = ParticipantToken()
    for events in (
        [exchanged(0, HOST, absent), refused(20)],
        [exchanged(0, HOST, None), refused(20)],
        [exchanged(None, HOST, VIEWER), refused(20)],
        [exchanged(0, HOST, VIEWER), refused(None)],
        [exchanged(0, HOST, VIEWER), refused(20, "JOIN_ERROR")],
    ):
        assert first(GivenFacts(*events))[0].certainty is Certainty.UNKNOWN
    _, text = first(GivenFacts(exchanged(0, absent, VIEWER), refused(20)))
    assert text == "The token in force since the exchange 20 s before does not allow PUBLISH."


WEB = {"sdk": "1.33.0", "browser": "Google Chrome"}


def faults(known_facts, position=-1):
    return [
        words(one.claim)
        for one in findings_of(known_facts, position)
        if words(one.claim).startswith("Documented")
    ]


def test_the_documented_fault_after_an_exchange_matches_sdk_and_time():
    events = [exchanged(10, VIEWER, HOST), refused(11)]
    assert (
        "right after a token exchange. It has <1.33.0>."
        in faults(GivenFacts(*events).with_facts(facts(**WEB)))[0]
    )
    asks = [ask for one in findings_of(GivenFacts(*events)) for ask in one.would_tell]
    assert [ask.fact.kind for ask in asks] == [FactKind.PARTICIPANT]


def test_a_later_exchange_does_not_hide_the_one_before_the_error():
    events = [exchanged(10, VIEWER, HOST), refused(11), exchanged(50, HOST, HOST)]
    assert faults(GivenFacts(*events).with_facts(facts(**WEB)), 1)


@pytest.mark.parametrize(
    ("events", "client"),
    [
        ([exchanged(10, VIEWER, HOST), refused(40)], WEB),
        ([refused(9), exchanged(10, VIEWER, HOST)], WEB),
        ([exchanged(10, HOST, VIEWER), refused(11)], WEB),
        ([exchanged(10, VIEWER, HOST), event(11, "PUBLISH_ERROR", "QUOTA_EXCEEDED")], WEB),
        ([exchanged(10, VIEWER, HOST), refused(11)], WEB | {"sdk": "1.34.0"}),
        ([exchanged(10, VIEWER, HOST), refused(11)], WEB | {"sdk": "1.34.0-rc.1"}),
        ([exchanged(10, VIEWER, HOST), refused(11)], {"sdk": "1.33.0", "system": "iOS"}),
        ([exchanged(10, VIEWER, HOST), refused(11)], {"sdk": "1.33.0", "browser": ""}),
        ([exchanged(10, VIEWER, HOST), refused(11)], {"sdk": "", "browser": "Google Chrome"}),
    ],
)
def test_the_documented_fault_after_an_exchange_is_not_claimed_elsewhere(events, client):
    known_facts = GivenFacts(*events).with_facts(facts(**client))
    assert not any(faults(known_facts, position) for position in range(len(events)))


def test_a_whole_second_beside_fractions_can_be_before_or_after_all_of_them():
    finding, _ = first(
        GivenFacts(
            event(0, "JOINED"),
            refused(40.073),
            exchanged(40.322, VIEWER, HOST),
            exchanged(40, HOST, HOST),
        ),
        1,
    )
    assert finding.certainty is Certainty.UNKNOWN
