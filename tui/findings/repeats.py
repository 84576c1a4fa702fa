"""Repeated errors: how many of the same kind, since when and how fast."""

from collections.abc import Iterator
from itertools import islice

from tui.domain.durations import round_duration
from tui.findings.finding import MOST_REFS, Certainty, Finding, Outside, Part, Text
from tui.findings.here import SECOND_US, Here, ask_session, moment_of
from tui.provider.event_log import EventLog
from tui.query.timed_events import Wanted, all_timed, timed_events, untimed_events

INTERNAL = "INTERNAL_SERVER_EXCEPTION"

_MINUTE = 60


def repeated(here: Here) -> Iterator[Finding]:
    """Count the errors of the same name and code in what is read of the participant."""
    log, event = here.log, here.event
    kinds = _alike(here)
    count = log.tally.count(kinds)
    if event.error_code == INTERNAL:
        yield _internal(here, count)
    if count < 2:  # noqa: PLR2004 - once is no repetition
        return
    words: list[Part] = [f"{count:,} times the same error", *_remotes(here, kinds)]
    if not here.complete:
        words.append(", of what was read")
    wanted = frozenset(log.tables.kinds[kind] for kind in kinds).__contains__
    untimed = list(untimed_events(log, wanted))
    if untimed:
        rests = sorted([*all_timed(log, wanted), *untimed])
        words.append("; not all of them have a readable time.")
    else:
        rests = _ends(log, wanted, count)
        words += _rate(here, rests, count)
    yield Finding(tuple(words), Certainty.SHOWN, here.refs(*rests), here.open_pages, here.rest)


def _alike(here: Here) -> list[int]:
    """Numbers of the kinds with its name and code: an empty code is none."""
    alike = (here.event.name, here.event.error_code or None)
    kinds = enumerate(here.log.tables.kinds)
    return [number for number, kind in kinds if (kind.name, kind.error_code or None) == alike]


def _ends(log: EventLog, wanted: Wanted, count: int) -> list[int]:
    """All of so many when they can all be named, else the first and the last, oldest first."""
    first = [*islice(timed_events(log, wanted), min(count, MOST_REFS))]
    if count <= MOST_REFS:
        return first
    half = MOST_REFS // 2
    last = [*islice(timed_events(log, wanted, newest_first=True), half)]
    return [*first[:half], *last[::-1]]


def _rate(here: Here, timed: list[int], count: int) -> list[Part]:
    log = here.log
    seconds = ((log.time_us(timed[-1]) or 0) - (log.time_us(timed[0]) or 0)) / SECOND_US
    if seconds < 1:
        return [", all in one second, ", moment_of(log, timed[0]), "."]
    words: list[Part] = [", from ", moment_of(log, timed[0]), " to ", moment_of(log, timed[-1])]
    if seconds >= _MINUTE:
        # The first one opens the time that is measured, so it does not count.
        rate = (count - 1) / seconds * _MINUTE
        words.append(f", on average {rate:.1f} a minute" if rate >= 0.1 else "")  # noqa: PLR2004
    return [*words, f", over {round_duration(seconds)}."]


def _remotes(here: Here, kinds: list[int]) -> list[Part]:
    """To whom, when the events name a remote participant."""
    texts = here.log.tables.texts
    remotes = {texts[number] for number in here.log.tally.remotes(kinds)}
    if None in remotes:
        return []
    if len(remotes) > 1:
        return [f", about {len(remotes):,} different publishers"]
    return [", always about ", Outside(next(iter(remotes)) or "")]


def _internal(here: Here, count: int) -> Finding:
    once = (
        "It is the only one of this participant"
        if count == 1
        else f"This participant has {count:,} of them"
    )
    text: Text = (f"{once}{'' if here.complete else ', of what was read'}.",)
    return Finding(
        text,
        Certainty.UNKNOWN,
        here.refs(here.position),
        ("whether others failed at the same time, which would speak for the service",),
        (ask_session(here.known, here.scope.session, "events of everybody"),),
    )
