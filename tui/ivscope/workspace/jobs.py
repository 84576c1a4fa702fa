"""Jobs: all background work of the explorer, and what happens to it when the program ends.

Everything here is called on the UI thread, except where it says that it may be called from any
thread; only `work` functions that say so run in threads. Each way to delay work has its class:

- `Alarm`: once, after some time; setting it again replaces the time.
- `Debounce`: at once, but while a key is held down only after it rests.
- `Coalescer`: what other threads announce; many announcements become one.
- `SlicedJob`: long work on the UI thread, in slices between the keys.
- `AtRest`: the same for what nobody has asked for yet, while no key comes.
- `ThreadJob`: work in a thread, one piece at a time, dropped on quit.

Work that a person asked for, such as saving a file, is a `Promise`: quitting waits for it.

Long because all of them end together: one owner knows what still runs, and what is lost.
"""

import threading
import traceback
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from ivscope.domain.clock import Clock
from ivscope.domain.frozen import frozen

Result = TypeVar("Result")

SLICE_SECONDS, KEY_PAUSE_SECONDS = 0.008, 0.001
"""A slice on the UI thread, and the pause behind it: a key waits for one slice and a frame."""

_MORE, _ANOTHER_SECONDS = 3, 0.03
"""So many more slices follow without a pause, one for each such time without a key."""

_REST_SECONDS = 0.3
"""Work that nobody has asked for begins when no key has come for so long: who only passes through
presses the next key sooner."""

_REST_SLICE_SECONDS = 0.004
"""Length of its slices: one may delay a key."""

_AT_ONCE = 6
"""So many changes are taken in at once each: a key sets off a few, and all show without delay."""

_TOGETHER_SECONDS = 0.125
"""Time between further changes. Each redraws, and nobody can follow more than ten a second."""

_REST = 10
"""Repeated work pauses for so many times as long as it took: calls and keys need the processor."""

_LOOK_SECONDS = 0.02
"""A thread that waits for the UI thread looks so often whether its work was given up."""

_GIVING_UP_SECONDS = 0.15
"""How long giving up waits for a half-written file to be removed. Quitting may take 0.2 s."""


@frozen
class UiThread:
    """The functions of Textual that jobs need."""

    soon: Callable[[Callable[[], object]], object]
    """Calls a function on the UI thread. May be called from any thread."""
    later: Callable[[float, Callable[[], object]], Callable[[], object]]
    """Calls a function there after so many seconds; returns what stops that. On the UI thread."""
    typed: Callable[[], int] = int
    """Returns a number that grows with every key as soon as it comes, before it does anything."""


@frozen
class Outcome:
    """How a promise ended."""

    text: str
    """One sentence for the person who asked; empty where there is nothing to say."""
    is_kept: bool = True
    """Whether the person has what they asked for."""


@frozen
class Bug:
    """An error of ours because of which only a part of a result is missing."""

    what: str
    """The part that is missing now, as the start of a sentence."""
    error: Exception

    @property
    def in_words(self) -> str:
        """The missing part and the error, in one line."""
        return f"{self.what} failed: a bug in ivscope ({type(self.error).__name__})"

    @property
    def report(self) -> str:
        """The line and where it happened, without the values of variables."""
        return f"{self.in_words}\n{''.join(traceback.format_exception(self.error))}"


class GivenUpError(Exception):
    """Raised inside work that nobody waits for any more. Must not be caught by the work."""


class Promise:
    """Work in a thread that a person asked for and waits for; quitting waits for it too."""

    def __init__(self, title: str, lost: str, ended: threading.Condition) -> None:
        self.title = title
        """What is being done, such as "Saving FILE"."""
        self.lost = lost
        """The sentence to show when it is given up."""
        self._ended = ended
        self._is_given_up = False
        self._is_last_step = False

    def check(self) -> None:
        """Called by the work every few milliseconds.

        Raises:
            GivenUpError: The person no longer waits: undo what is half done, and end.
        """
        if self._is_given_up:
            raise GivenUpError

    def begin_last_step(self) -> None:
        """Called by the work before the step that makes its result visible, which must be short.

        From here on it can no longer be given up.

        Raises:
            GivenUpError: It was given up before.
        """
        with self._ended:
            self.check()
            self._is_last_step = True

    def give_up(self) -> None:
        """Have the work end at its next `check`. Called with the condition held."""
        self._is_given_up = not self._is_last_step


