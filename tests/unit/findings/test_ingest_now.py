"""What the listing of ingest configurations shows now, and what is never made of it."""

import pytest

from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.stages import IngestConfiguration, ParticipantSummary
from ivscope.findings.finding import Certainty, FactKind
from support.given_facts import ME, STAGE, GivenFacts, event, facts, findings_of, scope, words

ARN = "arn:aws:ivs:us-west-2:123456789012:ingest-configuration/key"
OTHER = "arn:aws:ivs:us-west-2:123456789012:ingest-configuration/other"

KEY_CODES = pytest.mark.parametrize("code", ["INVALID_STREAM_KEY", "REUSE_OF_STREAM_KEY"])
ALL_CODES = pytest.mark.parametrize(
    "code", ["INVALID_STREAM_KEY", "REUSE_OF_STREAM_KEY", "INVALID_PROTOCOL"]
)


def carrying(code, arn=ARN):
    """A participant with an error, and the configuration that it names."""
    known_facts = GivenFacts(event(100, "PUBLISH_ERROR", code))
    return known_facts.with_rows(ParticipantSummary(ME, ingest_configuration_arn=arn))


def configuration(arn=ARN, **members):
    known = {"name": "kit", "protocol": "RTMPS", "stage_arn": STAGE, "state": "INACTIVE"}
    return IngestConfiguration(arn, **(known | members))


def now(known_facts):
    """The one finding about the listing."""
    (found,) = (
        one
        for one in findings_of(known_facts)
        if "ingest configuration" in words(one.claim)
        and "No other participant" not in words(one.claim)
    )
    return found, words(found.claim)


def denied(kind=FailureKind.DENIED):
    return ProviderFailure(kind, "ivs:ListIngestConfigurations is ...", "", retryable=False)


@KEY_CODES
def test_a_configuration_attached_to_this_stage_is_told_as_it_stands_now(code):
    finding, text = now(carrying(code).with_ingest(configuration(OTHER), configuration()))
    assert text == (
        "Now, at 21:30:00, its ingest configuration <kit> is attached to this stage and <INACTIVE>."
    )
    assert finding.certainty is Certainty.SHOWN
    assert words(finding.unknown) == (
        "how it stood at that second; the stream key itself is never read"
    )
    assert finding.would_tell == ()


@KEY_CODES
def test_whoever_it_is_active_with_now_is_named_and_not_made_the_one_of_then(code):
    row = configuration(state="ACTIVE", participant_id="other")
    finding, text = now(carrying(code).with_ingest(row))
    assert text.startswith("Now, at 21:30:00, ")
    assert text.endswith("is attached to this stage and <ACTIVE> with <other>.")
    assert "how it stood at that second" in words(finding.unknown)
    assert "was" not in text
    own = configuration(state="ACTIVE", participant_id=ME)
    assert now(carrying(code).with_ingest(own))[1].endswith("<ACTIVE> with this participant.")


def test_nobody_is_named_for_a_configuration_that_is_not_active():
    row = configuration(participant_id="other")
    assert "other" not in now(carrying("REUSE_OF_STREAM_KEY").with_ingest(row))[1]


@ALL_CODES
def test_what_is_not_listed_for_this_stage_can_be_anywhere_else(code):
    finding, text = now(carrying(code).with_ingest(configuration(OTHER)))
    assert text == "Now, at 21:30:00, its ingest configuration is not listed for this stage."
    assert words(finding.unknown) == (
        "how it stood at that second, and whether it is attached to another stage or none"
    )
    assert finding.certainty is Certainty.SHOWN
    assert finding.would_tell == ()


@ALL_CODES
def test_without_a_listing_one_call_would_tell(code):
    finding, text = now(carrying(code))
    assert text == "How its ingest configuration stands now is not known."
    assert finding.certainty is Certainty.UNKNOWN
    (ask,) = finding.would_tell
    assert (ask.fact.kind, ask.fact.scope, ask.calls) == (
        FactKind.INGEST_CONFIGURATIONS,
        scope().session,
        1,
    )


def test_one_not_listed_yet_is_not_called_unlisted():
    known_facts = carrying("INVALID_STREAM_KEY").with_ingest(configuration(OTHER), complete=False)
    finding, text = now(known_facts)
    assert text.endswith("it is not among the 1 listed so far.")
    assert finding.certainty is Certainty.UNKNOWN
    assert [ask.fact.kind for ask in finding.would_tell] == [FactKind.INGEST_CONFIGURATIONS]
    found = carrying("INVALID_STREAM_KEY").with_ingest(configuration(), complete=False)
    assert now(found)[0].certainty is Certainty.SHOWN


