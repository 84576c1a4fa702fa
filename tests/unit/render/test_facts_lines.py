"""Facts of stages, sessions, participants and replicas, and failures, as lines."""

from datetime import UTC, datetime, timedelta

import pytest

from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.stages import (
    Participant,
    ParticipantSummary,
    Stage,
    StageSession,
    StageSummary,
)
from ivscope.render.bars import failure_lines
from ivscope.render.cells import line_width
from ivscope.render.facts_lines import (
    participant_lines,
    read_lines,
    session_lines,
    session_span,
    stage_lines,
)
from ivscope.render.picker_rows import EventsRead, SameUser, Seen

START = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
ARN = "arn:aws:ivs:us-west-2:123456789012:stage/ABCDabcdefgh"


def _texts(lines):
    assert all(line_width(line) <= 80 for line in lines)
    return ["".join(span.text for span in line) for line in lines]


def test_a_stage_tells_whether_it_is_live():
    assert _texts(stage_lines(StageSummary(ARN, "", "st-1CVugbu2cf2n8"), 80)) == [
        "Stage       empty name",
        f"ARN         {ARN}",
        "Session     live st-1CVugbu2cf2n8",
    ]
    assert "Session     none live" in _texts(stage_lines(StageSummary(ARN), 80))
    assert "Session     none live" in _texts(stage_lines(StageSummary(ARN, "a", ""), 80))


def test_a_read_stage_tells_endpoints_recording_and_tags():
    stage = Stage(
        ARN,
        "show",
        tags=(("team", "live"),),
        endpoints=(("whip", "https://w"), ("rtmp", "rtmp://r")),
        recording_storage_arn="",
    )
    assert _texts(stage_lines(stage, 80))[3:] == [
        "Endpoint    rtmp: rtmp://r",
        "            whip: https://w",
        "Recording   off",
        "Tags        team: live",
    ]


@pytest.mark.parametrize(
    ("end", "now", "expected"),
    [
        (timedelta(minutes=53, seconds=30), None, ["2026-11-23 21:23:30 UTC", "53 min 30 s"]),
        (None, START + timedelta(hours=2, minutes=5), ["live, no end time", "2 h 05 min"]),
        (None, None, ["live, no end time"]),
        (timedelta(seconds=-5), None, ["2026-11-23 20:29:55 UTC", "ends 5 s before it starts"]),
    ],
)
def test_a_session_tells_its_end_as_reported(end, now, expected):
    session = StageSession("st-1CVugbu2cf2n8", START, None if end is None else START + end)
    texts = _texts(session_lines(session, 80, UTC, now))
    assert [text[12:] for text in texts[2:]] == expected


def test_a_participant_tells_what_triage_asks_first_even_when_it_is_missing():
    participant = Participant(
        ParticipantSummary("03JY4smU3eXc", "", "CONNECTED", START, published=False),
        sdk_version="",
        browser_name="Chrome",
        browser_version="152",
        attributes=(("role", "host"), ("note", "")),
    )
    assert _texts(participant_lines(participant, 80, UTC)) == [
        "Id          03JY4smU3eXc",
        "User id     empty",
        "State       CONNECTED",
        "Joined      first 2026-11-23 20:30:00 UTC",
        "Published   never in this session",
        "Client      protocol not given, SDK empty",
        "Browser     Chrome 152",
        "Attribute   note: empty",
        "            role: host",
    ]


def test_a_summary_claims_nothing_about_the_client():
    texts = _texts(participant_lines(ParticipantSummary("a", published=True), 80, UTC))
    assert not any(text.startswith(("Client", "Attribute")) for text in texts)
    assert "Published   yes, at some time in this session" in texts
    assert "Joined      first no time" in texts


