"""SummaryBuilder: counts what is in a log, a slice at a time, and sums it up."""

import sys
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from heapq import nsmallest
from itertools import compress, islice
from typing import Final

from ivscope.analysis.drill_filters import Drills
from ivscope.analysis.estimates import Estimates, estimates
from ivscope.analysis.intervals import SECOND
from ivscope.analysis.listed_participants import ListedParticipants
from ivscope.analysis.session_summary import (
    Breakdown,
    BreakdownRow,
    Coverage,
    ErrorRow,
    NameRow,
    ParticipantRow,
    StateRow,
    Summary,
)
from ivscope.analysis.timed_events import flags_of, looked_up
from ivscope.domain import events
from ivscope.domain.clock import work_limit
from ivscope.domain.durations import per_minute
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import Participant, ParticipantSummary
from ivscope.domain.times import from_microseconds
from ivscope.provider.fetch.scan_queue import Sample
from ivscope.provider.store.event_log import NO_TIME, EventLog


@frozen
class Failing:
    """The participants with error events, and the filters that name participants."""

    names: frozenset[str]
    drills: Drills


def _versioned(name: str | None, version: str | None) -> str | None:
    return " ".join(part for part in (name, version) if part) or None


def _sdk(one: Participant) -> str | None:
    # SDKs of different systems number their versions apart.
    where = "browser" if one.browser_name else one.os_name
    return f"{one.sdk_version} ({where})" if one.sdk_version and where else one.sdk_version or None


_LABELS: Final[tuple[tuple[str, Callable[[Participant], str | None]], ...]] = (
    ("SDK", _sdk),
    ("Browser", lambda one: _versioned(one.browser_name, one.browser_version)),
    ("System", lambda one: _versioned(one.os_name, one.os_version)),
    ("Provider", lambda one: one.isp_name or None),
    ("Protocol", lambda one: one.protocol or None),
)


def breakdowns_of(
    read: Iterable[str], listed: int, facts: Mapping[str, Participant], failing: Failing
) -> tuple[Breakdown, ...]:
    """Make a breakdown for each fact. Participants that are not read do not count.

    Args:
        read: Participants whose events are read to the end.
        listed: How many are listed.
        facts: Answers of GetParticipant, by id.
        failing: Who has error events.
    """
    known = [(name, facts[name]) for name in read if name in facts]
    failing_known = sum(name in failing.names for name, _ in known)
    breakdowns: list[Breakdown] = []
    for label, value_of in _LABELS:
        total: Counter[str | None] = Counter()
        failed: dict[str | None, list[str]] = {}
        for name, one in known:
            value = value_of(one)
            total[value] += 1
            if name in failing.names:
                failed.setdefault(value, []).append(name)
        rows = [
            BreakdownRow(
                value, len(failed.get(value, ())), count, _drill(failing, failed.get(value))
            )
            for value, count in total.items()
        ]
        rows.sort(key=lambda row: (-row.failing, -row.total, row.value or ""))
        breakdowns.append(
            Breakdown(label, len(known), listed, failing_known, len(failing.names), tuple(rows))
        )
    return tuple(breakdowns)


def _drill(failing: Failing, names: list[str] | None) -> str | None:
    drill = failing.drills.any_of(names or ())
    return None if drill is None else f"{drill} error:yes"


_CHUNK = 8_192
"""Events counted between two looks at the clock: about 1 ms, 3 ms when all are errors."""

_FEW_KINDS = 32
"""Up to so many kinds are counted each for itself: a look takes 4 us, all events of a part 300."""

_EACH_KIND = bytes(range(_FEW_KINDS))

_TOP = 20
"""At most so many participants with errors are listed: as many as fit on a screen."""


