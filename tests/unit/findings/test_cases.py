"""Who was publishing when a quota was exceeded, in small sessions with a tempting false answer."""

import pytest

from ivscope.findings.finding import Certainty
from ivscope.findings.rules import findings_for, session_findings
from support.case_files import case
from support.claims import checked
from support.given_facts import words
from support.simulated_facts import SeenFacts, SeenSession

SHOWN, LIKELY, UNKNOWN = Certainty.SHOWN, Certainty.LIKELY, Certainty.UNKNOWN


def refusals(facts, code):
    """Participant and position of each error of a code."""
    for name in dict.fromkeys(row.participant_id for row in facts.view.participants):
        known = facts.log(facts.view.scope_of(name))
        if known is not None:
            places = range(len(known.log))
            yield from ((name, at) for at in places if known.log.error_code(at) == code)


def first_of(name, code="QUOTA_EXCEEDED"):
    facts = SeenFacts(case(name).view)
    who, at = next(refusals(facts, code))
    finding = checked(findings_for(facts.view.scope_of(who), at, facts))[0]
    return finding, words(finding.claim)


@pytest.mark.parametrize(
    ("name", "begins", "certainty", "unknown"),
    [
        ("Q01", "At least 11 others", UNKNOWN, "the events of <secret01> may not be read"),
        ("Q02", "11 to 12 others", UNKNOWN, "<ghost01> has no PUBLISH_STOPPED and no LEFT"),
        ("Q03", "12 to 13 others", LIKELY, "<ghost01> has no PUBLISH_STOPPED and no LEFT"),
        ("Q04", "15 others", UNKNOWN, "which limit it was"),
        ("Q07", "11 to 12 others", UNKNOWN, "whether <late12> was publishing then: "),
        ("Q08", "11 to 12 others", UNKNOWN, "whether <going12> was publishing then: "),
        ("Q10", "12 others", SHOWN, ""),
        ("Q11", "11 others", UNKNOWN, "which limit it was"),
        ("Q13", "12 others", SHOWN, ""),
        ("Q14", "12 others", SHOWN, ""),
        ("G01", "11 to 12 others", UNKNOWN, "<ghost01> has no PUBLISH_STOPPED and no LEFT"),
        ("G02", "12 others", LIKELY, "replicas take slots"),
    ],
)
def test_the_count_at_a_refusal_is_as_sure_as_the_events(name, begins, certainty, unknown):
    finding, text = first_of(name)
    assert text.startswith(begins)
    assert finding.certainty is certainty
    assert unknown in words(finding.unknown)


def test_a_failing_participant_that_is_a_copy_is_not_counted_among_the_others():
    _, text = first_of("R01")
    assert text.startswith("0 others were publishing in that second, fewer")


@pytest.mark.parametrize("name", ["Q02", "Q03", "Q07", "Q08", "G01"])
def test_the_session_does_not_show_what_its_events_leave_open(name):
    found = checked(session_findings(SeenSession(case(name).view)))
    slots = [one for one in found if "PUBLISH_ERROR QUOTA_EXCEEDED," in words(one.claim)]
    assert slots
    assert SHOWN not in {one.certainty for one in slots}


@pytest.mark.parametrize(
    ("name", "says", "certainty"),
    [
        ("D01", "PUBLISH_STARTED is 23 h 58 min before: near", LIKELY),
        ("D02", "PUBLISH_STARTED is 23 h 59 min before: near", LIKELY),
        ("D03", "PUBLISH_STARTED is 12 h before: shorter", UNKNOWN),
        ("D04", "PUBLISH_STARTED is 25 h before: longer", LIKELY),
        ("D06", "what went on until the error is not in the events", UNKNOWN),
        ("D07", "The first SUBSCRIBE_STARTED of its stay is 24 h before: near", LIKELY),
        ("G07", "The first SUBSCRIBE_STARTED of its stay is 24 h before: near", LIKELY),
    ],
)
def test_a_length_beside_the_limit_of_a_day_is_never_shown_to_be_the_reason(name, says, certainty):
    finding, text = first_of(name, "STREAM_DURATION_EXCEEDED")
    assert says in text
    assert "not explain" not in text
    assert finding.certainty is certainty


@pytest.mark.parametrize(
    ("name", "begins", "certainty"),
    [
        ("P01", "The publisher started 1 s before: so close", UNKNOWN),
        ("P03", "The publisher stopped publishing 2 s after and left 2 s after: so close", UNKNOWN),
        ("P04", "The publisher was publishing all along", SHOWN),
        ("P05", "The publisher stopped publishing 10 s before", SHOWN),
        ("P06", "No PUBLISH_STARTED of the publisher is read, yet", UNKNOWN),
        ("P08", "The publisher is not in the list of participants", UNKNOWN),
        ("P10", "The publisher started in the same second", UNKNOWN),
        ("P14", "The publisher was publishing all along", SHOWN),
    ],
)
def test_a_publisher_was_there_all_along_only_well_within_its_publishing(name, begins, certainty):
    finding, text = first_of(name, "PUBLISHER_NOT_FOUND")
    assert text.startswith(begins)
    assert finding.certainty is certainty


def test_three_participants_read_to_the_end_without_joined_are_said_to_have_none():
    found = checked(session_findings(SeenSession(case("B02").view)))
    (text,) = [words(one.claim) for one in found if "user id" in words(one.claim)]
    assert text == "3 participants share the user id <same>; 3 of them have no JOINED."
    assert all(" met " not in words(one.claim) for one in found)


def test_times_with_fractions_are_compared_as_such_and_whole_seconds_are_not():
    assert "0.2 s before" in first_of("C11", "INSUFFICIENT_CAPABILITIES")[1]
    finding, text = first_of("P13", "PUBLISHER_NOT_FOUND")
    assert "stopped publishing 0.1 s before and left 0.1 s before: so close" in text
    assert finding.certainty is LIKELY