@ALL_CODES
def test_a_denial_is_told_in_one_sentence_and_leaves_everything_else_alone(code):
    known_facts = carrying(code)
    without = [one for one in findings_of(known_facts) if not one.would_tell]
    known_facts.with_ingest(complete=False, as_of=None, failure=denied())
    finding, text = now(known_facts)
    assert text == (
        "How its ingest configuration stands now is not known: ivs:ListIngestConfigurations, "
        "which is optional, is not permitted."
    )
    assert (finding.certainty, finding.would_tell) == (Certainty.UNKNOWN, ())
    others = [one for one in findings_of(known_facts) if one != finding]
    assert all(one in others for one in without)


def test_another_failure_is_told_with_its_reason_and_asked_for_again():
    failure = denied(FailureKind.TIMEOUT)
    known_facts = carrying("INVALID_STREAM_KEY").with_ingest(
        complete=False, as_of=None, failure=failure
    )
    finding, text = now(known_facts)
    assert text.endswith(f"the listing failed: <{failure.summary}>")
    assert [ask.fact.kind for ask in finding.would_tell] == [FactKind.INGEST_CONFIGURATIONS]


def test_what_was_listed_before_a_failure_still_stands_with_its_time():
    known_facts = carrying("INVALID_STREAM_KEY").with_ingest(configuration(), failure=denied())
    assert now(known_facts)[1].startswith(
        "Now, at 21:30:00, its ingest configuration <kit> is attached"
    )


@ALL_CODES
@pytest.mark.parametrize("arn", [None, ""])
def test_whoever_names_no_configuration_has_none_looked_up(code, arn):
    known_facts = carrying(code, arn).with_ingest(configuration(""))
    assert not any("Now, at" in words(one.claim) for one in findings_of(known_facts))
    kinds = [ask.fact.kind for one in findings_of(known_facts) for ask in one.would_tell]
    assert FactKind.INGEST_CONFIGURATIONS not in kinds


def test_a_listed_row_with_gaps_claims_no_more_than_it_has():
    row = IngestConfiguration(ARN)
    _, text = now(carrying("INVALID_STREAM_KEY").with_ingest(row))
    assert text.endswith(
        "its ingest configuration is listed for this stage and in a state not given."
    )
    finding, text = now(carrying("INVALID_PROTOCOL").with_ingest(row))
    assert text.endswith("its ingest configuration names no protocol.")
    assert finding.certainty is Certainty.UNKNOWN


def test_redundant_ingest_has_two_keys_and_which_was_used_is_not_known():
    row = configuration(redundant_ingest=True)
    finding, _ = now(carrying("REUSE_OF_STREAM_KEY").with_ingest(row))
    assert "which of its two stream keys was used" in words(finding.unknown)


def protocols(configured, came):
    known_facts = carrying("INVALID_PROTOCOL").with_ingest(configuration(protocol=configured))
    return now(known_facts if came is None else known_facts.with_facts(keyed_facts(came)))


def keyed_facts(came):
    one = facts(protocol=came)
    return type(one)(ParticipantSummary(ME, ingest_configuration_arn=ARN), protocol=came)


def test_a_configuration_for_another_protocol_than_the_one_used_is_told_beside_it():
    finding, text = protocols("RTMPS", "RTMP")
    assert text.endswith("<kit> is configured for <RTMPS>, and it came over <RTMP>.")
    assert words(finding.unknown) == "how it was configured at that second"


def test_a_configuration_for_the_protocol_that_was_used_explains_nothing():
    _, text = protocols("RTMP", "RTMP")
    assert text.endswith("and it came over that: this does not explain the error.")


def test_without_the_facts_the_protocol_used_is_asked_for():
    finding, text = protocols("RTMPS", None)
    assert text.endswith("is configured for <RTMPS>.")
    assert [ask.fact.kind for ask in finding.would_tell] == [FactKind.PARTICIPANT]
    assert protocols("RTMPS", "")[0].would_tell == ()


def test_what_the_key_belongs_to_comes_first_for_a_bad_key_and_the_other_user_for_a_used_one():
    bad = [words(one.claim) for one in findings_of(carrying("INVALID_STREAM_KEY"))]
    used = [words(one.claim) for one in findings_of(carrying("REUSE_OF_STREAM_KEY"))]
    assert (bad[0], used[1]) == ("How its ingest configuration stands now is not known.",) * 2
    assert used[0].startswith("No other participant")
