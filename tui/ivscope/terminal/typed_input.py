"""TypedInput: what a person has typed or pasted, out of the bytes that a terminal sends.

A terminal also sends answers that come late, reports of a mouse that another program has left on,
keys of protocols that nobody asked for, and broken pieces of all these. None of that was typed, and
as keys it would start something.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple


class Pasted(NamedTuple):
    """A text that came as one paste."""

    text: str
    """At most `MOST_PASTED` characters; the rest was left out."""


MOST_PASTED: Final = 200_000
"""Characters of a paste. The longest that is of use, an answer of the API, has some 100,000."""

_BROKEN_OFF: Final = 1.0
"""Seconds after which the rest of a sequence does not come any more. Gaps within one packet of a
slow line are shorter than 0.2."""

_LONGEST_STRING: Final = 65_536
"""Characters of an answer that are kept while its end has not come. They are dropped anyway."""

_LONGEST_REPORT: Final = 40
"""Characters of a mouse report; whole ones have at most 17."""

_ESCAPE: Final = "\x1b"
_PASTE_BEGIN: Final = "\x1b[200~"
_PASTE_END: Final = "\x1b[201~"
_ENDING: Final = frozenset({"\x03", "\x11", _ESCAPE})
"""Ctrl+C, Ctrl+Q and Esc: alone after a pause they are keys, also when a paste has no end."""

_C1: Final = {"\x8f": "\x1bO", "\x90": "\x1bP", "\x9b": "\x1b[", "\x9d": "\x1b]", "\x9f": "\x1b_"}
"""Introducers in one character, as a few terminals send them, and what they stand for."""

# Patterns as text are compiled by the first match: not before something is on screen.
_PLAIN = "[^\x1b\x8f\x90\x9b\x9d\x9f\udc80-\udcff]+"
_NO_TEXT = "[\udc80-\udcff]"
"""A byte that is no UTF-8, as the decoder hands it on."""

_OLD_MOUSE: Final = "\x1b[M"
"""Begins a report of xterm's first mouse protocol; three bytes follow."""
_OLD_MOUSE_BYTES: Final = 3

_MOUSE = r"\x1b\[<[^\x00-\x1f\x7f]*?[mM]"
_HALF_MOUSE = r"\x1b\[<[^\x00-\x1f\x7f]*"
"""A report of the mouse in the newer protocol, or what is broken of one: `NaN` for a number."""
_WHOLE_MOUSE = r"(?a)\x1b\[<\d{1,4};-?\d{1,5};-?\d{1,5}[mM]"

_SEQUENCE = r"\x1b\[(?:\[[A-E]|\d+\$|[0-?]*[ -/]*[@-Z\\-~])"
"""A key or a report. The first two are keys of the Linux console and of rxvt; all else has the
form that ECMA-48 gives to control sequences."""
_INSIDE: Final = "[" + "".join(map(chr, range(0x20, 0x40)))
_HALF_SEQUENCE = r"\x1b(?:\[(?:\[|[0-?]*[ -/]*)|[OP\]_])?\Z"

_STRING = r"\x1b(?:\][0-9lLI]|P[0-9>!|]|_G)"
"""The beginning of an answer that is a string: colours, clipboard, title, version, graphics. A
letter after Alt+] or Alt+Shift+P is none."""
_STRING_END = "\x1b\\\\|[\0-\x1f\x9c\udc9c]"
_WHOLE_ENDS: Final = frozenset({"\x07", "\x1b\\", "\x9c", "\udc9c"})

_MAY_BE_KEY: Final = frozenset({_ESCAPE, "\x1bO", "\x1bP", "\x1b]", "\x1b_"})
"""Esc or Alt with a sign, when nothing follows; else the beginning of a sequence."""

_TORN = r"(?s)\x1b(?:\[[<=>?]|\[M..|\[\d+[~u]|\[\d+[:;][\d:]|\]\d+;|\][lL]\w+|P[01>!]|_G)"
"""The beginning of a report, of which nobody types what follows the Esc in one go."""
_TORN_SECONDS: Final = 0.6
"""How long after an Esc the rest of a report may come."""

_SYNCHRONIZED = r"(?a)\x1b\[\?2026;\d\$y"
"""The answer to the one question that is asked at the start: can the terminal draw a frame at once.
The toolkit asks for sizes too, and its arithmetic is not safe against each answer."""

_FOCUS: Final = frozenset({"\x1b[I", "\x1b[O"})


