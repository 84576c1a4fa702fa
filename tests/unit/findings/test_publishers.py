import pytest

from ivscope.analysis.intervals import Why
from ivscope.domain.stages import ParticipantSummary, SessionScope
from ivscope.findings.finding import Certainty, EventRef, FactKind, Open
from ivscope.findings.known_facts import PublisherCount, Slot
from ivscope.findings.publisher_not_found import PublisherOpen
from ivscope.findings.quota import AfterQuota, UnsurePublishers
from support.given_facts import (
    ME,
    GivenFacts,
    GivenSession,
    event,
    findings_of,
    first,
    positions,
    scope,
    words,
)

HOST = "host"

NOT_PUBLISHED = ParticipantSummary(HOST, published=False)


def lost(seconds=100, remote=HOST, **members):
    return event(seconds, "SUBSCRIBE_ERROR", "PUBLISHER_NOT_FOUND", remote=remote, **members)


def host(*events, complete=True):
    """A subscriber that failed at 100 s, and what the publisher did."""
    theirs = [
        event(seconds, name, code, HOST)
        for seconds, name, *code in events
        for code in [code[0] if code else None]
    ]
    return GivenFacts(lost()).with_log(HOST, *theirs, complete=complete)


def test_a_publisher_that_had_stopped_is_told_with_its_time():
    finding, text = first(host((0, "PUBLISH_STARTED"), (90, "PUBLISH_STOPPED"), (99, "LEFT")))
    assert text == "The publisher stopped publishing 10 s before and left 1 s before."
    assert finding.certainty is Certainty.SHOWN
    assert positions(finding, HOST) == [1, 2]
    assert positions(finding) == [0]


def test_a_publisher_that_was_publishing_all_along_explains_nothing():
    finding, text = first(host((0, "PUBLISH_STARTED"), (200, "PUBLISH_STOPPED")))
    assert text.startswith("The publisher was publishing all along")
    assert "does not explain the error" in text
    assert finding.unknown is not None


def test_an_earlier_stop_counts_for_nothing_after_a_new_start():
    stretch = (0, "PUBLISH_STARTED"), (50, "PUBLISH_STOPPED"), (60, "PUBLISH_STARTED")
    _, text = first(host(*stretch, (150, "PUBLISH_STOPPED")))
    assert "publishing all along: it started 40 s before and stopped 50 s after." in text


def test_without_an_end_it_was_publishing_as_far_as_is_read_and_not_all_along():
    finding, text = first(host((0, "PUBLISH_STARTED")))
    assert text == (
        "The publisher was publishing as far as is read: it started 1 min 40 s before, and no stop "
        "follows."
    )
    assert finding.certainty is Certainty.UNKNOWN
    assert words(finding.unknown) == "the events have no end that matches it"


def test_a_publisher_that_had_just_started_need_not_be_known_everywhere():
    finding, text = first(host((80, "PUBLISH_STARTED"), (200, "PUBLISH_STOPPED")))
    assert text == (
        "The publisher was publishing all along: it started 20 s before and stopped 1 min 40 s "
        "after."
    )
    assert words(finding.unknown).startswith("how soon a publisher is found everywhere")


def test_republishing_in_one_second_is_no_stop():
    _, text = first(host((0, "PUBLISH_STARTED"), (50, "PUBLISH_STARTED"), (50, "PUBLISH_STOPPED")))
    assert "was publishing as far as is read" in text


