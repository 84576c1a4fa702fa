"""Questions of somebody on call, each answered within a few keys.

Enter counts as a key; what is typed, a name or a time, does not.
"""

import json

import pytest
from textual.events import Paste

from ivscope.ui import taking
from ivscope.ui.compare.screen import CompareScreen
from ivscope.workspace.place import Level, Place
from support.explorer import LIVE_STAGE, PRIYA, RIVAL_STAGE, SHOW, at, explorer
from support.taken import Taken


class Keys:
    """Presses keys and counts them."""

    def __init__(self, journey):
        self.journey = journey
        self.count = 0

    async def press(self, *keys):
        self.count += len(keys)
        await self.journey.press(*keys)

    async def ask(self, key, sign, text):
        """Open a prompt, type into it, and press Enter."""
        self.count += 2
        await self.journey.ask(key, sign, text)
        await self.journey.press("enter")

    async def see(self, *texts):
        """Wait until all of these are on screen, lines joined and blanks as one."""
        for text in texts:
            await self.journey.until(
                lambda text=text: text in " ".join(self.journey.text.split()), within=40
            )


async def named(keys, name):
    """In the participants, narrowed to a name: keys from here on are those after the name."""
    await keys.journey.until("40 participants, all read")
    await keys.journey.ask("/", "FILTER", name)


async def test_why_somebody_keeps_dropping_takes_2_keys_after_the_name():
    async with explorer(at(), size=(80, 24), unlimited=True) as journey:
        keys = Keys(journey)
        await named(keys, "tariq")
        await keys.press("enter", "i")
        await keys.see("7 participants share the user id tariq-mobile, one after another")
        assert keys.count == 2


async def test_what_failed_for_whom_between_two_times_takes_4_keys():
    async with explorer(at(), size=(80, 24), unlimited=True) as journey:
        keys = Keys(journey)
        await journey.until("40 participants, all read")
        await keys.press("M")
        await keys.see("2,161 events, all read")
        await keys.ask("&", "FILTER", "after:20:47 before:20:49")
        await keys.press("!")
        await keys.see("3 shown of 2,161", "priya-guest PUBLISH_ERROR QUOTA_EXCEEDED")
        assert keys.count == 4


async def test_who_was_publishing_at_a_time_takes_2_keys_or_3_from_the_lanes():
    async with explorer(at(), size=(80, 24), unlimited=True) as journey:
        keys = Keys(journey)
        await journey.until("40 participants, all read")
        await keys.ask(":", "goto TIME", "20:48:05")
        answer = "20:48:05: 12 of 12 publishing (1 a replica)", "── publishing at 20:48:05", "José"
        await keys.see(*answer)
        assert keys.count == 2
        keys.count = 0
        await journey.press("escape")
        await journey.until(lambda: "lanes" not in journey.screen[0])
        await keys.press("I")
        await keys.see("12 limit")
        await keys.ask(":", "goto TIME", "20:48:05")
        await keys.see(*answer)
        assert keys.count == 3
        # A distance counts from the cursor, and a time that is none moves nothing.
        await keys.ask(":", "goto TIME", "-1m")
        await keys.see("20:47:05: 12 of 12")
        await keys.ask(":", "goto TIME", "20:99")
        await keys.see("20:99", "20:47:05: 12 of 12")


async def test_when_somebody_lost_the_camera_and_what_to_look_at_takes_2_keys_after_the_name():
    async with explorer(at(), size=(80, 24)) as journey:
        keys = Keys(journey)
        await named(keys, "José")
        await keys.press("enter")
        await keys.see("72 events, all read")
        await keys.press("x")
        await keys.see(
            "TOKEN_EXCHANGED · José · 21:02:31",
            "José may no longer publish; PUBLISH_STOPPED in the same second",
            "Do next Search your backend's log for José up to 21:02:31",
        )
        assert keys.count == 2


async def at_us_or_aws(journey):
    """Go from the stages to what says first whether it is the service; the keys that it took."""
    keys = Keys(journey)
    await journey.until("7 stages, all read")
    await keys.press("enter")
    await journey.until("5 sessions, all read")
    await keys.press("j", "i")
    await keys.see("1 SEEN service 7 participants got INTERNAL_SERVER_EXCEPTION")
    return keys


