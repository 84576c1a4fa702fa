"""Expression: a typed regular expression that is looked for in time linear in the text.

Python's own engine tries one way after the other: over a text of a few hundred characters
`.*.*.*x` takes minutes, and nothing can stop it. Here all ways are followed at once, so a character
costs the same whatever stands before it. What cannot be done in this way, such as back references,
is refused. Python's engine still reads the single characters and classes: one character has only
one way.

Long because what is read and what follows it share the parts of an expression, and nobody else
needs them.
"""

import re
import warnings
from collections.abc import Callable
from dataclasses import field
from enum import IntEnum
from functools import reduce
from operator import getitem
from typing import Final, NoReturn

from ivscope.domain.frozen import frozen


class ExpressionError(ValueError):
    """An expression that cannot be looked for. Its text says why, and what to type instead."""

    def __init__(self, advice: str, position: int) -> None:
        super().__init__(advice)
        self.position = position
        """Index into the expression where the trouble begins."""


@frozen
class Expression:
    """A regular expression finds something in the text.

    Capitals make no difference, except inside (?-i:…). The syntax and its meaning are those of
    Python's `re`, without what `read_expression` refuses.
    """

    source: str
    """As typed."""
    _search: "_Search" = field(compare=False, repr=False)

    def matches(self, text: str) -> bool:
        """Whether it finds something."""
        return self._search.finds(text)


def read_expression(source: str) -> Expression:
    """Read an expression.

    Raises:
        ExpressionError: It is no expression, it is too long once its repetitions are written out,
            or it has what takes more than one pass: back references, looking ahead or behind.
    """
    reader = _Reader(source)
    return Expression(source, _Search(reader.read(), reader.atoms))


_MOST_CHARACTERS: Final = 200
"""Characters and classes of an expression with its repetitions written out. It bounds the cost of a
character of the text where no two steps are alike: some 8 microseconds."""

_MOST_NESTED: Final = 50
"""Groups in groups. More would be typed by nobody, and exhaust the stack."""


class _Place(IntEnum):
    """A condition on a place between two characters."""

    BEGIN = 0
    END = 1
    """The end, or before a line break that is the last character."""
    VERY_END = 2
    EDGE = 3
    """Between a character of a word and none."""
    NO_EDGE = 4


_PLACES: Final = {
    "^": _Place.BEGIN,
    r"\A": _Place.BEGIN,
    "$": _Place.END,
    r"\Z": _Place.VERY_END,
    r"\b": _Place.EDGE,
    r"\B": _Place.NO_EDGE,
}


@frozen
class _Atom:
    """One character of a text, by the number of what it must be."""

    number: int


@frozen
class _Sequence:
    """One after the other; without parts it is the empty text."""

    parts: "tuple[_Node, ...]"


@frozen
class _Choice:
    """One of these."""

    parts: "tuple[_Node, ...]"


@frozen
class _Repeat:
    """The same so many times."""

    part: "_Node"
    least: int
    most: int | None
    """None for any number."""


_Node = _Atom | _Place | _Sequence | _Choice | _Repeat


def _length(node: _Node) -> int:
    """Characters and classes of a node with its repetitions written out."""
    if isinstance(node, _Repeat):
        return _length(node.part) * max(1, node.least if node.most is None else node.most)
    if isinstance(node, _Sequence | _Choice):
        return max(1, sum(map(_length, node.parts)))
    return 1


_COUNT = re.compile(r"\{(\d*)(,?)(\d*)\}", re.ASCII)
_ESCAPE = re.compile(
    r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|N\{[^}]*\}|0[0-7]{0,2}|.)",
    re.ASCII | re.DOTALL,
)
_GROUP = re.compile(r"\((?:\?:|\?(-?)i:|\?P<\w+>|(?!\?))")
"""The opening of a group that can be looked for. A group may have a name, which nothing uses, or
say that inside it capitals make a difference."""
_REMARK = re.compile(r"\(\?(?:#[^)]*|i)\)")
"""A remark, and the setting that holds anyway."""

_SEPARATE_TERMS: Final = "use a term for each condition, like name:/^SUB/ !code:QUOTA"
_REFUSED_GROUPS: Final = {
    "(?=": f"(?= (look ahead) is not supported; {_SEPARATE_TERMS}",
    "(?!": f"(?! (look ahead) is not supported; {_SEPARATE_TERMS}",
    "(?<": f"(?< (look behind) is not supported; {_SEPARATE_TERMS}",
    "(?P=": "(?P= is not supported; write the text out",
    "(?(": "(?( is not supported; write out both ways, with |",
    "(?>": "(?> is not supported; type ( instead",
    "(?": "(? is not supported; a plain group is (…), and capitals make no difference",
}
"""Why a group cannot be looked for, by its opening. The first that fits counts."""