@pytest.mark.parametrize(
    ("moves", "says", "was_there"),
    [
        ([(0, "PUBLISH_STARTED"), (101, "PUBLISH_STOPPED")], "stopped publishing 1 s after", True),
        ([(0, "PUBLISH_STARTED"), (102, "LEFT")], "left 2 s after", True),
        ([(0, "PUBLISH_STARTED"), (98, "PUBLISH_STOPPED")], "stopped publishing 2 s before", False),
        ([(99, "PUBLISH_STARTED"), (200, "PUBLISH_STOPPED")], "started 1 s before", True),
        ([(98, "PUBLISH_STARTED"), (102, "LEFT")], "started 2 s before and left 2 s after", True),
        ([(102, "PUBLISH_STARTED")], "started 2 s after", False),
        (
            [(0, "PUBLISH_STARTED"), (50, "PUBLISH_STOPPED"), (101, "PUBLISH_STARTED")],
            "started 1 s after",
            False,
        ),
    ],
)
def test_a_start_or_stop_within_two_seconds_is_a_race_and_shows_nothing(moves, says, was_there):
    finding, text = first(host(*moves))
    assert text == f"The publisher {says}: so close in time that it can be a race."
    assert finding.certainty is (Certainty.UNKNOWN if was_there else Certainty.LIKELY)
    assert words(finding.unknown).startswith("which came first")


def test_who_left_just_after_stopping_long_before_was_no_race():
    _, text = first(host((0, "PUBLISH_STARTED"), (50, "PUBLISH_STOPPED"), (101, "LEFT")))
    assert text == "The publisher stopped publishing 50 s before."


def test_inside_one_second_nothing_is_claimed():
    finding, text = first(host((0, "PUBLISH_STARTED"), (100, "PUBLISH_STOPPED")))
    assert (finding.certainty, "which came first" in text) == (Certainty.UNKNOWN, True)
    assert "stopped" in text
    finding, text = first(host((100, "PUBLISH_STARTED")))
    assert (finding.certainty, "started in the same second" in text) == (Certainty.UNKNOWN, True)


@pytest.mark.parametrize("start", [100, 99])
def test_who_is_subscribed_right_after_failing_at_a_start_likely_came_too_early(start):
    own = [lost(), event(101, "SUBSCRIBE_STARTED", remote=HOST)]
    started = event(start, "PUBLISH_STARTED", participant=HOST)
    stopped = event(500, "PUBLISH_STOPPED", participant=HOST)
    finding, _ = first(GivenFacts(*own).with_log(HOST, started, stopped), 0)
    assert finding.certainty is Certainty.LIKELY
    own[1] = event(101, "SUBSCRIBE_STARTED", remote="somebody")
    finding, _ = first(GivenFacts(*own).with_log(HOST, started, stopped), 0)
    assert finding.certainty is Certainty.UNKNOWN


def test_a_publisher_that_came_back_soon_is_told_to_have_been_away_for_a_moment():
    moves = [(0, "PUBLISH_STARTED"), (90, "PUBLISH_STOPPED"), (106, "PUBLISH_STARTED")]
    finding, text = first(host(*moves))
    assert text == "The publisher stopped publishing 10 s before. It published again 6 s after."
    assert positions(finding, HOST) == [1, 2]
    _, text = first(host(*moves[:2], (900, "PUBLISH_STARTED")))
    assert "again" not in text


def test_a_publisher_that_only_failed_to_publish_is_told_with_its_attempt():
    attempt = (40, "PUBLISH_ERROR", "INVALID_INPUT")
    finding, text = first(host((0, "JOINED"), attempt).with_rows(NOT_PUBLISHED))
    assert text == (
        "The publisher never published: its events have no start. Its attempt 1 min before "
        "failed: <INVALID_INPUT>"
    )
    assert (finding.certainty, finding.unknown) == (Certainty.SHOWN, None)


def test_a_publisher_that_is_in_no_list_is_told_to_be_in_none():
    finding, text = first(GivenFacts(lost()).with_rows(ParticipantSummary(ME)))
    assert text == "The publisher is not in the list of participants, which is read to its end."
    assert finding.would_tell == ()
    _, text = first(GivenFacts(lost()).with_rows(ParticipantSummary(ME), all_listed=False))
    assert text.startswith("Whether the publisher was publishing is not known")


