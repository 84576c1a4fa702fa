import pytest

from ivscope.findings.finding import Certainty, FactKind
from ivscope.knowledge.known_issues import parse_version
from support.given_facts import (
    GivenFacts,
    event,
    exchanged,
    facts,
    findings_of,
    first,
    token,
    words,
)


def faults(name, code, **client):
    known_facts = GivenFacts(event(0, "JOINED"), event(5, name, code)).with_facts(facts(**client))
    return [
        words(one.claim)
        for one in findings_of(known_facts)
        if words(one.claim).startswith("Documented")
    ]


CHROME = {"browser": "Google Chrome", "browser_version": "152.0.1", "system": "Windows"}


def test_documented_faults_match_their_conditions():
    assert "before 1.38.1" in faults("PUBLISH_ERROR", None, sdk="1.38.0", **CHROME)[0]
    assert "before 1.39.0" in faults("PUBLISH_ERROR", None, sdk="1.38.1", **CHROME)[0]
    assert "websockets" in faults("JOIN_ERROR", None, sdk="1.25.9", browser="Firefox")[0]
    assert "TIMEOUT" in faults("JOIN_ERROR", None, sdk="1.27.0", browser="Safari")[0]
    phone = {"system": "iOS", "os_version": "18.5.1", "sdk": "1.32.0"}
    assert "VPN" in faults("SUBSCRIBE_ERROR", None, **phone)[0]
    assert (
        "B-frames" in faults("PUBLISH_ERROR", "B_FRAME_PRESENT", system="Android", sdk="1.24.0")[0]
    )


@pytest.mark.parametrize(
    ("name", "code", "client"),
    [
        ("PUBLISH_ERROR", None, CHROME | {"sdk": "1.39.0"}),
        ("PUBLISH_ERROR", None, CHROME | {"sdk": "1.38.0", "browser_version": "151"}),
        ("PUBLISH_ERROR", None, CHROME | {"sdk": "1.38.0", "browser_version": None}),
        ("PUBLISH_ERROR", None, CHROME | {"sdk": "1.38.0", "system": "iOS"}),
        ("PUBLISH_ERROR", None, CHROME | {"sdk": "1.38.0", "browser": "Firefox"}),
        ("PUBLISH_ERROR", "QUOTA_EXCEEDED", CHROME | {"sdk": "1.38.0"}),
        ("SUBSCRIBE_ERROR", None, CHROME | {"sdk": "1.38.0"}),
        ("JOIN_ERROR", "QUOTA_EXCEEDED", {"sdk": "1.25.9", "browser": "Firefox"}),
        ("JOIN_ERROR", None, {"sdk": "1.25.9", "system": "Android"}),
        ("SUBSCRIBE_ERROR", None, {"system": "iOS", "os_version": "18.4", "sdk": "1.31.0"}),
        ("SUBSCRIBE_ERROR", None, {"system": "iOS", "os_version": "18.6", "sdk": "1.38.0"}),
        ("SUBSCRIBE_ERROR", None, {"system": "iOS", "os_version": "", "sdk": "1.31.0"}),
        ("PUBLISH_ERROR", "B_FRAME_PRESENT", CHROME | {"sdk": "1.24.0"}),
        ("PUBLISH_ERROR", None, {"system": "Android", "sdk": "1.24.0"}),
        # What a web SDK tells its app when joining fails is nothing that LEFT shows.
        ("LEFT", None, {"sdk": "1.27.0", "browser": "Safari"}),
        ("LEFT", None, {"sdk": "1.39.0", "browser": "Firefox"}),
        ("LEFT", None, {"sdk": "1.38.0", "browser": "Firefox", "system": "iOS"}),
        ("LEFT", None, {"sdk": "1.38.0", "system": "Linux"}),
    ],
)
def test_documented_faults_are_not_claimed_when_a_condition_fails(name, code, client):
    assert faults(name, code, **client) == []


def leaving(*after, complete=True, name="LEFT", **client):
    known_facts = GivenFacts(event(0, "JOINED"), event(5, name), *after, complete=complete)
    found = findings_of(known_facts.with_facts(facts(**client)), 1)
    return [one for one in found if words(one.claim).startswith("Documented")]


