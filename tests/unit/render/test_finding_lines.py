"""Findings as lines: certainty, times, names, what they rest on, what would tell."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ivscope.domain.stages import ParticipantReplica, ParticipantScope
from ivscope.findings.capabilities import WhoTook
from ivscope.findings.finding import (
    Ask,
    Certainty,
    Distance,
    EventRef,
    FactKey,
    FactKind,
    Finding,
    Lacking,
)
from ivscope.findings.leaving import SubscriptionEndedWith
from ivscope.findings.publisher_not_found import PublisherSays
from ivscope.findings.publishing import StoppedOpen, StoppedSays
from ivscope.findings.quota import (
    AfterQuota,
    AgainstLimit,
    PublishersThen,
    PublisherThen,
)
from ivscope.findings.repeats import Burst, OthersMetItToo, SameError
from ivscope.findings.replication import ReplicatedFor
from ivscope.findings.session_context import EventPeriod
from ivscope.render.cells import line_width
from ivscope.render.finding_lines import (
    Cited,
    EvidenceKeys,
    FindingLines,
    replica_lines,
)
from support.given_facts import words

WHEN = datetime(2026, 11, 23, 21, 10, 2, tzinfo=UTC)
SCOPE = ParticipantScope("arn:aws:ivs:us-west-2:1:stage/a", "st-1", "me")
KEYS = EvidenceKeys("z", "Z", "i")
OWN = EventRef(SCOPE, 0)


def drawn(*findings, width=76, zone=UTC, cited=(), fetched=None, keys=KEYS, around=WHEN):
    """The lines as text; events are cited by position, position 0 is the event itself."""
    draw = FindingLines(
        width,
        zone,
        around=around,
        cite=lambda ref: cited[ref.position - 1] if ref.position else None,
        name=lambda who: {None: "priya-guest", "p-1": "mara-host"}.get(who, who),
        fetched=fetched,
        keys=keys,
    )
    parts = (draw.claims, draw.evidence, draw.unknowns, draw.asks)
    lines = [line for one in findings for part in parts for line in part([one])]
    assert all(line_width(line) <= width for line in lines)
    return ["".join(span.text for span in line) for line in lines]


LEFT_TOO = StoppedSays.LEFT_TOO


def refs(*positions):
    return tuple(EventRef(SCOPE, position) for position in positions)


def ask(kind=FactKind.EVENTS, calls=1):
    scope = SCOPE.session if kind is FactKind.SESSION_EVENTS else SCOPE
    return Ask(Lacking.EVENTS_OF_PUBLISHER, FactKey(kind, scope), calls)


@pytest.mark.parametrize(
    ("certainty", "word"),
    [
        (Certainty.SHOWN, "SEEN        "),
        (Certainty.LIKELY, "LIKELY      "),
        (Certainty.UNKNOWN, "UNKNOWN     "),
    ],
)
def test_a_finding_says_in_a_word_how_sure_it_is(certainty, word):
    assert drawn(Finding(LEFT_TOO, certainty)) == [
        f"{word}It left in the same second, which ends publishing."
    ]


def test_all_findings_have_one_left_edge():
    two = (Finding(LEFT_TOO, Certainty.SHOWN), Finding(ReplicatedFor(9), Certainty.LIKELY))
    assert drawn(*two, width=40) == [
        "SEEN        It left in the same second,",
        "            which ends publishing.",
        "LIKELY      It was replicated for 9 s.",
    ]


def test_a_participant_is_named_where_its_name_is_known():
    claim = AfterQuota("p-1", Distance(5_000_000), Distance(12_000_000))
    assert drawn(Finding(claim, Certainty.SHOWN), width=120) == [
        "SEEN        mara-host stopped publishing 5 s after, and priya-guest published 12 s after."
    ]
    unnamed = AfterQuota("p-2", Distance(5_000_000), None)
    assert drawn(Finding(unnamed, Certainty.SHOWN)) == [
        "SEEN        p-2 stopped publishing 5 s after."
    ]


def repeated(time):
    """A finding with a time in its sentence."""
    period = EventPeriod(time, time)
    claim = SameError("PUBLISH_ERROR", "INVALID_INPUT", 3, 3, 0, None, True, period, None)
    return Finding(claim, Certainty.SHOWN)


def test_times_are_told_in_the_zone_of_the_reader():
    words = "SEEN        3 times the same error, all in one second, "
    assert drawn(repeated(WHEN)) == [f"{words}21:10:02."]
    plus_two = timezone(timedelta(hours=2))
    assert drawn(repeated(WHEN), zone=plus_two) == [f"{words}23:10:02."]


def test_a_time_on_another_day_has_its_date():
    assert "\n".join(drawn(repeated(WHEN - timedelta(days=1)))).endswith("2026-11-22 21:10:02.")
    plus_three = timezone(timedelta(hours=3))
    late = repeated(WHEN - timedelta(minutes=20))
    assert "\n".join(drawn(late)).endswith(" second, 20:50:02.")
    assert "\n".join(drawn(late, zone=plus_three)).endswith("2026-11-23 23:50:02.")


def test_text_from_outside_is_safe_and_ours_stays():
    evil = "\x1b]0;hi\x07\u202e"
    cited = [Cited(evil, WHEN, evil)]
    burst = Burst(3, evil, EventPeriod(WHEN, WHEN), None, is_to_escalate=False)
    text = "\n".join(drawn(Finding(burst, Certainty.SHOWN, refs(1)), cited=cited))
    assert text.count(r"\x1b]0;hi\x07\u202e") == 3
    assert not set(evil) & set("\x1b\x07\u202e") & set(text)


def test_it_names_the_events_it_rests_on_but_not_the_one_under_the_cursor():
    cited = [Cited("PUBLISH_STOPPED", WHEN, "g8-hana")]
    finding = Finding(LEFT_TOO, Certainty.SHOWN, refs(1, 0))
    assert drawn(finding, cited=cited)[1:] == [
        "Evidence    PUBLISH_STOPPED of g8-hana 21:10:02 · z goes there"
    ]
    alone = Finding(LEFT_TOO, Certainty.SHOWN, refs(0))
    assert drawn(alone) == ["SEEN        It left in the same second, which ends publishing."]


def test_events_of_one_name_are_counted_with_their_first_and_last_time_and_three_names():
    people = ["hana", "ming", "ada", "lin"]
    stopped = [
        Cited("PUBLISH_STOPPED", WHEN + timedelta(seconds=5 - at), who)
        for at, who in enumerate(people)
    ]
    finding = Finding(LEFT_TOO, Certainty.SHOWN, refs(1, 2, 3, 4, 5, 6))
    cited = [*stopped, Cited("JOINED", None, None), Cited(None, WHEN, None)]
    assert drawn(finding, cited=cited, width=200)[1:] == [
        (
            "Evidence    4 PUBLISH_STOPPED of hana, ming, ada and 1 more 21:10:04 to 21:10:07, "
            "JOINED no time, (no name) 21:10:02 · z goes there"
        )
    ]


def test_what_is_open_is_said_below_what_is_likely_and_once():
    finding = Finding(LEFT_TOO, Certainty.LIKELY, (), StoppedOpen.ORDER_AND_CAUSE)
    assert drawn(finding)[1:] == ["Not sure    what came first, and why"]
    draw = FindingLines(76, UTC, WHEN, lambda _: None, str, None, KEYS)
    assert len(draw.claims((finding, finding))) == 3


def test_what_stays_open_beside_something_seen_is_unknown():
    finding = Finding(LEFT_TOO, Certainty.SHOWN, (), StoppedOpen.ORDER_AND_CAUSE)
    assert drawn(finding)[1:] == ["UNKNOWN     what came first, and why"]


def test_what_can_be_read_has_its_cost_and_the_key_that_reads_it():
    one, other = ask(), ask(FactKind.PARTICIPANT, 3)
    finding = Finding(LEFT_TOO, Certainty.UNKNOWN, would_tell=(one, other))
    assert drawn(finding, fetched=one)[1:] == [
        "To find out read events of the publisher (Z, 1 call)",
        "            read events of the publisher (3 calls)",
    ]


def test_a_sweep_is_told_with_its_own_key_and_its_least_cost():
    scan = ask(FactKind.SESSION_EVENTS, 1_250)
    finding = Finding(LEFT_TOO, Certainty.UNKNOWN, would_tell=(scan,))
    assert drawn(finding, fetched=scan)[1:] == [
        "To find out read events of the publisher (i, 1,250 calls or more)"
    ]


def test_keys_that_are_taken_away_are_not_named():
    finding = Finding(LEFT_TOO, Certainty.SHOWN, refs(1), None, (ask(),))
    lines = drawn(
        finding, cited=[Cited("LEFT", WHEN, None)], fetched=ask(), keys=EvidenceKeys("", "", "")
    )
    assert lines[1:] == [
        "Evidence    LEFT 21:10:02",
        "To find out read events of the publisher (1 call)",
    ]


def test_replicas_read_are_told_and_so_is_that_there_are_none():
    copy = ParticipantReplica("me", None, None, "arn:stage/b", "st-2", "ACTIVE")
    (line,) = replica_lines([copy], 76)
    assert "".join(span.text for span in line) == "Replica now ACTIVE in arn:stage/b"
    (line,) = replica_lines([], 76)
    assert "".join(span.text for span in line) == "Replica now none"


def full(*publishers, copies=0):
    claim = PublishersThen(12, 12, copies, AgainstLimit.FULL, publishers=publishers)
    return Finding(claim, Certainty.LIKELY)


def people(*findings, cited=()):
    """The lists of people, as text."""

    def cite(ref):
        return cited[ref.position - 1]

    draw = FindingLines(60, UTC, WHEN, cite, {"p-1": "mara-host"}.get, None, KEYS)
    return ["".join(span.text for span in line) for line in draw.people(findings)]


def test_who_was_publishing_is_listed_by_name_and_since_when():
    start = WHEN - timedelta(minutes=40)
    named = FindingLines(60, UTC, WHEN, lambda _: None, lambda who: f"{who}!", None, KEYS)
    finding = full(
        PublisherThen("mara", start, is_certain=True, is_replica=False),
        PublisherThen("kenji", None, is_certain=True, is_replica=True),
        PublisherThen("ada", start, is_certain=False, is_replica=None),
    )
    assert ["".join(span.text for span in line) for line in named.people([finding])] == [
        "Publishing   1 mara! since 20:30:02",
        "             2 kenji! (replica)",
        "             3 ada! since 20:30:02, perhaps",
    ]


def test_of_many_publishers_the_first_ones_are_listed_and_the_rest_is_counted():
    twelve = [PublisherThen("p-1", WHEN, is_certain=True, is_replica=False)] * 12
    lines = people(full(*twelve))
    assert len(lines) == 7
    assert lines[-1] == "            … 6 more"


def test_who_else_got_the_error_is_listed_by_time():
    claim = OthersMetItToo(2, EventPeriod(WHEN, WHEN), None, is_to_escalate=True)
    cited = [
        Cited("PUBLISH_ERROR", WHEN, "ada"),
        Cited("PUBLISH_ERROR", WHEN - timedelta(seconds=3), "lin"),
        Cited("PUBLISH_ERROR", WHEN, None),
    ]
    assert people(Finding(claim, Certainty.SHOWN, refs(1, 2, 3)), cited=cited) == [
        "Also got it  1 lin 21:09:59",
        "             2 ada 21:10:02",
    ]


def test_whoever_got_the_error_several_times_is_listed_once_and_one_name_is_several_people():
    claim = OthersMetItToo(3, EventPeriod(WHEN, WHEN), None, is_to_escalate=True)
    cited = [
        Cited("PUBLISH_ERROR", WHEN, "guest", "p-1"),
        Cited("PUBLISH_ERROR", WHEN + timedelta(seconds=2), "guest", "p-2"),
        Cited("PUBLISH_ERROR", WHEN + timedelta(seconds=7), "guest", "p-1"),
        Cited("PUBLISH_ERROR", WHEN + timedelta(seconds=7), "ada", "p-3"),
    ]
    found = Finding(claim, Certainty.SHOWN, refs(1, 2, 3, 4))
    assert people(found, cited=cited) == [
        "Also got it  1 guest 21:10:02 to 21:10:09",
        "             2 guest 21:10:04",
        "             3 ada 21:10:09",
    ]
    told = "\n".join(drawn(found, cited=cited, width=120))
    assert "4 PUBLISH_ERROR of guest (2 participants), ada 21:10:02 to 21:10:09" in told


def steps(*findings):
    draw = FindingLines(60, UTC, WHEN, lambda _: None, str, None, KEYS)
    return "".join(span.text for span in draw.next_step(findings))


def test_what_to_do_next_follows_from_what_was_found():
    assert steps(full()) == "Free a slot, and let the user try again."
    assert "end the replication" in steps(full(copies=1))
    took = Finding(WhoTook("PUBLISH", "José", WHEN), Certainty.UNKNOWN)
    assert steps(took) == "Search your backend's log for José up to 21:10:02."
    as_many = PublishersThen(12, 12, 2, AgainstLimit.AS_MANY)
    assert not steps(Finding(as_many, Certainty.UNKNOWN), Finding(LEFT_TOO, Certainty.SHOWN))
    assert not steps()


def test_what_is_to_be_done_next_is_said_once():
    took = Finding(WhoTook("PUBLISH", "José", WHEN), Certainty.UNKNOWN)
    draw = FindingLines(200, UTC, WHEN, lambda _: None, str, None, KEYS)
    (line,) = draw.claims([took])
    assert "".join(span.text for span in line) == (
        "UNKNOWN     Who took PUBLISH away: IVS does not say, and CloudTrail has no record of a "
        "token signed with your own key."
    )
    assert words(took.claim).endswith("Search your backend's log for <José> up to 21:10:02.")


@pytest.mark.parametrize(
    ("name", "shown"),
    [("dana-phone", "dana-phone stopped"), (None, "The publisher stopped"), ("a\x07", "a\\x07 ")],
)
def test_the_publisher_is_called_by_its_name_where_that_is_known(name, shown):
    claim = SubscriptionEndedWith(left=False, publisher_stopped=True, publisher_left=False)
    draw = FindingLines(200, UTC, WHEN, lambda _: None, str, None, KEYS, publisher=name)
    (line,) = draw.claims([Finding(claim, Certainty.SHOWN)])
    assert "".join(span.text for span in line).removeprefix("SEEN        ").startswith(shown)


def test_claims_without_values_name_the_publisher_too():
    draw = FindingLines(200, UTC, WHEN, lambda _: None, str, None, KEYS, publisher="dana-phone")
    (line,) = draw.claims([Finding(PublisherSays.NOT_READ, Certainty.UNKNOWN)])
    assert "Whether dana-phone was publishing" in "".join(span.text for span in line)