def test_a_publisher_that_only_the_event_calls_a_replica_is_told_as_that():
    row = ParticipantSummary(HOST, replication_type="NONE")
    found = [words(one.claim) for one in findings_of(GivenFacts(lost(replica=True)).with_rows(row))]
    assert "The event calls the publisher a replica, the list of participants does not." in found


def test_of_a_replica_it_is_told_whether_its_source_is_not_read_or_not_given():
    row = ParticipantSummary(HOST, replication_type="REPLICA")
    given = findings_of(GivenFacts(lost(replica=True)).with_rows(row))
    assert "the list of participants does not give its source." in words(given[-1].claim)
    assert given[-1].would_tell == ()
    unread = findings_of(GivenFacts(lost(replica=True)))
    assert "where it comes from is not read" in words(unread[-1].claim)
    assert unread[-1].would_tell[0].fact.kind is FactKind.PARTICIPANT


def test_who_left_without_a_stop_was_not_publishing():
    finding, text = first(host((0, "PUBLISH_STARTED"), (40, "LEFT")))
    assert text == "The publisher left 1 min before; no PUBLISH_STOPPED is read."
    assert positions(finding, HOST) == [1]


def test_who_left_and_came_back_publishing_was_publishing():
    _, text = first(
        host((0, "PUBLISH_STARTED"), (40, "LEFT"), (40, "JOINED"), (40, "PUBLISH_STARTED"))
    )
    assert "was publishing as far as is read" in text


def test_a_publisher_that_came_later_was_not_there_yet():
    finding, text = first(host((50, "PUBLISH_ERROR", "QUOTA_EXCEEDED"), (130, "PUBLISH_STARTED")))
    assert text == (
        "The publisher first started 30 s after: it was not there yet. Its attempt 50 s before "
        "failed: <QUOTA_EXCEEDED>"
    )
    assert positions(finding, HOST) == [0, 1]


def test_never_published_needs_every_page_and_an_answer_with_events():
    finding, text = first(host((0, "JOINED")).with_rows(NOT_PUBLISHED))
    assert text.startswith("The publisher never published")
    assert (finding.certainty, finding.unknown, finding.would_tell) == (Certainty.SHOWN, None, ())
    finding, text = first(host((0, "JOINED"), complete=False))
    assert (finding.certainty, "so far" in text) == (Certainty.UNKNOWN, True)
    assert finding.would_tell[0].fact.scope == scope(HOST)
    finding, text = first(GivenFacts(lost()).with_log(HOST))
    assert (finding.certainty, "does not show" in text) == (Certainty.UNKNOWN, True)


def test_of_a_live_session_it_is_said_up_to_the_error_only_that_it_had_not_published():
    known_facts = GivenFacts(lost()).with_log(HOST, event(0, "JOINED", None, HOST), as_of=3_600)
    finding, text = first(known_facts.with_rows(NOT_PUBLISHED))
    assert text == "The publisher had not published until then: its events have no start."
    assert finding.certainty is Certainty.SHOWN


def test_never_published_is_not_said_against_the_list_of_participants():
    known_facts = host((0, "JOINED")).with_rows(ParticipantSummary(HOST, published=True))
    finding, text = first(known_facts)
    assert (finding.certainty, "has published" in text) == (Certainty.UNKNOWN, True)


def test_events_without_a_start_alone_do_not_show_that_it_never_published():
    finding, text = first(host((0, "JOINED")))
    assert text.startswith("The publisher never published")
    assert (finding.certainty, finding.unknown) == (Certainty.LIKELY, PublisherOpen.LOST_EVENTS)
    (ask,) = finding.would_tell
    assert (ask.fact.kind, ask.fact.scope, ask.calls) == (FactKind.PARTICIPANT, scope(HOST), 1)
    known_facts = host((0, "JOINED")).with_rows(ParticipantSummary(HOST))
    assert first(known_facts)[0].certainty is Certainty.LIKELY


