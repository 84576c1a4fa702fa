"""The explorer: from the arguments of `ivscope` and `ivscope open` to the screen.

Long because it parses the arguments of both and checks them, before anything is loaded.
"""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivscope.cli.command_line import (
    FAILED,
    USAGE,
    CommandError,
    Parser,
    VersionAction,
    add_connection,
    add_redact,
    check_connection,
    fail,
    help_end,
    say,
    warn,
)

if TYPE_CHECKING:
    from textual.driver import Driver

    from ivscope.analysis.notices import Notices
    from ivscope.cli.connections import Origin
    from ivscope.provider.fetch.connection import HeadStart
    from ivscope.settings.configuration import Configuration
    from ivscope.sources.call_log import CallLog
    from ivscope.sources.recording import Recording
    from ivscope.ui.app import IvscopeApp
    from ivscope.workspace.launch import Accounts
    from ivscope.workspace.place import Place


def run(words: Sequence[str]) -> int:
    """Open the explorer on AWS or a demo world; the exit code."""
    return _explore(_explorer_parser().parse_args(words))


def run_open(words: Sequence[str]) -> int:
    """Open the explorer on a recording; the exit code."""
    return _explore(_recording_parser().parse_args(words))


def check_words(words: Sequence[str]) -> None:
    """End with what is wrong with the words of `ivscope`, or of `ivscope open`, if anything is.

    A page has no place to say it: it would stay empty.

    Raises:
        CommandError: They contradict each other, name a file that cannot be used, or stdin.
        SystemExit: They are no arguments of it.
    """
    from ivscope.cli.connections import take_text  # noqa: PLC0415 - keeps --help quick
    from ivscope.domain.failures import UnusableFileError  # noqa: PLC0415 - same

    options = _options_of_page(words)
    try:
        take_text(options)
        complaint = _bad_arguments(options)
        if complaint is None and (options.recording or options.record):
            opened = _origin(options).recording
            if opened is not None:
                opened.close()
    except UnusableFileError as refused:
        complaint = str(refused)
    if complaint is not None:
        raise CommandError(complaint)


def show_page(words: Sequence[str]) -> int:
    """Run the explorer as a page of `ivscope serve`, by the same words; the exit code."""
    return _explore(_options_of_page(words), is_page=True)


def _options_of_page(words: Sequence[str]) -> argparse.Namespace:
    if words[:1] == ["open"]:
        options = _recording_parser().parse_args(words[1:])
    else:
        options = _explorer_parser().parse_args(words)
    if "-" in {options.stage, options.recording}:
        raise CommandError("a page cannot read stdin: name a file instead of -")
    if options.check_config:
        raise CommandError("a page shows the explorer alone: ivscope --check-config, without serve")
    return options


def _explorer_parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="ivscope",
        description="Explore Amazon IVS Real-Time stage sessions in the terminal. Read-only.",
        epilog=help_end(
            "Commands that print without a screen, each with its own --help: ivscope stages, "
            "sessions, participants, events, errors, summary, why, report, record, explain, "
            "doctor. ivscope open opens a recording without AWS, ivscope endpoint serves a demo "
            "world or a case file, and ivscope serve shows the explorer in a browser."
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_place(parser)
    add_connection(parser)
    parser.add_argument(
        "--guide", action="store_true", help="with --demo: ask ten questions that teach the keys"
    )
    parser.add_argument("--check-config", action="store_true", help="check config.toml and exit")
    parser.add_argument(
        "--record",
        metavar="FILE",
        help="save everything read in this file; go on if it exists",
    )
    parser.add_argument("--version", action=VersionAction, help="print versions and exit")
    parser.set_defaults(recording=None)
    return parser


def _recording_parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="ivscope open",
        description="Explore a file without AWS: what ivscope --record has saved, EventBridge "
        "events, JSON answers of the AWS CLI, or events that W has saved.",
        ids=("stage", "session", "participant"),
    )
    parser.add_argument("recording", metavar="FILE", help="the file")
    _add_place(parser)
    parser.set_defaults(
        demo=False,
        guide=False,
        check_config=False,
        profile=None,
        region=None,
        endpoint_url=None,
        record=None,
        world=None,
        debug=None,
    )
    return parser


