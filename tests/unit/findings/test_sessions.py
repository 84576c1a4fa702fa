import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.analysis.publishers import Publishers
from ivscope.domain.stages import Participant, ParticipantSummary
from ivscope.domain.times import to_microseconds
from ivscope.findings import session_context
from ivscope.findings.finding import Certainty, EventRef, FactKind
from ivscope.findings.quota import QuotaOpen, count_publishers
from ivscope.findings.repeats import Burst, RepeatsOpen
from ivscope.findings.rules import session_findings
from ivscope.findings.session_context import KeptBursts, bursts_in
from support.claims import checked
from support.given_facts import (
    SESSION,
    GivenSession,
    at,
    event,
    exchanged,
    facts,
    log_of,
    token,
    words,
)


def failed(seconds, participant, code="INTERNAL_SERVER_EXCEPTION", name="PUBLISH_ERROR", **members):
    return event(seconds, name, code, participant, **members)


def said(session, part):
    return [one for one in checked(session_findings(session)) if part in words(one.claim)]


def bursts_of(session):
    return [one for one in said(session, "got") if isinstance(one.claim, Burst)]


def users(**names):
    return [ParticipantSummary(name, user) for name, user in names.items()]


def test_a_burst_names_how_many_within_what_time():
    session = GivenSession(
        failed(4, "a"),
        failed(9, "b"),
        failed(41, "c"),
        failed(42, "a"),
        event(50, "LEFT"),
        rows=users(a="ann", b="bob", c="cy"),
    )
    (burst,) = said(session, "got")
    assert words(burst.claim) == (
        "3 participants got <INTERNAL_SERVER_EXCEPTION> within 38 s, from 20:30:04 to 20:30:42. "
        "Several within 60 s are a reason to escalate to AWS Support, with stage, session and "
        "times."
    )
    assert burst.certainty is Certainty.SHOWN
    assert words(burst.unknown).startswith("whether the service")
    assert burst.rests_on == tuple(EventRef(SESSION, n) for n in range(4))


def test_where_no_rule_says_why_who_got_which_error_and_when_comes_first():
    session = GivenSession(
        failed(4, "a", "BITRATE_EXCEEDED"),
        failed(9, "a", "BITRATE_EXCEEDED"),
        failed(41, "b", "INVALID_VIDEO_CODEC"),
        failed(42, "b", "INVALID_VIDEO_CODEC"),
        failed(42, "b", "INVALID_VIDEO_CODEC"),
        failed(55, "a", "INVALID_VIDEO_CODEC"),
        failed(None, "a", "INVALID_VIDEO_CODEC"),
        failed(50, "b", "TIMEOUT"),
        rows=users(a="ann", b="bob"),
    )
    found = said(session, "got")
    most = "2 participants got <INVALID_VIDEO_CODEC> 3 to 4 times in what was read"
    assert [words(one.claim) for one in found] == [
        f"{most}, from 20:30:41 to 20:30:55.",
        "<a> got <BITRATE_EXCEEDED> 2 times, from 20:30:04 to 20:30:09.",
        "<b> got <TIMEOUT> once, at 20:30:50.",
    ]
    assert [one.certainty for one in found] == [Certainty.SHOWN] * 3
    assert [one.unknown for one in found] == [RepeatsOpen.TOLD_TWICE, None, None]
    assert session_findings(session)[:3] == tuple(found)


def test_errors_that_a_rule_tells_more_of_are_not_said_again():
    session = GivenSession(
        *(failed(number, who) for number, who in enumerate("abc")),
        failed(9, "a", "BITRATE_EXCEEDED"),
        rows=users(a="ann", b="bob", c="cy"),
    )
    assert [words(one.claim)[:18] for one in said(session, "got")] == ["3 participants got"]


@pytest.mark.parametrize(
    ("rows", "is_open"),
    [
        (users(a=None, b=None, c=None), True),
        (users(a="ann", b=None, c=None), True),
        (users(a="ann", b="bob", c=None), False),
    ],
)
def test_it_is_open_whether_those_of_a_burst_are_different_people_without_their_user_ids(
    rows, is_open
):
    session = GivenSession(failed(4, "a"), failed(5, "b"), failed(6, "c"), rows=rows)
    (burst,) = said(session, "got")
    assert (burst.unknown is RepeatsOpen.DIFFERENT_PEOPLE) is is_open


