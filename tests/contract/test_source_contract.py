"""What every source promises. A new kind of source joins by an entry in OPENERS."""

import inspect
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ivscope.domain import calls
from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.stages import (
    IngestConfiguration,
    ParticipantFilter,
    ParticipantScope,
    SessionScope,
)
from ivscope.domain.times import parse_time
from ivscope.domain.tokens import ParticipantToken
from ivscope.endpoint.server import Endpoint
from ivscope.provider.store.source import Source
from ivscope.sources.aws import AwsSource
from ivscope.sources.recorded import RecordedSource
from ivscope.sources.saved_file import SavedFileSource
from support.aws_sources import aws_source
from support.faulty_urls import faulty_url
from support.recordings import recorded
from support.small_world import (
    EMPTY_PARTICIPANT_ID,
    OTHER_STAGE_ARN,
    PARTICIPANT_ID,
    SESSION_ID,
    STAGE_ARN,
    USER_IDS,
    SmallWorld,
)

NOBODY = "nobody000000"


@contextmanager
def served(world, fault):
    with Endpoint(world) as endpoint:
        yield faulty_url(endpoint, fault) if fault else endpoint.url
        assert endpoint.bugs == ()


@contextmanager
def open_aws(world, fault=None):
    with served(world, fault) as url:
        yield aws_source(url)


@contextmanager
def open_recording(world, fault=None):
    with TemporaryDirectory() as folder, ExitStack() as kept:
        with served(world, fault) as url:
            source = kept.enter_context(recorded(Path(folder) / "small.ivscope", url))
        yield source


OPENERS = {"aws": open_aws, "recording": open_recording}


@pytest.fixture(scope="module", params=OPENERS)
def open_source(request):
    return OPENERS[request.param]


@pytest.fixture(scope="module")
def source(open_source):
    with open_source(SmallWorld()) as source:
        yield source


def pages_of(source, call):
    """All pages of a list, with a cap instead of an endless loop."""
    pages, cursor = [], None
    while len(pages) < 20:
        page = source.read_page(call, cursor)
        pages.append(page)
        cursor = page.next_cursor
        if cursor is None:
            return pages
    pytest.fail("the pages do not end")


def rows_of(source, call):
    return [item for page in pages_of(source, call) for item in page.items]


def outcome_of(source, call):
    """All rows of a list, or what kind of failure it is."""
    try:
        return rows_of(source, call)
    except ProviderFailure as failure:
        return failure.kind


@pytest.mark.parametrize("kind", [AwsSource, RecordedSource, SavedFileSource])
def test_it_has_the_methods_that_the_provider_calls(kind):
    for name, promised in inspect.getmembers(Source, inspect.isfunction):
        if not name.startswith("_"):
            kept = inspect.signature(getattr(kind, name))
            assert list(kept.parameters) == list(inspect.signature(promised).parameters)


def test_events_come_in_pages_of_a_hundred_in_the_order_returned(source):
    world = SmallWorld()
    pages = pages_of(source, calls.events(world.scope))
    assert [len(page.items) for page in pages] == [100, 100, 50]
    wire = world.events(STAGE_ARN, SESSION_ID, PARTICIPANT_ID)[0:250]
    rows = [item for page in pages for item in page.items]
    assert [(row.name, row.time) for row in rows] == [
        (one["name"], parse_time(one["eventTime"])) for one in wire
    ]


def test_newest_first_stays_newest_first(open_source):
    world = SmallWorld(newest_first=True)
    with open_source(world) as source:
        times = [event.time for event in rows_of(source, calls.events(world.scope))]
    assert times == sorted(times, reverse=True)
    assert len(times) == 250


@pytest.mark.parametrize("fault", ["empty_last", "empty_middle", "empty_token"])
def test_a_page_may_be_empty_and_an_empty_token_ends_the_list(open_source, fault):
    world = SmallWorld()
    with open_source(world, fault) as source:
        pages = pages_of(source, calls.events(world.scope))
    assert sum(len(page.items) for page in pages) == 250
    assert (0 in [len(page.items) for page in pages]) == (fault != "empty_token")


def test_a_rejected_page_token_is_an_invalid_request(open_source):
    world = SmallWorld()
    with open_source(world, "stale_token") as source:
        page = source.read_page(calls.events(world.scope), None)
        assert len(page.items) == 100
        with pytest.raises(ProviderFailure) as caught:
            source.read_page(calls.events(world.scope), page.next_cursor)
    assert caught.value.kind in {FailureKind.INVALID, FailureKind.NOT_RECORDED}
    assert not caught.value.retryable
    if caught.value.kind is FailureKind.INVALID:
        assert "anew" in caught.value.remedy