_STAGE_HELP = "open this stage; or any text that names one, such as an alert, - to read it from "
_STAGE_HELP += "stdin, or a file that holds it"


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("stage", nargs="?", metavar="STAGE_ARN", help=_STAGE_HELP)
    parser.add_argument("session", nargs="?", metavar="SESSION", help="and this session")
    parser.add_argument("participant", nargs="?", metavar="PARTICIPANT", help="and its events")
    parser.add_argument(
        "--at",
        metavar="TIME",
        help="go to this time in the events, as : does: 20:36, yesterday 20:36, -1h30m",
    )
    parser.add_argument(
        "--filter", metavar="TEXT", help="filter the events, as & does: after:20:36, code:QUOTA"
    )
    add_redact(parser)
    parser.add_argument(
        "--mouse", action="store_true", help="use the mouse in ivscope instead of the terminal"
    )


def _check_config() -> int:
    from ivscope.settings.configuration import configuration_path, load  # noqa: PLC0415 - keeps --help quick

    _, complaints = load(os.environ)
    for complaint in complaints:
        say(complaint)
    if complaints:
        return USAGE
    path = configuration_path(os.environ)
    if path is None:
        say("config ok: defaults; without HOME or XDG_CONFIG_HOME no file is looked for")
    else:
        say(f"config ok: {path}" if path.exists() else f"config ok: defaults, no file at {path}")
    return 0


def _explore(options: argparse.Namespace, *, is_page: bool = False) -> int:
    if options.check_config:
        return _check_config()
    given = options.stage
    complaint = _refused(options, is_page=is_page)
    if complaint is not None:
        return fail(complaint)
    anew: list[str] = []
    code = _run_explorer(options, given, anew, is_page=is_page)
    if not anew:
        return code
    return run_open(anew[1:]) if anew[0] == "open" else run(anew)


def _refused(options: argparse.Namespace, *, is_page: bool) -> str | None:
    """Say why the explorer cannot run with these arguments, or here; reads files that they name."""
    from ivscope.cli.connections import take_text  # noqa: PLC0415 - keeps --help quick
    from ivscope.domain.failures import UnusableFileError  # noqa: PLC0415 - same
    from ivscope.terminal.settings import refusal  # noqa: PLC0415 - same

    try:
        take_text(options)
    except UnusableFileError as refused:
        return str(refused)
    streams = (sys.stdin, sys.stdout)  # none where one was closed
    is_terminal = all(stream and stream.isatty() for stream in streams)
    unfit = None if is_page else refusal(os.environ, is_terminal=is_terminal)
    return _bad_arguments(options) or unfit


