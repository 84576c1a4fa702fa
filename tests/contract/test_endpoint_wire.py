"""The endpoint through a real boto3 client: operations, pages, filters, errors, life and death."""

import http.client
import json
import socket
import threading
import time

import pytest
from botocore.exceptions import ClientError

from ivscope.endpoint.server import Endpoint
from support.clients import ivs_client, read_all
from support.faulty_urls import faulty_url
from support.small_world import (
    EMPTY_PARTICIPANT_ID,
    OTHER_STAGE_ARN,
    PARTICIPANT_ID,
    SESSION_ID,
    STAGE_ARN,
    USER_IDS,
    SmallWorld,
    event,
    session_id,
)
from support.waiting import wait_for

SESSION = {"stageArn": STAGE_ARN, "sessionId": SESSION_ID}
SCOPE = {**SESSION, "participantId": PARTICIPANT_ID}
GHOST = "ghost0000000"


@pytest.fixture(scope="module")
def endpoint():
    with Endpoint(SmallWorld()) as served:
        yield served
    assert served.bugs == ()


@pytest.fixture(scope="module")
def client(endpoint):
    return ivs_client(endpoint.url)


def post(endpoint, path, body=b"{}", method="POST", **headers):
    """One raw request; status, headers and body of its answer."""
    connection = http.client.HTTPConnection(endpoint.url.removeprefix("http://"), timeout=5)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def refusal(call, **parameters):
    """Code, status and text of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    text = response.get("exceptionMessage") or response["Error"]["Message"]
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"], text


def test_a_chain_of_calls_leads_from_the_stages_to_the_events(client):
    stages = client.list_stages()["stages"]
    live = next(stage for stage in stages if "activeSessionId" in stage)
    stage = client.get_stage(arn=live["arn"])["stage"]
    assert stage["endpoints"]["whip"] == "https://whip.live-video.net/0"
    sessions = client.list_stage_sessions(stageArn=stage["arn"])["stageSessions"]
    assert [row["sessionId"] for row in sessions if "endTime" not in row] == [SESSION_ID]
    one = client.get_stage_session(stageArn=stage["arn"], sessionId=SESSION_ID)["stageSession"]
    assert one in sessions
    people = client.list_participants(**SESSION)["participants"]
    assert [person["userId"] for person in people[: len(USER_IDS)]] == list(USER_IDS)
    detail = client.get_participant(**SCOPE)["participant"]
    assert detail["attributes"] == {"role": "host", "größe": "📐"}
    events = client.list_participant_events(**SCOPE)["events"]
    assert [row["name"] for row in events[:2]] == ["JOINED", "PUBLISH_STARTED"]
    exchanged = next(row for row in events if row["name"] == "TOKEN_EXCHANGED")
    assert exchanged["newToken"]["capabilities"] == ["SUBSCRIBE", "PUBLISH"]


def test_summaries_have_the_members_of_the_summary_shapes_only(endpoint, client):
    assert all("endpoints" not in stage for stage in client.list_stages()["stages"])
    sent = set()
    looking = ivs_client(endpoint.url)
    looking.meta.events.register(
        "before-parse.ivs-realtime.ListParticipants",
        lambda response_dict, **_: sent.update(*json.loads(response_dict["body"])["participants"]),
    )
    looking.list_participants(**SESSION)
    shape = looking.meta.service_model.shape_for("ParticipantSummary")
    assert "participantId" in sent
    assert sent <= set(shape.members)


def test_pages_hold_fifty_items_unless_told_and_the_last_has_no_token(client):
    rows, sizes = read_all(client.list_participant_events, "events", **SCOPE)
    assert sizes == [50] * 5
    rows_again, sizes = read_all(client.list_participant_events, "events", **SCOPE, maxResults=100)
    assert sizes == [100, 100, 50]
    assert rows == rows_again
    assert [row["name"] for row in rows] == [event(place)["name"] for place in range(250)]


def test_page_size_may_change_from_page_to_page(client):
    first = client.list_participant_events(**SCOPE, maxResults=7)
    second = client.list_participant_events(**SCOPE, maxResults=100, nextToken=first["nextToken"])
    everything, _ = read_all(client.list_participant_events, "events", **SCOPE)
    assert first["events"] + second["events"] == everything[:107]


def test_replicas_page_by_fifty_at_most():
    with Endpoint(SmallWorld(replicas=120)) as served:
        client = ivs_client(served.url)
        scope = {"sourceStageArn": STAGE_ARN, "participantId": PARTICIPANT_ID}
        _, sizes = read_all(client.list_participant_replicas, "replicas", **scope)
        assert sizes == [50, 50, 20]
        pages = client.get_paginator("list_participant_replicas").paginate(**scope)
        assert len(list(pages.search("replicas"))) == 120
        refused = refusal(client.list_participant_replicas, **scope, maxResults=51)
        assert refused[:2] == ("ValidationException", 400)


def test_ingest_configurations_are_filtered_by_stage_or_by_state_and_have_no_key():
    with Endpoint(SmallWorld(ingests=210)) as served:
        client = ivs_client(served.url)
        list_all = client.list_ingest_configurations
        rows, sizes = read_all(list_all, "ingestConfigurations")
        assert sizes == [50, 50, 50, 50, 10]
        assert not any("treamKey" in member for row in rows for member in row)
        here, sizes = read_all(list_all, "ingestConfigurations", filterByStageArn=STAGE_ARN)
        assert here == [row for row in rows if row["stageArn"] == STAGE_ARN]
        assert sizes == [50, 50, 5]
        active, _ = read_all(list_all, "ingestConfigurations", filterByState="ACTIVE")
        assert [row["name"] for row in active] == ["key-0"]
        refused = refusal(list_all, filterByStageArn=STAGE_ARN, filterByState="ACTIVE")
        assert refused[:2] == ("ValidationException", 400)
        paginator = client.get_paginator("list_ingest_configurations")
        assert len(list(paginator.paginate().search("ingestConfigurations"))) == 210


def test_newest_first_pages_stay_consistent_while_the_list_grows():
    world = SmallWorld(events=25, newest_first=True)
    with Endpoint(world) as served:
        client = ivs_client(served.url)
        first = client.list_participant_events(**SCOPE, maxResults=10)
        world.grow(events=5)
        rest, _ = read_all(
            client.list_participant_events,
            "events",
            **SCOPE,
            maxResults=10,
            nextToken=first["nextToken"],
        )
        names = [row["name"] for row in first["events"] + rest]
        assert names == [event(place)["name"] for place in reversed(range(25))]
        fresh = client.list_participant_events(**SCOPE, maxResults=1)["events"]
        assert fresh[0]["name"] == event(29)["name"]


def test_oldest_first_pages_read_on_into_what_was_added():
    world = SmallWorld(events=25)
    with Endpoint(world) as served:
        client = ivs_client(served.url)
        first = client.list_participant_events(**SCOPE, maxResults=20)
        world.grow(events=10)
        rest = client.list_participant_events(**SCOPE, nextToken=first["nextToken"])
        names = [row["name"] for row in first["events"] + rest["events"]]
        assert names == [event(place)["name"] for place in range(35)]


@pytest.mark.parametrize(
    ("narrowed", "places"),
    [
        ({"filterByUserId": "host-1"}, {0, 5, 6}),
        ({"filterByUserId": "host"}, set()),
        ({"filterByUserId": ""}, {3}),
        ({"filterByUserId": "Zoë 🎥"}, {1}),
        ({"filterByPublished": True}, {0, 3, 6}),
        ({"filterByPublished": False}, {1, 2, 4, 5}),
        ({"filterByState": "DISCONNECTED"}, {1, 3, 5}),
        ({"filterByRecordingState": "FAILED"}, {2, 5}),
    ],
)
def test_participants_are_filtered_by_the_server(client, narrowed, places):
    everybody = client.list_participants(**SESSION)["participants"]
    rows, _ = read_all(client.list_participants, "participants", **SESSION, **narrowed)
    assert rows == [row for place, row in enumerate(everybody) if place in places]


@pytest.mark.parametrize("newest_first", [False, True])
def test_filtered_pages_are_full_and_end_without_an_empty_page(newest_first):
    with Endpoint(SmallWorld(participants=1500, newest_first=newest_first)) as served:
        client = ivs_client(served.url)
        rows, sizes = read_all(
            client.list_participants,
            "participants",
            **SESSION,
            filterByPublished=True,
            maxResults=100,
        )
    assert sizes == [100] * 5
    assert len({row["participantId"] for row in rows}) == 500
    assert all(row["published"] for row in rows)


def test_two_filters_at_once_are_refused(client):
    refused = refusal(
        client.list_participants, **SESSION, filterByState="CONNECTED", filterByPublished=True
    )
    assert refused[:2] == ("ValidationException", 400)


@pytest.mark.parametrize(
    ("operation", "parameters", "said"),
    [
        ("list_stages", {"maxResults": 101}, "maxResults"),
        ("get_stage", {"arn": "not-an-arn"}, "arn"),
        ("list_participants", SESSION | {"sessionId": "st-" + "a" * 40}, "sessionId"),
        ("list_participant_events", SCOPE | {"participantId": "a b"}, "participantId"),
        ("list_participant_events", SCOPE | {"nextToken": "made-up"}, "nextToken"),
    ],
)
def test_what_the_client_lets_through_the_server_refuses(client, operation, parameters, said):
    code, status, text = refusal(getattr(client, operation), **parameters)
    assert (code, status) == ("ValidationException", 400)
    assert text.startswith(f"{said}:")


def test_a_token_is_good_for_its_own_call_only(client):
    token = client.list_participant_events(**SCOPE)["nextToken"]
    other = {**SCOPE, "participantId": EMPTY_PARTICIPANT_ID, "nextToken": token}
    assert refusal(client.list_participant_events, **other)[0] == "ValidationException"
    assert refusal(client.list_participants, **SESSION, nextToken=token)[0] == (
        "ValidationException"
    )


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("get_stage", {"arn": STAGE_ARN + "x"}),
        ("get_stage_session", {"stageArn": STAGE_ARN, "sessionId": session_id(99)}),
        ("get_stage_session", {"stageArn": STAGE_ARN + "x", "sessionId": SESSION_ID}),
        ("get_participant", SCOPE | {"participantId": GHOST}),
    ],
)
def test_an_unknown_id_in_a_get_is_not_found(client, operation, parameters):
    code, status, text = refusal(getattr(client, operation), **parameters)
    assert (code, status) == ("ResourceNotFoundException", 404)
    assert text.endswith("not found")


@pytest.mark.parametrize(
    ("operation", "member", "parameters"),
    [
        ("list_stage_sessions", "stageSessions", {"stageArn": STAGE_ARN + "x"}),
        ("list_participants", "participants", SESSION | {"sessionId": session_id(99)}),
        ("list_participants", "participants", SESSION | {"stageArn": OTHER_STAGE_ARN}),
        ("list_participant_events", "events", SCOPE | {"participantId": GHOST}),
        ("list_participant_events", "events", SCOPE | {"participantId": EMPTY_PARTICIPANT_ID}),
        (
            "list_participant_replicas",
            "replicas",
            {"sourceStageArn": OTHER_STAGE_ARN, "participantId": GHOST},
        ),
    ],
)
def test_a_list_of_nothing_or_of_an_unknown_id_is_empty(client, operation, member, parameters):
    answer = getattr(client, operation)(**parameters)
    assert answer[member] == []
    assert "nextToken" not in answer


def test_other_operations_of_the_service_are_refused_as_read_only(client):
    for call, parameters in (
        (client.create_stage, {}),
        (client.disconnect_participant, {"stageArn": STAGE_ARN, "participantId": GHOST}),
        (client.list_tags_for_resource, {"resourceArn": STAGE_ARN}),
        (client.get_ingest_configuration, {"arn": STAGE_ARN}),
    ):
        code, status, text = refusal(call, **parameters)
        assert (code, status) == ("AccessDeniedException", 403)
        assert "read-only" in text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "/ListNothing", 404, "UnknownOperationException"),
        ("GET", "/ListStages", 404, "UnknownOperationException"),
        ("POST", "/", 404, "UnknownOperationException"),
        ("POST", "/~fault/nonsense/ListStages", 404, "UnknownOperationException"),
        ("POST", "/ListStages", 403, "MissingAuthenticationTokenException"),
    ],
)
def test_unknown_paths_and_unsigned_requests_are_refused(endpoint, method, path, status, code):
    answer = post(endpoint, path, method=method)
    assert answer[0] == status
    assert answer[1]["X-Amzn-Errortype"] == code
    assert json.loads(answer[2]).keys() == {"message"}


def test_a_client_of_another_region_is_refused(endpoint):
    elsewhere = ivs_client(endpoint.url, region="eu-west-1")
    assert refusal(elsewhere.list_stages)[:2] == ("InvalidSignatureException", 403)


def test_a_body_that_is_no_json_object_is_refused(endpoint):
    scope = "AKIDEXAMPLE/20261120/us-west-2/ivs/aws4_request"
    signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={'0' * 64}"
    for body in (b"{", b"[]", b"\xff", b"[" * 100_000):
        status, headers, _ = post(endpoint, "/ListStages", body, Authorization=signed)
        assert (status, headers["X-Amzn-Errortype"]) == (400, "SerializationException")
    assert post(endpoint, "/ListStages", b"", Authorization=signed)[0] == 200


def test_a_page_under_another_host_name_gets_nothing(endpoint):
    assert post(endpoint, "/ListStages", Host="evil.example.com")[0] == 421


def test_every_answer_has_a_request_id_of_its_own(client):
    ids = {client.list_stages()["ResponseMetadata"]["RequestId"] for _ in range(3)}
    with pytest.raises(ClientError) as caught:
        client.get_stage(arn="x")
    ids.add(caught.value.response["ResponseMetadata"]["RequestId"])
    assert len(ids) == 4
    assert all(len(request_id) == 36 for request_id in ids)


def test_calls_are_counted_and_remembered():
    with Endpoint(SmallWorld()) as served:
        client = ivs_client(served.url)
        client.list_stages()
        client.list_participant_events(**SCOPE, maxResults=3)
        refusal(ivs_client(faulty_url(served, "conflict")).list_stages)
        assert served.calls == {"ListStages": 2, "ListParticipantEvents": 1}
        assert served.recent[1].parameters == {**SCOPE, "maxResults": 3}
        assert [call.fault for call in served.recent] == [None, None, "conflict"]


def test_the_call_rate_is_enforced_when_asked():
    with Endpoint(SmallWorld(), throttle=True, clock=lambda: 0.0) as served:
        client = ivs_client(served.url)
        for _ in range(5):
            client.list_stages()
        assert refusal(client.list_stages) == ("ThrottlingException", 429, "Rate exceeded")
        client.list_participants(**SESSION)
        assert served.throttled == 1


def test_one_connection_serves_many_calls(endpoint):
    connection = http.client.HTTPConnection(endpoint.url.removeprefix("http://"), timeout=5)
    connection.connect()
    port = connection.sock.getsockname()
    for _ in range(3):
        connection.request("POST", "/ListStages", b"{}")
        connection.getresponse().read()
        assert connection.sock.getsockname() == port
    connection.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "localhost", ""])
def test_only_loopback_is_served(host):
    with pytest.raises(ValueError, match=r"127\.0\.0\.1 only"):
        Endpoint(SmallWorld(), host=host)


def test_the_socket_is_bound_to_loopback(endpoint):
    assert endpoint.url.startswith("http://127.0.0.1:")
    port = int(endpoint.url.rpartition(":")[2])
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        # All of 127/8 is this machine, so a socket bound to 0.0.0.0 would answer here.
        probe.connect(("127.0.0.2", port))


@pytest.mark.parametrize("fault", ["slow_headers", "slow_body"])
def test_closing_is_quick_with_a_slow_call_in_flight(fault):
    threads = set(threading.enumerate())
    served = Endpoint(SmallWorld()).start()
    client = ivs_client(faulty_url(served, fault), read_timeout=30)
    outcome = []

    def call():
        try:
            outcome.append(client.list_stages())
        except Exception as error:  # noqa: BLE001 - any end will do
            outcome.append(error)

    caller = threading.Thread(target=call)
    caller.start()
    wait_for(lambda: served.calls)
    started = time.monotonic()
    served.close()
    caller.join(5)
    assert time.monotonic() - started < 1
    assert not caller.is_alive()
    assert len(outcome) == 1
    wait_for(lambda: set(threading.enumerate()) <= threads)
    assert served.bugs == ()


def test_closing_ends_idle_connections():
    served = Endpoint(SmallWorld()).start()
    connection = http.client.HTTPConnection(served.url.removeprefix("http://"), timeout=5)
    connection.request("POST", "/ListStages", b"{}")
    connection.getresponse().read()
    served.close()
    assert connection.sock.recv(1) == b""
    connection.close()


def test_closing_twice_and_closing_what_never_started_do_no_harm():
    served = Endpoint(SmallWorld()).start()
    served.close()
    served.close()
    Endpoint(SmallWorld()).close()


def test_a_bug_in_a_world_is_answered_kept_and_not_printed(capsys):
    class Broken(SmallWorld):
        def stages(self):
            raise RuntimeError("broken world")

    with Endpoint(Broken()) as served:
        client = ivs_client(served.url)
        assert refusal(client.list_stages)[:2] == ("InternalFailure", 500)
        assert [str(bug) for bug in served.bugs] == ["broken world"]
        assert client.list_participants(**SESSION)["participants"]
    assert capsys.readouterr() == ("", "")


def test_a_lone_surrogate_in_a_world_reaches_the_client():
    class Odd(SmallWorld):
        def stages(self):
            return [{"arn": STAGE_ARN, "name": "\ud800"}]

    with Endpoint(Odd()) as served:
        assert ivs_client(served.url).list_stages()["stages"][0]["name"] == "\ud800"