class TypedInput:
    """Cuts the bytes of a terminal into keys, reports and pastes, and drops what is none.

    Args:
        escape_delay: Seconds in which the rest of a key follows its Esc.
        is_key: Tells whether a sequence that begins with Esc is a key.
    """

    def __init__(self, escape_delay: float, is_key: Callable[[str], bool]) -> None:
        self._escape_delay = escape_delay
        self._is_key = is_key
        self._decode = getincrementaldecoder("utf-8")("surrogateescape").decode
        self._rest = ""
        """What has come of a sequence whose end has not."""
        self._paste: list[str] | None = None
        """Parts of a paste whose end has not come."""
        self._paste_size = 0
        self._last = 0.0
        self._released = ""
        """What has counted as a key because nothing followed it."""
        self._torn_until = 0.0
        self.was_answered = False
        """Whether the terminal has answered the question of the start."""

    def feed(self, raw: bytes, now: float) -> list[str | Pasted]:
        """Take bytes that have come.

        Args:
            raw: As they came.
            now: Seconds on any monotonic clock.

        Returns:
            Keys, reports and pastes in their order. A key is one character, a sequence that
            `is_key` knows, or Esc and a character for Alt. A character that is no UTF-8 is U+FFFD.
        """
        before = self.tick(now)
        is_late = now - self._last > _BROKEN_OFF
        self._last = now
        text = self._decode(raw)
        if is_late and (self._paste is None or text in _ENDING):
            self._rest, self._paste = "", None
        if now < self._torn_until and not self._rest and re.match(_TORN, self._released + text):
            # The Esc has been done, but what follows it was not typed.
            self._rest = self._released
        self._rest += text
        return [*before, *self._parts()]

    def tick(self, now: float) -> list[str | Pasted]:
        """Take an Esc for the key when nothing has followed it."""
        if not self._is_lone or now < self._last + self._escape_delay:
            return []
        self._released, self._rest = self._rest, ""
        self._torn_until = now + _TORN_SECONDS
        return [self._released]

    def wait(self, now: float, most: float) -> float:
        """Seconds until `tick` is due, but at most `most`."""
        return min(most, max(0.0, self._last + self._escape_delay - now)) if self._is_lone else most

    @property
    def _is_lone(self) -> bool:
        """Whether what has come can be a key, if nothing follows."""
        return self._rest in _MAY_BE_KEY and self._paste is None

    def _parts(self) -> Iterator[str | Pasted]:
        while self._rest:
            before = self._rest
            if self._paste is not None:
                yield from self._take_paste(self._paste)
            elif plain := re.match(_PLAIN, before):
                self._rest = before[plain.end() :]
                yield from plain[0]
            elif before[0] == _ESCAPE:
                yield from self._take_escape()
            else:
                yield from self._take_foreign(before[0])
            if self._rest == before:
                return

    def _take_foreign(self, sign: str) -> Iterator[str]:
        """Take an introducer in one character, or a byte that is no UTF-8."""
        byte = chr(ord(sign) & 0xFF) if re.match(_NO_TEXT, sign) else sign
        self._rest = _C1.get(byte, "") + self._rest[1:]
        if byte not in _C1:
            yield "\ufffd"

    def _take_paste(self, parts: list[str]) -> Iterator[Pasted]:
        """Take as much of a paste as has come; its end may have come in part."""
        body, end, rest = self._rest.partition(_PASTE_END)
        if not end:
            halves = (_PASTE_END[:size] for size in range(len(_PASTE_END) - 1, 0, -1))
            rest = next(filter(body.endswith, halves), "")
            body = body[: len(body) - len(rest)]
        if self._paste_size <= MOST_PASTED:
            parts.append(body)
            self._paste_size += len(body)
        self._rest = rest
        if end:
            self._paste = None
            text = re.sub(_NO_TEXT, "\ufffd", "".join(parts)).replace("\0", "")
            yield Pasted(text[:MOST_PASTED])

    def _take_escape(self) -> Iterator[str]:
        """Take what begins with Esc; takes nothing if its end has not come."""
        text = self._rest
        if text.startswith(_PASTE_BEGIN):
            self._paste, self._paste_size = [], 0
            self._rest = text[len(_PASTE_BEGIN) :]
        elif text.startswith(_OLD_MOUSE):
            self._rest = _behind_old_mouse(text)
        elif text.startswith("\x1b[<"):
            yield from self._take_mouse()
        elif re.match(_STRING, text):
            self._drop_string()
        elif match := re.match(_SEQUENCE, text):
            self._rest = text[match.end() :]
            yield from self._known(match[0])
        elif re.match(_HALF_SEQUENCE, text):
            return
        elif text.startswith("\x1b["):
            # Broken off by a control or a foreign character, which may be a key.
            self._rest = text[2:].lstrip(_INSIDE)
        elif text.startswith("\x1bO"):
            length = 3 if text[2] >= " " else 2
            self._rest = text[length:]
            yield from self._known(text[:length])
        else:
            # Alt and a character, or Esc alone before another sequence.
            length = 2 if re.match(_PLAIN, text[1:]) else 1
            self._rest = text[length:]
            yield text[:length]

    def _known(self, sequence: str) -> Iterator[str]:
        if re.fullmatch(_SYNCHRONIZED, sequence):
            self.was_answered = True
            yield sequence
        elif sequence in _FOCUS or self._is_key(sequence):
            yield sequence

    def _take_mouse(self) -> Iterator[str]:
        text = self._rest
        match = re.match(_MOUSE, text[:_LONGEST_REPORT])
        if match is not None:
            self._rest = text[match.end() :]
            if re.fullmatch(_WHOLE_MOUSE, match[0]):
                yield match[0]
        elif (half := re.match(_HALF_MOUSE, text)) and len(half[0]) < len(text):
            self._rest = text[half.end() :]
        elif len(text) >= _LONGEST_REPORT:
            self._rest = ""

    def _drop_string(self) -> None:
        text = self._rest
        end = re.compile(_STRING_END).search(text, 2)
        if end is None or (end[0] == _ESCAPE and end.end() == len(text)):
            self._rest = text[:3] if len(text) > _LONGEST_STRING else text
        else:
            # Other control characters break it off; they may be keys.
            is_whole = end[0] in _WHOLE_ENDS
            self._rest = text[end.end() if is_whole else end.start() :]


def _behind_old_mouse(text: str) -> str:
    """The text behind a report of the first mouse protocol; all of it if that is not whole."""
    size = 0
    for at in range(len(_OLD_MOUSE), len(text)):
        if text[at] < " ":
            return text[at:]
        size += len(text[at].encode("utf-8", "surrogateescape"))
        if size >= _OLD_MOUSE_BYTES:
            return text[at + 1 :]
    return text
