"""Keeps the places visited last, and the marked events, from one run to the next.

Ids, times, event names and error codes only: no user id, no attribute, no token. What a file says
is checked before anything is made of it, since another program could have written it.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple, TypeVar

from ivscope.settings.files import alone_in, make_private_folder, read_whole, save_private

FILE_NAME: Final = "places.json"
"""In the state folder."""

MOST_PLACES: Final = 20
"""Places kept; the one visited longest ago goes first."""

MOST_MARKS: Final = 500
"""Marks kept, of all sessions together; the oldest goes first."""

_LONGEST = 300
"""Characters of a text: an ARN has a hundred. Longer ones are nothing of ours."""

_MOST_BYTES = 1_000_000
"""Bytes of the file: far more than all that is kept."""

_MOST_QUESTIONS = 100
"""More than any guide asks."""

_VERSION = 1


class KeptPlace(NamedTuple):
    """A place that was visited."""

    origin: str
    """What it was read from: a profile, a demo world, a recording."""
    stage_arn: str
    session_id: str
    participant_id: str = ""
    """Empty for the participants of the session, or the events of everybody."""
    everybody: bool = False
    """Whether the events of everybody are meant."""


class KeptMark(NamedTuple):
    """A marked event. Events have no id: what it says is how it is found again.

    Where it was read does not matter: a recording of a session has the same events.
    """

    stage_arn: str
    session_id: str
    participant_id: str
    time_us: int
    """Microseconds since 1970. An event without a readable time is not kept."""
    name: str = ""
    error_code: str = ""
    remote_participant_id: str = ""


class KeptPlaces:
    """Places and marks: those of earlier runs, and those of this one.

    For one thread, but `save`, which another one may call: it blocks for the disk.
    """

    def __init__(self, path: Path | None) -> None:
        """Read what is kept.

        Args:
            path: The file; None to keep nothing for the next run.
        """
        self._path = path
        # Lists and sets are replaced and never changed, so that `save` can take them at any time.
        self._places, self._marks = ([], []) if path is None else load(path)
        self.guided = 0 if path is None else load_guided(path)
        """Questions of the guided demo that were answered or skipped."""
        self._gone: frozenset[KeptMark] = frozenset()
        """Marks that this run took away."""
        self._saving = Lock()

    @property
    def is_saved(self) -> bool:
        """Whether there is a file that `save` writes."""
        return self._path is not None

    def visit(self, place: KeptPlace) -> None:
        """Note that a place was visited."""
        self._places = _latest(self._places, place)[-MOST_PLACES:]

    def recent(self, origin: str) -> list[KeptPlace]:
        """Return the places visited at an origin, the latest first."""
        return [place for place in reversed(self._places) if place.origin == origin]

    def marks(self, stage_arn: str, session_id: str) -> set[KeptMark]:
        """Return the marks in a session."""
        where = (stage_arn, session_id)
        return {one for one in self._marks if (one.stage_arn, one.session_id) == where}

    def mark(self, mark: KeptMark, *, is_on: bool) -> None:
        """Keep a mark, or take it away."""
        others = [one for one in self._marks if one != mark]
        if is_on:
            self._gone -= {mark}
            self._marks = [*others, mark][-MOST_MARKS:]
        else:
            self._gone |= {mark}
            self._marks = others

    def save(self) -> str:
        """Write all of it, with what another ivscope has written meanwhile.

        Blocks for the disk, and for up to a second for the other one. For any thread.

        Returns:
            Why it will not last; empty when it will, and without a file.
        """
        path = self._path
        if path is None:
            return ""
        try:
            make_private_folder(path.parent)
            with self._saving, alone_in(path.parent):
                gone, own_places, own_marks = self._gone, self._places, self._marks
                places, marks = load(path)
                for place in own_places:
                    places = _latest(places, place)
                mine = gone.union(own_marks)
                marks = [one for one in marks if one not in mine] + own_marks
                kept = places[-MOST_PLACES:], marks[-MOST_MARKS:]
                content = _written(*kept, self.guided)
                save_private(path, (content,))
        except OSError as error:
            return error.strerror or type(error).__name__
        return ""


def load(path: Path) -> tuple[list[KeptPlace], list[KeptMark]]:
    """Read places and marks, oldest first; nothing of what is not as we write it."""
    try:
        kept = json.loads(read_whole(path, _MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return [], []
    if not isinstance(kept, dict) or kept.get("version") != _VERSION:
        return [], []
    places = _read(KeptPlace, kept.get("places"))[-MOST_PLACES:]
    return places, _read(KeptMark, kept.get("marks"))[-MOST_MARKS:]


def load_guided(path: Path) -> int:
    """Read how many questions of the guided demo were answered or skipped."""
    try:
        kept = json.loads(read_whole(path, _MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return 0
    guided = kept.get("guided") if isinstance(kept, dict) else None
    return guided if type(guided) is int and 0 <= guided <= _MOST_QUESTIONS else 0


_Kept = TypeVar("_Kept", KeptPlace, KeptMark)


def _read(kind: type[_Kept], rows: object) -> list[_Kept]:
    """Make values of the rows that have the right members, each once."""
    members: Mapping[str, Any] = kind.__annotations__
    made = {
        kind(**row): None
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, dict)
        and row.keys() == members.keys()
        and all(_is_sound(value, members[name]) for name, value in row.items())
    }
    return list(made)


def _is_sound(value: object, kind: object) -> bool:
    if kind is str:
        return isinstance(value, str) and len(value) <= _LONGEST and value.isprintable()
    return type(value) is kind  # a JSON true is no number


def _latest(places: Iterable[KeptPlace], place: KeptPlace) -> list[KeptPlace]:
    return [*(one for one in places if one != place), place]


def _written(places: Iterable[KeptPlace], marks: Iterable[KeptMark], guided: int) -> bytes:
    rows = {"places": [one._asdict() for one in places], "marks": [one._asdict() for one in marks]}
    return json.dumps({"version": _VERSION, **rows, "guided": guided}).encode()
