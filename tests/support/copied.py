"""Menus of copies as tests make them: of an event alone, with findings that the test gives."""

from datetime import UTC, datetime

from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantScope
from ivscope.export.cli_commands import CliOptions
from ivscope.export.clippings import Clipping, EventCopy, clippings_for_event
from ivscope.export.messages import About, Readings
from ivscope.export.telling import Looked, Told

NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)
READ = Readings(("61 events of this participant read, all",), NOW, ("request-1",))


def about(
    event: Event,
    scope: ParticipantScope,
    connection: CliOptions | None = None,
    *,
    user_id: str | None = None,
    findings: tuple[Told, ...] = (),
) -> About:
    """An event with what was found about it."""
    looked = Looked(scope, event, user_id, findings)
    return About(looked, connection or CliOptions(), READ)


def event_menu(
    event: Event,
    scope: ParticipantScope,
    connection: CliOptions | None = None,
    *,
    user_id: str | None = None,
    findings: tuple[Told, ...] = (),
) -> tuple[Clipping, ...]:
    """The menu of an event."""
    told = about(event, scope, connection, user_id=user_id, findings=findings)
    copied = EventCopy(told, "{}")
    return clippings_for_event(event, scope, told.connection, NOW, lambda: copied)


def texts_of(menu: tuple[Clipping, ...]) -> dict[str, str]:
    """The texts of a menu by their letters."""
    return {one.letter: one.made() for one in menu}
