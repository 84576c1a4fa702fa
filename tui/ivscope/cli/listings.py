"""The commands `ivscope stages`, `sessions` and `participants`: lists, page by page."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ivscope.cli.reading import DataCommand, RecordLimit, add_limit, add_place, command_parser
from ivscope.domain.stages import ParticipantFilter, ParticipantSummary
from ivscope.export.records import (
    PARTICIPANTS,
    SESSIONS,
    STAGES,
    Record,
    participant_record,
    session_record,
    stage_record,
)
from ivscope.provider.store.feed import Feed
from ivscope.render.bars import rows_read, what_is_left


def run_stages(words: Sequence[str]) -> int:
    """List the stages of the account in a Region; the exit code."""
    parser = command_parser("stages", "List the stages of the account in this Region.", [STAGES])
    add_limit(parser)
    options = parser.parse_args(words)
    command = DataCommand("stages", options)
    return _list(
        command, command.provider.stages(), RecordLimit.of(options), "stages", stage_record
    )


def run_sessions(words: Sequence[str]) -> int:
    """List the sessions of a stage; the exit code."""
    parser = command_parser("sessions", "List the sessions of a stage.", [SESSIONS])
    add_place(parser, 1)
    add_limit(parser)
    options = parser.parse_args(words)
    command = DataCommand("sessions", options)
    stage_arn = command.stage()
    feed = command.provider.sessions(stage_arn)
    return _list(
        command,
        feed,
        RecordLimit.of(options),
        "sessions",
        lambda row: session_record(row, stage_arn),
    )


def run_participants(words: Sequence[str]) -> int:
    """List the participants of a session; the exit code."""
    parser = command_parser("participants", "List the participants of a session.", [PARTICIPANTS])
    add_place(parser, 2)
    add_limit(parser)
    narrow = parser.add_argument_group("narrow the list, as the service does; one of these")
    only = narrow.add_mutually_exclusive_group()
    only.add_argument("--user", metavar="NAME", help="those with this user id")
    only.add_argument("--published", action="store_true", help="those who ever published")
    only.add_argument("--state", metavar="STATE", help="CONNECTED or DISCONNECTED")
    only.add_argument("--recording-state", metavar="STATE", help="such as FAILED")
    options = parser.parse_args(words)
    command = DataCommand("participants", options)
    session, narrowed = command.session(), _narrowed(options)
    limit, what = RecordLimit.of(options), "participants"

    def record(row: ParticipantSummary) -> Record:
        return participant_record(row, session)

    try:
        feed = command.people(session, narrowed)
    except KeyboardInterrupt:
        return command.interrupted(f"0 {what} read")
    if narrowed is None or feed is command.provider.participants(session, narrowed):
        return _list(command, feed, limit, what, record)
    if isinstance(narrowed.value, str) and options.user is not None:
        narrowed = replace(narrowed, value=command.shown_user(narrowed.value))
    return _list(command, feed, limit, what, record, is_wanted=narrowed.is_met_by)


def _narrowed(options: Any) -> ParticipantFilter | None:  # noqa: ANN401 - argparse's namespace
    if options.user is not None:
        return ParticipantFilter("filterByUserId", options.user)
    if options.published:
        return ParticipantFilter("filterByPublished", value=True)
    if options.state is not None:
        return ParticipantFilter("filterByState", options.state)
    if options.recording_state is not None:
        return ParticipantFilter("filterByRecordingState", options.recording_state)
    return None


def _list(
    command: DataCommand,
    feed: Feed[Any],
    limit: RecordLimit,
    what: str,
    record: Callable[[Any], Record],
    *,
    is_wanted: Callable[[Any], bool] | None = None,
) -> int:
    """Read a list and print its rows; the exit code.

    With `is_wanted` it is read whole, as from a recording, and only such rows are printed.
    """
    most = limit if is_wanted is None else RecordLimit(None, is_wanted=False)
    is_interrupted, is_read = False, False
    try:
        is_read = command.read_rows(feed, most, what)
    except KeyboardInterrupt:
        is_interrupted = True
    rows = feed.items[:] if is_wanted is None else [one for one in feed.facts if is_wanted(one)]
    command.print(map(record, rows[: limit.most]))
    is_all = is_read and command.count == len(rows)
    words = _words(feed, what, command.count, is_all=is_all)
    if is_interrupted:
        return command.interrupted(words)
    return command.end(words, is_complete=is_all, is_wanted=limit.is_wanted)


def _words(feed: Feed[Any], what: str, count: int, *, is_all: bool) -> str:
    in_parts, left = feed.status.needs_another_pass, what_is_left(feed.failure)
    return rows_read(count, what, has_more=not is_all, is_all=is_all, in_parts=in_parts, left=left)
