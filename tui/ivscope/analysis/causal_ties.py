"""Ties: in which order events of one time can have happened, told from what was open before.

A start and its stop in one time are in that order when the thing was not open before: JOINED,
LEFT. When it was open, the stop belongs to an older start and comes first: LEFT, JOINED.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from ivscope.domain import events

EARLY, USUAL, LATE = 0, 10, 20
"""Rounds, added to the rank of an event: ends an older start; as usual; a start after that."""

MEMBERSHIP, PUBLISHING, SUBSCRIBING, REPLICATING = range(4)

PAIRS = {
    events.JOINED: (MEMBERSHIP, True),
    events.LEFT: (MEMBERSHIP, False),
    events.PUBLISH_STARTED: (PUBLISHING, True),
    events.PUBLISH_STOPPED: (PUBLISHING, False),
    events.SUBSCRIBE_STARTED: (SUBSCRIBING, True),
    events.SUBSCRIBE_STOPPED: (SUBSCRIBING, False),
    events.REPLICATION_STARTED: (REPLICATING, True),
    events.REPLICATION_STOPPED: (REPLICATING, False),
}
"""What an event name starts (True) or stops."""

Pair = int
"""What is open or not, as made by `pair_number`."""

Half = tuple[int, Pair, bool]
"""Position of an event, its pair, and whether it starts it."""

_KIND_BITS = 2
_NUMBER_BITS = 32

_OTHER = 5
_RANKS = {
    events.JOINED: 0,
    # An exchange allows publishing, or ends it.
    events.TOKEN_EXCHANGED: 1,
    events.PUBLISH_STARTED: 2,
    events.SUBSCRIBE_STARTED: 3,
    events.REPLICATION_STARTED: 4,
    events.PUBLISH_STOPPED: 6,
    events.SUBSCRIBE_STOPPED: 7,
    events.REPLICATION_STOPPED: 8,
    events.LEFT: 9,
}


def pair_number(kind: int, participant: int, side: int) -> Pair:
    """One number of a kind of pair, a participant's number and the number of the other side."""
    return (side << _NUMBER_BITS | participant) << _KIND_BITS | kind


def _without_side(pair: Pair) -> int:
    return pair & ((1 << _NUMBER_BITS + _KIND_BITS) - 1)


def rank(name: str | None) -> int:
    """Place of an event name inside one time when nothing was open before, 0 to 9."""
    return _OTHER if name is None else _RANKS.get(name, _OTHER)


@dataclass(slots=True)
class Tie:
    """The starts and stops of one time, some pair among them with both."""

    halves: list[Half]
    before: dict[Pair, bool]
    """Which pairs were open before, as far as it is known."""

    def rounds(self) -> dict[int, int]:
        """The round of each event by position: `EARLY`, `USUAL` or `LATE`."""
        rounds: dict[int, int] = {}
        for participant in {_without_side(pair) >> _KIND_BITS for _, pair, _ in self.halves}:
            own = [
                half for half in self.halves if _without_side(half[1]) >> _KIND_BITS == participant
            ]
            membership = pair_number(MEMBERSHIP, participant, 0)
            joins = [at for at, pair, is_start in own if pair == membership and is_start]
            leaves = [at for at, pair, is_start in own if pair == membership and not is_start]
            was_inside = self.before.get(membership, False)
            returns = was_inside and bool(joins) and bool(leaves)
            for pair in {pair for _, pair, _ in own}:
                starts = [at for at, one, is_start in own if one == pair and is_start]
                stops = [at for at, one, is_start in own if one == pair and not is_start]
                stops_first = self.before.get(pair, False) if starts else returns
                first_stop = EARLY if stops and stops_first and (starts or returns) else USUAL
                rounds.update(_alternate(starts, USUAL))
                rounds.update(_alternate(stops, first_stop))
            if len(leaves) - len(joins) == was_inside and leaves:
                rounds[leaves[-1]] = max(rounds[at] for at, _, _ in own)
        return rounds


def _alternate(positions: list[int], first: int) -> dict[int, int]:
    return {at: min(LATE, first + USUAL * index) for index, at in enumerate(positions)}


_BOTH = 2
"""Signs there are: start and stop."""


@dataclass(slots=True)
class Stretch:
    """What times next to each other say about pairs, and their ties."""

    resolve: Callable[[Tie], None]
    """Called for a tie whenever more is known of what was open before it."""
    after: dict[Pair, bool] = field(default_factory=dict)
    """Which pairs are open at the end."""
    before: dict[Pair, bool] = field(default_factory=dict)
    """Which pairs must have been open at the start: a stop without a start came first."""
    unsure: dict[Pair, list[Tie]] = field(default_factory=dict)
    """Ties that no earlier event of the stretch says the start of."""

    def take(self, halves: list[Half]) -> None:
        """Add the starts and stops of the next time."""
        if len({is_start for _, _, is_start in halves}) < _BOTH:
            for _, pair, is_start in halves:
                self._learn(pair, is_open=is_start)
            return
        balance: dict[Pair, int] = {}
        signs: set[tuple[Pair, bool]] = set()
        for _, pair, is_start in halves:
            balance[pair] = balance.get(pair, 0) + (1 if is_start else -1)
            signs.add((pair, is_start))
        if len(signs) > len(balance):
            after = self.after
            tie = Tie(sorted(halves), {pair: after[pair] for pair in balance if pair in after})
            for pair in balance:
                if pair not in after and {(pair, True), (pair, False)} <= signs:
                    self.unsure.setdefault(pair, []).append(tie)
            self.resolve(tie)
        for pair, rest in balance.items():
            if rest:
                self._learn(pair, is_open=rest > 0)

    def _learn(self, pair: Pair, *, is_open: bool) -> None:
        if pair not in self.after:
            self.before[pair] = not is_open
        self.after[pair] = is_open

    def decide(self, pair: Pair, *, is_open: bool | None) -> None:
        """Say what the unsure ties of a pair began with; None when that is not known."""
        for tie in self.unsure.get(pair, ()):
            if tie.before.get(pair) is is_open:
                continue
            if is_open is None:
                del tie.before[pair]
            else:
                tie.before[pair] = is_open
            self.resolve(tie)

    def put_before(self, older: "Stretch") -> None:
        """Join an older stretch that ends where this one begins."""
        for pair, is_open in older.after.items():
            self.decide(pair, is_open=is_open)
            self.unsure.pop(pair, None)
            self.after.setdefault(pair, is_open)
        for pair, ties in older.unsure.items():
            self.unsure[pair] = ties + self.unsure.get(pair, [])
        self.before.update(older.before)