FIREFOX = {"browser": "Firefox", "sdk": "1.38.0", "system": "Windows"}


def test_firefox_that_does_not_come_back_can_be_a_documented_fault():
    (finding,) = leaving(**FIREFOX)
    assert "Firefox can fail to come back after a long time offline" in words(finding.claim)
    # Everybody leaves in the end: that it was this is nothing to be called likely.
    assert finding.certainty is Certainty.UNKNOWN
    assert words(finding.unknown) == "whether it was offline, or left by itself"


@pytest.mark.parametrize("again", [event(6, "JOINED"), event(5, "JOINED"), event(None, "JOINED")])
def test_a_fault_of_not_coming_back_is_not_told_of_who_did_or_may_have(again):
    assert leaving(again, **FIREFOX) == []


@pytest.mark.parametrize(
    ("name", "back", "client", "fault"),
    [
        ("LEFT", "JOINED", {"system": "Android", "sdk": "1.37.0"}, "slow to reconnect"),
        ("LEFT", "JOINED", {"system": "iOS", "sdk": "1.37.0"}, "slow to reconnect"),
        ("PUBLISH_STOPPED", "PUBLISH_STARTED", CHROME | {"sdk": "1.37.0"}, "in a composition"),
    ],
)
def test_a_fault_of_coming_back_is_told_of_who_came_back_only(name, back, client, fault):
    (finding,) = leaving(event(9, back), name=name, **client)
    assert fault in words(finding.claim)
    assert finding.certainty is Certainty.UNKNOWN
    assert leaving(name=name, **client) == []
    assert leaving(event(5, back), name=name, **client) == []


def test_the_platform_of_a_version_is_taken_from_the_facts():
    # Web and mobile SDKs number apart: 1.37.0 with a browser is no mobile SDK.
    assert leaving(event(9, "JOINED"), sdk="1.37.0", system="Android", browser="Chrome") == []
    old = {"system": "Android", "sdk": "1.18.0"}
    assert len(leaving(event(9, "JOINED"), **old)) == 2


def test_versions_that_cannot_be_compared_are_none():
    assert parse_version("1.33") == (1, 33, 0)
    assert parse_version("152.0.7204.97") == (152, 0, 7204)
    for text in (None, "", "v1.33.0", "1.34.0-rc.1", "1.x", "1.33.0 ", "\u0661.2"):
        assert parse_version(text) is None


LIMIT = "BITRATE_EXCEEDED"


def sender(code=LIMIT, **client):
    known_facts = GivenFacts(event(5, "PUBLISH_ERROR", code))
    return first(known_facts.with_facts(facts(**client)) if client else known_facts)


def test_an_encoder_is_told_from_a_browser():
    finding, text = sender(protocol="RTMPS", sdk="")
    assert (finding.certainty, "over RTMPS" in text) == (Certainty.SHOWN, True)
    finding, text = sender(browser="Safari", sdk="1.41.0", protocol="UNKNOWN")
    assert finding.certainty is Certainty.LIKELY
    assert "(<Safari>); the web SDK by itself sends at most 2,500 kbps" in text
    assert "kbps" not in sender("B_FRAME_PRESENT", browser="Safari", protocol="UNKNOWN")[1]


def test_without_facts_encoder_or_browser_is_unknown_and_costs_one_call():
    finding, _ = sender()
    assert finding.certainty is Certainty.UNKNOWN
    assert [(ask.fact.kind, ask.calls) for ask in finding.would_tell] == [(FactKind.PARTICIPANT, 1)]


@pytest.mark.parametrize(
    "client",
    [
        {"protocol": "WHIP", "browser": "Safari", "sdk": "1.41.0"},
        {"protocol": "WHIP", "sdk": "1.41.0"},
        {"protocol": "SRT"},
        {"protocol": "SRT", "system": "iOS"},
    ],
)
def test_facts_that_fit_both_claim_neither(client):
    assert sender(**client)[0].certainty is Certainty.UNKNOWN


