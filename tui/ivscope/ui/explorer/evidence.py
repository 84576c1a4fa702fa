"""EvidenceCommands: going to the events that findings rest on, and reading missing facts."""

from collections.abc import Mapping
from datetime import datetime

from ivscope.domain.frozen import slotted
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.domain.times import to_microseconds
from ivscope.findings.finding import EventRef
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.fetchable import Fetchable
from ivscope.render.finding_lines import EvidenceKeys
from ivscope.render.sentences.words import LACKING
from ivscope.settings.key_names import first_key
from ivscope.ui.commands import Unavailable
from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.event_findings import EventFindings, event_ref
from ivscope.ui.explorer.navigation import Navigation
from ivscope.workspace.event_refs import own_ref, reads_past, session_position, target_of
from ivscope.workspace.place import Level, Place

_IS_BACK = "back at the event that the evidence is for"


@slotted
class _Tour:
    """The events that `z` steps through; the last one is the event that they are about."""

    stops: tuple[EventRef, ...]
    at: int = -1


@slotted
class _Run:
    """What `Z` is reading: pages of events until a moment is covered, or one call."""

    target: Fetchable
    place: Place
    what: str
    """What is read, in words for the status line."""
    time_us: int | None
    """The moment to cover, microseconds; None to read to the end of the list."""


class EvidenceCommands:
    """The commands about the findings of the event under the cursor."""

    def __init__(
        self, context: ExplorerContext, event_findings: EventFindings, navigation: Navigation
    ) -> None:
        self._context = context
        self._event_findings = event_findings
        self._provider = context.provider
        self._pane = context.pane
        self._navigation = navigation
        self._say = context.say
        self._tour: _Tour | None = None
        self._run: _Run | None = None
        context.steps_back.append(self._back)
        context.handlers.add("evidence.next", self._next, self._why_not)
        context.handlers.add("evidence.fetch", self._fetch, self._why_not)

    def _why_not(self) -> str:
        reason = self._context.why_no_events()
        if not reason and self._pane.event is None:
            return "no event under the cursor"
        return reason

    def changed(self) -> None:
        """Called when something was read: read on for what `Z` asked for."""
        run = self._run
        if run is None or self._step(run, is_first=False):
            return
        self._run = None
        if self._navigation.here == run.place:
            failure = run.target.status.failure
            self._say(f"read {run.what}" if failure is None else f"not read: {failure.summary}")

    def _ref(self) -> EventRef:
        event, here = self._pane.event, self._navigation.here
        if event is None or not self._navigation.shows_events:
            raise Unavailable("put the cursor on an event first: this shows its evidence")
        scope = here.at_event(event.participant_id).participant
        ref = event_ref(self._event_findings, self._pane, scope)
        if ref is None:
            raise Unavailable("nothing is known about this event yet")
        return ref

    # Going to the events.

    def _next(self) -> None:
        """Go to the next event that the findings rest on; after the last one, go back."""
        here, tour = self._ref(), self._tour
        if tour is None or tour.stops[tour.at] != here:
            tour = self._tour = _Tour(self._stops(here))
        tour.at = (tour.at + 1) % len(tour.stops)
        others = len(tour.stops) - 1
        is_back = tour.at == others
        note = _IS_BACK if is_back else f"evidence {tour.at + 1} of {others}"
        self._say(note + self._show(tour.stops[tour.at]))

    def _back(self) -> bool:
        """Go back to the event that the evidence is for. Returns whether there was a way back.

        Only from an event of the evidence, and inside one list: another list that was opened for
        it is left as any other.
        """
        tour = self._tour
        if tour is None or not self._context.shows_events or self._context.picks:
            return False
        *evidence, origin = tour.stops
        here = self._navigation.here
        scope = here.session if here.level is Level.TIMELINE else here.participant
        if scope not in {origin.scope, _session(origin.scope)}:
            return False
        if self._pane.event is None or self._ref() not in evidence:
            return False
        self._tour = None
        self._say(_IS_BACK + self._show(origin))
        return True

    def _stops(self, here: EventRef) -> tuple[EventRef, ...]:
        findings = self._event_findings.of(here)
        if findings is None:
            raise Unavailable("still looking for evidence")
        refs = (own_ref(self._event_findings, ref) for one in findings for ref in one.rests_on)
        others = dict.fromkeys(ref for ref in refs if ref is not None and ref != here)
        if not others:
            raise Unavailable("the findings about this event rest on no other event")
        return (*others, here)

    def _show(self, ref: EventRef) -> str:
        """Put the cursor on an event, on the timeline or in its participant's list.

        Returns:
            What else the status line has to say; empty for nothing.
        """
        here, scope, position = self._navigation.here, ref.scope, ref.position
        if here.level is Level.TIMELINE and here.session == _session(scope):
            found = session_position(self._event_findings, ref, here.session)
            if found is None:
                raise Unavailable("that event is not on the timeline")
            position = found
        elif isinstance(scope, ParticipantScope):
            place = Place(scope.stage_arn, scope.session_id, scope.participant_id)
            if here.level is not Level.EVENTS or here.participant != scope:
                self._navigation.go_or_back(place)
        return self._move(position)

    def _move(self, position: int) -> str:
        event_list = self._pane.event_list
        if event_list is None:
            return ""
        while event_list.view.work(1.0):
            pass
        remark = ""
        if not event_list.view.is_shown(position):
            self._pane.refit(event_list.show_all)
            remark = "; all events are shown, the filter hid it"
        self._pane.move_to(event_list.view.row_at(position))
        return remark

    # Reading missing facts.

    def _fetch(self) -> None:
        """Read the first missing fact that would make a finding surer."""
        here = self._ref()
        findings = self._event_findings.of(here)
        if findings is None:
            raise Unavailable("still looking for evidence")
        ask = self._event_findings.fetchable(findings)
        if ask is None:
            raise Unavailable("nothing to read that would tell more")
        target = target_of(self._provider, ask.fact)
        if target is None:
            raise Unavailable("that takes the events of all participants: {go.timeline} reads them")
        time = None if self._pane.event is None else self._pane.event.time
        until = to_microseconds(time) if isinstance(time, datetime) else None
        run = self._run = _Run(target, self._navigation.here, LACKING[ask.what], until)
        self._step(run, is_first=True)
        self._say(f"reading {run.what}")

    def _step(self, run: _Run, *, is_first: bool) -> bool:
        """Have the next page read unless the moment is covered. Returns whether to go on."""
        target, status = run.target, run.target.status
        if self._navigation.here != run.place:
            return False
        if status.is_busy:
            return True
        if status.failure is not None:
            return is_first and self._provider.retry(target)
        if not isinstance(target, EventFeed):
            return is_first and self._provider.read_more(target)
        if status.has_more:
            if not is_first and reads_past(target.items, run.time_us):
                return False
            return self._provider.read_more(target)
        return is_first and self._provider.refresh(target)


def _session(scope: ParticipantScope | SessionScope) -> SessionScope:
    return scope.session if isinstance(scope, ParticipantScope) else scope


def evidence_keys(keys: Mapping[str, str]) -> EvidenceKeys:
    """Return the keys of the commands about evidence.

    Args:
        keys: Keys in force by command id; empty for none.
    """
    following, fetching, scanning = (
        first_key(keys[id_]) if keys[id_] else ""
        for id_ in ("evidence.next", "evidence.fetch", "go.timeline")
    )
    return EvidenceKeys(following, fetching, scanning)
