"""RateLimiter: how many calls ivscope allows itself, so that production keeps its share.

Until a call is refused, the pace is four of the five calls a second that the service allows. The
first refusal is followed by a few seconds at about half of that, so that another ivscope, which
reads at full pace and was not refused yet, is refused too and makes room as we do: without them it
would have four calls where we have one, for half a minute or even for as long as it reads.
Production, which does not make room, loses about three calls by it. A scan that nobody looks at
leaves that out.

Where the service counts the calls of the last second, four calls at even gaps would hardly ever be
refused, whoever has the fifth. So before a refusal five of ours come within a second now and then:
alone they are all answered, and one of them is refused where somebody else had the fifth place.

Then it goes by steps, and the next step is taken only when the service has shown that there is room
for it. Where the service counts the calls of the last second, that is asked best by a few calls at
once: the third of them is answered only while all others made at most two in that second. Calls one
by one tell much less. Beside a production with four calls a second, of two at once the second is
refused nineteen times in twenty, of single ones one in twenty; either costs production at most
about a call. Where the service saves up unused calls instead, calls at once cost nothing and tell
nothing, and a step too high is told by refusals at its pace.

Steps forget how fast one was before, so that several of us, whenever they began, end at the same
pace.

Long because each figure has its reason beside it, and the steps share one state for each operation.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import field
from enum import IntEnum
from math import inf
from random import random

from ivscope.domain.frozen import frozen, slotted
from ivscope.knowledge.limits import CALLS_PER_SECOND

DEMAND_LIMIT = CALLS_PER_SECOND - 1
"""Calls per second for what a person waits for: leaves one of the quota to production."""

BACKGROUND_LIMIT = 2
"""Calls per second for prefetch, and for a scan that nobody looks at: leaves room for a person and
for production."""

WINDOW_SECONDS = 1.0
"""Span in which calls are counted."""

LONGEST_BACKOFF_SECONDS = 8.0
"""The waits after throttling grow from 1 s to 2, 4 and 8 s and stay there."""

LONGEST_WAIT_SECONDS = 60.0
"""If the service asks to wait for longer, we wait a minute and try again."""


@frozen
class PaceStep:
    """A pace after a refusal, and how to ask whether the next step has room."""

    pause: float
    """Seconds between two calls; infinite where only calls that ask are made."""
    ask: int
    """Calls at once that ask; 0 where there is no next step."""
    ask_again: float
    """Seconds, and by lot up to twice as many, until they ask again, once more questions than
    `ask_soon` were refused."""
    calls_per_second: float
    """About how many are made, for people."""
    ask_soon: int = 0
    """So many questions that were refused are followed by another one soon."""


TELLING = PaceStep(pause=0.4, ask=0, ask_again=inf, calls_per_second=2.2)
"""The pace right after the first refusal, which tells another ivscope at full pace that we are
here. Two of us have room with it, or one and questions of the other, so that it ends by itself."""

TELLING_SECONDS = 4.0
"""Where unused calls are saved up, two of us shared in each of 600 simulated minutes; with three
seconds not in 7, with none not in 75. Each second costs a production of four calls a second one."""

STEPS = (
    # Two calls every 68 s cost a production of four calls a second about 9 calls in ten minutes, of
    # the 24 that are one in a hundred; the others are for how the refusals began.
    PaceStep(pause=inf, ask=2, ask_again=45.0, calls_per_second=0.03, ask_soon=1),
    # One of ours in any second: there is room for it beside 3.5 calls of production. Beside three,
    # asking every 90 s or later costs about 5 calls in ten minutes of the 18 that are one in a
    # hundred.
    # Questions of two of us often meet here, so that one refusal says little.
    PaceStep(pause=1.5, ask=3, ask_again=90.0, calls_per_second=0.6, ask_soon=3),
    # Two of ours in any second: there is room beside 2.5 calls of production, or beside another
    # ivscope; where unused calls are saved up, beside 3.5, which 1.6 a second were too many for.
    PaceStep(pause=0.64, ask=0, ask_again=inf, calls_per_second=1.4),
)
"""From the slowest. After `TELLING` comes the first; nothing leads beyond the last one."""

FIRST_QUESTION_SECONDS = 1.0
"""From the end of `TELLING` to the first question: no call of ours is counted any more."""

ASK_SOON_SECONDS = 3.0
"""Until we ask again when all was answered or few questions were refused so far: a person waits for
a page. In less, answers would be those to one chance."""

_MORE_IF_UNTOLD = 2
"""So many more questions are followed by another one soon where no other ivscope was told of us."""

_REFUSED_AT_THE_PACE = 2
"""So many calls refused one after the other leave the pace of `TELLING` as it is; after more of
them we wait, as after all later ones."""

_IN_A_ROW = 3
"""Questions answered in a row that lead to the next step, and one more once one was refused."""

_ALONE_SECONDS = 1.1
"""Between questions and other calls of ours: more than the second that the service counts, by as
much as the way there may differ."""

_QUESTION_SECONDS = 5.0
"""Calls that come later prove nothing: a person had nothing to ask for in between."""

_REST_SECONDS = 600.0
"""After a refusal at the pace of a step, until it may be taken again: the answers misled us. Each
further one would cost a production of four calls a second about five."""

_LATE_ANSWERS_SECONDS = 2.0
"""Refusals so soon after a cut may be those of calls, ours or others', that were under way then."""

