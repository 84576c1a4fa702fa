"""The lean session must find what the stock one finds: addresses, settings and roles."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import boto3
import pytest

from ivscope.domain import calls
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.endpoint.server import Endpoint
from ivscope.knowledge.limits import REGIONS
from ivscope.sources.aws import AwsOptions, AwsSource
from ivscope.sources.lean_session import build_session
from support.small_world import REGION, SmallWorld


@pytest.fixture
def keys(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")


def where_a_call_goes(session, service, region, operation, parameters):
    """Address, signing Region and partition of a request that is signed and not sent."""
    make = session.client if isinstance(session, boto3.Session) else session.create_client
    client = make(service, region_name=region)
    seen = []

    def keep(request, **_):
        seen.append(request)
        raise InterruptedError

    client.meta.events.register("before-send", keep)
    with pytest.raises(InterruptedError):
        getattr(client, operation)(**parameters)
    signed = seen[0].headers.get("Authorization", b"")
    signed = signed.decode() if isinstance(signed, bytes) else signed
    scope = signed.partition("Credential=")[2].split(",")[0].split("/")[2:]
    return seen[0].url, scope, client.meta.partition, client.meta.region_name


SERVICES = {
    "ivs-realtime": ("list_stages", {}),
    "sts": ("get_caller_identity", {}),
    "sso": ("get_role_credentials", {"roleName": "r", "accountId": "1", "accessToken": "t"}),
    "sso-oidc": (
        "create_token",
        {"clientId": "i", "clientSecret": "s", "grantType": "refresh_token"},
    ),
}


@pytest.mark.parametrize("variant", ["", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"])
@pytest.mark.parametrize("service", SERVICES)
def test_calls_go_where_the_stock_session_sends_them(keys, monkeypatch, service, variant):
    if variant:
        monkeypatch.setenv(variant, "true")
    lean, stock = build_session(None), boto3.Session()
    operation, parameters = SERVICES[service]
    for region in ("us-west-2", "eu-central-1", "cn-north-1"):
        call = (service, region, operation, parameters)
        assert where_a_call_goes(lean, *call) == where_a_call_goes(stock, *call)


def test_the_regions_are_those_that_the_stock_session_knows(keys):
    stock = boto3.Session().get_available_regions("ivs-realtime")
    assert sorted(REGIONS) == stock
    assert sorted(build_session(None).get_available_regions("ivs-realtime")) == stock


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL_IVS_REALTIME", "AWS_ENDPOINT_URL"])
def test_an_endpoint_from_the_environment_is_used(keys, monkeypatch, name):
    with Endpoint(SmallWorld()) as endpoint:
        monkeypatch.setenv(name, endpoint.url)
        source = AwsSource.connect(AwsOptions(region=REGION))
        assert len(source.read_page(calls.STAGES, None).items) == 3
        assert source.endpoint_url == endpoint.url


def test_an_endpoint_and_a_region_from_a_profile_are_used(tmp_path, monkeypatch):
    config = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    with Endpoint(SmallWorld()) as endpoint:
        config.write_text(
            f"[profile team]\nregion = us-west-2\nservices = here\naws_access_key_id = a\n"
            f"aws_secret_access_key = b\n[services here]\nivs_realtime =\n"
            f"  endpoint_url = {endpoint.url}\n"
        )
        source = AwsSource.connect(AwsOptions(profile="team"))
        assert len(source.read_page(calls.STAGES, None).items) == 3
    assert (source.profile, source.region) == ("team", "us-west-2")


def test_an_endpoint_table_of_the_users_own_is_honoured(keys, tmp_path, monkeypatch):
    (tmp_path / "endpoints.json").write_text('{"version": 3, "partitions": []}')
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    assert build_session(None).get_available_regions("ivs-realtime") == []


class Sts(BaseHTTPRequestHandler):
    """Answers AssumeRole with keys that say where they came from."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = (
            b"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASSUMED</AccessKeyId>"
            b"<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
            b"<Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
            b"</AssumeRoleResponse>"
        )
        if "/refuse" in self.path:
            body = b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"
        self.send_response(403 if "/refuse" in self.path else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def sts():
    with HTTPServer(("127.0.0.1", 0), Sts) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


ROLE = (
    "[profile role]\nrole_arn = arn:aws:iam::111122223333:role/Reader\nsource_profile = base\n"
    "[profile base]\naws_access_key_id = BASE\naws_secret_access_key = b\n"
)


def test_a_role_is_assumed_with_times_kept_as_text(sts, tmp_path, monkeypatch):
    (tmp_path / "config").write_text(ROLE)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts)
    with Endpoint(SmallWorld()) as endpoint:
        options = AwsOptions(profile="role", region=REGION, endpoint_url=endpoint.url)
        source = AwsSource.connect(options)
        assert len(source.read_page(calls.STAGES, None).items) == 3
    assert source._client._client._request_signer._credentials.access_key == "ASSUMED"
    assert source._client.context.credential_method == "assume-role"


def test_a_role_with_a_one_time_code_is_taken_from_the_cli_and_its_cache_is_left_alone(
    tmp_path, monkeypatch
):
    serial = "arn:aws:iam::111122223333:mfa/alex"
    (tmp_path / "config").write_text(
        ROLE.replace("[profile base]", f"mfa_serial = {serial}\n[profile base]")
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    cache = tmp_path / ".aws" / "cli" / "cache"
    with Endpoint(SmallWorld()) as endpoint:
        options = AwsOptions(profile="role", region=REGION, endpoint_url=endpoint.url)
        with pytest.raises(ProviderFailure) as caught:
            AwsSource.connect(options).read_page(calls.STAGES, None)
        assert "aws sts get-caller-identity --profile role" in caught.value.remedy
        assert not cache.exists()
        # The name that the AWS CLI gives the file: of all that is asked for, in this form.
        asked = {"RoleArn": "arn:aws:iam::111122223333:role/Reader", "SerialNumber": serial}
        name = hashlib.sha1(json.dumps(asked, sort_keys=True).encode()).hexdigest()  # noqa: S324
        cache.mkdir(parents=True)
        kept = {
            "AccessKeyId": "FROMCLI",
            "SecretAccessKey": "s",
            "SessionToken": "t",
            "Expiration": "2999-01-01T00:00:00Z",
        }
        (cache / f"{name}.json").write_text(json.dumps({"Credentials": kept}))
        source = AwsSource.connect(options)
        assert len(source.read_page(calls.STAGES, None).items) == 3
        assert source._client._client._request_signer._credentials.access_key == "FROMCLI"
        assert [path.name for path in cache.iterdir()] == [f"{name}.json"]
        (cache / f"{name}.json").write_text("{")
        with pytest.raises(ProviderFailure, match="one-time code"):
            AwsSource.connect(options).read_page(calls.STAGES, None)


def test_a_refused_role_is_not_taken_for_a_refused_read(sts, tmp_path, monkeypatch):
    (tmp_path / "config").write_text(ROLE)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", f"{sts}/refuse")
    source = AwsSource.connect(AwsOptions(profile="role", region=REGION))
    with pytest.raises(ProviderFailure) as caught:
        source.read_page(calls.STAGES, None)
    assert caught.value.kind is FailureKind.CREDENTIALS
    assert "AssumeRole" in caught.value.summary
    assert "profile role" in caught.value.summary
