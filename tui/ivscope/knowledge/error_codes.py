"""The 14 error codes of stage events (IVS API: EventErrorCode) and what to do about them.

Meanings are from the API reference, limits from the user guide (service quotas, stream ingest,
RTMP publishing, OBS and WHIP). No document says which event carries which code, nor which error of
a client belongs to it: `at_client` is our inference.
"""

from typing import Final

from ivscope.knowledge import limits
from ivscope.knowledge.explanation import (
    GUIDE,
    REFERENCE,
    Cause,
    Concern,
    ErrorSide,
    Explanation,
    Limit,
)
from ivscope.knowledge.limits import LASTING_SECONDS, PUBLISHER_LIMIT

_INGEST = f"{GUIDE}/rt-stream-ingest.html"
_RTMP = f"{GUIDE}/rt-rtmp-publishing.html"
_ALL = tuple(Concern)
_SDKS = (Concern.BROWSER_SDK, Concern.MOBILE_SDK, Concern.LINUX_SDK)
_ENCODERS = (Concern.RTMP, Concern.WHIP)

_CODEC_MISMATCH = (
    "Web: CODEC_MISMATCH (7, inside 1035), of which it is not known whether it makes an event."
)

_CARDS = (
    Explanation(
        title="INSUFFICIENT_CAPABILITIES",
        side=ErrorSide.TOKEN,
        meaning="The token does not allow what the client tried to do.",
        causes=(
            Cause("A viewer token, SUBSCRIBE only, was used to publish."),
            Cause("The app promoted the user but gave out no new token."),
            Cause("A token exchange took the capability away just before."),
        ),
        next_check=(
            "Read the last TOKEN_EXCHANGED before it. If there is none, look at the service that "
            "makes the tokens."
        ),
        silence="AWS does not say which events carry which code.",
        at_client=(
            "Web: TOKEN_NOT_ALLOWED (8, inside 1026). On iOS and Android 1026 is a token that was "
            "refused when joining, which leaves no event."
        ),
        page=f"{GUIDE}/getting-started-distribute-tokens.html",
        concerns=(*_SDKS, Concern.WHIP),
    ),
    Explanation(
        title="QUOTA_EXCEEDED",
        side=ErrorSide.LIMIT,
        meaning="More participants want to publish or subscribe than the quota allows.",
        limits=(
            limits.PUBLISHERS,
            limits.SUBSCRIBERS,
            limits.CONCURRENT_PUBLISHERS,
            limits.CONCURRENT_SUBSCRIPTIONS,
        ),
        causes=(
            Cause(f"When publishing: it was publisher number {PUBLISHER_LIMIT + 1} of the stage."),
            Cause("Publishers that nobody sees still publish: a second device, a replica."),
            Cause("Other stages of the account use up the Region's quota."),
        ),
        next_check=(
            "Count the publishers at this second. In CloudWatch compare Publishers and "
            "ConcurrentPublishers (or Subscribers, ConcurrentSubscriptions) with the limits."
        ),
        silence=(
            "The code does not say which of the limits was hit, and no document says whether "
            "replicas count. CloudWatch counts them."
        ),
        at_client="Web: STAGE_AT_CAPACITY (6, inside 1024). iOS and Android: 1024, at each retry.",
        page=f"{limits.PUBLISHERS.page}#quotas-other",
        concerns=_ALL,
    ),
    Explanation(
        title="PUBLISHER_NOT_FOUND",
        meaning="The client subscribed to a publisher that does not exist.",
        causes=(
            Cause("The publisher left or stopped between being seen and being subscribed to."),
            Cause("The publisher's own attempt to publish had failed."),
            Cause("The app works from an old list of publishers."),
            Cause("The publisher was a replica and its replication ended."),
            Cause("Redundant ingest: viewers name a virtual id, not one of the two streams."),
        ),
        next_check=(
            "Open the remote participant at this second: PUBLISH_STOPPED or LEFT just before fits "
            "a race, PUBLISH_ERROR a failed publish. A missing PUBLISH_STARTED alone shows nothing."
        ),
        silence="How long events are kept is not documented: an empty history shows nothing.",
        at_client=(
            "Web: FAILED (4, inside 1027, which can be about publishing too). On iOS 1027 speaks "
            "of a stage that may have been deleted."
        ),
        page=f"{REFERENCE}/API_Event.html",
        concerns=_SDKS,
    ),
    Explanation(
        title="BITRATE_EXCEEDED",
        side=ErrorSide.LIMIT,
        meaning="The participant went over the highest bitrate that a stage allows.",
        limits=(limits.PUBLISH_BITRATE, limits.DOWNLOAD_BITRATE),
        causes=(
            Cause("The encoder aims at the limit and its peaks go over.", is_documented=True),
            Cause("The tracks of a multitrack stream add up to more: their sum counts."),
        ),
        next_check=(
            "Set the encoder to about 6 Mbps at most (OBS with one layer: 2.5 Mbps) and compare "
            "with PublishBitrate in CloudWatch, which counts what was sent twice too."
        ),
        silence="No document says what happens at the download limit, nor whether it is this.",
        at_client=(
            "iOS and Android before 1.38.0: code 0 with the message EOF was reported at such a "
            "bitrate."
        ),
        page=limits.PUBLISH_BITRATE.page,
        concerns=_ENCODERS,
    ),
    Explanation(
        title="RESOLUTION_EXCEEDED",
        side=ErrorSide.LIMIT,
        meaning="The picture is larger than a stage allows.",
        limits=(
            limits.PUBLISH_RESOLUTION,
            Limit("160p at least", is_raisable=None, page=_INGEST),
        ),
        causes=(
            Cause("The encoder sends 1080p, which only a composition's output may have."),
            Cause("The canvas is not scaled down in the encoder."),
        ),
        next_check=(
            "Set the encoder's scaled output to 1280x720 or less and compare with "
            "PublishResolution in CloudWatch, which is the smaller side."
        ),
        page=limits.PUBLISH_RESOLUTION.page,
        concerns=_ENCODERS,
    ),
    Explanation(
        title="STREAM_DURATION_EXCEEDED",
        side=ErrorSide.LIMIT,
        meaning="It published or subscribed for longer than is allowed without a break.",
        limits=(limits.PUBLISH_DURATION, limits.SUBSCRIBE_DURATION),
        causes=(
            Cause("A channel that is meant to run day and night."),
            Cause("A viewer that is not closed, such as a kiosk screen."),
        ),
        next_check=(
            f"Find PUBLISH_STARTED, or the first SUBSCRIBE_STARTED of the stay, about "
            f"{LASTING_SECONDS // 3600} h before. Reconnect earlier; for RTMP use redundant "
            "ingest, whose streams are cut at different times."
        ),
        silence="How exactly the service keeps to the limit is not documented.",
        page=limits.PUBLISH_DURATION.page,
        concerns=_ALL,
    ),
    Explanation(
        title="INVALID_AUDIO_CODEC",
        side=ErrorSide.CLIENT,
        meaning="The sound is coded in a way that a stage does not accept.",
        limits=(
            Limit("RTMP: AAC-LC; WHIP: Opus", is_raisable=None, page=_INGEST),
            Limit(
                "44.1 or 48 kHz, 160 kbps at most, mono or stereo", is_raisable=None, page=_INGEST
            ),
        ),
        causes=(
            Cause("Opus over RTMP, or AAC over WHIP."),
            Cause("HE-AAC or MP3 is selected in the encoder."),
        ),
        next_check="Read the encoder's audio codec, sample rate and bitrate.",
        at_client=_CODEC_MISMATCH,
        page=f"{_INGEST}#supported-media-specifications",
        concerns=_ENCODERS,
    ),
    Explanation(
        title="INVALID_VIDEO_CODEC",
        side=ErrorSide.CLIENT,
        meaning="The picture is coded in a way that a stage does not accept.",
        limits=(
            Limit(
                "H.264 Baseline, key frame every 1 to 2 s, 10 to 60 fps",
                is_raisable=None,
                page=_INGEST,
            ),
        ),
        causes=(
            Cause("HEVC, AV1 or VP9 is selected in the encoder."),
            Cause("A browser without H.264."),
        ),
        next_check="Set the encoder to H.264, Baseline profile; read the participant's browser.",
        at_client=_CODEC_MISMATCH,
        page=f"{_INGEST}#supported-media-specifications",
        concerns=(Concern.RTMP, Concern.WHIP, Concern.BROWSER_SDK),
    ),
    Explanation(
        title="INVALID_PROTOCOL",
        side=ErrorSide.CLIENT,
        meaning="It came over RTMP, but its ingest configuration takes RTMPS only.",
        causes=(
            Cause("An rtmp:// address was put into the encoder."),
            Cause("The ingest configuration has insecureIngest off, which is the default."),
        ),
        next_check="Put the stage's rtmps:// address with port 443 and /app/ into the encoder.",
        page=_RTMP,
        concerns=(Concern.RTMP,),
    ),
    Explanation(
        title="INVALID_STREAM_KEY",
        side=ErrorSide.CLIENT,
        meaning="The stream key is not valid.",
        causes=(
            Cause("A typing error, or the key of another ingest configuration."),
            Cause("The ingest configuration is attached to no stage.", is_documented=True),
            Cause("DisconnectParticipant or DeleteStage detached it.", is_documented=True),
        ),
        next_check=(
            "Is the ingest configuration attached to this stage? Attach it again "
            "(UpdateIngestConfiguration), or copy the key again (it starts with rt_)."
        ),
        page=_RTMP,
        concerns=(Concern.RTMP,),
    ),
    Explanation(
        title="REUSE_OF_STREAM_KEY",
        side=ErrorSide.CLIENT,
        meaning="The stream key is in use in another active stage session.",
        causes=(
            Cause("The encoder that was used before is still connected."),
            Cause("The backup encoder has the key of the first one."),
            Cause("The ingest configuration was to be moved while live."),
        ),
        next_check=(
            "List the active ingest configurations and stop the other encoder. Redundant ingest "
            "gives two keys."
        ),
        silence="How long a key stays in use after its encoder has gone is not documented.",
        page=f"{_RTMP}#redundant-ingest",
        concerns=(Concern.RTMP,),
    ),
    Explanation(
        title="B_FRAME_PRESENT",
        side=ErrorSide.CLIENT,
        meaning="The video has B-frames, which a stage does not accept.",
        limits=(Limit("0 B-frames", is_raisable=None, page=_RTMP),),
        causes=(
            Cause("x264 and NVENC use B-frames unless told otherwise."),
            Cause("IVS broadcast SDK before 1.25.0, which had them on."),
            Cause("With 0 set: AMD AMF in OBS multitrack, as reported (obs-studio#13723)."),
        ),
        next_check=(
            "Set B-frames to 0: x264 bframes=0 or tune zerolatency, ffmpeg -bf 0. If they are 0 "
            "and it still comes, try another encoder or a newer OBS."
        ),
        page=_RTMP,
        concerns=(*_ENCODERS, Concern.MOBILE_SDK),
    ),
    Explanation(
        title="INVALID_INPUT",
        side=ErrorSide.CLIENT,
        meaning="The input stream is not valid.",
        causes=(
            Cause("RTMP without a sound track or without a picture track."),
            Cause("WHIP that offers no H.264 track."),
            Cause("Frame rate or sample rate out of range."),
        ),
        next_check="Check that sound and picture are both there, then the media specifications.",
        silence="AWS gives no details for this code.",
        page=_RTMP,
        concerns=_ENCODERS,
    ),
    Explanation(
        title="INTERNAL_SERVER_EXCEPTION",
        side=ErrorSide.SERVICE,
        meaning="Publishing failed on an error inside the service.",
        causes=(Cause("A problem at AWS."),),
        next_check=(
            "Try again and read AWS Health. Several participants in one minute: escalate to AWS "
            "Support, with stage ARN, session, participants and UTC time."
        ),
        at_client="Web: FAILED (4, inside 1025 or 1028 to 1030, of which some leave no event).",
        page=f"{REFERENCE}/API_Event.html",
        concerns=_ALL,
    ),
)

ERROR_CODES: Final = {card.title: card for card in _CARDS}
"""Every error code that this version knows, with its explanation."""


def explain_code(code: str) -> Explanation:
    """The explanation of an error code; says so when the code is unknown."""
    return ERROR_CODES.get(code) or Explanation.of_unknown(code, "error code")


def explain_missing_code() -> Explanation:
    """The explanation of an error event that came without a code."""
    return Explanation(
        title="no error code",
        meaning="The event reports an error but came without a code.",
        next_check="Read the events around it and the client's log.",
        page=f"{GUIDE}/stage-health.html",
        is_documented=False,
        is_known=False,
    )
