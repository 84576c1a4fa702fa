"""Visits: keeps the places that are opened, and offers those of earlier runs at the stages."""

from collections.abc import Callable

from ivscope.domain.identifiers import is_participant_id, is_session_id, is_stage_arn
from ivscope.render.cells import clip
from ivscope.render.fields import title
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import safe
from ivscope.settings.commands import with_keys
from ivscope.settings.kept_places import KeptPlace, KeptPlaces
from ivscope.ui.commands import Unavailable
from ivscope.ui.explorer.context import ExplorerContext
from ivscope.workspace.event_list import save_soon
from ivscope.workspace.jobs import Alarm
from ivscope.workspace.place import Level, Place

_KEPT_AFTER_SECONDS = 0.5
"""Who walks from participant to participant with a key held down visits the last one only."""

_MOST_OFFERED = 5


class Visits:
    """Keeps and offers places; does neither without a file to keep them in."""

    def __init__(self, context: ExplorerContext, kept: KeptPlaces) -> None:
        self._context = context
        self._kept = kept
        self._is_on = context.launch.kept is not None
        self._origin = context.launch.origin
        self._alarm = Alarm(context.jobs, self.keep)

    def arrived(self) -> None:
        """Have the place on screen kept, unless it is left at once."""
        if self._is_on and self._context.here.level >= Level.PARTICIPANTS:
            self._alarm.set(_KEPT_AFTER_SECONDS)

    def keep(self) -> None:
        """Keep the place on screen. A file that cannot be written is no reason to speak up."""
        if self._note():
            save_soon(self._kept, self._context.jobs, lambda _why: None)

    def keep_at_once(self) -> None:
        """Keep it before this returns: the screen is left, and nobody waits for a key."""
        if self._note():
            self._kept.save()

    def _note(self) -> bool:
        """Note the place on screen. Returns whether it is one that is kept."""
        self._alarm.stop()
        here = self._context.here
        if not self._is_on or here.level < Level.PARTICIPANTS:
            return False
        session = here.session
        self._kept.visit(
            KeptPlace(
                self._origin,
                session.stage_arn,
                session.session_id,
                here.participant_id or "",
                here.everybody,
            )
        )
        return True

    def recent(self) -> list[Place]:
        """Return places visited before, the latest first; none where none are kept."""
        if not self._is_on:
            return []
        return [
            Place(
                one.stage_arn,
                one.session_id,
                one.participant_id or None,
                everybody=one.everybody and not one.participant_id,
            )
            for one in self._kept.recent(self._origin)
            if is_stage_arn(one.stage_arn)
            and is_session_id(one.session_id)
            and (not one.participant_id or is_participant_id(one.participant_id))
        ][:_MOST_OFFERED]

    def place(self, number: str) -> Place:
        """Return the place with a number in the list.

        Raises:
            Unavailable: There is none.
        """
        places = self.recent()
        if not places:
            raise Unavailable("no place was visited before, or none is kept")
        if not number:
            return places[0]
        if not number.isdecimal() or not 1 <= int(number[:9]) <= len(places):
            raise Unavailable(f"recent takes a number from 1 to {len(places)}")
        return places[int(number) - 1]

    def lines(self, width: int, stage_name: Callable[[str], str]) -> list[Line]:
        """Offer places visited before, under what is said of a stage; nothing without any.

        Args:
            width: Cells of every line.
            stage_name: Returns the name of a stage by its ARN.
        """
        places = self.recent()
        if not places:
            return []
        head = "Visited before: {go.last} opens the first, {app.command}recent 2 the second"
        head = with_keys(head, self._context.keys)
        lines: list[Line] = [(), *title(head, width)]
        for number, place in enumerate(places, 1):
            whose = "timeline" if place.everybody else place.participant_id or "participants"
            name = safe(stage_name(place.stage_arn or ""))
            session = safe(place.session_id or "")
            text = f"{number}  {name} {session} {safe(whose)}"
            lines.append((Span(clip(text, width), Role.MUTED),))
        return lines
