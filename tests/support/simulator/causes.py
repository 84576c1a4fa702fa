"""Why something happened: what the API never says, and a simulated history knows."""

from enum import StrEnum


class Cause(StrEnum):
    """The true cause of an error or of an end."""

    # Of errors.
    TOKEN = "the token in force does not allow it"  # noqa: S105 - a sentence
    STAGE_FULL = "the publisher slots of the stage are taken"
    ACCOUNT_FULL = "a limit of the account is reached"
    SUBSCRIBERS_FULL = "the stage takes no more subscribers"
    PUBLISHER_NOT_THERE = "the publisher is not publishing"
    PUBLISHER_TOO_NEW = "the publisher started so shortly before that it is not known everywhere"
    UNREACHABLE = "the publisher is publishing, and this subscriber does not reach it"
    SDK_FAULT = "a documented fault of the SDK"
    KEY_IN_USE_HERE = "the stream key is in use in this session"
    KEY_IN_USE_ELSEWHERE = "the stream key is in use on another stage"
    KEY_WRONG = "the stream key is mistyped"
    KEY_DETACHED = "the ingest configuration is attached to no stage"
    SETTINGS = "what was sent is not what the service takes"
    TOO_LONG = "it went on as long as the service allows"
    OUTAGE = "the service fails for many"
    OWN_TROUBLE = "the service fails for this one participant"

    TIMER = "a timer makes it happen at a fixed pace"

    # Of ends: LEFT, PUBLISH_STOPPED, SUBSCRIBE_STOPPED, REPLICATION_STOPPED.
    WISH = "the client or its user wanted it"
    CONNECTION_LOST = "the client is gone without a word"
    AFTER_ERROR = "the app gives up because of an error"
    DISCONNECTED = "DisconnectParticipant was called"
    STAGE_DELETED = "DeleteStage was called"
    TOKEN_REUSED = "the token was used by another connection"  # noqa: S105 - a sentence
    EXCHANGE_REFUSED = "the service refused a token exchange"
    AFTER_EXCHANGE = "the app leaves because a capability was taken"
    CAPABILITY_LOST = "a token exchange took the capability"
    PUBLISHER_STOPPED = "the publisher stopped"
    REPLICATION_CALL = "StopParticipantReplication was called"


PUBLISHER_GONE = frozenset({Cause.PUBLISHER_NOT_THERE, Cause.PUBLISHER_TOO_NEW})
"""Causes of PUBLISHER_NOT_FOUND that the times of the publisher explain."""
