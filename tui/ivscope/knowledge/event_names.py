"""The 12 names of stage events (IVS API: EventName) and how to read them.

AWS defines only some of the names, through their EventBridge twins; where it does not, the meaning
is our reading and marked so.
"""

from typing import Final

from ivscope.domain import events
from ivscope.knowledge.explanation import GUIDE, Cause, Concern, Explanation, Limit

_HEALTH = f"{GUIDE}/stage-health.html"
_EVENTBRIDGE = f"{GUIDE}/eventbridge.html"
_ALL = tuple(Concern)
_SDKS = (Concern.BROWSER_SDK, Concern.MOBILE_SDK)

_CARDS = (
    Explanation(
        title=events.JOINED,
        meaning="The participant connected to the stage.",
        is_documented=False,
        causes=(Cause("The app joined, or an RTMP or WHIP encoder connected."),),
        next_check="Many JOINED in a row are reconnects: compare the LEFT events between them.",
        page=_HEALTH,
        concerns=_ALL,
    ),
    Explanation(
        title=events.LEFT,
        meaning="The participant is no longer connected to the stage.",
        is_documented=False,
        causes=(
            Cause("The user left, or the connection was lost."),
            Cause("The same token was used for a second connection."),
            Cause("DisconnectParticipant was called, or the stage was deleted."),
            Cause("A token exchange was rejected: no TOKEN_EXCHANGED then."),
        ),
        next_check=(
            "Read the events of the seconds before. JOINED soon after is a reconnect. The reason "
            "is known to the client only: ask for its log."
        ),
        silence="LEFT carries no reason, and EventBridge does not send it.",
        page=_HEALTH,
        concerns=_ALL,
    ),
    Explanation(
        title=events.PUBLISH_STARTED,
        meaning="The participant began to publish.",
        limits=(Limit("24 h of publishing", is_raisable=False),),
        causes=(Cause("The app or the encoder started to send."),),
        next_check="Its other half is PUBLISH_STOPPED, with its duration and what came before it.",
        silence="Without the other half it can be open still, or on a page not read yet.",
        page=_EVENTBRIDGE,
        concerns=_ALL,
    ),
    Explanation(
        title=events.PUBLISH_STOPPED,
        meaning="The participant no longer publishes.",
        is_documented=False,
        causes=(
            Cause("The app stopped, or the participant left."),
            Cause("A token exchange took PUBLISH away, which stops at once.", is_documented=True),
            Cause("A limit was hit and the service cut the stream off."),
        ),
        next_check="Look in the seconds around for TOKEN_EXCHANGED, PUBLISH_ERROR and LEFT.",
        silence="PUBLISH_STOPPED carries no reason.",
        page=_EVENTBRIDGE,
        concerns=_ALL,
    ),
    Explanation(
        title=events.PUBLISH_ERROR,
        meaning="An attempt to publish failed.",
        next_check=(
            "Read the error code, then the participant's protocol and SDK: limits are mostly hit "
            "by RTMP and WHIP encoders."
        ),
        silence="Network and token-signature errors of the client send no event.",
        page=_EVENTBRIDGE,
        concerns=_ALL,
    ),
    Explanation(
        title=events.SUBSCRIBE_STARTED,
        meaning="The participant began to receive one publisher.",
        is_documented=False,
        limits=(Limit("24 h of subscribing", is_raisable=False),),
        causes=(Cause("The app subscribed to the remote participant."),),
        next_check="Its other half is SUBSCRIBE_STOPPED with the same remote participant.",
        silence="Without the other half it can be open still, or on a page not read yet.",
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
        page=_HEALTH,
        concerns=_SDKS,
    ),
    Explanation(
        title=events.SUBSCRIBE_ERROR,
        meaning="An attempt to receive one publisher failed.",
        is_documented=False,
        next_check="Read the error code, then open the remote participant at this second.",
        silence="Network errors of the client send no event.",
        page=_HEALTH,
        concerns=_SDKS,
    ),
    Explanation(
        title=events.JOIN_ERROR,
        meaning="Connecting to the stage failed on the side of the service.",
        is_documented=False,
        next_check="Read the error code; it can be the only event of its participant.",
        silence=(
            "A bad token signature sends no event, and a participant that never joined may not "
            "be listed."
        ),
        page=_HEALTH,
        concerns=_ALL,
    ),
    Explanation(
        title=events.REPLICATION_STARTED,
        meaning="The participant is being copied into another stage.",
        is_documented=False,
        limits=(Limit("5 replications at once per participant", is_raisable=False),),
        causes=(Cause("StartParticipantReplication was called for a publisher."),),
        next_check="Open the same participant id in the destination stage and session.",
        silence="Whether replication works across accounts is not documented.",
        page=_EVENTBRIDGE,
    ),
    Explanation(
        title=events.REPLICATION_STOPPED,
        meaning="The participant is no longer copied into that stage.",
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
        is_documented=False,
        limits=(
            Limit("attributes 1 KB in total", is_raisable=None),
            Limit("user id 128 characters", is_raisable=None),
        ),
        causes=(Cause("The app promoted, demoted or renamed the user, or renewed the token."),),
        next_check=(
            "Losing PUBLISH stops publishing at once. Gaining it only allows publishing: look for "
            "PUBLISH_STARTED."
        ),
        silence="A rejected exchange has no event; it looks like LEFT.",
        page=f"{GUIDE}/broadcast-mobile-token-exchange.html",
        concerns=_SDKS,
    ),
)

EVENT_NAMES: Final = {card.title: card for card in _CARDS}
"""Every event name that this version knows, with its explanation."""
