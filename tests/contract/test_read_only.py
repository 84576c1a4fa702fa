"""Nothing that could change a stage gets out, whichever door is tried."""

import json
from pathlib import Path

import pytest

from ivscope.domain import calls
from ivscope.endpoint.server import Endpoint
from ivscope.sources.aws import RefusedError
from ivscope.sources.wire_source import READS
from support.aws_sources import aws_source
from support.small_world import STAGE_ARN, SmallWorld


@pytest.fixture
def endpoint():
    with Endpoint(SmallWorld()) as endpoint:
        yield endpoint


@pytest.fixture
def source(endpoint):
    return aws_source(endpoint.url)


@pytest.mark.parametrize(
    "operation",
    [
        "delete_stage",
        "create_participant_token",
        "update_stage",
        "get_ingest_configuration",
        "list_nothing",
    ],
)
def test_the_door_refuses_operations_that_are_none_of_the_nine(source, endpoint, operation):
    with pytest.raises(RefusedError, match=operation):
        source._client.call(operation, arn=STAGE_ARN)
    assert endpoint.calls.total() == 0


def test_the_client_behind_the_door_refuses_every_operation_but_the_nine(source, endpoint):
    client = source._client._client
    names = client.meta.method_to_api_mapping
    others = [name for name, operation in names.items() if operation not in READS]
    assert {"get_ingest_configuration", "delete_stage"} < set(others)
    assert len(others) == len(names) - 9
    for name in others:
        with pytest.raises(RefusedError):
            getattr(client, name)()
    assert endpoint.calls.total() == 0


@pytest.mark.parametrize("operation", ["delete_stage", "get_ingest_configuration"])
def test_a_presigned_address_of_anything_else_is_refused_too(source, operation):
    with pytest.raises(RefusedError):
        source._client._client.generate_presigned_url(operation, Params={"arn": STAGE_ARN})


def test_all_nine_reads_go_out_and_nothing_else(source, endpoint):
    world = SmallWorld()
    source.read_page(calls.STAGES, None)
    source.read_page(calls.sessions(STAGE_ARN), None)
    source.read_page(calls.participants(world.session, None), None)
    source.read_page(calls.events(world.scope), None)
    source.read_page(calls.replicas(STAGE_ARN, world.scope.participant_id), None)
    source.read_page(calls.ingest_configurations(STAGE_ARN), None)
    source.read_fact(calls.stage(STAGE_ARN))
    source.read_fact(calls.session(world.session))
    source.read_fact(calls.participant(world.scope))
    assert set(endpoint.calls) == READS.keys()
    assert set(endpoint.calls.values()) == {1}
    assert endpoint.calls.total() == 9
    sizes = {call.operation: call.parameters.get("maxResults") for call in endpoint.recent}
    assert sizes["ListParticipantReplicas"] == 50
    assert {size for name, size in sizes.items() if name.startswith("List")} == {50, 100}


def test_the_readme_names_all_actions_and_which_one_is_optional():
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    policy = json.loads(readme.partition("```json")[2].partition("```")[0])
    (statement,) = policy["Statement"]
    optional = "ListIngestConfigurations"
    needed = READS.keys() - {optional}
    assert sorted(statement["Action"]) == sorted(f"ivs:{name}" for name in needed)
    assert f"A ninth action is optional: with `ivs:{optional}`" in readme
