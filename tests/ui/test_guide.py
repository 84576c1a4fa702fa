"""The guided demo, played by keys to its end: its answers are what the world of the demo holds."""

import re
from datetime import datetime

import pytest

from ivscope.cli.main import main
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.settings.commands import BY_ID
from ivscope.settings.configuration import read
from ivscope.settings.kept_places import KeptPlaces
from ivscope.ui.explorer.guide_questions import QUESTIONS
from support.explorer import EPOCH, LIVE_STAGE, PRIYA, SHOW, at, explorer


class Truth:
    """What the world of the demo holds of the show, without the program that is tested."""

    def __init__(self):
        world = open_world("incident", lambda: EPOCH)
        self.users = {
            row["participantId"]: row.get("userId") or row["participantId"]
            for row in world.participants(LIVE_STAGE, SHOW)
        }
        self.events = [
            (user, event)
            for id_, user in self.users.items()
            for event in world.events(LIVE_STAGE, SHOW, id_)
        ]

    def with_code(self, code):
        """Who got a code and when, by the clock."""
        return [
            (user, _clock(event)) for user, event in self.events if event.get("errorCode") == code
        ]

    def lost_publish(self):
        return [
            (user, _clock(event))
            for user, event in self.events
            if event["name"] == "TOKEN_EXCHANGED"
            and "PUBLISH" in event["previousToken"]["capabilities"]
            and "PUBLISH" not in event["newToken"]["capabilities"]
        ]

    def publishing(self, clock):
        """How many had begun to publish and not stopped, by a clock time."""
        began, stopped = (
            sum(event["name"] == name and _clock(event) <= clock for _, event in self.events)
            for name in ("PUBLISH_STARTED", "PUBLISH_STOPPED")
        )
        return began - stopped


def _clock(event):
    return f"{_time(event):%H:%M:%S}"


def _time(event):
    moment = event["eventTime"]
    return moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)


class Guided:
    """A person who follows the guide."""

    def __init__(self, journey):
        self.journey = journey

    @property
    def lines(self):
        """What the guide says, as one text."""
        foot = self.journey.app.screen.query_one("#status-area")
        return " ".join(" ".join(strip.split()) for strip in self._strips(foot))

    def _strips(self, foot):
        region = foot.region
        return self.journey.screen[region.y : region.y + region.height]

    async def answered(self, number, within=15.0):
        """Wait for the answer to a question, by its number; returns the answer."""
        last = len(QUESTIONS)
        after = f"Guide {number + 1}/{last}" if number < last else "No question is left"
        await self.journey.until(lambda: after in self.lines, within=within)
        return re.search(rf"Answer (.*?) ?{after}", self.lines)[1]

    async def press_until(self, key, condition, most=30):
        for _ in range(most):
            if condition():
                return
            await self.journey.press(key)
        assert condition(), self.journey.text


def row_at_cursor(journey):
    screen = journey.app.screen
    row_list = screen.query_one("RowList")
    return screen.row_text(row_list.cursor)


async def read_summary(journey):
    await journey.press("i")
    await journey.until("ALL READ", within=60)
    await journey.until("within 37 s", within=30)


