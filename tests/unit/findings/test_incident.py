from datetime import UTC, datetime
from unicodedata import category

import pytest

from ivscope.endpoint.worlds.catalog import open_world
from ivscope.endpoint.worlds.incident import MAIN_ARN, RIVAL_ARN
from ivscope.findings.finding import MOST_REFS, Certainty
from ivscope.findings.rules import findings_for, session_findings
from ivscope.render.finding_lines import sentence
from support.claims import checked
from support.given_facts import WorldFacts, scope, words

EPOCH = datetime(2026, 11, 24, 14, 3, 7, 123456, tzinfo=UTC)
SHOW = "st-dxMFysKnE9UAk"
RESTREAM = "st-WzDwn45B2IFci"


@pytest.fixture(scope="module")
def world():
    return open_world("incident", lambda: EPOCH)


@pytest.fixture(scope="module")
def show(world):
    return WorldFacts(world, MAIN_ARN, SHOW)


def story(known_facts, participant, clock, name):
    """What is found for the events of somebody at a UTC time of day."""
    one = scope(participant, known_facts.scope)
    log = known_facts.log(one).log
    return [
        (words(finding.claim), finding)
        for at in range(len(log))
        if log.name(at) == name and f"{log[at].time:%H:%M:%S}" == clock
        for finding in checked(findings_for(one, at, known_facts))
    ]


def sentences(known_facts, participant, clock, name="PUBLISH_ERROR"):
    return " | ".join(text for text, _ in story(known_facts, participant, clock, name))


def test_the_demoted_cohost_lost_publish_by_the_exchange(show):
    text = sentences(show, "beRSlnzycy6R", "21:02:51")
    assert "The token exchange 20 s before took PUBLISH away." in text
    assert "2 times the same error" in text
    assert "Documented" not in text
    stopped = sentences(show, "beRSlnzycy6R", "21:02:31", "PUBLISH_STOPPED")
    assert "It had published for 26 min 17 s." in stopped
    assert "The token exchange in the same second took PUBLISH away" in stopped
    gained = sentences(show, "beRSlnzycy6R", "20:36:10", "TOKEN_EXCHANGED")
    assert "It gained PUBLISH, and PUBLISH_STARTED is 4 s after." in gained


def test_the_viewer_token_was_never_exchanged(show):
    assert "was not exchanged before" in sentences(show, "pLrdUMAsfnkk", "20:33:40")


def test_the_old_web_sdk_is_named_and_the_token_is_not_blamed(show):
    text = sentences(show, "rKL3tSemhHNc", "20:37:27")
    assert "allows PUBLISH: it does not explain the error" in text
    assert "right after a token exchange. It has <1.33.0>." in text
    text = sentences(show, "WZF55ruJ8vIm", "20:37:20")
    assert "gave PUBLISH: the attempt may have come before it" in text
    assert "right after a token exchange" in sentences(
        show, "rgeSAc1aOKO6", "21:16:01", "SUBSCRIBE_ERROR"
    )


def test_each_publisher_not_found_has_its_own_reason(show):
    name = "SUBSCRIBE_ERROR"
    nina = sentences(show, "BZgGuCPI0fGj", "20:55:12", name)
    assert "The publisher stopped publishing 2 s before and left 2 s before: so close" in nina
    assert "publishing all along" in sentences(show, "urIXg3HLgZuA", "20:44:20", name)
    assert "never published" in sentences(show, "JhfSgFM6eY3y", "20:50:01", name)
    dana = sentences(show, "GKTLNRRbA6FI", "20:50:54", name)
    assert "first started 1 min 46 s after: it was not there yet" in dana
    assert "<QUOTA_EXCEEDED>" in dana
    assert "VPN" not in dana


def test_the_thirteenth_publisher_met_twelve_others(show):
    text = sentences(show, "tAv0YThNuP8y", "20:47:12")
    assert "12 others were publishing in that second, 1 of them a replica" in text
    assert "slots were taken" in text


def test_the_encoders_are_told_apart(show):
    assert "It came over RTMPS" in sentences(show, "kzX63Lf0GJ2t", "21:01:10")
    assert "3 times the same error" in sentences(show, "kzX63Lf0GJ2t", "21:05:44")
    assert "It came over WHIP" in sentences(show, "EBK9YCYY9bUO", "20:34:05")
    reuse = sentences(show, "8D9fYEaOPbzU", "20:49:30")
    assert "<YRJVmiyiXh1R> has the same ingest configuration and was publishing" in reuse
    assert "No other participant" in sentences(show, "jqbWFZaWBQoZ", "20:40:10")


