"""Which calls the explorer makes, and what reading a page of events costs."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

import boto3

from benchmarks.programs import (
    KEYS_OF_NOBODY,
    PARTICIPANT,
    SESSION,
    STAGE,
    at_endpoint,
)
from benchmarks.pty_session import PtySession
from benchmarks.result import Result, compared
from benchmarks.scanning import huge_endpoint
from ivscope.domain.calls import events
from ivscope.domain.stages import ParticipantScope
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.endpoint.worlds.huge import FLAKY, REGION, HugeWorld
from ivscope.sources.aws import AwsOptions, AwsSource
from ivscope.sources.decoding import decode_event, decode_page

_PAGE = 100
_ROUNDS = 60


def calls() -> Iterator[Result]:
    """Count calls at the endpoint when a participant is opened by its address and by Enter."""
    with Endpoint(open_world("incident", lambda: datetime.now(UTC))) as endpoint:
        straight = at_endpoint(endpoint.url, STAGE, SESSION, PARTICIPANT)
        with PtySession(straight, environment=KEYS_OF_NOBODY) as session:
            session.until("61 events")
            session.settle(2.0)
        yield _calls_row("calls to open a participant by its id", endpoint.calls)
        before = endpoint.calls
        with PtySession(at_endpoint(endpoint.url, STAGE, SESSION), environment=KEYS_OF_NOBODY) as s:
            s.until("priya-guest")
            s.settle(2.0)
            listed = endpoint.calls
            for _ in range(5):
                s.press("down", quiet=0.03)
            s.settle(1.0)
            moved = endpoint.calls
            s.press("enter")
            s.wait_for(lambda: endpoint.calls["ListParticipantEvents"] > moved[_EVENTS])
            s.settle(2.0)
            opened = endpoint.calls
        held = moved - listed
        yield Result(
            "calls while the cursor moves in the picker",
            str(held.total()),
            f"{(listed - before).total()} to list",
            bar="0",
            is_ok=not held,
        )
        yield _calls_row("calls to open a participant with Enter", opened - moved)


_EVENTS = "ListParticipantEvents"


def _calls_row(what: str, made: Counter[str]) -> Result:
    told = ", ".join(f"{number} {operation}" for operation, number in sorted(made.items()))
    allowed = Counter({_EVENTS: 1, "GetParticipant": 1})
    return Result(what, told, bar="1 + 1", is_ok=made <= allowed)


def decode() -> Iterator[Result]:
    """Measure the CPU of reading a page of 100 events, and of its parts, in turns."""
    with huge_endpoint() as (url, scope):
        world = HugeWorld(datetime.now(UTC), lambda: datetime.now(UTC))
        people = world.participants(scope.stage_arn, scope.session_id) or ()
        flaky = str(people[FLAKY]["participantId"])
        yield from _decode_costs(url, ParticipantScope(scope.stage_arn, scope.session_id, flaky))


def _decode_costs(url: str, scope: ParticipantScope) -> Iterator[Result]:
    source = AwsSource.connect(
        AwsOptions(region=REGION, endpoint_url=url, access_key="a", secret_key="b")  # noqa: S106 - dummy
    )
    stock = boto3.Session(
        aws_access_key_id="a",
        aws_secret_access_key="b",  # noqa: S106 - dummy
        region_name=REGION,
    ).client("ivs-realtime", endpoint_url=url)
    bodies: list[bytes] = []

    def keep(response_dict: Mapping[str, bytes], **_: object) -> None:
        bodies[:] = [response_dict["body"]]

    stock.meta.events.register("before-parse.ivs-realtime.ListParticipantEvents", keep)
    ask = {
        "stageArn": scope.stage_arn,
        "sessionId": scope.session_id,
        "participantId": scope.participant_id,
        "maxResults": _PAGE,
    }

    def stock_call() -> object:
        return stock.list_participant_events(**ask)

    stock_call()
    body = bodies[0]
    answer = json.loads(body)
    series = _in_turns(
        lambda: json.loads(body),
        lambda: decode_page(answer, "events", decode_event, origin=""),
        lambda: source.read_page(events(scope), None),
        stock_call,
    )
    parse, values, ours, theirs = series
    beside = "json.loads"
    what = f"a page of {len(answer['events'])} events"
    yield compared(f"{what}: answer to values", values, parse, unit="ms CPU", beside=beside)
    yield compared(f"{what}: whole call", ours, parse, unit="ms CPU", beside=beside)
    yield compared(f"{what}: whole call", ours, theirs, unit="ms CPU", beside="plain boto3")


def _in_turns(*works: Callable[[], object]) -> list[list[float]]:
    """Return milliseconds of CPU of this thread for each function, round by round."""
    series: list[list[float]] = [[] for _ in works]
    for number in range(_ROUNDS + 5):
        for work, taken in zip(works, series, strict=True):
            began = time.thread_time_ns()
            work()
            if number >= 5:  # the first rounds fill caches
                taken.append((time.thread_time_ns() - began) / 1e6)
    return series