def _run_explorer(
    options: argparse.Namespace, given: str | None, anew: list[str], *, is_page: bool
) -> int:
    """Run the explorer until it is left; the exit code.

    Args:
        options: Arguments, checked.
        given: The text or file that was given in the place of a stage.
        anew: Gets the words with which ivscope is to begin anew; none if it is not.
        is_page: Whether it is a page in a browser.
    """
    from ivscope.domain.failures import UnusableFileError  # noqa: PLC0415 - keeps --help quick
    from ivscope.settings.configuration import AUTO_THEME, load  # noqa: PLC0415 - keeps --help quick
    from ivscope.settings.files import close_to_others, state_folder  # noqa: PLC0415 - same
    from ivscope.settings.kept_places import FILE_NAME as PLACES  # noqa: PLC0415 - same
    from ivscope.settings.prompt_history import FILE_NAME, without_secrets  # noqa: PLC0415 - same
    from ivscope.terminal.settings import theme_of_ground  # noqa: PLC0415 - same

    close_to_others(state_folder(os.environ))
    configuration, complaints = load(os.environ)
    if options.redact is None:
        options.redact = configuration.redact
    theme = os.environ.get("TEXTUAL_THEME", configuration.theme)
    toolkit = _prepare_environment(is_page=is_page)
    try:
        origin = _origin(options)
        if options.redact:
            origin = origin.redacted()
    except UnusableFileError as refused:
        return fail(str(refused))
    head_start = None if is_page else _head_start(options, origin)
    # What loads now stays as long as the program: looking through it for garbage, again and again,
    # would take a tenth of the start. The app turns it on when the explorer is there.
    gc.disable()
    from ivscope.ui.app import IvscopeApp  # noqa: PLC0415 - Textual reads the settings when imported
    from ivscope.ui.driver import QuickDriver  # noqa: PLC0415 - same
    from ivscope.workspace.launch import Launch, RecordingStatus  # noqa: PLC0415 - same

    def start() -> "Place":
        from ivscope.workspace.place import Place  # noqa: PLC0415 - behind the first frame

        # Errors are what a file of several participants is opened for.
        is_whole = options.session is not None and not options.participant
        everybody = origin.opened is not None and origin.has_events and is_whole
        return Place(options.stage, options.session, options.participant, everybody=everybody)

    recording = origin.recording if origin.connect is not None else None

    def recorded() -> RecordingStatus:
        assert recording is not None  # noqa: S101 - only asked where there is one
        also = ", another ivscope too" if recording.has_other_writer else ""
        return RecordingStatus(f"{recording.path.name}{also}", recording.lost, recording.failure)

    def begin_anew(words: Sequence[str]) -> str:
        try:
            check_words(words)
        except CommandError as why:
            return str(why)
        anew[:] = words
        return ""

    launch = Launch(
        label=origin.label,
        start=start,
        profile=options.profile,
        world=options.world if options.demo else None,
        is_redacted=options.redact,
        at=options.at,
        event=options.event,
        notices=_notices(origin, options, given),
        text=options.text,
        note=origin.note,
        filter=options.filter,
        recording=None if recording is None else recorded,
        kept=state_folder(os.environ) / PLACES if configuration.keep_places else None,
        origin=without_secrets(f"{origin.label} {options.endpoint_url or ''}".rstrip()),
        region=options.region,
        accounts=_accounts(options, origin),
        why_one_account=_why_one_account(options, recording),
        complaints=complaints,
        is_guided=options.guide,
        begin_anew=None if is_page else begin_anew,
    )
    app = IvscopeApp(
        origin.connect,
        launch,
        configuration,
        recorded=origin.recorded,
        file=origin.file,
        ahead=None if head_start is None else origin.shown(head_start.reading),
        clock=origin.clock,
        history=state_folder(os.environ) / FILE_NAME,
        driver_class=_page_driver() if is_page else QuickDriver,
    )
    _choose_signs(app, configuration, is_page=is_page)
    app.theme = theme_of_ground(os.environ) if theme == AUTO_THEME else theme
    app.run(mouse=options.mouse or configuration.mouse)
    if head_start is not None:
        head_start.close()
    for name in toolkit:
        del os.environ[name]
    return _after(app, recording, origin.call_log)


def _head_start(options: argparse.Namespace, origin: "Origin") -> "HeadStart | None":
    """Have another process make the first calls while this one loads the screen.

    None where that gains nothing, where the first calls are not known yet, and where this machine
    starts no more processes.
    """
    from ivscope.domain import calls  # noqa: PLC0415 - keeps --help quick
    from ivscope.domain.stages import ParticipantScope, SessionScope  # noqa: PLC0415 - same
    from ivscope.provider.fetch.connection import HeadStart  # noqa: PLC0415 - same

    first: tuple[calls.ListCall[Any] | calls.GetCall[Any], ...]
    stage, session, participant = options.stage, options.session, options.participant
    is_open = options.text or options.event
    if origin.connect_ahead is None or is_open or not HeadStart.is_of_use():
        return None
    if participant is not None:
        scope = ParticipantScope(stage, session, participant)
        first = (calls.events(scope), calls.participant(scope))
    elif session is not None:
        first = (calls.participants(SessionScope(stage, session)),)
    else:
        first = (calls.STAGES if stage is None else calls.sessions(stage),)
    with suppress(OSError):
        return HeadStart(origin.connect_ahead, first)
    return None


def _prepare_environment(*, is_page: bool) -> Collection[str]:
    """Leave Textual only those of its variables that are of use here, and set ours.

    Returns:
        The names of ours.
    """
    from ivscope.terminal.settings import (  # noqa: PLC0415 - as all of it
        NOT_FOR_IVSCOPE,
        PAGE_NEEDS,
        toolkit_settings,
    )

    unwanted = NOT_FOR_IVSCOPE - PAGE_NEEDS if is_page else NOT_FOR_IVSCOPE
    for name in unwanted & os.environ.keys():
        del os.environ[name]
    ours = toolkit_settings(os.environ)
    os.environ.update(ours)
    return ours.keys()


