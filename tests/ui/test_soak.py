"""Minutes of a soak; `python -m support.soak` runs for hours."""

import socket
import threading
from pathlib import Path
from random import Random

import pytest

from ivscope.domain.stages import ParticipantScope
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.session_log import SessionLog
from ivscope.ui.help.screen import HelpScreen
from support.soak import Soak, soaked
from support.soak_account import Account, bytes_of
from support.soak_truth import Truth
from support.soak_worlds import SIMULATED

SCOPE = ParticipantScope("arn:aws:ivs:us-west-2:1:stage/a", "st-1", "p1")


@pytest.mark.parametrize("kind", ["incident", "faults", SIMULATED])
def test_random_keys_pastes_resizes_and_faults_break_nothing_and_lose_no_event(kind):
    account = soaked(kind, 1, 40)
    assert not account.complaints, account.rows
    assert account.calls
    assert account.acts.total() >= 10
    assert account.checked > 0
    assert account.compared > 0


def test_an_error_in_a_thread_is_told_with_the_last_steps(monkeypatch):
    do = Soak._do

    async def start_a_failing_thread(soak, step):
        threading.Thread(target=lambda: 1 / 0).start()
        await do(soak, step)

    monkeypatch.setattr(Soak, "_do", start_a_failing_thread)
    account = soaked("incident", 1, 2)
    assert any("ZeroDivisionError" in line for line in account.complaints)
    assert account.last


def test_threads_files_and_sockets_that_stay_are_told(monkeypatch):
    do, let_go, kept = Soak._do, threading.Event(), []

    async def leak(soak, step):
        if not kept:
            threading.Thread(target=let_go.wait, daemon=True).start()
            kept.extend((Path("/dev/null").open(), socket.socket()))  # noqa: ASYNC230, SIM115
        await do(soak, step)

    monkeypatch.setattr(Soak, "_do", leak)
    monkeypatch.setattr("support.soak.LEAVE_WAIT", 0.1)
    account = soaked("incident", 1, 2)
    let_go.set()
    for one in kept:
        one.close()
    told = {line.partition(":")[0] for line in account.complaints}
    assert told == {"threads", "files", "sockets"}


def test_what_the_pilot_draws_with_the_help_open_holds_no_connection(monkeypatch):
    compare = Soak._compare

    async def look_at_the_help(soak):
        await compare(soak)
        await soak._pilot.press("?")
        screen = soak._app.screen
        assert isinstance(screen, HelpScreen)
        screen.children[0].refresh()
        screen._on_timer_update()  # as the pilot draws, in the task that waits for it

    monkeypatch.setattr(Soak, "_compare", look_at_the_help)
    account = soaked("incident", 1, 2)
    assert account.calls, "there was a connection"
    assert not account.complaints


def test_an_event_that_the_store_drops_is_told(monkeypatch):
    append = EventLog.append
    monkeypatch.setattr(EventLog, "append", lambda log, events: append(log, list(events)[1:]))
    account = soaked("incident", 1, 12)
    assert account.lost
    assert any("lost" in line for line in account.complaints)


def test_an_event_that_a_scan_drops_is_told(monkeypatch):
    do, append = Soak._do, SessionLog.append

    async def scan(soak, step):
        await do(soak, step)
        provider = soak._app._provider
        for scope in tuple(provider.store.all_events):
            provider.scan(scope.session).start()

    def append_all_but_the_last(log, number, rows, part, **named):
        append(log, number, rows, part[:-1], **named)

    monkeypatch.setattr(Soak, "_do", scan)
    monkeypatch.setattr(SessionLog, "append", append_all_but_the_last)
    account = soaked("incident", 1, 2)
    assert account.lost


def test_rows_that_move_or_go_between_two_looks_are_told():
    account = Account("none", 1)
    truth = Truth(None, account, Random(1), lambda _moment, do: do())  # noqa: S311 - no secret
    for generation, rows in ((0, "ab"), (0, "abc"), (1, "x"), (1, "xy")):
        truth._remember(SCOPE, "p1", generation, list(rows))
    assert not account.differing
    truth._remember(SCOPE, "p1", 1, ["x"])
    truth._remember(SCOPE, "p1", 1, ["y"])
    assert account.differing == [f"p1: its first {rows} rows are lost or moved" for rows in (2, 1)]


def test_the_bytes_of_rows_count_each_object_once_and_no_code():
    text = "x" * 1000
    assert 1000 < bytes_of([[text, text, len, bytes_of, SCOPE.__class__]]) < 1400
