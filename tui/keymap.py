"""The one table of keys: bindings, footer, help and README come from it."""

from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType


class Area(StrEnum):
    """Where a command works; the word is its heading in the help."""

    EVERYWHERE = "Everywhere"
    MOVING = "Moving"
    PICKERS = "Pickers"
    EVENTS = "Events"
    DETAIL = "Detail"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do."""

    id: str
    """Stable name, "area.action": what a configuration would remap."""
    keys: str
    """Keys in Textual's names, comma separated; the first is the one shown."""
    action: str
    label: str
    """Two or three words for the footer."""
    help: str
    """One sentence for the help screen and README."""
    area: Area


LIST_KEYS: tuple[Command, ...] = (
    Command("move.down", "j,down", "move(1)", "down", "Next row.", Area.MOVING),
    Command("move.up", "k,up", "move(-1)", "up", "Previous row.", Area.MOVING),
    Command(
        "move.half_down", "ctrl+d", "move_page(1)", "half page", "Half a page down.", Area.MOVING
    ),
    Command(
        "move.half_up", "ctrl+u", "move_page(-1)", "half page up", "Half a page up.", Area.MOVING
    ),
    Command(
        "move.page_down",
        "space,pagedown,ctrl+f",
        "move_page(2)",
        "page",
        "A page down.",
        Area.MOVING,
    ),
    Command(
        "move.page_up", "b,pageup,ctrl+b", "move_page(-2)", "page up", "A page up.", Area.MOVING
    ),
    Command("move.first", "g,home", "first", "first", "First row.", Area.MOVING),
    Command(
        "move.last", "G,end", "last", "last", "Last row read so far; reads on there.", Area.MOVING
    ),
    Command("move.in", "enter,l,right", "choose", "open", "Open what is selected.", Area.MOVING),
)
"""Keys of every list: pickers and events."""

PANE_KEYS: tuple[Command, ...] = (
    Command("pane.down", "j,down", "scroll_lines(1)", "down", "Scroll down.", Area.DETAIL),
    Command("pane.up", "k,up", "scroll_lines(-1)", "up", "Scroll up.", Area.DETAIL),
    Command(
        "pane.half_down",
        "ctrl+d",
        "scroll_page(1)",
        "half page",
        "Scroll half a page down.",
        Area.DETAIL,
    ),
    Command(
        "pane.half_up",
        "ctrl+u",
        "scroll_page(-1)",
        "half page up",
        "Scroll half a page up.",
        Area.DETAIL,
    ),
    Command(
        "pane.page_down",
        "space,pagedown,ctrl+f",
        "scroll_page(2)",
        "page",
        "Scroll a page down.",
        Area.DETAIL,
    ),
    Command(
        "pane.page_up",
        "b,pageup,ctrl+b",
        "scroll_page(-2)",
        "page up",
        "Scroll a page up.",
        Area.DETAIL,
    ),
    Command("pane.first", "g,home", "scroll_first", "top", "First line.", Area.DETAIL),
    Command("pane.last", "G,end", "scroll_last", "bottom", "Last line.", Area.DETAIL),
)
"""Keys of the detail pane when it has the focus."""

