"""QUOTA_EXCEEDED: who was publishing in that second, against the limit of the stage."""

from collections import Counter
from collections.abc import Iterator

from ivscope.analysis.intervals import LATEST, bounds_of
from ivscope.analysis.publishers import Publisher, Publishers
from ivscope.domain import events
from ivscope.findings.event_context import EventContext, ask_session
from ivscope.findings.finding import MOST_REFS, Certainty, EventRef, Finding, Text
from ivscope.findings.known_facts import PublisherCount, SessionFacts, Slot
from ivscope.findings.session_context import REPLICA, SessionContext
from ivscope.knowledge.limits import PUBLISHER_LIMIT

_OPEN, _LIKELY = Certainty.UNKNOWN, Certainty.LIKELY

ACCOUNT_LIMITS = "the limits of the account are shared with other stages and not in the events"
_ACCOUNT: Text = (ACCOUNT_LIMITS,)


def publishers_against_limit(context: EventContext) -> Iterator[Finding]:
    """Compare the publishers of that second with the limit, as far as they are known."""
    if context.event.name != events.PUBLISH_ERROR:
        subscribing = context.event.name == events.SUBSCRIBE_ERROR
        text = "The code does not say which limit was hit."
        if subscribing:
            text = "Subscribing has limits of its own; the limit of "
            text += f"{PUBLISHER_LIMIT} publishers is none of them."
        yield Finding(
            (text,), Certainty.UNKNOWN, context.refs(context.position), (f"{ACCOUNT_LIMITS}",)
        )
        return
    if context.second is None:
        text = "The event has no readable time: publishers cannot be counted."
        yield Finding((text,), Certainty.UNKNOWN, context.refs(context.position))
        return
    count = context.facts.publishers_at(
        context.scope.session, context.log.time_us(context.position) or 0
    )
    if count is None:
        yield Finding(
            ("How many were publishing is not known: only a sweep of the session tells.",),
            Certainty.UNKNOWN,
            context.refs(context.position),
            None,
            ask_session(context.facts, context.scope.session, "events of everybody"),
        )
        return
    yield _counted(context, count.without(context.scope.participant_id))


def _counted(context: EventContext, others: PublisherCount) -> Finding:
    refs = [slot.event for slot in (*others.certain, *others.unsure) if slot.event is not None]
    rests = (*refs[: MOST_REFS - 1], *context.refs(context.position))
    text: list[str] = [f"{_number(others)} others were publishing in that second"]
    if others.copies:
        is_one = others.copies == 1
        copies = "a copy from another stage" if is_one else "copies from other stages"
        text.append(f", {others.copies} of them {copies}")
    if others.least > PUBLISHER_LIMIT:
        text.append(f", more than the {PUBLISHER_LIMIT} that a stage takes: it was another limit.")
        return Finding(tuple(text), Certainty.UNKNOWN, rests, _ACCOUNT)
    if others.least == PUBLISHER_LIMIT:
        text.append(f": the stage's {PUBLISHER_LIMIT} slots were taken.")
        return _taken(others, tuple(text), rests)
    if not others.is_complete:
        text[0] = f"At least {others.least} others were publishing in that second"
        text.append(f", of {PUBLISHER_LIMIT} that a stage takes.")
        asks = ask_session(context.facts, context.scope.session, "events of everybody else")
        return Finding(tuple(text), Certainty.UNKNOWN, rests, _partial(others), asks)
    if others.most >= PUBLISHER_LIMIT:
        text.append(f", of {PUBLISHER_LIMIT} that a stage takes.")
        return Finding(tuple(text), Certainty.LIKELY, rests, _doubt(others))
    text.append(f", fewer than the {PUBLISHER_LIMIT} that a stage takes: it was another limit.")
    return Finding(tuple(text), Certainty.LIKELY, rests, _ACCOUNT)


def _taken(others: PublisherCount, text: Text, rests: tuple[EventRef, ...]) -> Finding:
    """The finding when certainly all slots are taken, unless copies do not take slots."""
    if others.unsure:
        return Finding(text, Certainty.LIKELY, rests, _doubt(others))
    if any(slot.is_copy is not False for slot in others.certain):
        unknown: Text = ("whether copies take slots: no document says it",)
        return Finding(text, Certainty.LIKELY, rests, unknown)
    return Finding(text, Certainty.SHOWN, rests, _partial(others))


