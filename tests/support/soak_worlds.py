"""What a soak runs on: worlds that grow with its clock, an endpoint that fails, and its truth."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from statistics import median_high
from typing import Any

from ivscope.domain.stages import ParticipantSummary
from ivscope.domain.times import to_microseconds
from ivscope.endpoint.faults import FAULTS, Fault
from ivscope.endpoint.world import Members, World, date_time
from ivscope.endpoint.worlds.case_file import CaseFile, CaseWorld, read_case_file
from ivscope.endpoint.worlds.catalog import WORLD_NAMES, open_world
from ivscope.render.event_json import event_document, wire_time
from support.case_files import FOLDER, case_names
from support.explorer import EPOCH
from support.simulator.view import View
from support.simulator.worlds import world_of

SIMULATED, CASE = "simulated", "case"

_SESSIONS = 12
"""Simulated sessions of one run, each on a stage of its own."""

KINDS = ("incident", "faults", "lies", SIMULATED, CASE, *WORLD_NAMES[1:])
"""The first is the usual one. "faults" and "lies" are the incident whose calls fail."""

SHORT_WAITS = {"LONGEST": 4.0, "TRICKLE_STEP": 0.05}
"""Real seconds in place of those constants of the faults. In four seconds the injected clock passes
the deadline of a call, on most machines: some slow answers come in time, others too late."""

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
    """The world of this kind; the seed chooses the simulated sessions.

    Raises:
        ValueError: No such kind; the message lists them.
    """
    honest = tuple(name for name in FAULTS if name not in _LIES)
    if kind == SIMULATED:
        seeds = range(seed * _SESSIONS, (seed + 1) * _SESSIONS)
        views = [world_of(one, frozenset()).view.when_all_came() for one in seeds]
        start = median_high(map(_middle, views))  # half of the sessions have happened by then
        return Ground(partial(_simulated, views), start, honest, is_true=True)
    if kind == CASE:
        cases = [read_case_file(FOLDER / f"{name}.json") for name in case_names()]
        return Ground(lambda _: JoinedWorlds(map(CaseWorld, cases)), EPOCH, honest, is_true=True)
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


class JoinedWorlds:
    """Worlds of one stage each as one account."""

    newest_first = False

    def __init__(self, worlds: Iterable[CaseWorld]) -> None:
        self._worlds = {world.stages()[0]["arn"]: world for world in worlds}
        self.region = next(iter(self._worlds.values())).region

    def stages(self) -> Sequence[Members]:
        """The stages of all worlds."""
        return [stage for world in self._worlds.values() for stage in world.stages()]

    def sessions(self, stage_arn: str) -> Sequence[Members] | None:
        """The sessions of a stage; None for a stage of no world, as below."""
        world = self._worlds.get(stage_arn)
        return None if world is None else world.sessions(stage_arn)

    def participants(self, stage_arn: str, session_id: str) -> Sequence[Members] | None:
        """The participants of a session."""
        world = self._worlds.get(stage_arn)
        return None if world is None else world.participants(stage_arn, session_id)

    def participant(self, stage_arn: str, session_id: str, participant_id: str) -> Members | None:
        """One participant."""
        world = self._worlds.get(stage_arn)
        return None if world is None else world.participant(stage_arn, session_id, participant_id)

    def events(
        self, stage_arn: str, session_id: str, participant_id: str
    ) -> Sequence[Members] | None:
        """The events of a participant; raises what its world raises."""
        world = self._worlds.get(stage_arn)
        return None if world is None else world.events(stage_arn, session_id, participant_id)

    def replicas(self, source_stage_arn: str, participant_id: str) -> Sequence[Members]:
        """None."""
        return ()

    def ingest_configurations(self) -> Sequence[Members]:
        """None."""
        return ()


def _simulated(views: Iterable[View], now: Callable[[], datetime]) -> JoinedWorlds:
    return JoinedWorlds(SimulatedWorld(view, now, number) for number, view in enumerate(views))


class SimulatedWorld(CaseWorld):
    """A simulated session over the wire; events appear when the clock has passed them.

    Its ids are made as long as those of the service, and different from those of other sessions.
    """

    def __init__(self, view: View, now: Callable[[], datetime], number: int) -> None:
        arn = f"{view.scope.stage_arn}x{number}"
        ids = {name: f"Simulated{number:02}{name}" for name in view.served}
        session = {
            "sessionId": f"st-Simulated{number:04}",
            "startTime": wire_time(view.session.start_time),
            "endTime": wire_time(view.session.end_time),
        }
        super().__init__(
            CaseFile(
                "",
                {"arn": arn},
                {name: value for name, value in session.items() if value is not None},
                tuple(_renamed(_row(one), ids) for one in view.participants),
                {
                    ids[name]: tuple(
                        _renamed(event_document(event), ids) for event in view.events(name)
                    )
                    for name in view.served
                },
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
        return [one for one in events if one.get("eventTime", "") <= present]

    def sessions(self, stage_arn: str) -> Sequence[Members] | None:
        """The session, without an end that is still to come."""
        present = date_time(self._now())
        rows = super().sessions(stage_arn)
        return None if rows is None else [_without_end_after(present, row) for row in rows]

    def participants(self, stage_arn: str, session_id: str) -> Sequence[Members] | None:
        """All rows; nobody is gone before all its events have happened."""
        rows = super().participants(stage_arn, session_id)
        return None if rows is None else [self._row(stage_arn, session_id, row) for row in rows]

    def _row(self, stage_arn: str, session_id: str, row: Members) -> Members:
        name = row["participantId"]
        happened = self.events(stage_arn, session_id, name) or ()
        is_over = len(happened) == len(self._case.events[name] or ())
        return row if is_over else {**row, "state": "CONNECTED"}


def _without_end_after(present: str, row: Members) -> Members:
    if row.get("endTime", "") <= present:
        return row
    return {name: value for name, value in row.items() if name != "endTime"}


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


def _renamed(members: Mapping[str, Any], ids: Mapping[str, str]) -> Members:
    return {
        name: ids.get(value, value) if name.lower().endswith("participantid") else value
        for name, value in members.items()
    }


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
