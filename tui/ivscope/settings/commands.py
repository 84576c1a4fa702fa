"""The one table of keys: bindings, footer, help, palette and README come from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ivscope.settings.key_names import first_key


class Area(StrEnum):
    """Where a command belongs; the word is its heading in the help."""

    MOVING = "Moving"
    GOING = "Going places"
    READING = "Reading"
    FINDING = "Finding and filtering"
    JUMPING = "Jumping between events"
    TRIAGE = "The whole session"
    EVIDENCE = "Evidence"
    TIME = "Time"
    DETAIL = "Detail and panes"
    TAKING = "Taking it with you"
    APP = "The program"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do."""

    id: str
    """Stable name, "area.verb": what the configuration remaps."""
    keys: str
    """Keys in Textual's names, comma separated; the first is the one shown."""
    label: str
    """Two or three words for the footer."""
    help: str
    """One sentence for help and README."""
    area: Area
    action: str = ""
    """Textual action of the widget that has the focus; empty for a command of the screen."""


def _move(id_: str, keys: str, action: str, label: str, text: str) -> Command:
    return Command(id_, keys, label, text, Area.MOVING, action)


LIST_KEYS: tuple[Command, ...] = (
    _move("move.down", "j,down", "move(1)", "down", "Next row, or line."),
    _move("move.up", "k,up", "move(-1)", "up", "Previous row, or line."),
    _move("move.half_down", "ctrl+d", "move_page(1)", "half page down", "Half a page down."),
    _move("move.half_up", "ctrl+u", "move_page(-1)", "half page up", "Half a page up."),
    _move("move.page_down", "space,pagedown,ctrl+f", "move_page(2)", "page down", "A page down."),
    _move("move.page_up", "b,pageup,ctrl+b", "move_page(-2)", "page up", "A page up."),
    _move("move.first", "g,home", "first", "first", "First row, or line."),
    _move("move.last", "G,end", "last", "last", "Last row read so far; reads on from there."),
)
"""Keys of whatever has the focus: a list moves its cursor, the detail scrolls."""