@pytest.mark.parametrize("system", ["iOS", "Android", "Linux"])
def test_an_sdk_outside_a_browser_is_told_from_an_encoder(system):
    finding, text = sender(protocol="UNKNOWN", system=system, sdk="1.49.0")
    assert text == f"It joined with the SDK <1.49.0> for <{system}>, not an encoder."
    assert finding.certainty is Certainty.LIKELY


@pytest.mark.parametrize("code", ["INVALID_STREAM_KEY", "REUSE_OF_STREAM_KEY"])
def test_with_a_stream_key_no_setting_of_the_encoder_is_blamed(code):
    held = GivenFacts(event(0, "PUBLISH_ERROR", code)).with_facts(facts(protocol="RTMPS"))
    text = "It came over RTMPS: an encoder, and no SDK."
    assert text in [words(one.claim) for one in findings_of(held)]


def refused_after_exchange(*more, code="INSUFFICIENT_CAPABILITIES", since=1, **client):
    """The documented fault after an exchange that gave PUBLISH, at the refused attempt."""
    gave = exchanged(5, token("SUBSCRIBE"), token("SUBSCRIBE", "PUBLISH"))
    held = GivenFacts(gave, *more, event(5 + since, "PUBLISH_ERROR", code))
    found = findings_of(held.with_facts(facts(browser="Chrome", **client)))
    return [one for one in found if words(one.claim).startswith("Documented")]


def test_a_fault_is_likely_only_where_nothing_else_documented_refuses_what_the_token_allows():
    (likely,) = refused_after_exchange(sdk="1.33.0")
    assert likely.certainty is Certainty.LIKELY
    assert words(likely.unknown) == "whether that is the reason"
    (tied,) = refused_after_exchange(sdk="1.33.0", since=0)
    (other,) = refused_after_exchange(sdk="1.33.0", code=None)
    (joined,) = refused_after_exchange(event(6, "JOINED"), sdk="1.33.0", since=2)
    for finding in (tied, other, joined):
        assert finding.certainty is Certainty.UNKNOWN
    assert refused_after_exchange(sdk="1.34.0") == []


def test_two_documented_faults_of_one_version_are_both_left_open():
    held = GivenFacts(event(5, "JOIN_ERROR")).with_facts(facts(sdk="1.25.0", browser="Chrome"))
    found = [one for one in findings_of(held) if words(one.claim).startswith("Documented")]
    assert [one.certainty for one in found] == [Certainty.UNKNOWN] * 2
    assert all(one.unknown is not None for one in found)


@pytest.mark.parametrize(
    ("code", "protocol", "needed", "other"),
    [
        ("INVALID_AUDIO_CODEC", "RTMPS", "audio in AAC-LC", "Opus"),
        ("INVALID_AUDIO_CODEC", "WHIP", "audio in Opus", "AAC"),
        ("INVALID_VIDEO_CODEC", "RTMP", "video in H.264", "audio"),
        ("INVALID_INPUT", "RTMP", "both audio and video", "track"),
        ("INVALID_INPUT", "WHIP", "a video track in H.264", "both"),
    ],
)
def test_what_an_encoder_must_send_is_told_for_its_protocol(code, protocol, needed, other):
    finding, text = sender(code, protocol=protocol, sdk="")
    assert finding.certainty is Certainty.SHOWN
    assert f"over {protocol}, which needs {needed}" in text
    assert other not in text


@pytest.mark.parametrize("code", ["INVALID_AUDIO_CODEC", "INVALID_VIDEO_CODEC", "INVALID_INPUT"])
def test_of_a_browser_no_encoder_and_no_codec_is_claimed(code):
    # A browser can lack H.264 itself: nothing says that an encoder uses its token.
    finding, text = sender(code, browser="Firefox", sdk="1.41.0", protocol="UNKNOWN")
    assert finding.certainty is Certainty.UNKNOWN
    assert "encoder" not in text
    assert "codecs it offered" in words(finding.unknown)
    assert sender(code)[0].would_tell
