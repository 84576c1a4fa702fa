"""The encoders of the ended session: every way in which RTMP and WHIP go wrong."""

from tui.domain import events
from tui.endpoint.worlds.ingest import Ingest
from tui.endpoint.worlds.people import encoder, ingest_arn
from tui.endpoint.worlds.timeline import Timeline, attempt


def tell_ingests(arn: str) -> list[Ingest]:
    """The ingest configurations of all encoders: what they are attached to since then.

    That of the field kit was detached, and so is in no list of the stage.
    """
    return [
        Ingest("loop-a", stage_arn=arn, is_redundant=True),
        Ingest("loop-b", stage_arn=arn, is_redundant=True),
        Ingest("program", stage_arn=arn),
        Ingest("venue", "RTMP", arn),
        Ingest("truck", stage_arn=arn),
        Ingest("studio-b", stage_arn=arn),
        Ingest("desk", stage_arn=arn),
        Ingest("old", stage_arn=arn),
        Ingest("field-kit"),
    ]


def tell_encoders(show: Timeline, region: str) -> None:
    """Tell what the encoders tried."""
    _limits(show, region)
    _formats(show, region)
    _keys(show, region)


def _limits(show: Timeline, region: str) -> None:
    """Too large, too heavy, B-frames."""
    at = show.at
    obs = show.encoder("obs-whip-1080p", encoder("WHIP"))
    attempt(obs, at("20:34:03"), 2, "RESOLUTION_EXCEEDED")
    attempt(obs, at("20:34:40"), 3, "RESOLUTION_EXCEEDED")
    venue = show.encoder("ffmpeg-venue", encoder("RTMP", ingest_arn(region, "venue")))
    attempt(venue, at("20:35:00"), 2, "B_FRAME_PRESENT")
    attempt(venue, at("20:35:30"), 2, "B_FRAME_PRESENT")
    venue.stay(at("20:37:10"), at("20:38:40")).publish(at("20:37:10"), at("20:38:40"))
    truck = show.encoder("cam-truck", encoder("RTMPS", ingest_arn(region, "truck")))
    attempt(truck, at("20:57:10"), 240, "BITRATE_EXCEEDED")
    attempt(truck, at("21:01:40"), 244, "BITRATE_EXCEEDED")
    attempt(truck, at("21:06:10"), 172, "BITRATE_EXCEEDED")
    attempt(truck, at("21:10:20"), 0, "INTERNAL_SERVER_EXCEPTION")
    truck.stay(at("21:11:00"), at("21:22:00")).publish(at("21:11:00"), at("21:22:00"))


def _formats(show: Timeline, region: str) -> None:
    """Codecs, a missing track, and plain RTMP where RTMPS is wanted."""
    at = show.at
    studio = show.encoder("studio-b", encoder("RTMPS", ingest_arn(region, "studio-b")))
    attempt(studio, at("20:58:29"), 1, "INVALID_AUDIO_CODEC")
    attempt(studio, at("20:59:44"), 1, "INVALID_VIDEO_CODEC")
    studio.stay(at("21:03:00"), at("21:15:00")).publish(at("21:03:00"), at("21:15:00"))
    desk = show.encoder("audio-only-desk", encoder("RTMPS", ingest_arn(region, "desk")))
    attempt(desk, at("21:06:15"), 5, "INVALID_INPUT")
    old = show.encoder("old-encoder", encoder("RTMP", ingest_arn(region, "old")))
    attempt(old, at("20:31:50"), 0, "INVALID_PROTOCOL")
    attempt(old, at("20:32:20"), 0, "INVALID_PROTOCOL")


def _keys(show: Timeline, region: str) -> None:
    """A wrong key, a key in use, and an encoder that never got as far as joining."""
    at = show.at
    kit = show.encoder("field-kit", encoder("RTMPS", ingest_arn(region, "field-kit")))
    for moment in ("20:40:10", "20:40:15", "20:40:25"):
        attempt(kit, at(moment), 0, "INVALID_STREAM_KEY")
    shut_out = show.encoder("field-kit-first-try", encoder("RTMPS"))
    shut_out.fail(at("20:39:50"), "INVALID_STREAM_KEY", events.JOIN_ERROR)
    backup = show.encoder("backup-encoder", encoder("RTMPS", ingest_arn(region, "program")))
    for moment in ("20:49:30", "20:49:40", "20:49:50"):
        attempt(backup, at(moment), 0, "REUSE_OF_STREAM_KEY")