def test_an_event_keeps_every_member_and_tells_absent_from_empty(source):
    rows = rows_of(source, calls.events(SmallWorld().scope))
    joined, _, subscribed, failed, replicated, exchanged = rows[:6]
    assert joined == Event("JOINED", PARTICIPANT_ID, parse_time("2026-11-20T20:30:00Z"))
    assert (subscribed.remote_participant_id, subscribed.replica) == ("guest_000002", False)
    assert failed.error_code == "QUOTA_EXCEEDED"
    assert replicated.destination_stage_arn == OTHER_STAGE_ARN
    assert replicated.destination_session_id == SESSION_ID
    assert exchanged.previous_token.capabilities == ("SUBSCRIBE",)
    assert exchanged.new_token == ParticipantToken(
        capabilities=("SUBSCRIBE", "PUBLISH"),
        attributes=(("role", "co-host"), ("name", "Zoë 🎥")),
        user_id="host-1",
        expiration_time=parse_time("2026-11-21T09:30:05Z"),
    )


def test_repeated_texts_are_held_once(source):
    rows = rows_of(source, calls.events(SmallWorld().scope))
    assert len({id(event.participant_id) for event in rows}) == 1
    assert len({id(event.name) for event in rows}) == 12


def test_a_participant_without_events_has_one_empty_page(source):
    scope = ParticipantScope(STAGE_ARN, SESSION_ID, EMPTY_PARTICIPANT_ID)
    pages = pages_of(source, calls.events(scope))
    assert [page.items for page in pages] == [()]


def test_stages_carry_name_tags_and_the_live_session(source):
    live, idle, _ = rows_of(source, calls.STAGES)
    assert (live.arn, live.name, live.active_session_id) == (STAGE_ARN, "stage-0", SESSION_ID)
    assert live.tags == (("team", "[red]"),)
    assert idle.active_session_id is None


def test_stages_over_three_pages_all_come(open_source):
    with open_source(SmallWorld(stages=201)) as source:
        assert [len(page.items) for page in pages_of(source, calls.STAGES)] == [100, 100, 1]


def test_sessions_carry_milliseconds_and_only_ended_ones_an_end(source):
    first, *_, live = rows_of(source, calls.sessions(STAGE_ARN))
    assert live.session_id == SESSION_ID
    assert live.end_time is None
    assert first.end_time == parse_time("2026-11-18T21:30:00Z")
    assert first.start_time == parse_time("2026-11-18T20:30:00Z")


def test_participants_keep_user_ids_exactly(source):
    rows = rows_of(source, calls.participants(SmallWorld().session, None))
    assert tuple(row.user_id for row in rows[:6]) == USER_IDS
    assert (rows[0].replication_type, rows[0].replication_state) == ("SOURCE", "ACTIVE")
    assert (rows[1].replication_state, rows[0].source_stage_arn) == (None, None)
    assert (rows[0].published, rows[1].published, rows[0].redundant_ingest) == (True, False, False)
    assert rows[0].first_join_time == parse_time("2026-11-20T20:30:00Z")


@pytest.mark.parametrize(
    ("narrowed", "places"),
    [
        (ParticipantFilter("filterByUserId", "host-1"), [0, 5, 6]),
        (ParticipantFilter("filterByPublished", True), [0, 3, 6]),
        (ParticipantFilter("filterByState", "DISCONNECTED"), [1, 3, 5]),
        (ParticipantFilter("filterByRecordingState", "FAILED"), [2, 5]),
    ],
)
def test_participants_can_be_narrowed_by_one_filter(source, narrowed, places):
    session = SmallWorld().session
    everyone = rows_of(source, calls.participants(session, None))
    few = rows_of(source, calls.participants(session, narrowed))
    assert few == [everyone[place] for place in places]


def test_replicas_come_with_both_sides(source):
    first, *rest = rows_of(source, calls.replicas(STAGE_ARN, PARTICIPANT_ID))
    assert (first.source_stage_arn, first.source_session_id) == (STAGE_ARN, SESSION_ID)
    assert first.destination_stage_arn == OTHER_STAGE_ARN
    assert [row.replication_state for row in (first, *rest)] == ["ACTIVE", "STOPPED", "STOPPED"]


def test_replicas_over_three_pages_all_come(open_source):
    with open_source(SmallWorld(replicas=120)) as source:
        pages = pages_of(source, calls.replicas(STAGE_ARN, PARTICIPANT_ID))
    assert sum(len(page.items) for page in pages) == 120
    assert len(pages) >= 3


def test_the_ingest_configurations_of_a_stage_tell_state_and_participant_and_no_key(source):
    first, second = rows_of(source, calls.ingest_configurations(STAGE_ARN))
    assert first == IngestConfiguration(
        arn="arn:aws:ivs:us-west-2:111122223333:ingest-configuration/Key000000000",
        name="key-0",
        protocol="RTMPS",
        stage_arn=STAGE_ARN,
        participant_id="guest_000000",
        state="ACTIVE",
        user_id="host-1",
        redundant_ingest=True,
    )
    assert (second.name, second.protocol, second.state) == ("key-2", "RTMP", "INACTIVE")