def test_a_burst_may_come_in_any_order_and_may_go_on():
    session = GivenSession(*(failed(n * 25, f"p{n}") for n in range(8, -1, -1)))
    (burst,) = said(session, "got")
    assert words(burst.claim).startswith(
        "9 participants got <INTERNAL_SERVER_EXCEPTION> within 3 min"
    )


def test_errors_that_go_on_for_minutes_are_at_once_only_within_the_window_that_is_named():
    session = GivenSession(*(failed(n * 29, f"p{n}") for n in range(9)))
    (burst,) = said(session, "got")
    assert words(burst.claim) == (
        "9 participants got <INTERNAL_SERVER_EXCEPTION> within 3 min 52 s, from 20:30:00 to "
        "20:33:52, at most 3 of them within 60 s. Several within 60 s are a reason to escalate to "
        "AWS Support, with stage, session and times."
    )
    assert "at once" not in words(burst.claim)


@pytest.mark.parametrize(
    "errors",
    [
        [failed(n, "a") for n in range(50)],
        [failed(0, "a"), failed(1, "b"), failed(62, "c")],
        [failed(0, "a"), failed(1, "b"), failed(2, "c", "INVALID_INPUT")],
        [failed(0, "a"), failed(1, "b"), failed(None, "c")],
        [failed(0, "a"), failed(1, "b"), failed(2, None)],
    ],
)
def test_what_is_not_one_error_of_many_in_a_minute_is_no_burst(errors):
    assert bursts_of(GivenSession(*errors)) == []


def test_one_user_with_three_tokens_is_no_burst():
    errors = [failed(0, "a"), failed(9, "b"), failed(18, "c")]
    assert bursts_of(GivenSession(*errors, rows=users(a="tariq", b="tariq", c="tariq"))) == []
    assert said(GivenSession(*errors, rows=users(a="", b="", c="")), "got")


def test_only_internal_errors_are_a_reason_to_escalate():
    session = GivenSession(*(failed(n, f"p{n}", "QUOTA_EXCEEDED") for n in range(3)))
    (burst,) = said(session, "got")
    assert "escalate" not in words(burst.claim)


def test_two_bursts_are_two_findings_with_the_larger_one_first():
    errors = [failed(n, f"p{n}") for n in range(3)] + [failed(900 + n, f"p{n}") for n in range(4)]
    assert [words(one.claim)[:14] for one in said(GivenSession(*errors), "got")] == [
        "4 participants",
        "3 participants",
    ]


def test_a_session_that_is_partly_read_says_so_everywhere():
    rows = [ParticipantSummary(name) for name in "abcdefgh"]
    session = GivenSession(
        *(failed(n, name) for n, name in enumerate("abc")), rows=rows, unread=set("defgh")
    )
    (burst,) = said(session, "got")
    assert words(burst.unknown) == "only 3 of 8 participants are read"
    assert (burst.would_tell[0].fact.kind, burst.would_tell[0].calls) == (
        FactKind.SESSION_EVENTS,
        5,
    )
    session = GivenSession(*(failed(n, name) for n, name in enumerate("abc")), all_listed=False)
    assert words(said(session, "got")[0].unknown) == "only 3 of 3 or more participants are read"


def lost(seconds, participant, remote):
    return failed(seconds, participant, "PUBLISHER_NOT_FOUND", "SUBSCRIBE_ERROR", remote=remote)


def test_a_publisher_that_many_failed_to_subscribe_to_is_named():
    session = GivenSession(lost(0, "a", "host"), lost(200, "b", "host"), lost(400, "c", "host"))
    (finding,) = said(session, "failed to subscribe")
    assert words(finding.claim).startswith(
        "3 participants failed to subscribe to <host> within 6 min"
    )
    assert finding.unknown is not None


def test_one_subscriber_that_failed_often_says_nothing_about_the_publisher():
    session = GivenSession(*(lost(n * 200, "a", "host") for n in range(9)))
    assert said(session, "failed to subscribe") == []
    session = GivenSession(lost(0, "a", "x"), lost(200, "b", "y"), lost(400, "c", "z"))
    assert said(session, "failed to subscribe") == []


def crowd(count, until=None):
    events = [event(0, "PUBLISH_STARTED", participant=f"p{n}") for n in range(count)]
    if until is not None:
        events += [event(until, "PUBLISH_STOPPED", participant=f"p{n}") for n in range(count)]
    return events


def quota(seconds=100, participant="late", name="PUBLISH_ERROR"):
    return failed(seconds, participant, "QUOTA_EXCEEDED", name)


