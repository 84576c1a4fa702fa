"""Guide: asks the questions of the guided demo above the status line, one after the other."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from textual.screen import Screen

from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantSummary
from ivscope.render.cells import wrap
from ivscope.render.fields import field
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import safe
from ivscope.settings.commands import View
from ivscope.settings.kept_places import KeptPlaces
from ivscope.ui.commands import Handlers, Unavailable
from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.guide_questions import QUESTIONS, ReadFacts, Sight
from ivscope.ui.overlays import OverlayScreen
from ivscope.workspace.event_list import save_soon
from ivscope.workspace.place import Level

WORLD = "incident"
"""The world of the demo that the questions are about."""


class Guide:
    """Where a person is in the questions, and the lines that show it in every view."""

    def __init__(self, context: ExplorerContext, kept: KeptPlaces, *, is_on: bool) -> None:
        """Begin with the first question that was not answered in an earlier run.

        Args:
            context: Shared with the other parts.
            kept: Keeps how many questions were answered or skipped.
            is_on: Whether to ask from the start.
        """
        self._context = context
        self._kept = kept
        self._told = ReadFacts(context.provider, context.times)
        self._is_on = False
        self._at = 0
        self._answer = ""
        self._shows_hint = False
        self._error: Event | None = None
        self._copies = 0
        if is_on:
            self.begin()

    @property
    def offer(self) -> str:
        """What is said of the guide on the first screen of the demo; empty for nothing."""
        if self._is_on or not self._is_here or self._kept.guided >= len(QUESTIONS):
            return ""
        return f"New here? {{app.command}}guide asks {len(QUESTIONS)} questions in five minutes."

    @property
    def _is_here(self) -> bool:
        return self._context.launch.world == WORLD

    def why_not(self) -> str:
        """Say why there is no question to have a hint on, or to skip; empty when there is one."""
        if self._is_on:
            return ""
        return "no question is asked: {app.command}guide asks some, in ivscope --demo"

    def order(self, text: str) -> None:
        """Begin, go on, begin again with "again", or end with "off".

        Raises:
            Unavailable: It is another word, or another world than that of the questions.
        """
        if not self._is_here:
            raise Unavailable("the guide is about the incident: ivscope --demo --guide")
        if text not in {"", "again", "off"}:
            raise Unavailable("guide takes again or off, or nothing")
        if text == "again":
            self._kept.guided = 0
        if text == "off":
            self._is_on = False
        else:
            self.begin()

    def begin(self) -> None:
        """Ask the first question that is not answered, or all of them again."""
        self._is_on, self._answer = True, ""
        self._ask(self._kept.guided % len(QUESTIONS))

    def _ask(self, at: int) -> None:
        self._at, self._shows_hint = at, False
        self._copies = self._context.taking.copies

    def add_handlers(self, handlers: Handlers, drawn: Callable[[], object]) -> None:
        """Register the commands of the guide on a screen.

        Args:
            handlers: Those of the screen.
            drawn: Draws the lines of the screen again.
        """

        def then_drawn(do: Callable[[], None]) -> Callable[[], None]:
            def work() -> None:
                do()
                drawn()

            return work

        handlers.add("guide.hint", then_drawn(self._hint), self.why_not)
        handlers.add("guide.skip", then_drawn(self._skip), self.why_not)

    def _hint(self) -> None:
        self._shows_hint = not self._shows_hint

    def _skip(self) -> None:
        if self._at == len(QUESTIONS):
            self._is_on = False
        else:
            self._answer = ""
            self._next()

    def _next(self) -> None:
        self._ask(self._at + 1)
        self._kept.guided = self._at
        save_soon(self._kept, self._context.jobs, lambda _why: None)

    def look(self) -> None:
        """Look whether the screen shows the answer, and go on to the next question if it does."""
        if not self._is_on or self._at == len(QUESTIONS):
            return
        sight = self._sight()
        if sight is None:
            return
        if answer := QUESTIONS[self._at].answer(sight, self._told):
            self._answer = answer
            self._next()

    def _sight(self) -> Sight | None:
        """Return what is on screen; None while something is typed, or the help is open."""
        context, top = self._context, self._context.screen.app.screen
        is_over = isinstance(top, OverlayScreen)
        if top is not context.screen and not is_over:
            return None
        view = top.view if isinstance(top, OverlayScreen) else context.view
        if view is View.PROMPT:
            return None
        event = context.pane.event if context.shows_events and not is_over else None
        if event is not None and event.error_code:
            self._error = event
        row = context.picker.row if context.here.level is Level.PARTICIPANTS else None
        taking = context.taking
        moment, ids = _of_view(top) if isinstance(top, OverlayScreen) else (None, ())
        return Sight(
            view,
            context.here,
            event,
            self._error,
            row if isinstance(row, ParticipantSummary) else None,
            moment,
            ids,
            taking.last_copied if taking.copies > self._copies else "",
        )

    def lines(self, handlers: Handlers, width: int) -> tuple[Line, ...]:
        """Draw the answer found last, the question and its hint; nothing while it is off.

        Args:
            handlers: Name the keys.
            width: Cells of every line.
        """
        if not self._is_on:
            return ()
        lines: list[Line] = []
        if self._answer:
            lines += field("Answer", (Span(safe(self._answer), Role.GOOD),), width)
        number = len(QUESTIONS)
        if self._at == number:
            text = "No question is left. {app.help} lists all keys; {guide.skip} closes this line."
            return (*lines, *wrap((Span(handlers.with_keys(text), Role.STRONG),), width))
        question = QUESTIONS[self._at]
        keys = handlers.with_keys("  {guide.hint} hint  {guide.skip} skip")
        asked = (Span(question.asked, Role.STRONG), Span(keys, Role.ACCENT))
        lines += field(f"Guide {self._at + 1}/{number}", asked, width)
        if self._shows_hint:
            lines += field("Hint", (Span(handlers.with_keys(question.hint)),), width)
        return tuple(lines)


def _of_view(top: Screen[Any]) -> tuple[datetime | None, tuple[str, ...]]:
    """Return the moment under the cursor of the lanes, and the ids that a comparison is of."""
    from ivscope.ui.compare.screen import CompareScreen  # noqa: PLC0415 - after the first rows
    from ivscope.ui.lanes.screen import LanesScreen  # noqa: PLC0415 - same

    return (
        top.moment if isinstance(top, LanesScreen) else None,
        top.ids if isinstance(top, CompareScreen) else (),
    )
