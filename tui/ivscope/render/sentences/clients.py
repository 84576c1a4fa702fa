"""Sentences about clients: SDK, browser, encoder, stream keys and ingest configurations."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from ivscope.findings.client import (
    BehindBrowser,
    ClientOpen,
    ClientSays,
    DocumentedFault,
    Encoder,
    FaultCondition,
    FaultFits,
    FromBrowser,
    FromSdk,
    NoVersionFails,
    VersionFails,
    VersionIsReason,
)
from ivscope.findings.finding import Claim, PlainClaim
from ivscope.findings.ingest_now import (
    ConfigurationNow,
    IngestOpen,
    IngestSays,
    ListingFailed,
    NotListedNow,
    NotListedSoFar,
    ProtocolNow,
)
from ivscope.findings.stream_keys import (
    KeyOpen,
    KeySays,
    OtherWas,
    SameConfiguration,
    WorkedLater,
)
from ivscope.knowledge.known_issues import ISSUE_BY_NAME
from ivscope.render.sentences.words import (
    Moment,
    Outside,
    Text,
    Who,
    counted,
    distance_words,
)

_WEB_LIMITS = {
    "BITRATE_EXCEEDED": "at most 2,500 kbps",
    "RESOLUTION_EXCEEDED": "at most 1280 pixels a side",
}
"""The most that the web SDK sends (web SDK 1.41.0: STAGE_MAX_BITRATE, STAGE_MAX_RESOLUTION)."""

_NEEDED = {
    "INVALID_AUDIO_CODEC": ("audio in AAC-LC", "audio in Opus"),
    "INVALID_VIDEO_CODEC": ("video in H.264", "video in H.264"),
    "INVALID_INPUT": ("both audio and video", "a video track in H.264"),
}
"""The media required over RTMP, and over WHIP (IVS RealTimeUserGuide: supported media
specifications, RTMP publishing, OBS WHIP support)."""

_OF_KEYS = frozenset({"REUSE_OF_STREAM_KEY", "INVALID_STREAM_KEY"})
"""Codes with which no setting of the encoder is wrong but its key, if even that."""

_CONFIGURATION_OPEN = "How its ingest configuration stands now is not known"

PLAIN: Final[dict[PlainClaim, str]] = {
    ClientSays.FACTS_NOT_READ: (
        "Whether an encoder or a browser sent it is not known: "
        "its SDK and protocol are not read yet."
    ),
    ClientSays.WHIP_WITH_SDK: (
        "It came over WHIP, yet with an SDK version: SDK or encoder is not certain."
    ),
    ClientSays.NOT_TOLD: "Its SDK, browser and protocol do not tell an encoder from an SDK.",
    ClientSays.FAULTS_NOT_COMPARED: (
        "Known faults of its SDK are not compared: SDK and browser are not read."
    ),
    ClientSays.VERSIONS_NOT_READ: (
        "SDK versions of those who failed are not known: they are not read yet."
    ),
    ClientOpen.WHO_SENT_IT: "what sent it: the events do not tell one program from another",
    ClientOpen.TRACKS_AND_CODECS: (
        "which tracks and codecs it offered: the log of the client tells"
    ),
    ClientOpen.WHAT_IT_SENT: "what the app told it to send: an encoder names no SDK version",
    ClientOpen.IS_REASON: "whether that is the reason",
    IngestSays.NOT_READ: f"{_CONFIGURATION_OPEN}.",
    IngestSays.NOT_PERMITTED: (
        f"{_CONFIGURATION_OPEN}: ivs:ListIngestConfigurations, which is optional, is not permitted."
    ),
    IngestOpen.THEN: "how it stood at that second; the stream key itself is never read",
    IngestOpen.THEN_AND_WHICH_KEY: (
        "how it stood at that second, and which of its two stream keys was used"
    ),
    IngestOpen.THEN_AND_WHERE: (
        "how it stood at that second, and whether it is attached to another stage or none"
    ),
    IngestOpen.PROTOCOL_THEN: "how it was configured at that second",
    KeySays.CONFIGURATION_NOT_KNOWN: "Which ingest configuration it used is not known.",
    KeySays.NO_CONFIGURATION: (
        "The participant names no ingest configuration, so others cannot be compared."
    ),
    KeySays.NOBODY_ELSE: "No other participant of this session has its ingest configuration.",
    KeySays.NOBODY_AS_LISTED: (
        "No other participant of this session has its ingest configuration as far as listed."
    ),
    KeySays.LIST_NOT_READ: "The list of participants is not read to the end.",
    KeyOpen.ELSEWHERE: "whether the key was in use on another stage, or attached at all",
    KeyOpen.TWO_KEYS: "whether the key is the same: redundant ingest has two of them",
}


def _encoder(claim: Encoder) -> Text:
    if claim.error_code in _OF_KEYS:
        return (f"It came over {claim.protocol}: an encoder, and no SDK.",)
    needed = _NEEDED.get(claim.error_code)
    which = f", which needs {needed[claim.protocol == 'WHIP']}" if needed else ""
    return (f"It came over {claim.protocol}{which}: look at the settings of the encoder.",)


def _from_browser(claim: FromBrowser) -> Text:
    return ("It joined from a browser (", Outside(claim.browser), ").")


def _from_sdk(claim: FromSdk) -> Text:
    system: Text = () if claim.system is None else (" for ", Outside(claim.system))
    return ("It joined with the SDK ", Outside(claim.sdk_version), *system, ", not an encoder.")


def _behind_browser(claim: BehindBrowser) -> Text:
    limit = _WEB_LIMITS.get(claim.error_code)
    sends = f"; the web SDK by itself sends {limit}" if limit else ""
    end = ": look for an encoder or changed settings behind the same token."
    return ("It joined from a browser (", Outside(claim.browser), f"){sends}{end}")


def _documented_fault(claim: DocumentedFault) -> Text:
    fault = ISSUE_BY_NAME[claim.fault].fault
    return (f"Documented: {fault}. It has ", Outside(claim.sdk_version), ".")


def _fault_fits(claim: FaultFits) -> Text:
    fault = ISSUE_BY_NAME[claim.fault].fault
    whose = f"{counted(claim.errors, 'error')} of {counted(claim.participants, 'participant')}"
    return (f"Documented: {fault}. {whose} can come from it.",)


def _fault_condition(claim: FaultCondition) -> Text:
    return (ISSUE_BY_NAME[claim.fault].open_condition or "",)


def _version_fails(claim: VersionFails) -> Text:
    others = f"of {claim.others:,} with another, {claim.others_failed:,} had."
    return (
        f"{claim.failed:,} of {claim.participants:,} participants with SDK ",
        Outside(claim.sdk_version),
        " (",
        Outside(claim.system),
        f") had errors; {others}",
    )


def _no_version_fails(claim: NoVersionFails) -> Text:
    read = f"Among the {claim.read:,} participants whose SDK and browser are read"
    return (f"{read} no SDK version failed more often than others.",)


def _version_is_reason(claim: VersionIsReason) -> Text:
    read = f"SDK and browser of {claim.read:,} participants are read, of {claim.listed:,}"
    return (f"whether the version is the reason; {read}",)


def _now(as_of: datetime | None) -> Text:
    return ("Now, ",) if as_of is None else ("Now, at ", Moment(as_of), ", ")


def _configuration(name: str | None) -> Text:
    own = "its ingest configuration"
    return (own,) if name is None else (own, " ", Outside(name))


def _not_listed_so_far(claim: NotListedSoFar) -> Text:
    return (f"{_CONFIGURATION_OPEN}: it is not among the {claim.listed:,} listed so far.",)


def _listing_failed(claim: ListingFailed) -> Text:
    return (f"{_CONFIGURATION_OPEN}, the listing failed: ", Outside(claim.failure))


def _not_listed_now(claim: NotListedNow) -> Text:
    return (*_now(claim.as_of), "its ingest configuration is not listed for this stage.")


def _configuration_now(claim: ConfigurationNow) -> Text:
    verb = "attached to" if claim.is_attached_here else "listed for"
    state = "in a state not given" if claim.state is None else Outside(claim.state)
    user: Text = ()
    if claim.participant_id is not None:
        user = (" with ", "this participant" if claim.is_own else Who(claim.participant_id))
    head = (*_now(claim.as_of), *_configuration(claim.configuration))
    return (*head, f" is {verb} this stage and ", state, *user, ".")


def _protocol_now(claim: ProtocolNow) -> Text:
    head = (*_now(claim.as_of), *_configuration(claim.configuration))
    if claim.protocol is None:
        return (*head, " names no protocol.")
    takes: Text = (*head, " is configured for ", Outside(claim.protocol))
    if claim.used_protocol is None:
        return (*takes, ".")
    if claim.is_same:
        return (*takes, ", and it came over that: this does not explain the error.")
    return (*takes, ", and it came over ", Outside(claim.used_protocol), ".")


def _worked_later(claim: WorkedLater) -> Text:
    return (f"It published {distance_words(claim.started)}: by then it had a key that works.",)


def _same_configuration(claim: SameConfiguration) -> Text:
    end = {
        OtherWas.PUBLISHING: " and was publishing: it started",
        OtherWas.NOT_PUBLISHING: " but was not publishing then.",
        OtherWas.NOT_CERTAIN: "; whether it was publishing in that second is not certain",
        OtherWas.NOT_READ: "; whether it was publishing is not known.",
    }[claim.then]
    if claim.then is OtherWas.PUBLISHING and claim.started is not None:
        end += f" {distance_words(claim.started)}."
    if claim.then is OtherWas.NOT_CERTAIN:
        started = claim.started and distance_words(claim.started)
        end += f": it started {started}." if started else "."
    return (Who(claim.participant_id), " has the same ingest configuration", end)


SENTENCES: Final[dict[type[Claim], Callable[[Any], Text]]] = {
    Encoder: _encoder,
    FromBrowser: _from_browser,
    FromSdk: _from_sdk,
    BehindBrowser: _behind_browser,
    DocumentedFault: _documented_fault,
    FaultFits: _fault_fits,
    FaultCondition: _fault_condition,
    VersionFails: _version_fails,
    NoVersionFails: _no_version_fails,
    VersionIsReason: _version_is_reason,
    NotListedSoFar: _not_listed_so_far,
    ListingFailed: _listing_failed,
    NotListedNow: _not_listed_now,
    ConfigurationNow: _configuration_now,
    ProtocolNow: _protocol_now,
    WorkedLater: _worked_later,
    SameConfiguration: _same_configuration,
}