def test_twelve_others_at_the_refusal_are_the_limit():
    rows = [ParticipantSummary(f"p{n}", replication_type="NONE") for n in range(12)]
    session = GivenSession(
        *crowd(12, until=200),
        quota(),
        quota(150),
        quota(150),
        rows=[*rows, ParticipantSummary("late")],
    )
    (finding,) = said(session, "PUBLISH_ERROR QUOTA_EXCEEDED,")
    assert words(finding.claim) == (
        "At 2 of 2 PUBLISH_ERROR QUOTA_EXCEEDED, 12 others were publishing: the slots of the "
        "stage were taken."
    )
    assert finding.certainty is Certainty.SHOWN


def test_more_than_a_stage_takes_are_not_its_limit():
    (finding,) = said(GivenSession(*crowd(13, until=200), quota()), "PUBLISH_ERROR QUOTA_EXCEEDED,")
    assert (finding.certainty, "more than 12" in words(finding.claim)) == (Certainty.UNKNOWN, True)


@pytest.mark.parametrize(
    ("copies", "certainty"), [(0, Certainty.SHOWN), (1, Certainty.LIKELY), (2, Certainty.UNKNOWN)]
)
def test_the_more_copies_among_twelve_the_less_sure_it_is_that_slots_were_taken(copies, certainty):
    kinds = ["REPLICA"] * copies + ["NONE"] * (12 - copies)
    rows = [ParticipantSummary(f"p{n}", replication_type=kind) for n, kind in enumerate(kinds)]
    session = GivenSession(*crowd(12, until=200), quota(), rows=[*rows, ParticipantSummary("late")])
    (finding,) = said(session, "PUBLISH_ERROR QUOTA_EXCEEDED,")
    assert finding.certainty is certainty
    assert ("slots" in words(finding.claim)) is (copies < 2)


def test_it_is_likely_where_the_list_does_not_say_who_is_a_copy_and_says_why():
    (finding,) = said(GivenSession(*crowd(12, until=200), quota()), "PUBLISH_ERROR QUOTA_EXCEEDED,")
    assert finding.certainty is Certainty.LIKELY
    assert finding.unknown is QuotaOpen.COPIES_AND_SLOTS


def test_a_thirteenth_for_a_moment_can_be_the_clocks_or_another_limit():
    thirteenth = [
        event(150, "PUBLISH_STARTED", participant="p12"),
        event(151, "PUBLISH_STOPPED", participant="p12"),
    ]
    rows = [ParticipantSummary(f"p{n}", replication_type="NONE") for n in range(13)]
    rows.append(ParticipantSummary("late"))
    session = GivenSession(*crowd(12, until=200), quota(), *thirteenth, rows=rows)
    (finding,) = said(session, "PUBLISH_ERROR QUOTA_EXCEEDED,")
    assert (finding.certainty, finding.unknown) == (
        Certainty.UNKNOWN,
        QuotaOpen.MORE_FOR_A_MOMENT,
    )


def test_who_has_no_end_is_named_in_the_session_as_at_the_error():
    rows = [ParticipantSummary(f"p{n}", replication_type="NONE") for n in range(12)]
    ghost = [event(5, "PUBLISH_STARTED", participant="p11")]
    session = GivenSession(
        *crowd(11, until=200), *ghost, quota(), rows=[*rows, ParticipantSummary("late")]
    )
    (finding,) = said(session, "PUBLISH_ERROR QUOTA_EXCEEDED,")
    assert words(finding.unknown).startswith("<p11> has no PUBLISH_STOPPED")


@pytest.mark.parametrize("is_copy", [True, False])
def test_a_stage_that_once_had_more_than_twelve_has_another_limit(is_copy):
    crowds = [*crowd(12, until=200), quota()]
    thirteenth = [event(150, name, participant="p12") for name in ("JOINED", "PUBLISH_STARTED")]
    stop = event(190, "PUBLISH_STOPPED", participant="p12")
    kind = "REPLICA" if is_copy else "NONE"
    names = [*(f"p{n}" for n in range(12)), "late"]
    rows = [*map(ParticipantSummary, names), ParticipantSummary("p12", replication_type=kind)]
    session = GivenSession(*crowds, *thirteenth, stop, rows=rows)
    (finding,) = said(session, "PUBLISH_ERROR QUOTA_EXCEEDED,")
    assert ("slots" in words(finding.claim)) is is_copy
    assert ("at another time" in words(finding.unknown)) is not is_copy


