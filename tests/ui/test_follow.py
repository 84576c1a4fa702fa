"""Following a live participant, by keys over real HTTP, while the world's clock goes on."""

import re
import time
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from ivscope.domain.times import to_microseconds
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.provider.fetch.following import SHORTEST_WAIT_SECONDS
from ivscope.workspace.place import Level, Place
from support.explorer import EPOCH, LIVE_STAGE, PRIYA, at, explorer

LIVE = "st-MK9K8pBmnEp5B"
HOST = "qvtablJ5gKtz"
"""mara-host of the live session: an event and more every forty seconds."""

NEWS = r"\+\d+ new\b"
POLLS = "ListParticipantEvents"


class HandClock:
    """The present time of the world and the screen, which the test moves."""

    def __init__(self):
        self.now = EPOCH

    def __call__(self):
        return self.now

    def go_on(self, seconds):
        self.now += timedelta(seconds=seconds)


class Watcher:
    """A person who looks at the events of the live host."""

    def __init__(self, journey, clock):
        self.journey = journey
        self.clock = clock

    @property
    def held(self):
        """Times of the events in the list, from the first row to the last."""
        view = self.journey.pane.event_list.view
        return [view.log.time_us(view.position(row)) for row in range(len(view))]

    @property
    def told(self):
        """Times of all events in the world so far, newest first."""
        world = open_world("incident", lambda: EPOCH)
        world._clock = self.clock
        events = world.events(LIVE_STAGE, LIVE, HOST)
        return [to_microseconds(datetime.fromisoformat(e["eventTime"])) for e in reversed(events)]

    @property
    def line(self):
        """The line of the screen that the cursor is on."""
        rows = self.journey.rows("events")
        return rows.cursor - rows.top

    @property
    def polls(self):
        return self.journey.endpoint.calls[POLLS]

    async def sees_news(self, seconds=60):
        """Let time pass until something happens and the list shows it."""
        self.clock.go_on(seconds)
        before, told = len(self.held), len(self.told)
        assert told > before, "nothing happened in this time"
        await self.journey.until(lambda: len(self.held) == told)


@asynccontextmanager
async def watching():
    clock = HandClock()
    async with explorer(at(HOST, LIVE), clock=clock) as journey:
        await journey.until("events, all read")
        yield Watcher(journey, clock)


@asynccontextmanager
async def following():
    async with watching() as watcher:
        watcher.clock.go_on(60)
        await watcher.journey.press("F")
        await watcher.journey.until("FOLLOWING")
        await watcher.journey.until(lambda: watcher.held == watcher.told)
        yield watcher


async def test_new_events_appear_and_the_newest_stays_under_the_cursor():
    async with following() as watcher:
        journey = watcher.journey
        assert journey.cursor == 0
        for _ in range(2):
            await watcher.sees_news()
            await journey.until(lambda: journey.cursor == 0)
            newest = journey.event
            assert to_microseconds(newest.time) == watcher.told[0]
            assert watcher.line == 0
            await journey.until("  FOLLOWING")
            assert not re.search(NEWS, journey.status)
        assert watcher.held == watcher.told
        assert len(journey.rows("events").rows) == len(watcher.told)


def row_on_screen(journey, line):
    return journey.screen[2 + line].partition("│")[0]


async def test_moving_away_pauses_and_what_is_read_stays_where_it_is():
    async with following() as watcher:
        journey = watcher.journey
        await journey.press("j", "j", "j")
        await journey.until("PAUSED · = resumes")
        event, line = journey.event, watcher.line
        shown = row_on_screen(journey, line)
        before = len(watcher.held)
        await watcher.sees_news()
        news = len(watcher.held) - before
        await journey.until(f"+{news} new")
        assert journey.event == event
        assert watcher.line == line
        assert row_on_screen(journey, line) == shown
        assert journey.cursor == 3 + news
        assert watcher.held == watcher.told


