"""Bytes of the ten most frequent actions, compared with `less` and `lnav` where they have them."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.programs import DEMO, SESSION, STAGE
from benchmarks.pty_session import PtySession
from benchmarks.result import Result, amount

_SIZES = ((80, 24), (120, 40))
_IDLE_SECONDS = 5.0
_LINES = 300
_FIRST = datetime(2026, 11, 23, 20, tzinfo=UTC)

_TEXT = "quota"

_Keys = tuple[str, ...]

_OURS: dict[str, _Keys] = {
    "j": ("j", "j", "j"),
    "k": ("k", "k", "k"),
    "page down": ("pagedown", "pagedown"),
    "e": ("home", "e", "e"),
    f"/{_TEXT} Enter": ("home", "/", *_TEXT, "enter"),
    "n": ("n", "n"),
    "!": ("esc", "!", "!"),
    "Enter on a link": ("home", "j", "j", "enter"),
    "Esc back": ("esc",),
    "t": ("t", "t"),
    "]": ("]",),
}
"""Keys of each action, in this order in one session."""

_COUNTED = {"e": 2, "!": 2, "Enter on a link": 1, f"/{_TEXT} Enter": len(_TEXT) + 2}
"""How many of the last keys make up the action, where it is not all of them."""

_WHOLE = {f"/{_TEXT} Enter"}
"""Actions whose keys are summed up; for others the mean of a key is reported."""

_LESS: dict[str, _Keys] = {
    "j": ("j", "j", "j"),
    "k": ("k", "k", "k"),
    "page down": (" ", " "),
    f"/{_TEXT} Enter": ("g", "/", *_TEXT, "enter"),
    "n": ("n", "n"),
}
_LNAV: dict[str, _Keys] = {
    "j": ("j", "j", "j"),
    "k": ("k", "k", "k"),
    "page down": (" ", " "),
    "e": ("g", "e", "e"),
    f"/{_TEXT} Enter": ("g", "/", *_TEXT, "enter"),
    "n": ("n", "n"),
}


def key_bytes() -> Iterator[Result]:
    """Measure each action in terminals of 80x24 and 120x40, then five seconds of rest."""
    for columns, rows in _SIZES:
        size = f"{columns}x{rows}"
        with PtySession((*DEMO, STAGE, SESSION), columns=columns, rows=rows) as session:
            session.until("40 participants")
            # From the picker, so that the participants beside this one are known to ].
            for key in ("/", *"priya-guest", "enter"):
                session.press(key)
            session.until("61 events")
            session.settle(1.5)
            ours = _measure(session, _OURS)
            session.settle(1.5)
            idle = session.idle(_IDLE_SECONDS).size
        others = {
            name: _other(command, keys, columns, rows)
            for name, command, keys in (
                ("less", ("less", "-S"), _LESS),
                ("lnav", ("lnav", "-N"), _LNAV),
            )
        }
        for action, size_of in ours.items():
            beside = [
                f"{name} {amount(sizes[action], 'B')}"
                for name, sizes in others.items()
                if action in sizes
            ]
            less = others["less"].get(action)
            yield Result(
                f"bytes of {action}, {size}",
                amount(size_of, "B"),
                ", ".join(beside),
                size_of / less if less else None,
            )
        yield Result(
            f"bytes in {_IDLE_SECONDS:g} s of rest after them, {size}",
            amount(idle, "B"),
            ", ".join(f"{name} {amount(s['rest'], 'B')}" for name, s in others.items() if s),
            bar="0 B",
            is_ok=idle == 0,
        )


def _measure(session: PtySession, actions: dict[str, _Keys]) -> dict[str, float]:
    sizes: dict[str, float] = {}
    for action, keys in actions.items():
        taken = [_press(session, key) for key in keys][-_COUNTED.get(action, len(keys)) :]
        sizes[action] = sum(taken) if action in _WHOLE else sum(taken) / len(taken)
    return sizes


def _press(session: PtySession, key: str) -> int:
    return session.press(key, quiet=0.3, seconds=1.5).size


def _other(
    command: Sequence[str], actions: dict[str, _Keys], columns: int, rows: int
) -> dict[str, float]:
    """Return bytes of another program's keys and rest; empty when it is not installed."""
    if shutil.which(command[0]) is None:
        return {}
    # lnav still writes there when its terminal has gone.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder, "events.log")
        path.write_text("".join(map(_line, range(_LINES))))
        home = {"HOME": folder, "XDG_CONFIG_HOME": folder}
        words = (*command, str(path))
        with PtySession(words, columns=columns, rows=rows, environment=home) as session:
            session.settle(1.5)
            session.press("g")
            sizes = _measure(session, actions)
            session.settle(1.0, seconds=3)
            sizes["rest"] = session.idle(_IDLE_SECONDS).size
    return sizes


def _line(number: int) -> str:
    """Make a line that log viewers read: time, level, text; every twentieth is an error."""
    time = (_FIRST + timedelta(seconds=number)).strftime("%Y-%m-%d %H:%M:%S")
    if number % 20 == 13:
        return f"{time} ERROR PUBLISH_ERROR QUOTA_EXCEEDED of publisher{number:03}\n"
    return f"{time} INFO SUBSCRIBE_STARTED of publisher{number:03} in the stage\n"