@pytest.mark.parametrize(
    "events",
    [
        [(140, "PUBLISH_STOPPED")],
        [(0, "PUBLISH_STARTED"), (140, "PUBLISH_STARTED")],
        [(0, "PUBLISH_STARTED"), (None, "PUBLISH_STOPPED")],
    ],
)
def test_a_missing_half_leaves_it_open(events):
    assert first(host(*events))[0].certainty is Certainty.UNKNOWN


def test_pages_of_the_publisher_not_read_weaken_every_claim():
    finding, _ = first(host((0, "PUBLISH_STARTED"), (98, "PUBLISH_STOPPED"), complete=False))
    assert finding.certainty is Certainty.LIKELY
    assert finding.unknown is not None
    assert [ask.fact.kind for ask in finding.would_tell] == [FactKind.EVENTS]


def test_events_read_before_the_error_do_not_show_what_was_then():
    started = event(0, "PUBLISH_STARTED", participant=HOST)
    finding, _ = first(GivenFacts(lost()).with_log(HOST, started, as_of=60))
    assert finding.certainty is Certainty.UNKNOWN
    assert words(finding.unknown) == "what came since its events were read"
    assert finding.would_tell[0].fact.scope == scope(HOST)
    finding, _ = first(GivenFacts(lost()).with_log(HOST, started, as_of=200))
    assert finding.certainty is Certainty.SHOWN


def test_a_publisher_whose_events_are_not_read_costs_one_call():
    finding, _ = first(GivenFacts(lost()))
    assert finding.certainty is Certainty.UNKNOWN
    assert [(ask.fact.scope, ask.calls) for ask in finding.would_tell] == [(scope(HOST), 1)]


def test_an_event_without_publisher_or_time_claims_nothing():
    for error in (lost(remote=None), lost(remote=""), lost(None)):
        assert first(GivenFacts(error))[0].certainty is Certainty.UNKNOWN


SOURCE = SessionScope("arn:aws:ivs:us-west-2:123456789012:stage/other", "st-other00000000")


def copied(*events, complete=True):
    row = ParticipantSummary(
        HOST, source_stage_arn=SOURCE.stage_arn, source_session_id=SOURCE.session_id
    )
    known_facts = GivenFacts(lost(replica=True)).with_rows(row)
    if events:
        known_facts.with_log(HOST, *events, session=SOURCE, complete=complete)
    return [one for one in findings_of(known_facts) if "replica" in words(one.claim)]


def replication(seconds, name, stage=None):
    return event(
        seconds,
        name,
        participant=HOST,
        destination_stage_arn=stage or scope().stage_arn,
        destination_session_id=scope().session_id,
    )


def test_a_replication_that_had_ended_explains_a_lost_replica():
    (finding,) = copied(
        replication(0, "REPLICATION_STARTED"), replication(95, "REPLICATION_STOPPED")
    )
    assert words(finding.claim).endswith("its replication to this session ended 5 s before.")
    assert finding.certainty is Certainty.SHOWN
    assert finding.rests_on[0] == EventRef(scope(HOST, SOURCE), 1)


@pytest.mark.parametrize(
    "events",
    [
        [replication(0, "REPLICATION_STARTED"), replication(130, "REPLICATION_STOPPED")],
        [replication(90, "REPLICATION_STOPPED"), replication(95, "REPLICATION_STARTED")],
        [replication(90, "REPLICATION_STOPPED", "arn:aws:ivs:us-west-2:1:stage/third")],
    ],
)
def test_a_replication_that_goes_on_or_leads_elsewhere_is_not_to_blame(events):
    assert copied(*events) == []


def test_the_source_of_a_replica_is_asked_for():
    (finding,) = copied()
    assert finding.would_tell[0].fact.scope == scope(HOST, SOURCE)
    finding = findings_of(GivenFacts(lost(replica=True)))[1]
    assert finding.would_tell[0].fact.kind is FactKind.PARTICIPANT


