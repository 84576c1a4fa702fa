"""Evidence in the detail: findings, z to their events, Z to what would tell more."""

import re
from contextlib import asynccontextmanager

from support.explorer import JOSE, LIVE_STAGE, NINA, PRIYA, at, explorer

HANA = "2tmxoLckQSfq"
MING = "urIXg3HLgZuA"
MARA = "rJ8znbQQyqev"
OLD_SDK = "rKL3tSemhHNc"
FIELD_KIT = "jqbWFZaWBQoZ"
BACKUP = "8D9fYEaOPbzU"
LISTING = "ListIngestConfigurations"
RESTREAM = at("cFTCie3pl4uw", session="st-WzDwn45B2IFci")


@asynccontextmanager
async def on_event(start, *, size=(120, 40), fault="", **wanted):
    """Open the explorer with the cursor on the first row with these members, at rest."""
    async with explorer(start, size=size, fault=fault) as journey:
        await journey.until("all read")
        await put_on(journey, **wanted)
        await journey.until("API 0/")
        yield journey


async def put_on(journey, **wanted):
    view = journey.pane.event_list.view
    rows = (row for row in range(len(view)) if is_like(view.log[view.position(row)], **wanted))
    row = next(rows)
    event = view.log[view.position(row)]
    journey.pane.move_to(row)
    await journey.until(lambda: f"· {event.time:%H:%M:%S}" in title_of(journey))
    assert journey.event == event


def is_like(event, clock=None, **wanted):
    """Whether an event has these members, and this time of day."""
    if clock is not None and f"{event.time:%H:%M:%S}" != clock:
        return False
    return all(getattr(event, name) == value for name, value in wanted.items())


def title_of(journey):
    """The title of the detail, without the date."""
    title = "".join(span.text for span in journey.explorer._rule.line)
    if not journey.explorer.context.layout.detail_has_rule:
        title = "".join(span.text for line in journey.explorer._text.lines[:2] for span in line)
    return re.sub(r"\d{4}-\d\d-\d\d ", "", title)


def detail(journey):
    """Return what the detail says, the rule above it too, its lines joined."""
    lines = [journey.explorer._rule.line, *journey.explorer._text.lines]
    return " ".join("".join(span.text for span in line).strip() for line in lines)


DENIED = {"clock": "21:02:51", "error_code": "INSUFFICIENT_CAPABILITIES"}


async def test_the_exchange_that_took_the_capability_is_named_and_z_goes_there_and_back():
    async with on_event(at(JOSE), **DENIED) as journey:
        assert "SEEN        The token exchange 20 s before took PUBLISH away." in detail(journey)
        assert "Evidence    TOKEN_EXCHANGED 21:02:31" in detail(journey)
        error, row = journey.event, journey.cursor
        await journey.press("z")
        await journey.until(lambda: journey.event.name == "TOKEN_EXCHANGED")
        assert f"{journey.event.time:%H:%M:%S}" == "21:02:31"
        assert journey.status == "evidence 1 of 2"
        await journey.press("z")
        await journey.until("evidence 2 of 2")
        assert journey.event.error_code == error.error_code
        assert journey.event != error
        await journey.press("z")
        await journey.until("back at the event that the evidence is for")
        assert (journey.event, journey.cursor) == (error, row)


async def test_at_80x24_the_first_finding_is_within_the_first_four_rows_of_the_detail():
    async with on_event(at(JOSE), size=(80, 24), **DENIED) as journey:
        (head,) = [i for i, line in enumerate(journey.screen) if line.startswith("─ PUBLISH_ER")]
        assert "took PUBLISH away" in "\n".join(journey.screen[head : head + 4])
        assert "SEEN" in journey.screen[head + 1]
        assert "UNKNOWN" not in journey.text.partition("SEEN")[0]


async def test_looking_at_events_makes_no_call():
    async with on_event(at(JOSE), clock="21:02:51") as journey:
        calls = dict(journey.endpoint.calls)
        assert calls == {"ListParticipantEvents": 1, "GetParticipant": 1}
        for _ in range(len(journey.pane.event_list.view)):
            await journey.press("k")
        await journey.press(*["j"] * 20, "z", "z")
        await journey.settled()
        assert dict(journey.endpoint.calls) == calls


async def test_capital_z_reads_the_publisher_and_says_that_it_had_just_left():
    async with on_event(at(NINA), error_code="PUBLISHER_NOT_FOUND") as journey:
        assert "UNKNOWN     Whether the publisher was publishing is not known" in detail(journey)
        assert "To find out read events of the publisher (Z, 1 call)" in detail(journey)
        calls = journey.endpoint.calls["ListParticipantEvents"]
        await journey.press("Z")
        await journey.until(lambda: "stopped publishing 2 s before and left" in detail(journey))
        assert "LIKELY      The publisher stopped publishing 2 s before" in detail(journey)
        assert f"PUBLISH_STOPPED of {HANA} 20:55:10, LEFT of {HANA} 20:55:10" in detail(journey)
        assert journey.endpoint.calls["ListParticipantEvents"] == calls + 1
        await journey.until("read events of the publisher")
        await journey.press("Z")
        await journey.until("nothing to read that would tell more")


