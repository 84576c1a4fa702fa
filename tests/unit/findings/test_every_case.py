"""Every case file: what has to be found in it, and the tempting conclusion that may not be shown.

All findings of a case are looked at, those of the session and those of each event, with everything
read that may be read.
"""

import re
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import pytest

from ivscope.findings.finding import Certainty
from ivscope.findings.rules import findings_for, session_findings
from support.case_files import case, case_names
from support.given_facts import words
from support.simulated_facts import SeenFacts, SeenSession

SHOWN, LIKELY, UNKNOWN = Certainty.SHOWN, Certainty.LIKELY, Certainty.UNKNOWN


class Said(NamedTuple):
    """One finding of a case, in words."""

    who: str
    """Participant of the event; empty for a finding of the session."""
    event: str
    certainty: Certainty
    claim: str


@cache
def said(name):
    """Every finding of a case, once for each event name and code."""
    one = case(name)
    view = replace(one.view, facts=one.facts)
    facts = SeenFacts(view)
    found = {}
    for finding in session_findings(SeenSession(view)):
        found[Said("", "", finding.certainty, words(finding.claim))] = None
    for scope, known in facts.logs.items():
        for at in range(len(known.log)):
            event = f"{known.log.name(at)} {known.log.error_code(at) or ''}".strip()
            for finding in findings_for(scope, at, facts):
                sentence = words(finding.claim)
                found[Said(scope.participant_id, event, finding.certainty, sentence)] = None
    return tuple(found)


NOT_THE_SLOTS = r"slots were taken|\b12 (to 13 )?others"

TEMPTING = {
    "A01": r".",  # of two that may not be read nothing is known, and the third only joined
    "A02": r"^(?!<\w+> got )",  # a replica of somebody who is not listed: only its errors are
    "B01": r"other participants? met|escalate",
    "B02": r"escalate|3 participants met",
    "B03": r"different (people|persons|users)|[23] (people|persons|users)",
    "B05": r"escalate|slots were taken|same limit",
    "B06": r"same (error|reason)|escalate",
    "B07": r"6 times|6 participants",
    "C01": r"took PUBLISH|allow(s|ed) PUBLISH|joined with",
    "C02": r"took PUBLISH|joined with",
    "C03": r"took PUBLISH|allow(s|ed) PUBLISH",
    "C04": r"gave PUBLISH|took PUBLISH|allow(s|ed) PUBLISH",
    "C05": r"took PUBLISH",
    "C06": r"took PUBLISH|allow(s|ed) PUBLISH|lost PUBLISH",
    "C07": r"allow(s|ed) PUBLISH|not in the event",
    "C08": r"took PUBLISH",
    "C09": r"allow(s|ed) PUBLISH|joined with",
    "C11": r"same second|gave PUBLISH|allow(s|ed) PUBLISH",
    "C12": r"(PUBLISH|SUBSCRIBE) was missing|joined with|took",
    "C13": r"took PUBLISH|joined with",
    "C15": r"took PUBLISH",
    "C17": r"joined with|took PUBLISH|allow(s|ed) PUBLISH",
    "D01": r"24 h",
    "D02": r"24 h",
    "D03": r"24 h|not explain",
    "D04": r"24 h",
    "D06": r"24 h",
    "D07": r"24 h",
    "G01": NOT_THE_SLOTS,
    "G02": NOT_THE_SLOTS,
    "G03": r"Documented",
    "G04": r"Documented",
    "G05": r"(lost|gained) (PUBLISH|SUBSCRIBE)",
    "G07": r"24 h",
    "G09": r"left by itself|because it left",
    "G11": r"was publishing|stopped publishing",
    "K01": r"was publishing:",
    "K02": r"same (stream )?key|copied",
    "K03": r"was publishing",
    "K05": r"was publishing|is not attached|detached",
    "K06": r"in use by|same (stream )?key",
    "L01": r"lost PUBLISH|Losing PUBLISH|took PUBLISH",
    "L02": r"never (published|tried)|did not publish",
    "L03": r"had published",
    "N01": r"(lost|gained) (PUBLISH|SUBSCRIBE)|slots were taken",
    "P01": r"all along|race|never published|started",
    "P03": r"all along|race|The publisher (stopped|left)",
    "P04": r"race|stopped publishing \d|never published",
    "P05": r"all along|never published",
    "P06": r"never published|all along",
    "P08": r"publisher",
    "P10": r"all along|started",
    "P12": r"replica|copy",
    "P13": r"all along|stopped publishing",
    "P14": r"race|stopped publishing|never published",
    "Q01": NOT_THE_SLOTS + r"|another limit",
    "Q02": NOT_THE_SLOTS,
    "Q03": r"13 others|another limit",
    "Q04": r"another limit|slots were taken",
    "Q05": r"others were publishing|slots were taken|another limit",
    "Q06": r"others were publishing|slots were taken|another limit",
    "Q07": NOT_THE_SLOTS,
    "Q08": NOT_THE_SLOTS,
    "Q10": r"13 others|14 others|another limit",
    "Q11": NOT_THE_SLOTS + r"|another limit",
    "Q13": r"24 others|another limit",
    "Q14": r"another limit",
    "R01": r"\b1 other|another limit|slots were taken",
    "S01": r"SDK .* (is|was) the (reason|cause)",
    "T01": r"crossed|negative|lasted",
    "T02": r"had published",
    "T03": r"left|stopped",
    "U01": r"one client|participants carry [^:]*, one after another",
    "U03": r"one client|one person",
    "U04": r"one client|at the same time",
    "U05": r"one client|one person",
    "U06": r"one client|participants carry [^:]*, one after another",
    "X01": r"stopped publishing|never published|is the reason",
}
"""By case: what no finding that is shown may say."""

