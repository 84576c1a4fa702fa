"""Events in the first and the last second that a time can name, in every view and zone."""

import pytest

from support.hostile_world import SESSION_ID, HostileWorld, participant_id, stage_arn
from support.walks import ivscope_over

TIMES = (
    "0001-01-01T00:00:00Z",
    "2026-11-20T20:30:00Z",
    "9999-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59.999999999Z",
)

NAMES = ("JOINED", "PUBLISH_STARTED", "PUBLISH_ERROR", "LEFT")


class FarthestTimes(HostileWorld):
    def events(self, *_scope):
        names = zip(NAMES, TIMES, strict=True)
        one = participant_id(0)
        return [{"name": name, "participantId": one, "eventTime": time} for name, time in names]


@pytest.mark.parametrize("zone", ["utc", "Pacific/Kiritimati", "America/New_York"])
def test_the_first_and_the_last_second_end_no_view(zone):
    world = FarthestTimes({"plain": "ann", "other": "bob"})
    place = (stage_arn(0), SESSION_ID, participant_id(0))
    with ivscope_over(world, *place) as terminal:
        terminal.until("4 events, all read").press(":", *f"tz {zone}", "enter").until_quiet()
        for keys in (
            *("t", "t", "t", "t", "t", ")", "(", "T", "t", "t", "t"),
            *("I", "g", "G", "z", "Z", "esc", "M", "I", "esc", "esc", "i", "j", "esc"),
        ):
            terminal.press(keys).until_quiet(0.1)
        terminal.until("4 events, all read").press("ctrl+q")
        assert terminal.exit_code() == 0, terminal.text