def test_one_whose_end_is_missing_is_not_certain_to_have_been_publishing():
    start = event(0, "PUBLISH_STARTED", participant="crashed")
    (finding,) = said(
        GivenSession(*crowd(11, until=200), start, quota()), "PUBLISH_ERROR QUOTA_EXCEEDED,"
    )
    assert finding.certainty is Certainty.UNKNOWN


def test_who_left_in_the_second_it_published_in_is_gone():
    # Eleven others, and one that joined, published and left at once: the stage had room.
    names = ("JOINED", "PUBLISH_STARTED", "LEFT")
    short = [event(50, name, participant="short") for name in names]
    (finding,) = said(
        GivenSession(*crowd(11, until=200), *short, quota()), "PUBLISH_ERROR QUOTA_EXCEEDED,"
    )
    assert "fewer than 12" in words(finding.claim)


def test_twelve_at_another_time_are_not_the_limit():
    (finding,) = said(GivenSession(*crowd(12, until=60), quota()), "PUBLISH_ERROR QUOTA_EXCEEDED,")
    assert "fewer than 12" in words(finding.claim)
    assert finding.certainty is Certainty.UNKNOWN
    assert (
        said(
            GivenSession(*crowd(12), quota(name="SUBSCRIBE_ERROR")), "PUBLISH_ERROR QUOTA_EXCEEDED,"
        )
        == []
    )


def test_the_one_that_was_refused_does_not_take_a_slot_from_itself():
    session = GivenSession(*crowd(12, until=200), quota(participant="p3"))
    (finding,) = said(session, "PUBLISH_ERROR QUOTA_EXCEEDED,")
    assert "fewer than 12" in words(finding.claim)


@pytest.mark.parametrize(
    "session",
    [
        GivenSession(*crowd(11, 200), event(100, "PUBLISH_STARTED", participant="tie"), quota()),
        GivenSession(*crowd(12, 200), quota(), unread={"p3"}),
        GivenSession(
            *crowd(11, 200), event(300, "PUBLISH_STOPPED", participant="lost-start"), quota()
        ),
        GivenSession(*crowd(3, 200), quota(), unread={"p1"}),
    ],
)
def test_slots_that_are_not_certain_are_not_claimed(session):
    (finding,) = said(session, "PUBLISH_ERROR QUOTA_EXCEEDED,")
    assert finding.certainty is Certainty.UNKNOWN


def test_publishers_of_one_second_are_counted_each_once_by_their_starts():
    session = GivenSession(
        *crowd(2, 200),
        event(100, "PUBLISH_STOPPED", participant="p1"),
        event(100, "PUBLISH_STARTED", participant="p1"),
        event(100, "LEFT", participant="p0"),
        event(90, "PUBLISH_STARTED", participant="copy"),
        event(300, "PUBLISH_STOPPED", participant="copy"),
        rows=[
            ParticipantSummary("p0"),
            ParticipantSummary("p1"),
            ParticipantSummary("copy", replication_type="REPLICA"),
        ],
    )
    publishers = Publishers(session.log, lambda: session.reach).count()

    def count(seconds):
        return count_publishers(session, publishers, to_microseconds(at(seconds)))

    tied = count(100)
    assert [slot.participant_id for slot in tied.certain] == ["copy"]
    assert sorted(slot.participant_id for slot in tied.unsure) == ["p0", "p1"]
    assert (tied.copies, tied.read, tied.total, tied.is_complete) == (1, 3, 3, True)
    assert [slot.participant_id for slot in count(101).certain] == ["copy", "p1"]
    session.unread = ["p0"]
    assert not count(101).is_complete
    assert not count(101).without("p1").is_complete
    assert count(101).without("p0").is_complete


def visits(*spans):
    """Participants p0, p1, … with the user "tariq", each inside for one span."""
    events = []
    for number, (start, end) in enumerate(spans):
        events.append(event(start, "JOINED", participant=f"p{number}"))
        if end is not None:
            events.append(event(end, "LEFT", participant=f"p{number}"))
    return events, users(**{f"p{number}": "tariq" for number in range(len(spans))})


def devices(rows, *systems):
    """The facts of participants, each with the system given."""
    return [
        Participant(row, sdk_version="1.41.0", os_name=system)
        for row, system in zip(rows, systems, strict=True)
    ]


