"""The process that makes the first calls while the explorer loads: real ones, one for all tests."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ivscope.domain import calls
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Page
from ivscope.domain.stages import StageSummary
from ivscope.provider.fetch import connection
from ivscope.provider.fetch.connection import HeadStart
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.store.source import RecordedReading
from support.moved_clock import MovedClock
from support.scripted_source import ScriptedSource, page
from support.waiting import wait_for

COPIED = """
import json, os, sys, time
from ivscope.domain import calls
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Page
from ivscope.domain.stages import StageSummary
from ivscope.provider.fetch.connection import HeadStart

class Source:
    profile, region, endpoint_url, credentials = "team", "", "http://x", "env keys"
    def read_page(self, call, cursor):
        if call.operation == "ListStageSessions":
            raise ProviderFailure(FailureKind.THROTTLED, "slow down", "wait", True, retry_after=2.0)
        return Page((StageSummary(f"arn:{os.getpid()}"),), "more", "r-1")
    def read_fact(self, call):
        return {"ctty": opens("/dev/tty"), "in": os.read(0, 1).decode()}

def opens(path):
    try:
        os.close(os.open(path, os.O_RDWR))
    except OSError:
        return False
    return True

class SlowFact(Source):
    def read_fact(self, call):
        time.sleep(60)

def told(ask):
    try:
        return repr(ask())
    except ProviderFailure as failure:
        return [failure.kind, failure.summary, failure.retry_after]

def fails():
    raise ProviderFailure(FailureKind.CREDENTIALS, "none", "get some", False)

def breaks():
    raise RuntimeError("a bug")

def sleeps():
    time.sleep(60)

sessions, fact, stage = calls.sessions("arn:a"), calls.session("arn:s"), calls.stage("arn:a")
whole = HeadStart(Source, (calls.STAGES, sessions, fact))
first = whole.read_page(calls.STAGES, None)
out = {
    "is_of_another": first.items[0].arn != f"arn:{os.getpid()}",
    "rest": [first.next_cursor, first.request_id],
    "details": [whole.profile, whole.region, whole.endpoint_url, whole.credentials],
    "again": told(lambda: whole.read_page(calls.STAGES, None)),
    "never": told(lambda: whole.read_fact(stage)),
    "further": told(lambda: whole.read_page(sessions, "more")),
    "failed": told(lambda: whole.read_page(sessions, None)),
    "behind": told(lambda: whole.read_fact(fact)),
}
apart = HeadStart(Source, (fact,))
out["apart"] = apart.read_fact(fact)
try:
    out["apart has ended"] = os.waitpid(apart._process, os.WNOHANG)
except ChildProcessError:
    out["apart has ended"] = "yes"
waiting = HeadStart(SlowFact, (calls.STAGES, fact))
waiting.read_page(calls.STAGES, None)
out["again at once"] = told(lambda: waiting.read_page(calls.STAGES, None))
waiting.close()
for name, connect in {"unconnected": fails, "bug": breaks}.items():
    out[name] = told(lambda: HeadStart(connect, (calls.STAGES,)).read_page(calls.STAGES, None))
slow = HeadStart(sleeps, (calls.STAGES,))
slow.close()
slow.close()
out["closed"] = told(lambda: slow.read_page(calls.STAGES, None))
left = HeadStart(sleeps, (calls.STAGES,))
out["left"] = left._process
print(json.dumps(out), flush=True)
os._exit(0)
"""


@pytest.fixture(scope="module")
def told():
    """What a process of its own says of its head starts: pytest has threads, and is not copied."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", COPIED],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,
    )
    assert not ran.stderr
    return json.loads(ran.stdout)


NOT_HERE = [str(FailureKind.NOT_RECORDED), "not asked ahead", None]


def test_its_answers_come_from_another_process_and_are_whole(told):
    assert told["is_of_another"]
    assert told["rest"] == ["more", "r-1"]
    assert told["details"] == ["team", "", "http://x", "env keys"]


def test_each_answer_is_given_once_and_nothing_else_is_there(told):
    assert told["again"] == told["never"] == told["further"] == NOT_HERE


def test_what_was_given_is_not_waited_for_again_and_the_last_answer_ends_it(told):
    assert told["again at once"] == NOT_HERE
    assert told["apart has ended"] == "yes"


def test_a_failure_is_that_of_the_service_and_ends_it(told):
    assert told["failed"] == [str(FailureKind.THROTTLED), "slow down", 2.0]
    assert told["behind"] == NOT_HERE


def test_it_has_no_terminal_and_nothing_to_read(told):
    assert told["apart"] == {"ctty": False, "in": ""}


def test_without_a_source_or_with_a_bug_it_has_no_answers(told):
    assert told["unconnected"] == told["bug"] == NOT_HERE


def test_closed_it_ends_at_once(told):
    assert told["closed"] == NOT_HERE


def test_it_does_not_outlive_who_started_it(told):
    wait_for(lambda: not Path(f"/proc/{told['left']}").exists())


def test_it_needs_a_second_processor_and_a_process_without_threads(monkeypatch):
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert HeadStart.is_of_use()
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    assert not HeadStart.is_of_use()
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert not HeadStart.is_of_use()
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not HeadStart.is_of_use()


class Ahead(ScriptedSource):
    """Has answers that were asked for ten seconds before the clock began."""

    def _answer(self, operation, scope, cursor):
        if not self._answers.get(operation):
            raise connection._not_asked()
        return super()._answer(operation, scope, cursor)


def test_what_was_asked_ahead_is_told_as_read_when_it_was_asked_and_not_as_recorded():
    clock, source, ahead = MovedClock(), ScriptedSource(), Ahead()
    made = []

    def connect():
        made.append(source)
        return source

    asked_at = clock.now()
    clock.pass_time(10)
    ahead.will_answer("ListStages", page([StageSummary("arn:a")]))
    source.will_answer("ListStageSessions", page([]))
    provider = StageDataProvider(
        connect, ahead=lambda: RecordedReading(ahead, lambda: asked_at), clock=clock.clock
    )
    stages, sessions = provider.stages(), provider.sessions("arn:a")
    assert not provider.should_connect  # nothing came ahead: the first call connects
    provider.read_more(stages)
    wait_for(lambda: stages.is_complete)
    assert made == []
    assert provider.all_read_at(stages) == asked_at
    assert provider.source_details.profile == "scripted"
    assert provider.recorded_at(stages) is None
    assert provider.activity().total == 1
    assert provider.should_connect
    provider.connect()
    assert made == [source]
    assert not provider.should_connect
    provider.read_more(sessions)
    wait_for(lambda: sessions.is_complete)
    assert [one.operation for one in source.asked] == ["ListStageSessions"]
    provider.close()


def test_a_failure_that_came_ahead_is_told_and_r_asks_the_service():
    source, ahead = ScriptedSource(), Ahead()
    refused = ProviderFailure(FailureKind.DENIED, "not allowed", "Ask.", retryable=True)
    ahead.will_answer("ListStages", refused)
    source.will_answer("ListStages", Page((StageSummary("arn:a"),)))
    provider = StageDataProvider(lambda: source, ahead=lambda: RecordedReading(ahead, lambda: None))
    stages = provider.stages()
    provider.read_more(stages)
    wait_for(lambda: stages.status.failure is not None)
    assert stages.status.failure == refused
    assert provider.should_connect  # the header names what the call was made with
    provider.retry(stages)
    wait_for(lambda: stages.is_complete)
    assert [one.operation for one in source.asked] == ["ListStages"]
    assert calls.STAGES.operation == source.asked[0].operation
    provider.close()
