"""What a soak runs on: worlds that grow with its clock, an endpoint that fails, and its truth."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantScope, ParticipantSummary
from ivscope.domain.times import to_microseconds
from ivscope.endpoint.answers import ServiceError
from ivscope.endpoint.faults import FAULTS, Fault
from ivscope.endpoint.world import Members, World, date_time
from ivscope.endpoint.worlds.case_file import CaseFile, CaseWorld, read_case_file
from ivscope.endpoint.worlds.catalog import WORLD_NAMES, open_world
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.render.event_json import event_document, wire_time
from ivscope.sources.decoding import decode_event
from support.case_files import FOLDER, case_names
from support.explorer import EPOCH
from support.simulator.view import View
from support.simulator.worlds import world_of

SIMULATED, CASE = "simulated", "case"

KINDS = ("incident", "faults", "lies", SIMULATED, CASE, *WORLD_NAMES[1:])
"""The first is the usual one. "faults" and "lies" are the incident whose calls fail."""

_SLOW = frozenset({"slow_headers", "slow_body"})
"""They last a minute of real time, which no clock of ours shortens."""

_LIES = frozenset(
    {
        "repeat_token",
        "empty_token",
        "empty_middle",
        "empty_last",
        "foreign_events",
        "one_id",
        "doubled_rows",
        "unfiltered",
        "other_value",
        "hugebody",
    }
)
"""Answers that look like good ones and are not true: what is read has no truth to compare with."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A world to run on."""

    open: Callable[[Callable[[], datetime]], World]
    """Makes it with the clock that it goes by."""
    start: datetime
    """The time of day at which the run begins."""
    faults: tuple[str, ...]
    """Names of the faults that calls meet; empty for none."""
    is_true: bool
    """Whether what is read can be compared with what the world says."""


def ground(kind: str, seed: int) -> Ground:
    """The world of this kind; the seed chooses among simulated worlds and case files.

    Raises:
        ValueError: No such kind; the message lists them.
    """
    honest = tuple(name for name in FAULTS if name not in _SLOW | _LIES)
    if kind == SIMULATED:
        view = world_of(seed, frozenset()).view.when_all_came()
        return Ground(lambda now: SimulatedWorld(view, now), _middle(view), honest, is_true=True)
    if kind == CASE:
        names = case_names()
        case = read_case_file(FOLDER / f"{names[seed % len(names)]}.json")
        return Ground(lambda _now: CaseWorld(case), EPOCH, honest, is_true=True)
    if kind not in KINDS:
        raise ValueError(f"no world named {kind!r}; the worlds are {', '.join(KINDS)}")
    name = "incident" if kind in {"faults", "lies"} else kind
    faults = {"faults": honest, "lies": tuple(sorted(_LIES))}.get(kind, ())
    return Ground(lambda now: open_world(name, now), EPOCH, faults, is_true=kind != "lies")


class RandomFaults:
    """Takes the place of the endpoint's choice of faults: every fourth call or so meets one."""

    def __init__(self, lot: Random, names: Sequence[str]) -> None:
        self.are_on = bool(names)
        self.met: Counter[str] = Counter()
        self._lot = lot
        self._names = names

    def pick(self, _spec: str, _operation: str) -> tuple[str, Fault] | None:
        """The fault of a call and its name; None for an ordinary answer."""
        if not self.are_on or self._lot.random() > 0.25:
            return None
        name = self._lot.choice(self._names)
        self.met[name] += 1
        return name, FAULTS[name]


class SimulatedWorld(CaseWorld):
    """A simulated session over the wire; events appear when the clock has passed them."""

    def __init__(self, view: View, now: Callable[[], datetime]) -> None:
        arn = view.scope.stage_arn
        session = {
            "sessionId": view.scope.session_id,
            "startTime": wire_time(view.session.start_time),
            "endTime": wire_time(view.session.end_time),
        }
        super().__init__(
            CaseFile(
                "",
                {"arn": arn},
                {name: value for name, value in session.items() if value is not None},
                tuple(_row(one) for one in view.participants),
                {name: tuple(_event(event) for event in view.events(name)) for name in view.served},
            )
        )
        self._now = now

    def events(
        self, stage_arn: str, session_id: str, participant_id: str
    ) -> Sequence[Members] | None:
        """The events of a participant up to now."""
        events = super().events(stage_arn, session_id, participant_id)
        if events is None:
            return None
        present = date_time(self._now())
        later = (index for index, one in enumerate(events) if one.get("eventTime", "") > present)
        return events[: next(later, len(events))]


def _middle(view: View) -> datetime:
    """The time when half of the events have happened."""
    times = sorted(
        to_microseconds(event.time)
        for name in view.served
        for event in view.events(name)
        if isinstance(event.time, datetime)
    )
    middle = times[len(times) // 2] if times else 0
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=middle)


def _event(event: Event) -> Members:
    return dict(event_document(event))


def _row(one: ParticipantSummary) -> Members:
    members: dict[str, Any] = {}
    for field in fields(one):
        value = getattr(one, field.name)
        if value is None or field.name == "contradiction":
            continue
        first, *words = field.name.split("_")
        name = first + "".join(word.capitalize() for word in words)
        members[name] = wire_time(value) if field.name == "first_join_time" else value
    return members


def differences(provider: StageDataProvider, world: World) -> tuple[int, int, int]:
    """Compare the events that were read to the end with those of the world.

    Returns:
        Events compared; events missing; events held more often than the world has them.
    """
    compared = lost = doubled = 0
    for scope, held, is_whole in _held(provider):
        truth = _truth(world, scope)
        if truth is None:
            continue
        compared += held.total()
        lost += (truth - held).total() if is_whole else 0
        doubled += (held - truth).total()
    return compared, lost, doubled


def _held(provider: StageDataProvider) -> list[tuple[ParticipantScope, Counter[str], bool]]:
    """What feeds and scans hold, by participant, and whether it is all that there is."""
    opened = [
        (scope, Counter(map(_text, feed.items)), feed.is_complete)
        for scope, feed in provider.store.all_events.items()
    ]
    for session, scan in tuple(provider._scans.items()):
        for name in scan.log.read_ids:
            scope = ParticipantScope(session.stage_arn, session.session_id, name)
            # A scan is not read again at the end, so that events can be missing which came since.
            opened.append((scope, Counter(map(_text, scan.log.events_of(name))), False))
    return opened


def _truth(world: World, scope: ParticipantScope) -> Counter[str] | None:
    session = scope.session
    try:
        events = world.events(session.stage_arn, session.session_id, scope.participant_id)
    except ServiceError:
        return None
    return None if events is None else Counter(_text(decode_event(one)) for one in events)


def _text(event: Event) -> str:
    return repr(event_document(event))
