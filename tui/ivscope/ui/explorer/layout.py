"""Layout: which panes are on the screen and which has the focus. Sizes are in `styles/`."""

from textual.geometry import Size
from textual.screen import Screen

from ivscope.ui.commands import Handlers
from ivscope.ui.widgets.row_list import RowList
from ivscope.ui.widgets.text_pane import TextPane

_SPLITS = ("-split-narrow", "-split-less", "", "-split-more", "-split-wide")
"""Style classes for the width of the list beside the detail, narrow to wide; the middle one
is the default."""

_PLACES = ("", "-detail-below", "-detail-off")
"""Style classes for the detail on the right, below, and off; a narrow screen has no first."""

_DRAWER, _FULL_DETAIL, _FULL_LIST = "-drawer", "-full-detail", "-full-list"

_SMALL_COLUMNS = 80
_SMALL_ROWS = 20
"""With fewer rows one pane fills the screen."""


def _is_small(size: Size) -> bool:
    return size.width < _SMALL_COLUMNS or size.height < _SMALL_ROWS


class Layout:
    """The commands that arrange panes and move the focus."""

    def __init__(
        self,
        screen: Screen[None],
        handlers: Handlers,
        picker: RowList,
        events: RowList,
        detail: TextPane,
    ) -> None:
        self._screen = screen
        self._picker = picker
        self._events = events
        self._detail = detail
        self._split = _SPLITS.index("")
        self._place = 0
        self._shows_events = False
        handlers.add_moves(lambda: self._focused)
        handlers.add("go.next_pane", lambda: self._step_focus(1))
        handlers.add("go.previous_pane", lambda: self._step_focus(-1))
        handlers.add("view.full", self._toggle_full)
        handlers.add("view.more", lambda: self._resize(1), lambda: self._why_not_resize(1))
        handlers.add("view.less", lambda: self._resize(-1), lambda: self._why_not_resize(-1))
        handlers.add("view.place", self._next_place)
        handlers.add("view.picker", self._toggle_picker, self._why_no_picker)

    @property
    def _focused(self) -> RowList | TextPane:
        """The pane that the keys go to."""
        focused = self._screen.focused
        return focused if isinstance(focused, RowList | TextPane) else self.main

    @property
    def main(self) -> RowList:
        """The list that is the main one now: of events, else the picker."""
        return self._events if self._shows_events else self._picker

    @property
    def main_has_focus(self) -> bool:
        """Whether the keys go to the main list."""
        return self.main.has_focus

    @property
    def picker_has_focus(self) -> bool:
        """Whether the keys go to the picker, also beside the events."""
        return self._screen.focused is self._picker

    @property
    def detail_is_full(self) -> bool:
        """Whether the detail has the whole screen."""
        return self._screen.has_class(_FULL_DETAIL)

    @property
    def detail_has_rule(self) -> bool:
        """Whether the detail is below the list, with a rule between the two."""
        is_below = self._screen.has_class("-narrow") or self._screen.has_class("-detail-below")
        return is_below and not self.detail_is_full

    def arrange(self, *, shows_events: bool, everybody: bool = False) -> None:
        """Arrange the panes for picking or for events, with the focus on the list.

        Args:
            shows_events: Whether events are shown.
            everybody: Whether they are the events of everybody, whose rows are wider.
        """
        self._shows_events = shows_events
        self._change(
            ("-everybody", everybody),
            ("-events", shows_events),
            ("-picking", not shows_events),
            *((name, False) for name in (_DRAWER, _FULL_DETAIL, _FULL_LIST)),
        )
        self.main.focus()

    def expect(self, size: Size, *, shows_events: bool) -> None:
        """As `fit` and `arrange`, before anything is mounted."""
        self._screen.set_class(shows_events, "-events", update=False)
        self._screen.set_class(not shows_events, "-picking", update=False)
        self._screen.set_class(_is_small(size), "-tiny", update=False)

    def fit(self, size: Size) -> None:
        """Adapt to the size of the terminal."""
        self._change(("-tiny", _is_small(size)))

    def show_detail_full(self) -> None:
        """Show the detail on the whole screen."""
        self._change((_DRAWER, False), (_FULL_DETAIL, True))
        self._detail.focus()

    def leave_detail(self) -> bool:
        """Go back from the detail to the list. Returns whether the detail had the focus."""
        had_focus = self._detail.has_focus or self.detail_is_full
        if had_focus:
            self._change((_FULL_DETAIL, False))
            self.main.focus()
        return had_focus

    def close_drawer(self) -> bool:
        """Close the picker that lies over the events. Returns whether it was open."""
        was_open = self._screen.has_class(_DRAWER)
        if was_open:
            self._change((_DRAWER, False))
            self.main.focus()
        return was_open

    def _step_focus(self, step: int) -> None:
        panes = [p for p in (self._picker, self._events, self._detail) if p.display]
        panes = [pane for pane in panes if pane.size.width]
        focused = self._screen.focused
        index = panes.index(focused) if focused in panes else 0
        panes[(index + step) % len(panes)].focus()

    def _toggle_full(self) -> None:
        if self.detail_is_full or self._screen.has_class(_FULL_LIST):
            self._change((_FULL_DETAIL, False), (_FULL_LIST, False))
        else:
            self._change((_FULL_DETAIL if self._detail.has_focus else _FULL_LIST, True))

    def _why_not_resize(self, step: int) -> str:
        if 0 <= self._split + step < len(_SPLITS):
            return ""
        return f"{'list' if step > 0 else 'detail'} is at its widest"

    def _resize(self, step: int) -> None:
        self._split += step
        self._choose(_SPLITS, _SPLITS[self._split])

    def _next_place(self) -> None:
        places = (_PLACES[0], _PLACES[2]) if self._screen.has_class("-narrow") else _PLACES
        self._place = (self._place + 1) % len(places)
        self._choose(_PLACES, places[self._place])
        self.main.focus()

    def _choose(self, classes: tuple[str, ...], chosen: str) -> None:
        """Carry one of some classes; of them "" stands for none."""
        self._change(*((name, name == chosen) for name in classes if name))

    def _why_no_picker(self) -> str:
        return "" if self._shows_events else "the list is on screen already"

    def _toggle_picker(self) -> None:
        """Show or hide the picker: beside the events where there is room, else over them."""
        has_room = self._screen.has_class("-widest") and not self._screen.has_class("-everybody")
        name = "-no-picker" if has_room else _DRAWER
        self._change((name, not self._screen.has_class(name)))
        if self._screen.has_class(_DRAWER):
            self._picker.focus()
        elif self._picker.has_focus:
            self.main.focus()

    def _change(self, *classes: tuple[str, bool]) -> None:
        """Let the screen carry classes or not, and compute the styles of what they say anew.

        That are the body and what is in it, a third of all widgets.
        """
        before = self._screen.classes
        for name, carries in classes:
            self._screen.set_class(carries, name, update=False)
        if self._screen.classes != before:
            self._screen.app.stylesheet.update(self._screen.query_one("#body"))
            # Each pane asks for it by itself, which comes after the next frame.
            self._screen.refresh(layout=True, repaint=False)
