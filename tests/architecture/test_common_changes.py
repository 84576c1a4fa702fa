"""Common changes touch the one or two files that CONTRIBUTING.md names: made here and looked at."""

import re
import subprocess
from datetime import UTC, datetime

import pytest

from ivscope.analysis.filter_parser import parse_filter
from ivscope.analysis.filters import Matcher
from ivscope.analysis.time_input import TimeReference
from ivscope.domain.calls import ListCall
from ivscope.domain.events import Event
from ivscope.domain.saved_head import SavedHead
from ivscope.domain.stages import ParticipantScope, StageSummary
from ivscope.export.saved_events import saved_lines
from ivscope.knowledge.event_names import EVENT_NAMES
from ivscope.knowledge.explanation import Explanation
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.store.event_log import EventLog
from ivscope.render.event_lines import detail_lines
from ivscope.sources.call_context import CallContext
from ivscope.sources.wire_source import READS, Read, WireSource
from support.code_facts import CodeFacts
from support.copied import event_menu
from support.tree import ROOT
from support.waiting import wait_for

CHANGES = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Common changes")[2]
CHANGES = CHANGES.partition("\n## ")[0]
ROWS = [row for row in re.findall(r"^\| (.*) \|$", CHANGES, re.MULTILINE) if "---" not in row][1:]
KINDS = ("error code", "event name", "column", "plot", "key", "list call", "source", "finding")

AT = datetime(2026, 11, 23, 20, 36, 28, tzinfo=UTC)
SCOPE = ParticipantScope("arn:aws:ivs:us-west-2:123456789012:stage/x", "st-0000000000000", "odd")


def test_each_kind_of_change_has_a_row_with_files_and_an_example_or_a_test():
    for kind in KINDS:
        (row,) = (row for row in ROWS if re.search(rf"\b{kind}\b", row.split(" | ")[0]))
        _, files, example = row.split(" | ")
        assert "`tui/ivscope/" in files
        assert re.search(r'"[^"]+"|`test_\w+`', example), kind


def test_the_tests_that_stand_for_examples_are_there():
    named = set(re.findall(r"`(test_\w+)`", CHANGES))
    texts = [path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    assert named
    assert {one for one in named if not any(f"def {one}(" in text for text in texts)} == set()


def test_the_commits_that_are_examples_are_in_the_history():
    try:
        log = subprocess.run(
            ["git", "log", "--format=%s"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no history here")
    if "Move the package to tui/ivscope and its modules into rooms" not in log:
        pytest.skip("only a part of the history is here")
    named = re.findall(r'"([^"]+)"', CHANGES.replace("\n", " "))
    assert len(named) >= 6
    assert set(named) - set(log) == set()


# Changes that nobody has had to make yet.


def test_an_event_name_with_a_card_is_explained_filtered_and_exported(monkeypatch):
    card = Explanation(
        title="STAGE_MUTED",
        meaning="Everybody on the stage was muted.",
        next_check="Ask who muted them.",
        page="https://docs.aws.amazon.com/ivs/latest/RealTimeUserGuide/stage-health.html",
    )
    monkeypatch.setitem(EVENT_NAMES, card.title, card)
    event = Event(card.title, "odd", AT)
    drawn = " ".join(span.text for line in detail_lines(event, 120) for span in line)
    assert card.meaning in drawn
    assert card.next_check in drawn
    copied = {one.title: one.made() for one in event_menu(event, SCOPE)}
    assert f"- Means: {card.meaning}" in copied["explanation"]
    assert card.title in copied["event JSON"]
    log = EventLog()
    log.append([Event("JOINED", "odd", AT), event])
    wanted = parse_filter("name:STAGE_M*", TimeReference(UTC, AT))
    assert Matcher(wanted, log.tables).passing(log, 0, len(log)) == b"\0\1"
    head = SavedHead(
        SCOPE.stage_arn,
        SCOPE.session_id,
        None,
        saved_at="2026-11-24T07:00:00Z",
        saved=1,
        loaded=2,
        contradicting=0,
        all_read_at=None,
        is_complete=True,
        coverage="",
        order="newest first",
        filter="name:STAGE_M*",
    )
    assert any(card.title in line for line in saved_lines(head, [event]))


def test_a_list_call_with_a_row_in_the_table_is_read_page_by_page(monkeypatch):
    row = Read(
        "list_public_keys", "publicKeys", lambda one: StageSummary(one["arn"]), lambda *_: {}, 100
    )
    monkeypatch.setitem(READS, "ListPublicKeys", row)
    call = ListCall("ListPublicKeys")
    provider = StageDataProvider(lambda: WireSource(Keys()))
    try:
        feed = provider.feed(call)
        assert provider.feed(ListCall("ListPublicKeys")) is feed
        for count in (1, 2):
            provider.read_more(feed)
            wait_for(lambda count=count: len(feed.items) == count)
        assert [key.arn for key in feed.items] == ["a", "b"]
        assert feed.is_complete
    finally:
        provider.close()


class Keys:
    """A service with two pages of public keys."""

    def context_of(self, region):
        return CallContext(region=region)

    def call(self, operation, **parameters):
        assert operation == "list_public_keys"
        second = "nextToken" in parameters
        more = {} if second else {"nextToken": "more"}
        return {"publicKeys": [{"arn": "b" if second else "a"}], **more}


def test_where_sources_are_opened_is_one_module():
    importers = CodeFacts.of_product().importers
    opened = {
        name: {one for one in importers[name] if not one.startswith("ivscope.sources.")}
        for name in ("ivscope.sources.aws", "ivscope.sources.recorded")
    }
    assert opened == {name: {"ivscope.cli.connections"} for name in opened}
