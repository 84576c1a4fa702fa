"""The 12 names of stage events (IVS API: EventName) and how to read them.

AWS states the meaning of some of the names only: of those that EventBridge sends too. Where it does
not, the meaning is our reading and marked so, and so is what clients tell (`at_client`).
"""

from typing import Final

from ivscope.domain import events
from ivscope.knowledge import limits
from ivscope.knowledge.explanation import EVENT_PAGE, GUIDE, Cause, Concern, Explanation
from ivscope.knowledge.limits import MAX_MBPS, MAX_RESOLUTION

_HEALTH = f"{GUIDE}/stage-health.html"
_EVENTBRIDGE = f"{GUIDE}/eventbridge.html"
_ALL = tuple(Concern)
_SDKS = (Concern.BROWSER_SDK, Concern.MOBILE_SDK, Concern.LINUX_SDK)

_CARDS = (
    Explanation(
        title=events.JOINED,
        meaning="The participant connected to the stage.",
        is_documented=False,
        causes=(Cause("The app joined, or an RTMP or WHIP encoder connected."),),
        next_check=(
            "If it joined several times, look at LEFT between them. A reconnect, one token in two "
            "places and an app that goes back and forth between stages look alike."
        ),
        page=_HEALTH,
        concerns=_ALL,
    ),
    Explanation(
        title=events.LEFT,
        meaning="The participant is no longer connected to the stage.",
        is_documented=False,
        causes=(
            Cause("The user left, or the connection was lost."),
            Cause("The same token was used for a second connection: JOINED close by."),
            Cause("DisconnectParticipant was called, or the stage was deleted."),
            Cause("A token exchange was rejected: no TOKEN_EXCHANGED then."),
            Cause("Shared connection (since 2026-08): the stage was removed from it."),
            Cause("Shared connection (since 2026-08): its connection token was revoked."),
        ),
        next_check=(
            "Read the seconds around it: JOINED soon after fits a reconnect. CloudTrail has "
            "DisconnectParticipant, DeleteStage and RevokeConnectionToken; the log of the client "
            "has the reason."
        ),
        silence=(
            "LEFT carries no reason, and EventBridge does not send it. After a lost connection it "
            "can come late."
        ),
        at_client=(
            "Web: stage left as user-initiated, token-reused, participant-disconnected, "
            "stage-deleted, failed-exchange, real-time-connection-forced-leave, "
            "real-time-connection-token-revocation or unknown."
        ),
        page=_HEALTH,
        concerns=_ALL,
    ),
    Explanation(
        title=events.PUBLISH_STARTED,
        meaning="The participant began to publish.",
        limits=(limits.PUBLISH_DURATION,),
        causes=(Cause("The app or the encoder started to send."),),
        next_check="Its end is PUBLISH_STOPPED, with its duration and what came before it.",
        silence=(
            "Without that end it may still go on, or the end is on a page not read yet. Whether "
            "sound and picture arrive is not told."
        ),
        page=_EVENTBRIDGE,
        concerns=_ALL,
    ),
    Explanation(
        title=events.PUBLISH_STOPPED,
        meaning="The participant no longer publishes.",
        limits=(limits.PUBLISH_DURATION,),
        causes=(
            Cause("The app stopped, or the participant left."),
            Cause("A token exchange took PUBLISH away, which stops at once.", is_documented=True),
            Cause(
                f"RTMP: more than {MAX_RESOLUTION} or {MAX_MBPS}, B-frames, no sound or picture.",
                is_documented=True,
            ),
            Cause("DisconnectParticipant or DeleteStage detached its ingest configuration."),
            Cause("A replica: its source stopped, or the replication did."),
            Cause("It ran as long as allowed; redundant ingest: one stream at a time, as planned."),
        ),
        next_check="Look in the seconds around for TOKEN_EXCHANGED, PUBLISH_ERROR and LEFT.",
        silence="PUBLISH_STOPPED carries no reason.",
        at_client="iOS and Android: 1400, the connection was lost; PUBLISH_STARTED can follow.",
        page=_EVENTBRIDGE,
        concerns=_ALL,
    ),
    Explanation(
        title=events.PUBLISH_ERROR,
        meaning="An attempt to publish failed.",
        next_check=(
            "Read the error code, then the participant's protocol and SDK: limits of bitrate, "
            "picture and codec are mostly hit by RTMP and WHIP encoders."
        ),
        silence="Network and token-signature errors of the client send no event.",
        at_client=(
            "Web 1015 (failed) and 1020 (timed out) often have no event here; 1020 on iOS and "
            "Android is an offer that could not be made."
        ),
        page=_EVENTBRIDGE,
        concerns=_ALL,
    ),
    Explanation(
        title=events.SUBSCRIBE_STARTED,
        meaning="The participant began to receive one publisher.",
        is_documented=False,
        limits=(limits.SUBSCRIBE_DURATION, limits.DOWNLOAD_BITRATE),
        causes=(Cause("The app subscribed to the remote participant."),),
        next_check="Its end is SUBSCRIBE_STOPPED with the same remote participant.",
        silence=(
            "Without that end it may still go on, or the end is on a page not read yet. A viewer "
            "at the download limit gets no event that is documented."
        ),
        page=_HEALTH,
        concerns=_SDKS,
    ),
    Explanation(
        title=events.SUBSCRIBE_STOPPED,
        meaning="The participant no longer receives that publisher.",
        is_documented=False,
        causes=(
            Cause("The publisher stopped publishing or left."),
            Cause("The participant unsubscribed or left."),
        ),
        next_check="Open the remote participant at this second: did it stop or leave?",
        silence="SUBSCRIBE_STOPPED carries no reason.",
        at_client="iOS and Android: 1400, the connection was lost; SUBSCRIBE_STARTED can follow.",
        page=_HEALTH,
        concerns=_SDKS,
    ),
    Explanation(
        title=events.SUBSCRIBE_ERROR,
        meaning="An attempt to receive one publisher failed.",
        is_documented=False,
        next_check="Read the error code, then open the remote participant at this second.",
        silence="Network errors of the client send no event.",
        at_client=(
            "Web 1016 (failed) and 1021 (timed out) often have no event here; 1021 on iOS and "
            "Android is an offer that could not be made."
        ),
        page=_HEALTH,
        concerns=_SDKS,
    ),
    Explanation(
        title=events.JOIN_ERROR,
        meaning="Connecting to the stage failed inside the service.",
        is_documented=False,
        next_check="Read the error code; it can be the only event of its participant.",
        silence=(
            "A bad token signature sends no event, and a participant that did not get in may not "
            "be listed."
        ),
        at_client=(
            "A JOIN_ERROR of the client mostly has no event here: malformed token (Web 1, 1000; a "
            "bad signature too), expired (2, 1001), timeout (3), network (1300)."
        ),
        page=_HEALTH,
        concerns=_ALL,
    ),
    Explanation(
        title=events.REPLICATION_STARTED,
        meaning="The participant is being replicated to another stage.",
        limits=(limits.REPLICATIONS,),
        causes=(
            Cause("StartParticipantReplication was called for a publisher.", is_documented=True),
        ),
        next_check="Open the same participant id in the destination stage and session.",
        silence="Whether replication works across accounts is not documented.",
        page=_EVENTBRIDGE,
    ),
    Explanation(
        title=events.REPLICATION_STOPPED,
        meaning="The participant is no longer replicated to that stage.",
        causes=(
            Cause("StopParticipantReplication was called.", is_documented=True),
            Cause(
                "The publisher stopped, and its reconnect window ran out if it had one.",
                is_documented=True,
            ),
        ),
        next_check="Look for PUBLISH_STOPPED in the seconds before it.",
        silence="REPLICATION_STOPPED carries no reason.",
        page=_EVENTBRIDGE,
    ),
    Explanation(
        title=events.TOKEN_EXCHANGED,
        meaning="The client swapped its token for another one and stayed connected.",
        limits=(limits.TOKEN_ATTRIBUTES, limits.TOKEN_USER_ID),
        causes=(Cause("The app promoted, demoted or renamed the user, or renewed the token."),),
        next_check=(
            "Losing PUBLISH stops publishing at once. Gaining it only allows publishing: look for "
            "PUBLISH_STARTED."
        ),
        silence="A rejected exchange has no event; as far as we can tell it looks like LEFT.",
        at_client=(
            "Web: 11, refused inside the client (no event), or 12, refused by the service (LEFT, "
            "no TOKEN_EXCHANGED)."
        ),
        page=f"{GUIDE}/broadcast-mobile-token-exchange.html",
        concerns=_SDKS,
    ),
)

EVENT_NAMES: Final = {card.title: card for card in _CARDS}
"""Every event name that this version knows, with its explanation."""


def explain_event(name: str | None) -> Explanation:
    """The explanation of an event name; says so when the name is unknown or absent."""
    if name is None:
        return Explanation(
            title="no name",
            meaning="The answer had an event without a name.",
            next_check="Read its other members.",
            page=EVENT_PAGE,
            is_documented=False,
            is_known=False,
        )
    return EVENT_NAMES.get(name) or Explanation.of_unknown(name, "event name")