class _Reader:
    """Reads an expression into nodes."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._depth = 0
        self._flags: re.RegexFlag | int = re.IGNORECASE
        self._numbers: dict[tuple[str, re.RegexFlag | int], int] = {}
        self.atoms: list[Callable[[str], object]] = []
        """By number, whether a character is what was typed."""

    def read(self) -> _Node:
        """Read all of it."""
        node = self._choice()
        if self._at < len(self._source):
            self._fail("this ) closes nothing; write \\) for the sign itself", self._at)
        if _length(node) > _MOST_CHARACTERS:
            raise ExpressionError(
                f"This expression repeats too much: at most {_MOST_CHARACTERS} characters with the "
                "repetitions written out; + and * count once",
                0,
            )
        return node

    def _fail(self, reason: str, at: int) -> NoReturn:
        raise ExpressionError(f"Not a regular expression: {reason}", at)

    def _next(self, count: int = 1) -> str:
        return self._source[self._at : self._at + count]

    def _choice(self) -> _Node:
        parts = [self._sequence()]
        while self._next() == "|":
            self._at += 1
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else _Choice(tuple(parts))

    def _sequence(self) -> _Node:
        parts: list[_Node] = []
        while self._next() not in {"", "|", ")"}:
            part = self._part()
            if part is not None:
                parts.append(self._repeated(part))
        return parts[0] if len(parts) == 1 else _Sequence(tuple(parts))

    def _part(self) -> _Node | None:
        """Read what a repetition can follow. None for a remark, which is nothing."""
        start = self._at
        sign = self._next()
        if sign == "(":
            return self._group()
        if sign in {"*", "+", "?"} or (sign == "{" and self._count() is not None):
            self._fail(f"nothing before {sign} to repeat", start)
        if sign == "[":
            return self._atom(_class_end(self._source, start) + 1)
        if sign != "\\":
            place = _PLACES.get(sign)
            self._at += place is not None
            return place if place is not None else self._atom(start + 1)
        place = _PLACES.get(self._next(2))
        if place is not None:
            self._at += 2
            return place
        if self._next(2)[1:] in set("123456789"):
            raise ExpressionError(
                f"{self._next(2)} is not supported; write the text out",
                start,
            )
        escape = _ESCAPE.match(self._source, start)
        return self._atom(start + 1 if escape is None else escape.end())

    def _atom(self, end: int) -> _Atom:
        start, self._at = self._at, end
        text = self._source[start:end]
        key = text, self._flags
        if key not in self._numbers:
            try:
                with warnings.catch_warnings():
                    # Python warns about classes that it may read differently in future.
                    warnings.simplefilter("ignore")
                    self.atoms.append(re.compile(text, self._flags).fullmatch)
            except re.error as error:
                self._fail(error.msg, start + (error.pos or 0))
            self._numbers[key] = len(self._numbers)
        return _Atom(self._numbers[key])

    def _group(self) -> _Node | None:
        start = self._at
        remark = _REMARK.match(self._source, start)
        if remark is not None:
            self._at = remark.end()
            return None
        group = _GROUP.match(self._source, start)
        if group is None:
            refused = (
                why for it, why in _REFUSED_GROUPS.items() if self._source.startswith(it, start)
            )
            raise ExpressionError(next(refused), start)
        self._at = group.end()
        self._depth += 1
        if self._depth > _MOST_NESTED:
            self._fail("too many groups in groups", start)
        outside = self._flags
        if group[1] is not None:
            self._flags = 0 if group[1] else re.IGNORECASE
        inside = self._choice()
        self._flags = outside
        self._depth -= 1
        if self._next() != ")":
            self._fail("this ( has no ); write \\( for the sign itself", start)
        self._at += 1
        return inside

    def _count(self) -> "re.Match[str] | None":
        """The count in braces that comes next; None if the brace stands for itself."""
        found = _COUNT.match(self._source, self._at)
        return found if found is not None and found[0] != "{}" else None

    def _repeated(self, part: _Node) -> _Node:
        start = self._at
        sign = self._next()
        count = self._count()
        if sign in {"*", "+", "?"}:
            self._at += 1
            least, most = int(sign == "+"), 1 if sign == "?" else None
        elif count is not None:
            self._at = count.end()
            # More digits than these would be too many repetitions anyway.
            least = int(count[1][:9] or 0)
            most = int(count[3][:9]) if count[3] else (None if count[2] else least)
        else:
            return part
        if most is not None and most < least:
            self._fail("the smaller count comes first", start)
        if self._next() == "+":
            raise ExpressionError("This + is not supported; leave it out", self._at)
        if self._next() == "?":
            self._at += 1  # The shortest or the longest: something is found or not.
        if self._next() in {"*", "+", "?"} or self._count() is not None:
            self._fail("a repetition cannot be repeated; put it into ( )", self._at)
        return _Repeat(part, least, most)


def _class_end(expression: str, start: int) -> int:
    """Index of the bracket that closes a class. One right after its opening is a member."""
    at = start + 1
    at += expression.startswith("^", at)
    at += expression.startswith("]", at)
    while at < len(expression) and expression[at] != "]":
        at += 2 if expression[at] == "\\" else 1
    return at


class _Before(IntEnum):
    """What stands before a place."""

    NOTHING = 0
    WORD = 1
    OTHER = 2


class _After(IntEnum):
    """What stands behind a place."""

    NOTHING = 1
    LAST_BREAK = 2
    """A line break that is the last character."""
    WORD = 3
    OTHER = 4


_Context = tuple[_Before, _After]


def _holds(place: _Place, context: _Context) -> bool:
    before, after = context
    match place:
        case _Place.BEGIN:
            return before is _Before.NOTHING
        case _Place.END:
            return after in {_After.NOTHING, _After.LAST_BREAK}
        case _Place.VERY_END:
            return after is _After.NOTHING
    return ((before is _Before.WORD) != (after is _After.WORD)) is (place is _Place.EDGE)


_LAST_BREAK = "\n\0"
"""Key of the step for a line break that is the last character; two characters, so it is none."""
_END = ""
"""Key of the step to the end of the text."""
_ENDS: Final = {_END: _After.NOTHING, _LAST_BREAK: _After.LAST_BREAK}

_is_word = re.compile(r"\w").fullmatch

_MOST_STEPS: Final = 20_000
"""Steps remembered at once; a few megabytes."""


class _State(dict[str, "_State"]):
    """Everything that can be known after some characters: the next state by the next one."""

    __slots__ = ("_after", "before", "ways")

    def __init__(
        self, ways: int, before: _Before, after: "Callable[[_State, str], _State]"
    ) -> None:
        super().__init__()
        self.ways = ways
        """A bit for each place in the expression that the characters so far can have led to."""
        self.before = before
        self._after = after

    def __missing__(self, sign: str) -> "_State":
        return self._after(self, sign)


class _Followers(dict[int, int]):
    """What can come behind some places of an expression, in one context."""

    __slots__ = ("_behind",)

    def __init__(self, behind: Callable[[int], int]) -> None:
        super().__init__()
        self._behind = behind

    def __missing__(self, places: int) -> int:
        lowest = places & -places
        if lowest == places:
            result = self._behind(places.bit_length() - 1)
        else:
            result = self[lowest] | self[places ^ lowest]
        self[places] = result
        return result


class _Search:
    """Follows every way through an expression at once, and remembers the steps.

    Place 0 is the beginning, and place n behind the nth character of the expression. Each place has
    a bit in a number; the highest bit stands for the end of the expression.
    """

    def __init__(self, node: _Node, atoms: list[Callable[[str], object]]) -> None:
        self._atoms = atoms
        self._needs: list[int] = [-1]
        """By place, the number of the atom that leads to it."""
        self._links: list[list[tuple[_Place | None, int]]] = []
        """By junction, the junctions that can be reached from it, where the condition holds."""
        self._steps_of: dict[int, int] = {}
        """By junction, the place behind the character that can be read there."""
        self._has_conditions = False
        start = self._junction()
        self._after_place = [start]
        """By place, its junction."""
        self._end = self._build(node, start)
        self._found_bit = 1 << len(self._needs)
        self._octets = [0xFF << shift for shift in range(0, len(self._needs), 8)]
        self._followers: dict[_Context, _Followers] = {}
        self._accepting: dict[str, int] = {}
        self._states: dict[tuple[int, _Before], _State] = {}
        self._steps = 0
        self._found = _State(0, _Before.NOTHING, self._stay)
        self._forget()

    def finds(self, text: str) -> bool:
        """Whether the expression finds something."""
        if text.endswith("\n"):
            state = reduce(getitem, text[:-1], self._start)[_LAST_BREAK]
        else:
            state = reduce(getitem, text, self._start)
        return state[_END] is self._found

    # Building.

    def _junction(self) -> int:
        self._links.append([])
        return len(self._links) - 1

    def _build(self, node: _Node, start: int) -> int:
        """Add a node that begins at a junction. Returns the junction at its end."""
        if isinstance(node, _Sequence):
            for part in node.parts:
                start = self._build(part, start)
            return start
        if isinstance(node, _Repeat):
            return self._build_repeat(node, start)
        end = self._junction()
        if isinstance(node, _Place):
            self._has_conditions = True
            self._links[start].append((node, end))
        elif isinstance(node, _Choice):
            for part in node.parts:
                # A junction of its own, since a repetition leads back to where it begins.
                begin = self._junction()
                self._links[start].append((None, begin))
                self._links[self._build(part, begin)].append((None, end))
        else:
            # A junction reads one character at most.
            begin = self._junction()
            self._links[start].append((None, begin))
            self._steps_of[begin] = len(self._needs)
            self._needs.append(node.number)
            self._after_place.append(end)
        return end

    def _build_repeat(self, node: _Repeat, start: int) -> int:
        for _ in range(node.least):
            start = self._build(node.part, start)
        end = self._junction()
        if node.most is None:
            self._links[start].append((None, end))
            self._links[self._build(node.part, end)].append((None, end))
            return end
        for _ in range(node.most - node.least):
            self._links[start].append((None, end))
            start = self._build(node.part, start)
        self._links[start].append((None, end))
        return end

    # Stepping.

    def _forget(self) -> None:
        for state in self._states.values():
            state.clear()
        self._states.clear()
        self._accepting.clear()
        self._found.clear()
        self._steps = 0
        self._start = self._state(1, _Before.NOTHING)

    def _state(self, ways: int, before: _Before) -> _State:
        state = self._states.get((ways, before))
        if state is None:
            state = self._states[ways, before] = _State(ways, before, self._step)
        return state

    def _stay(self, state: _State, sign: str) -> _State:
        state[sign] = state
        return state

    def _step(self, state: _State, sign: str) -> _State:
        """The state after one more character, remembered."""
        if self._steps >= _MOST_STEPS:
            self._forget()
        self._steps += 1
        after = _ENDS.get(sign) or (_After.WORD if _is_word(sign) else _After.OTHER)
        behind = self._behind(state, after)
        if behind & self._found_bit:
            result = self._found
        elif after is _After.NOTHING:
            result = state
        else:
            before = _Before.WORD if after is _After.WORD else _Before.OTHER
            # The search can begin at every character.
            ways = behind & self._accepts(sign[0]) | 1
            result = self._state(ways, before if self._has_conditions else _Before.OTHER)
        state[sign] = result
        return result

    def _behind(self, state: _State, after: _After) -> int:
        """The places that one more character can lead to, and the bit of the end."""
        context = (state.before, after) if self._has_conditions else (_Before.OTHER, _After.OTHER)
        followers = self._followers.get(context)
        if followers is None:
            followers = self._followers[context] = _Followers(
                lambda place: self._reached(place, context)
            )
        result = 0
        for octet in self._octets:
            part = state.ways & octet
            if part:
                result |= followers[part]
        return result

    def _reached(self, place: int, context: _Context) -> int:
        """The places that can follow one place, and the bit of the end."""
        result = 0
        waiting = [self._after_place[place]]
        seen = set(waiting)
        while waiting:
            junction = waiting.pop()
            if junction == self._end:
                result |= self._found_bit
            if junction in self._steps_of:
                result |= 1 << self._steps_of[junction]
            for condition, to in self._links[junction]:
                if to not in seen and (condition is None or _holds(condition, context)):
                    seen.add(to)
                    waiting.append(to)
        return result

    def _accepts(self, sign: str) -> int:
        """The places that a character can lead to."""
        known = self._accepting.get(sign)
        if known is None:
            fitting = {number for number, is_it in enumerate(self._atoms) if is_it(sign)}
            known = sum(1 << place for place, need in enumerate(self._needs) if need in fitting)
            self._accepting[sign] = known
        return known