def test_one_user_coming_back_with_new_tokens_is_a_reconnect_loop():
    events, rows = visits((0, 100), (120, 200), (230, None))
    one = devices(rows, "iOS", "iOS", "iOS")
    (finding,) = said(GivenSession(*events, rows=rows, facts=one), "user id")
    assert words(finding.claim) == (
        "3 participants share the user id <tariq>, one after another, at most 30 s apart: it looks "
        "like one client that comes back with a new token each time."
    )
    assert finding.certainty is Certainty.LIKELY


def test_coming_back_soon_without_the_same_client_is_no_reconnect_loop():
    events, rows = visits((0, 100), (120, 200), (230, None))
    (finding,) = said(GivenSession(*events, rows=rows), "user id")
    assert words(finding.claim).endswith("one after another, at most 30 s apart.")
    assert finding.certainty is Certainty.SHOWN
    assert words(finding.unknown) == "whether it is one client: a user id is no proof"
    several = devices(rows, "iOS", "Android", "iOS")
    (finding,) = said(GivenSession(*events, rows=rows, facts=several), "user id")
    assert words(finding.claim).endswith(", one after another.")
    assert finding.certainty is Certainty.SHOWN


def test_coming_back_within_the_exactness_of_event_times_is_only_likely_in_turn():
    events, rows = visits((0, 100), (101, 200), (230, None))
    (finding,) = said(GivenSession(*events, rows=rows), "user id")
    assert words(finding.claim).endswith("one after another, at most 30 s apart.")
    assert finding.certainty is Certainty.LIKELY


def test_the_clients_of_everybody_take_as_many_calls_whoever_they_are_asked_for():
    events, rows = visits((0, 100), (120, 200), (230, None))
    events += [event(300, "JOINED", participant="other"), failed(310, "other")]
    rows += users(other="maria")

    def calls(*clients):
        found = session_findings(GivenSession(*events, rows=rows, facts=clients))
        asks = [ask for one in found for ask in one.would_tell]
        return [ask.calls for ask in asks if ask.fact.kind is FactKind.SESSION_FACTS]

    assert calls() == [4, 4], "for one user id, and for the SDK versions"
    first, *_ = devices(rows[:3], "iOS", "iOS", "iOS")
    assert calls(first) == [3, 3]
    unnamed = [Participant(row) for row in rows[:3]]
    assert calls(*unnamed) == [1], "those of the user id are read, and name no client"


def test_a_user_id_that_is_inside_several_times_at_once_is_no_reconnect_loop():
    events, rows = visits((0, 100), (50, 200), (60, 300))
    (finding,) = said(GivenSession(*events, rows=rows), "user id")
    assert "up to 3 at the same time: not one after another" in words(finding.claim)
    assert "one client" not in words(finding.claim)
    assert finding.certainty is Certainty.SHOWN


def test_visits_hours_apart_are_no_reconnect_loop():
    events, rows = visits((0, 100), (9000, 9100), (19000, 19100))
    (finding,) = said(GivenSession(*events, rows=rows), "user id")
    assert words(finding.claim).endswith("one after another.")


def test_a_missing_left_does_not_show_two_at_once():
    events, rows = visits((0, None), (50, 200), (260, 300))
    (finding,) = said(GivenSession(*events, rows=rows), "user id")
    assert (finding.certainty, "LEFT is missing" in words(finding.unknown)) == (
        Certainty.UNKNOWN,
        True,
    )
    assert "at the same time" not in words(finding.claim)


def test_two_who_joined_in_one_second_one_of_them_never_seen_leaving_are_told_as_they_are():
    events, rows = visits((0, 100), (0, None), (120, 200))
    (finding,) = said(GivenSession(*events, rows=rows), "user id")
    assert words(finding.claim).endswith("; 1 LEFT is missing before others joined.")
    assert finding.certainty is Certainty.UNKNOWN


def test_two_stays_that_overlap_for_a_moment_can_be_one_client_that_was_lost():
    events, rows = visits((0, 100), (90, 200), (230, 300))
    (finding,) = said(GivenSession(*events, rows=rows), "user id")
    assert words(finding.claim).endswith("up to 2 at the same time, for at least 9 s.")
    assert "before the service knows that it was lost" in words(finding.unknown)