async def test_the_ten_questions_are_answered_by_going_there(tmp_path):  # noqa: PLR0915 - one walk
    truth = Truth()
    kept = tmp_path / "state" / "places.json"
    async with explorer(guided=True, unlimited=True, kept=kept, size=(80, 24)) as journey:
        guide = Guided(journey)
        await journey.until("all 7 stages read")
        await journey.press("A")
        await journey.until("opens the stage fri-night-live")
        await journey.press("enter")
        await journey.until("all 5 sessions read")
        await journey.press("j", "enter")
        assert (await guide.answered(1)).startswith(f"{SHOW}, 20:30:29 to 21:24:00")

        await read_summary(journey)
        await guide.press_until("e", lambda: "QUOTA_EXCEEDED" in row_at_cursor(journey))
        await journey.press("enter")
        found = re.fullmatch(
            r"(\S+), who got QUOTA_EXCEEDED at (\S+)\.", await guide.answered(2)
        ).groups()
        assert found in truth.with_code("QUOTA_EXCEEDED")

        await journey.press("d")
        assert "More participants want to publish" in await guide.answered(3)

        await journey.press("escape", "I")
        count = int(re.match(r"(\d+) at ", await guide.answered(4))[1])
        assert count == truth.publishing(found[1]) == 12

        await journey.press("escape")
        await journey.press("backslash", "g")  # past exchanges that took nothing away
        await guide.press_until("x", lambda: "Guide 6/" in guide.lines)
        told = await guide.answered(5)
        (lost,) = [one for one in truth.lost_publish() if told.startswith(f"{one[0]}, at {one[1]}")]
        assert lost[0] == "José"

        await guide.press_until("escape", lambda: "40 participants, all read" in journey.text)
        await read_summary(journey)
        await guide.press_until("e", lambda: "INTERNAL_SERVER" in row_at_cursor(journey))
        await journey.press("enter")
        told = await guide.answered(6)
        hits = truth.with_code("INTERNAL_SERVER_EXCEPTION")
        times = sorted(clock for _, clock in hits)
        people = len({user for user, _ in hits})
        assert f"{people} participants got it, {times[0]} to {times[-1]}." in told

        await journey.press("escape")
        await guide.press_until("e", lambda: "PUBLISHER_NOT_FOUND" in row_at_cursor(journey))
        await journey.press("enter")
        await journey.until(lambda: journey.event and journey.event.error_code)
        remote = journey.event.remote_participant_id
        who = journey.event.participant_id
        await journey.press("enter")
        await journey.until(lambda: journey.here.participant_id == who and journey.event)
        await journey.until(lambda: journey.event.error_code == "PUBLISHER_NOT_FOUND")
        await journey.press("enter")
        assert (await guide.answered(7)).startswith(f"{truth.users[remote]}.")

        await guide.press_until("escape", lambda: "40 participants, all read" in journey.text)
        await journey.ask("slash", "FILTER", "mobile")
        await journey.press("enter")
        same = sum(user == "tariq-mobile" for user in truth.users.values())
        assert await guide.answered(8) == f"tariq-mobile: {same} participants in this session."

        await journey.press("enter")
        await journey.until("events, all read")
        await journey.press("escape", "j", "C")
        assert "tariq-mobile on the left, tariq-mobile on the right" in await guide.answered(9)

        await journey.press("escape", "enter")
        await journey.until("events, all read")
        await journey.press("y", "i")
        assert "you copied: " in await guide.answered(10)
        await journey.press("Q")
        await journey.until(lambda: "No question is left" not in journey.text)
    assert KeptPlaces(kept).guided == len(QUESTIONS)


async def test_a_question_is_skipped_and_the_next_run_goes_on_there(tmp_path):
    kept = tmp_path / "state" / "places.json"
    for first in (1, 2):
        async with explorer(guided=False, kept=kept) as journey:
            await journey.until("New here? :guide asks 10 questions")
            await journey.ask("colon", ":", "guide")
            await journey.press("enter")
            await journey.until(f"Guide {first}/10")
            assert "New here?" not in journey.text
            await journey.press("Q")
            await journey.until(f"Guide {first + 1}/10")
            assert "Answer" not in journey.text
            await journey.ask("colon", ":", "guide off")
            await journey.press("enter")
            await journey.until(lambda: "Guide" not in journey.text)
            await journey.press("A")
            await journey.until("no question is asked")
    async with explorer(guided=True, kept=kept) as journey:
        await journey.until("Guide 3/10")
        await journey.ask("colon", ":", "guide again")
        await journey.press("enter")
        await journey.until("Guide 1/10")


async def test_nothing_is_kept_where_places_are_not_kept(tmp_path):
    for _ in range(2):
        async with explorer(guided=True) as journey:
            await journey.until("Guide 1/10")
            await journey.press("Q")
            await journey.until("Guide 2/10")


async def test_the_hint_and_the_line_name_keys_that_were_remapped():
    content = b'[keys]\n"guide.hint" = "B"\n"go.in" = "Y"\n'
    configuration, complaints = read(content, "config.toml")
    assert complaints == ()
    async with explorer(guided=True, configuration=configuration) as journey:
        await journey.until("B hint  Q skip")
        await journey.press("B")
        await journey.until("Hint        Y opens the stage fri-night-live")
        await journey.press("B")
        await journey.until(lambda: "Hint  " not in journey.text)


def test_a_hint_names_no_command_that_does_not_exist_and_no_key_by_hand():
    for question in QUESTIONS:
        ids = re.findall(r"\{([a-z._]+)\}", question.hint)
        assert ids
        assert set(ids) <= set(BY_ID)


async def test_elsewhere_there_is_no_guide():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.ask("colon", ":", "guide")
        await journey.press("enter")
        await journey.until("the guide is about the incident: ivscope --demo --guide")


@pytest.mark.parametrize("words", [["--guide"], ["--demo", "--world", "quiet", "--guide"]])
def test_only_the_incident_is_asked_about(capsys, words):
    assert main(words) == 2
    assert "--guide asks about the incident of the demo" in capsys.readouterr().err
