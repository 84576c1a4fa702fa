"""The incident report: what it says, in Markdown and in HTML, of complete and partial readings."""

import re
from dataclasses import replace
from datetime import UTC, timedelta
from html.parser import HTMLParser
from random import Random

import pytest
from markdown_it import MarkdownIt

from ivscope.analysis.estimates import Estimates, FirstRead, Share
from ivscope.analysis.session_summary import Breakdown, BreakdownRow
from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind
from ivscope.export.cli_commands import CliOptions
from ivscope.export.report import COLUMNS, read_report, report_text
from ivscope.export.report_messages import session_case, session_message
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.render.plots import LANE_SIGNS
from support.hostile_texts import HOSTILE_TEXTS
from support.session_source import EPOCH, SESSION, SessionSource, joined
from support.waiting import wait_for

NOW = EPOCH.astimezone(UTC) + timedelta(hours=2)
CONNECTION = CliOptions(region="eu-central-1", profile="on call")


def at(participant_id, name, seconds, **members):
    return Event(name, participant_id, EPOCH + timedelta(seconds=seconds), **members)


def full_stage(*, names="user-{}", failing="late"):
    """Twelve publish, and a thirteenth is refused: every slot is taken."""
    source = SessionSource(page_size=100)
    source.end_time = EPOCH + timedelta(hours=1)
    for number in range(12):
        own = f"p{number}"
        source.add(own, user_id=names.format(number), published=True, state="DISCONNECTED")
        source.events[own] = [joined(own), at(own, "PUBLISH_STARTED", 10 + number)]
        source.events[own] += [at(own, "PUBLISH_STOPPED", 3_000), at(own, "LEFT", 3_001)]
    source.add("p12", user_id=failing, published=False, state="DISCONNECTED")
    refused = [
        at("p12", "PUBLISH_ERROR", 600 + 30 * n, error_code="QUOTA_EXCEEDED") for n in (0, 1)
    ]
    source.events["p12"] = [joined("p12", 590), *refused, at("p12", "LEFT", 700)]
    return source


def report_of(source, *, is_done=lambda scan: not scan.is_running):
    fast = RateLimiter(demand=100_000, background=100_000, window=0)
    draw = Random(1).random  # noqa: S311 - no secret
    provider = StageDataProvider(lambda: source, rate_limiter=fast, draw=draw)
    try:
        session, scan = provider.session(SESSION), provider.scan(SESSION)
        provider.read(session)
        scan.start()
        wait_for(lambda: session.value is not None and is_done(scan))
        return read_report(provider, scan, NOW, CONNECTION)
    finally:
        provider.close()


@pytest.fixture(scope="module")
def complete():
    return report_of(full_stage())


def section(text, title):
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_the_cause_stands_first_in_names_with_certainty_and_evidence(complete):
    happened = section(report_text(complete, "incident.md"), "What happened")
    assert "The last `QUOTA_EXCEEDED` was that of `late` at 20:40:30:" in happened
    first = happened.partition("20:40:30:")[2].strip().splitlines()
    assert first[0].startswith("- **Likely**: ")
    assert "12" in first[0]
    assert re.search(r"Evidence: 12 `PUBLISH_STARTED` of `user-\d+`, .* and 6 more", first[1])


def test_a_complete_report_says_what_was_counted_and_has_no_warning(complete):
    text = report_text(complete, "incident.md")
    assert complete.is_complete
    assert "13 of 13 participants read, 52 events, 2 errors of 1 participant" in text
    assert "> " not in text
    assert "Not read" not in text
    assert "| `QUOTA_EXCEEDED` | 2 | 1 | 20:40:00 to 20:40:30 |" in text
    assert "2026-11-20 20:30:00 to 21:30:00 UTC, 1 h 00 min" in text


def test_lanes_and_strips_are_of_one_length_and_below_one_axis(complete):
    assert {len(lane.cells) for lane in complete.lanes} == {COLUMNS}
    assert {len(counts) for _, counts in complete.errors} == {COLUMNS}
    lanes = section(report_text(complete, "incident.md"), "Who did what").splitlines()
    first = next(line for line in lanes if line.startswith("user-0"))
    assert set(first[26:]) <= set("█· ")
    assert any(line.startswith("2026-11-20") for line in lanes)