def test_a_break_between_the_stays_of_one_is_no_time_with_another():
    stays = [(0, 10, "p0"), (50, 60, "p1"), (100, 110, "p0"), (300, 310, "p2")]
    moves = [
        event(at_, name, participant=who)
        for begin, end, who in stays
        for at_, name in ((begin, "JOINED"), (end, "LEFT"))
    ]
    (finding,) = said(GivenSession(*moves, rows=users(p0="t", p1="t", p2="t")), "user id")
    assert words(finding.claim).endswith(", one after another.")


def test_people_who_join_and_leave_in_one_second_are_not_surely_one_after_another():
    events, rows = visits((0, 100), (101, 200), (900, 1000))
    (finding,) = said(GivenSession(*events, rows=rows), "user id")
    assert words(finding.claim).endswith(", one after another.")
    assert finding.certainty is Certainty.LIKELY


def test_who_is_read_and_has_no_joined_is_not_called_unread():
    _, rows = visits((0, 100), (0, 100), (0, 100))
    session = GivenSession(rows=rows, unread=[rows[0].participant_id])
    (finding,) = said(session, "user id")
    assert words(finding.claim) == (
        "3 participants share the user id <tariq>; the events of 2 of them are read, 2 without "
        "JOINED."
    )
    assert finding.certainty is Certainty.UNKNOWN


def test_participants_without_a_stay_are_said_to_have_no_joined():
    _, rows = visits((0, 100), (0, 100), (0, 100))
    (finding,) = said(GivenSession(rows=rows), "user id")
    assert (
        words(finding.claim)
        == "3 participants share the user id <tariq>; 3 of them have no JOINED."
    )


def test_no_user_id_is_no_user_and_a_redundant_pair_is_no_loop():
    events, _ = visits((0, 100), (120, 200), (230, 300))
    for user in ("", None):
        assert said(GivenSession(*events, rows=users(p0=user, p1=user, p2=user)), "user id") == []
    rows = [ParticipantSummary(f"p{n}", "feed", redundant_ingest=True) for n in range(3)]
    assert said(GivenSession(*events, rows=rows), "user id") == []


def test_a_loop_is_not_claimed_before_everybody_of_the_user_is_read():
    events, rows = visits((0, 100), (120, 200), (230, 300))
    (finding,) = said(GivenSession(*events, rows=rows, unread={"p1"}), "user id")
    assert (finding.certainty, "one client" in words(finding.claim)) == (Certainty.UNKNOWN, False)


def fleet(**kinds):
    """Participants with an SDK version: version to (how many failed, how many there are)."""
    events, people, clients = [], [], []
    for sdk, (bad, whole) in kinds.items():
        version = sdk.strip("v").replace("_", ".")
        for number in range(whole):
            name = f"{sdk}-{number}"
            people.append(ParticipantSummary(name))
            clients.append(facts(name, sdk=version, browser="Safari"))
            code = "INVALID_INPUT"
            events.append(
                failed(len(events) * 100, name, code)
                if number < bad
                else event(len(events) * 100, "JOINED", participant=name)
            )
    return events, people, clients


def test_an_sdk_version_over_represented_is_told_in_counts_and_not_as_a_cause():
    events, rows, clients = fleet(v1_33_0=(6, 7), v1_41_0=(2, 20))
    (finding,) = said(GivenSession(*events, rows=rows, facts=clients), "SDK")
    assert words(finding.claim) == (
        "6 of 7 participants with SDK <1.33.0> (<browser>) had errors; of 20 with another, 2 had."
    )
    assert words(finding.unknown).startswith("whether the version is the reason")


@pytest.mark.parametrize(
    "kinds",
    [
        {"v1_33_0": (6, 30), "v1_41_0": (4, 20)},
        {"v1_33_0": (2, 2), "v1_41_0": (0, 20)},
        {"v1_33_0": (6, 7), "v1_41_0": (0, 4)},
        {"v1_41_0": (9, 40)},
    ],
)
def test_the_most_common_version_is_not_over_represented(kinds):
    events, rows, clients = fleet(**kinds)
    assert said(GivenSession(*events, rows=rows, facts=clients), "had errors") == []


def test_participants_not_read_do_not_count_as_well():
    events, rows, clients = fleet(v1_33_0=(6, 7), v1_41_0=(2, 20))
    unread = {row.participant_id for row in rows if row.participant_id.startswith("v1_41")}
    session = GivenSession(*events, rows=rows, facts=clients, unread=unread)
    assert said(session, "had errors") == []


