"""The one table of commands: bindings, footers, help, palette and README come from it."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from ivscope.settings.key_names import first_key


class Area(StrEnum):
    """Groups of commands; the words are headings in the help."""

    MOVING = "Moving"
    NAVIGATION = "Opening and going back"
    READING = "Reading"
    FINDING = "Finding and filtering"
    JUMPING = "Jumping between events"
    WHOLE_SESSION = "The whole session"
    EVIDENCE = "Evidence"
    TIME = "Time"
    DETAIL = "Detail and panes"
    COPYING = "Copying and saving"
    APP = "The program"
    SUMMARY = "In the summary"
    LANES = "In the lanes"
    COMPARE = "In the comparison"
    PROMPT = "While typing"
    HELP = "In the help"


class View(StrEnum):
    """What the keys go to; the words name it in the help."""

    STAGES = "the stages"
    SESSIONS = "the sessions"
    PARTICIPANTS = "the participants"
    EVENTS = "a participant's events"
    TIMELINE = "the timeline"
    DETAIL = "the detail"
    """The detail on the whole screen; beside a list the keys go to the list."""
    SUMMARY = "the summary"
    LANES = "the lanes"
    COMPARE = "the comparison"
    PROMPT = "a prompt"
    HELP = "the help"


class Command(NamedTuple):
    """One thing that a person can do."""

    id: str
    """Stable name, "area.verb": what the configuration remaps."""
    keys: str
    """Keys in Textual's names, comma separated; the first is the one shown."""
    label: str
    """Two or three words for the footer."""
    help: str
    """One sentence for help and README."""
    area: Area
    views: frozenset[View]
    """The views that it works in. In other views its keys may be those of another command."""


PICKERS = frozenset({View.STAGES, View.SESSIONS, View.PARTICIPANTS})
READING = frozenset({View.EVENTS, View.TIMELINE, View.DETAIL})
EXPLORER = PICKERS | READING
OVERLAYS = frozenset({View.SUMMARY, View.LANES, View.COMPARE})
"""Views over the explorer."""
EVERY_LIST = EXPLORER | OVERLAYS

ONE = READING - {View.TIMELINE}
"""Views of the events of one participant."""
FEEDS = EXPLORER - {View.TIMELINE}
"""Views of a single feed: everybody's events are many feeds."""
PARTICIPANT = ONE | {View.PARTICIPANTS}
SESSION = READING | {View.PARTICIPANTS}
SIBLINGS = PARTICIPANT | {View.SESSIONS}
LANES = frozenset({View.LANES})
PROMPT = frozenset({View.PROMPT})
HELP = frozenset({View.HELP})
TYPING = PROMPT | HELP
"""Views in which characters are typed, so that no command can have one as its key."""

KEYBOARDS: tuple[frozenset[View], ...] = (
    EXPLORER,
    *(frozenset({view}) for view in View if view not in EXPLORER),
)
"""Sets of views on one screen. Two commands of one set cannot have the same key."""