class Jobs:
    """The owner of all background work of one running explorer."""

    def __init__(self, clock: Clock, ui: UiThread, crash: Callable[[Exception], object]) -> None:
        """Begin without work.

        Args:
            clock: Tells the time to everything that waits.
            ui: Timers, and the way from a thread to the UI thread.
            crash: Called on the UI thread with an error after which nothing can be trusted.
        """
        self.clock = clock
        self.ui = ui
        self.bugs: list[Bug] = []
        """Errors because of which parts are missing, each once, in the order they happened."""
        self.outcomes: list[Outcome] = []
        """How the promises ended that quitting waited for, that failed or that were given up."""
        self._crash = crash
        self._ended = threading.Condition()
        self._promises: list[Promise] = []
        self._leave: Callable[[], object] | None = None
        self._is_closed = False

    # Errors.

    def note_bug(self, what: str, error: Exception) -> Bug:
        """Keep an error that cost only a part; it is reported when the program has ended."""
        bug = Bug(what, error)
        if bug.in_words not in {known.in_words for known in self.bugs}:
            self.bugs.append(bug)
        return bug

    def rule_failed(self, rule: str, error: Exception) -> None:
        """Note that a rule of the findings raised an error. May be called from any thread."""
        self.note_bug(f"the rule {rule}", error)

    def crash(self, error: Exception) -> None:
        """Report an error after which nothing on screen could be trusted."""
        if not self._is_closed:
            self._crash(error)

    def crash_soon(self, error: Exception) -> None:
        """Report such an error. May be called from any thread."""
        self.ui.soon(partial(self.crash, error))

    # Threads.

    def run_in_thread(self, name: str, work: Callable[[], object]) -> None:
        """Run work in a thread that nobody waits for when the program ends.

        Exceptions are reported on the UI thread.
        """

        def run() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - handed on whole, never swallowed
                self.crash_soon(error)

        threading.Thread(target=run, name=name, daemon=True).start()

    def promise(
        self,
        title: str,
        lost: str,
        work: Callable[[Promise], Outcome],
        told: Callable[[str], object],
    ) -> None:
        """Do in a thread what a person asked for; quitting waits for it.

        Args:
            title: What is being done, such as "Saving FILE".
            lost: The sentence to show when it is given up, such as "FILE was not saved".
            work: Runs in the thread. Must call `check` of its promise often.
            told: Called on the UI thread with the sentence of the outcome.
        """
        promise = Promise(title, lost, self._ended)

        def run() -> None:
            try:
                outcome = work(promise)
            except GivenUpError:
                outcome = Outcome(lost, is_kept=False)
            except BaseException:
                self._end(promise, Outcome(lost, is_kept=False), lambda _text: None)
                raise
            self._end(promise, outcome, told)

        with self._ended:
            self._promises.append(promise)
        self.run_in_thread(title, run)

    def on_ui(self, promise: Promise, make: Callable[[], Result]) -> Result:
        """Have something short made on the UI thread, and wait. Called in the thread of a promise.

        Raises:
            GivenUpError: The promise was given up meanwhile.
        """
        made: SimpleQueue[Result] = SimpleQueue()
        self.ui.soon(lambda: made.put(make()))
        while True:
            promise.check()
            with suppress(Empty):
                return made.get(timeout=_LOOK_SECONDS)

    def _end(self, promise: Promise, outcome: Outcome, told: Callable[[str], object]) -> None:
        """Note the outcome of a promise. Called in its thread."""
        with self._ended:
            if promise not in self._promises:
                return  # given up already, and reported as lost
            self._promises.remove(promise)
            is_leaving = self._leave is not None
            # What failed is said again at the end. The same failure is said once.
            is_told = is_leaving or (not outcome.is_kept and outcome not in self.outcomes)
            if is_told and outcome.text:
                self.outcomes.append(outcome)
            self._ended.notify_all()
        self.ui.soon(self._leave_when_kept if is_leaving else partial(told, outcome.text))

    # Leaving.

    def leave(self, then: Callable[[], object]) -> str:
        """Leave when all promises are done; a second call gives them up.

        Args:
            then: Ends the program. Called on the UI thread, at once or later.

        Returns:
            What quitting waits for, such as "Saving FILE"; empty for nothing.
        """
        is_first = self._leave is None
        with self._ended:
            self._leave = then
            titles = [promise.title for promise in self._promises]
        if titles and is_first:
            return ", ".join(titles)
        self.give_up()
        then()
        return ""

    @property
    def is_busy(self) -> bool:
        """Whether there is a promise that somebody waits for."""
        with self._ended:
            return bool(self._promises)

    def renewed(self) -> "Jobs":
        """Drop what runs for a screen that is left; what begins anew, with what is to be told."""
        fresh = Jobs(self.clock, self.ui, self._crash)
        fresh.bugs, fresh.outcomes = self.bugs, self.outcomes
        self.close()
        return fresh

    def _leave_when_kept(self) -> None:
        with self._ended:
            is_done = not self._promises and not self._is_closed
        if is_done and self._leave is not None:
            self.close()
            self._leave()

    def give_up(self) -> None:
        """Give all promises up, which takes a moment at most, and report nothing more.

        What could not be finished is in `outcomes`.
        """
        with self._ended:
            for promise in self._promises:
                promise.give_up()
            self._leave = self._leave or (lambda: None)
            self._ended.wait_for(lambda: not self._promises, _GIVING_UP_SECONDS)
            self.outcomes += [Outcome(one.lost, is_kept=False) for one in self._promises]
            self._promises.clear()
        self.close()

    def close(self) -> None:
        """Report nothing more, and drop all work that still runs."""
        self._is_closed = True

    @property
    def is_closed(self) -> bool:
        """Whether the program is ending."""
        return self._is_closed