async def test_z_opens_the_other_participant_and_esc_restores_everything():
    async with on_event(at(NINA), error_code="PUBLISHER_NOT_FOUND") as journey:
        await journey.press("exclamation_mark")
        await journey.until("1 shown of 39")
        error = journey.event
        await journey.press("Z")
        await journey.until(lambda: "left 2 s before" in detail(journey))
        await journey.press("z")
        await journey.until(lambda: journey.event.name == "PUBLISH_STOPPED")
        assert journey.here == at(HANA)
        await journey.press("escape")
        await journey.until("1 shown of 39")
        assert journey.here == at(NINA)
        assert journey.event == error
        await journey.press("z", "z", "z")
        await journey.until("back at the event that the evidence is for")
        assert journey.event == error
        await journey.press("escape", "escape")
        await journey.until(lambda: journey.here == at())


async def test_esc_leads_from_evidence_in_the_same_list_back_to_the_event_it_is_for():
    async with on_event(at(JOSE), **DENIED) as journey:
        error, row = journey.event, journey.cursor
        await journey.press("z")
        await journey.until("evidence 1 of 2")
        await journey.press("z")
        await journey.until("evidence 2 of 2")
        await journey.press("escape")
        await journey.until("back at the event that the evidence is for")
        assert (journey.here, journey.event, journey.cursor) == (at(JOSE), error, row)
        await journey.press("z")
        await journey.until("evidence 1 of 2")
        await journey.press("j", "escape")
        await journey.until(lambda: journey.here == at())


async def test_z_shows_an_event_that_a_filter_hides_and_says_so():
    async with on_event(at(JOSE), **DENIED) as journey:
        await journey.press("exclamation_mark")
        await journey.until("2 shown of 72")
        await journey.press("z")
        await journey.until("all events are shown, the filter hid it")
        assert journey.event.name == "TOKEN_EXCHANGED"


async def test_a_publisher_that_was_there_all_along_is_not_blamed():
    async with on_event(at(MING), error_code="PUBLISHER_NOT_FOUND") as journey:
        await journey.press("Z")
        await journey.until(lambda: "publishing all along" in detail(journey))
        assert "does not explain the error" in detail(journey)
        assert "left" not in detail(journey).partition("Means")[0]


async def test_publishers_are_counted_by_a_sweep_only_and_z_stays_on_the_timeline():
    quota = {"clock": "20:47:12", "error_code": "QUOTA_EXCEEDED"}
    async with on_event(at(PRIYA), **quota) as journey:
        assert "UNKNOWN     How many were publishing is not known" in detail(journey)
        assert "read the events of all participants (M, 2 calls or more)" in detail(journey)
        await journey.press("Z")
        await journey.until("that takes the events of all participants: M reads them")
        with journey.unlimited():
            await journey.press("M")
            await journey.until("2,161 events, all read", within=60)
        await put_on(journey, participant_id=PRIYA, **quota)
        await journey.until(lambda: "12 others were publishing in that second" in detail(journey))
        assert "the stage's 12 slots were taken" in detail(journey)
        everybody = journey.here
        await journey.press("z")
        # Twelve publishers, its other errors, and the slot that became free with what followed.
        await journey.until("evidence 1 of 16")
        assert journey.here == everybody
        assert journey.event.name == "PUBLISH_STARTED"
        assert journey.event.participant_id != PRIYA
        await journey.press("escape")
        await journey.until("back at the event that the evidence is for")
        assert (journey.here, journey.event.participant_id) == (everybody, PRIYA)
        await journey.press("escape")
        await journey.until(lambda: journey.here == at(PRIYA))
        await journey.until(lambda: "12 slots were taken" in detail(journey))


def listed(journey, label):
    """The people below a label of the detail, without their numbers."""
    lines = ["".join(span.text for span in line) for line in journey.explorer._text.lines]
    (first,) = [number for number, line in enumerate(lines) if line.startswith(label)]
    people = [lines[first][len(label) :]]
    for line in lines[first + 1 :]:
        if not line.startswith(" "):
            break
        people.append(line)
    return [person.strip().partition(" ")[2] for person in people]


async def test_who_held_the_slots_and_who_else_failed_are_listed_once_everybody_is_read():
    async with explorer(at(), size=(80, 24), unlimited=True) as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until(lambda: "ALL READ" in journey.screen[0], within=60)
        await journey.press("escape")
        journey.go(at(PRIYA))
        await journey.until("61 events, all read")
        await put_on(journey, error_code="QUOTA_EXCEEDED", clock="20:48:05")
        await journey.until(lambda: "LIKELY" in detail(journey))
        text = detail(journey)
        assert "kenji-rival stopped publishing 3 min 55 s after, and priya-guest pub" in text
        assert "Do next     Free a slot, or end the replication" in text
        assert text.index("LIKELY") < text.index("SEEN") < text.index("UNKNOWN")
        publishers = listed(journey, "Publishing")
        assert publishers[0] == "mara-host since 20:30:34"
        assert publishers[-1] == "6 more"
        await put_on(journey, error_code="INTERNAL_SERVER_EXCEPTION", clock="21:10:41")
        await journey.until(lambda: "Also got it" in detail(journey))
        others = listed(journey, "Also got it")
        assert len(others) == 6
        assert others[0] == "g1-amelie 21:10:04"
        assert not any("priya-guest" in one for one in others)


