"""AwsSource: reads IVS stage sessions from AWS through boto3, and nothing but reads."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from botocore.config import Config
from botocore.session import Session

from ivscope.domain.clock import utc_now, waiting_for
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.frozen import frozen
from ivscope.domain.identifiers import region_of
from ivscope.sources.call_context import CallContext
from ivscope.sources.call_log import CallLog
from ivscope.sources.failures import CONNECT, CREDENTIALS, translate
from ivscope.sources.lean_session import (
    SERVICE,
    build_session,
    certificates,
    credential_source,
    has_kept_credentials,
    profile_names,
    signing_role,
)
from ivscope.sources.outside_text import failure_of
from ivscope.sources.recording import Recording, request_text
from ivscope.sources.wire_source import MEMBERS, READS, WireClient, WireSource


class RefusedError(Exception):
    """An operation was called that is none of `READS`: a bug of ours, never the user's."""


class ReadOnlyClient:
    """boto3 clients, one for each Region, that make the calls in `READS` only.

    A call about a stage goes to the Region of its ARN, every other to the one configured. The
    clients inside refuse other calls too.
    """

    def __init__(
        self,
        make_client: Callable[[str | None], Any],
        credentials: Any,  # noqa: ANN401 - made by boto3
        context: CallContext,
        log: CallLog | None = None,
    ) -> None:
        """Make the client of the Region configured.

        Args:
            make_client: Makes the client of a Region; None is the one configured. It raises what
                botocore raises for bad settings.
            credentials: Those that all clients sign with; None where none were found.
            context: The settings that failures name, without Region and endpoint.
            log: Told of every call; None for none.
        """
        self._make_client = make_client
        self._credentials = credentials
        self._log = log
        self._making = threading.Lock()
        self._client = _guarded(make_client(None))
        self.context = _located(context, self._client)
        """The settings that failures of calls in the Region configured name."""
        self._clients = {self.context.region: self._client}

    def context_of(self, region: str | None) -> CallContext:
        """The settings that failures of calls in a Region name; None for the Region configured."""
        client = self._clients.get(region or self.context.region)
        return self.context if client is None else _located(self.context, client)

    def _client_of(self, region: str | None) -> Any:  # noqa: ANN401 - made by boto3
        """The client of a Region, made at its first call."""
        if region is None:
            return self._client
        with self._making:
            if region not in self._clients:
                try:
                    self._clients[region] = _guarded(self._make_client(region))
                except Exception as error:  # built-in exceptions come out of botocore here too
                    context, now = replace(self.context, region=region), utc_now()
                    raise translate(error, operation=CONNECT, context=context, now=now) from error
            return self._clients[region]

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
        region = region_asked(parameters)
        method = getattr(self._client_of(region), operation)
        context = self.context_of(region)
        self._renew_credentials()
        ended = None if self._log is None else self._log.begin(name, parameters, context)
        try:
            answer: dict[str, Any] = method(**parameters)
        except Exception as error:  # built-in exceptions come out of botocore's parsers
            failure = translate(error, operation=name, context=context, now=utc_now())
            if ended is not None:
                ended(failure, getattr(error, "response", {}))
            raise failure from error
        if ended is not None:
            ended(None, answer)
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


_ARN_MEMBERS = ("stageArn", "arn", "sourceStageArn", "filterByStageArn")
"""Request members of `READS` that hold the ARN of a stage."""


def region_asked(parameters: Mapping[str, object]) -> str | None:
    """The Region that a call belongs to by its members; None for the Region configured."""
    named = (parameters[member] for member in _ARN_MEMBERS if member in parameters)
    return next((region_of(arn) for arn in named if isinstance(arn, str)), None)


def _guarded(client: Any) -> Any:  # noqa: ANN401 - made by boto3
    """The client, which from now on refuses all calls but those in `READS`."""
    for event in ("provide-client-params", "before-call"):
        client.meta.events.register_first(f"{event}.{SERVICE}", _refuse_others)
    client.meta.events.register_first(f"after-call.{SERVICE}", _undo_empty_list)
    return client