class Alarm:
    """Calls a function once, some time after it was set. Setting it again replaces the time."""

    def __init__(self, jobs: Jobs, ring: Callable[[], object]) -> None:
        self._jobs = jobs
        self._ring = ring
        self._stop: Callable[[], object] | None = None

    @property
    def is_set(self) -> bool:
        """Whether it will ring."""
        return self._stop is not None

    def set(self, seconds: float) -> None:
        """Ring after so many seconds."""
        self.stop()
        self._stop = self._jobs.ui.later(seconds, self._rings)

    def stop(self) -> None:
        """Do not ring."""
        stop, self._stop = self._stop, None
        if stop is not None:
            stop()

    def _rings(self) -> None:
        self._stop = None
        if not self._jobs.is_closed:
            self._ring()


class Debounce:
    """Acts at once; asked again and again soon after, acts once more when that has ended."""

    def __init__(self, jobs: Jobs, act: Callable[[], object], seconds: float) -> None:
        self._act = act
        self._seconds = seconds
        self._alarm = Alarm(jobs, self._settle)
        self._is_stale = False

    def ask(self, *, is_done: bool = False) -> None:
        """Act now, or when nobody has asked again for some time; not if it `is_done` already."""
        is_early = self._alarm.is_set
        self._is_stale = is_early and not is_done
        if not (is_early or is_done):
            self._act()
        self._alarm.set(self._seconds)

    def _settle(self) -> None:
        if self._is_stale:
            self._is_stale = False
            self._act()


class Coalescer:
    """Collects announced changes, and has many of them taken in together."""

    def __init__(self, jobs: Jobs, take: Callable[[Collection[object]], object]) -> None:
        """Begin without changes.

        Args:
            jobs: The owner.
            take: Called with what has changed since the last time, each thing once.
        """
        self._clock = jobs.clock
        self._take = take
        self._alarm = Alarm(jobs, self._go)
        self._changed: dict[object, None] = {}
        self._paid_until = 0.0
        """Time used up by earlier calls of `take`: each call uses `_TOGETHER_SECONDS`."""

    def add(self, what: object) -> None:
        """Note that something changed. Called on the UI thread."""
        self._changed[what] = None
        if self._alarm.is_set:
            return
        credit = (_AT_ONCE - 1) * _TOGETHER_SECONDS
        wait = self._paid_until - credit - self._clock.monotonic()
        if wait <= 0:
            self._go()
        else:
            self._alarm.set(wait)

    def _go(self) -> None:
        now = self._clock.monotonic()
        self._paid_until = max(self._paid_until, now) + _TOGETHER_SECONDS
        changed, self._changed = self._changed, {}
        self._take(changed)


