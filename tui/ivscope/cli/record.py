"""The command `ivscope record`: a whole session into a file, without a screen."""

from argparse import SUPPRESS
from collections.abc import Sequence
from pathlib import Path

from ivscope.cli.command_line import CommandError, warn
from ivscope.cli.progress import scan_words
from ivscope.cli.reading import DataCommand, add_place, command_parser
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.stages import SessionScope
from ivscope.export.records import RECORDINGS
from ivscope.sources.recording import Recording

_NOT_FROM_A_FILE = "a recording is read from the service, not from another file"


def run(words: Sequence[str]) -> int:
    """Record a session; the exit code."""
    parser = command_parser(
        "record",
        "Read a session whole and save every answer as it came: ivscope open shows the file with "
        "all keys, and every command that prints data reads it with --from FILE.",
        [RECORDINGS],
    )
    add_place(parser, 2)
    parser.tell("stage", "ARN or name of the stage")
    # Both are refused, with a sentence that says why.
    parser.tell("file", SUPPRESS)
    parser.tell("redact", SUPPRESS)
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help="the file")
    parser.add_argument(
        "--resume", action="store_true", help="go on with a file that is there already"
    )
    options = parser.parse_args(words)
    if options.file is not None:
        raise CommandError(_NOT_FROM_A_FILE)
    if options.redact:
        raise CommandError("a recording keeps answers as they came: use --redact when you open it")
    options.redact = False
    if Path(options.output).exists() and not Path(options.output).is_file():
        raise CommandError(f"{options.output} is not a regular file: name another one")
    if Path(options.output).exists() and not options.resume:
        raise CommandError(f"{options.output} is there already: --resume goes on with it")
    if options.output == "-":
        raise CommandError("a recording is a database, which stdout cannot take: name a file")
    is_new = not Path(options.output).exists()
    command = DataCommand("record", options, record=options.output)
    recording = command.origin.recording
    if options.file is not None or recording is None:  # a file in the place of the stage
        raise CommandError(_NOT_FROM_A_FILE)
    session = None
    try:
        session = command.session()
        return _record(command, recording, session, options.output)
    finally:
        # Until then most of it is in a second file beside it, which whoever copies it misses.
        recording.close()
        if session is None and is_new:
            # Nothing in it is wanted, and it would be in the way of the corrected command.
            recording.path.unlink(missing_ok=True)


def _record(command: DataCommand, recording: Recording, session: SessionScope, file: str) -> int:
    provider, reader = command.provider, command.reader
    scan = provider.scan(session)
    log = scan.log

    command.progress.watch(scan, "recording")
    is_interrupted = False
    try:
        reader.read(provider.stage(session.stage_arn))
        reader.read(provider.session(session))
        reader.read_list(provider.sessions(session.stage_arn))
        command.read_session(scan, "recording")
        command.read_clients(scan, "recording")
    except KeyboardInterrupt:
        is_interrupted = True
    if recording.failure is not None:
        command.failures["saving"] = _not_saved(recording.lost, recording.failure)
    command.print(
        [
            {
                "type": RECORDINGS.name,
                "file": file,
                "stageArn": session.stage_arn,
                "sessionId": session.session_id,
                "participantsRead": log.participants_read,
                "participantsListed": log.participants_known,
                "events": len(log.log),
                "answersLost": recording.lost,
            }
        ]
    )
    is_all = log.is_all_read and not recording.lost
    words = f"{scan_words(scan)} in {file}"
    if is_interrupted:
        warn(f"ivscope record --resume goes on with {file}")
        return command.interrupted(words)
    return command.end(words, is_complete=is_all)


def _not_saved(lost: int, failure: str) -> ProviderFailure:
    return ProviderFailure(
        FailureKind.CONFIGURATION,
        f"{lost:,} answers are missing: {failure}",
        "Make room, then run it again with --resume.",
        retryable=True,
    )
