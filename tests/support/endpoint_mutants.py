"""Wrong answers, one kind at a time, and who notices them: the contract checks, or the app.

A mutant changes the answers of a good endpoint on their way to the client. It is noticed when
`support.answer_checks` has a complaint that the unchanged endpoint does not get, or when the app's
provider says something is wrong: a failure, a row that contradicts the request, a time that cannot
be read. `PYTHONPATH=tui:tests python -m support.endpoint_mutants` prints all of them.

Long because the table of mutants is one table.
"""

import gzip
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ivscope.domain.stages import ParticipantFilter, SessionScope
from ivscope.domain.times import UnreadableTime
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.world import Members
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.provider.store.feed import Feed, FeedState
from ivscope.provider.store.fetchable import Fetchable
from support.answer_checks import complaints_about
from support.aws_sources import aws_source
from support.relay import Change, Relay, Sent, unchanged
from support.small_world import SESSION_ID, STAGE_ARN, SmallWorld
from support.waiting import wait_for

_ERROR = 400
"""HTTP statuses from here on are errors."""

_SOMEONE = "someoneElse1"
_OTHER_ARN = "arn:aws:ivs:us-west-2:111122223333:stage/someoneElse"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One kind of wrong answer."""

    name: str
    change: Change
    harmless: str = ""
    """Why it does no harm; empty when somebody has to notice it."""


def answer(operation: str, change: Callable[[Members], object]) -> Change:
    """Change the members of an answer in place, or put what is returned in their place."""

    def act(sent: Sent) -> Sent:
        if sent.operation != operation or sent.status >= _ERROR:
            return sent
        members = sent.members
        put = change(members)
        return sent.holding(members if put is None else put)

    return act


def every(operation: str, change: Callable[[Any], object]) -> Change:
    """Change the members of each row, or of the one value."""

    def act(members: Members) -> None:
        for name, value in members.items():
            if isinstance(value, list):
                members[name] = [_changed(row, change) for row in value]
            elif isinstance(value, dict):
                members[name] = _changed(value, change)

    return answer(operation, act)


def _changed(row: Any, change: Callable[[Any], object]) -> Any:
    put = change(row)
    return row if put is None else put


def with_value(operation: str, member: str, value: object) -> Change:
    """Give a member, where it is, another value."""
    return every(operation, lambda row: row.update({member: value}) if member in row else None)


def with_text(operation: str, member: str, change: Callable[[str], object]) -> Change:
    """Rewrite the text of a member, where it is."""
    return every(
        operation, lambda row: row.update({member: change(row[member])}) if member in row else None
    )


def without(operation: str, member: str) -> Change:
    """Leave a member out."""
    return every(operation, lambda row: void(row.pop(member, None)))


def void(_: object) -> None:
    """Nothing, for a change in place that returns something."""


def rows(operation: str, change: Callable[[list[Any]], list[Any]]) -> Change:
    """Change the list of a page."""

    def act(members: Members) -> None:
        for name, value in members.items():
            if isinstance(value, list):
                members[name] = change(value)

    return answer(operation, act)


def token(operation: str, change: Callable[[Sent, str | None], object]) -> Change:
    """Put another nextToken in; None leaves it out."""

    def act(sent: Sent) -> Sent:
        if sent.operation != operation or sent.status >= _ERROR:
            return sent
        members = sent.members
        put = change(sent, members.pop("nextToken", None))
        return sent.holding(members if put is None else {**members, "nextToken": put})

    return act


def asking(operation: str, change: Callable[[Members], Members]) -> Change:
    """Answer what was not asked: the endpoint gets other members."""
    return lambda sent: sent.again(change(sent.asked)) if sent.operation == operation else sent


def errors(change: Change) -> Change:
    """Change answers that are errors only."""
    return lambda sent: change(sent) if sent.status >= _ERROR else sent


def good(change: Change) -> Change:
    """Change answers that are no errors."""
    return lambda sent: sent if sent.status >= _ERROR else change(sent)


def body(change: Callable[[bytes], bytes]) -> Change:
    """Change the bytes of a good answer."""
    return good(lambda sent: replace(sent, body=change(sent.body)))


def on_two_pages(operation: str) -> Change:
    """Let every page after the first begin with the last two rows of the page before it."""
    before: list[Any] = []

    def act(sent: Sent) -> Sent:
        if sent.operation != operation:
            return sent
        members = sent.members
        for name, value in members.items():
            if isinstance(value, list):
                members[name] = [*before, *value] if sent.asked.get("nextToken") else value
                before[:] = value[-2:]
        return sent.holding(members)

    return act


EVENTS = "ListParticipantEvents"
PEOPLE = "ListParticipants"

MUTANTS: tuple[Mutant, ...] = (
    # The result itself.
    Mutant("the list is missing", answer(EVENTS, lambda m: void(m.pop("events")))),
    Mutant("the list is null", answer(EVENTS, lambda m: m.update(events=None))),
    Mutant("the list is an object", answer(EVENTS, lambda m: m.update(events={}))),
    Mutant("the list is in another case", answer(EVENTS, lambda m: {"Events": m["events"]})),
    Mutant("the answer is nested once more", answer(EVENTS, lambda m: {"Result": m})),
    Mutant("the answer is a list", answer(EVENTS, lambda m: m["events"])),
    Mutant(
        "the list is nested once more", answer(EVENTS, lambda m: m.update(events=[m["events"]]))
    ),
    Mutant("a row is a text", rows(EVENTS, lambda found: ["row", *found[1:]])),
    Mutant("a row is null", rows(EVENTS, lambda found: [None, *found[1:]])),
    Mutant("the answer has one member more", answer(EVENTS, lambda m: m.update(total=24))),
    Mutant("a value is missing", answer("GetStage", lambda m: void(m.pop("stage")))),
    Mutant("a value is a list", answer("GetStage", lambda m: m.update(stage=[m["stage"]]))),
    Mutant("a value is null", answer("GetParticipant", lambda m: m.update(participant=None))),
    # Members of a row.
    Mutant("events have no participant", without(EVENTS, "participantId")),
    Mutant("events have no time", without(EVENTS, "eventTime")),
    Mutant("events have no name", without(EVENTS, "name")),
    Mutant("participants have no id", without(PEOPLE, "participantId")),
    Mutant("stages have no ARN", without("ListStages", "arn")),
    Mutant("sessions have no start", without("ListStageSessions", "startTime")),
    Mutant("a participant has no attributes", without("GetParticipant", "attributes")),
    Mutant("rows have a member more", every(PEOPLE, lambda row: row.update(speed="5"))),
    Mutant(
        "a stream key is given away",
        every("ListIngestConfigurations", lambda row: row.update(streamKey="sk_1")),
    ),
    Mutant(
        "members are in another case", every(EVENTS, lambda row: {k.title(): row[k] for k in row})
    ),
    Mutant("members are null", with_value(EVENTS, "remoteParticipantId", None)),
    # Types.
    Mutant("a name is a number", with_value(EVENTS, "name", 5)),
    Mutant("an id is a number", with_value(PEOPLE, "participantId", 12345)),
    Mutant("a flag is a text", with_value(PEOPLE, "published", "true")),
    Mutant("a flag is a number", with_value(EVENTS, "replica", 1)),
    Mutant("a number is a text", every("GetStage", lambda s: _window(s, "30"))),
    Mutant("a number is a fraction", every("GetStage", lambda s: _window(s, 30.5))),
    Mutant("attributes are a list", with_value("GetParticipant", "attributes", [])),
    Mutant("an attribute is a number", with_value("GetParticipant", "attributes", {"seat": 2})),
    Mutant("tags are null", with_value("GetStage", "tags", None)),
    Mutant("a token is a text", with_value(EVENTS, "newToken", "token")),
    Mutant(
        "capabilities are a text", every(EVENTS, lambda e: _exchanged(e, capabilities="PUBLISH"))
    ),
    # Times.
    Mutant(
        "times have an offset", with_text(EVENTS, "eventTime", lambda t: t.replace("Z", "+00:00"))
    ),
    Mutant("times have no zone", with_text(EVENTS, "eventTime", lambda t: t.removesuffix("Z"))),
    Mutant(
        "times have microseconds",
        with_text(EVENTS, "eventTime", lambda t: t.replace("Z", ".000000Z")),
    ),
    Mutant("times are seconds as a number", with_value(EVENTS, "eventTime", 1_795_000_000)),
    Mutant("times are seconds as a text", with_value(EVENTS, "eventTime", "1795000000")),
    Mutant("times are words", with_value(EVENTS, "eventTime", "yesterday")),
    Mutant(
        "times are in the header's form",
        with_value(EVENTS, "eventTime", "Fri, 20 Nov 2026 20:30:00 GMT"),
    ),
    Mutant(
        "times are an hour late",
        with_text("GetStageSession", "startTime", lambda t: t.replace("T20", "T21")),
    ),
    Mutant(
        "a live session has ended",
        every("ListStageSessions", lambda s: void(s.setdefault("endTime", s["startTime"]))),
    ),
    Mutant(
        "a token expires in words", every(EVENTS, lambda e: _exchanged(e, expirationTime="soon"))
    ),
    # Ids and names.
    Mutant("events are of someone else", with_value(EVENTS, "participantId", _SOMEONE)),
    Mutant("an id is empty", with_value(PEOPLE, "participantId", "")),
    Mutant("an id has a space", with_text(PEOPLE, "participantId", lambda one: f"{one} ")),
    Mutant("an id is too long", with_value(PEOPLE, "participantId", "a" * 65)),
    Mutant("all rows have one id", with_value(PEOPLE, "participantId", "same00000000")),
    Mutant(
        "session ids lose their st-",
        with_text("ListStageSessions", "sessionId", lambda one: one[3:]),
    ),
    Mutant(
        "an ARN is of another service",
        with_text("ListStages", "arn", lambda one: one.replace(":ivs:", ":ecs:")),
    ),
    Mutant(
        "replicas start at another stage",
        with_value("ListParticipantReplicas", "sourceStageArn", _OTHER_ARN),
    ),
    Mutant(
        "a source's stage is an empty text",
        with_value("ListParticipantReplicas", "sourceStageArn", ""),
    ),
    Mutant("names are in lower case", with_text(EVENTS, "name", str.lower)),
    Mutant("states are in lower case", with_text(PEOPLE, "state", str.lower)),
    Mutant("an error code is empty", with_value(EVENTS, "errorCode", "")),
    Mutant("a stage is another one", with_value("GetStage", "arn", _OTHER_ARN)),
    Mutant(
        "a session is another one", with_value("GetStageSession", "sessionId", "st-someoneElse1x")
    ),
    Mutant(
        "a participant is someone else", with_value("GetParticipant", "participantId", _SOMEONE)
    ),
    # Order and pages.
    Mutant("a page is backwards", rows(EVENTS, lambda found: found[::-1])),
    Mutant(
        "two rows are swapped", rows(EVENTS, lambda found: [*found[1:2], *found[:1], *found[2:]])
    ),
    Mutant("each page loses its first row", rows(EVENTS, lambda found: found[1:])),
    Mutant("a row comes twice", rows(EVENTS, lambda found: [*found[:1], *found])),
    Mutant("rows come on two pages", on_two_pages(EVENTS)),
    Mutant("a page is over maxResults", asking(EVENTS, lambda asked: {**asked, "maxResults": 100})),
    Mutant("pages are of one row", asking(PEOPLE, lambda asked: {**asked, "maxResults": 1})),
    Mutant("the list ends after its first page", token(EVENTS, lambda _, __: None)),
    Mutant(
        "the token repeats", token(EVENTS, lambda sent, given: sent.asked.get("nextToken", given))
    ),
    Mutant("the list never ends", asking(EVENTS, lambda asked: {**asked, "nextToken": None})),
    Mutant("the token is a number", token(EVENTS, lambda _, given: given and 7)),
    Mutant(
        "the last token is null", answer(EVENTS, lambda m: void(m.setdefault("nextToken", None)))
    ),
    Mutant("the last token is empty", token(EVENTS, lambda _, given: given or "")),
    Mutant(
        "the filter is ignored",
        asking(PEOPLE, lambda a: {k: a[k] for k in a if k != "filterByState"}),
    ),
    Mutant(
        "the filter loses rows",
        lambda sent: (
            rows(PEOPLE, lambda found: found[1:])(sent) if "filterByState" in sent.asked else sent
        ),
    ),
    Mutant(
        "the filter is another one",
        asking(
            PEOPLE, lambda a: {**a, "filterByState": "CONNECTED"} if "filterByState" in a else a
        ),
    ),
    # Errors, status, header, bytes.
    Mutant("an error has no code", errors(lambda sent: sent.under("X-Amzn-Errortype", None))),
    Mutant(
        "an error has another code",
        errors(lambda sent: sent.under("X-Amzn-Errortype", "ConflictException")),
    ),
    Mutant("an error has status 500", errors(lambda sent: replace(sent, status=500))),
    Mutant("an error has status 200", errors(lambda sent: replace(sent, status=200))),
    Mutant(
        "an error has another text", errors(lambda sent: sent.holding({"exceptionMessage": "no"}))
    ),
    Mutant(
        "an error's text is elsewhere",
        errors(lambda sent: sent.holding({"error": "not found nextToken"})),
    ),
    Mutant(
        "an unknown id is an empty answer",
        errors(lambda sent: replace(sent.holding({}), status=200)),
    ),
    Mutant("a good answer has status 500", good(lambda sent: replace(sent, status=500))),
    Mutant("a good answer has status 202", good(lambda sent: replace(sent, status=202))),
    Mutant("the type is HTML", good(lambda sent: sent.under("Content-Type", "text/html"))),
    Mutant("the type is missing", good(lambda sent: sent.under("Content-Type", None))),
    Mutant("the request id is missing", good(lambda sent: sent.under("x-amzn-RequestId", None))),
    Mutant("all request ids are one", good(lambda sent: sent.under("x-amzn-RequestId", "1" * 36))),
    Mutant("the date is missing", good(lambda sent: sent.under("Date", None))),
    Mutant(
        "the date is an old one",
        good(lambda sent: sent.under("Date", "Fri, 20 Nov 2020 20:30:00 GMT")),
    ),
    Mutant("the body is cut off", body(lambda raw: raw[:-1])),
    Mutant("the body is empty", body(lambda _: b"")),
    Mutant("the body is null", body(lambda _: b"null")),
    Mutant("something follows the body", body(lambda raw: raw + b"{}")),
    Mutant("the body begins with a mark", body(lambda raw: b"\xef\xbb\xbf" + raw)),
    Mutant("the body is Latin-1", body(lambda raw: raw.decode().encode("latin-1", "replace"))),
    Mutant("the body is compressed and not said so", body(gzip.compress)),
    Mutant("the body is a page of a proxy", body(lambda _: b"<html>Welcome to Wi-Fi</html>")),
    Mutant(
        "the connection ends in the body",
        good(
            lambda sent: replace(
                sent.under("Content-Length", str(len(sent.body))),
                body=sent.body[: len(sent.body) // 2],
            )
        ),
    ),
    Mutant(
        "the length is too small",
        good(lambda sent: sent.under("Content-Length", str(len(sent.body) - 1))),
    ),
    # Other, and right.
    Mutant(
        "header names are in lower case",
        lambda sent: replace(
            sent, headers=tuple((name.lower(), value) for name, value in sent.headers)
        ),
        "HTTP does not tell the cases apart",
    ),
    Mutant("a header is added", lambda sent: sent.under("Via", "1.1 proxy"), "proxies add headers"),
    Mutant(
        "JSON is spread over lines",
        body(lambda raw: json.dumps(json.loads(raw), indent=2).encode()),
        "JSON allows white space",
    ),
    Mutant(
        "JSON has other letters escaped",
        body(lambda raw: json.dumps(json.loads(raw)).encode()),
        "an escape is the letter",
    ),
    Mutant(
        "members are in another order",
        every(EVENTS, lambda row: dict(reversed(row.items()))),
        "an object of JSON has no order",
    ),
    Mutant(
        "the length is too large by one",
        good(lambda sent: sent.under("Content-Length", str(len(sent.body) + 1))),
        "every byte of the JSON has come",
    ),
    Mutant(
        "the connection ends after each answer",
        lambda sent: sent.under("Connection", "close"),
        "HTTP allows it, and the client connects again",
    ),
    Mutant(
        "an error has one member more",
        errors(lambda sent: sent.holding({**sent.members, "requestId": "1"})),
        "errors of AWS have members that the API does not list",
    ),
)


def _window(stage: Members, value: object) -> None:
    stage["autoParticipantRecordingConfiguration"]["recordingReconnectWindowSeconds"] = value


def _exchanged(event: Members, **members: object) -> None:
    if "newToken" in event:
        event["newToken"].update(members)


@dataclass(frozen=True, slots=True)
class Noticed:
    """Who noticed a mutant, in the words of the first complaint; empty for nobody."""

    checks: str
    app: str

    @property
    def by(self) -> str:
        """Who noticed it."""
        found = [who for who, said in (("checks", self.checks), ("app", self.app)) if said]
        return " and ".join(found) or "nobody"


class Stand:
    """A good endpoint, and a relay that makes it wrong."""

    def __init__(self, world: SmallWorld, relay: Relay) -> None:
        self._world = world
        self._relay = relay

    def look_at(self, mutant: Mutant, *, first_only: bool = False) -> Noticed:
        """Let the checks and the app read the mutant.

        Args:
            mutant: What is changed.
            first_only: Whether the app is not asked when the checks have noticed it.
        """
        self._relay.change = mutant.change
        try:
            found = complaints_about(self._relay.url, self._world)
            said: list[str] = []
            if not (found and first_only):
                said = list(told_by_app(self._relay.url))
        finally:
            self._relay.change = unchanged
        return Noticed(found[0] if found else "", said[0] if said else "")


@contextmanager
def stand() -> Iterator[Stand]:
    """A stand for any number of mutants."""
    world = SmallWorld(events=120)
    with Endpoint(world) as endpoint, Relay(endpoint.url) as relay:
        yield Stand(world, relay)
        assert endpoint.bugs == ()


def told_by_app(url: str) -> Iterator[str]:
    """What the app's provider says is wrong, when it reads every list and value once."""
    source = aws_source(url)
    session = SessionScope(STAGE_ARN, SESSION_ID)
    provider = StageDataProvider(
        lambda: source, rate_limiter=RateLimiter(demand=10_000, background=10_000)
    )
    try:
        person = SmallWorld().scope
        feeds: tuple[Feed[Any], ...] = (
            provider.stages(),
            provider.sessions(STAGE_ARN),
            provider.participants(session),
            provider.participants(session, ParticipantFilter("filterByState", "DISCONNECTED")),
            provider.events(person),
        )
        for feed in feeds:
            yield from _told_by_list(provider, feed)
        for fact in (
            provider.stage(STAGE_ARN),
            provider.session(session),
            provider.participant(person),
        ):
            provider.read(fact)
            _wait(fact)
            if fact.failure is not None:
                yield f"{fact.operation}: {fact.failure}"
    finally:
        provider.close()