async def test_whether_it_is_us_or_aws_takes_3_keys_from_the_stages():
    async with explorer(size=(80, 24), unlimited=True) as journey:
        keys = await at_us_or_aws(journey)
        await keys.see("LIKELY limit", "SEEN client")
        assert keys.count == 3
        await journey.press("escape")
        await journey.until(lambda: journey.here == at())
        await journey.press("escape")
        await journey.until(lambda: journey.here == Place(LIVE_STAGE))


async def test_watching_a_live_session_takes_4_keys():
    async with explorer(size=(80, 24)) as journey:
        keys = Keys(journey)
        await journey.until("7 stages, all read")
        await keys.press("enter")
        await journey.until("5 sessions, all read")
        await keys.press("enter")
        await journey.until("participants, all read")
        await keys.press("enter")
        await journey.until("events, all read")
        await keys.press("F")
        await keys.see("FOLLOWING")
        assert keys.count == 4


async def test_comparing_two_participants_takes_3_keys():
    async with explorer(at(), size=(80, 24)) as journey:
        keys = Keys(journey)
        await journey.until("40 participants, all read")
        await keys.press("enter")
        await journey.until("24 events, all read")
        await keys.press("right_square_bracket", "C")
        await journey.until(lambda: isinstance(journey.app.screen, CompareScreen))
        # Its events are read while the comparison is on screen.
        await keys.see("COMPARED noor-web", "| tariq-mobile", "| 22 events, all read")
        assert keys.count == 3
        await keys.ask(":", "goto TIME", "21:16")
        await keys.see("▌21:16:00 ~ TOKEN_EXCHANGED")
        # From the list: the one opened last beside the one under the cursor.
        await journey.press("escape")
        await journey.until(lambda: journey.here.level is Level.EVENTS)
        await journey.press("escape")
        await journey.until(lambda: journey.here == at())
        await journey.press("g", "j", "j", "C")
        await keys.see("COMPARED tariq-mobile", "| audio-only-desk", "| 5 events, all read")


async def test_to_the_other_stage_of_a_replica_and_back_takes_2_keys():
    async with explorer(at(), size=(80, 24)) as journey:
        keys = Keys(journey)
        await named(keys, "kenji")
        await journey.press("enter")
        await journey.until("4 events, all read")
        second = journey.event.time.replace(microsecond=0)
        await keys.press("a")
        await journey.until(lambda: journey.here.stage_arn == RIVAL_STAGE)
        await journey.until("12 events, all read")
        await journey.until(lambda: journey.event.time.replace(microsecond=0) == second)
        await keys.press("minus")
        await journey.until(lambda: journey.here.stage_arn == LIVE_STAGE)
        assert journey.here.level is Level.EVENTS
        assert keys.count == 2


ALERT = json.dumps(
    {
        "detail-type": "IVS Stage Update",
        "resources": [LIVE_STAGE],
        "detail": {
            "session_id": SHOW,
            "event_name": "Participant Publish Error",
            "event_time": "2026-11-23T20:48:05Z",
            "participant_id": PRIYA,
            "error_code": "QUOTA_EXCEEDED",
        },
    }
)


@pytest.fixture
def taken(monkeypatch):
    made = Taken()
    monkeypatch.setattr(taking, "copy", made.copy)
    return made


async def test_from_an_alert_to_the_cause_takes_1_paste_and_1_key_and_a_sentence_for_the_channel_2(
    taken,
):
    async with explorer(size=(80, 24), unlimited=True) as journey:
        keys = Keys(journey)
        await journey.until("7 stages, all read")
        journey.app.post_message(Paste(ALERT))
        await journey.until(lambda: journey.event is not None and journey.event.error_code)
        await keys.press("M")
        cause = "12 others were publishing in that second, 1 of them a replica"
        await keys.see(cause, "kenji-rival stopped publishing 3 min 55 s after")
        assert keys.count == 1
        keys.count = 0
        await keys.press("y", "y")
        await journey.until(lambda: taken.texts)
        assert keys.count == 2
        assert cause in taken.texts[0]
        assert f"- Likely: {cause}" in taken.texts[0]


async def test_whether_it_is_us_or_aws_with_a_text_for_support_takes_5_keys(taken):
    async with explorer(size=(80, 24), unlimited=True) as journey:
        keys = await at_us_or_aws(journey)
        await keys.press("y", "s")
        await journey.until(lambda: taken.texts)
        assert keys.count == 5
        assert LIVE_STAGE in taken.texts[0]
        assert "INTERNAL_SERVER_EXCEPTION" in taken.texts[0]