def _doubt(others: PublisherCount) -> Text | None:
    """The most frequent reason why publishers are not certain."""
    whys = Counter(slot.why for slot in others.unsure if slot.why is not None)
    return (whys.most_common(1)[0][0],) if whys else None


def _number(others: PublisherCount) -> str:
    is_sure = others.least == others.most
    return str(others.least) if is_sure else f"{others.least} to {others.most}"


def _partial(count: PublisherCount) -> Text | None:
    if count.is_complete:
        return None
    more = "" if count.all_listed else " and more"
    return (f"only {count.read:,} of {count.total:,}{more} participants are read",)


def _begun(one: Publisher) -> int:
    """When a publisher began; those with an unknown begin come last."""
    return LATEST if one.interval is None else one.interval.begun


def count_publishers(session: SessionFacts, publishers: Publishers, time: int) -> PublisherCount:
    """Who was publishing at the time of an event.

    Args:
        session: The session.
        publishers: The counted publishers of its log.
        time: Microseconds since 1970 UTC.
    """
    first, last = bounds_of(time)
    types = {row.participant_id: row.replication_type for row in session.participants}
    certain: list[Slot] = []
    unsure: list[Slot] = []
    for one in sorted(publishers.at(first, last), key=_begun):
        event = None
        if one.interval is not None:
            event = EventRef(session.scope, one.interval.positions[0])
        kind = types.get(one.participant_id)
        is_copy = None if kind is None else kind == REPLICA
        slot = Slot(one.participant_id, event, one.why, is_copy)
        (certain if one.why is None else unsure).append(slot)
    reaches = [session.reach(name) for name in types]
    return PublisherCount(
        certain=tuple(certain),
        unsure=tuple(unsure),
        read=sum(reach.is_complete and reach.read_to > first for reach in reaches),
        total=len(types),
        # Somebody can have joined after everybody was listed.
        all_listed=session.all_listed and all(reach.read_to > first for reach in reaches),
    )


def quota_against_slots(session: SessionContext) -> Iterator[Finding]:
    """Compare each QUOTA_EXCEEDED of publishing with the publishers of its second."""
    log = session.log
    errors = [
        at
        for at in session.errors
        if log.error_code(at) == "QUOTA_EXCEEDED" and log.name(at) == events.PUBLISH_ERROR
    ]
    if not errors:
        return
    publishers = Publishers(log, lambda: session.facts.reach).count()
    full: list[int] = []
    more: list[int] = []
    fewer: list[int] = []
    unsure: list[int] = []
    is_doubtful = any(row.replication_type == REPLICA for row in session.people.values())
    for at in errors:
        level = publishers.level(*bounds_of(log.time_us(at) or 0), log.participant(at))
        if level.certain > PUBLISHER_LIMIT:
            more.append(at)
        elif level.certain == PUBLISHER_LIMIT:
            full.append(at)
            is_doubtful = is_doubtful or level.possible > level.certain
        elif session.is_complete and level.possible < PUBLISHER_LIMIT:
            fewer.append(at)
        else:
            unsure.append(at)
    surely = Certainty.LIKELY if is_doubtful else Certainty.SHOWN
    some_unsure: Text = session.partial or ("whether some of them were publishing then",)
    for own, words, certainty, unknown in (
        (full, f"{PUBLISHER_LIMIT} others were: the slots of the stage were taken", surely, None),
        (more, f"more than {PUBLISHER_LIMIT} others were: it was another limit", _OPEN, None),
        (fewer, f"fewer than {PUBLISHER_LIMIT} were: it was another limit", _LIKELY, _ACCOUNT),
        (unsure, f"it is not certain that {PUBLISHER_LIMIT} others were", _OPEN, some_unsure),
    ):
        if own:
            text = f"At {len(own):,} of {len(errors):,} QUOTA_EXCEEDED when publishing, {words}."
            open_ = unknown or session.partial
            yield Finding((text,), certainty, session.refs(own), open_, session.rest)