def test_a_replica_without_its_source_says_so():
    replica = ParticipantSummary("a", replication_type="REPLICA", replication_state="ACTIVE")
    texts = _texts(participant_lines(replica, 80, UTC))
    assert texts[-3:] == [
        "Replica     a replica from another stage, ACTIVE",
        "From stage  not given",
        "session     not given",
    ]
    none = _texts(participant_lines(ParticipantSummary("a", replication_type="NONE"), 80, UTC))
    assert not any(text.startswith("Copy") for text in none)
    new = ParticipantSummary("a", replication_type="MIRROR\x07")
    assert r"Replica     MIRROR\x07" in _texts(participant_lines(new, 80, UTC))


def test_a_failure_tells_cause_remedy_code_and_request_id():
    failure = ProviderFailure(
        FailureKind.THROTTLED,
        "AWS asks to slow down",
        "Wait.",
        retryable=True,
        code="ThrottlingException",
        request_id="r-1",
        retry_after=4,
    )
    assert _texts(failure_lines(failure, 80)) == [
        "Failed      THROTTLED  AWS asks to slow down",
        "Do          Wait.",
        "Wait        the service asks to wait 4 s",
        "Code        ThrottlingException",
        "Request id  r-1",
    ]


def test_a_failure_with_a_page_of_html_stays_short_and_safe():
    failure = ProviderFailure(
        FailureKind.SERVICE, "<html>\x1b[2J\n" * 10_000, "Look at the proxy.", retryable=False
    )
    texts = _texts(failure_lines(failure, 80))
    assert len(texts) <= 12
    assert all(text.isprintable() for text in texts)
    assert "Retry       only after this is fixed" in texts


@pytest.mark.parametrize(
    ("session", "words"),
    [
        (None, "its start and end are not read"),
        (StageSession("st-1", START), "live for 1 h 01 min, since 2026-11-23 20:30:00 UTC"),
        (
            StageSession("st-1", START, START + timedelta(minutes=53)),
            "ended after 53 min 00 s, 2026-11-23 20:30:00 to 21:23:00 UTC",
        ),
        (StageSession("st-1", None, START), "ended after ?, "),
    ],
)
def test_a_session_is_told_from_when_to_when_it_was(session, words):
    now = START + timedelta(minutes=61)
    text = " ".join(" ".join(_texts(session_span(session, 80, UTC, now))).split())
    assert words.strip() in text


@pytest.mark.parametrize(
    ("events", "seen", "told"),
    [
        (
            EventsRead(61, 5, True),
            Seen("QUOTA_EXCEEDED", 3, START, 1, START, 1508),
            [
                "Errors      5, 3 of them QUOTA_EXCEEDED",
                "Stayed      1 stay, LEFT 2026-11-23 20:30:00 UTC",
                "Publishing  for 25 min 08 s",
            ],
        ),
        (
            EventsRead(9, 2, True),
            Seen("X", 2, START, 3, None, 70, is_published_whole=False),
            [
                "Errors      2 X",
                "Stayed      3 stays, last event read 2026-11-23 20:30:00 UTC, no LEFT read",
                "Publishing  for at least 1 min 10 s",
            ],
        ),
        (
            EventsRead(9, 0, True),
            Seen(None, 0, START, 1, START, 0, is_published_whole=False),
            ["Errors      0", "Stayed      1 stay, LEFT 2026-11-23 20:30:00 UTC"],
        ),
        (EventsRead(9, 0, False), Seen(), ["Errors      0 so far, more events available"]),
        (None, Seen(), []),
    ],
)
def test_events_tell_errors_stays_and_publishing_as_far_as_they_are_read(events, seen, told):
    assert _texts(read_lines(events, seen, None, 80, UTC)) == told


@pytest.mark.parametrize(
    ("same_user", "told"),
    [
        (SameUser(7, 5, is_all=True), "5 of 7 participants with this user id, by time of joining"),
        (SameUser(700, None, is_all=True), "700 participants have this user id"),
        (
            SameUser(7, None, is_all=False),
            "7 of the participants listed so far have this user id",
        ),
    ],
)
def test_who_shares_a_user_id_is_told_as_far_as_everybody_is_listed(same_user, told):
    assert _texts(read_lines(None, Seen(), same_user, 80, UTC)) == [f"Same user   {told}"]
