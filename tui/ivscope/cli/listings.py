"""The commands `ivscope stages`, `sessions` and `participants`: lists, page by page."""

from collections.abc import Callable, Sequence
from typing import Any

from ivscope.cli.reading import DataCommand, RecordLimit, add_limit, add_place, command_parser
from ivscope.domain.stages import ParticipantFilter
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
from ivscope.render.bars import rows_read


def run_stages(words: Sequence[str]) -> int:
    """List the stages of the account in a Region; the exit code."""
    parser = command_parser("stages", "List the stages of the account in this Region.", [STAGES])
    add_limit(parser)
    options = parser.parse_args(words)
    command = DataCommand("stages", options, [STAGES])
    return _list(
        command, command.provider.stages(), RecordLimit.of(options), "stages", stage_record
    )


def run_sessions(words: Sequence[str]) -> int:
    """List the sessions of a stage; the exit code."""
    parser = command_parser("sessions", "List the sessions of a stage.", [SESSIONS])
    add_place(parser, 1)
    add_limit(parser)
    options = parser.parse_args(words)
    command = DataCommand("sessions", options, [SESSIONS])
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
    command = DataCommand("participants", options, [PARTICIPANTS])
    session = command.session()
    feed = command.provider.participants(session, _narrowed(options))
    return _list(
        command,
        feed,
        RecordLimit.of(options),
        "participants",
        lambda row: participant_record(row, session),
    )


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
) -> int:
    """Read a list and print its rows as they come; the exit code."""
    try:
        is_all = command.read_rows(feed, limit, what)
    except KeyboardInterrupt:
        command.print(map(record, feed.items[: limit.most]))
        return command.interrupted(_words(feed, what, command.count, is_all=False))
    command.print(map(record, feed.items[: limit.most]))
    words = _words(feed, what, command.count, is_all=is_all)
    return command.end(words, is_complete=is_all, is_wanted=limit.is_wanted)


def _words(feed: Feed[Any], what: str, count: int, *, is_all: bool) -> str:
    return rows_read(
        count, what, has_more=not is_all, is_all=is_all, in_parts=feed.status.needs_another_pass
    )
