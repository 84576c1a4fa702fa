"""Times that a person types: into the command line, the filter, the arguments and by paste."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from textual.events import Paste

from ivscope.ui.explorer.screen import ExplorerScreen
from support.explorer import DANA, PRIYA, at, explorer
from support.time_examples import filter_examples, time_examples

DAY = "2026-11-23"
"""The day of the show, which is looked at the day after."""

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def go_to(journey, text):
    await journey.press("colon")
    await journey.until("goto TIME")
    await enter(journey, text)
    await journey.until(lambda: "TIME" not in journey.status)


async def filter_by(journey, text):
    await journey.press("ampersand")
    await journey.until(lambda: "FILTER" in journey.status)
    await journey.press("ctrl+u")
    await enter(journey, text)


async def enter(journey, text):
    """Paste a text into the prompt, which costs a picture and not one for each character."""
    journey.app.screen.focused.post_message(Paste(text))
    await journey.until(lambda: text in journey.status)
    await journey.press("enter")
    await journey.until(lambda: not journey.pane.event_list.view.work(0.01))


def events_of(journey):
    return list(journey.pane.event_list.view.log)


def shown_events(journey):
    view = journey.pane.event_list.view
    return [view.log[view.position(row)] for row in range(len(view))]


# What a time means, found without the grammar: by the text in the rows of the show.


def meaning(text, cursor):
    """Return the instant of an example, and how long what is written lasts."""
    if text[0] in "+-":
        hours, minutes, seconds = 0, 0, 0
        for part in text[1:].replace("h", "h ").replace("m", "m ").replace("s", "s ").split():
            count = int(part[:-1])
            hours += count * (part[-1] == "h")
            minutes += count * (part[-1] == "m")
            seconds += count * (part[-1] == "s")
        step = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return cursor + (step if text[0] == "+" else -step), timedelta(seconds=1)
    text = text.replace("yesterday", DAY).replace("today", "2026-11-24")
    text = text.removesuffix("Z").replace("T", " ")
    if "-" not in text:
        text = f"{DAY} {text}"
    lasting = {
        10: timedelta(days=1),
        13: timedelta(hours=1),
        16: timedelta(minutes=1),
        19: timedelta(seconds=1),
    }
    return utc(text), lasting[len(text)]


def passes(text, time, cursor):
    field, _, value = text.partition(":")
    first, _, last = value.partition("..")
    start, lasting = meaning(first, cursor)
    if field == "after":
        return time >= start
    if field == "before":
        return time < start
    if last:
        end, lasting = meaning(last, cursor)
        return start <= time < end + lasting
    return start <= time < start + lasting


async def test_every_time_that_hints_help_errors_and_readme_show_can_be_gone_to():
    examples = time_examples()
    assert {"20:36", "yesterday 20:36", "20:36Z", "-1h30m", "+90s", "20:48:05"} <= set(examples)
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        for text in examples:
            await journey.press("g")
            wanted, _ = meaning(text, journey.event.time)
            await go_to(journey, text)
            await journey.until(lambda at=f"{wanted:%Y-%m-%d %H:%M:%S}": at in journey.status)
            least = min(abs(event.time - wanted) for event in events_of(journey))
            assert abs(journey.event.time - wanted) == least, text


async def test_every_filter_by_time_that_hints_help_errors_and_readme_show_finds_its_events():
    times = time_examples()
    filters = filter_examples()
    assert {"after:20:36", "during:20:45..20:50", "before:2026-11-23T20:50"} <= set(filters)
    filters += [f"during:{text}" for text in times]
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        for text in filters:
            await journey.press("g")
            cursor = journey.event.time
            await filter_by(journey, text)
            kept = [one for one in events_of(journey) if passes(text, one.time, cursor)]
            assert shown_events(journey) == kept, text
            await journey.press("escape")
            await journey.until("61 events, all read")


async def test_a_filter_by_clock_time_shows_the_date_that_it_took():
    async with explorer(at(PRIYA), size=(80, 24)) as journey:
        await journey.until("61 events, all read")
        await filter_by(journey, "after:20:36")
        await journey.until("61 shown of 61 · filter: after:20:36 (2026-11-23 UTC)")
        await filter_by(journey, "after:2026-11-23T20:50")
        await journey.until("45 shown of 61 · filter: after:2026-11-23T20:50 · ")
        await filter_by(journey, "after:21:00Z name:*T")
        await journey.until("filter: after:21:00Z name:*T (2026-11-23 UTC)")


async def test_a_time_that_is_typed_letter_by_letter_filters_as_a_pasted_one():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.ask("ampersand", "FILTER", "after:20:50")
        await journey.press("enter")
        await journey.until("45 shown of 61")
        await journey.ask("colon", "goto TIME", "20:52")
        await journey.press("enter")
        await journey.until(lambda: journey.event.time < utc("2026-11-23T20:53"))


async def test_everybodys_events_are_filtered_by_the_session_too():
    async with explorer(at(), unlimited=True) as journey:
        await journey.press("M")
        await journey.until("2,161 events, all read", within=60)
        await journey.settled()
        for text, count in (
            ("after:21:00", "878"),
            ("during:20:45..20:50", "209"),
            ("before:20:36", "245"),
        ):
            await filter_by(journey, text)
            await journey.until(f"{count} shown of 2,161")
            await journey.until(f"filter: {text} (2026-11-23 UTC)")


async def test_a_filter_keeps_its_date_and_zone_while_cursor_and_zone_change():
    async with explorer(at(PRIYA), zone=BERLIN) as journey:
        await journey.until("61 events, all read")
        await filter_by(journey, "after:20:50")
        await journey.until("45 shown of 61")
        for command in ("tz Asia/Tokyo", "tz local"):
            await journey.ask("colon", "goto TIME", command)
            await journey.press("enter", "backslash")
            await journey.until("61 events, all read")
            await journey.press("backslash")
            await journey.until("45 shown of 61 · filter: after:20:50 (2026-11-23 UTC)")


async def test_a_distance_in_a_filter_counts_from_the_event_where_typing_began():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        newest = journey.event.time
        await filter_by(journey, "before:-1m30s")
        wanted = [e for e in events_of(journey) if e.time < newest - timedelta(seconds=90)]
        assert shown_events(journey) == wanted
        await journey.until(f"({newest - timedelta(seconds=90):%Y-%m-%d %H:%M:%S} UTC)")


async def test_a_filter_that_was_cancelled_leaves_the_one_before_as_it_was():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await filter_by(journey, "before:-1m")
        before = shown_events(journey)
        await journey.press("G", "ampersand")
        await journey.until(lambda: "FILTER" in journey.status)
        await journey.type(" code:QUOTA")
        await journey.press("escape")
        await journey.until("filter: before:-1m (")
        assert shown_events(journey) == before


# Arguments.


async def test_at_goes_to_the_time_of_the_session_and_not_of_today():
    async with explorer(at(PRIYA), go_to="20:48:05") as journey:
        await journey.until("2026-11-23 20:48:05 UTC")
        await journey.until(lambda: journey.event is not None)
        assert journey.event.time == utc("2026-11-23T20:48:05")


async def test_filter_and_at_as_arguments_are_dated_by_the_session():
    async with explorer(at(PRIYA), only="after:20:50", go_to="20:52") as journey:
        await journey.until(lambda: journey.event and journey.event.time < utc("2026-11-23T20:53"))
        await journey.press("j")
        await journey.until("45 shown of 61 · filter: after:20:50 (2026-11-23 UTC)")


async def test_arguments_that_are_no_times_are_told_where_and_what_to_type():
    async with explorer(at(PRIYA), go_to="2026-11-23 soon") as journey:
        await journey.until('"2026-11-23 soon" is not a time (at character 12): type 20:36')
    async with explorer(at(PRIYA), only="after:20:3") as journey:
        await journey.until("Type a time like 20:36")


async def test_at_without_a_participant_is_said_to_need_one():
    async with explorer(at(), go_to="20:48") as journey:
        await journey.until("open a participant first")


# Lists of which pages are not read.


async def test_going_to_a_time_reads_on_until_no_page_can_hold_a_nearer_event():
    async with explorer(at(DANA)) as journey:
        await journey.until("100 events read, more available")
        wanted = utc("2026-11-23T20:40:00")
        await go_to(journey, "20:40")
        await journey.until("2026-11-23 20:40:00 UTC: the nearest event is 2 s later")
        reached = journey.event.time
        assert 100 < len(events_of(journey)) < 755
        # What the rest holds lies further away.
        await journey.press("L")
        await journey.until("755 events, all read")
        least = min(abs(event.time - wanted) for event in events_of(journey))
        assert abs(reached - wanted) == least


async def test_a_time_in_what_is_read_is_gone_to_without_a_call():
    async with explorer(at(DANA)) as journey:
        await journey.until("100 events read, more available")
        await go_to(journey, "-30s")
        assert len(events_of(journey)) == 100
        await go_to(journey, "23:00")
        await journey.until("is after all events read so far: the nearest is")
        assert journey.cursor == 0
        assert len(events_of(journey)) == 100


async def test_reading_on_to_a_time_is_shown_and_stopped_by_escape():
    async with explorer(at(DANA), throttle=True) as journey:
        await journey.until("100 events read, more available")
        await go_to(journey, "18:00")
        await journey.until("looking for event near 2026-11-23 18:00:00 UTC")
        await journey.press("escape")
        await journey.until("stopped; what was read is kept")
        assert len(events_of(journey)) < 755


async def test_a_time_outside_all_events_says_how_far_away_the_nearest_is():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await go_to(journey, "18:00")
        await journey.until("18:00:00 UTC is before all events: the nearest is 2 h 46 min later")
        await go_to(journey, "23:00")
        await journey.until("23:00:00 UTC is after all events: the nearest is 1 h 41 min earlier")


async def test_minutes_back_read_on_and_say_where_the_list_ends():
    async with explorer(at(DANA)) as journey:
        await journey.until("100 events read, more available")
        begin = journey.event.time
        await journey.press("5", "left_parenthesis")
        await journey.until(lambda: begin - journey.event.time >= timedelta(minutes=5))
        assert 100 < len(events_of(journey)) < 755
        await journey.press("9", "9", "left_parenthesis")
        await journey.until("no event 99 min earlier further down; all 755 events are read")
        await journey.press("9", "9", "left_parenthesis")
        await journey.until("no event 99 min earlier: the first one is")
        await journey.press("G", "5", "left_parenthesis")
        await journey.until("no event 5 min earlier: this is the first")


# Paste.


async def test_a_pasted_time_is_gone_to_as_the_detail_and_the_rows_show_it():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        for text in ("2026-11-23 20:48:05 UTC", "20:48:05", "2026-11-23T22:48:05+02:00"):
            await journey.press("g")
            # What was gone to before stands there until the detail follows.
            await journey.until(lambda: "2026-11-23 20:48:05 UTC" not in journey.text)
            journey.explorer.query_one("#events").post_message(Paste(text))
            await journey.until("2026-11-23 20:48:05 UTC")
            await journey.until(lambda: journey.event.time == utc("2026-11-23T20:48:05"))


# Zones.


async def test_another_zone_is_told_by_every_pane_at_once():
    async with explorer(at(PRIYA), size=(170, 45), zone=BERLIN) as journey:
        await journey.until("61 events, all read")
        await journey.settled()
        assert "21:18:44" in journey.text
        drawn = []
        redraw = ExplorerScreen.redraw
        journey.explorer.context.redraw = lambda: (
            drawn.append(1),
            redraw(journey.explorer),
        )
        for name, clock_time, shown in (
            ("Europe/Berlin", "22:18:44", "Europe/Berlin"),
            ("America/New_York", "16:18:44", "America/New_York"),
            ("local", "22:18:44", "Europe/Berlin"),
            ("utc", "21:18:44", "UTC"),
        ):
            drawn.clear()
            await journey.ask("colon", "goto TIME", f"tz {name}")
            await journey.press("enter")
            await journey.until(lambda shown=shown: journey.screen[0].endswith(shown))
            assert drawn == [1]
            rows, detail = journey.rows("events"), journey.explorer.query_one("#detail")
            assert any(clock_time in span.text for span in rows.rows.line(0, 80)), name
            assert any(clock_time in span.text for line in detail.lines for span in line), name


async def test_a_zone_without_a_name_is_the_offset_of_the_event_under_the_cursor():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("t")
        await journey.until(lambda: journey.screen[0].endswith("+02:00"))
