"""QUOTA_EXCEEDED: who was publishing in that second, against the limit of the stage."""

from collections.abc import Iterator

from ivscope.domain import events
from ivscope.domain.times import from_microseconds
from ivscope.findings.event_context import SECOND_US, EventContext, ask_session
from ivscope.findings.finding import MOST_REFS, Ask, Certainty, Finding, Text
from ivscope.findings.known_facts import PublisherCount

PUBLISHER_LIMIT = 12
"""Publishers per stage, which cannot be raised (IVS user guide: service quotas)."""

ACCOUNT_LIMITS = "the limits of the account are shared with other stages and not in the events"


def publishers_against_limit(here: EventContext) -> Iterator[Finding]:
    """Compare the publishers of that second with the limit, as far as they are known."""
    if here.event.name != events.PUBLISH_ERROR:
        subscribing = here.event.name == events.SUBSCRIBE_ERROR
        text = "The code does not say which limit was hit."
        if subscribing:
            text = "Subscribing has limits of its own; the limit of 12 publishers is none of them."
        yield Finding((text,), Certainty.UNKNOWN, here.refs(here.position), (f"{ACCOUNT_LIMITS}",))
        return
    if here.second is None:
        text = "The event has no readable time: publishers cannot be counted."
        yield Finding((text,), Certainty.UNKNOWN, here.refs(here.position))
        return
    moment = from_microseconds(here.second * SECOND_US)
    count = here.known.publishers_at(here.scope.session, moment)
    if count is None:
        yield Finding(
            ("How many were publishing is not known: only a sweep of the session tells.",),
            Certainty.UNKNOWN,
            here.refs(here.position),
            None,
            (ask_session(here.known, here.scope.session, "events of everybody"),),
        )
        return
    yield _counted(here, count)


def _counted(here: EventContext, count: PublisherCount) -> Finding:
    own = here.scope.participant_id
    started = tuple(seat.event for seat in count.started if seat.participant_id != own)
    least = len(started)
    most = least + sum(seat.participant_id != own for seat in count.tied)
    rests = (*started[: MOST_REFS - 1], *here.refs(here.position))
    asks: tuple[Ask, ...] = ()
    if not count.is_complete:
        asks = (ask_session(here.known, here.scope.session, "events of everybody else"),)
    text: list[str] = [f"{_number(least, most)} others were publishing in that second"]
    if count.copies:
        copies = "a copy from another stage" if count.copies == 1 else "copies from other stages"
        text.append(f", {count.copies} of them {copies}")
    if least >= PUBLISHER_LIMIT:
        text.append(f": the stage's {PUBLISHER_LIMIT} seats were taken.")
        return Finding(tuple(text), Certainty.SHOWN, rests, _partial(count))
    if not count.is_complete:
        text[0] = f"At least {least} others were publishing in that second"
        text.append(f", of {PUBLISHER_LIMIT} that a stage takes.")
        return Finding(tuple(text), Certainty.UNKNOWN, rests, _partial(count), asks)
    if most >= PUBLISHER_LIMIT:
        text.append(f", of {PUBLISHER_LIMIT} that a stage takes.")
        unknown: Text = ("what came first inside the second",)
        return Finding(tuple(text), Certainty.LIKELY, rests, unknown)
    text.append(f", fewer than the {PUBLISHER_LIMIT} that a stage takes: it was another limit.")
    return Finding(tuple(text), Certainty.LIKELY, rests, (f"{ACCOUNT_LIMITS}",))


def _number(least: int, most: int) -> str:
    return str(least) if least == most else f"{least} to {most}"


def _partial(count: PublisherCount) -> Text | None:
    if count.is_complete:
        return None
    more = "" if count.all_listed else " and more"
    return (f"only {count.read:,} of {count.total:,}{more} participants are read",)
