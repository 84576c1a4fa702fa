"""Minutes of a soak; `python -m support.soak` runs for hours."""

import asyncio
import threading

import pytest

from ivscope.provider.store.event_log import EventLog
from support.soak import Soak, soaked
from support.soak_worlds import SIMULATED


@pytest.mark.parametrize("kind", ["faults", SIMULATED])
def test_random_keys_pastes_resizes_and_faults_break_nothing_and_lose_no_event(kind):
    account = soaked(kind, 1, 20)
    assert not account.complaints, account.rows
    assert account.calls
    assert account.acts.total() > 4


def test_an_error_in_a_thread_is_told_with_the_last_steps(monkeypatch):
    def start_a_failing_thread(_self, _step):
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        return asyncio.sleep(0)

    monkeypatch.setattr(Soak, "_do", start_a_failing_thread)
    account = soaked("incident", 1, 2)
    assert any("ZeroDivisionError" in line for line in account.complaints)


def test_a_thread_that_stays_is_told(monkeypatch):
    let_go = threading.Event()

    def leak(_self, _step):
        threading.Thread(target=let_go.wait, daemon=True).start()
        return asyncio.sleep(0)

    monkeypatch.setattr(Soak, "_do", leak)
    account = soaked("incident", 1, 2)
    let_go.set()
    assert any(line.startswith("threads: ") for line in account.complaints)


def test_an_event_that_the_store_drops_is_told(monkeypatch):
    append = EventLog.append
    monkeypatch.setattr(EventLog, "append", lambda log, events: append(log, list(events)[1:]))
    account = soaked("incident", 1, 12)
    assert account.lost
    assert any("lost" in line for line in account.complaints)
