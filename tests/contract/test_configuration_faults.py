"""Settings, logins and networks that do not work: what a person is told (real boto3, own files)."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress

import pytest

from ivscope.domain import calls
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.sources.aws import AwsOptions, AwsSource
from support.aws_sources import aws_source
from support.small_world import REGION, STAGE_ARN
from support.waiting import wait_for

EXPIRED = "2020-01-01T00:00:00Z"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own: no file of the machine is read."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def keys(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")


def failure_of(**options):
    options = {"region": REGION} | options
    with pytest.raises(ProviderFailure) as caught:
        AwsSource.connect(AwsOptions(**options)).read_page(calls.STAGES, None)
    failure = caught.value
    assert failure.summary
    assert failure.remedy
    assert "\n" not in failure.summary + failure.remedy
    assert failure.__cause__ is not None
    return failure


def shown(failure):
    return f"{failure.summary} | {failure.remedy}"


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_missing_credentials_say_how_to_sign_in(home):
    failure = failure_of()
    assert (failure.kind, failure.retryable) == (FailureKind.CREDENTIALS, False)
    assert "aws sso login" in failure.remedy
    assert "--demo" in failure.remedy


def test_an_incomplete_sso_profile_names_what_is_missing(home):
    (home / "config").write_text("[profile half]\nsso_account_id = 111122223333\n")
    failure = failure_of(profile="half")
    assert failure.kind is FailureKind.CONFIGURATION
    assert "half" in failure.summary
    assert "sso_start_url" in failure.summary


def test_half_of_a_key_pair_names_the_missing_variable(home, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    failure = failure_of()
    assert (failure.kind, failure.retryable) == (FailureKind.CREDENTIALS, False)
    assert failure.summary.count("AWS_SECRET_ACCESS_KEY") == 1


def test_a_missing_region_lists_the_seven_that_ivs_has(home, keys):
    failure = failure_of(region=None)
    assert (failure.kind, failure.retryable) == (FailureKind.CONFIGURATION, False)
    assert "eu-central-1" in failure.remedy
    assert "--region" in failure.remedy


def test_a_malformed_region_is_shown(home, keys):
    failure = failure_of(region="us east 1")
    assert failure.kind is FailureKind.CONFIGURATION
    assert "us east 1" in failure.summary
    assert "us-east-1" in failure.remedy


def test_an_unknown_profile_lists_those_that_exist(home):
    (home / "config").write_text("[profile prod]\n[profile staging]\n")
    failure = failure_of(profile="prdo")
    assert (failure.kind, failure.retryable) == (FailureKind.CONFIGURATION, False)
    assert "prdo" in failure.summary
    assert "prod, staging" in failure.remedy


def test_an_unknown_profile_in_the_environment_lists_those_that_exist(home, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "prdo")
    (home / "config").write_text("[profile prod]\n")
    assert "prod" in failure_of().remedy


def test_a_broken_configuration_file_is_named(home):
    (home / "config").write_text("[default\nregion = x\n")
    failure = failure_of()
    assert failure.kind is FailureKind.CONFIGURATION
    assert str(home / "config") in failure.summary


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe"], ids=["UTF-8", "UTF-16"])
def test_a_configuration_with_a_byte_order_mark_says_what_is_wrong_with_it(home, mark):
    (home / "config").write_bytes(mark + b"[default]\nregion = us-west-2\n")
    failure = failure_of()
    assert failure.kind is FailureKind.CONFIGURATION
    assert "byte-order mark" in failure.summary
    assert str(home / "config") in failure.summary
    assert "without the mark" in failure.remedy


def test_bad_retry_settings_do_not_matter_since_the_provider_retries(home, keys, monkeypatch):
    monkeypatch.setenv("AWS_RETRY_MODE", "sometimes")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "many")
    assert AwsSource.connect(AwsOptions(region=REGION)).region == REGION


def test_a_bad_endpoint_url_names_the_setting(home, keys, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_IVS_REALTIME", "not a url")
    failure = failure_of()
    assert failure.kind is FailureKind.CONFIGURATION
    assert "not a url" in failure.summary
    assert "AWS_ENDPOINT_URL_IVS_REALTIME" in failure.remedy


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ("source_profile = nobody\n", FailureKind.CONFIGURATION),
        ("source_profile = looping2\n", FailureKind.CONFIGURATION),
        ("", FailureKind.CREDENTIALS),
    ],
    ids=["missing source", "loop", "no source"],
)
def test_a_broken_role_chain_names_the_profile(home, lines, kind):
    role = "role_arn = arn:aws:iam::111122223333:role/Reader\n"
    (home / "config").write_text(
        f"[profile looping]\n{role}{lines}[profile looping2]\n{role}source_profile = looping\n"
    )
    failure = failure_of(profile="looping")
    assert (failure.kind, failure.retryable) == (kind, False)
    assert "looping" in failure.summary


@pytest.mark.parametrize(
    ("command", "kind", "word"),
    [
        ("/bin/false", FailureKind.CREDENTIALS, "credential_process"),
        ("echo rubbish", FailureKind.CONFIGURATION, "credential_process"),
        ("cat expired.json", FailureKind.EXPIRED, "expired"),
        ("/no/such/command", FailureKind.CREDENTIALS, "/no/such/command"),
    ],
    ids=["fails", "prints rubbish", "prints expired keys", "is missing"],
)
def test_a_credential_process_that_does_not_work_is_named(home, command, kind, word):
    keys = {"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "b", "SessionToken": "c"}
    (home / "expired.json").write_text(json.dumps(keys | {"Expiration": EXPIRED}))
    command = command.replace("expired.json", str(home / "expired.json"))
    (home / "config").write_text(f"[profile made]\ncredential_process = {command}\n")
    failure = failure_of(profile="made")
    assert (failure.kind, failure.retryable) == (kind, False)
    assert word in shown(failure)
    assert "made" in shown(failure)


@contextmanager
def hanging_command(home):
    """A command that prints nothing and waits until the block ends."""
    pipe = home / "secret-pipe"
    os.mkfifo(pipe)
    write_ends = []

    def is_being_read():
        """A pipe opens for writing without waiting only while somebody reads it."""
        with suppress(OSError):
            write_ends.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        return write_ends

    def wait_until_it_runs():
        wait_for(is_being_read)

    try:
        yield f"cat {pipe}", wait_until_it_runs
    finally:
        for end in write_ends:
            os.close(end)


def test_a_credential_process_that_hangs_is_what_is_waited_for_and_blamed(home):
    """The arguments of the command can hold a secret and are not shown."""
    before = set(threading.enumerate())
    with hanging_command(home) as (command, wait_until_it_runs):
        (home / "config").write_text(f"[profile made]\ncredential_process = {command}\n")
        options = AwsOptions(profile="made", region=REGION, endpoint_url="http://127.0.0.1:9")
        provider = StageDataProvider(lambda: AwsSource.connect(options), deadline=1.0)
        try:
            feed = provider.stages()
            provider.read_more(feed)
            wait_until_it_runs()
            wait_for(lambda: provider.activity().waits_for is not None)
            assert provider.activity().waits_for == "the credential_process cat of profile made"
            wait_for(lambda: feed.status.failure is not None)
        finally:
            provider.close()
    failure = feed.status.failure
    assert (failure.kind, failure.retryable) == (FailureKind.CREDENTIALS, True)
    assert "credential_process cat of profile made" in failure.summary
    assert "127.0.0.1" not in shown(failure)
    assert "secret-pipe" not in shown(failure)
    # The call given up ends with its command, and leaves no thread to the tests that follow.
    wait_for(lambda: set(threading.enumerate()) <= before)


SSO = (
    "sso_account_id = 111122223333\nsso_role_name = Reader\nregion = us-west-2\n"
    "sso_start_url = https://example.awsapps.com/start\nsso_region = us-west-2\n"
)
SSO_SESSION = (
    "[profile team]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Reader\n"
    "[sso-session corp]\nsso_start_url = https://example.awsapps.com/start\n"
    "sso_region = us-west-2\nsso_registration_scopes = sso:account:access\n"
)


CHILD = """
import json, sys
from ivscope.domain import calls
from ivscope.domain.failures import ProviderFailure
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.sources.aws import AwsOptions, AwsSource
try:
    AwsSource.connect(AwsOptions(profile="team", region="us-west-2")).read_page(calls.STAGES, None)