# fmt: off
COMMANDS: tuple[Command, ...] = (
    Command("move.down", "j,down", "down", "Next row, or line.", Area.MOVING, EVERY_LIST),
    Command("move.up", "k,up", "up", "Previous row, or line.", Area.MOVING, EVERY_LIST),
    Command("move.half_down", "ctrl+d", "half page down", "Half a page down.", Area.MOVING, EVERY_LIST),
    Command("move.half_up", "ctrl+u", "half page up", "Half a page up.", Area.MOVING, EVERY_LIST),
    Command("move.page_down", "space,pagedown,ctrl+f", "page down", "A page down.", Area.MOVING, EVERY_LIST),
    Command("move.page_up", "b,pageup,ctrl+b", "page up", "A page up.", Area.MOVING, EVERY_LIST),
    Command("move.first", "g,home", "first", "First row, or line.", Area.MOVING, EVERY_LIST),
    Command("move.last", "G,end", "last", "Last row read so far; reads on from there.", Area.MOVING, EVERY_LIST),
    Command("go.in", "enter,l,right", "open", "Open the row; on an event, follow its link: the publisher, or the replica in the destination stage. Without a link, read the detail.", Area.NAVIGATION, EXPLORER | {View.SUMMARY}),
    Command("go.out", "escape,h,left,backspace", "back", "Stop what runs, leave search and filter, then go back to where you came from, then up. Never quits.", Area.NAVIGATION, EXPLORER | {View.SUMMARY, View.COMPARE}),
    Command("go.quit_or_out", "q", "back, quit", "Back; quits at the stages.", Area.NAVIGATION, EVERY_LIST),
    Command("go.last", "-", "last view", "The view before this one, and back again; at the start the place where the last run ended.", Area.NAVIGATION, EVERY_LIST),
    Command("go.source", "a", "replica source", "From a replica to its source participant, at the same second.", Area.NAVIGATION, PARTICIPANT),
    Command("go.timeline", "M", "timeline", "The events of all participants on one timeline, as far as they are read.", Area.NAVIGATION, SESSION | {View.SESSIONS, View.SUMMARY}),
    Command("go.next_sibling", "]", "next in list", "Next participant, session or stage, without going up.", Area.NAVIGATION, SIBLINGS),
    Command("go.previous_sibling", "[", "previous in list", "Previous participant, session or stage.", Area.NAVIGATION, SIBLINGS),
    Command("go.next_pane", "tab", "next pane", "Focus the next pane.", Area.NAVIGATION, EXPLORER),
    Command("go.previous_pane", "shift+tab", "previous pane", "Focus the pane before.", Area.NAVIGATION, EXPLORER),
    Command("read.again", "r,ctrl+r,f5", "retry, refresh", "Read again what failed, from where it stopped; else read what is new.", Area.READING, EXPLORER | {View.SUMMARY, View.LANES}),
    Command("read.restart", "R", "reload", "Read the list again from its first page; rows stay until it has come.", Area.READING, FEEDS),
    Command("read.all", "L", "read all", "Read all pages, within the call budget. Esc stops.", Area.READING, FEEDS),
    Command("read.follow", "F", "follow", "Read new events of a live participant as they come.", Area.READING, ONE),
    Command("read.pause", "=", "pause", "Pause or resume following, or reading all participants.", Area.READING, READING | {View.SUMMARY, View.LANES}),
    Command("find.search", "/", "find", "Events: find and highlight. Other lists: narrow the rows read so far; also opens any typed or pasted id, ARN or EventBridge JSON. Other views: find a row.", Area.FINDING, EVERY_LIST),
    Command("find.next", "n", "next hit", "Next hit; reads on until there is one.", Area.FINDING, READING | OVERLAYS),
    Command("find.previous", "N", "previous hit", "Previous hit.", Area.FINDING, READING | OVERLAYS),
    Command("find.filter", "&", "filter", "Events: show only what matches (code:QUOTA name:SUB* remote:ID attr:key=value after:20:36 !inverse /regex/). Participants: ask the service for some only (user:ID, published:yes|no, state:…, recording:…).", Area.FINDING, SESSION),
    Command("find.toggle", "\\", "filter on/off", "Switch the filter off and on again.", Area.FINDING, READING),
    Command("find.same", ";", "filter by this", "Show only events like this one: with its error code, else its remote participant, else its name.", Area.FINDING, READING),
    Command("find.errors", "!", "errors only/first", "Events: show errors only, or all again. Participants: those with most errors first, or in the order returned.", Area.FINDING, SESSION),
    Command("jump.error", "e", "next error", "Next error; reads on until there is one.", Area.JUMPING, SESSION),
    Command("jump.error_back", "E", "previous error", "Previous error.", Area.JUMPING, READING),
    Command("jump.token", "x", "next exchange", "Next TOKEN_EXCHANGED; reads on until there is one.", Area.JUMPING, READING),
    Command("jump.token_back", "X", "previous exchange", "Previous TOKEN_EXCHANGED.", Area.JUMPING, READING),
    Command("jump.same", "o", "same remote", "Next event with the same remote participant; reads on until there is one.", Area.JUMPING, READING),
    Command("jump.same_back", "O", "same remote back", "Previous event with the same remote participant.", Area.JUMPING, READING),
    Command("jump.gap", "s", "next gap", "Next long gap between events: over 30 s, and over ten times the usual one.", Area.JUMPING, READING),
    Command("jump.gap_back", "S", "previous gap", "Previous long gap.", Area.JUMPING, READING),
    Command("jump.section", "}", "next section", "Next JOINED or LEFT.", Area.JUMPING, READING),
    Command("jump.section_back", "{", "previous section", "Previous JOINED or LEFT.", Area.JUMPING, READING),
    Command("jump.minute", ")", "minute on", "A minute later; 10) is ten minutes.", Area.JUMPING, READING),
    Command("jump.minute_back", "(", "minute back", "A minute earlier; 10( is ten minutes.", Area.JUMPING, READING),
    Command("jump.mark", "m", "mark", "Mark this event, or remove the mark.", Area.JUMPING, READING),
    Command("jump.next_mark", "u", "next mark", "Next marked event.", Area.JUMPING, READING),
    Command("jump.previous_mark", "U", "previous mark", "Previous marked event.", Area.JUMPING, READING),
    Command("triage.summary", "i", "summary", "Errors by code, participants, SDKs: of the session, or of the participant on screen. Every row opens its events. Reads everybody: 4 calls a second on screen and before a refusal, else background_calls.", Area.WHOLE_SESSION, SESSION | {View.SESSIONS, View.SUMMARY}),
    Command("triage.lanes", "I", "lanes", "Lanes of all participants, publishers over time against the limit of 12, events and errors over time.", Area.WHOLE_SESSION, SESSION | {View.SESSIONS, View.SUMMARY, View.LANES}),
    Command("triage.compare", "C", "compare", "This participant, or the one under the cursor of the list, beside the one opened before it, at the same times.", Area.WHOLE_SESSION, SESSION | {View.COMPARE}),
    Command("evidence.next", "z", "evidence", "Next evidence: an event that the findings about this one rest on, also of other participants. After the last one, back here.", Area.EVIDENCE, READING),
    Command("evidence.fetch", "Z", "read evidence", "Read what stands beside To find out, at the cost given there. In the summary: SDK and browser of all participants.", Area.EVIDENCE, READING | {View.SUMMARY}),
    Command("time.style", "t", "time style", "Times in UTC, local, as age, since the event before, since the zero; summary, lanes and comparison have the first two.", Area.TIME, EVERY_LIST),
    Command("time.zero", "T", "set zero", "Count time from this event.", Area.TIME, READING),
    Command("detail.down", "J", "more detail", "Scroll the detail without leaving the list.", Area.DETAIL, EXPLORER),
    Command("detail.up", "K", "less detail", "Scroll the detail back.", Area.DETAIL, EXPLORER),
    Command("detail.tokens", "d", "full detail", "The detail on the whole screen; again: tokens side by side or inline.", Area.DETAIL, EXPLORER),
    Command("detail.raw", "v", "event JSON", "The event as JSON, as it was read (times in UTC to the microsecond, null as absent), or explained again.", Area.DETAIL, READING),
    Command("view.wide", "w", "wide", "Full ids and ARNs in the rows, or the short forms.", Area.DETAIL, READING),
    Command("view.folds", "V", "open rows", "Each event in a row of its own, or equal routine events of one second in one again. Enter opens one such row.", Area.DETAIL, READING),
    Command("view.full", "f", "fullscreen", "The focused pane on the whole screen, or all panes.", Area.DETAIL, EXPLORER),
    Command("view.more", "+", "wider list", "More room for the list.", Area.DETAIL, EXPLORER),
    Command("view.less", "_", "wider detail", "More room for the detail.", Area.DETAIL, EXPLORER),
    Command("view.place", "P", "detail place", "Detail on the right, below, or off.", Area.DETAIL, EXPLORER),
    Command("view.picker", "D", "picker", "Show or hide the list of participants, sessions or stages: beside the events in a wide window, else over them.", Area.DETAIL, EXPLORER),
    Command("take.copy", "y", "copy", "Copy: then y or Enter what was found, e the same in Markdown, j JSON, s support case, m metrics command, i id, c CLI command, l link, o console, d tokens, r event JSON, u AWS page, t time, v the screen; as far as there is one.", Area.COPYING, EVERY_LIST),
    Command("take.id", "c", "copy id", "Copy the main id of the row.", Area.COPYING, EVERY_LIST),
    Command("take.print", "p", "print…", "Print it in the terminal instead of copying, if no clipboard works.", Area.COPYING, EVERY_LIST),
    Command("take.save", "W,ctrl+s", "save", "Save what this list holds to a file, events as JSON, a session as report, other views as text; says how complete it is.", Area.COPYING, EVERY_LIST),
    Command("app.command", ":", "command", "Type a command: goto TIME, filter …, explain 1027, who USER, recent, tz …, mouse on, q. Tab completes. A time alone goes there, from the participants in the lanes: 20:36, yesterday 20:36, -1h30m.", Area.APP, EVERY_LIST),
    Command("app.help", "?,f1,ctrl+p", "help", "All commands and their keys: type to search them, Enter runs one.", Area.APP, EVERY_LIST),
    Command("guide.hint", "A", "hint", "What leads to the answer, in the guided demo; again: without.", Area.APP, EVERY_LIST),
    Command("guide.skip", "Q", "skip", "The next question of the guided demo.", Area.APP, EVERY_LIST),
    Command("app.suspend", "ctrl+z", "to the shell", "Suspend ivscope and go to the shell; fg comes back.", Area.APP, frozenset(View)),
    Command("app.quit", "ctrl+q", "quit", "Quit.", Area.APP, frozenset(View)),
    Command("summary.next_code", "e", "next error code", "Next row that counts an error code.", Area.SUMMARY, frozenset({View.SUMMARY})),
    Command("lanes.earlier", "h,left", "earlier", "The cursor a cell back in time.", Area.LANES, LANES),
    Command("lanes.later", "l,right", "later", "The cursor a cell on in time.", Area.LANES, LANES),
    Command("lanes.much_earlier", "H,<", "ten earlier", "The cursor ten cells back in time.", Area.LANES, LANES),
    Command("lanes.much_later", ">", "ten later", "The cursor ten cells on in time.", Area.LANES, LANES),
    Command("lanes.zoom_in", "z", "zoom in", "Show half as much time, around the cursor.", Area.LANES, LANES),
    Command("lanes.zoom_out", "Z", "zoom out", "Show twice as much time, around the cursor.", Area.LANES, LANES),
    Command("lanes.all", "0", "all", "The whole session.", Area.LANES, LANES),
    Command("lanes.plot", "v", "plot", "Above the lanes: publishers over time, events and errors, errors alone, or nothing.", Area.LANES, LANES),
    Command("lanes.errors_first", "!", "errors first", "Lanes by what they do at the time of the cursor, with most errors first, or by the time of joining.", Area.LANES, LANES),
    Command("lanes.open", "enter", "open", "Open the participant of this lane at the time of the cursor.", Area.LANES, LANES),
    Command("lanes.close", "escape,backspace", "back", "Back to where the lanes were opened; the timeline goes to the time of the cursor.", Area.LANES, LANES),
    Command("compare.next_pair", "o", "next of both", "The next row where both have an event.", Area.COMPARE, frozenset({View.COMPARE})),
    Command("prompt.enter", "enter", "done", "Accept what is typed.", Area.PROMPT, PROMPT),
    Command("prompt.cancel", "escape", "cancel", "Close the prompt and change nothing.", Area.PROMPT, PROMPT),
    Command("prompt.older", "up", "older", "The input before.", Area.PROMPT, PROMPT),
    Command("prompt.newer", "down", "newer", "The input after that.", Area.PROMPT, PROMPT),
    Command("prompt.complete", "tab", "complete", "Complete a command; from search to filter, and back.", Area.PROMPT, PROMPT),
    Command("prompt.help", "f1,ctrl+p", "help", "All commands and their keys.", Area.PROMPT, PROMPT),
    Command("help.do", "enter", "do it", "Run the chosen command, in the view that the help was opened from.", Area.HELP, HELP),
    Command("help.close", "escape,f1,ctrl+p", "close", "Close the help.", Area.HELP, HELP),
    Command("help.copy", "ctrl+y", "copy", "Copy the list of keys: all, or those searched for.", Area.HELP, HELP),
    Command("help.print", "ctrl+o", "print", "Print it in the terminal instead of copying.", Area.HELP, HELP),
    Command("help.down", "down", "down", "Next command.", Area.HELP, HELP),
    Command("help.up", "up", "up", "Previous command.", Area.HELP, HELP),
    Command("help.page_down", "pagedown", "page down", "Commands a page down.", Area.HELP, HELP),
    Command("help.page_up", "pageup", "page up", "Commands a page up.", Area.HELP, HELP),
)
# fmt: on
"""Every command, in the order of the help."""