def test_ingest_configurations_over_three_pages_all_come(open_source):
    with open_source(SmallWorld(ingests=500)) as source:
        pages = pages_of(source, calls.ingest_configurations(STAGE_ARN))
    assert [len(page.items) for page in pages] == [100, 100, 50]


def test_a_stage_that_nothing_is_attached_to_has_none_or_a_failure_of_its_own(source):
    nowhere = STAGE_ARN.replace("Main", "None")
    outcome = outcome_of(source, calls.ingest_configurations(nowhere))
    assert outcome in ([], FailureKind.NOT_RECORDED)


def test_ingest_configurations_can_be_denied_while_the_rest_is_allowed(open_source):
    with open_source(SmallWorld(), "accessdenied.ListIngestConfigurations") as source:
        with pytest.raises(ProviderFailure) as caught:
            source.read_page(calls.ingest_configurations(STAGE_ARN), None)
        assert caught.value.kind in {FailureKind.DENIED, FailureKind.NOT_RECORDED}
        assert not caught.value.retryable
        if caught.value.kind is FailureKind.DENIED:
            assert "ivs:ListIngestConfigurations is not allowed" in caught.value.summary
        assert rows_of(source, calls.replicas(STAGE_ARN, PARTICIPANT_ID))


def test_a_stage_tells_its_endpoints_and_that_recording_is_off(source):
    stage = source.read_fact(calls.stage(STAGE_ARN))
    assert (stage.arn, stage.name, stage.active_session_id) == (STAGE_ARN, "stage-0", SESSION_ID)
    assert dict(stage.endpoints)["whip"] == "https://whip.live-video.net/0"
    assert (stage.recording_storage_arn, stage.recording_media_types) == ("", ("AUDIO_VIDEO",))
    assert (stage.recording_reconnect_window_seconds, stage.records_replicas) == (30, True)


def test_a_session_can_be_read_alone(source):
    session = source.read_fact(calls.session(SessionScope(STAGE_ARN, SESSION_ID)))
    assert session == rows_of(source, calls.sessions(STAGE_ARN))[-1]


def test_a_participant_can_be_read_with_its_client_facts(source):
    participant = source.read_fact(calls.participant(SmallWorld().scope))
    summary = rows_of(source, calls.participants(SmallWorld().session, None))[0]
    assert participant.summary == summary
    assert participant.attributes == (("role", "host"), ("größe", "📐"))
    assert (participant.browser_name, participant.browser_version) == ("Chrome", "152.0.1")
    assert (participant.os_name, participant.os_version) == ("Windows", "10.0")
    assert (participant.isp_name, participant.sdk_version) == ("Example, Inc.", "1.33.0")
    assert participant.protocol == "WHIP"
    assert participant.recording_s3_prefix is None


def test_getting_what_is_not_there_is_a_not_found(source):
    for call in (
        calls.stage(STAGE_ARN.replace("Main", "None")),
        calls.session(SessionScope(STAGE_ARN, "st-0000000000000")),
        calls.participant(ParticipantScope(STAGE_ARN, SESSION_ID, NOBODY)),
    ):
        with pytest.raises(ProviderFailure) as caught:
            source.read_fact(call)
        assert caught.value.kind in {FailureKind.NOT_FOUND, FailureKind.NOT_RECORDED}
        assert not caught.value.retryable


@pytest.mark.parametrize(
    "call",
    [
        calls.events(ParticipantScope(STAGE_ARN, SESSION_ID, NOBODY)),
        calls.replicas(STAGE_ARN, NOBODY),
    ],
)
def test_listing_for_an_unknown_participant_is_empty_or_a_failure_of_its_own(source, call):
    assert outcome_of(source, call) in ([], FailureKind.NOT_RECORDED)


def test_what_cannot_be_an_id_is_refused_in_plain_words(source):
    for call, word in (
        (lambda: source.read_page(calls.sessions("my-stage"), None), "stage ARN"),
        (
            lambda: source.read_fact(calls.session(SessionScope(STAGE_ARN, "st-short"))),
            "session id",
        ),
        (
            lambda: source.read_page(
                calls.events(ParticipantScope(STAGE_ARN, SESSION_ID, "no spaces")), None
            ),
            "participant id",
        ),
        (lambda: source.read_page(calls.replicas(STAGE_ARN, ""), None), "participant id"),
        (lambda: source.read_page(calls.ingest_configurations(""), None), "stage ARN"),
    ):
        with pytest.raises(ProviderFailure) as caught:
            call()
        assert caught.value.kind is FailureKind.INVALID
        assert word in caught.value.summary