async def test_equals_goes_on_at_the_newest_event():
    async with following() as watcher:
        journey = watcher.journey
        await journey.press("equals_sign")
        await journey.until("PAUSED")
        await watcher.sees_news()
        await journey.until(lambda: re.search(NEWS, journey.status))
        await journey.press("equals_sign")
        await journey.until("FOLLOWING")
        assert journey.cursor == 0
        assert to_microseconds(journey.event.time) == watcher.told[0]
        await journey.until(lambda: not re.search(NEWS, journey.status))


async def test_r_reads_once_what_is_new_and_says_how_much():
    async with watching() as watcher:
        journey, before = watcher.journey, watcher.polls
        event = journey.event
        await journey.press("r")
        await journey.until("nothing new")
        assert watcher.polls == before + 1
        watcher.clock.go_on(60)
        news = len(watcher.told) - len(watcher.held)
        assert news
        await journey.press("r")
        await journey.until(f"+{news} new")
        assert journey.event == event
        assert watcher.held == watcher.told
        await journey.settled()
        assert watcher.polls == before + 2


async def test_a_look_at_the_newest_page_only_is_told_as_such():
    async with watching() as watcher:
        journey = watcher.journey
        while len(watcher.told) <= 100:
            watcher.clock.go_on(600)
        await journey.press("r")
        await journey.until(lambda: re.search(NEWS, journey.status))
        await journey.press("r")
        await journey.until("none on the newest page; R: read all again")


async def test_following_ends_with_the_session():
    async with explorer(Place(LIVE_STAGE)) as journey:
        await journey.until("5 sessions, all read")
        journey.go(at(PRIYA))
        await journey.until("61 events, all read")
        calls = journey.endpoint.calls[POLLS]
        await journey.press("F")
        await journey.until("ENDED")
        await journey.settled()
        assert journey.endpoint.calls[POLLS] == calls + 1
        assert len(journey.rows("events").rows) == 61


async def test_what_has_ended_holds_no_cursor_and_needs_no_esc():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("F")
        await journey.until("ENDED")
        await journey.press("e", "e")
        await journey.until("ALL READ")
        error = journey.event
        assert error.is_error
        await journey.press("r")
        await journey.until("nothing new")
        assert journey.event == error
        await journey.press("F")
        await journey.until("ENDED")
        await journey.press("escape")
        await journey.until(lambda: journey.here != at(PRIYA))


async def test_esc_stops_and_stays():
    async with following() as watcher:
        journey = watcher.journey
        await journey.press("escape")
        await journey.until(lambda: "FOLLOWING" not in journey.text)
        assert journey.here == at(HOST, LIVE)
        await is_quiet(watcher)


async def test_leaving_the_place_stops_the_polls():
    async with following() as watcher:
        journey = watcher.journey
        journey.go(at(None, LIVE))
        await journey.until(lambda: journey.here.level is Level.PARTICIPANTS)
        await journey.until("participants, all read")
        await is_quiet(watcher)
        journey.go(at(HOST, LIVE))
        await journey.until("events, all read")
        assert "FOLLOWING" not in journey.text


async def is_quiet(watcher):
    """Let the time of the next poll pass, and expect no call."""
    journey, polls = watcher.journey, watcher.polls
    begun = journey.app._provider.changes
    watcher.clock.go_on(60)
    end = time.monotonic() + SHORTEST_WAIT_SECONDS + 0.2
    await journey.until(lambda: time.monotonic() > end)
    assert watcher.polls == polls
    assert journey.app._provider.changes == begun


async def test_after_hours_of_sleep_every_event_is_there_and_it_follows_on():
    """The time of day has jumped; the seconds that waits are counted in have not."""
    async with following() as watcher:
        journey = watcher.journey
        watcher.clock.go_on(3 * 3600)
        await journey.until(lambda: watcher.held == watcher.told, within=30)
        await journey.until("FOLLOWING")
        await watcher.sees_news()
        assert watcher.held == watcher.told