BY_ID = {command.id: command for command in COMMANDS}


DEFAULT_KEYS: Final[Mapping[str, str]] = {command.id: command.keys for command in COMMANDS}
"""The keys of the table by command id: those in force where no other ones are configured."""

_COMMAND_ID = re.compile(r"\{([a-z]+\.[a-z_]+)\}")
"""A command id in braces in a text that is shown."""


def with_keys(text: str, keys: Mapping[str, str]) -> str:
    """Replace command ids in braces, such as "{go.in}", by the first of their keys in force."""
    return _COMMAND_ID.sub(
        lambda found: first_key(keys[found[1]]) if found[1] in keys else found[0], text
    )


def commands_of(views: Iterable[View]) -> tuple[Command, ...]:
    """The commands that work in any of these views, in the order of the table."""
    wanted = frozenset(views)
    return tuple(command for command in COMMANDS if command.views & wanted)


def share_keys(one: Command, other: Command) -> bool:
    """Whether two commands cannot have the same key, because a screen has both."""
    return any(one.views & board and other.views & board for board in KEYBOARDS)


def _named(*ids: str) -> dict[str, str]:
    return dict.fromkeys(ids, "")


# fmt: off
_HINTS: dict[View, dict[str, str]] = {
    View.STAGES: _named("go.in", "find.search", "app.command", "go.quit_or_out", "app.help"),
    View.SESSIONS: _named("go.in", "go.out", "triage.summary", "find.search", "app.help"),
    View.PARTICIPANTS: {
        "go.in": "", "jump.error": "first error", "triage.summary": "what happened",
        "triage.lanes": "", "find.search": "", "go.out": "", "find.errors": "errors first",
        "go.timeline": "", "find.filter": "", "triage.compare": "", "app.help": "",
    },
    View.TIMELINE: {
        **_named("go.out", "go.in", "jump.error"), "find.errors": "errors only",
        **_named("find.search", "find.filter", "read.pause", "take.copy", "app.help"),
    },
    View.EVENTS: {
        **_named("go.out", "jump.error"), "find.errors": "errors only",
        **_named(
            "find.search", "find.filter", "jump.token", "go.in", "take.copy", "read.follow",
            "time.style", "app.help",
        ),
    },
    View.SUMMARY: {
        "go.in": "show events", "summary.next_code": "next code", "take.copy": "copy",
        "evidence.fetch": "SDKs", "triage.lanes": "", "go.out": "back",
        "go.timeline": "timeline", "read.pause": "", "app.help": "",
    },
    View.LANES: {
        "lanes.open": "events at this time", "lanes.earlier lanes.later": "time",
        "lanes.zoom_in lanes.zoom_out": "zoom", "lanes.errors_first": "", "lanes.close": "",
        "take.copy": "", "lanes.plot": "", "lanes.all": "", "app.help": "",
    },
    View.COMPARE: {
        "compare.next_pair": "next second of both", "go.out": "", "find.search": "",
        "take.copy": "", "time.style": "", "app.help": "",
    },
    View.HELP: {
        "help.up help.down": "choose", "help.do": "", "help.copy": "", "help.print": "",
        "help.close": "",
    },
}
# fmt: on
"""The hints of the footer, by view: command ids, several for one hint, and the words of the hint;
empty for the label of the command."""


def footer_hints(
    view: View, keys: Mapping[str, str], first: Iterable[str] = ()
) -> tuple[tuple[str, str], ...]:
    """Keys and labels of the hints in the footer of a view.

    Args:
        view: One with a footer of its own.
        keys: Keys by command id, as configured; a command without keys is left out.
        first: Ids of the commands whose hints come first now.
    """
    hints = {**dict.fromkeys(first, ""), **_HINTS[view]}
    named = [
        (" ".join(first_key(keys[id_]) for id_ in ids.split() if keys[id_]), ids, label)
        for ids, label in hints.items()
    ]
    return tuple((shown, label or BY_ID[ids].label) for shown, ids, label in named if shown)
