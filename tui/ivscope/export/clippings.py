"""Clippings: the texts that copy and print offer for a row, in the order of the menu."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from ivscope.domain.events import Event
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import (
    Participant,
    ParticipantFilter,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    Stage,
    StageSession,
    StageSummary,
)
from ivscope.domain.token_comparison import (
    Change,
    Presence,
    TokenComparison,
    TokenField,
    TokenRow,
    TokenSide,
    compare_tokens,
)
from ivscope.export.cli_commands import (
    CliOptions,
    ivscope_command,
    list_events_command,
    list_participants_command,
    list_sessions_command,
    list_stages_command,
)
from ivscope.export.messages import (
    About,
    card_of,
    console_path,
    event_command,
    event_message,
    metrics_around,
    support_case,
)
from ivscope.export.telling import Looked, code, fence, finding_items
from ivscope.knowledge.explanation import Explanation
from ivscope.render.event_json import iso_time, raw_json
from ivscope.render.facts_lines import participant_lines, session_lines, stage_lines
from ivscope.render.fields import value_span
from ivscope.render.lines import Line, Span, plain
from ivscope.render.safe import safe, safe_lines
from ivscope.render.timestamps import full
from ivscope.render.token_lines import only_one_side, token_verdict

_SIGNATURE = "ivscope"


def event_markdown(about: About) -> str:
    """Write the event as Markdown: what was found, its ids and its explanation; times in UTC."""
    looked, scope = about.looked, about.looked.scope
    event = looked.event
    items = [("Participant", _whose(looked))]
    if event.remote_participant_id is not None:
        label = "Publisher" if event.is_subscribe else "Remote participant"
        remote = code(event.remote_participant_id)
        is_named = about.remote not in {None, event.remote_participant_id}
        items.append((label, f"{remote} user id {code(about.remote)}" if is_named else remote))
    items += [("Session", code(scope.session_id)), ("Stage", code(scope.stage_arn))]
    if event.destination_stage_arn is not None:
        items.append(("To stage", code(event.destination_stage_arn)))
    if event.destination_session_id is not None:
        items.append(("To session", code(event.destination_session_id)))
    if event.replica:
        items.append(("Replica", "the publisher is one" if event.is_subscribe else "yes"))
    if has_tokens(event):
        items.append(("Token", code(token_verdict(_comparison(event)))))
    items += _explained(card_of(event), has_next_step=looked.has_next_step)
    items.append(("Read", "; ".join(about.readings.said)))
    lines = [
        _headline(event),
        *finding_items("- ", looked.findings, event.time),
        *(f"- {label}: {text}" for label, text in items),
        "",  # else Markdown goes on with the last item
        _SIGNATURE,
    ]
    return "\n".join(lines)


def _whose(looked: Looked) -> str:
    own, event = looked.scope.participant_id, looked.event
    who = code(event.participant_id if event.participant_id is not None else own)
    return who if looked.user_id is None else f"{who} user id {code(looked.user_id)}"


def has_tokens(event: Event) -> bool:
    """Whether an event has a token to compare."""
    return event.previous_token is not None or event.new_token is not None


def token_markdown(looked: Looked) -> str:
    """Write the token comparison as a fenced diff: verdict, then `-` before and `+` after.

    Unchanged values are indented by two spaces. Who and where stands above it.
    """
    event, scope = looked.event, looked.scope
    comparison = _comparison(event)
    lines = [value_span(token_verdict(comparison)).text]
    for row in comparison.rows:
        lines += _diff(row, comparison)
    where = f"Session {code(scope.session_id)}, stage {code(scope.stage_arn)}"
    when = f"Token exchange of {_whose(looked)} at {code(full(event.time, UTC))}"
    return f"{when}\n{where}\n{fence(lines)}"


def _comparison(event: Event) -> TokenComparison:
    return compare_tokens(event.previous_token, event.new_token, event.time)


def _headline(event: Event) -> str:
    parts = ["(no name)" if event.name is None else code(event.name)]
    if event.error_code:
        parts.append(code(event.error_code))
    elif event.is_error:
        parts.append("no error code")
    return f"{' '.join(parts)} at {code(full(event.time, UTC))}"


def _explained(card: Explanation, *, has_next_step: bool) -> Iterator[tuple[str, str]]:
    """Yield what a card says, without its general advice where a finding says what to do."""
    yield "Means", card.said
    for limit in card.limits:
        yield "Limit", limit.text
    for cause in card.causes:
        named = " (AWS names it)" if cause.is_documented else ""
        yield "Can be", f"{cause.text}{named}"
    if not has_next_step:
        yield "Do next", card.next_check
    yield "Page", card.page


def _diff(row: TokenRow, comparison: TokenComparison) -> Iterator[str]:
    is_whole = comparison.has_previous and comparison.has_new
    if row.change is Change.SAME or not is_whole:
        side = row.after if comparison.has_new else row.before
        yield f"  {_told(row, side)}"
        return
    if row.change is Change.UNKNOWN:
        side = row.before if row.after.value is None else row.after
        is_bare = side.value is None or row.field is TokenField.CAPABILITIES
        said = only_one_side(row)
        yield f"? {_label(row)}: {said}" if is_bare else f"? {_told(row, side)} ({said})"
        return
    for mark, side in (("-", row.before), ("+", row.after)):
        if side.presence is not Presence.ABSENT:
            yield f"{mark} {_told(row, side)}"


def _label(row: TokenRow) -> str:
    names = {TokenField.CAPABILITIES: "capability", TokenField.ATTRIBUTES: "attribute"}
    return str(row.field) if row.key is None else f"{names[row.field]} {value_span(row.key).text}"


def _told(row: TokenRow, side: TokenSide) -> str:
    label = _label(row)
    if row.field is TokenField.CAPABILITIES and row.key is not None:
        return label
    if side.value is None:
        return f"{label}: {side.presence}"
    value = value_span(side.value).text if isinstance(side.value, str) else full(side.value, UTC)
    return f"{label}: {value}"


_FACT_CELLS = 4_096
"""Cells of copied facts: so many that nothing wraps and ids stay in one piece."""


@frozen
class Clipping:
    """One text to copy or print."""

    letter: str
    """The key after y or p."""
    title: str
    """What it is, in a few words for the menu."""
    text: str = ""
    """Safe in a terminal and in a shell; lines end with a line feed, the last has none."""
    later: Callable[[], str] | None = None
    """Makes the text instead, in a thread: of a big session it takes seconds."""

    def made(self) -> str:
        """Return the text; makes it if need be."""
        return self.text if self.later is None else self.later()


@frozen
class EventCopy:
    """What is told of an event, in two forms."""

    about: About
    findings: str
    """The event and what was found about it as JSON."""


def clippings_for_event(
    event: Event,
    scope: ParticipantScope,
    connection: CliOptions,
    now: datetime,
    look: Callable[[], EventCopy],
) -> tuple[Clipping, ...]:
    """Make the menu of an event.

    Args:
        event: The event under the cursor.
        scope: The participant whose events are listed.
        connection: How the data on screen was read.
        now: The present, UTC.
        look: Looks for findings. May take its time, and runs in a thread.

    Returns:
        Letters y, j, e, s, m, i, c, l, o, d, r, u, t; d only with a token, m and t with a time.
    """
    participant_id = event.participant_id or scope.participant_id
    at = iso_time(event.time)
    card = card_of(event)
    menu = [
        Clipping("y", "message", later=lambda: event_message(look().about)),
        Clipping("j", "findings as JSON", later=lambda: look().findings),
        Clipping("e", "explanation", later=lambda: event_markdown(look().about)),
        Clipping("s", "support case", later=lambda: support_case(look().about)),
        *metrics_clipping(metrics_around(scope, event.time, None, now, connection)),
        Clipping("i", "participant id", safe(participant_id)),
        Clipping("c", "AWS CLI command", list_events_command(scope, connection)),
        Clipping("l", "ivscope command", event_command(scope, event, connection)),
        Clipping("o", "way in the AWS console", console_path(scope)),
    ]
    if has_tokens(event):
        compare = Clipping(
            "d", "token comparison", later=lambda: token_markdown(look().about.looked)
        )
        menu.append(compare)
    menu += [
        Clipping("r", "event JSON", raw_json(event)),
        Clipping("u", "address of the AWS page", safe(card.page)),
    ]
    return (*menu, *_time("time", at))


def metrics_clipping(command: str | None) -> Iterator[Clipping]:
    """Offer a command for metrics, if there is one."""
    if command is not None:
        yield Clipping("m", "metrics command", command)


def clippings_for_stage(
    stage: Stage | StageSummary, connection: CliOptions
) -> tuple[Clipping, ...]:
    """Make the menu of a stage in the stage picker: y, i, e, c, l."""
    lines = stage_lines(stage, _FACT_CELLS)
    link, raw = ivscope_command((stage.arn,), connection), list_stages_command(connection)
    return (
        Clipping("y", "message", _row_message(lines, link, raw)),
        Clipping("i", "stage ARN", safe(stage.arn)),
        Clipping("e", "facts", _facts(lines)),
        Clipping("c", "AWS CLI command", raw),
        Clipping("l", "ivscope command", link),
    )


def clippings_for_session(
    session: StageSession, stage_arn: str, now: datetime, connection: CliOptions
) -> tuple[Clipping, ...]:
    """Make the menu of a session in the session picker: y, i, e, m, c, l, o, t (its start)."""
    facts = session_lines(session, _FACT_CELLS, UTC)
    link = ivscope_command((stage_arn, session.session_id), connection)
    raw = list_sessions_command(stage_arn, connection)
    scope = SessionScope(stage_arn, session.session_id)
    stage = (*facts, (Span(f"Stage       {safe(stage_arn)}"),))
    return (
        Clipping("y", "message", _row_message(stage, link, raw)),
        Clipping("i", "session id", safe(session.session_id)),
        Clipping("e", "facts", _facts(facts)),
        *metrics_clipping(metrics_around(scope, None, session, now, connection)),
        Clipping("c", "AWS CLI command", raw),
        Clipping("l", "ivscope command", link),
        Clipping("o", "way in the AWS console", console_path(scope)),
        *_time("start time", iso_time(session.start_time)),
    )


def clippings_for_participant(
    participant: Participant | ParticipantSummary,
    session: SessionScope,
    narrowed: ParticipantFilter | None,
    now: datetime,
    connection: CliOptions,
) -> tuple[Clipping, ...]:
    """Make the menu of a participant in the participant picker: y, i, e, m, c, l, o, t.

    The time is that of the first join.

    Args:
        participant: The row under the cursor.
        session: The session whose participants are listed.
        narrowed: The filter that the service applies to the list. None without one.
        now: The present, UTC.
        connection: How the data on screen was read.
    """
    summary = participant.summary if isinstance(participant, Participant) else participant
    places = (session.stage_arn, session.session_id, summary.participant_id)
    command = list_participants_command(session, narrowed, connection)
    lines, link = (
        participant_lines(participant, _FACT_CELLS, UTC),
        ivscope_command(places, connection),
    )
    scope = ParticipantScope(*places)
    below = (
        (Span(f"Session     {safe(session.session_id)}"),),
        (Span(f"Stage       {safe(session.stage_arn)}"),),
    )
    return (
        Clipping("y", "message", _row_message((*lines, *below), link, command)),
        Clipping("i", "participant id", safe(summary.participant_id)),
        Clipping("e", "facts", _facts(lines)),
        *metrics_clipping(metrics_around(scope, summary.first_join_time, None, now, connection)),
        Clipping("c", "AWS CLI command", command),
        Clipping("l", "ivscope command", link),
        Clipping("o", "way in the AWS console", console_path(scope)),
        *_time("first join time", iso_time(summary.first_join_time)),
    )


def clippings_for_ids(
    places: tuple[str | None, ...],
    connection: CliOptions,
    now: datetime,
    moment: datetime | None = None,
) -> tuple[Clipping, ...]:
    """Make the menu of a session or a participant by its ids alone: y, i, m, c, l, o, t.

    Args:
        places: ARN of the stage, id of the session, id of the participant; None for all of them.
        connection: How the data on screen was read.
        now: The present, UTC.
        moment: A time in it, for metrics around it. None without one.
    """
    stage_arn, session_id, participant_id = (one or "" for one in places)
    session = SessionScope(stage_arn, session_id)
    at = iso_time(moment)
    scope: ParticipantScope | SessionScope = session
    if participant_id:
        scope = ParticipantScope(stage_arn, session_id, participant_id)
        command = list_events_command(scope, connection)
    else:
        command = list_participants_command(session, None, connection)
    known = tuple(one for one in places if one)
    link = ivscope_command(known, connection, at=at)
    named = zip(("Stage", "Session", "Participant"), places, strict=False)
    lines = [(Span(f"{label}: {safe(one)}"),) for label, one in named if one]
    return (
        Clipping("y", "message", _row_message(reversed(lines), link, command)),
        Clipping("i", f"{'participant' if participant_id else 'session'} id", safe(known[-1])),
        *metrics_clipping(metrics_around(scope, moment, None, now, connection)),
        Clipping("c", "AWS CLI command", command),
        Clipping("l", "ivscope command", link),
        Clipping("o", "way in the AWS console", console_path(scope)),
        *_time("time", at),
    )


def _row_message(lines: Iterable[Line], link: str, raw: str) -> str:
    """Write facts of a row, and the commands that show it, as plain text."""
    note, command = raw.split("\n")
    return safe_lines("\n".join([*map(plain, lines), f"Open: {link}", f"Raw: {command}  {note}"]))


def _facts(lines: list[Line]) -> str:
    return fence(map(plain, lines))


def _time(title: str, text: str | None) -> Iterator[Clipping]:
    if text is not None:
        yield Clipping("t", title, text)