# fmt: off
SCREEN_KEYS: tuple[Command, ...] = (
    Command("go.in", "enter,l,right", "open", "Open the row; on an event, follow its link: the publisher, or the copy in the destination stage. Without a link, read the detail.", Area.GOING),
    Command("go.out", "escape,h,left,backspace", "back", "Stop what runs, leave search and filter, then go back to where you came from, then up. Never quits.", Area.GOING),
    Command("go.quit_or_out", "q", "back, quit", "Back; quits at the stages.", Area.GOING),
    Command("go.last", "-", "last view", "The place where you were before, and back.", Area.GOING),
    Command("go.source", "a", "replica source", "From a replica to the participant it is a copy of, at the same second.", Area.GOING),
    Command("go.timeline", "M", "everybody", "The events of everybody in the session on one timeline, as far as the sweep has read them.", Area.GOING),
    Command("go.next_sibling", "]", "next sibling", "Next participant, session or stage, without going up.", Area.GOING),
    Command("go.previous_sibling", "[", "previous sibling", "The one before.", Area.GOING),
    Command("go.next_pane", "tab", "next pane", "Focus the next pane.", Area.GOING),
    Command("go.previous_pane", "shift+tab", "previous pane", "Focus the pane before.", Area.GOING),
    Command("read.again", "r,ctrl+r,f5", "retry, refresh", "Read again what failed, from where it stopped; else read what is new.", Area.READING),
    Command("read.restart", "R", "reload", "Read the list again from its first page; rows stay until it has come.", Area.READING),
    Command("read.all", "L", "load all", "Read all pages, within the call budget. Esc stops.", Area.READING),
    Command("read.follow", "F", "follow", "Read new events of a live participant as they come.", Area.READING),
    Command("read.pause", "=", "pause", "Pause following, or the sweep, or go on.", Area.READING),
    Command("find.search", "/", "find", "Events: find and highlight. Pickers: narrow the rows read so far; also opens any typed or pasted id, ARN or EventBridge JSON.", Area.FINDING),
    Command("find.next", "n", "next hit", "Next hit; reads on until there is one.", Area.FINDING),
    Command("find.previous", "N", "previous hit", "Hit before.", Area.FINDING),
    Command("find.filter", "&", "filter", "Events: show only what matches (code:QUOTA name:SUB* remote:ID attr:key=value after:20:36 !inverse /regex/). Participants: ask the service for some only (user:ID, published:yes|no, state:…, recording:…).", Area.FINDING),
    Command("find.toggle", "\\", "filter on/off", "Switch the filter off and on again.", Area.FINDING),
    Command("find.same", ";", "filter by this", "Show only events like this one: with its error code, else its remote participant, else its name.", Area.FINDING),
    Command("find.errors", "!", "errors only", "Show errors only, or all again.", Area.FINDING),
    Command("jump.error", "e", "next error", "Next error; reads on until there is one.", Area.JUMPING),
    Command("jump.error_back", "E", "previous error", "Error before.", Area.JUMPING),
    Command("jump.token", "x", "next exchange", "Next TOKEN_EXCHANGED; reads on until there is one.", Area.JUMPING),
    Command("jump.token_back", "X", "previous exchange", "TOKEN_EXCHANGED before.", Area.JUMPING),
    Command("jump.same", "o", "same remote", "Next event with the same remote participant; reads on until there is one.", Area.JUMPING),
    Command("jump.same_back", "O", "same remote back", "The one before.", Area.JUMPING),
    Command("jump.gap", "s", "next gap", "Next silence that stands out: over 30 s, and over ten times the usual distance of events.", Area.JUMPING),
    Command("jump.gap_back", "S", "previous gap", "Silence before.", Area.JUMPING),
    Command("jump.section", "}", "next section", "Next JOINED or LEFT.", Area.JUMPING),
    Command("jump.section_back", "{", "previous section", "JOINED or LEFT before.", Area.JUMPING),
    Command("jump.minute", ")", "minute on", "A minute later; 10) goes ten.", Area.JUMPING),
    Command("jump.minute_back", "(", "minute back", "A minute earlier; takes a count too.", Area.JUMPING),
    Command("jump.mark", "m", "mark", "Mark this event, or take the mark away.", Area.JUMPING),
    Command("jump.next_mark", "u", "next mark", "Next marked event.", Area.JUMPING),
    Command("jump.previous_mark", "U", "previous mark", "Marked event before.", Area.JUMPING),
    Command("triage.summary", "i", "summary", "Errors by code, participants, SDKs: of the session, or of the participant on screen. Every row leads to its events. Sweeps the session.", Area.TRIAGE),
    Command("triage.lanes", "I", "lanes", "Lanes of all participants, publishers over time against the limit of 12, events and errors over time.", Area.TRIAGE),
    Command("triage.compare", "C", "compare", "This participant beside the one you were at before, at the same times.", Area.TRIAGE),
    Command("evidence.next", "z", "evidence", "Next event that the findings about this one rest on, also of other participants; from the last one back.", Area.EVIDENCE),
    Command("evidence.fetch", "Z", "read evidence", "Read what would tell more about this event; the detail says what that is and what it costs. In the summary: SDK and browser of everybody.", Area.EVIDENCE),
    Command("time.style", "t", "time style", "Times in UTC, local, as age, since the event before, since the zero.", Area.TIME),
    Command("time.zero", "T", "set zero", "Count time from this event.", Area.TIME),
    Command("detail.down", "J", "more detail", "Scroll the detail without leaving the list.", Area.DETAIL),
    Command("detail.up", "K", "less detail", "Scroll it back.", Area.DETAIL),
    Command("detail.tokens", "d", "full detail", "The detail on the whole screen; again: tokens side by side or inline.", Area.DETAIL),
    Command("detail.raw", "v", "raw JSON", "The event as JSON, or explained again.", Area.DETAIL),
    Command("view.wide", "w", "wide", "Full ids and ARNs in the rows, or the short forms.", Area.DETAIL),
    Command("view.full", "f", "fullscreen", "The focused pane on the whole screen, or all panes.", Area.DETAIL),
    Command("view.more", "+", "wider list", "More room for the list.", Area.DETAIL),
    Command("view.less", "_", "wider detail", "More room for the detail.", Area.DETAIL),
    Command("view.place", "P", "detail place", "Detail on the right, below, or off.", Area.DETAIL),
    Command("view.picker", "D", "picker", "Show or hide the picker beside the events.", Area.DETAIL),
    Command("take.copy", "y", "copy…", "Copy: then y JSON, i id, e explanation, d tokens, c CLI command, l link, t time.", Area.TAKING),
    Command("take.id", "c", "copy id", "Copy the main id of the row.", Area.TAKING),
    Command("take.print", "p", "print…", "Print the same to the terminal, for when no clipboard works.", Area.TAKING),
    Command("take.save", "W,ctrl+s", "save", "Save what this list holds to a file; says how complete it is.", Area.TAKING),
    Command("app.command", ":", "command", "Type a command: goto TIME, filter …, tz …, mouse on, q. Tab completes. A time alone goes there: 20:36, yesterday 20:36, -1h30m.", Area.APP),
    Command("app.help", "?,f1,ctrl+p", "help", "All commands and their keys: type to search them, Enter does one.", Area.APP),
    Command("app.quit", "ctrl+q", "quit", "Quit.", Area.APP),
)
# fmt: on
"""Keys that work whatever has the focus."""

COMMANDS: tuple[Command, ...] = (*LIST_KEYS, *SCREEN_KEYS)
"""Every command, in the order of the help."""

BY_ID = {command.id: command for command in COMMANDS}


_HINTS: dict[str, tuple[str, ...]] = {
    "STAGES": ("go.in", "find.search", "app.command", "app.help", "go.quit_or_out"),
    "SESSIONS": ("go.in", "go.out", "find.search", "app.help"),
    "PARTICIPANTS": ("go.in", "go.out", "find.search", "find.filter", "app.help"),
    "TIMELINE": (
        "go.out", "go.in", "jump.error", "find.errors", "find.search", "find.filter", "read.pause",
        "take.copy", "app.help",
    ),
    "EVENTS": (
        "go.out", "jump.error", "find.errors", "find.search", "find.filter", "jump.token",
        "go.in", "take.copy", "read.follow", "time.style", "app.help",
    ),
}  # fmt: skip


def footer_hints(
    level: str, keys: Mapping[str, str], first: Iterable[str] = ()
) -> tuple[tuple[str, str], ...]:
    """Key and label of what matters at a level.

    Args:
        level: Of the place.
        keys: Keys by command id, as configured; a command without keys is left out.
        first: Commands that matter most now.
    """
    ids = dict.fromkeys((*first, *_HINTS[level]))
    return tuple((first_key(keys[id_]), BY_ID[id_].label) for id_ in ids if keys[id_])
