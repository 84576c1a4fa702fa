"""Random events and filters, and slow but obvious versions of filtering and sorting."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from ivscope.analysis.filter_parser import parse_filter
from ivscope.analysis.filters import (
    AttributeTerm,
    Filter,
    Flag,
    FlagTerm,
    Term,
    TextField,
    TextTerm,
    TimeTerm,
)
from ivscope.analysis.time_input import TimeReference
from ivscope.domain import events as names
from ivscope.domain.events import Event
from ivscope.domain.times import UnreadableTime, to_microseconds
from ivscope.domain.tokens import ParticipantToken

START = datetime(2026, 11, 23, 20, 50, tzinfo=UTC)
USERS = {"p1": "alice", "p2": "Bob", "": None}

NAMES = [
    names.JOINED,
    names.LEFT,
    names.PUBLISH_STARTED,
    names.PUBLISH_STOPPED,
    names.SUBSCRIBE_STARTED,
    names.SUBSCRIBE_STOPPED,
    names.REPLICATION_STARTED,
    names.REPLICATION_STOPPED,
    names.TOKEN_EXCHANGED,
    names.PUBLISH_ERROR,
]

seconds = st.integers(0, 5).map(lambda second: START + timedelta(seconds=second))
texts = st.none() | st.sampled_from(["", "p1", "p2", "alice", "abc/def"])
tokens = st.none() | st.builds(
    ParticipantToken,
    capabilities=st.none() | st.lists(st.sampled_from(["PUBLISH", "SUBSCRIBE"])).map(tuple),
    attributes=st.none()
    | st.lists(
        st.tuples(st.sampled_from(["role", "seat", ""]), st.sampled_from(["host", "", "1"]))
    ).map(tuple),
    user_id=texts,
)
any_events = st.builds(
    Event,
    name=st.none() | st.sampled_from([*NAMES, "", "NEW_NAME"]),
    participant_id=texts,
    time=seconds | st.none() | st.just(UnreadableTime("soon")),
    remote_participant_id=texts,
    error_code=st.none() | st.sampled_from(["", "QUOTA_EXCEEDED", "TOKEN_EXPIRED"]),
    destination_stage_arn=st.none() | st.just("arn:aws:ivs:eu-central-1:1:stage/abc"),
    destination_session_id=st.none() | st.sampled_from(["", "st-1"]),
    replica=st.sampled_from([None, False, True]),
    previous_token=tokens,
    new_token=tokens,
)
paired_events = st.builds(
    Event,
    name=st.sampled_from(NAMES),
    participant_id=st.sampled_from(["p1", "p1", "p2"]),
    time=seconds | seconds | seconds | st.none(),
    remote_participant_id=st.sampled_from([None, "r"]),
    destination_session_id=st.sampled_from([None, "st-1"]),
)

TERMS = [
    "quota", "!quota", "code:QUOTA", "code:*", '!code:""', "name:SUB*", "name:/^SUB.*ED$/",
    "name:*ED", "remote:abc", "participant:P1", "user:ali", "!user:*", "attr:role",
    "attr:role=host", "attr:=h*t", 'attr:role=""', "!attr:/role=h/", "cap:PUBLISH", "dest:stage",
    'dest:""', "replica:yes", "replica:no", "!replica:no", "error:yes", "error:no",
    "after:20:50:02", "before:20:50:02", "!before:20:50:02", "during:20:50:01..20:50:03", "alice",
    "host", '"abc/def"', "/abc.def/", "!name:*", "arn:aws",
]  # fmt: skip
filter_texts = st.lists(st.sampled_from(TERMS), max_size=3).map(" ".join)


def read(text: str) -> Filter:
    return parse_filter(text, TimeReference(UTC, START))


def passes(filter_: Filter, event: Event) -> bool:
    return all(_holds(term, event) is not term.inverted for term in filter_.terms)


def _holds(term: Term, event: Event) -> bool:
    both = [token for token in (event.previous_token, event.new_token) if token is not None]
    if isinstance(term, TimeTerm):
        if not isinstance(event.time, datetime):
            return False
        moment = to_microseconds(event.time)
        return any(
            (start is None or start <= moment) and (stop is None or moment < stop)
            for start, stop in term.bounds
        )
    if isinstance(term, FlagTerm):
        return (event.replica if term.flag is Flag.REPLICA else event.is_error) is term.wanted
    attributes = [pair for token in both for pair in token.attributes or ()]
    if isinstance(term, AttributeTerm):
        return any(
            (term.key is None or term.key.matches(key))
            and (term.value is None or term.value.matches(value))
            and (term.whole is None or term.whole.matches(f"{key}={value}"))
            for key, value in attributes
        )
    assert isinstance(term, TextTerm)
    own: dict[TextField, list[str | None]] = {
        TextField.NAME: [event.name],
        TextField.CODE: [event.error_code],
        TextField.REMOTE: [event.remote_participant_id],
        TextField.PARTICIPANT: [event.participant_id],
        TextField.USER: [token.user_id for token in both],
        TextField.CAPABILITY: [one for token in both for one in token.capabilities or ()],
        TextField.DESTINATION: [event.destination_stage_arn, event.destination_session_id],
    }
    own[TextField.ANY] = [text for some in own.values() for text in some]
    own[TextField.ANY] += [text for pair in attributes for text in pair]
    own[TextField.USER].append(USERS.get(event.participant_id or ""))
    return any(text is not None and term.pattern.matches(text) for text in own[term.field])