def test_commands_and_ids_come_last(complete):
    text = report_text(complete, "incident.md")
    assert "- `late`: participant `p12`" in section(text, "Ids")
    commands = section(text, "To see the same")
    assert "ivscope arn:aws:ivs:eu-central-1:1:stage/a st-1" in commands
    assert "--profile 'on call'" in commands


def test_a_report_of_a_part_says_so_on_top():
    source = full_stage()
    source.fail("p3", FailureKind.DENIED, FailureKind.DENIED, FailureKind.DENIED)
    report = report_of(source)
    assert not report.is_complete
    text = report_text(report, "incident.md")
    top = text.partition("\n## ")[0]
    assert "> **Partly read: 12 of 13 participants read." in top
    assert "at least 48 events" in top
    assert "> **1 reading failed; the section Not read names them.**" in top
    assert "- `p3`: `scripted DENIED`" in section(text, "Not read")
    page = report_text(report, "incident.html")
    assert page.index("Partly read") < page.index("What happened")
    for write in (session_message, session_case):
        assert "1 reading failed." in write(report), "and no section that it does not have"


def test_nothing_read_is_no_report_of_no_errors():
    report = report_of(SessionSource(), is_done=lambda scan: not scan.is_running)
    text = report_text(replace(report, session=None), "x.md")
    assert "No error event in what was read." in text
    assert "its start and end are not read" in text


def test_a_message_about_a_session_has_findings_codes_and_commands_in_names(complete):
    lines = session_message(complete).splitlines()
    assert lines[0] == "Session st-1, 2026-11-20 20:30:00 to 21:30:00 UTC, 1 h 00 min"
    assert lines[1].startswith("- Likely: At 2 of 2 PUBLISH_ERROR QUOTA_EXCEEDED, 12 others were")
    code = next(at for at, line in enumerate(lines) if line.startswith("- QUOTA_EXCEEDED: "))
    assert lines[code].startswith("- QUOTA_EXCEEDED: 2 errors of 1 participant, 20:40:00 to ")
    assert lines[code + 1].startswith("  Likely of the last one, of late at 20:40:30: 12 others")
    assert "- Publishing at once at most: 12 of 12" in lines
    assert "late: id p12" in lines
    assert lines[-2] == "Open: ivscope arn:aws:ivs:eu-central-1:1:stage/a st-1"


def test_a_support_case_about_a_session_names_ids_and_what_was_refused():
    source = full_stage()
    source.fail("p3", FailureKind.DENIED, FailureKind.DENIED, FailureKind.DENIED)
    text = session_case(report_of(source))
    assert "late" not in text
    assert "- Participant p12: 2 errors" in text
    assert "Last QUOTA_EXCEEDED, of p12 at 20:40:30:" in text
    assert "12 of 13 participants read, at least 48 events" in text
    assert "- Request ids: none known" in text


def test_the_publisher_of_a_failed_subscription_is_named_in_all_texts():
    source = full_stage()
    source.add("p13", user_id="viewer", published=False, state="DISCONNECTED")
    error = at(
        "p13", "SUBSCRIBE_ERROR", 800, error_code="PUBLISHER_NOT_FOUND", remote_participant_id="p12"
    )
    source.events["p13"] = [joined("p13", 700), error, at("p13", "LEFT", 900)]
    report = report_of(source)
    said = "never published: its events have no start"
    assert f"`late` {said}" in report_text(report, "x.md")
    assert f"<b>late</b> {said}" in report_text(report, "x.html")
    assert f": late {said}" in session_message(report)
    assert f": p12 {said}" in session_case(report)


class Page(HTMLParser):
    """Reads a page strictly: every tag that opens closes, in order."""

    EMPTY = frozenset({"meta", "rect"})

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.values, self.text = [], set(), [], ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.values += attrs
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        self.values += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


