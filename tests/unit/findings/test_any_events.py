"""Whatever comes: no rule stumbles, no reference leads nowhere, nothing outside is unmarked."""

from datetime import timedelta
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.stages import IngestConfiguration, ParticipantSummary
from ivscope.domain.times import UnreadableTime
from ivscope.domain.tokens import ParticipantToken
from ivscope.findings.finding import MOST_REFS
from ivscope.findings.rules import findings_for, session_findings
from ivscope.knowledge.error_codes import ERROR_CODES
from ivscope.knowledge.event_names import EVENT_NAMES
from ivscope.render.finding_lines import sentence
from support.given_facts import ME, START, GivenFacts, GivenSession, facts, scope

HOSTILE = "\x1b]0;evil\x07\u202e"

times = (
    st.integers(0, 8).map(lambda second: START + timedelta(seconds=second))
    | st.integers(0, 90_000).map(lambda second: START + timedelta(seconds=second))
    | st.sampled_from([None, UnreadableTime(HOSTILE)])
)
ids = st.sampled_from([ME, "other", "third", HOSTILE, "", None])
capabilities = st.lists(st.sampled_from(["PUBLISH", "SUBSCRIBE", HOSTILE]), max_size=3).map(tuple)
tokens = st.none() | st.builds(
    ParticipantToken,
    capabilities=st.none() | capabilities,
    user_id=st.just(HOSTILE),
    expiration_time=times,
)
events = st.builds(
    Event,
    name=st.sampled_from([*EVENT_NAMES, HOSTILE, HOSTILE + "_ERROR", None]),
    participant_id=ids,
    time=times,
    remote_participant_id=ids,
    error_code=st.none() | st.sampled_from([*ERROR_CODES, HOSTILE, ""]),
    destination_stage_arn=st.none() | st.just(scope().stage_arn),
    destination_session_id=st.none() | st.just(scope().session_id),
    replica=st.sampled_from([None, True, False]),
    previous_token=tokens,
    new_token=tokens,
)
texts = st.sampled_from([None, "", HOSTILE, "1.33.0", "RTMPS", "WHIP", "Google Chrome", "iOS"])
clients = st.builds(
    facts,
    st.sampled_from([ME, "other"]),
    sdk=texts,
    browser=texts,
    protocol=texts,
    system=texts,
    os_version=texts,
    browser_version=texts,
)
summaries = st.builds(
    ParticipantSummary,
    participant_id=st.sampled_from([ME, "other", "third", "", HOSTILE]),
    user_id=texts,
    published=st.sampled_from([None, True, False]),
    source_stage_arn=st.none() | st.just(scope().stage_arn),
    source_session_id=st.none() | st.just(scope().session_id),
    redundant_ingest=st.sampled_from([None, True]),
    ingest_configuration_arn=texts,
)
configurations = st.builds(
    IngestConfiguration,
    texts.map(lambda text: text or ""),
    texts,
    texts,
    st.sampled_from([None, "", HOSTILE, scope().stage_arn]),
    texts,
    st.sampled_from([None, "", HOSTILE, "ACTIVE"]),
)
failures = st.none() | st.builds(
    ProviderFailure, st.sampled_from(FailureKind), st.just(HOSTILE), st.just(""), st.booleans()
)
lists = st.lists(events, max_size=14)


@pytest.mark.slow
@settings(deadline=None)
@given(
    lists,
    lists,
    st.booleans(),
    st.tuples(st.lists(clients, max_size=2), st.lists(summaries, max_size=3)),
    st.none() | st.tuples(st.lists(configurations, max_size=2), failures),
)
def test_findings_of_any_event_are_sound(mine, theirs, complete, listed, ingest):
    known_facts = GivenFacts(*mine, complete=complete).with_log("other", *theirs, complete=complete)
    people, rows = listed
    known_facts.with_rows(*rows, all_listed=complete)
    if ingest is not None:
        known_facts.with_ingest(*ingest[0], complete=complete, failure=ingest[1])
    for one in people:
        known_facts.with_facts(one)
    for at in range(len(mine)):
        for finding in findings_for(scope(), at, known_facts):
            check(finding, lambda ref: known_facts.logs[ref.scope].log)


@pytest.mark.slow
@settings(deadline=None)
@given(
    st.lists(events, max_size=30), st.lists(clients, max_size=2), st.lists(summaries, max_size=4)
)
def test_findings_of_any_session_are_sound(drawn, people, rows):
    session = GivenSession(*drawn, rows=rows, facts=people, unread={"third"})
    for finding in session_findings(session):
        check(finding, lambda _: session.log)


def check(finding, log_of_ref):
    assert len(finding.rests_on) <= MOST_REFS
    assert all(0 <= ref.position < len(log_of_ref(ref)) for ref in finding.rests_on)
    claims = filter(None, (finding.claim, finding.unknown))
    words = [part for claim in claims for part in sentence(claim)]
    ours = "".join(part for part in words if isinstance(part, str))
    assert not any(category(letter).startswith("C") for letter in ours)
    assert all(ask.calls >= 1 for ask in finding.would_tell)