def slots(count, start=0, **members):
    return tuple(
        Slot(f"p{n}", EventRef(scope(f"p{n}"), 0), **members) for n in range(start, start + count)
    )


def counted(certain, unsure=(), *, name="PUBLISH_ERROR", read=20, total=20):
    count = PublisherCount(certain, unsure, read, total, all_listed=True)
    return first(GivenFacts(event(9, name, "QUOTA_EXCEEDED")).with_count(count))


def test_twelve_publishers_are_the_limit_of_the_stage():
    finding, text = counted(slots(12))
    assert text == "12 others were publishing in that second: the stage's 12 slots were taken."
    assert finding.certainty is Certainty.SHOWN
    assert len(finding.rests_on) == 13


@pytest.mark.parametrize("is_copy", [True, None])
def test_no_document_says_that_a_copy_takes_a_slot(is_copy):
    finding, text = counted((*slots(11), *slots(1, 20, is_copy=is_copy)))
    assert finding.certainty is Certainty.LIKELY
    assert words(finding.unknown) == "whether replicas take slots: no AWS page says it"
    assert ("1 of them a replica" in text) is (is_copy is True)


@pytest.mark.parametrize("count", [13, 15])
def test_more_publishers_than_a_stage_takes_are_not_its_limit(count):
    finding, text = counted(slots(count))
    assert text == (
        f"{count} others were publishing in that second, more than the 12 that a stage allows."
    )
    assert finding.certainty is Certainty.UNKNOWN
    assert words(finding.unknown).startswith("which limit it was")


def test_a_thirteenth_whose_end_is_missing_leaves_the_limit_likely():
    finding, text = counted(slots(12), slots(1, 20, why=Why.END_MISSING))
    assert text.startswith("12 to 13 others were publishing")
    assert finding.certainty is Certainty.LIKELY
    assert words(finding.unknown) == "<p20> has no PUBLISH_STOPPED and no LEFT after its start"
    assert [one.is_certain for one in finding.claim.publishers] == [True] * 12 + [False]
    assert finding.claim.publishers[-1].participant_id == "p20"


def test_those_without_an_end_are_named_and_of_many_the_first_three():
    (two, _), (five, _) = (
        counted(slots(11), slots(count, 20, why=Why.END_MISSING)) for count in (2, 5)
    )
    assert words(two.unknown) == (
        "<p20> and <p21> have no PUBLISH_STOPPED and no LEFT after their start"
    )
    assert words(five.unknown).startswith("<p20>, <p21>, <p22> and 2 others have no")
    assert five.unknown == UnsurePublishers(("p20", "p21", "p22"), 2, Why.END_MISSING)


def test_those_with_the_most_frequent_reason_are_named():
    doubts = (*slots(1, 20, why=Why.TIE), *slots(2, 30, why=Why.END_MISSING))
    finding, _ = counted(slots(11), doubts)
    assert words(finding.unknown).startswith("<p30>, <p31> and 1 other have no")


def test_with_fewer_publishers_it_is_open_which_limit_it_was():
    finding, text = counted(slots(11))
    assert text.endswith("fewer than the 12 that a stage allows.")
    assert finding.certainty is Certainty.UNKNOWN
    assert words(finding.unknown).startswith("which limit it was")


def test_with_more_than_one_copy_slots_can_as_well_have_been_free():
    finding, text = counted((*slots(10), *slots(2, 20, is_copy=True)))
    assert text.endswith("2 of them replicas, as many as the 12 that a stage allows.")
    assert finding.certainty is Certainty.UNKNOWN
    assert words(finding.unknown).startswith("whether replicas take slots")


@pytest.mark.parametrize("is_copy", [False, True])
def test_the_participant_that_was_refused_does_not_count(is_copy):
    mine = Slot(ME, EventRef(scope(), 0), is_copy=is_copy)
    for certain, unsure in (((*slots(11), mine), ()), (slots(11), (mine,))):
        _, text = counted(certain, unsure)
        assert text.startswith("11 others were publishing in that second, fewer")