_UNEVEN = 0.025
"""Gaps between calls are longer by up to this share, by lot. With equal gaps the calls of a program
that makes its own at equal gaps could be refused for ever and ours never."""

_CLOSER_EVERY = 12
"""Calls before the first refusal; the last four gaps of so many are shorter, the one after them is
longer by as much. Three seconds, of the four that another ivscope tells of itself. Of simulated
pairs, 4 of 120 near such a service did not share their first minute with 16 calls, none of 480 with
twelve, and 3 of 480 with eight, two of these where unused calls are saved up."""

_CLOSER = 0.95
"""Those gaps, of the usual ones: five calls come within 0.98 s. They may not come as far apart as a
second by what the way there differs near the service; where it differs by more, calls are uneven
enough by themselves."""

_UNEVEN_AFTER_REFUSAL = 0.25
"""The same once a call was refused: the pace is no aim any more."""

_UNEVEN_AFTER_QUESTION = 1.0
"""The same until the next question once one was refused: that of another ivscope met it, and the
next ones must not meet again."""


class Priority(IntEnum):
    """What a call is for. Lower goes first."""

    DEMAND = 0
    """A person waits for it."""
    PREFETCH = 1
    """A person will probably ask for it next."""
    SCAN = 2
    """Reading a whole session in the background."""


@slotted
class _Budget:
    """What one operation has used of its limits."""

    calls: deque[float] = field(default_factory=deque)
    """Start times within two windows, oldest first."""
    made: int = 0
    """Calls since the start."""
    last: float = -inf
    last_background: float = -inf
    limit: int = 0
    """Calls per window that the last call might come with, before a refusal."""
    refusals: int = 0
    step: int | None = None
    """Place in `STEPS`; None before the first refusal."""
    cut_at: float = -inf
    """When the last refusal was heard that had a consequence; while we tell of us, the end of
    that."""
    backoff: float = 0.0
    refused_in_a_row: int = 0
    """Calls refused since one was answered; those that came together count as one."""
    wait_until: float = -inf
    ask_at: float = -inf
    """When the next question may begin."""
    climb_at: float = -inf
    """From when on questions may lead to the next step; before, they only bring pages."""
    asked_at: float = -inf
    asked: int = 0
    """Calls of the question under way; 0 when there is none."""
    answered: int = 0
    in_a_row: int = 0
    """Questions answered since one was refused."""
    unheard: int = 0
    """Questions refused at this step."""
    lot: float = 0.0
    """From 0 to 1, drawn anew for each gap."""


