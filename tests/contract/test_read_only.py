"""Nothing that could change a stage gets out, whichever door is tried."""

import pytest
from support.aws_sources import aws_source
from support.small_world import STAGE_ARN, SmallWorld

from tui.domain.failures import ProviderFailure
from tui.endpoint.server import Endpoint
from tui.sources.aws import AwsOptions, AwsSource
from tui.sources.read_only_client import NotReadOnlyError


@pytest.fixture
def endpoint():
    with Endpoint(SmallWorld()) as endpoint:
        yield endpoint


@pytest.fixture
def source(endpoint):
    return aws_source(endpoint.url)


@pytest.mark.parametrize("operation", ["delete_stage", "create_participant_token", "update_stage"])
def test_the_door_refuses_operations_that_do_not_read(source, endpoint, operation):
    with pytest.raises(NotReadOnlyError, match=operation):
        source._call(operation, arn=STAGE_ARN)
    assert endpoint.calls.total() == 0


def test_the_client_behind_the_door_refuses_every_operation_that_does_not_read(source, endpoint):
    client = source._client._client
    names = client.meta.method_to_api_mapping
    writing = [name for name in names if not name.startswith(("list_", "get_"))]
    assert len(writing) > 10
    for name in writing:
        with pytest.raises(NotReadOnlyError):
            getattr(client, name)()
    assert endpoint.calls.total() == 0


def test_a_presigned_address_of_a_write_is_refused_too(source):
    with pytest.raises(NotReadOnlyError):
        source._client._client.generate_presigned_url("delete_stage", Params={"arn": STAGE_ARN})


def test_an_operation_that_does_not_exist_is_a_bug_and_not_a_failure(source):
    with pytest.raises(AttributeError):
        source._call("list_nothing")


def test_all_eight_reads_go_out_and_nothing_else(source, endpoint):
    world = SmallWorld()
    source.list_stages(None)
    source.list_sessions(STAGE_ARN, None)
    source.list_participants(world.session, None, None)
    source.list_events(world.scope, None)
    source.list_replicas(STAGE_ARN, world.scope.participant_id, None)
    source.get_stage(STAGE_ARN)
    source.get_session(world.session)
    source.get_participant(world.scope)
    assert set(endpoint.calls.values()) == {1}
    assert endpoint.calls.total() == 8
    sizes = {call.operation: call.parameters.get("maxResults") for call in endpoint.recent}
    assert sizes["ListParticipantReplicas"] == 50
    assert {size for name, size in sizes.items() if name.startswith("List")} == {50, 100}


def test_a_stage_of_another_region_is_explained_before_a_call_is_made(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    source = AwsSource.connect(AwsOptions(region="eu-west-1"))
    with pytest.raises(ProviderFailure) as caught:
        source.list_sessions(STAGE_ARN, None)
    assert "--region us-west-2" in caught.value.remedy