class SlicedJob:
    """Long work on the UI thread in slices, with a pause after each for waiting keys."""

    def __init__(
        self,
        jobs: Jobs,
        work: Callable[[float], bool],
        draw: Callable[[], object],
        *,
        pause: Callable[[], float],
        draw_seconds: float,
        is_growing: Callable[[], bool] = lambda: False,
    ) -> None:
        """Keep the functions; nothing runs before `begin`.

        Args:
            jobs: The owner.
            work: Works for about so many seconds; returns whether more is left.
            draw: Draws what was done.
            pause: Returns the seconds between two slices.
            draw_seconds: Least time between two drawings while slices follow each other.
            is_growing: Whether more to do keeps coming. If not, the last slice draws at once,
                however recent the last drawing; if so, whenever no last slice drew so recently.
        """
        self._clock = jobs.clock
        self._work = work
        self._draw = draw
        self._pause = pause
        self._draw_seconds = draw_seconds
        self._is_growing = is_growing
        self._typed = jobs.ui.typed
        self._alarm = Alarm(jobs, self._slice)
        self._keys, self._undisturbed_since = 0, 0.0
        """How many keys had come at the last slice, and since when it works without another."""
        self._drawn_at = self._ended_at = -draw_seconds
        """When it drew last, and when a last slice did."""
        self._is_working = self._is_open = self._is_held = False
        """Held: all is done, and only the drawing waits."""

    def begin(self) -> None:
        """Do the first slice: the widgets to draw on are there."""
        self._is_open = True
        self.changed()

    def changed(self) -> None:
        """Do a slice now, since there is more to do, unless one follows anyway.

        A drawing that waits for more to come waits no longer when nothing will come.
        """
        if self._is_open and (not self._is_working or (self._is_held and not self._is_growing())):
            self._is_working = True
            self._undisturbed_since = self._clock.monotonic()
            self._slice()

    @property
    def is_open(self) -> bool:
        """Whether there is something to draw on."""
        return self._is_open

    @property
    def is_done(self) -> bool:
        """Whether all that is known of is done, drawn or not."""
        return not self._is_working or self._is_held

    def draw(self) -> None:
        """Draw now, as when a key or another size changed what is shown."""
        if self._is_open:
            self._drawn_at = self._clock.monotonic()
            self._draw()

    def close(self) -> None:
        """Do and draw nothing more: the widgets are gone."""
        self._is_open = False
        self._alarm.stop()

    def _slice(self) -> None:
        keys, pause, now = self._typed(), self._pause(), self._clock.monotonic()
        if keys != self._keys:
            self._keys, self._undisturbed_since = keys, now
        more = int((now - self._undisturbed_since) / _ANOTHER_SECONDS)
        is_more = self._work(SLICE_SECONDS)
        for _ in range(min(_MORE, more) if pause <= KEY_PAUSE_SECONDS else 0):
            if is_more and self._typed() == keys:
                is_more = self._work(SLICE_SECONDS)
        now = self._clock.monotonic()
        wait = (self._drawn_at if is_more else self._ended_at) + self._draw_seconds - now
        is_drawn = wait <= 0 or not (is_more or self._is_growing())
        self._is_held = not (is_more or is_drawn)
        self._is_working = is_more or self._is_held
        if self._is_working:
            self._alarm.set(pause if is_more else wait)
        else:
            self._ended_at = now
            self._alarm.stop()
        if is_drawn:
            self.draw()


class AtRest:
    """Work that is done ahead on the UI thread, in short slices, while no key comes."""

    def __init__(self, jobs: Jobs, work: Callable[[float], bool]) -> None:
        """Do nothing before `changed`.

        Args:
            jobs: The owner.
            work: Works for about so many seconds; returns whether more is left. Asked again after
                every key, so it must be quick to say that nothing is left.
        """
        self._typed = jobs.ui.typed
        self._work = work
        self._alarm = Alarm(jobs, self._slice)
        self._seen = 0
        """Keys that had come when the present rest began."""

    def changed(self) -> None:
        """Work once no key comes for a while: a key has come, or there may be more to do."""
        if not self._alarm.is_set:
            self._rest()

    def _rest(self) -> None:
        self._seen = self._typed()
        self._alarm.set(_REST_SECONDS)

    def _slice(self) -> None:
        if self._typed() != self._seen:
            self._rest()
        elif self._work(_REST_SLICE_SECONDS):
            self._alarm.set(KEY_PAUSE_SECONDS)


class ThreadJob(Generic[Result]):
    """Work in a thread, one piece at a time. Quitting does not wait for it."""

    def __init__(self, jobs: Jobs, name: str) -> None:
        self._jobs = jobs
        self._name = name
        self._rests_until = -1.0
        self.is_running = False
        """Whether a piece is being worked on."""

    @property
    def rests(self) -> bool:
        """Whether the last piece ended so recently that the next one should wait."""
        return self._jobs.clock.monotonic() < self._rests_until

    def start(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], object],
        failed: Callable[[Exception], object],
    ) -> bool:
        """Begin a piece of work unless one is under way.

        Args:
            work: Runs in a thread.
            done: Called on the UI thread with the result.
            failed: Called on the UI thread with what `work` raised.

        Returns:
            Whether this piece was begun.
        """
        if self.is_running:
            return False
        self.is_running = True
        clock = self._jobs.clock

        def run() -> None:
            began = clock.monotonic()
            end: Callable[[], object]
            try:
                end = partial(done, work())
            except Exception as error:  # noqa: BLE001 - handed on whole, never swallowed
                end = partial(failed, error)
            ended = clock.monotonic()
            self._jobs.ui.soon(lambda: self._end(ended + _REST * (ended - began), end))

        self._jobs.run_in_thread(self._name, run)
        return True

    def _end(self, rests_until: float, end: Callable[[], object]) -> None:
        self.is_running = False
        self._rests_until = rests_until
        if not self._jobs.is_closed:
            end()