def test_doubts_and_participants_not_read_leave_it_open():
    finding, text = counted(slots(11), slots(1, 20, why=Why.TIE))
    assert (finding.certainty, "11 to 12" in text) == (Certainty.UNKNOWN, True)
    assert words(finding.unknown) == (
        "whether <p20> was publishing then: the order of events inside one second is not known"
    )
    assert "another limit" not in text
    finding, text = counted(slots(3), read=4, total=3000)
    assert (finding.certainty, text.startswith("At least 3")) == (Certainty.UNKNOWN, True)
    assert words(finding.unknown) == "only 4 of 3,000 participants are read"
    assert (finding.would_tell[0].fact.kind, finding.would_tell[0].calls) == (
        FactKind.SESSION_EVENTS,
        7,
    )
    assert counted(slots(12), read=15, total=3000)[0].certainty is Certainty.SHOWN


def test_publishers_are_not_counted_at_an_error_without_a_readable_time():
    finding, text = first(GivenFacts(event(None, "PUBLISH_ERROR", "QUOTA_EXCEEDED")))
    assert "no readable time" in text
    assert finding.certainty is Certainty.UNKNOWN


def test_without_a_sweep_publishers_are_not_counted():
    finding, _ = first(GivenFacts(event(9, "PUBLISH_ERROR", "QUOTA_EXCEEDED")))
    assert finding.certainty is Certainty.UNKNOWN
    assert finding.would_tell[0].fact.kind is FactKind.SESSION_EVENTS


@pytest.mark.parametrize("name", ["SUBSCRIBE_ERROR", "JOIN_ERROR"])
def test_the_limit_of_publishers_is_not_blamed_for_subscribing_or_joining(name):
    finding, text = counted(slots(12), name=name)
    assert finding.certainty is Certainty.UNKNOWN
    assert "slots were taken" not in text


ARN = "arn:aws:ivs:us-west-2:123456789012:ingest-configuration/key"


def keyed(*others, code="REUSE_OF_STREAM_KEY", arn=ARN, all_listed=True, later=()):
    known_facts = GivenFacts(event(100, "PUBLISH_ERROR", code), *later)
    rows = [ParticipantSummary(ME, ingest_configuration_arn=arn)]
    for name, events, *members in others:
        rows.append(ParticipantSummary(name, ingest_configuration_arn=ARN, **dict(*members)))
        if events is not None:
            known_facts.with_log(name, *(event(*one, participant=name) for one in events))
    return known_facts.with_rows(*rows, all_listed=all_listed)


def test_another_encoder_with_the_same_key_that_was_publishing_is_named():
    whole = [(0, "PUBLISH_STARTED"), (200, "PUBLISH_STOPPED")]
    assert first(keyed(("other", whole)))[0].certainty is Certainty.SHOWN
    finding, text = first(keyed(("other", [(0, "PUBLISH_STARTED")])))
    assert text == (
        "<other> has the same ingest configuration; whether it was publishing in that second "
        "is not certain: it started 1 min 40 s before."
    )
    assert finding.certainty is Certainty.UNKNOWN
    assert words(finding.unknown) == "the events have no end that matches it"
    assert positions(finding, "other") == [0]


def test_another_encoder_read_soon_after_the_error_was_likely_publishing_or_not():
    row = ParticipantSummary("other", ingest_configuration_arn=ARN)
    mine = ParticipantSummary(ME, ingest_configuration_arn=ARN)
    for stop, said in ((200, "and was publishing: it started"), (50, "was not publishing then")):
        known_facts = keyed().with_rows(mine, row)
        theirs = [event(0, "PUBLISH_STARTED"), event(stop, "PUBLISH_STOPPED")]
        known_facts.with_log("other", *theirs)
        finding, text = first(known_facts.read_at(300, "other"))
        assert said in text
        assert (finding.certainty, finding.unknown) == (Certainty.LIKELY, Open.MAY_COME_LATE)