def _choose_signs(app: "IvscopeApp", configuration: "Configuration", *, is_page: bool) -> None:
    """Choose block elements or their twins, and whether links are drawn as such."""
    from ivscope.terminal.settings import draws_blocks, shows_links  # noqa: PLC0415 - as all of it
    from ivscope.ui.stylesheets import LINKS, PLAIN_SIGNS  # noqa: PLC0415 - same

    signs = configuration.glyphs
    if is_page and signs == "auto":
        signs = "unicode"  # whatever the locale of this machine, a browser draws it
    app.set_class(not draws_blocks(os.environ, signs, configuration.glyph_width), PLAIN_SIGNS)
    app.set_class(shows_links(os.environ), LINKS)


def _page_driver() -> "type[Driver]":
    """The driver that talks to textual-serve instead of a terminal."""
    from textual.drivers.web_driver import WebDriver  # noqa: PLC0415 - for a page only

    return WebDriver


def _notices(
    origin: "Origin", options: argparse.Namespace, given: str | None
) -> "Callable[[str], Notices | None]":
    """What EventBridge tells in the file that is read, or in the text that was given or pasted."""
    if origin.notices is not None:
        return told_in_all(origin.notices)
    if given is None or (options.event is None and options.text is None):
        return told_in_all(None)
    from ivscope.cli.connections import names_a_file  # noqa: PLC0415 - if there is a text

    source = Path(given).name if names_a_file(given) else _TEXT
    return told_in_all(notices_in(options.given_text or "", source))


_SHOWN = 80
"""Characters of a text that names nothing that are told again: enough to know it by."""

_TEXT = "the text"
"""What a text without a file is called."""


def told_in_all(known: "Notices | None") -> "Callable[[str], Notices | None]":
    """Return what takes one text after the other, and returns what EventBridge tells in all.

    Args:
        known: What it has told before; None for nothing.
    """

    def told(text: str) -> "Notices | None":
        nonlocal known
        more = notices_in(text, _TEXT)
        if more is not None:
            known = more if known is None else known.with_more(more)
        return known

    return told


def notices_in(text: str, source: str) -> "Notices | None":
    """What EventBridge tells in a text that was given; None where it tells nothing.

    None for a text that is longer than what is looked at for places, since its rest would be called
    missing.

    Args:
        text: The text.
        source: What to call it.
    """
    if "aws.ivs" not in text:
        return None
    from ivscope.cli.connections import LONGEST_STDIN, notices_of  # noqa: PLC0415 - if there is a text
    from ivscope.domain.failures import UnusableFileError  # noqa: PLC0415 - same
    from ivscope.sources.saved_file import rows_in_text  # noqa: PLC0415 - same

    if len(text) > LONGEST_STDIN:
        return None
    try:
        saved = rows_in_text(text, Path(source))
    except UnusableFileError:
        return None
    return notices_of(saved, source)


def _accounts(options: argparse.Namespace, origin: "Origin") -> "Accounts | None":
    """What `:profile` and `:region` lead to; None where only one account can be read."""
    is_service = origin.connect is not None and origin.recording is None
    if options.demo or not (is_service or origin.names_a_stage):
        return None
    from ivscope.cli.connections import known_profiles, to_aws  # noqa: PLC0415 - behind the checks
    from ivscope.knowledge.limits import REGIONS  # noqa: PLC0415 - same
    from ivscope.workspace.launch import Accounts, Connecting  # noqa: PLC0415 - same

    def connect(profile: str | None, region: str | None, stage_arn: str | None) -> Connecting:
        there = to_aws(profile, region, stage_arn, options.endpoint_url, log=origin.call_log)
        shown = there.redacted() if options.redact else there
        assert shown.connect is not None  # noqa: S101 - of AWS
        return Connecting(shown.connect, shown.label)

    return Accounts(known_profiles, REGIONS, connect)


