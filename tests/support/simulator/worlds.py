"""Random histories and views, from a seed or drawn by Hypothesis so that failures shrink.

A history is a row of scenes. Half of them are single acts of whoever can act; the others are the
situations that conclusions fall over: everything in one second, ends that nobody told, tokens
that lose PUBLISH, a crowd of publishers.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from support.simulator.families import history_of
from support.simulator.showing import SOURCE, chance, show
from support.simulator.stage import BOTH, MOST_REPLICATIONS, SECOND, TOKENS, WATCH, Stage
from support.simulator.truth import Happening, History
from support.simulator.view import ALL_FAULTS, WHOLE_FAULTS, Fault, View

WORLDS = 300
"""Seeds in a plain loop; the environment variable IVSCOPE_WORLDS asks for more."""

CROWD = 13
"""People in a scene of many publishers: one more than the limit of a stage."""

USERS = (None, "dana", "guest", "guest", "")
"""User ids are chosen by customers and need not differ."""

DESTINATIONS = tuple((SOURCE.stage_arn, f"st-Destination{number:02d}") for number in range(2))

CODES = ("QUOTA_EXCEEDED", "INTERNAL_SERVER_EXCEPTION", "STREAM_DURATION_EXCEEDED")


@dataclass(frozen=True)
class World:
    """A history and what is seen of it."""

    history: History
    view: View
    name: str = field(default="world", compare=False)
    """How to make it again, as far as a seed made it."""

    def unseen(self, participant_id: str) -> tuple[Happening, ...]:
        """What happened to somebody and is told by no row read that has a readable time."""
        told = {
            row.number
            for row in self.view.read(participant_id)
            if isinstance(row.event.time, datetime)
        }
        return tuple(
            self.history.happenings[number]
            for number in self.history.numbers_of(participant_id)
            if number not in told
        )

    @property
    def is_seen_whole(self) -> bool:
        """Whether everybody is listed and everything that happened is read, with its time."""
        return self.view.all_listed and not any(map(self.unseen, self.history.participants))

    def __repr__(self) -> str:
        """Truth beside what is read: one line for each happening, in true order."""
        lines = [f"{self.name}: {'live' if self.history.is_live else 'ended'}"]
        lines += [f"  fault: {fault}" for fault in sorted(self.view.faults)]
        for name in self.history.participants:
            extent, rows = self.view.extent(name), self.view.read(name)
            lines.append(f"  {name}: {extent}, read {[row.number for row in rows]}")
        for number, one in enumerate(self.history.happenings):
            seconds = (one.time - self.history.start) / SECOND
            lines.append(
                f"  {number:3} +{seconds:.6f} {one.participant_id} {one.event.name}"
                f"{'' if one.started_by is None else f' of {one.started_by}'}"
                f"{' (reported by no client)' if one.may_stay_untold else ''}"
                f"{'' if one.event.error_code is None else f' {one.event.error_code}'}"
                f"{_exchange(one)}"
            )
        last = (self.history.until - self.history.start) / SECOND
        return "\n".join([*lines, f"  until +{last:.6f}"])

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """What Hypothesis prints of a failure; else it would print every member."""
        printer.text(repr(self))


def world_of(seed: int, faults: frozenset[Fault] = ALL_FAULTS) -> World:
    """The world of a seed; the same one each time."""
    history, choices = _history_of_seed(seed)
    lot = Random()  # noqa: S311 - no secret
    lot.setstate(choices)
    return World(history, show(lot, history, faults), f"world_of({seed})")


@cache
def _history_of_seed(seed: int) -> tuple[History, tuple[Any, ...]]:
    """The history of a seed, and where the choices stand behind it: tests show it in many ways."""
    lot = lot_of(seed)
    return random_history(lot), lot.getstate()


def stage_world(
    family: str,
    seed: int,
    faults: frozenset[Fault] = WHOLE_FAULTS,
    lost_percent: int | None = None,
) -> World:
    """The whole stage of a family and a seed; the same one each time."""
    lot = Random(f"{family} {seed}")  # noqa: S311 - no secret
    history = history_of(lot, family)
    view = show(lot, history, faults, lost_percent)
    return World(history, view, f"stage_world({family!r}, {seed})")


def lot_of(seed: int) -> Random:
    """The choices of a seed."""
    return Random(seed)  # noqa: S311 - no secret


def seeds(count: int | None = None) -> range:
    """The seeds of a plain loop."""
    return range(int(os.environ.get("IVSCOPE_WORLDS", WORLDS)) if count is None else count)


def all_worlds(faults: frozenset[Fault] = ALL_FAULTS, count: int | None = None) -> Iterator[World]:
    """A world for each seed."""
    return (world_of(seed, faults) for seed in seeds(count))


@st.composite
def worlds(draw: st.DrawFn, faults: frozenset[Fault] = ALL_FAULTS) -> World:
    """A world whose every choice Hypothesis draws: a failure shrinks to few people and acts."""
    lot = draw(st.randoms(note_method_calls=False, use_true_random=False))
    history = random_history(lot)
    return World(history, show(lot, history, faults))


def random_history(lot: Random) -> History:
    """A history of few scenes and mostly few people."""
    stage = Stage()
    for number in range(lot.randint(1, 5)):
        stage.add(f"p{number}", lot.choice(USERS), is_replica=number > 0 and chance(lot, 20))
    for _ in range(lot.randint(0, 12)):
        _pass_time(lot, stage)
        lot.choice(SCENES)(lot, stage)
    _pass_time(lot, stage)
    if chance(lot, 40):
        return stage.so_far()
    for name in filter(stage.is_connected, stage.participants):
        stage.leave(name, is_dropped=chance(lot, 30))
        _pass_time(lot, stage)
    stage.wait(lot.randint(SECOND, 300 * SECOND))
    return stage.end()


def _pass_time(lot: Random, stage: Stage) -> None:
    """From nothing at all to minutes; rarely into a whole second, where ties begin."""
    longest = lot.choice((0, 1, 1_000, SECOND // 3, SECOND, 3 * SECOND, 30 * SECOND, 900 * SECOND))
    stage.wait(lot.randint(0, longest))
    if chance(lot, 15):
        stage.wait(-stage.now % SECOND)


def _act(lot: Random, stage: Stage) -> None:
    """Something that one participant can do now."""
    name = lot.choice(stage.participants)
    lot.choice(_possible(lot, stage, name))()


def _possible(lot: Random, stage: Stage, name: str) -> list[Callable[[], None]]:
    if not stage.is_connected(name):
        token = lot.choice(TOKENS) if chance(lot, 30) else BOTH
        code = lot.choice(CODES)
        join = lambda: stage.join(name, token)  # noqa: E731 - one of a list
        return [join, join, join, join, lambda: stage.fail_to_join(name, code)]
    others = [other for other in stage.participants if other != name]
    followed = stage.subscriptions(name)
    acts = [lambda: stage.leave(name), lambda: stage.drop(name)]
    if stage.is_publishing(name):
        acts += [lambda: stage.unpublish(name)]
        acts += [lambda: _replicate(lot, stage, name)]
    else:
        acts += [lambda: stage.publish(name)] * 3
        acts += [lambda: stage.fail_to_publish(name, lot.choice(CODES))]
    if not stage.is_replica(name):
        acts += [lambda: _exchange_token(lot, stage, name)]
        free = [other for other in others if other not in followed]
        if free:
            acts += [lambda: stage.subscribe(name, lot.choice(free))]
            seen = [other for other in free if stage.is_publishing(other)]
            acts += [lambda: stage.subscribe(name, lot.choice(seen))] * (3 if seen else 0)
            acts += [lambda: stage.fail_to_subscribe(name, lot.choice(free), lot.choice(CODES))]
    if followed:
        acts += [lambda: stage.unsubscribe(name, lot.choice(followed))]
    return acts


def _replicate(lot: Random, stage: Stage, name: str) -> None:
    places = stage.replications(name)
    free = [one for one in DESTINATIONS if one not in places]
    if places and (not free or len(places) == MOST_REPLICATIONS or chance(lot, 50)):
        stage.stop_replicating(name, lot.choice(places))
    else:
        stage.replicate(name, lot.choice(free))


def _exchange_token(lot: Random, stage: Stage, name: str) -> None:
    """Publishing may go on for a moment after PUBLISH was lost."""
    delay = lot.choice((0, 0, SECOND // 2, 2 * SECOND))
    stage.exchange(name, lot.choice(TOKENS), cut_off_after=lot.randint(0, delay))


def _publish_if_possible(lot: Random, stage: Stage, name: str) -> None:
    if not stage.is_connected(name):
        stage.join(name)
        stage.wait(lot.randint(0, lot.choice((0, SECOND // 4, 2 * SECOND))))
    if not stage.is_publishing(name):
        stage.publish(name)


def _all_in_one_second(lot: Random, stage: Stage) -> None:
    """Join, publish and leave, with or without a stop, inside one second."""
    name = lot.choice(stage.participants)
    if stage.is_connected(name):
        stage.leave(name)
    stage.wait(-stage.now % SECOND)
    stage.join(name)
    stage.wait(lot.randint(0, SECOND // 4))
    stage.publish(name)
    stage.wait(lot.randint(0, SECOND // 4))
    if chance(lot, 50):
        stage.unpublish(name)
        stage.wait(lot.randint(0, SECOND // 4))
    stage.leave(name, is_dropped=chance(lot, 50))


def _reconnect(lot: Random, stage: Stage) -> None:
    """Publish, drop and come back, perhaps with another token."""
    name = lot.choice(stage.participants)
    _publish_if_possible(lot, stage, name)
    _pass_time(lot, stage)
    stage.drop(name)
    _pass_time(lot, stage)
    stage.join(name, lot.choice(TOKENS) if chance(lot, 30) else BOTH)
    _pass_time(lot, stage)
    stage.publish(name)


def _lose_publish(lot: Random, stage: Stage) -> None:
    """Publish, lose PUBLISH by an exchange, and often leave soon."""
    name = lot.choice([one for one in stage.participants if not stage.is_replica(one)])
    _publish_if_possible(lot, stage, name)
    _pass_time(lot, stage)
    delay = lot.choice((0, SECOND // 2, 2 * SECOND))
    stage.exchange(name, WATCH, cut_off_after=lot.randint(0, delay))
    if chance(lot, 50):
        _pass_time(lot, stage)
        stage.leave(name, is_dropped=chance(lot, 50))


def _crowd(lot: Random, stage: Stage) -> list[str]:
    """More people, connected and not publishing."""
    first = len(stage.participants)
    names = [f"p{first + number}" for number in range(lot.randint(CROWD - 2, CROWD))]
    for name in names:
        stage.add(name, is_replica=chance(lot, 5))
        stage.join(name)
        stage.wait(lot.randint(0, SECOND // 10))
    return names


def _flicker(lot: Random, stage: Stage) -> None:
    """A crowd that starts and stops inside one second, one after another or at the same time."""
    names = _crowd(lot, stage)
    stage.wait(-stage.now % SECOND)
    one_by_one = chance(lot, 50)
    for name in names:
        stage.publish(name)
        stage.wait(lot.randint(0, SECOND // 30))
        if one_by_one:
            stage.unpublish(name)
            stage.wait(lot.randint(0, SECOND // 30))
    if not one_by_one:
        for name in names:
            stage.leave(name) if chance(lot, 30) else stage.unpublish(name)


def _full_stage(lot: Random, stage: Stage) -> None:
    """A crowd that publishes, some of it gone, and somebody who is refused."""
    names = _crowd(lot, stage)
    for name in names:
        stage.publish(name)
        stage.wait(lot.randint(0, SECOND))
    refused = names[-1]
    for name in names[: lot.randint(0, 2)]:
        stage.leave(name, is_dropped=chance(lot, 50))
    stage.unpublish(refused)
    _pass_time(lot, stage)
    stage.fail_to_publish(refused, CODES[0])


SCENES: tuple[Callable[[Random, Stage], None], ...] = (
    *(_act for _ in range(22)),
    _all_in_one_second,
    _all_in_one_second,
    _reconnect,
    _reconnect,
    _lose_publish,
    _lose_publish,
    _flicker,
    _full_stage,
)


def _exchange(one: Happening) -> str:
    tokens = (one.event.previous_token, one.event.new_token)
    if tokens == (None, None):
        return ""
    return " " + " to ".join(
        "/".join(token.capabilities or ()) or "nothing" for token in tokens if token is not None
    )