def _wait(target: Fetchable) -> None:
    wait_for(lambda: not target.status.is_busy)


def _told_by_list(provider: StageDataProvider, feed: Feed[Any]) -> Iterator[str]:
    for _ in range(20):
        provider.read_more(feed)
        _wait(feed)
        if feed.state is not FeedState.READY:
            break
    if feed.failure is not None:
        yield f"{feed.operation}: {feed.failure}"
    for contradiction, count in feed.contradictions.items():
        if count:
            yield f"{feed.operation}: {count} {contradiction}"
    for item in feed.items:
        for name in ("time", "start_time", "end_time", "first_join_time"):
            if isinstance(getattr(item, name, None), UnreadableTime):
                yield f"{feed.operation}: {name} cannot be read"


def main() -> int:
    """Print the table; the exit code is 1 if a mutant was not noticed that should have been."""
    missed = 0
    with stand() as place:
        for mutant in MUTANTS:
            noticed = place.look_at(mutant)
            good_end = (noticed.by == "nobody") == bool(mutant.harmless)
            missed += not good_end
            words = mutant.harmless or noticed.checks or noticed.app
            by = "harmless" if mutant.harmless and good_end else noticed.by
            mark = " " if good_end else "!"
            print(f"{mark} {mutant.name:<42} {by:<15} {words[:100]}")  # noqa: T201 - the table
            if noticed.app and noticed.checks:
                print(f"{'':<60} {noticed.app[:100]}")  # noqa: T201 - same
    print(f"{len(MUTANTS)} mutants, {missed} not as they should be")  # noqa: T201 - same
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
