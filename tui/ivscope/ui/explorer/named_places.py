"""The places that a typed or pasted text names, and what is said of the text."""

from dataclasses import dataclass, field, replace
from datetime import tzinfo

from ivscope.domain.events import is_error
from ivscope.domain.identifiers import Identifiers, read_identifiers
from ivscope.domain.stages import ParticipantFilter
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE, TokenClaims
from ivscope.render.safe import safe
from ivscope.render.timestamps import full
from ivscope.workspace.place import Place


@dataclass(frozen=True, slots=True)
class TypedPlace:
    """A row for the place that a typed or pasted text names, whether it is listed or not."""

    place: Place
    found: Identifiers = field(default_factory=Identifiers, compare=False)
    """What the text says of it, such as an event to go to."""


def typed_places(place: Place, text: str) -> list[Place]:
    """Return the places of `typed_rows`."""
    return [row.place for row in typed_rows(place, text)]


def typed_rows(place: Place, text: str) -> list[TypedPlace]:
    """Return the place that a typed or pasted text names; none, or several to choose from.

    What the text leaves out is taken from `place`: a session id alone means its stage, and a
    participant or user id its session. A stage ARN alone means the sessions of that stage. Several
    when the text does not say which one is meant.
    """
    found = read_identifiers(text)
    named = found.choices or (
        found,
        *(replace(found, participant_id=one, user_id=None) for one in found.also),
    )
    rows = (_typed_row(place, one) for one in named)
    return list({row.place: row for row in rows if row is not None}.values())


def _typed_row(place: Place, found: Identifiers) -> TypedPlace | None:
    stage_arn = found.stage_arn or place.stage_arn
    if stage_arn is None:
        return None
    is_elsewhere = found.stage_arn is not None and found.stage_arn != place.stage_arn
    session_id = found.session_id
    if (found.participant_id or found.user_id) and not is_elsewhere:
        session_id = session_id or place.session_id
    if session_id is None:
        return TypedPlace(Place(stage_arn), found) if found.stage_arn else None
    narrowed = None
    if found.user_id and not found.participant_id:
        narrowed = ParticipantFilter("filterByUserId", found.user_id)
    return TypedPlace(Place(stage_arn, session_id, found.participant_id, narrowed), found)


_ALLOWED = {PUBLISH: "publish", SUBSCRIBE: "subscribe"}


def token_words(token: TokenClaims, zone: tzinfo) -> str:
    """Say whose a participant token is, what it allows and when it ends, in our reading."""
    user = f"user {safe(token.user_id)}, " if token.user_id else ""
    allowed = "not told what it allows"
    if token.allows is not None:
        allowed = f"may {' and '.join(_ALLOWED[one] for one in token.allows) or 'do nothing'}"
    ends = f"ends {full(token.ends, zone)}" if token.ends is not None else "no end told"
    # The participant last: it stands in the header too, and a narrow line is cut.
    whose = f"participant {safe(token.participant_id)}"
    return f"token, our reading, signature not checked: {user}{allowed}, {ends}, {whose}"


def from_text(found: Identifiers, zone: tzinfo) -> str:
    """Say what was taken from a text: "from the text: 20:48:05 …, participant …, session …"."""
    if found.token is not None:
        return token_words(found.token, zone)
    stage = found.stage_arn and found.stage_arn.rpartition("/")[2]
    user = found.user_id and (
        f"({found.user_id})" if found.participant_id else f"user {found.user_id}"
    )
    person = " ".join(filter(None, (found.participant_id, user)))
    what = filter(None, (found.event_name, found.error_code))
    at = full(found.time, zone) if found.time is not None else ""
    # The event first: the place stands in the header too, and a narrow line is cut.
    parts = (
        " ".join(filter(None, (at, *what))),
        person and (f"participant {person}" if found.participant_id else person),
        found.session_id and f"session {found.session_id}",
        stage and f"stage {stage}",
    )
    text = "from the text: " + ", ".join(safe(part) for part in parts if part)
    if found.events > 1:
        is_failure = is_error(found.event_name, found.error_code)
        text += f" (the first {'error' if is_failure else 'one'} of {found.events:,} events)"
    return text
