"""Shortener: sends the same picture in fewer bytes, for slow lines.

Three quarters of a first screen are blanks. A run of them is erased with ECH and stepped over with
CUF, in a third of the bytes. The toolkit styles every piece of a line by itself, blanks too, and
goes back to no style after each: a style is only sent here where it is seen.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

_BEFORE_ECH: Final = ("vt52", "vt1", "ansi", "sun")
"""How TERM begins where ECH may be unknown: it came with the VT220 (VT220 Programmer Reference
Manual, chapter 4). The terminals of tmux and GNU screen know it, whatever terminfo says."""

_TO_CELL: Final = r"\x1b\[\d+;\d+H"
_MOVE: Final = r"\x1b\[\d+(?:;\d+H|G)"
"""Moves of the cursor: to a cell, and to a cell or a column."""

_PART: Final = re.compile(
    r"\x1b\[(?P<style>[\d;:]*)m"
    rf"|(?P<run> +)(?=(?P<move>\n?{_MOVE})?)"
    r"|(?P<text>[^\x1b\n ]+(?: [^\x1b\n ]+)*)"
    rf"|(?P<idle>(?:\n|{_MOVE})+(?={_TO_CELL}))"
    rf"|(?P<last>{_MOVE}\Z)"
    rf"|\n|{_MOVE}"
    r"|\x1b\]8;[^;]*;(?P<address>.*?)(?:\x1b\\|\x07)"
    r"|(?P<other>\x1b[\]PX^_].*?(?:\x1b\\|\x07)|\x1b)",  # strings: a title may hold blanks
    re.DOTALL,
)

_INK: Final = frozenset({"4", "7", "9", "21", "53"})
"""SGR codes that are seen on a blank: underlined, reversed, struck out, overlined."""

_ENDS: Final[Mapping[str, frozenset[str]]] = {
    "24": frozenset({"4", "21"}),
    "27": frozenset({"7"}),
    "29": frozenset({"9"}),
    "49": frozenset({"ground"}),
    "55": frozenset({"53"}),
}
"""SGR codes that end some of them, or a background colour."""

_MORE_NUMBERS: Final[Mapping[str, int]] = {"5": 1, "2": 3}
"""Numbers behind 38, 48 or 58: of one of 256 colours, or red, green and blue."""

_MORE_FOLLOW: Final = frozenset({"38", "48", "58"})
"""SGR codes with numbers behind them that are no codes."""

_COLOURS: Final = frozenset(map(str, (*range(30, 38), 39, *range(90, 98))))
"""SGR codes of colours of a text."""

_GROUNDS: Final = frozenset(map(str, (*range(40, 49), *range(100, 108))))
"""SGR codes of background colours."""


def erases_characters(environ: Mapping[str, str]) -> bool:
    """Whether the terminal knows ECH, by its TERM alone."""
    return not environ.get("TERM", "").startswith(_BEFORE_ECH)


class Shortener:
    """Shortens what is written to a terminal, write by write in order.

    A blank is erased only where it is nothing but the terminal's own ground. Terminals differ in
    what they fill erased cells with while a background colour or reverse is on, and links and
    underlines would be cut. After each write the terminal has the style that it would have.
    """

    def __init__(self) -> None:
        self._wanted = self._on = ""
        """The style that a text has here, and the one that the terminal was told: SGR numbers
        since the last 0."""
        self._has_link = False

    def shorten(self, text: str) -> str:
        """Return a text that draws the same picture and leaves the cursor where it would be.

        Args:
            text: As the toolkit writes it; each of its sequences is whole.
        """
        return _PART.sub(self._part, text) + self._turned()

    def _part(self, part: re.Match[str]) -> str:
        kind, whole = part.lastgroup, part[0]
        if kind == "style":
            codes, is_anew = _since_reset(part["style"])
            old = "" if is_anew else self._wanted
            self._wanted = f"{old};{codes}" if old and codes else old or codes
            return ""
        if kind == "idle":
            return ""  # the cursor goes elsewhere before anything is written
        if kind in {"text", "last"}:
            return self._turned() + whole
        if part["run"] is not None:
            turned = self._turned() if self._is_seen(self._wanted, self._on) else ""
            if self._is_seen(self._on):
                return turned + whole
            return turned + _erased(whole, is_left=part["move"] is not None)
        if part["address"] is not None:
            self._has_link = bool(part["address"])
            return whole
        return self._turned() + whole if part["other"] else whole

    def _turned(self) -> str:
        """Return what turns the terminal's style into the one that is wanted."""
        old, new, self._on = self._on, self._wanted, self._wanted
        if old == new:
            return ""
        if not old:
            return f"\x1b[{new}m"
        if new.startswith(f"{old};"):
            return f"\x1b[{new.removeprefix(f'{old};')}m"
        numbers = set(new.split(";"))
        if old in _COLOURS and numbers & _COLOURS and not numbers & _MORE_FOLLOW:
            return f"\x1b[{new}m"  # one colour replaces another
        return f"\x1b[0;{new}m" if new else "\x1b[m"

    def _is_seen(self, *styles: str) -> bool:
        """Whether one of some styles, or a link, is seen on a blank."""
        return self._has_link or any(map(_ink, styles))


def _erased(run: str, *, is_left: bool) -> str:
    """Erase as many cells; without stepping over them where the cursor goes elsewhere at once."""
    size = len(run)
    erased = f"\x1b[{size}X" if is_left else f"\x1b[{size}X\x1b[{size}C"
    return erased if len(erased) < size else run


def _codes(style: str) -> Iterator[str]:
    """Yield the codes of an SGR sequence, each with the numbers that belong to it."""
    numbers = iter(style.split(";"))
    for number in numbers:
        parts = [number]
        if number.lstrip("0") in _MORE_FOLLOW:
            which = next(numbers, "")
            parts += [which, *(next(numbers, "") for _ in range(_MORE_NUMBERS.get(which, 0)))]
        yield ";".join(parts)


@lru_cache(maxsize=1024)
def _since_reset(style: str) -> tuple[str, bool]:
    """Return the codes of an SGR sequence after its last 0, and whether it has one."""
    kept: list[str] = []
    is_anew = False
    for code in _codes(style):
        if code.partition(":")[0].lstrip("0"):
            kept.append(code)
        else:
            kept, is_anew = [], True
    return ";".join(kept), is_anew


@lru_cache(maxsize=1024)
def _ink(style: str) -> frozenset[str]:
    """Return what a blank shows in a style: SGR codes, and "ground"."""
    ink: frozenset[str] = frozenset()
    for whole in _codes(style):
        code, _, detail = whole.partition(";")[0].partition(":")
        code = code.lstrip("0")
        if code in _GROUNDS:
            ink |= {"ground"}
        elif code in _INK:
            ink = ink - {code} if detail == "0" else ink | {code}
        else:
            ink -= _ENDS.get(code, frozenset())
    return ink
