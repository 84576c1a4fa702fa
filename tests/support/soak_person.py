"""What the person of a soak does next: drawn from a seed, weighted as hands are."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from ivscope.endpoint.answers import ServiceError
from ivscope.endpoint.world import World
from ivscope.settings.commands import COMMANDS, View
from support.hostile_texts import HOSTILE_TEXTS

_TYPED = (
    ("/", "PUBLISH"),
    ("/", "(((("),
    ("/", ".*.*.*x"),
    ("&", "code:QUOTA"),
    ("&", "name:SUB*"),
    ("&", "errors !joined"),
    ("&", "attr:"),
    ("&", 'remote:"'),
    (":", "goto 07:00"),
    (":", "goto -5m"),
    (":", "filter code:*"),
    (":", "tz utc"),
    (":", "tz Mars/Base"),
    (":", "mouse on"),
    (":", "mouse off"),
    (":", "nonsense"),
    (":", "goto 99999999999999999999"),
    ("?", "follow"),
)
"""Keys that open a prompt, and what is typed there."""

_SIZES = (
    *((1, 1), (2, 3), (10, 4), (40, 12), (79, 23), (80, 24), (81, 25), (120, 40), (160, 45)),
    *((200, 50), (300, 90), (200, 1), (1, 50), (30, 60), (132, 8)),
)
"""Columns and rows."""

_LONGEST_PASTE = 5000
"""Characters; longer texts of the corpus have tests of their own, and each costs a second."""


class Act(StrEnum):
    """Kinds of what a person does; the words head the columns of the table."""

    KEYS = "keys"
    PASTE = "pastes"
    RESIZE = "resizes"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done."""

    act: Act
    keys: tuple[str, ...] = ()
    text: str = ""
    size: tuple[int, int] = (0, 0)

    def __str__(self) -> str:
        if self.act is Act.KEYS:
            return " ".join(self.keys)
        return f"[{self.act} {self.text[:60]!r} {self.size}]"


class Person:
    """Draws one step after another."""

    def __init__(self, lot: Random, world: World) -> None:
        self._lot = lot
        self._texts = [text[:_LONGEST_PASTE] for text in HOSTILE_TEXTS.values()]
        self._places = list(_places(world))
        self._alerts = list(_alerts(world))

    def alert(self) -> list[Step]:
        """What a time on call begins with: the alert about a participant, and its events."""
        place = Step(Act.PASTE, text=self._lot.choice(self._alerts))
        return [Step(Act.KEYS, ("escape",) * 3), place]

    def opening(self) -> list[Step]:
        """Go to a place by pasting what leads there, and follow or read there."""
        keys = self._lot.choice((("F",), ("F",), ("L",), ("M",), ("enter",)))
        place = Step(Act.PASTE, text=self._lot.choice(self._places))
        return [Step(Act.KEYS, ("escape",) * 3), place, Step(Act.KEYS, keys)]

    def steps(self, view: View | None) -> list[Step]:
        """The next few steps, in the view that the keys go to; None for one without keys."""
        draw = self._lot.random()
        if draw < 0.50:
            return [Step(Act.KEYS, (self._key(view),))]
        if draw < 0.58:
            key, text = self._lot.choice(_TYPED)
            end = self._lot.choice(("enter", "enter", "enter", "escape"))
            return [Step(Act.KEYS, (key, *text, end))]
        if draw < 0.64:
            text = self._lot.choice(self._texts)
            opener = self._lot.choice("/&:")
            return [
                Step(Act.KEYS, (opener,)),
                Step(Act.PASTE, text=text),
                Step(Act.KEYS, ("enter",)),
            ]
        if draw < 0.68:
            return [Step(Act.PASTE, text=self._lot.choice(self._texts))]
        if draw < 0.84:
            return self.opening()
        if draw < 0.95:
            sizes = self._lot.choices(_SIZES, k=self._lot.randint(1, 4))
            return [Step(Act.RESIZE, size=size) for size in sizes]
        return [Step(Act.KEYS, ("escape",) * self._lot.randint(1, 4))]

    def _key(self, view: View | None) -> str:
        every = self._lot.random() < 0.15 or view is None
        fitting = [command for command in COMMANDS if every or view in command.views]
        keys = [key for command in fitting or COMMANDS for key in command.keys.split(",") if key]
        return self._lot.choice(keys)


def _places(world: World) -> Iterator[str]:
    """Texts that lead somewhere: ARNs, ids, and alerts; live sessions come more often."""
    for stage in world.stages():
        arn = stage["arn"]
        yield arn
        sessions = list(world.sessions(arn) or ())
        sessions.sort(key=lambda session: "endTime" in session)
        for session in sessions[:3]:
            people = list((world.participants(arn, session["sessionId"]) or ())[:6])
            times = 1 if "endTime" in session else 4
            yield session["sessionId"]
            for person in people * times:
                yield _alert(arn, session["sessionId"], person["participantId"])


def _alerts(world: World) -> Iterator[str]:
    """Alerts about participants who have events."""
    for stage in world.stages():
        arn = stage["arn"]
        for session in (world.sessions(arn) or ())[:3]:
            name = session["sessionId"]
            for person in (world.participants(arn, name) or ())[:6]:
                with suppress(ServiceError):
                    if world.events(arn, name, person["participantId"]):
                        yield _alert(arn, name, person["participantId"])


def _alert(stage_arn: str, session_id: str, participant_id: str) -> str:
    detail = {"session_id": session_id, "participant_id": participant_id}
    alert = {"detail-type": "IVS Stage Update", "resources": [stage_arn], "detail": detail}
    return json.dumps(alert)