except ProviderFailure as failure:
    print(json.dumps([failure.kind, failure.retryable, failure.summary, failure.remedy]))
"""


@pytest.mark.parametrize(
    ("config", "cache_key"),
    [(f"[profile team]\n{SSO}", "https://example.awsapps.com/start"), (SSO_SESSION, "corp")],
    ids=["legacy", "new"],
)
def test_an_sso_login_that_ran_out_says_which_command_renews_it(home, config, cache_key):
    (home / "config").write_text(config)
    folder = home / ".aws" / "sso" / "cache"
    folder.mkdir(parents=True)
    name = hashlib.sha1(cache_key.encode(), usedforsecurity=False).hexdigest()
    token = {"startUrl": "https://example.awsapps.com/start", "region": "us-west-2"}
    token |= {"accessToken": "secret-token", "expiresAt": EXPIRED}
    (folder / f"{name}.json").write_text(json.dumps(token))
    # botocore fixes the folder of SSO logins when it is imported: a new process sees this one.
    child = subprocess.run(
        [sys.executable, "-c", CHILD], check=True, capture_output=True, text=True, timeout=60
    )
    kind, retryable, summary, remedy = json.loads(child.stdout)
    assert (kind, retryable) == (FailureKind.EXPIRED, False)
    assert "team" in summary
    assert "aws sso login --profile team" in remedy
    assert "secret-token" not in child.stdout


def test_an_sso_login_that_cannot_be_read_is_not_blamed_on_the_service(home):
    (home / "config").write_text(f"[profile team]\n{SSO}")
    folder = home / ".aws" / "sso" / "cache"
    folder.mkdir(parents=True)
    key = b"https://example.awsapps.com/start"
    name = hashlib.sha1(key, usedforsecurity=False).hexdigest()
    for rubbish in ("[]", '{"accessToken": 1}', "not JSON"):
        (folder / f"{name}.json").write_text(rubbish)
        child = subprocess.run(
            [sys.executable, "-c", CHILD], check=True, capture_output=True, text=True, timeout=60
        )
        kind, _, summary, remedy = json.loads(child.stdout)
        assert kind in {FailureKind.CREDENTIALS, FailureKind.EXPIRED}
        assert "profile team" in summary
        assert "unexpected answer" not in summary
        assert "aws sso login --profile team" in remedy


@pytest.mark.parametrize("config", [f"[profile team]\n{SSO}", SSO_SESSION], ids=["legacy", "new"])
def test_an_sso_profile_without_a_login_says_which_command_signs_in(home, config):
    (home / "config").write_text(config)
    failure = failure_of(profile="team")
    assert failure.kind in {FailureKind.CREDENTIALS, FailureKind.EXPIRED}
    assert "aws sso login --profile team" in failure.remedy


def test_a_login_session_profile_says_what_is_missing(home):
    (home / "config").write_text(
        "[profile web]\nlogin_session = arn:aws:iam::111122223333:user/x\n"
    )
    failure = failure_of(profile="web")
    assert failure.kind is FailureKind.CREDENTIALS
    assert "web" in failure.summary


def test_a_missing_web_identity_file_is_named(home, monkeypatch):
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/no/such/token")
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/Reader")
    failure = failure_of()
    assert (failure.kind, failure.retryable) == (FailureKind.CREDENTIALS, False)
    assert "/no/such/token" in failure.summary


def test_refused_container_credentials_can_be_retried(home, monkeypatch):
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"http://127.0.0.1:{closed_port()}/")
    monkeypatch.setenv("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1")
    failure = failure_of()
    assert (failure.kind, failure.retryable) == (FailureKind.CREDENTIALS, True)


def test_a_role_that_wants_a_code_does_not_prompt_on_the_terminal(home):
    (home / "config").write_text(
        "[profile coded]\nrole_arn = arn:aws:iam::111122223333:role/R\nsource_profile = base\n"
        "mfa_serial = arn:aws:iam::111122223333:mfa/alex\n"
        "[profile base]\naws_access_key_id = a\naws_secret_access_key = b\n"
    )
    failure = failure_of(profile="coded")
    assert (failure.kind, failure.retryable) == (FailureKind.CREDENTIALS, False)
    assert "MFA" in failure.summary
    assert "get-caller-identity --profile coded" in failure.remedy


def test_a_closed_port_names_the_host(home, keys):
    port = closed_port()
    failure = failure_of(endpoint_url=f"http://127.0.0.1:{port}")
    assert (failure.kind, failure.retryable) == (FailureKind.NETWORK, True)
    assert f"127.0.0.1:{port}" in failure.summary


def test_a_name_that_does_not_resolve_names_the_host(home, keys):
    failure = failure_of(endpoint_url="http://ivs.invalid")
    assert (failure.kind, failure.retryable) == (FailureKind.NETWORK, True)
    assert "ivs.invalid" in failure.summary


def answer_in_plain_text(server):
    connection, _ = server.accept()
    with connection:
        connection.recv(100)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_tls_against_a_plain_port_is_a_setting_not_a_lost_connection(home, keys):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        answering = threading.Thread(target=answer_in_plain_text, args=(server,), daemon=True)
        answering.start()
        failure = failure_of(endpoint_url=f"https://127.0.0.1:{port}")
        answering.join(timeout=5)
    assert (failure.kind, failure.retryable) == (FailureKind.CONFIGURATION, False)
    assert f"127.0.0.1:{port}" in failure.summary
    assert "TLS" in failure.summary


@pytest.mark.parametrize(
    ("variable", "profile", "setting"),
    [
        ("AWS_CA_BUNDLE", "", "AWS_CA_BUNDLE"),
        ("REQUESTS_CA_BUNDLE", "", "REQUESTS_CA_BUNDLE"),
        ("", "ca_bundle = /no/such/bundle.pem", "ca_bundle of the profile"),
    ],
)
@pytest.mark.usefixtures("keys")
def test_a_missing_certificate_bundle_is_named(variable, profile, setting, home, monkeypatch):
    if variable:
        monkeypatch.setenv(variable, "/no/such/bundle.pem")
    (home / "config").write_text(f"[default]\nregion = us-west-2\n{profile}\n")
    with socket.create_server(("127.0.0.1", 0)) as server:
        failure = failure_of(endpoint_url=f"https://127.0.0.1:{server.getsockname()[1]}")
    assert (failure.kind, failure.retryable) == (FailureKind.CONFIGURATION, False)
    assert f"certificates at /no/such/bundle.pem, which {setting} names" in failure.summary
    assert f"(or none) in {setting} and start ivscope again" in failure.remedy


def test_a_proxy_that_refuses_is_named_without_its_password(home, keys, monkeypatch):
    port = closed_port()
    monkeypatch.setenv("HTTPS_PROXY", f"http://alex:hunter2@127.0.0.1:{port}")
    failure = failure_of()
    assert (failure.kind, failure.retryable) == (FailureKind.CONFIGURATION, False)
    assert f"127.0.0.1:{port}" in failure.summary
    assert "hunter2" not in shown(failure)


def test_the_region_comes_from_the_option_then_the_arn_then_the_configuration(
    home, keys, monkeypatch
):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    connect = AwsSource.connect
    assert connect(AwsOptions()).region == "eu-west-1"
    assert connect(AwsOptions(stage_arn=STAGE_ARN)).region == REGION
    assert connect(AwsOptions(stage_arn=STAGE_ARN, region="ap-south-1")).region == "ap-south-1"


def test_the_environment_gives_the_region_as_for_the_aws_cli(home, keys, monkeypatch):
    (home / "config").write_text("[default]\nregion = ap-northeast-1\n")
    connect = AwsSource.connect
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "")
    assert connect(AwsOptions()).region == "ap-northeast-1"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert connect(AwsOptions()).region == "eu-west-1"
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    assert connect(AwsOptions()).region == "us-west-2"


def test_the_loopback_keys_need_no_working_configuration(home, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "missing")
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    (home / "config").write_text("[default\n")
    source = aws_source("http://127.0.0.1:1")
    assert (source.endpoint_url, source.profile) == ("http://127.0.0.1:1", "default")


@pytest.mark.parametrize(
    ("settings", "is_kept"),
    [
        ("aws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = example\n", True),
        ("", True),  # none: the call says so
        ("credential_process = touch {mark}\n", False),
        ("role_arn = arn:aws:iam::123456789012:role/reader\nsource_profile = keys\n", False),
        ("sso_start_url = https://example.awsapps.com/start\nsso_region = us-west-2\n", False),
    ],
)
def test_only_credentials_that_are_just_read_are_looked_for_ahead(home, settings, is_kept):
    """Whatever asks a person, a program or a service for them is asked once, by the explorer."""
    mark = home / "ran"
    keys = "[profile keys]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = example\n"
    (home / "config").write_text(f"{keys}[profile made]\n{settings.format(mark=mark)}")
    options = AwsOptions("made", "us-west-2", with_kept_credentials=True)
    if is_kept:
        assert AwsSource.connect(options).profile == "made"
    else:
        with pytest.raises(ProviderFailure) as raised:
            AwsSource.connect(options)
        assert raised.value.kind is FailureKind.CREDENTIALS
    assert not mark.exists()