SCREEN_KEYS: tuple[Command, ...] = (
    Command(
        "go.out",
        "escape,h,left,backspace",
        "out",
        "back",
        "Back to where you came from, then up one level.",
        Area.EVERYWHERE,
    ),
    Command(
        "go.quit_or_out",
        "q",
        "quit_or_out",
        "back, quit",
        "Back; quits at the stages.",
        Area.EVERYWHERE,
    ),
    Command("go.next_pane", "tab", "app.focus_next", "next pane", "Next pane.", Area.EVERYWHERE),
    Command(
        "go.previous_pane",
        "shift+tab",
        "app.focus_previous",
        "previous pane",
        "Previous pane.",
        Area.EVERYWHERE,
    ),
    Command(
        "read.retry",
        "r,ctrl+r,f5",
        "retry",
        "retry",
        "Read again what failed, from where it stopped.",
        Area.EVERYWHERE,
    ),
    Command(
        "read.restart",
        "R",
        "restart",
        "reload",
        "Read the list again from its first page; rows stay until it has come.",
        Area.EVERYWHERE,
    ),
    Command(
        "picker.filter",
        "/",
        "narrow",
        "filter",
        "Narrow the rows read so far by typing; also takes any id, ARN or pasted JSON to open.",
        Area.PICKERS,
    ),
    Command(
        "picker.service_filter",
        "&",
        "ask_service",
        "ask service",
        "Ask the service for some participants only: user:ID, published:yes|no, "
        "state:connected|disconnected or recording:STATE; one at a time.",
        Area.PICKERS,
    ),
    Command(
        "detail.down", "J", "detail_scroll(3)", "more detail", "Scroll the detail.", Area.DETAIL
    ),
    Command(
        "detail.up", "K", "detail_scroll(-3)", "less detail", "Scroll the detail back.", Area.DETAIL
    ),
    Command(
        "detail.raw",
        "v",
        "raw",
        "raw JSON",
        "The event as JSON, or explained again.",
        Area.DETAIL,
    ),
    Command(
        "view.picker",
        "D",
        "picker",
        "picker",
        "Show or hide the picker beside the events.",
        Area.EVERYWHERE,
    ),
    Command(
        "view.zone", "t", "zone", "zone", "Times in UTC or in the local zone.", Area.EVERYWHERE
    ),
    Command("app.help", "question_mark,f1", "help", "help", "All keys.", Area.EVERYWHERE),
    Command("app.quit", "ctrl+q", "app.quit", "quit", "Quit.", Area.EVERYWHERE),
)
"""Keys that work whatever has the focus."""

HELP_KEYS: tuple[Command, ...] = (
    Command(
        "help.close",
        "escape,q,h,left,backspace,question_mark,f1",
        "close",
        "back",
        "Close the help.",
        Area.EVERYWHERE,
    ),
)
"""Keys of the help itself; its footer shows them."""

COMMANDS: tuple[Command, ...] = (*LIST_KEYS, *SCREEN_KEYS, *PANE_KEYS)
"""Every command, in the order of the help."""


def bindings(commands: tuple[Command, ...]) -> list[BindingType]:
    """The commands as Textual bindings."""
    return [
        Binding(command.keys, command.action, command.label, tooltip=command.help, id=command.id)
        for command in commands
    ]


_SHOWN = {
    "question_mark": "?",
    "slash": "/",
    "ampersand": "&",
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "backspace": "Backspace",
    "shift+tab": "Shift+Tab",
}


def shown_key(key: str) -> str:
    """A key as it is printed on screen and in README."""
    if key in _SHOWN:
        return _SHOWN[key]
    if key.startswith("ctrl+"):
        return f"Ctrl+{key.removeprefix('ctrl+').upper()}"
    return key.upper() if key.startswith("f") and key[1:].isdigit() else key


def shown_keys(command: Command) -> str:
    """All keys of a command, the first one first."""
    return " ".join(shown_key(key) for key in command.keys.split(","))


_HINTS = {
    "STAGES": ("move.in", "picker.filter", "app.help", "go.quit_or_out"),
    "SESSIONS": ("move.in", "go.out", "picker.filter", "app.help"),
    "PARTICIPANTS": ("move.in", "go.out", "picker.filter", "picker.service_filter", "app.help"),
    "EVENTS": ("go.out", "move.in", "detail.down", "detail.raw", "view.zone", "app.help"),
}
_BY_ID = {command.id: command for command in COMMANDS}


def footer_hints(level: str, *, failed: bool) -> tuple[tuple[str, str], ...]:
    """Key and label of what matters at a level; a retry first where something failed."""
    ids = (("read.retry",) if failed else ()) + _HINTS[level]
    return tuple((shown_key(_BY_ID[id_].keys.split(",")[0]), _BY_ID[id_].label) for id_ in ids)