async def test_what_had_gone_on_too_long_is_measured_from_its_start():
    async with on_event(RESTREAM, error_code="STREAM_DURATION_EXCEEDED") as journey:
        assert "PUBLISH_STARTED is 24 h before: near the limit of 24 h." in detail(journey)
        error, text = journey.event, detail(journey)
        await journey.press("z")
        await journey.until(lambda: journey.event.name == "PUBLISH_STARTED")
        assert round((error.time - journey.event.time).total_seconds() / 3600) == 24
        assert f"Evidence    PUBLISH_STARTED {journey.event.time:%Y-%m-%d %H:%M:%S}" in text


async def test_a_documented_fault_of_the_sdk_is_named_and_the_token_is_not_blamed():
    async with on_event(at(OLD_SDK), clock="20:37:27", name="PUBLISH_ERROR") as journey:
        assert "allows PUBLISH: it does not explain the error" in detail(journey)
        assert "LIKELY      Documented: the web SDK before 1.34.0" in detail(journey)
        assert "It has 1.33.0." in detail(journey)


async def test_left_says_what_ended_with_it_and_never_why():
    async with on_event(at(PRIYA), name="LEFT") as journey:
        text, _, below = detail(journey).partition("Means")
        assert "8 subscriptions and its publishing ended in the same second" in text
        assert "8 SUBSCRIBE_STOPPED 21:18:44" in text
        assert "LEFT never says why." in below


async def test_keys_of_evidence_say_why_they_do_nothing():
    async with on_event(at(PRIYA), name="JOINED") as journey:
        await journey.press("z")
        await journey.until("the findings about this event rest on no other event")
        await journey.press("Z")
        await journey.until("nothing to read that would tell more")
    async with explorer() as journey:
        await journey.until("stages")
        await journey.press("z")
        await journey.until("open a participant first")


async def test_capital_z_lists_the_ingest_configurations_and_says_how_that_of_a_bad_key_stands():
    async with on_event(at(FIELD_KIT), error_code="INVALID_STREAM_KEY") as journey:
        assert "UNKNOWN     How its ingest configuration stands now is not" in detail(journey)
        wanted = "ingest configurations attached to this stage now (Z, 1 call)"
        assert f"To find out read {wanted}" in detail(journey)
        assert LISTING not in journey.endpoint.calls
        await journey.press("Z")
        await journey.until("read ingest configurations attached to this stage now")
        await journey.until(lambda: "is not listed for this stage." in detail(journey))
        text = detail(journey)
        assert "SEEN        Now, at 2026-11-24 " in text
        assert "whether it is attached to another stage or none" in text
        (call,) = (call for call in journey.endpoint.recent if call.operation == LISTING)
        assert call.parameters == {"filterByStageArn": LIVE_STAGE, "maxResults": 100}


async def test_r_lists_them_anew_where_they_matter_and_nowhere_else():
    async with on_event(at(BACKUP), error_code="REUSE_OF_STREAM_KEY") as journey:
        await journey.press("r")
        await journey.until("nothing new")
        assert LISTING not in journey.endpoint.calls
        await journey.press("Z")
        await journey.until("read who else is in the session")
        await journey.press("Z")
        await journey.until("read events of that participant")
        await journey.until(lambda: "and was publishing: it started" in detail(journey))
        await journey.press("Z")
        await journey.until(lambda: "is attached to this stage and ACTIVE with" in detail(journey))
        await journey.press("r")
        await journey.until(lambda: journey.endpoint.calls[LISTING] == 2)
        await put_on(journey, name="JOINED")
        await journey.press("r")
        await journey.until("nothing new")
        assert journey.endpoint.calls[LISTING] == 2


async def test_a_listing_that_is_not_permitted_is_said_calmly_and_everything_else_stays():
    denied = {"error_code": "INVALID_STREAM_KEY", "fault": f"accessdenied.{LISTING}"}
    async with on_event(at(FIELD_KIT), **denied) as journey:
        await journey.press("Z")
        await journey.until("not read: ivs:ListIngestConfigurations is not allowed")
        text = detail(journey)
        assert "ivs:ListIngestConfigurations, which is optional, is not permitted." in text
        assert "3 times the same error" in text.partition("UNKNOWN")[0]
        assert "read who else is in the session (Z, 1 call)" in text
        await journey.press("Z")
        await journey.until("read who else is in the session")
        await journey.until(lambda: "No other participant" in detail(journey))
        assert journey.endpoint.calls[LISTING] == 1