def _located(context: CallContext, client: Any) -> CallContext:  # noqa: ANN401 - made by boto3
    return replace(context, region=client.meta.region_name, endpoint_url=client.meta.endpoint_url)


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


CONNECT_SECONDS = 5
"""A reachable endpoint accepts within one second; five leave room for a bad mobile line."""

_POOL = 10
"""Connections kept open: more than the calls that the scheduler makes at once."""


@frozen
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
    log: CallLog | None = None
    """Told of every call; None for none."""
    with_kept_credentials: bool = False
    """Whether to give up where a role, a login or a program would be asked for credentials."""


def open_client(options: AwsOptions) -> tuple[ReadOnlyClient, Session]:
    """Build session and client. Blocks: call it from a worker thread.

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
        if options.with_kept_credentials:
            _refuse_to_ask(session)
        context = replace(context, profile=_profile_of(session))
        context = replace(context, credential_source=credential_source(session))
        path, setting = certificates(session)
        context = replace(context, certificates=path, certificates_from=setting)
        with waiting_for(context.credential_words):
            first = _build_client(session, options, None)
            credentials = session.get_credentials()
            method = getattr(credentials, "method", None)
            context = replace(context, credential_method=method, role=signing_role(session, method))

            def make_client(region: str | None) -> Any:  # noqa: ANN401 - made by boto3
                return first if region is None else _build_client(session, options, region)

            return ReadOnlyClient(make_client, credentials, context, options.log), session
    except ProviderFailure:
        raise
    except Exception as error:  # built-in exceptions come out of botocore for bad settings
        context = replace(context, known_profiles=_known_profiles(error))
        now = utc_now()
        raise translate(error, operation=CONNECT, context=context, now=now) from error


def _refuse_to_ask(session: Session) -> None:
    if not has_kept_credentials(session):
        raise failure_of(
            FailureKind.CREDENTIALS, "credentials would be asked for", "Ask where they are shown."
        )


class AwsSource(WireSource):
    """Reads IVS Real-Time through boto3, each stage in its Region, from several threads at once."""

    @classmethod
    def connect(cls, options: AwsOptions, recording: Recording | None = None) -> "AwsSource":
        """Build session and client. Blocks: call it from a worker thread.

        Args:
            options: Account and Region to read.
            recording: Where every answer is saved before anybody sees it; None for none.

        Raises:
            ProviderFailure: No client can be built from the AWS configuration.
        """
        read_only, _ = open_client(options)
        if recording is None:
            return cls(read_only)
        return cls(RecordingClient(read_only, recording))

    @property
    def profile(self) -> str:
        """Name of the profile in use."""
        return self._client.context_of(None).profile or "default"

    @property
    def region(self) -> str:
        """The Region configured, which lists of stages come from."""
        return self._client.context_of(None).region or ""

    @property
    def endpoint_url(self) -> str:
        """Where calls go in the Region configured."""
        return self._client.context_of(None).endpoint_url or ""

    @property
    def credentials(self) -> str:
        """What signs the calls, in words: "env keys", "profile team"; empty in the demo."""
        return self._client.context_of(None).signer or ""


class RecordingClient:
    """Calls another client and saves its answers, unless they are failures or sign-in pages."""

    def __init__(
        self, client: WireClient, recording: Recording, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._client = client
        self._recording = recording
        self._now = now

    def context_of(self, region: str | None) -> CallContext:
        """The settings that failures of calls in a Region name; None for the Region configured."""
        return self._client.context_of(region)

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


def _build_client(session: Session, options: AwsOptions, region: str | None) -> Any:  # noqa: ANN401 - made by boto3
    config = Config(
        connect_timeout=CONNECT_SECONDS,
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
    return session.create_client(SERVICE, region, endpoint_url=options.endpoint_url, config=config)


def _version() -> str:
    try:
        return version("ivscope")
    except PackageNotFoundError:  # run from a source tree
        return "unreleased"


def _profile_of(session: Session) -> str | None:
    name: str | None = session.profile
    return None if name == "default" else name


def _known_profiles(error: Exception) -> tuple[str, ...]:
    """Profile names to suggest when the one asked for does not exist."""
    if type(error).__name__ != "ProfileNotFound":
        return ()
    return profile_names()