class RateLimiter:
    """The call budgets of one account. Pure: the caller brings the clock.

    Each quota has a budget of its own, by the name that the caller gives it as `operation`: the
    service counts each operation, and each Region, apart.

    Times are seconds on any monotonic clock. Not locked: one caller at a time.
    """

    def __init__(
        self,
        *,
        demand: int = DEMAND_LIMIT,
        background: int = BACKGROUND_LIMIT,
        window: float = WINDOW_SECONDS,
        first_backoff: float = 1.0,
        lot: Callable[[], float] = random,
    ) -> None:
        self._demand = demand
        self._window = window
        self._first_backoff = first_backoff
        self._lot = lot
        self._budgets: dict[str, _Budget] = {}
        self.background = background
        """Calls per window for prefetch and scans; may be raised at any time, up to the quota."""
        self.is_watched = False
        """Whether a person looks at what a scan reads."""

    @property
    def budget(self) -> int:
        """The most calls per window and operation."""
        return max(self._demand, self.background)

    @property
    def watched(self) -> int:
        """Calls per window of a scan that a person looks at while nothing was refused.

        All of the budget, unless the background was made slower than it usually is.
        """
        return self.background if self.background < BACKGROUND_LIMIT else self.budget

    def delay(self, operation: str, priority: Priority, now: float) -> float:
        """Seconds until a call of this operation and priority may start; 0 when it may start now.

        Calls on demand may come in a burst, and evenly after it. Background calls are always
        spread evenly: a burst at the end of one window and another at the start of the next would
        meet at the service. After a refusal the steps hold for all of them.
        """
        budget = self._budgets.get(operation)
        if budget is None:
            return 0.0
        on_demand = priority is Priority.DEMAND
        limit = self._limit(priority)
        if budget.step is not None:
            next_at = self._next_at(budget, self._step(budget, budget.step, now), limit, now)
            return max(0.0, max(budget.wait_until, next_at) - now)
        gap = self._window / limit * (1 + _UNEVEN * budget.lot)
        if limit == DEMAND_LIMIT and budget.made % _CLOSER_EVERY >= _CLOSER_EVERY - limit:
            gap *= _CLOSER
        earliest = budget.wait_until
        if len(budget.calls) >= limit:
            earliest = max(earliest, budget.calls[-limit] + min(self._window, limit * gap))
        for count in range(limit + 1, len(budget.calls) + 1):
            earliest = max(earliest, budget.calls[-count] + count * gap)
        if not on_demand:
            earliest = max(earliest, budget.last_background + gap)
        return max(0.0, earliest - now)

    def _limit(self, priority: Priority) -> int:
        if priority is Priority.DEMAND:
            return self.budget
        return self.watched if priority is Priority.SCAN and self.is_watched else self.background

    def note_call(self, operation: str, priority: Priority, now: float) -> None:
        """Note that a call starts."""
        budget = self._budgets.setdefault(operation, _Budget())
        self._forget_old(budget, now)
        budget.calls.append(now)
        budget.made += 1
        if budget.step is not None:
            self._ask(budget, STEPS[budget.step], now)
        budget.last = now
        budget.limit = self._limit(priority)
        budget.lot = self._lot()
        if priority is not Priority.DEMAND:
            budget.last_background = now

    def note_throttle(self, operation: str, now: float, retry_after: float | None = None) -> None:
        """Note that the service refused a call: wait, and go on slower.

        The service counts the calls of everybody in the account, so a refusal of ours says that
        others were probably refused too. Answers to calls under way together count as one.
        """
        budget = self._budgets.setdefault(operation, _Budget())
        budget.refusals += 1
        if now >= budget.wait_until:
            if budget.asked or now - budget.cut_at >= _LATE_ANSWERS_SECONDS:
                budget.cut_at = now
                self._slow_down(budget, now)
            budget.refused_in_a_row += 1
            if now < budget.cut_at and budget.refused_in_a_row <= _REFUSED_AT_THE_PACE:
                budget.wait_until = max(now, self._at_the_pace(budget, TELLING.pause))
            else:
                backoff = budget.backoff * 2 or self._first_backoff
                budget.backoff = min(LONGEST_BACKOFF_SECONDS, backoff)
        asked = min(retry_after or 0.0, LONGEST_WAIT_SECONDS)
        budget.wait_until = max(budget.wait_until, now + max(budget.backoff, asked))

    def recover(self, operation: str) -> None:
        """Note that a call was answered: the next wait after a refusal is the first one again."""
        budget = self._budgets.get(operation)
        if budget is None:
            return
        budget.backoff, budget.refused_in_a_row = 0.0, 0
        if budget.step is not None and budget.asked:
            budget.answered += 1
            if budget.answered == STEPS[budget.step].ask:
                self._hear(budget, budget.step)

    def _step(self, budget: _Budget, step: int, now: float) -> PaceStep:
        return TELLING if now < budget.cut_at else STEPS[step]

    def _next_at(self, budget: _Budget, step: PaceStep, limit: int, now: float) -> float:
        """When the next call may start after a refusal: one that asks, or one at the pace."""
        if 0 < budget.asked < step.ask:
            return now if limit > 1 else budget.last + self._window
        alone = self._seconds(_ALONE_SECONDS)
        at_the_pace = self._at_the_pace(budget, step.pause, self._window / limit)
        return min(
            max(budget.ask_at, budget.last + alone), max(at_the_pace, budget.asked_at + alone)
        )

    def _at_the_pace(self, budget: _Budget, pause: float, least: float = 0.0) -> float:
        """When the next call may start that is not one of a question."""
        return budget.last + max(self._seconds(pause), least) * (
            1 + _UNEVEN_AFTER_REFUSAL * budget.lot
        )

    def _ask(self, budget: _Budget, step: PaceStep, now: float) -> None:
        """Count a call that starts as one of a question, or as the first of a new one."""
        if now >= budget.ask_at and now - budget.last >= self._window:
            budget.asked_at, budget.asked, budget.answered = now, 1, 0
            budget.ask_at = now + self._seconds(step.ask_again)
        elif now - budget.asked_at >= self._seconds(_QUESTION_SECONDS):
            budget.asked = 0
        elif 0 < budget.asked < step.ask:
            budget.asked += 1

    def _hear(self, budget: _Budget, step: int) -> None:
        """Note that all calls of a question were answered: there was room for the next step."""
        budget.asked = 0
        if budget.asked_at < budget.climb_at:
            return
        budget.in_a_row += 1
        if budget.in_a_row == _IN_A_ROW:
            budget.step = step + 1
            budget.in_a_row = budget.unheard = 0
        has_next = STEPS[budget.step or 0].ask > 0
        budget.ask_at = self._again(budget, ASK_SOON_SECONDS) if has_next else inf

    def _slow_down(self, budget: _Budget, now: float) -> None:
        """Draw the consequence of a refusal at `now` for the pace."""
        if budget.step is None:
            budget.step = 0
            budget.ask_at = now + self._seconds(ASK_SOON_SECONDS)
            budget.unheard = -_MORE_IF_UNTOLD
            if budget.limit > BACKGROUND_LIMIT:
                budget.unheard = 0
                budget.cut_at = now + self._seconds(TELLING_SECONDS)
                budget.ask_at = budget.cut_at + self._seconds(FIRST_QUESTION_SECONDS)
            return
        budget.in_a_row = 0
        if budget.asked:
            budget.asked = 0
            budget.unheard += 1
            step = STEPS[budget.step]
            is_soon = budget.unheard <= step.ask_soon and now >= budget.climb_at
            wait = ASK_SOON_SECONDS if is_soon else step.ask_again
            budget.ask_at = self._again(budget, wait, _UNEVEN_AFTER_QUESTION)
            return
        budget.step = max(0, budget.step - 1)
        budget.climb_at = now + self._seconds(_REST_SECONDS)
        step = STEPS[budget.step]
        budget.ask_at = now + self._seconds(step.ask_again if step.pause == inf else _REST_SECONDS)

    def _again(
        self, budget: _Budget, seconds: float, uneven: float = _UNEVEN_AFTER_REFUSAL
    ) -> float:
        """So long after the question, by lot: production may have a rhythm."""
        return budget.asked_at + self._seconds(seconds) * (1 + uneven * budget.lot)

    def _seconds(self, seconds: float) -> float:
        """So long where calls are counted in another span than a second."""
        return seconds if seconds == inf else seconds * self._window / WINDOW_SECONDS

    def slowed_to(self, now: float) -> float | None:
        """About the calls a second that refusals leave the slowest operation; None before one."""
        budgets = self._budgets.values()
        steps = (self._step(one, one.step, now) for one in budgets if one.step is not None)
        return min((step.calls_per_second for step in steps), default=None)

    @property
    def refusals(self) -> int:
        """Calls that the service has refused since the start, of all operations."""
        return sum(budget.refusals for budget in self._budgets.values())

    def used(self, now: float) -> int:
        """Calls of the busiest operation started within the window, at most those allowed.

        The next call comes later by as much as the one beyond them came sooner.
        """
        most = max((self._count(budget, now) for budget in self._budgets.values()), default=0)
        return min(most, self.budget)

    def waiting_until(self, now: float) -> float:
        """When the last wait after a refusal ends or has ended; minus infinity if there was none.

        Where only calls that ask are made, the time until the next ones is such a wait.
        """
        return max((self._waits_until(one, now) for one in self._budgets.values()), default=-inf)

    def _waits_until(self, budget: _Budget, now: float) -> float:
        only_asks = budget.step is not None and self._step(budget, budget.step, now).pause == inf
        return max(budget.wait_until, budget.ask_at if only_asks and not budget.asked else -inf)

    def _count(self, budget: _Budget, now: float) -> int:
        return sum(1 for start in budget.calls if now - start < self._window)

    def _forget_old(self, budget: _Budget, now: float) -> None:
        while budget.calls and now - budget.calls[0] >= 2 * self._window:
            budget.calls.popleft()
