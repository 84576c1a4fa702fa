"""Place and Trail: the place on screen, the places before it, and how pickers were left."""

from dataclasses import replace
from enum import IntEnum

from ivscope.domain.frozen import frozen
from ivscope.domain.stages import ParticipantFilter, ParticipantScope, SessionScope


class Level(IntEnum):
    """How deep a place is, from the stages to the events."""

    STAGES = 0
    SESSIONS = 1
    PARTICIPANTS = 2
    EVENTS = 3
    TIMELINE = 4
    """The events of everybody in the session."""


@frozen
class Place:
    """One list: the stages, a stage's sessions, a session's participants, their events."""

    stage_arn: str | None = None
    session_id: str | None = None
    participant_id: str | None = None
    narrowed: ParticipantFilter | None = None
    """The server-side filter of a participant list."""
    everybody: bool = False
    """Whether the events of everybody in the session are meant."""

    @property
    def level(self) -> Level:
        """The level, from the ids that are set."""
        if self.stage_arn is None:
            return Level.STAGES
        if self.session_id is None:
            return Level.SESSIONS
        if self.everybody:
            return Level.TIMELINE
        return Level.PARTICIPANTS if self.participant_id is None else Level.EVENTS

    @property
    def session(self) -> SessionScope:
        """The session, at the level of participants and below."""
        if self.stage_arn is None or self.session_id is None:
            raise ValueError(f"no session at {self}")
        return SessionScope(self.stage_arn, self.session_id)

    @property
    def participant(self) -> ParticipantScope:
        """The participant, at the level of events."""
        if self.participant_id is None:
            raise ValueError(f"no participant at {self}")
        session = self.session
        return ParticipantScope(session.stage_arn, session.session_id, self.participant_id)

    def at_event(self, participant_id: str | None) -> "Place":
        """Return the place of the participant of an event on screen.

        Args:
            participant_id: The participant of the event; used where everybody's are shown.
        """
        if self.level is not Level.TIMELINE:
            return self
        return Place(self.stage_arn, self.session_id, participant_id or "")

    @property
    def parent(self) -> "Place | None":
        """One level up; None above the stages."""
        match self.level:
            case Level.STAGES:
                return None
            case Level.SESSIONS:
                return Place()
            case Level.PARTICIPANTS:
                return Place(self.stage_arn)
            case _:
                return Place(self.stage_arn, self.session_id)

    @property
    def picker(self) -> "Place":
        """The place whose picker is beside it: for events that of the participants."""
        return replace(self, participant_id=None, everybody=False)


@frozen
class PickerState:
    """How a picker was left."""

    cursor: int = 0
    top: int = 0
    text: str = ""
    """What was typed to narrow a picker."""


class Trail:
    """The places to go back to, and how every picker was left."""

    def __init__(self, here: Place) -> None:
        self.here = here
        self.last: Place | None = None
        """The place shown before this one; None at the start."""
        self.opened: tuple[Place, ...] = ()
        """The two participants opened last, the latest first. They need not be on screen any
        more."""
        self._behind: list[Place] = []
        self._views: dict[Place, PickerState] = {}
        self._note_opened()

    @property
    def behind(self) -> Place | None:
        """Where `back` leads, unless it goes up."""
        return self._behind[-1] if self._behind else None

    def go(self, place: Place) -> None:
        """Go to a place; `back` returns to this one."""
        if place != self.here:
            self._behind.append(self.here)
            self._move(place)

    def swap(self, place: Place) -> None:
        """Go to a sibling; `back` returns to where this place was opened from."""
        self._move(place)

    def back(self) -> bool:
        """Go back to the place before, or without one up a level.

        Returns:
            False when there is neither a place before nor a level above.
        """
        place = self._behind.pop() if self._behind else self.here.parent
        if place is None:
            return False
        self._move(place)
        return True

    def _move(self, place: Place) -> None:
        self.last, self.here = self.here, place
        self._note_opened()

    def _note_opened(self) -> None:
        if self.here.level is Level.EVENTS:
            whose = replace(self.here, narrowed=None)
            before = [place for place in self.opened if place != whose]
            self.opened = (whose, *before[:1])

    def leave(self, place: Place, view: PickerState) -> None:
        """Remember how a picker was left."""
        self._views[place] = view

    def view(self, place: Place) -> PickerState:
        """How a picker was left; the top of its list when it is new."""
        return self._views.get(place, PickerState())