def test_another_encoder_that_was_not_publishing_is_not_to_blame():
    known_facts = keyed(("other", [(0, "PUBLISH_STARTED"), (50, "PUBLISH_STOPPED")]))
    assert first(known_facts)[1].endswith("but was not publishing then.")
    assert first(keyed(("other", [(100, "PUBLISH_STARTED")])))[0].certainty is Certainty.UNKNOWN


def test_redundant_ingest_has_two_keys_for_one_configuration():
    known_facts = keyed(("other", [(0, "PUBLISH_STARTED")], {"redundant_ingest": True}))
    finding, _ = first(known_facts)
    assert finding.certainty is Certainty.UNKNOWN
    assert "redundant ingest" in words(finding.unknown)


def test_a_configuration_that_nobody_else_carries_can_be_in_use_elsewhere():
    finding, text = first(keyed())
    assert text == "No other participant of this session has its ingest configuration."
    assert "on another stage" in words(finding.unknown)


def test_what_is_not_read_of_the_others_is_asked_for():
    assert first(keyed(("other", None)))[0].would_tell[0].fact.scope == scope("other")
    assert first(keyed(all_listed=False))[0].would_tell[0].fact.kind is FactKind.PARTICIPANTS
    finding, _ = first(GivenFacts(event(9, "PUBLISH_ERROR", "INVALID_STREAM_KEY")))
    assert finding.would_tell[0].fact.kind is FactKind.PARTICIPANT
    assert first(keyed(arn=""))[0].certainty is Certainty.UNKNOWN


def test_a_key_that_worked_later_is_said_to_work():
    later = [event(160, "PUBLISH_STARTED")]
    _, text = first(keyed(code="INVALID_STREAM_KEY", later=later), 0)
    assert text == "It published 1 min after: by then it had a key that works."


def after(*moves, until=(), started=None):
    """What is said to have come after a refusal at 9 s; `until`: who stopped publishing when."""
    own = [event(9, "PUBLISH_ERROR", "QUOTA_EXCEEDED")]
    own += [event(started, "PUBLISH_STARTED")] if started is not None else []
    stops = [event(seconds, "PUBLISH_STOPPED", participant=who) for who, seconds in until]
    known_facts = GivenFacts(*own).with_count(PublisherCount(slots(12), (), 20, 20, True))
    known_facts.with_session(GivenSession(*stops))
    found = [one for one in findings_of(known_facts, 0) if isinstance(one.claim, AfterQuota)]
    return (found[0], words(found[0].claim)) if found else (None, "")


def test_a_slot_that_became_free_and_the_success_after_it_are_told_at_the_refusal():
    whose = slots(12)[3].participant_id
    finding, text = after(until=[("stranger", 12), (whose, 14)], started=21)
    assert text == f"<{whose}> stopped publishing 5 s after, and <own> published 12 s after."
    assert finding.certainty is Certainty.SHOWN
    assert "slot that became free" in words(finding.unknown)
    _, text = after(until=[(whose, 14)])
    assert text == f"<{whose}> stopped publishing 5 s after."
    _, text = after(until=[(whose, 40)], started=21)
    assert text == "It published 12 s after."


def test_who_stopped_so_soon_after_a_refusal_may_have_stopped_before_it():
    whose = slots(12)[3].participant_id
    finding, _ = after(until=[(whose, 10)], started=21)
    assert (finding.certainty, finding.unknown) == (Certainty.LIKELY, Open.WHICH_CAME_FIRST)


def test_what_came_long_after_a_refusal_is_not_told_with_it():
    whose = slots(12)[3].participant_id
    assert after(until=[(whose, 9_000)], started=9_100) == (None, "")
