"""What of AWS can be reached from here, and with which permissions: for `ivscope doctor`.

Each permission is tried by one call of the cheapest kind, about ids that an earlier call gave.
Where there is none to ask about, nothing is said about the permission: an invented id could be
refused for its own sake.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from botocore.config import Config

from ivscope.domain.clock import utc_now, work_seconds
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.frozen import frozen
from ivscope.knowledge.limits import REGIONS, region_complaint
from ivscope.sources.aws import (
    CONNECT_SECONDS,
    AwsOptions,
    ReadOnlyClient,
    RefusedError,
    open_client,
)
from ivscope.sources.failures import CREDENTIALS, translate
from ivscope.sources.outside_text import is_loopback, one_line
from ivscope.sources.wire_source import READS

OPTIONAL = "ListIngestConfigurations"
"""Without this operation nothing is missing but the names of ingest configurations."""

_NOTICEABLE_SKEW_SECONDS = 60.0
"""AWS refuses requests whose time is five minutes off; a minute says that the clock is not kept."""

_MOST_TRIED = 3
"""So many stages are asked for a session, and sessions for somebody, since new ones have none."""

_ROWS = 10
"""Rows of a page: some stages to choose from, and a small answer."""


class Health(StrEnum):
    """How a check ended."""

    WELL = "ok"
    FAILED = "failed"
    UNKNOWN = "cannot tell"
    NOTE = "note"
    """Something to know that is no failure."""


@frozen
class Check:
    """One thing that was looked at."""

    name: str
    health: Health
    told: str
    """What was found, in words; may hold text from outside."""
    step: str = ""
    """What to do now; empty where there is nothing."""


def check_aws(options: AwsOptions, stage_arn: str | None = None) -> Iterator[Check]:
    """Look at credentials, account, Region and permissions, one after the other. Blocks.

    Args:
        options: Account and Region to read.
        stage_arn: A stage to ask about where stages may not be listed; None for none.
    """
    try:
        client, session = open_client(options)
    except ProviderFailure as failure:
        yield _failed("credentials", failure)
        return
    context = client.context_of(None)
    credentials = session.get_credentials()
    if credentials is None:
        yield Check(
            "credentials",
            Health.FAILED,
            f"none found for {context.profile_words}",
            f"Sign in ({context.sso_login}, or `aws configure`), or choose another --profile.",
        )
        yield _region(context.region, is_aws=context.is_aws)
        return
    try:
        credentials.get_frozen_credentials()
    except Exception as error:  # noqa: BLE001 - built-in exceptions come out of botocore here too
        told = translate(error, operation=CREDENTIALS, context=context, now=utc_now())
        yield _failed("credentials", told)
        yield _region(context.region, is_aws=context.is_aws)
        return
    ends = getattr(credentials, "_expiry_time", None)  # botocore has no public name for it
    until = f", until {ends:%Y-%m-%d %H:%M:%SZ}" if isinstance(ends, datetime) else ""
    yield Check("credentials", Health.WELL, f"{context.signer or context.profile_words}{until}")
    yield _account(session, options, context.region)
    yield _region(context.region, is_aws=context.is_aws)
    yield Check("endpoint", Health.NOTE, context.host)
    walk = _Walk(client, stage_arn)
    yield from walk.permissions()
    yield from walk.measured()


def _failed(name: str, failure: ProviderFailure) -> Check:
    return Check(name, Health.FAILED, failure.summary, failure.step())


def _region(region: str | None, *, is_aws: bool) -> Check:
    name = region or "none"
    if region is None:
        step = "Set --region or AWS_REGION."
        return Check("Region", Health.FAILED, name, step)
    if not is_aws or region in REGIONS:
        return Check("Region", Health.WELL, name)
    complaint = region_complaint(region)
    if complaint is not None:
        return Check("Region", Health.FAILED, complaint)
    # AWS adds Regions, so one that we do not know may have it.
    told = f"{region}: whether it has IVS Real-Time"
    return Check("Region", Health.UNKNOWN, told, f"Known to have it are {', '.join(REGIONS)}.")


def _account(session: Any, options: AwsOptions, region: str | None) -> Check:  # noqa: ANN401 - made by boto3
    """Ask STS who signs: it answers everybody, whatever the permissions."""
    is_here = is_loopback(options.endpoint_url)
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=options.read_seconds,
        retries={"total_max_attempts": 1, "mode": "standard"},
    )
    if is_here:
        config = config.merge(Config(proxies={}))
    try:
        # Our own endpoint answers for STS too; any other one is for IVS alone.
        url = options.endpoint_url if is_here else None
        sts = session.create_client("sts", region_name=region, endpoint_url=url, config=config)
        guard_identity(sts)
        identity = sts.get_caller_identity()
        account, who = str(identity["Account"]), str(identity["Arn"])
    except RefusedError:
        raise
    except Exception as error:  # noqa: BLE001 - built-in exceptions come out of botocore here too
        reason = one_line(str(error))
        return Check("account", Health.UNKNOWN, f"STS does not say: {reason}")
    return Check("account", Health.WELL, f"{account}, as {one_line(who)}")


def guard_identity(sts: Any) -> None:  # noqa: ANN401 - made by boto3
    """Make a client of STS refuse all calls but the one that asks who signs."""
    sts.meta.events.register_first("before-call.sts", _refuse_other_identity_calls)


def _refuse_other_identity_calls(model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's OperationModel
    if model.name != "GetCallerIdentity":
        raise RefusedError(model.name)


class _Walk:
    """Goes from the stages down to the events of one participant, with one call of each kind."""

    def __init__(self, client: ReadOnlyClient, stage_arn: str | None) -> None:
        self._client = client
        self._stage_arn = stage_arn
        self._seconds: list[float] = []
        self._skew: float | None = None

    def permissions(self) -> Iterator[Check]:
        """Try each operation of `READS`: one call each, more where a list was empty."""
        stages, check = self._rows("ListStages")
        yield check
        arns = [self._stage_arn] if self._stage_arn else _all(stages, "arn")
        arn, sessions, check = self._list_of_one(
            "ListStageSessions", arns, lambda arn: {"stageArn": arn}
        )
        yield self._one("GetStage", arn, arn=arn)
        yield check
        session_id, people, check = self._list_of_one(
            "ListParticipants",
            _all(sessions, "sessionId"),
            lambda session_id: {"stageArn": arn, "sessionId": session_id},
        )
        place = {"stageArn": arn, "sessionId": session_id}
        yield self._one("GetStageSession", session_id, **place)
        yield check
        person = next(iter(_all(people, "participantId")), None)
        yield self._one("GetParticipant", person, **place, participantId=person)
        yield self._rows("ListParticipantEvents", person, **place, participantId=person)[1]
        copied = {"sourceStageArn": arn, "participantId": person}
        yield self._rows("ListParticipantReplicas", person, **copied)[1]
        yield self._rows(OPTIONAL, arn, filterByStageArn=arn)[1]

    def _list_of_one(
        self,
        operation: str,
        ids: list[str],
        members: Callable[[str], dict[str, str | None]],
    ) -> tuple[str | None, list[Any], Check]:
        """The first id whose list is not empty, with its rows; else the first one, without."""
        first = next(iter(ids), None)
        rows, check = self._rows(operation, first, **({} if first is None else members(first)))
        for other in ids[1:_MOST_TRIED]:
            if rows or check.health is not Health.WELL:
                break
            rows, again = self._rows(operation, other, **members(other))
            if rows:
                return other, rows, again
        return first, rows, check

    def measured(self) -> Iterator[Check]:
        """Tell how long the answers took, and how far the clocks are apart."""
        if self._seconds:
            slowest, middle = max(self._seconds), sorted(self._seconds)[len(self._seconds) // 2]
            told = f"{middle * 1000:.0f} ms in the middle, {slowest * 1000:.0f} ms at most"
            yield Check("latency", Health.NOTE, f"{told}, of {len(self._seconds)} calls")
        if self._skew is None:
            yield Check("clock", Health.UNKNOWN, "no answer had a date")
        elif abs(self._skew) < _NOTICEABLE_SKEW_SECONDS:
            yield Check("clock", Health.WELL, "within a minute of the service")
        else:
            side = "ahead of" if self._skew > 0 else "behind"
            told = f"{abs(self._skew):.0f} s {side} the service"
            yield Check("clock", Health.FAILED, told, "Set the clock of this machine (NTP).")

    def _rows(
        self, operation: str, known: str | None = "", **members: str | None
    ) -> tuple[list[Any], Check]:
        """A small page, and what it says about the permission."""
        rows: list[Any] = []

        def call() -> dict[str, Any]:
            asked = {name: value for name, value in members.items() if value is not None}
            answer = self._client.call(READS[operation].method, **asked, maxResults=_ROWS)
            found = answer.get(READS[operation].member)
            rows.extend(found if isinstance(found, list) else [])
            return answer

        return rows, self._tried(operation, known, call)

    def _one(self, operation: str, known: str | None, **members: str | None) -> Check:
        return self._tried(
            operation, known, lambda: self._client.call(READS[operation].method, **members)
        )

    def _tried(
        self, operation: str, known: str | None, call: Callable[[], dict[str, Any]]
    ) -> Check:
        action = f"ivs:{operation}"
        if known is None:
            return Check(action, Health.UNKNOWN, "there is nothing to ask about")
        began = work_seconds()
        try:
            answer = call()
        except ProviderFailure as failure:
            return _refused(action, failure, is_optional=operation == OPTIONAL)
        self._seconds.append(work_seconds() - began)
        self._note_date(answer)
        return Check(action, Health.WELL, "allowed")

    def _note_date(self, answer: dict[str, Any]) -> None:
        headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        try:
            theirs = parsedate_to_datetime(headers.get("date", ""))
        except ValueError:
            return
        if theirs.tzinfo is not None:
            self._skew = (utc_now() - theirs).total_seconds()


def _refused(action: str, failure: ProviderFailure, *, is_optional: bool) -> Check:
    match failure.kind:
        case FailureKind.DENIED if is_optional:
            told = "denied; it is optional: ingest configurations are then not named"
            return Check(action, Health.NOTE, told)
        case FailureKind.DENIED:
            step = f"Ask for the action {action}."
            return Check(action, Health.FAILED, f"denied: {failure.summary}", step)
        case FailureKind.NOT_FOUND:
            return Check(action, Health.UNKNOWN, failure.summary)
        case _:
            return Check(action, Health.FAILED, failure.summary, failure.step())


def _all(rows: list[Any], member: str) -> list[str]:
    """The ids of the rows that have one."""
    found = (row.get(member) for row in rows if isinstance(row, dict))
    return [value for value in found if isinstance(value, str) and value]
