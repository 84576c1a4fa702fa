"""AwsSource: pages of IVS stage sessions straight from AWS, read-only."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.session import Session as BotocoreSession

from tui.domain.events import Event
from tui.domain.identifiers import region_of
from tui.domain.ingest import IngestConfiguration
from tui.domain.pages import Cursor, Page
from tui.domain.stages import (
    Participant,
    ParticipantFilter,
    ParticipantReplica,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    Stage,
    StageSession,
    StageSummary,
)
from tui.sources import decoding
from tui.sources.call_context import CallContext
from tui.sources.failures import CONNECT, translate
from tui.sources.lean_session import SERVICE, build_session
from tui.sources.read_only_client import ReadOnlyClient
from tui.sources.request_members import (
    filter_members,
    paging_members,
    participant_member,
    participant_members,
    session_members,
    stage_member,
)

Item = TypeVar("Item")

_PAGE = 100
"""Items. IVS API: maxResults of the list calls, 1 to 100."""

_REPLICA_PAGE = 50
"""Items. IVS API: ListParticipantReplicas, maxResults, 1 to 50."""

_CONNECT_SECONDS = 5
"""A reachable endpoint answers within one; five leave room for a bad mobile line."""

_POOL = 10
"""Connections kept: more than the calls that the pace allows at once."""


@dataclass(frozen=True, slots=True)
class AwsOptions:
    """What decides which account and Region are read."""

    profile: str | None = None
    region: str | None = None
    stage_arn: str | None = None
    """Gives the Region when none is chosen."""
    endpoint_url: str | None = None
    access_key: str | None = None
    """Only for our own loopback endpoint: the user's AWS configuration is then not looked at."""
    secret_key: str | None = None
    read_seconds: float = 15.0
    """Longest silence inside an answer; the whole call has the provider's deadline."""


class AwsSource:
    """Reads IVS Real-Time through one boto3 client. Every method blocks.

    Every method raises `ProviderFailure` and nothing else for trouble outside our code. Methods
    may be called from several threads at once.
    """

    def __init__(self, options: AwsOptions, client: ReadOnlyClient) -> None:
        self._options = options
        self._client = client

    @classmethod
    def connect(cls, options: AwsOptions) -> "AwsSource":
        """Build session and client. Blocks: call it from a worker thread.

        Raises:
            ProviderFailure: The AWS configuration does not make a client.
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
            client = _build_client(session, options)
            credentials = session.get_credentials()
        except Exception as error:  # built-in exceptions come out of botocore for bad settings
            context = replace(context, known_profiles=_known_profiles(error))
            now = datetime.now(UTC)
            raise translate(error, operation=CONNECT, context=context, now=now) from error
        context = replace(
            context,
            region=client.meta.region_name,
            endpoint_url=client.meta.endpoint_url,
            credential_method=getattr(credentials, "method", None),
        )
        return cls(options, ReadOnlyClient(client, context))

    def reconnect(self) -> "AwsSource":
        """A source with the same options and a fresh session, which sees a new login.

        Blocks and raises as `connect` does. This source stays as it is.
        """
        return AwsSource.connect(self._options)

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

    def list_stages(self, cursor: Cursor | None) -> Page[StageSummary]:
        """IVS API: ListStages."""
        answer = self._call("list_stages", maxResults=_PAGE, **paging_members(cursor))
        return self._page(answer, "stages", decoding.decode_stage_summary)

    def list_sessions(self, stage_arn: str, cursor: Cursor | None) -> Page[StageSession]:
        """IVS API: ListStageSessions."""
        answer = self._call(
            "list_stage_sessions",
            stageArn=stage_member(stage_arn, self._client.context),
            maxResults=_PAGE,
            **paging_members(cursor),
        )
        return self._page(answer, "stageSessions", decoding.decode_session)

    def list_participants(
        self, session: SessionScope, narrowed: ParticipantFilter | None, cursor: Cursor | None
    ) -> Page[ParticipantSummary]:
        """IVS API: ListParticipants, with at most one server-side filter."""
        answer = self._call(
            "list_participants",
            **session_members(session, self._client.context),
            **filter_members(narrowed),
            maxResults=_PAGE,
            **paging_members(cursor),
        )
        return self._page(answer, "participants", decoding.decode_participant_summary)

    def list_events(self, scope: ParticipantScope, cursor: Cursor | None) -> Page[Event]:
        """IVS API: ListParticipantEvents."""
        answer = self._call(
            "list_participant_events",
            **participant_members(scope, self._client.context),
            maxResults=_PAGE,
            **paging_members(cursor),
        )
        return self._page(answer, "events", decoding.decode_event)

    def list_replicas(
        self, source_stage_arn: str, participant_id: str, cursor: Cursor | None
    ) -> Page[ParticipantReplica]:
        """IVS API: ListParticipantReplicas."""
        answer = self._call(
            "list_participant_replicas",
            sourceStageArn=stage_member(source_stage_arn, self._client.context),
            participantId=participant_member(participant_id),
            maxResults=_REPLICA_PAGE,
            **paging_members(cursor),
        )
        return self._page(answer, "replicas", decoding.decode_replica)

    def list_ingest_configurations(
        self, stage_arn: str, cursor: Cursor | None
    ) -> Page[IngestConfiguration]:
        """IVS API: ListIngestConfigurations, those attached to a stage."""
        answer = self._call(
            "list_ingest_configurations",
            filterByStageArn=stage_member(stage_arn, self._client.context),
            maxResults=_PAGE,
            **paging_members(cursor),
        )
        return self._page(answer, "ingestConfigurations", decoding.decode_ingest_configuration)

    def get_stage(self, stage_arn: str) -> Stage:
        """IVS API: GetStage."""
        answer = self._call("get_stage", arn=stage_member(stage_arn, self._client.context))
        return self._single(answer, "stage", decoding.decode_stage)

    def get_session(self, session: SessionScope) -> StageSession:
        """IVS API: GetStageSession."""
        answer = self._call("get_stage_session", **session_members(session, self._client.context))
        return self._single(answer, "stageSession", decoding.decode_session)

    def get_participant(self, scope: ParticipantScope) -> Participant:
        """IVS API: GetParticipant."""
        answer = self._call("get_participant", **participant_members(scope, self._client.context))
        return self._single(answer, "participant", decoding.decode_participant)

    def _call(self, operation: str, **parameters: object) -> dict[str, Any]:
        return self._client.call(operation, **parameters)

    def _page(
        self, answer: dict[str, Any], member: str, decode_row: Callable[[Any], Item]
    ) -> Page[Item]:
        return decoding.decode_page(answer, member, decode_row, origin=self._client.context.host)

    def _single(
        self, answer: dict[str, Any], member: str, decode_row: Callable[[Any], Item]
    ) -> Item:
        return decoding.decode_single(answer, member, decode_row, origin=self._client.context.host)


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
    """Names to offer when the one asked for does not exist."""
    if type(error).__name__ != "ProfileNotFound":
        return ()
    return tuple(BotocoreSession(profile=None).available_profiles)
