"""A bug in one rule of the findings: the other rules go on, and the screen says what is missing."""

from ivscope.findings import rules
from support.explorer import PRIYA, at, explorer


def broken(_subject):
    raise LookupError("user-4711")


def leads_to_an_event(rows):
    return any(isinstance(rows.drill(index), int) for index in range(len(rows)))


async def test_a_rule_of_a_session_that_raises_is_missing_alone_and_the_summary_says_so(
    monkeypatch,
):
    monkeypatch.setattr(rules, "_RULES", (broken, *rules._RULES))
    async with explorer(at(), size=(120, 60), unlimited=True) as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until("  FINDINGS INCOMPLETE", within=60)
        await journey.until("what the rule broken finds: it failed, a bug in ivscope (LookupError)")
        await journey.until(lambda: leads_to_an_event(journey.app.screen._rows))
        assert [bug.what for bug in journey.app.jobs.bugs] == ["the rule broken"]
        assert "user-4711" not in journey.text


async def test_a_rule_of_an_event_that_raises_leaves_the_explanation_and_the_explorer(monkeypatch):
    monkeypatch.setitem(rules._BY_CODE, "QUOTA_EXCEEDED", (broken,))
    async with explorer(at(PRIYA), size=(200, 90)) as journey:
        await journey.until("61 events, all read")
        await journey.press("g", "e", "e", "e")
        await journey.until("what the rule broken finds")
        await journey.until("Means")
        await journey.press("j")
        await journey.until("61 events, all read")
        assert [bug.what for bug in journey.app.jobs.bugs] == ["the rule broken"]