def test_without_facts_versions_are_unknown_and_the_cost_is_told():
    events, rows, _ = fleet(v1_33_0=(6, 7))
    (finding,) = said(GivenSession(*events, rows=rows), "SDK")
    assert finding.certainty is Certainty.UNKNOWN
    assert (finding.would_tell[0].fact.kind, finding.would_tell[0].calls) == (
        FactKind.SESSION_FACTS,
        7,
    )


def test_facts_of_a_few_say_that_nothing_stands_out_so_far_and_what_the_others_cost():
    events, rows, clients = fleet(v1_33_0=(3, 4), v1_41_0=(3, 4))
    few = [one for one in clients if one.sdk_version == "1.33.0"]
    (finding,) = said(GivenSession(*events, rows=rows, facts=few), "no SDK version")
    assert finding.certainty is Certainty.UNKNOWN
    assert "Among the 4 participants" in words(finding.claim)
    assert finding.would_tell[0].calls == 4
    assert said(GivenSession(*events, rows=rows, facts=clients), "no SDK version") == []


def test_documented_faults_are_counted_over_the_session():
    old, new = token("SUBSCRIBE"), token("SUBSCRIBE", "PUBLISH")
    events = []
    for name in "abcd":
        events += [
            exchanged(10, old, new, name),
            failed(11 if name != "c" else 40, name, "INSUFFICIENT_CAPABILITIES"),
        ]
    clients = [facts(name, sdk="1.33.0", browser="Google Chrome") for name in "abc"]
    clients.append(facts("d", sdk="1.33.0", system="iOS"))
    (finding,) = said(GivenSession(*events, facts=clients), "Documented")
    assert words(finding.claim).endswith(
        "token exchange. 2 errors of 2 participants can come from it."
    )
    assert finding.certainty is Certainty.UNKNOWN
    assert words(finding.unknown) == "whether that is the reason"
    assert [ref.position for ref in finding.rests_on] == [1, 3]


def test_an_exchange_of_somebody_else_makes_no_fault_match():
    new = token("SUBSCRIBE", "PUBLISH")
    events = [exchanged(10, new, new, "b"), failed(11, "a", "INSUFFICIENT_CAPABILITIES")]
    clients = [facts(name, sdk="1.33.0", browser="Google Chrome") for name in "ab"]
    assert said(GivenSession(*events, facts=clients), "Documented") == []


def test_an_empty_session_has_no_findings():
    assert session_findings(GivenSession()) == ()


WHO = st.sampled_from([None, "a", "b", "c", "d"])


@given(st.lists(st.tuples(st.integers(0, 400), WHO), max_size=30))
def test_bursts_are_the_errors_with_those_of_two_others_in_a_minute(told):
    log = log_of([failed(seconds, who) for seconds, who in sorted(told, key=lambda one: one[0])])
    seconds = [log.time_us(at) // 1_000_000 for at in range(len(log))]
    runs = []
    for last in range(len(log)):
        inside = [at for at in range(last + 1) if seconds[last] - seconds[at] <= 60]
        count = len({log.participant(at) for at in inside})
        if count < 3:
            continue
        if runs and inside[0] <= runs[-1][1]:
            runs[-1] = runs[-1][0], last, max(count, runs[-1][2])
        else:
            runs.append((inside[0], last, count))
    found = bursts_in(log, range(len(log)))
    assert [(one.positions[0], one.positions[-1], one.most_at_once) for one in found] == runs
    for one in found:
        assert [*one.positions] == [*range(one.positions[0], one.positions[-1] + 1)]
        assert (one.first, one.last) == (seconds[one.positions[0]], seconds[one.positions[-1]])
        assert one.whose == set(filter(None, map(log.participant, one.positions)))


def test_bursts_are_found_once_and_anew_when_the_log_has_grown(monkeypatch):
    log = log_of([failed(seconds, who) for seconds, who in enumerate("abc")])
    looked_at = []

    def noted(log_, positions):
        looked_at.append(len(positions))
        return bursts_in(log_, positions)

    monkeypatch.setattr(session_context, "bursts_in", noted)
    kept, code, kind = KeptBursts(log), "INTERNAL_SERVER_EXCEPTION", log.kind(0)
    assert kept.lacking(kind) == 3
    (before,) = kept.of(code)
    assert kept.lacking(kind) == 0
    assert kept.of(code) == [before]
    log.append([failed(9, "d")])
    assert kept.lacking(kind) == 4
    assert kept.of(code)[0].whose == {*"abcd"}
    assert looked_at == [3, 4]
