"""Files that are no recordings on screen: EventBridge events, and events that W has saved."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from textual import events

from ivscope.cli import reading
from ivscope.cli.connections import to_file
from ivscope.cli.explore import notices_in, told_in_all
from ivscope.cli.main import main
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.knowledge.limits import REGIONS
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.settings.configuration import Configuration
from ivscope.ui import taking
from ivscope.ui.app import IvscopeApp
from ivscope.workspace.launch import Accounts, Connecting, Launch
from ivscope.workspace.place import Place
from support.aws_sources import aws_source
from support.explorer import DANA, EPOCH, JOSE, LIVE_STAGE, MARA, PRIYA, SHOW, Journey, at, explorer
from support.recordings import recorded
from support.saved_answers import saved_answers
from support.small_world import SmallWorld
from support.taken import Taken

EVERYBODY = Place(LIVE_STAGE, SHOW, everybody=True)


def alerts():
    """Four EventBridge events of two participants, as lines of a log."""
    told = (
        (MARA, "Participant Published", "20:30:40", None),
        (PRIYA, "Participant Publish Error", "20:47:12", "QUOTA_EXCEEDED"),
        (PRIYA, "Participant Publish Error", "20:48:05", "QUOTA_EXCEEDED"),
        (MARA, "Participant Publish Error", "20:50:40", "BITRATE_EXCEEDED"),
    )
    for number, (person, name, second, code) in enumerate(told):
        detail = {
            "session_id": SHOW,
            "event_name": name,
            "event_time": f"2026-11-23T{second}Z",
            "participant_id": person,
            **({"error_code": code} if code else {}),
        }
        event = {"id": str(number), "source": "aws.ivs", "detail-type": "IVS Stage Update"}
        yield f"INFO {json.dumps({**event, 'resources': [LIVE_STAGE], 'detail': detail})}\n"


def told_rows(journey):
    """The rows on screen that EventBridge has told of too."""
    return [line for line in journey.screen if " E" in line[:4] or "▌E" in line[:4]]


@asynccontextmanager
async def opened(path, connect=None, start=None):
    """The explorer as `ivscope open FILE` begins it; AWS is `connect`, the place `start`."""
    origin = to_file(str(path))
    session, person = origin.session, origin.participant_id
    place = start or Place(session.stage_arn, session.session_id, person, everybody=person is None)
    accounts = None if connect is None else Accounts(lambda: (), REGIONS, connect)
    launch = Launch(
        origin.label,
        lambda: place,
        note=origin.note,
        notices=told_in_all(origin.notices),
        accounts=accounts if origin.names_a_stage else None,
    )
    app = IvscopeApp(
        None,
        launch,
        Configuration({}, fold=False),
        recorded=origin.recorded,
        file=origin.file,
        clock=origin.clock,
    )
    async with app.run_test(size=(140, 40)) as pilot:
        yield Journey(app, pilot, None)


async def walked(journey):
    """What stands between header and status: an error, both ends of the summary, lanes, people."""
    await journey.until("61 events, all read")
    await journey.press("g", "e")
    await journey.until(lambda: journey.event.is_error)
    await journey.until(" of 5")  # the detail follows when no further key comes
    await journey.until("Do next")
    yield journey.screen[1:-2]
    await journey.press("escape")
    await journey.until("40 participants, all read")
    await journey.press("i")
    await journey.until("ALL READ")
    await journey.press("Z", "G")  # recording has read the clients of everybody
    await journey.until("not given      12  18")
    await journey.press("g", "G")
    await journey.until("EVENTS BY NAME")
    yield journey.screen[1:-2]
    await journey.press("g")
    await journey.until("2,161 events")
    yield journey.screen[1:-2]
    await journey.press("escape", "I")
    await journey.until("12 of 12")
    await journey.until(lambda: "……" not in journey.text)
    yield journey.screen[1:-2]
    await journey.press("escape")
    await journey.until("errors of all 40, most first")
    await journey.until("Publishing  for 25 min 08 s")
    await journey.until("tariq-mobile  7 of 7")
    yield journey.screen[1:-2]


async def test_a_recording_shows_the_screens_that_the_service_showed(tmp_path, monkeypatch):
    fast = RateLimiter(demand=10_000, background=10_000, window=0)
    monkeypatch.setattr(reading, "RateLimiter", lambda **_limits: fast)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    file = str(tmp_path / "night.ivscope")
    async with explorer(at(PRIYA), size=(140, 40), unlimited=True) as journey:
        live = [one async for one in walked(journey)]
        there = ["--region", "us-west-2", "--endpoint-url", journey.endpoint.url]
        words = ["record", *there, LIVE_STAGE, SHOW, "-o", file]
        assert await asyncio.to_thread(main, words) == 0
    async with opened(file, start=at(PRIYA)) as journey:
        assert [one async for one in walked(journey)] == live


async def test_the_clients_in_a_recording_are_in_its_summary_without_a_key(tmp_path):
    path = tmp_path / "small.ivscope"
    with Endpoint(SmallWorld(stages=1, sessions=1)) as endpoint, recorded(path, endpoint.url):
        pass
    async with opened(path) as journey:
        await journey.until("all 7 participants")
        await journey.press("i")
        await journey.until("ALL READ")
        await journey.until("CLIENTS, known for 7 of 7 participants")
        await journey.press("Z")
        await journey.until("a recording has nothing newer")


async def test_the_errors_of_a_session_in_an_eventbridge_file_are_on_screen_and_never_all(tmp_path):
    path = tmp_path / "alerts.log"
    path.write_text("".join(alerts()))
    async with opened(path) as journey:
        await journey.until("only what EventBridge sends: 4 IVS events")
        await journey.until("subscriptions are never in such a file")
        assert "EventBridge file alerts.log" in journey.screen[0]
        await journey.press("exclamation_mark")
        await journey.until("3 shown of 4 events read, the rest is not in this file")
        assert "NOT RECORDED" not in journey.text
        await journey.press("exclamation_mark", "i")
        await journey.until("0 of 2 participants read, perhaps not all listed")
        assert "all read" not in journey.text
        assert "all 2" not in journey.text


@pytest.mark.parametrize("token", [{}, {"nextToken": "more"}], ids=["none", "a token"])
async def test_whether_a_list_of_the_aws_cli_is_all_is_told_where_the_file_tells_it(
    tmp_path, monkeypatch, token
):
    taken = Taken()
    monkeypatch.setattr(taking, "copy", taken.copy)
    path = saved_answers(tmp_path, LIVE_STAGE, SHOW, PRIYA, "2026-11-23T20:30:40Z", **token)
    left = "the rest is not in this file" if token else "perhaps not all"
    more = "more to list" if token else "perhaps not all listed"
    async with opened(path, start=at(PRIYA)) as journey:
        await journey.until("Not here    not in" if token else "Unknown     this file does not say")
        await journey.press("j")  # the note about the file gives way
        await journey.until(f"1 event read, {left}")
        assert ("NOT RECORDED" in journey.text) == bool(token)
        await journey.press("y", "y")
        await journey.until(lambda: taken.texts)
        assert f"1 events of this participant read, {left}" in taken.texts[-1]
        await journey.press("escape")
        await journey.until(f"1 participant read, {left}")
        assert "more available, read when you get here" not in journey.text
        await journey.press("i")
        await journey.until(f"0 of 1 participants read, {more}")


async def test_no_session_that_a_file_only_names_is_called_live(tmp_path):
    path = tmp_path / "alerts.log"
    path.write_text("".join(alerts()))
    async with opened(path) as journey:
        await journey.until("only what EventBridge sends")
        await journey.press("escape", "escape")
        await journey.until("SESSION ID")
        await journey.until(SHOW)
        assert "LIVE" not in journey.text


async def saved_by(journey, folder, monkeypatch):
    """What W saves of the events on screen."""
    folder.mkdir()
    monkeypatch.chdir(folder)
    await journey.until(lambda: journey.event is not None)  # rows follow the count
    await journey.press("W")
    await journey.until(lambda: any(folder.glob("*.jsonl")))
    (file,) = folder.glob("*.jsonl")
    return file


async def test_events_saved_of_a_participant_open_again_and_are_saved_byte_for_byte(
    tmp_path, monkeypatch
):
    async with explorer(at(JOSE)) as journey:
        await journey.until("events, all read")
        first = await saved_by(journey, tmp_path / "first", monkeypatch)
    assert json.loads(first.read_text().splitlines()[0])["complete"] is True
    async with opened(first) as journey:
        await journey.until("events, all read")
        assert "saved events" in journey.screen[0]
        again = await saved_by(journey, tmp_path / "again", monkeypatch)
    assert again.name == first.name
    assert again.read_text().splitlines()[0] == first.read_text().splitlines()[0]
    assert again.read_bytes() == first.read_bytes()


async def test_events_saved_before_all_were_read_are_not_called_all_when_they_open_again(
    tmp_path, monkeypatch
):
    async with explorer(at(DANA)) as journey:
        await journey.until("100 events read, more available")
        first = await saved_by(journey, tmp_path / "first", monkeypatch)
    async with opened(first) as journey:
        await journey.until("events as saved, more were available")
        await journey.until(lambda: journey.pane.event is not None)
        await journey.press("G")
        await journey.until("100 events read, the rest is not in this file")
        again = await saved_by(journey, tmp_path / "again", monkeypatch)
    assert again.read_bytes() == first.read_bytes()


async def test_events_saved_of_everybody_open_again_and_are_saved_byte_for_byte(
    tmp_path, monkeypatch
):
    async with explorer(EVERYBODY, unlimited=True) as journey:
        await journey.until("2,161 events, all read", within=40)
        first = await saved_by(journey, tmp_path / "first", monkeypatch)
    async with opened(first) as journey:
        await journey.until("events as saved, all 40 participants")
        await journey.press("j")
        await journey.until("2,161 events, all read", within=40)
        again = await saved_by(journey, tmp_path / "again", monkeypatch)
        await journey.ask("&", "FILTER", "code:QUOTA")
        await journey.press("enter")
        await journey.until("3 shown of 2,161")
        part = await saved_by(journey, tmp_path / "part", monkeypatch)
    assert again.read_text().splitlines()[0] == first.read_text().splitlines()[0]
    assert again.read_bytes() == first.read_bytes()
    async with opened(part) as journey:
        await journey.until(
            "events as saved, all 40 participants, the filter code:QUOTA hid others"
        )
        await journey.press("j")
        # Others of whom all was hidden are not in the list: each list that is here may be all.
        await journey.until("3 events read, perhaps not all")
        last = await saved_by(journey, tmp_path / "last", monkeypatch)
    assert last.read_bytes() == part.read_bytes()


async def test_events_saved_while_somebody_is_not_read_never_become_all(tmp_path, monkeypatch):
    async with explorer(EVERYBODY) as journey:
        await journey.until(lambda: journey.pane.event_list is not None)
        await journey.until(lambda: len(journey.pane.event_list.view) > 10)
        await journey.press("equals_sign")
        await journey.until("PAUSED")
        await journey.settled()
        first = await saved_by(journey, tmp_path / "first", monkeypatch)
    told = json.loads(first.read_text().splitlines()[0])
    assert told["complete"] is False
    async with opened(first) as journey:
        await journey.until(f"events as saved, {told['coverage']}, more were available")
        await journey.press("j")
        await journey.until(f"{told['events']:,} events read, the rest is not in this file")
        await journey.until(lambda: not journey.pane.event_list.stream.is_busy)
        assert "all read" not in journey.text
        again = await saved_by(journey, tmp_path / "again", monkeypatch)
    assert again.read_text().splitlines()[0] == first.read_text().splitlines()[0]
    assert again.read_bytes() == first.read_bytes()


async def test_an_eventbridge_file_goes_on_with_aws_and_what_both_have_told_is_one_row(tmp_path):
    path = tmp_path / "alerts.log"
    path.write_text("".join(alerts()))
    with Endpoint(open_world("incident", lambda: EPOCH)) as endpoint:

        def connect(_profile, region, _stage_arn):
            return Connecting(lambda: aws_source(endpoint.url, region=region), "live")

        async with opened(path, connect) as journey:
            await journey.until("only what EventBridge sends: 4 IVS events")
            await journey.until(lambda: journey.event is not None)
            await journey.press("r")
            await journey.until(":profile or :region goes on from here, with AWS")
            await journey.press("G", "k", "enter")
            await journey.until(lambda: journey.here == at(PRIYA))
            await journey.until(lambda: journey.event is not None)
            assert not endpoint.calls
            at_cursor = journey.event.time.replace(microsecond=0)
            await journey.ask("colon", ":", "region us-west-2")
            await journey.press("enter")
            await journey.until("all 61 events read")
            assert journey.here == at(PRIYA)
            await journey.until(lambda: journey.event.time.replace(microsecond=0) == at_cursor)
            await journey.press("j", "k")
            await journey.until("E all 2 in alerts.log")
            told = told_rows(journey)
            assert len(told) == 2, "\n".join(told)
            assert all("PUBLISH_ERROR" in line for line in told)
            await journey.until("in alerts.log too: this row is that event")
            assert journey.pane.event_list.stream.items.fact_count == 61, "no row is counted twice"
            journey.go(at(MARA))
            await journey.until("E 0 of 2 in alerts.log, 2 only there")
            await journey.until("only in alerts.log, not returned by the API:")
            await journey.until("20:30:40 PUBLISH_STARTED, 20:50:40 PUBLISH_ERROR")


def test_a_text_of_several_alerts_is_told_beside_what_is_read_and_a_cut_one_is_not():
    text = "".join(alerts())
    notices = notices_in(text, "alerts.log")
    assert notices.count == 4
    assert told_in_all(notices_in(next(iter(alerts())), "one"))("").count == 1
    assert notices_in(text + " " * 2_000_000, "long") is None
    assert notices_in("aws.ivs {}", "none") is None


def test_of_alerts_that_were_given_one_after_the_other_each_is_known_once():
    mara, _, priya, _ = alerts()
    told = told_in_all(notices_in(mara, "alerts.log"))
    assert told(mara).count == 1, "the same one twice"
    both = told(priya)
    assert (both.count, both.source) == (2, "alerts.log and the text")
    assert told("no alert") == told(priya) == told("") == both


async def test_alerts_pasted_into_a_running_explorer_are_told_beside_what_is_read():
    first, second, third, _ = alerts()
    async with explorer(at(PRIYA), told=told_in_all(None)) as journey:
        await journey.until("61 events, all read")
        journey.app.post_message(events.Paste(second))
        await journey.until("from the text")
        await journey.until(lambda: len(told_rows(journey)) == 1)
        await journey.until("in the text too: this row is that event")
        assert journey.pane.told_words[0] == "E all 1 in the text"
        await journey.press("E")
        await journey.until(lambda: "this row is that event" not in journey.text)
        assert journey.event.is_error
        assert "not in the text" not in journey.text, "nobody said that one alert is all there is"
        journey.app.post_message(events.Paste(third))
        await journey.until(lambda: len(told_rows(journey)) == 2)
        await journey.until("in the text too: this row is that event")
        await journey.press("j", "k")
        await journey.until("E all 2 in the text")
        journey.app.post_message(events.Paste(third))
        journey.app.post_message(events.Paste(first))
        await journey.until(lambda: journey.here == at(MARA))
        await journey.until("only in the text, not returned by the API:")
        assert journey.pane.told_words[0] == "E 0 of 1 in the text, 1 only there"
        journey.go(at(PRIYA))
        await journey.until(lambda: journey.pane.told_words[:1] == ("E all 2 in the text",))


async def test_an_alert_of_another_day_than_the_event_beside_it_is_told_with_its_date():
    text = "".join(alerts()).replace("2026-11-23T20:30:40Z", "2026-11-22T20:30:40Z")
    async with explorer(at(MARA), told=lambda _: notices_in(text, "alerts.log")) as journey:
        await journey.until("2026-11-22 20:30:40 PUBLISH_STARTED,")
        assert "20:50:40 PUBLISH_ERROR" in journey.text
        assert "2026-11-23 20:50:40" not in journey.text