class SummaryBuilder:
    """Counts a log as it grows. Builds no `Event`. Not for two threads at once."""

    __slots__ = (
        "_by_participant",
        "_failed",
        "_first_us",
        "_kinds",
        "_last_us",
        "_log",
        "_named",
        "_pairs",
        "_participants",
        "_publishers",
        "_times",
        "_who",
        "counted",
        "facts",
    )

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.counted = 0
        """Events looked at so far."""
        self.facts = 0
        """Those of them that count: they do not contradict the request."""
        self._kinds: Counter[int] = Counter()
        self._by_participant: Counter[int] = Counter()
        self._participants = Drills("participant", ())
        self._named = 0
        """How many participants are in the drill-down filters."""
        self._failed: Counter[int] = Counter()
        """Errors by participant."""
        self._pairs: Counter[tuple[int, int]] = Counter()
        """Errors by kind and participant."""
        self._who: dict[int, set[int]] = {}
        """Participants by kind of error."""
        self._times: dict[int, tuple[int, int, int]] = {}
        """Of the errors of a kind: how many have a readable time, the first and the last of them,
        microseconds."""
        self._publishers: set[int] = set()
        self._first_us = sys.maxsize
        self._last_us = NO_TIME

    def advance(self, seconds: float) -> bool:
        """Count for about so many seconds, at least a slice. Returns whether events are left."""
        is_over = work_limit(seconds)
        while self.counted < len(self._log):
            self._count(self.counted, min(self.counted + _CHUNK, len(self._log)))
            if is_over():
                break
        return self.counted < len(self._log)

    def _count(self, start: int, stop: int) -> None:
        log = self._log
        columns = log.columns(start, stop)
        count, participants, times = stop - start, columns.participants, columns.times
        facts = flags_of(log, start, stop, lambda kind: kind.contradiction is None)
        if 0 in facts:
            participants = array(participants.typecode, compress(participants, facts))
            times = array(times.typecode, compress(times, facts))
            self._kinds.update(compress(columns.kinds, facts))
            count = len(times)
        elif len(log.tables.kinds) <= _FEW_KINDS:
            # One look through the bytes for each kind: far quicker than one step for each event.
            flags = looked_up(columns.kinds, _EACH_KIND)
            self._kinds.update({kind: found for kind in _EACH_KIND if (found := flags.count(kind))})
        else:
            self._kinds.update(columns.kinds)
        self.facts += count
        self._by_participant.update(participants)
        earliest, latest = min(times, default=sys.maxsize), max(times, default=NO_TIME)
        if earliest <= NO_TIME:
            earliest = min(filter(NO_TIME.__lt__, times), default=sys.maxsize)
        self._first_us = min(self._first_us, earliest)
        self._last_us = max(self._last_us, latest)
        starts = flags_of(log, start, stop, lambda kind: kind.name == events.PUBLISH_STARTED)
        self._publishers.update(compress(columns.participants, starts))
        errors = flags_of(log, start, stop, lambda kind: kind.is_error)
        if 1 in errors:
            kinds = array("I", compress(columns.kinds, errors))
            failed = array("I", compress(columns.participants, errors))
            self._failed.update(failed)
            self._pairs.update(zip(kinds, failed, strict=True))
            failed_at = compress(columns.times, errors)
            for kind, participant, time in zip(kinds, failed, failed_at, strict=True):
                self._who.setdefault(kind, set()).add(participant)
                if time > NO_TIME:
                    count, first, last = self._times.get(kind, (0, time, time))
                    self._times[kind] = count + 1, min(first, time), max(last, time)
        self.counted = stop

    def summary(
        self,
        *,
        people: ListedParticipants,
        facts: Mapping[str, Participant],
        read: Iterable[str],
        all_listed: bool,
        knows_of_more: bool = True,
        estimated: Estimates | None = None,
    ) -> Summary:
        """Sum up what is counted so far. The screen waits, so this does little per participant.

        Args:
            people: Everybody listed. For the log of one participant, that one.
            facts: Answers of GetParticipant, by id, as far as asked for.
            read: Ids of those whose events are read to the end, listed or not.
            all_listed: Whether `people` is complete.
            knows_of_more: Whether more are known to be left where it is not.
            estimated: What is concluded of those not read.
        """
        kinds, texts = self._log.tables.kinds, self._log.tables.texts
        rows = people.rows
        read = [name for name in read if name in rows]
        new = islice(self._by_participant, self._named, None)
        self._participants.add(texts[number] for number in new)
        self._named = len(self._by_participant)
        failing = (texts[number] for number in self._failed)
        named = Failing(frozenset(name for name in failing if name is not None), self._participants)
        joins = sum(
            count for kind, count in self._kinds.items() if kinds[kind].name == events.JOINED
        )
        by_name = self._by_name()
        drills = {row.name: row.drill for row in by_name}
        return Summary(
            coverage=Coverage(len(read), len(rows), all_listed, knows_of_more),
            events=self.facts,
            contradictions=self._log.contradictions,
            errors=self._failed.total(),
            failing=len(self._failed),
            first=_moment(self._first_us),
            last=_moment(self._last_us),
            states=tuple(StateRow(state, count) for state, count in people.states()),
            joins=joins,
            publishers=len(self._publishers),
            publishers_drill=drills.get(events.PUBLISH_STARTED, f"name:{events.PUBLISH_STARTED}"),
            by_code=self._by_code(),
            top_participants=self._top_participants(rows, self._participants),
            breakdowns=breakdowns_of(read, len(rows), facts, named),
            by_name=by_name,
            estimates=estimated,
        )

    def estimates(self, sample: Sample) -> Estimates | None:
        """Conclude from those read at random, all of whose events are counted; else None.

        At 25,000 participants it takes about 20 ms.
        """
        kinds, texts = self._log.tables.kinds, self._log.tables.texts
        failing: dict[str | None, set[str]] = {}
        for kind, participants in self._who.items():
            names = (texts[participant] for participant in participants)
            ids = {name for name in names if name is not None}
            failing.setdefault(kinds[kind].error_code, set()).update(ids)
        return estimates(sample, failing)

    def _by_code(self) -> tuple[ErrorRow, ...]:
        kinds = self._log.tables.kinds
        counts: Counter[str | None] = Counter()
        same: dict[str | None, list[int]] = {}
        for kind in self._who:
            code = kinds[kind].error_code
            counts[code] += self._kinds[kind]
            same.setdefault(code, []).append(kind)
        drills = Drills("code", {kinds[kind].error_code for kind in self._kinds})
        rows: list[ErrorRow] = []
        for code, count in _most_first(counts):
            spreads = [self._times[kind] for kind in same[code] if kind in self._times]
            people = set().union(*(self._who[kind] for kind in same[code]))
            first = min((spread[1] for spread in spreads), default=sys.maxsize)
            last = max((spread[2] for spread in spreads), default=NO_TIME)
            timed = sum(spread[0] for spread in spreads)
            rate = per_minute(timed, (last - first) / SECOND)
            # An event without a code is an error by its name only.
            drill = drills.only(code) if code else f"{drills.only(code)} error:yes"
            row = ErrorRow(code, count, len(people), _moment(first), _moment(last), rate, drill)
            rows.append(row)
        return tuple(rows)

    def _top_participants(
        self, people: Mapping[str, ParticipantSummary], drills: Drills
    ) -> tuple[ParticipantRow, ...]:
        kinds, texts = self._log.tables.kinds, self._log.tables.texts
        # Equal counts by id: in which order people were read tells nothing.
        top = nsmallest(_TOP, self._failed.items(), key=lambda one: (-one[1], texts[one[0]] or ""))
        codes: dict[int, Counter[str | None]] = {participant: Counter() for participant, _ in top}
        for (kind, participant), count in self._pairs.items():
            if participant in codes:
                codes[participant][kinds[kind].error_code] += count
        rows: list[ParticipantRow] = []
        for participant, count in top:
            name = texts[participant]
            listed = None if name is None else people.get(name)
            row = ParticipantRow(
                name,
                None if listed is None else listed.user_id,
                count,
                self._by_participant[participant],
                _most_first(codes[participant])[0][0],
                f"{drills.only(name)} error:yes",
            )
            rows.append(row)
        return tuple(rows)

    def _by_name(self) -> tuple[NameRow, ...]:
        kinds = self._log.tables.kinds
        counts: Counter[str | None] = Counter()
        for kind, count in self._kinds.items():
            counts[kinds[kind].name] += count
        drills = Drills("name", counts)
        return tuple(NameRow(name, count, drills.only(name)) for name, count in _most_first(counts))


def _most_first(counts: Counter[str | None]) -> list[tuple[str | None, int]]:
    """Sort by count; equal counts by text, so that rows do not change places."""
    return sorted(counts.items(), key=lambda one: (-one[1], one[0] is None, one[0] or ""))


def _moment(time_us: int) -> datetime | None:
    return from_microseconds(time_us) if NO_TIME < time_us < sys.maxsize else None
