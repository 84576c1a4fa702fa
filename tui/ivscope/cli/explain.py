"""The command `ivscope explain`: what a number, an error code or an event name means."""

import argparse
from collections.abc import Sequence
from datetime import timedelta

from ivscope.analysis.filters import Filter, TimeTerm
from ivscope.analysis.time_input import TimeReference, TypedRanges, read_time
from ivscope.cli.command_line import CommandError, is_file
from ivscope.cli.events import Printing
from ivscope.cli.reading import DataCommand, add_place, command_parser
from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantScope
from ivscope.export.record_writer import Format
from ivscope.export.records import (
    EVENTS,
    EXPLANATIONS,
    Record,
    client_error_record,
    explanation_record,
)
from ivscope.knowledge.client_errors import CLIENT_ERRORS, client_errors, is_number
from ivscope.knowledge.error_codes import ERROR_CODES
from ivscope.knowledge.event_names import EVENT_NAMES
from ivscope.render.bars import in_number
from ivscope.render.client_error_lines import asked_lines, unknown_text
from ivscope.render.lines import plain
from ivscope.settings.configuration import nearest

_CELLS = 100
"""Cells of a line of prose where the terminal has as many."""

_SHORTEST = 3
"""Letters that are looked for inside names: fewer are in nearly all."""

_MOST_HOLDING = 5
"""So many names with what was typed in them are told."""

_WITHIN = timedelta(seconds=60)
"""Events so far from the time of an error stand beside it: clocks of clients differ from the
server's, and the LEFT after a lost connection comes late."""


def run(words: Sequence[str]) -> int:
    """Print what something means, and the events around it where somebody is named; exit code."""
    parser = command_parser(
        "explain",
        "Say what an SDK's error number, an error code or an event name means, what the event list "
        "shows for it, and what to check next. With a participant and a time also print that "
        "participant's events from a minute before to a minute after.",
        [EXPLANATIONS, EVENTS],
    )
    parser.add_argument("what", metavar="WHAT", help="1027, TOKEN_EXPIRED, QUOTA_EXCEEDED, LEFT")
    add_place(parser, 3)
    parser.add_argument("--at", metavar="TIME", help="when it was: 20:36, 2026-11-23 20:36, -1h30m")
    parser.set_defaults(filter="", since=None, until=None, follow=False, limit=None, all=True)
    options = parser.parse_args(words)
    command = DataCommand("explain", options)
    records = _records(options.what)
    has_place = options.stage is not None or options.file is not None or options.user is not None
    if has_place != (options.at is not None):
        raise CommandError("events beside it need both: whose (STAGE SESSION PARTICIPANT) and --at")
    if command.form is Format.TABLE:
        lines = [*asked_lines(options.what, min(_CELLS, command.width)), ()]
        command.print_text(map(plain, lines), found=len(records))
    else:
        command.print(records)
    if has_place:
        return _with_events(command, options)
    words_told = in_number(len(records), "explanations") if records else _unknown(options.what)
    return command.end(words_told, is_complete=True)


def _records(asked: str) -> list[Record]:
    name = asked.strip().upper()
    found = [client_error_record(asked, error) for error in client_errors(asked)]
    if name in ERROR_CODES:
        found.append(explanation_record(asked, ERROR_CODES[name], "errorCode"))
    if name in EVENT_NAMES:
        found.append(explanation_record(asked, EVENT_NAMES[name], "eventName"))
    return found


def _unknown(asked: str) -> str:
    text = unknown_text(asked)
    if is_number(asked):
        return text
    if is_file(asked):
        return f"{text.removesuffix('.')}; ivscope why FILE tells the cause of an alert in a file"
    names = [*ERROR_CODES, *EVENT_NAMES, *(one.name for one in CLIENT_ERRORS if one.name)]
    typed = asked.strip().upper()
    holding = [name for name in dict.fromkeys(names) if len(typed) >= _SHORTEST and typed in name]
    if holding:
        return f"{text.removesuffix('.')}; that is in {', '.join(holding[:_MOST_HOLDING])}"
    return f"{text.removesuffix('.')}{nearest(typed, names)}"


def _with_events(command: DataCommand, options: argparse.Namespace) -> int:
    """Print the participant's events around the time of the error; the exit code."""
    scope = command.participant()
    if not isinstance(scope, ParticipantScope):
        raise CommandError("name the participant too, by id or by --user")

    def around(reference: TimeReference) -> Filter:
        typed = read_time(options.at, reference)
        near = ((typed.moment - _WITHIN, typed.moment + _WITHIN),)
        return Filter("", (TimeTerm(TypedRanges(near, typed.dated_by, typed.zone)),))

    def told(shown: Sequence[Event]) -> str:
        return _fitting(options.what, shown)

    return Printing(command, scope, options, errors_only=False, around=around, told=told).run()


def _fitting(asked: str, shown: Sequence[Event]) -> str:
    """Say how many events are of the kinds that a client error can leave."""
    expected = {name for error in client_errors(asked) for name in error.expected}
    if not expected:
        return ""
    fit = sum(event.name in expected or event.error_code in expected for event in shown)
    return f"; {in_number(fit, 'events')} of the kinds that {asked.strip()} can leave"