def test_the_configurations_are_told_as_they_stand_now(show):
    kit = sentences(show, "jqbWFZaWBQoZ", "20:40:10")
    assert "its ingest configuration is not listed for this stage." in kit
    live = next(row for row in show.configurations if row.name == "program").participant_id
    backup = sentences(show, "8D9fYEaOPbzU", "20:49:30")
    assert f"<program> is attached to this stage and <ACTIVE> with <{live}>." in backup
    assert "<YRJVmiyiXh1R> has the same ingest configuration and was publishing" in backup
    assert live != "YRJVmiyiXh1R"
    old = sentences(show, "pbQ20JUFwm7o", "20:31:50")
    assert "<old> is configured for <RTMPS>, and it came over <RTMP>." in old


def test_the_battle_ended_by_a_call(show):
    text = sentences(show, "rJ8znbQQyqev", "20:52:00", "REPLICATION_STOPPED")
    assert "It was replicated for 10 min 55 s." in text
    assert "It went on publishing: the only documented reason left" in text


def test_the_lost_copy_had_been_stopped(world):
    known_facts = WorldFacts(world, RIVAL_ARN, rival_show(world))
    found = [
        words(finding.claim)
        for one, log in known_facts.logs.items()
        if one.session == known_facts.scope
        for at in range(len(log.log))
        if log.log.error_code(at) == "PUBLISHER_NOT_FOUND"
        for finding in checked(findings_for(one, at, known_facts))
    ]
    assert any("its replication to this session ended 1 s before" in text for text in found)


def rival_show(world):
    for row in world.sessions(RIVAL_ARN):
        if row.get("endTime"):
            return row["sessionId"]
    raise AssertionError


def test_the_renamed_guest_expires_earlier(show):
    text = sentences(show, "k5rivn5waP5v", "21:00:00", "TOKEN_EXCHANGED")
    assert "earlier, at 21:45:00" in text


def test_the_flaky_phone_reconnects(show):
    log = show.log(scope("GKTLNRRbA6FI", show.scope)).log
    clock = next(
        f"{log[at].time:%H:%M:%S}" for at in range(300, len(log)) if log.name(at) == "LEFT"
    )
    text = sentences(show, "GKTLNRRbA6FI", clock, "LEFT")
    assert "It joined again 11 s later" in text
    assert "ended in the same second" in text


def test_the_restream_ended_after_24_hours(world):
    known_facts = WorldFacts(world, MAIN_ARN, RESTREAM)
    (clock,) = {
        f"{event.time:%H:%M:%S}"
        for event in known_facts.log(scope("cFTCie3pl4uw", known_facts.scope)).log
        if event.error_code
    }
    text = sentences(known_facts, "cFTCie3pl4uw", clock)
    assert "PUBLISH_STARTED is 24 h before: near the limit of 24 h." in text


def test_the_whole_show_tells_its_stories(show):
    found = [words(finding.claim) for finding in checked(session_findings(show.as_session))]
    text = "\n".join(found)
    assert "7 participants got <INTERNAL_SERVER_EXCEPTION> within 37 s, from 21:10:04" in text
    assert "At 3 of 3 PUBLISH_ERROR QUOTA_EXCEEDED, 12 others were publishing: the slots" in text
    assert "7 participants share the user id <tariq-mobile>, one after another" in text
    assert "right after a token exchange. 4 errors of 3 participants can come from it." in text
    assert "failed to subscribe to" not in text
    assert "VPN" not in text


def test_no_rule_stumbles_over_any_event_and_every_reference_is_real(world):
    count = 0
    for stage in world.stages():
        for row in world.sessions(stage["arn"]):
            known_facts = WorldFacts(world, stage["arn"], row["sessionId"])
            for one, log in known_facts.logs.items():
                if one.session != known_facts.scope:
                    continue
                for at in range(len(log.log)):
                    for finding in checked(findings_for(one, at, known_facts)):
                        count += 1
                        check(finding, known_facts)
            for finding in checked(session_findings(known_facts.as_session)):
                check(finding, known_facts)
    assert count > 500


def check(finding, known_facts):
    assert len(finding.rests_on) <= MOST_REFS
    for ref in finding.rests_on:
        is_session = ref.scope == known_facts.scope
        log = known_facts.log_of_session if is_session else known_facts.log(ref.scope).log
        assert 0 <= ref.position < len(log)
    for claim in filter(None, (finding.claim, finding.unknown)):
        for part in sentence(claim):
            if isinstance(part, str):
                assert not any(category(letter).startswith("C") for letter in part)
    assert finding.certainty is not Certainty.SHOWN or finding.rests_on