def _why_one_account(options: argparse.Namespace, recording: "Recording | None") -> str:
    if options.demo:
        return "the demo has one account and one Region"
    if recording is None:
        return "this file names no stage: start ivscope without it to read AWS"
    return (
        f"{recording.path.name} records this account and Region: start again with --profile or "
        "--region and another file, or without --record"
    )


def _after(app: "IvscopeApp", recording: "Recording | None", log: "CallLog | None") -> int:
    """Say what became of files, and what failed, when the screen is gone; the exit code.

    Raises:
        Exception: The bug that ended the explorer.
    """
    for outcome in app.jobs.outcomes:
        warn(outcome.text)
    if recording is not None:
        recording.close()
        warn(recording.in_words)
    if log is not None and log.failure is not None:
        warn(f"--debug: lines are missing: {log.failure}")
    for bug in app.jobs.bugs:
        warn(bug.report)
    if app.crash is not None:
        raise app.crash
    is_whole = all(outcome.is_kept for outcome in app.jobs.outcomes) and not app.jobs.bugs
    is_whole = is_whole and (recording is None or not recording.lost)
    return app.return_code or (0 if is_whole else FAILED)


def _origin(options: argparse.Namespace) -> "Origin":
    """Where to read from, by the arguments.

    Raises:
        UnusableFileError: The file that they name cannot be used, or not with them.
    """
    from ivscope.cli import connections  # noqa: PLC0415 - behind the checks
    from ivscope.domain.failures import UnusableFileError  # noqa: PLC0415 - same

    if options.recording is not None:
        origin = connections.to_file(options.recording)
        if options.stage is None and origin.session is not None:
            options.stage = origin.session.stage_arn
            options.session = origin.session.session_id
            options.participant = origin.participant_id
        complaint = _bad_target(options)
        if complaint is not None:
            raise UnusableFileError(complaint)
        return origin
    return connections.to_service(options, options.stage, options.record)


def _bad_arguments(options: argparse.Namespace) -> str | None:
    """Say what is wrong with the arguments; leave those about a file to be checked with it."""
    complaint = _bad_ids(options)
    check_connection(options, options.stage)
    if options.guide and (options.world != "incident"):
        raise CommandError("--guide asks about the incident of the demo: ivscope --demo --guide")
    if complaint is None and options.recording is None:
        complaint = _bad_target(options)
    return complaint


def _bad_target(options: argparse.Namespace) -> str | None:
    """Say what is wrong with the time or the filter, which are of a participant's events."""
    for name in ("at", "filter"):
        if getattr(options, name) is not None and options.participant is None:
            return (
                f"--{name} is about the events of a participant: name STAGE_ARN SESSION PARTICIPANT"
            )
    return None


def _bad_ids(options: argparse.Namespace) -> str | None:
    options.event = options.text = None
    options.given_text = options.stage
    if options.stage is None:
        return None
    from ivscope.domain.identifiers import (  # noqa: PLC0415 - not needed without arguments
        is_participant_id,
        read_identifiers,
        region_of,
    )

    found = read_identifiers(options.stage)
    if options.session is None and found.session_id is not None:
        # One pasted text can name stage, session and participant.
        options.session, options.event = found.session_id, found
        options.participant = None if found.also else found.participant_id
    elif options.session is None and found.time is not None:
        options.event = found  # the session that was on then is meant
    if found.choices or found.also:
        options.event, options.text = None, options.stage
        if options.region is None and not options.demo:
            options.region = region_of(found.stage_arn or found.choices[0].stage_arn)
    if found.stage_arn is None and any(one.stage_arn for one in found.choices):
        options.stage = None
        return None
    if found.stage_arn is None:
        from ivscope.cli.main import COMMANDS  # noqa: PLC0415 - seldom

        if options.stage in COMMANDS:
            return f"options go behind the command: ivscope {options.stage} ..."
        named = f"{options.stage[:_SHOWN]}…" if len(options.stage) > _SHOWN else options.stage
        return (
            f"'{named}' is no file that is here, and holds no stage ARN "
            "(arn:aws:ivs:REGION:ACCOUNT:stage/ID); start without it to pick a stage"
        )
    options.stage = found.stage_arn
    if options.participant is not None and not is_participant_id(options.participant):
        return f"'{options.participant}' is not a participant id (letters, digits, - and _)"
    return None
