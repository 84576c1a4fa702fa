"""Repeated errors: how many of the same kind, since when and how fast."""

from collections.abc import Iterator
from itertools import compress

from tui.domain.durations import round_duration
from tui.findings.finding import Certainty, Finding, Outside, Part, Text
from tui.findings.here import SECOND_US, Here, ask_session, moment_of
from tui.query.shown import flags_of

INTERNAL = "INTERNAL_SERVER_EXCEPTION"

_MINUTE = 60


def repeated(here: Here) -> Iterator[Finding]:
    """Count the errors of the same name and code in what is read of the participant."""
    log, event = here.log, here.event
    length = len(log)
    alike = (event.name, event.error_code or None)
    flags = flags_of(log, 0, length, lambda kind: (kind.name, kind.error_code or None) == alike)
    found = list(compress(range(length), flags))
    if event.error_code == INTERNAL:
        yield _internal(here, len(found))
    if len(found) < 2:  # noqa: PLR2004 - once is no repetition
        return
    timed = sorted(
        (at for at in found if log.time_us(at) is not None), key=lambda at: log.time_us(at) or 0
    )
    words: list[Part] = [f"{len(found):,} times the same error", *_remotes(here, found)]
    if not here.complete:
        words.append(", of what was read")
    if len(timed) == len(found):
        words += _rate(here, timed)
    else:
        words.append("; not all of them have a readable time.")
    rests = timed if len(timed) == len(found) else found
    yield Finding(tuple(words), Certainty.SHOWN, here.refs(*rests), here.open_pages, here.rest)


def _rate(here: Here, timed: list[int]) -> list[Part]:
    log = here.log
    seconds = ((log.time_us(timed[-1]) or 0) - (log.time_us(timed[0]) or 0)) / SECOND_US
    if seconds < 1:
        return [", all in one second, ", moment_of(log, timed[0]), "."]
    words: list[Part] = [", from ", moment_of(log, timed[0]), " to ", moment_of(log, timed[-1])]
    if seconds >= _MINUTE:
        # The first one opens the time that is measured, so it does not count.
        rate = (len(timed) - 1) / seconds * _MINUTE
        words.append(f", on average {rate:.1f} a minute" if rate >= 0.1 else "")  # noqa: PLR2004
    return [*words, f", over {round_duration(seconds)}."]


def _remotes(here: Here, found: list[int]) -> list[Part]:
    """To whom, when the events name a remote participant."""
    remotes = {here.log.remote(at) for at in found}
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
