"""Opens worlds by name. The quiet world and that of the samples are built here."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from ivscope.endpoint.world import Members, World
from ivscope.endpoint.worlds.huge import HugeWorld
from ivscope.endpoint.worlds.incident import IncidentWorld
from ivscope.endpoint.worlds.people import (
    chrome,
    iphone,
    safari,
    session_id,
    short_id,
    stage_arn,
    viewer,
)
from ivscope.endpoint.worlds.timeline import Timeline
from ivscope.endpoint.worlds.timeline_world import PresentTime, TimelineStage, TimelineWorld

REGION: Final = "eu-west-1"

STANDUP_ARN: Final = stage_arn(REGION, short_id(REGION, "stage", "team-standup"))
EMPTY_ARN: Final = stage_arn(REGION, short_id(REGION, "stage", "new-stage"))


class QuietWorld(TimelineWorld):
    """A daily stand-up with four ended sessions and a live one, and a stage never used.

    Lists are oldest first, as in the sample of the user guide. The participant "no-history" of
    the oldest session has no events left. In the live session everybody joined two hours ago and
    nothing happens any more.
    """

    def __init__(self, epoch: datetime, clock: PresentTime) -> None:
        standup = TimelineStage(STANDUP_ARN, "team-standup", tags={"team": "platform"})
        midnight = epoch.replace(hour=0, minute=0, second=0, microsecond=0)
        standup.timelines.extend(_build_standup(midnight, days) for days in (5, 4, 3, 2))
        standup.timelines.append(_build_live(epoch.replace(microsecond=0)))
        super().__init__(
            REGION, [standup, TimelineStage(EMPTY_ARN, "new-stage")], clock, newest_first=False
        )


def _build_standup(midnight: datetime, days: int) -> Timeline:
    start = midnight - timedelta(days=days) + timedelta(hours=9, milliseconds=331 + days)
    meeting = Timeline(STANDUP_ARN, session_id(STANDUP_ARN, "standup", str(days)), start)
    at = meeting.at
    end = at("09:14:30")
    meeting.end = end + timedelta(minutes=3)
    for number, (name, facts) in enumerate((("ana", chrome()), ("ben", safari()))):
        joined = at("09:00:04") + timedelta(seconds=37 * number)
        meeting.host(name, facts, joined, end).publish(joined, end)
    for number in range(days):
        meeting.viewer(f"member-{number}", viewer(number), at("09:01:20"), end)
    if days == 5:  # noqa: PLR2004 - the oldest of the sessions above
        meeting.viewer("no-history", iphone(), at("09:02:00"), end).forgotten = True
    return meeting


def _build_live(now: datetime) -> Timeline:
    opened = now - timedelta(hours=2)
    room = Timeline(
        STANDUP_ARN, session_id(STANDUP_ARN, "live"), opened + timedelta(milliseconds=77)
    )
    host = room.host("ana", chrome(), opened + timedelta(seconds=3))
    host.publish(opened + timedelta(seconds=3))
    for number in range(4):
        room.viewer(f"member-{number}", viewer(number), opened + timedelta(seconds=9 + 5 * number))
    return room


class SamplesWorld(IncidentWorld):
    """The incident with participants written as in the samples of the AWS CLI's help.

    A text that has no value is "" where the other worlds leave the member out. For the ids of the
    source the API's own model allows no "", so a client that checks answers stops there.
    """

    def participants(self, stage_arn: str, session_id: str) -> list[Members] | None:
        """The participants that have joined, in the order of the first join."""
        rows = super().participants(stage_arn, session_id)
        return None if rows is None else [_as_in_samples(row) for row in rows]

    def participant(self, stage_arn: str, session_id: str, participant_id: str) -> Members | None:
        """One participant; also one that failed to join and is in no list."""
        row = super().participant(stage_arn, session_id, participant_id)
        return None if row is None else _as_in_samples(row)


def _as_in_samples(row: Members) -> Members:
    """A participant with "" as in list-participants, example 2, and get-participant, example 1."""
    odd = {"userId": "", "sdkVersion": "", **row}
    if row["replicationType"] == "SOURCE":
        odd |= {"sourceStageArn": "", "sourceSessionId": ""}
    return odd


_WORLDS: Final[dict[str, Callable[[datetime, PresentTime], World]]] = {
    "incident": IncidentWorld,
    "quiet": QuietWorld,
    "huge": HugeWorld,
    "samples": SamplesWorld,
}

WORLD_NAMES: Final = tuple(_WORLDS)
"""Names for `open_world`, the default first."""


def open_world(name: str, clock: PresentTime) -> World:
    """The world of this name, opened at the present time of the clock.

    Args:
        name: One of `WORLD_NAMES`.
        clock: Tells the time as an aware UTC datetime. Events of a world that are later than this
            appear when the clock has passed them.

    Raises:
        ValueError: No such world; the message lists the names.
    """
    build = _WORLDS.get(name)
    if build is None:
        raise ValueError(f"no world named {name!r}; the worlds are {', '.join(WORLD_NAMES)}")
    return build(clock(), clock)
