"""Findings as lines: number, certainty, times, what they rest on, what would tell."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ivscope.domain.stages import ParticipantReplica, ParticipantScope
from ivscope.findings.finding import (
    Ask,
    Certainty,
    EventRef,
    FactKey,
    FactKind,
    Finding,
    Lacking,
)
from ivscope.findings.publishing import StoppedOpen, StoppedSays
from ivscope.findings.repeats import Burst, SameError
from ivscope.findings.replication import ReplicatedFor
from ivscope.findings.session_context import EventPeriod
from ivscope.render.cells import line_width
from ivscope.render.finding_lines import Cited, EvidenceKeys, finding_lines, replica_lines

WHEN = datetime(2026, 11, 23, 21, 10, 2, tzinfo=UTC)
SCOPE = ParticipantScope("arn:aws:ivs:us-west-2:1:stage/a", "st-1", "me")
KEYS = EvidenceKeys("z", "Z", "i")
OWN = EventRef(SCOPE, 0)


def drawn(*findings, width=76, zone=UTC, cited=(), fetched=None, keys=KEYS, around=WHEN, first=1):
    """The lines as text; events are cited by position, position 0 is the event itself."""
    lines = finding_lines(
        findings,
        width,
        zone,
        around=around,
        cite=lambda ref: cited[ref.position - 1] if ref.position else None,
        fetched=fetched,
        keys=keys,
        first=first,
    )
    assert all(line_width(line) <= width for line in lines)
    return ["".join(span.text for span in line) for line in lines]


LEFT_TOO = StoppedSays.LEFT_TOO


def refs(*positions):
    return tuple(EventRef(SCOPE, position) for position in positions)


def ask(kind=FactKind.EVENTS, calls=1):
    scope = SCOPE.session if kind is FactKind.SESSION_EVENTS else SCOPE
    return Ask(Lacking.EVENTS_OF_PUBLISHER, FactKey(kind, scope), calls)


@pytest.mark.parametrize(
    ("certainty", "word"),
    [
        (Certainty.SHOWN, "shown"),
        (Certainty.LIKELY, "likely"),
        (Certainty.UNKNOWN, "not known"),
    ],
)
def test_a_finding_has_a_number_and_says_how_sure_it_is_in_a_word(certainty, word):
    assert drawn(Finding(LEFT_TOO, certainty)) == [
        f"[1] {word}: It left in the same second, which ends publishing."
    ]


def test_findings_are_counted_on():
    two = (Finding(LEFT_TOO, Certainty.SHOWN), Finding(ReplicatedFor(9), Certainty.SHOWN))
    assert drawn(*two, first=3) == [
        "[3] shown: It left in the same second, which ends publishing.",
        "[4] shown: It was replicated for 9 s.",
    ]


def repeated(time):
    """A finding with a time in its sentence."""
    period = EventPeriod(time, time)
    claim = SameError("PUBLISH_ERROR", "INVALID_INPUT", 3, 3, 0, None, True, period, None)
    return Finding(claim, Certainty.SHOWN)


def test_times_are_told_in_the_zone_of_the_reader():
    words = "[1] shown: 3 times the same error, all in one second, "
    assert drawn(repeated(WHEN)) == [f"{words}21:10:02."]
    plus_two = timezone(timedelta(hours=2))
    assert drawn(repeated(WHEN), zone=plus_two) == [f"{words}23:10:02."]


def test_a_time_on_another_day_has_its_date():
    assert "\n".join(drawn(repeated(WHEN - timedelta(days=1)))).endswith("2026-11-22 21:10:02.")
    plus_three = timezone(timedelta(hours=3))
    late = repeated(WHEN - timedelta(minutes=20))
    assert "\n".join(drawn(late)).endswith(" second, 20:50:02.")
    assert "\n".join(drawn(late, zone=plus_three)).endswith("2026-11-23 23:50:02.")


def test_text_from_outside_is_safe_and_ours_stays():
    evil = "\x1b]0;hi\x07\u202e"
    cited = [Cited(evil, WHEN, evil)]
    burst = Burst(3, evil, EventPeriod(WHEN, WHEN), None, is_to_escalate=False)
    text = "\n".join(drawn(Finding(burst, Certainty.SHOWN, refs(1)), cited=cited))
    assert text.count(r"\x1b]0;hi\x07\u202e") == 3
    assert not set(evil) & set("\x1b\x07\u202e") & set(text)


def test_it_names_the_events_it_rests_on_but_not_the_one_under_the_cursor():
    cited = [Cited("PUBLISH_STOPPED", WHEN, "g8-hana")]
    finding = Finding(LEFT_TOO, Certainty.SHOWN, refs(1, 0))
    assert drawn(finding, cited=cited)[1:] == [
        "    rests on (z): PUBLISH_STOPPED 21:10:02 of g8-hana"
    ]
    alone = Finding(LEFT_TOO, Certainty.SHOWN, refs(0))
    assert drawn(alone) == ["[1] shown: It left in the same second, which ends publishing."]


def test_equal_events_are_counted_and_whose_they_are_is_said_once():
    stopped, left = Cited("PUBLISH_STOPPED", WHEN, "hana"), Cited("LEFT", WHEN, "hana")
    other = Cited("JOINED", None, None)
    finding = Finding(LEFT_TOO, Certainty.SHOWN, refs(1, 2, 3, 4, 5))
    assert drawn(finding, cited=[stopped, stopped, left, other, Cited("LATER", WHEN, None)])[
        1:
    ] == [
        "    rests on (z): 2 x PUBLISH_STOPPED 21:10:02, LEFT 21:10:02 of hana,",
        "    JOINED no time, and 1 more",
    ]


def test_what_is_open_is_said():
    finding = Finding(LEFT_TOO, Certainty.LIKELY, (), StoppedOpen.ORDER_AND_CAUSE)
    assert drawn(finding)[1:] == ["    not known: what came first, and why"]


def test_what_would_tell_has_its_cost_and_the_key_when_the_key_reads_it():
    one, other = ask(), ask(FactKind.PARTICIPANT, 3)
    finding = Finding(LEFT_TOO, Certainty.UNKNOWN, would_tell=(one, other))
    assert drawn(finding, fetched=one)[1:] == [
        "    would tell: events of the publisher. Z reads it: 1 call",
        "    would tell: events of the publisher. 3 calls",
    ]


def test_a_sweep_is_told_with_its_own_key_and_its_least_cost():
    scan = ask(FactKind.SESSION_EVENTS, 1_250)
    finding = Finding(LEFT_TOO, Certainty.UNKNOWN, would_tell=(scan,))
    assert drawn(finding, fetched=scan)[1:] == [
        "    would tell: events of the publisher. i reads everybody: 1,250 calls or",
        "    more",
    ]


def test_keys_that_are_taken_away_are_not_named():
    finding = Finding(LEFT_TOO, Certainty.SHOWN, refs(1), None, (ask(),))
    lines = drawn(
        finding, cited=[Cited("LEFT", WHEN, None)], fetched=ask(), keys=EvidenceKeys("", "", "")
    )
    assert lines[1:] == [
        "    rests on: LEFT 21:10:02",
        "    would tell: events of the publisher. 1 call",
    ]


def test_replicas_read_are_told_and_so_is_that_there_are_none():
    copy = ParticipantReplica("me", None, None, "arn:stage/b", "st-2", "ACTIVE")
    (line,) = replica_lines([copy], 76)
    assert "".join(span.text for span in line) == "    replica now: ACTIVE in arn:stage/b"
    (line,) = replica_lines([], 76)
    assert "".join(span.text for span in line) == "    replica now: none"
