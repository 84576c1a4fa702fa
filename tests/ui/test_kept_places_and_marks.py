"""A crash or a change of shift costs nothing: places, marks and typed texts are there again."""

import fcntl
import json
import os
from contextlib import contextmanager

from ivscope.settings.kept_places import FILE_NAME
from ivscope.workspace.place import Level
from support.explorer import PRIYA, SHOW, at, explorer


async def test_the_next_run_offers_the_place_and_has_the_mark(tmp_path):
    path = tmp_path / FILE_NAME
    async with explorer(at(PRIYA), kept=path, size=(160, 40)) as first:
        await first.until("events, all read")
        await first.press("j", "j", "m")
        marked = first.pane.event
        await first.until(lambda: path.exists() and json.loads(path.read_text())["marks"])
    assert "priya" not in path.read_text(), "ids, and no user ids"
    async with explorer(kept=path, size=(160, 40)) as second:
        await second.until("Visited before")
        # The name of the stage comes with the list of stages; the id stands there until then.
        await second.until(f"1  fri-night-live {SHOW} {PRIYA}")
        await second.press("minus")
        await second.until("events, all read")
        assert second.here == at(PRIYA)
        await second.until(lambda: second.pane.event_list.marks)
        await second.press("u")
        await second.until(lambda: second.pane.event == marked)
        await second.press("m")
        await second.until(lambda: not json.loads(path.read_text())["marks"])
        await second.press("M")
        await second.until(lambda: second.here.level is Level.TIMELINE)
    async with explorer(kept=path, size=(160, 40)) as third:
        await third.until(f"1  fri-night-live {SHOW} timeline")
        await third.ask("colon", "goto TIME", "recent 2")
        await third.press("enter")
        await third.until("events, all read")
        assert third.here == at(PRIYA)
        assert not third.pane.event_list.marks


async def test_a_mark_of_a_participant_is_on_the_timeline_too(tmp_path):
    async with explorer(at(PRIYA), kept=tmp_path / FILE_NAME, unlimited=True) as journey:
        await journey.until("events, all read")
        await journey.press("j", "m", "M")
        await journey.until(lambda: journey.here.level is Level.TIMELINE)
        await journey.until(lambda: len(journey.pane.event_list.marks) == 1)
        (position,) = journey.pane.event_list.marks
        assert journey.pane.event_list.view.log[position].participant_id == PRIYA


async def test_without_a_file_nothing_is_offered_and_a_strange_file_is_no_harm(tmp_path):
    async with explorer() as journey:
        await journey.until("stages, all read")
        await journey.ask("colon", "goto TIME", "recent")
        await journey.press("enter")
        await journey.until("no place was visited before, or none is kept")
        assert "Visited before" not in journey.text
    bad = {"origin": "demo", "stage_arn": "\\e]0;x", "session_id": "st-1", "everybody": False}
    rows = [{**bad, "participant_id": ""}]
    path = tmp_path / FILE_NAME
    path.write_text(json.dumps({"version": 1, "places": rows, "marks": []}))
    async with explorer(kept=path) as journey:
        await journey.until("stages, all read")
        assert "Visited before" not in journey.text


@contextmanager
def held(folder):
    """A folder in which another ivscope was stopped while it was saving."""
    handle = os.open(folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(handle)


async def test_no_key_waits_for_another_ivscope_that_is_saving_and_quitting_does(tmp_path):
    path = tmp_path / FILE_NAME
    async with explorer(at(PRIYA), kept=path) as journey:
        await journey.until("events, all read")
        await journey.until(path.exists)
        path.unlink()
        with held(tmp_path):
            await journey.press("m", "j")
            assert journey.pane.event_list.marks
            assert not path.exists(), "the mark is there before it is written"
            assert journey.app.jobs.is_busy, "so that quitting waits for it"
        await journey.until(lambda: not journey.app.jobs.is_busy)
        assert len(json.loads(path.read_text())["marks"]) == 1


async def test_a_mark_that_cannot_be_kept_is_told(tmp_path):
    path = tmp_path / FILE_NAME
    path.mkdir()
    async with explorer(at(PRIYA), kept=path) as journey:
        await journey.until("events, all read")
        await journey.press("m")
        await journey.until("the mark is not kept for the next run: Is a directory")


async def test_no_key_waits_to_keep_what_was_typed_and_quitting_does(tmp_path):
    path = tmp_path / "prompts.json"
    async with explorer(at(PRIYA), history=path) as journey:
        await journey.until("events, all read")
        with held(tmp_path):
            await journey.ask("/", "FIND", "quota")
            await journey.press("enter")
            assert not path.exists(), "the prompt is answered before the text is written"
            assert journey.app.jobs.is_busy, "so that quitting waits for it"
        await journey.until("hit 1/3")
        await journey.until(lambda: not journey.app.jobs.is_busy)
        assert json.loads(path.read_text()) == {"FIND": ["quota"]}
