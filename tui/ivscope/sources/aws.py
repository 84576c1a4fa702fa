"""AwsSource: reads IVS stage sessions from AWS through boto3, and nothing but reads."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import boto3
from botocore.config import Config
from botocore.session import Session as BotocoreSession

from ivscope.domain.clock import utc_now
from ivscope.domain.identifiers import region_of
from ivscope.domain.waits import waiting_for
from ivscope.sources.call_context import CallContext
from ivscope.sources.failures import CONNECT, CREDENTIALS, translate
from ivscope.sources.lean_session import SERVICE, build_session, certificates, credential_source
from ivscope.sources.recording import Recording, request_text
from ivscope.sources.wire_source import MEMBERS, READS, WireClient, WireSource


class RefusedError(Exception):
    """An operation was called that is none of `READS`: a bug of ours, never the user's."""


class ReadOnlyClient:
    """A boto3 client that makes the calls in `READS` only. The client inside refuses others too."""

    def __init__(self, client: Any, credentials: Any, context: CallContext) -> None:  # noqa: ANN401 - made by boto3
        self._client = client
        self._credentials = credentials
        self.context = context
        """The settings that failures name."""
        for event in ("provide-client-params", "before-call"):
            client.meta.events.register_first(f"{event}.{SERVICE}", _refuse_others)
        client.meta.events.register_first(f"after-call.{SERVICE}", _undo_empty_list)

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Call one operation by its method name, such as `list_stages`. Blocks.

        Returns:
            The answer as botocore parsed it, with times as the text that came.

        Raises:
            ProviderFailure: There was no answer, or an error answer.
            RefusedError: The operation is none of `READS`.
        """
        name = self._client.meta.method_to_api_mapping.get(operation)
        if name not in READS:
            raise RefusedError(operation)
        method = getattr(self._client, operation)
        self._renew_credentials()
        try:
            answer: dict[str, Any] = method(**parameters)
        except Exception as error:  # built-in exceptions come out of botocore's parsers
            now = utc_now()
            raise translate(error, operation=name, context=self.context, now=now) from error
        return answer

    def _renew_credentials(self) -> None:
        """Get credentials, or new ones when they run out: what fails here is not the service."""
        if self._credentials is None:
            return
        try:
            with waiting_for(self.context.credential_words):
                self._credentials.get_frozen_credentials()
        except Exception as error:  # built-in exceptions come out of botocore here too
            now = utc_now()
            raise translate(error, operation=CREDENTIALS, context=self.context, now=now) from error


def _refuse_others(model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's OperationModel
    if model.name not in READS:
        raise RefusedError(model.name)


def _undo_empty_list(http_response: Any, parsed: Any, model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
    """Put back what came where botocore has made an empty list of another empty value.

    It goes over `{}` and `""` as over a list. The body is read again only for an empty list.
    """
    member = READS[model.name].member
    if parsed.get(member) == []:
        parsed[member] = json.loads(http_response.content)[member]


_CONNECT_SECONDS = 5
"""A reachable endpoint accepts within one second; five leave room for a bad mobile line."""

_POOL = 10
"""Connections kept open: more than the calls that the scheduler makes at once."""


@dataclass(frozen=True, slots=True)
class AwsOptions:
    """What decides which account and Region are read."""

    profile: str | None = None
    region: str | None = None
    stage_arn: str | None = None
    """Gives the Region if `region` is None."""
    endpoint_url: str | None = None
    access_key: str | None = None
    """Only for our own loopback endpoint: the user's AWS configuration is then not read."""
    secret_key: str | None = None
    read_seconds: float = 15.0
    """Longest pause inside an answer; the provider has a deadline for the whole call."""


class AwsSource(WireSource):
    """Reads IVS Real-Time through one boto3 client, from several threads at once."""

    @classmethod
    def connect(cls, options: AwsOptions, recording: Recording | None = None) -> "AwsSource":
        """Build session and client. Blocks: call it from a worker thread.

        Args:
            options: Account and Region to read.
            recording: Where every answer is saved before anybody sees it; None for none.

        Raises:
            ProviderFailure: No client can be built from the AWS configuration.
        """
        context = CallContext(
            profile=options.profile, region=options.region, endpoint_url=options.endpoint_url
        )
        try:
            session = build_session(
                options.profile,
                options.region or region_of(options.stage_arn),
                access_key=options.access_key,
                secret_key=options.secret_key,
            )
            context = replace(context, profile=_profile_of(session))
            context = replace(context, credential_source=credential_source(session))
            path, setting = certificates(session)
            context = replace(context, certificates=path, certificates_from=setting)
            with waiting_for(context.credential_words):
                client = _build_client(session, options)
                credentials = session.get_credentials()
        except Exception as error:  # built-in exceptions come out of botocore for bad settings
            context = replace(context, known_profiles=_known_profiles(error))
            now = utc_now()
            raise translate(error, operation=CONNECT, context=context, now=now) from error
        context = replace(
            context,
            region=client.meta.region_name,
            endpoint_url=client.meta.endpoint_url,
            credential_method=getattr(credentials, "method", None),
        )
        read_only = ReadOnlyClient(client, credentials, context)
        if recording is None:
            return cls(read_only)
        return cls(RecordingClient(read_only, recording))

    @property
    def profile(self) -> str:
        """Name of the profile in use."""
        return self._client.context.profile or "default"

    @property
    def region(self) -> str:
        """The Region that is read."""
        return self._client.context.region or ""

    @property
    def endpoint_url(self) -> str:
        """Where calls go."""
        return self._client.context.endpoint_url or ""


class RecordingClient:
    """Calls another client and saves its answers, unless they are failures or sign-in pages."""

    def __init__(
        self, client: WireClient, recording: Recording, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._client = client
        self._recording = recording
        self._now = now

    @property
    def context(self) -> CallContext:
        """The settings that failures name."""
        return self._client.context

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Call, and save the answer before returning it. Blocks; raises as the client does."""
        asked_at = self._now()
        answer = self._client.call(operation, **parameters)
        kind = list if operation.startswith("list_") else dict
        if isinstance(answer.get(MEMBERS[operation]), kind):
            body = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
            request = request_text(operation, parameters)
            self._recording.save(request, body, str(parameters.get("nextToken", "")), asked_at)
        return answer


def _build_client(session: boto3.Session, options: AwsOptions) -> Any:  # noqa: ANN401 - made by boto3
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=options.read_seconds,
        # The provider retries where the user can see it; the mode is named so that a bad
        # AWS_RETRY_MODE does not matter.
        retries={"total_max_attempts": 1, "mode": "standard"},
        user_agent_extra=f"ivscope/{_version()}",
        max_pool_connections=_POOL,
    )
    if options.access_key is not None:
        loopback = Config(proxies={}, use_fips_endpoint=False, use_dualstack_endpoint=False)
        config = config.merge(loopback)
    make: Callable[..., Any] = session.client  # its type stubs go by installed service stubs
    return make(SERVICE, endpoint_url=options.endpoint_url, config=config)


def _version() -> str:
    try:
        return version("ivscope")
    except PackageNotFoundError:  # run from a source tree
        return "unreleased"


def _profile_of(session: boto3.Session) -> str | None:
    name = session.profile_name
    return None if name == "default" else name


def _known_profiles(error: Exception) -> tuple[str, ...]:
    """Profile names to suggest when the one asked for does not exist."""
    if type(error).__name__ != "ProfileNotFound":
        return ()
    return tuple(BotocoreSession(profile=None).available_profiles)