TAGS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "strong", "b", "pre"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "th", "td", "svg", "rect"),
}

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def test_the_page_is_whole_and_asks_for_nothing_from_elsewhere(complete):
    page = Page(report_text(complete, "incident.HTML"))
    assert page.open == []
    assert page.tags <= TAGS
    assert {name for name, _ in page.values}.isdisjoint({"src", "href", "onload", "data"})
    assert not re.search(r"url\(|@import|https?://", report_text(complete, "i.html"))
    assert "12 of 12" in page.text
    legend = page.text.partition("Who did what")[2]
    assert all(f" {word}" in legend for _, _, word in LANE_SIGNS), (
        "the words of the lanes on screen"
    )


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_hostile_names_and_codes_do_nothing_in_any_form(name, complete):
    text = HOSTILE_TEXTS[name]
    report = hostile(complete, text)
    page, document = report_text(report, "x.html"), report_text(report, "x.md")
    read = Page(page)
    assert read.open == []
    assert read.tags <= TAGS
    for written_text in (page, document):
        assert not re.search(
            r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", written_text
        )
    kinds = {
        token.type for token in inside(MarkdownIt("commonmark").enable("table").parse(document))
    }
    assert kinds.isdisjoint({"html_block", "html_inline", "link_open", "image", "em_open"})
    headings = [line for line in document.splitlines() if line.startswith("## ")]
    plain = report_text(complete, "x.md")
    assert headings == [line for line in plain.splitlines() if line.startswith("## ")]


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_hostile_names_and_codes_add_no_line_to_messages(name, complete):
    for write in (session_message, session_case):
        told = write(hostile(complete, HOSTILE_TEXTS[name]))
        assert not CONTROL.search(told)
        assert told.count("\n") == write(hostile(complete, "x")).count("\n")


def test_what_is_known_of_clients_and_of_those_not_read_is_told_in_all_forms(complete):
    row = BreakdownRow("1.37.1|<b>", 3, 4, None)
    share = Share(4, 40, 400, 20, 90)
    estimates = Estimates(FirstRead(0, 0, 0, ()), True, 0, share, (("QUOTA_EXCEEDED", share),))
    summary = replace(
        complete.summary,
        breakdowns=(Breakdown("SDK", 4, 13, 3, 3, (row,)),),
        estimates=estimates,
    )
    report = replace(complete, summary=summary)
    document, page = report_text(report, "x.md"), Page(report_text(report, "x.html"))
    assert "| SDK | `1.37.1\\|<b>` | 3 | 4 |" in document
    assert "1.37.1|<b>34" in page.text.replace("\n", "")
    assert "why likely: 40 were drawn at random" in section(
        document, "Estimated for those not read"
    )
    assert "why likely: 40 were drawn at random" in page.text
    assert "- LIKELY: " in session_message(report)


@pytest.mark.parametrize("code", ["A|B", "A\\|B", "A\\\\|B", "|", "\\|"])
def test_a_code_with_a_bar_is_read_in_a_table_as_it_is_in_a_line(code, complete):
    (row,) = complete.summary.by_code
    summary = replace(complete.summary, by_code=(replace(row, code=code),))
    document = section(
        report_text(replace(complete, summary=summary), "x.md"), "Errors by code"
    ).partition("```")[0]
    tokens = inside(MarkdownIt("commonmark").enable("table").parse(document))
    in_table, in_line = [token.content for token in tokens if token.type == "code_inline"]
    assert in_table == in_line


def inside(tokens):
    for token in tokens:
        yield token
        yield from inside(token.children or ())


def hostile(report, text):
    """The report with a text in the place of every text from outside."""
    looked = tuple(
        replace(
            one,
            event=replace(one.event, name=text, error_code=text),
            user_id=text,
            findings=tuple(named(told, text) for told in one.findings),
        )
        for one in report.looked
    )
    return replace(
        report,
        stage_name=text,
        looked=looked,
        findings=tuple(named(told, text) for told in report.findings),
        errors=tuple((text, counts) for _, counts in report.errors),
        lanes=tuple(replace(lane, name=text, participant_id=text) for lane in report.lanes),
        people=((text, text),),
        timeline=tuple(replace(one, event=text, code=text, who=text) for one in report.timeline),
        summary=replace(
            report.summary,
            by_code=tuple(replace(row, code=text) for row in report.summary.by_code),
        ),
    )


def named(told, text):
    cited = tuple(replace(one, name=text, who=text) for one in told.cited)
    return replace(told, names=dict.fromkeys(told.names, text), cited=cited)
