"""What leaves the program for others: a message, a support case, metrics, and the report."""

import pytest

from ivscope.ui import taking
from support.explorer import LIVE_STAGE, PRIYA, SHOW, at, explorer
from support.taken import Taken


@pytest.fixture
def taken(monkeypatch, tmp_path):
    made = Taken()
    monkeypatch.setattr(taking, "copy", made.copy)
    monkeypatch.setattr(taking, "print_out", made.print)
    monkeypatch.chdir(tmp_path)
    return made


async def copied(journey, taken, letter):
    """Copy with two keys; returns the text."""
    count = len(taken.texts)
    await journey.press("y")
    await journey.until("COPY y message")
    await journey.press(letter)
    await journey.until(lambda: len(taken.texts) > count)
    return taken.texts[-1]


async def test_an_error_is_told_to_a_channel_to_support_and_to_cloudwatch(taken):
    async with explorer(at(PRIYA), size=(120, 30), unlimited=True) as journey:
        await journey.until("61 events, all read")
        await journey.press("e")
        message = await copied(journey, taken, "y")
        assert message.startswith("PUBLISH_ERROR INTERNAL_SERVER_EXCEPTION of priya-guest at ")
        assert "- Seen: 2 times the same error" in message
        assert "61 events of this participant read, all" in message
        case = await copied(journey, taken, "s")
        assert "priya" not in case
        assert f"Participant: {PRIYA}, " in case
        assert "Request ids: " in case
        assert "Request ids: none" not in case
        metrics = await copied(journey, taken, "m")
        assert "aws cloudwatch get-metric-data " in metrics
        assert PRIYA in metrics
        assert "In this session: " not in message, "nobody else is read"
        # The lanes tell of the same participant, and by now everybody else is read.
        await journey.press("I")
        await journey.until(lambda: journey.app.screen is not journey.explorer)
        await journey.until("ALL READ", within=30)
        told = await copied(journey, taken, "y")
        assert "priya-guest" in told.splitlines()[0]
        assert "40 of 40 participants read" in told
        assert "- In this session: 8 errors of this code of 7 participants, 2026-11-23 21:" in told
        await journey.press("escape", "escape")
        await journey.until("40 participants, all read")
        of_row = await copied(journey, taken, "y")
        row = journey.explorer.context.picker.row
        assert f" of {row.user_id} at " in of_row.splitlines()[0]
        assert "_ERROR " in of_row.splitlines()[0], "the last error of that participant"
        await journey.press("escape")
        await journey.until("sessions, all read")
        await journey.press("j")
        await journey.until(lambda: journey.explorer.context.picker.row.session_id == SHOW)
        assert (await copied(journey, taken, "y")).startswith(f"Session {SHOW}")


async def test_a_session_is_told_to_a_channel_and_reported_in_a_file(taken, tmp_path):
    async with explorer(at(), size=(120, 30), unlimited=True) as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until("ALL READ", within=30)
        message = await copied(journey, taken, "y")
        assert message.startswith(f"Session {SHOW}")
        assert "got INTERNAL_SERVER_EXCEPTION within 37 s" in message.splitlines()[1]
        assert "40 of 40 participants read" in message
        for letter, kind in (("m", "md"), ("h", "html")):
            await journey.press("W")
            await journey.until("SAVE m report in Markdown")
            await journey.press(letter)
            await journey.until("saved incident report, 40 of 40 participants read: ")
            (file,) = tmp_path.glob(f"ivscope-report-{SHOW}-*.{kind}")
            text = file.read_text()
            assert LIVE_STAGE in text
            assert "Incident report" in text