TOLD = [
    ("B01", "r", "PUBLISH_ERROR", "Nobody else got it within 60 s", {SHOWN}),
    ("B03", "", "", r"3 participants got .* within 2 s", {SHOWN}),
    ("B05", "", "", r"3 participants got <QUOTA_EXCEEDED> within 20 s", {SHOWN}),
    ("B07", "", "", r"3 participants got .* within 2 s", {SHOWN}),
    ("C01", "jose", "PUBLISH_ERROR", "was not exchanged before", {LIKELY}),
    ("C02", "jose", "PUBLISH_ERROR", "allows PUBLISH: it does not explain", {SHOWN}),
    ("C03", "jose", "PUBLISH_ERROR", "which came last is not known", {UNKNOWN}),
    ("C04", "jose", "PUBLISH_ERROR", "exchange in the same second gave PUBLISH", {LIKELY, UNKNOWN}),
    ("C05", "jose", "PUBLISH_ERROR", "yet PUBLISH_STARTED follows", {UNKNOWN}),
    ("C06", "jose", "PUBLISH_ERROR", "is not in the event", {UNKNOWN}),
    ("C07", "jose", "PUBLISH_ERROR", "5 min before took PUBLISH away", {SHOWN}),
    ("C08", "jose", "PUBLISH_ERROR", "PUBLISH|joined", {LIKELY, UNKNOWN}),
    ("C09", "jose", "PUBLISH_ERROR", "5 min before took PUBLISH away", {SHOWN}),
    ("C11", "jose", "PUBLISH_ERROR", r"0\.2 s before took PUBLISH away", {SHOWN}),
    ("C12", "jose", "JOIN_ERROR", "no document ties it", {UNKNOWN}),
    ("C13", "jose", "PUBLISH_ERROR", "allowed PUBLISH: it does not explain", {SHOWN}),
    ("C15", "jose", "PUBLISH_ERROR", "allows PUBLISH: it does not explain", {SHOWN}),
    ("C17", "jose", "PUBLISH_ERROR", "was not exchanged before", {LIKELY, UNKNOWN}),
    ("G07", "v", "SUBSCRIBE_ERROR", "of its stay is 24 h before", {LIKELY}),
    ("G11", "dana", "SUBSCRIBE_ERROR", "never published", {SHOWN, LIKELY}),
    ("K01", "enc2", "PUBLISH_ERROR", "was not publishing then", {SHOWN}),
    ("K02", "enc2", "PUBLISH_ERROR", "was publishing: it started", {SHOWN}),
    ("K03", "enc2", "PUBLISH_ERROR", "was publishing: it started", {UNKNOWN}),
    ("K05", "enc2", "PUBLISH_ERROR", "2 h 53 min after", {SHOWN}),
    (
        "L01",
        "a",
        "TOKEN_EXCHANGED",
        "PUBLISH_STOPPED is 2 s after",
        {LIKELY, UNKNOWN},
    ),
    ("L03", "a", "LEFT", "joined again 1 min 40 s later", {SHOWN}),
    ("P04", "dana", "SUBSCRIBE_ERROR", "publishing all along", {SHOWN}),
    ("P05", "dana", "SUBSCRIBE_ERROR", "stopped publishing 10 s before", {SHOWN}),
    ("P12", "dana", "SUBSCRIBE_ERROR", "publishing all along", {SHOWN}),
    ("P14", "dana", "SUBSCRIBE_ERROR", "publishing all along", {SHOWN}),
    ("Q05", "priya", "SUBSCRIBE_ERROR", "Subscribing has limits of its own", {UNKNOWN}),
    ("Q06", "priya", "JOIN_ERROR", "does not say which limit", {UNKNOWN}),
    ("S01", "", "", "SDK", {SHOWN, LIKELY, UNKNOWN}),
    ("T02", "z", "PUBLISH_STOPPED", "How long it had published is not known", {UNKNOWN}),
    ("U01", "", "", "up to 2 at the same time", {SHOWN}),
    ("U03", "", "", "one after another, at most 10 s apart", {SHOWN}),
    ("X01", "", "", r"4 participants failed to subscribe to <host> within 2 h 30 min", {SHOWN}),
]
"""Case, participant, event (empty: of the session), what has to be found, how sure it may be. The
other cases are in test_cases."""


def test_every_case_has_a_tempting_conclusion():
    assert set(TEMPTING) == set(case_names())


@pytest.mark.parametrize("name", sorted(TEMPTING))
def test_the_tempting_conclusion_is_not_shown(name):
    wrong = re.compile(TEMPTING[name])
    assert [one for one in said(name) if one.certainty is SHOWN and wrong.search(one.claim)] == []


@pytest.mark.parametrize(("name", "who", "event", "claim", "certainties"), TOLD)
def test_what_can_be_known_is_told(name, who, event, claim, certainties):
    fitting = [
        one
        for one in said(name)
        if one.who == who and one.event.startswith(event) and re.search(claim, one.claim)
    ]
    assert fitting, said(name)
    assert {one.certainty for one in fitting} <= certainties
