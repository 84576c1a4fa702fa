"""ShortBlanks: sends a run of blanks as two sequences, for slow lines.

Three quarters of a first screen are blanks. A run of them is erased with ECH and stepped over with
CUF: the same picture, in a third of the bytes.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

_BEFORE_ECH: Final = ("vt52", "vt1", "ansi", "sun")
"""How TERM begins where ECH may be unknown: it came with the VT220 (VT220 Programmer Reference
Manual, chapter 4). The terminals of tmux and GNU screen know it, whatever terminfo says."""

_SHORTEST: Final = len("\x1b[5X") + 1
"""Blanks from which on erasing alone is shorter."""

_PART: Final = re.compile(
    r"\x1b\[(?P<style>[\d;:]*)m"
    r"|\x1b\]8;[^;]*;(?P<link>.*?)(?:\x1b\\|\x07)"
    r"|\x1b[\]PX^_].*?(?:\x1b\\|\x07)"  # other strings: a title may hold blanks
    rf"|(?P<run> {{{_SHORTEST},}})(?=(?P<move>\n?\x1b\[\d+;\d+H)?)",
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

_GROUNDS: Final = frozenset(map(str, (*range(40, 48), *range(100, 108))))


def erases_characters(environ: Mapping[str, str]) -> bool:
    """Whether the terminal knows ECH, by its TERM alone."""
    return not environ.get("TERM", "").startswith(_BEFORE_ECH)


class ShortBlanks:
    """Shortens what is written to a terminal, write by write in order.

    A blank is erased only where it is nothing but the terminal's own ground. Terminals differ in
    what they fill erased cells with while a background colour or reverse is on, and links and
    underlines would be cut.
    """

    def __init__(self) -> None:
        self._ink: frozenset[str] = frozenset()
        """What a blank shows in the style that is on: SGR codes, "ground" and "link"."""

    def shorten(self, text: str) -> str:
        """Return a text that draws the same picture and leaves the cursor where it would be.

        Args:
            text: As the toolkit writes it; each of its sequences is whole.
        """
        return _PART.sub(self._part, text)

    def _part(self, part: re.Match[str]) -> str:
        whole = part[0]
        if part["run"] is not None:
            return whole if self._ink else _erased(whole, is_left=part["move"] is not None)
        if part["style"] is not None:
            self._ink = _after(self._ink, part["style"])
        elif part["link"] is not None:
            self._ink = self._ink - {"link"} | ({"link"} if part["link"] else set())
        return whole


def _erased(run: str, *, is_left: bool) -> str:
    """Erase as many cells; without stepping over them where the cursor goes elsewhere at once."""
    size = len(run)
    erased = f"\x1b[{size}X" if is_left else f"\x1b[{size}X\x1b[{size}C"
    return erased if len(erased) < size else run


@lru_cache(maxsize=1024)
def _after(ink: frozenset[str], style: str) -> frozenset[str]:
    """Return what a blank shows after the numbers of an SGR sequence."""
    numbers = iter(style.split(";"))
    for number in numbers:
        code, _, detail = number.partition(":")
        code = code.lstrip("0")
        if not code:
            ink &= {"link"}
        elif code in {"38", "48", "58"}:
            if code == "48":
                ink |= {"ground"}
            if not detail:
                for _ in range(_MORE_NUMBERS.get(next(numbers, ""), 0)):
                    next(numbers, None)
        elif code in _GROUNDS:
            ink |= {"ground"}
        elif code in _INK:
            ink = ink - {code} if detail == "0" else ink | {code}
        else:
            ink -= _ENDS.get(code, frozenset())
    return ink
