"""Views of a history by lot: which faults, in which order, read how far."""

from dataclasses import replace
from random import Random

from ivscope.domain import events as names
from ivscope.domain.events import Event
from ivscope.domain.stages import Participant, ParticipantSummary, SessionScope, StageSession
from ivscope.domain.times import UnreadableTime, from_microseconds
from ivscope.domain.tokens import ParticipantToken
from support.simulator.stage import SECOND
from support.simulator.truth import Happening, History
from support.simulator.view import ALL_FAULTS, Extent, Fault, Row, Served, View

SCOPE = SessionScope("arn:aws:ivs:us-west-2:123456789012:stage/Simulated000", "st-Simulated00000")
SOURCE = SessionScope("arn:aws:ivs:us-west-2:123456789012:stage/SourceOfCopy", "st-SourceOfCopies")

RESOLUTIONS = (SECOND, 1_000, 1)
"""Microseconds that a time is cut to: whole seconds (what AWS documents), milliseconds, none."""

FAULT_SHARES = (0, 20, 50, 90)
"""Percent of the allowed faults that a view has: none, few, many, nearly all."""

LEAST_SHARE = {Fault.MISSING_END: 40}
"""An end that is missing is the rule and not the exception."""

Faults = frozenset[Fault]


def chance(lot: Random, percent: int) -> bool:
    """Whether something of this likelihood happens; the smallest number drawn says no."""
    return lot.randint(1, 100) > 100 - percent


READ_AFTER = (0, 60 * SECOND, 3_600 * SECOND)
"""Microseconds after its end that an ended session is read."""


def show(
    lot: Random, history: History, allowed: Faults = ALL_FAULTS, lost_percent: int | None = None
) -> View:
    """A view of a history. With no faults allowed everything is told and read.

    Args:
        lot: Where it is drawn from.
        history: What happened.
        allowed: Faults that may occur.
        lost_percent: How many events of a hundred are lost where some are; by lot unless given.
    """
    return _Showing(lot, history, allowed, lost_percent).view()


class _Showing:
    def __init__(
        self, lot: Random, history: History, allowed: Faults, lost_percent: int | None
    ) -> None:
        self.lot = lot
        self.history = history
        share = lot.choice(FAULT_SHARES)
        self.chosen = {
            fault
            for fault in Fault
            if fault in allowed and chance(lot, max(share, LEAST_SHARE.get(fault, 0)))
        }
        self.had_effect: set[Fault] = set()
        self.lost_percent = lot.choice((1, 10, 40)) if lost_percent is None else lost_percent
        self.resolutions = lot.choice(
            (RESOLUTIONS[:1], RESOLUTIONS[1:2], RESOLUTIONS[2:], RESOLUTIONS)
        )
        self.is_newest_first = chance(lot, 50)
        self.page_size = lot.choice((50, 1, 2, 3, 5))
        self.read_after = lot.choice(READ_AFTER) if history.laws.lateness else READ_AFTER[-1]

    def view(self) -> View:
        history = self.history
        listed_at = self._read_at(Fault.OLD_LIST)
        moment = history.until if listed_at is None else listed_at
        listed = history.participants
        if Fault.NOT_LISTED in self.chosen and listed:
            listed = listed[: self.lot.randint(0, len(listed) - 1)]
            self.had_effect.add(Fault.NOT_LISTED)
        rows = [summary(history, name, moment) for name in listed]
        if listed and self._hits(Fault.LISTED_TWICE, 100):
            rows.append(self.lot.choice(rows))
        all_listed = len(listed) == len(history.participants)
        served = {name: self._served(name) for name in history.participants}
        end = None if history.is_live else from_microseconds(history.until // SECOND * SECOND)
        return View(
            SCOPE,
            StageSession(SCOPE.session_id, from_microseconds(history.start), end),
            tuple(rows),
            all_listed,
            listed_at,
            served,
            self.page_size,
            frozenset(self.had_effect),
            {
                row.participant_id: facts(history, row)
                for row in rows
                if row.participant_id in history.clients and not self._hits(Fault.FACTS_UNREAD, 50)
            },
            history.until + self.read_after if history.laws.lateness else None,
        )

    def _read_at(self, fault: Fault) -> int | None:
        history = self.history
        if not history.is_live:
            return None
        if fault not in self.chosen or history.start == history.until:
            return history.until
        self.had_effect.add(fault)
        return self.lot.randint(history.start, history.until - 1)

    def _hits(self, fault: Fault, percent: int) -> bool:
        if fault not in self.chosen or not chance(self.lot, percent):
            return False
        self.had_effect.add(fault)
        return True

    def _served(self, participant_id: str) -> Served:
        as_of = self._read_at(Fault.OLD_EVENTS)
        numbers = self.history.numbers_of(participant_id)
        if as_of is not None:
            numbers = tuple(one for one in numbers if self.history.happenings[one].time <= as_of)
        rows: list[Row] = []
        ahead, other = self._ahead(), self._ahead()
        for number in self._told(numbers):
            one = self.history.happenings[number]
            event = self._event(one, other if one.event.destination_stage_arn else ahead)
            rows.append(Row(event, number, self._is_late(number, as_of)))
            if self._hits(Fault.DOUBLED, 25):
                rows.append(rows[-1])
        self._swap(rows)
        if self.is_newest_first:
            rows.reverse()
        if Fault.SHUFFLED in self.chosen:
            ordered = rows.copy()
            self.lot.shuffle(rows)
            if rows != ordered:
                self.had_effect.add(Fault.SHUFFLED)
        extent, pages = self._reading(sum(not row.is_late for row in rows))
        return Served(participant_id, tuple(rows), extent, pages, as_of)

    def _ahead(self) -> int:
        """Microseconds that a clock is ahead: of what a participant does, of its replications."""
        if not self.history.laws.clocks_apart or not self._hits(Fault.CLOCKS_APART, 100):
            return 0
        return self.lot.randint(0, self.history.laws.clocks_apart)

    def _is_late(self, number: int, as_of: int | None) -> bool:
        """Whether an event comes after the reading; without laws for it any event can."""
        if not self.history.clients:
            return self._hits(Fault.LATE, 20)
        read = self.history.until + self.read_after if as_of is None else as_of
        delay = self.lot.randint(0, self.history.laws.lateness)
        return read < self.history.happenings[number].time + delay and self._hits(Fault.LATE, 100)

    def _told(self, numbers: tuple[int, ...]) -> list[int]:
        """Without what is lost and without ends that stay untold."""
        told: list[int] = []
        for number in numbers:
            is_quiet = self.history.happenings[number].may_stay_untold
            if is_quiet and self._hits(Fault.MISSING_END, 60):
                continue
            if not self._hits(Fault.LOST, self.lost_percent):
                told.append(number)
        return told

    def _event(self, one: Happening, ahead: int) -> Event:
        resolution = self.lot.choice(self.resolutions)
        shown = (one.time + ahead) // resolution * resolution
        event = replace(one.event, time=from_microseconds(shown))
        if event.name == names.TOKEN_EXCHANGED and self._hits(Fault.VAGUE_TOKEN, 50):
            event = self.lot.choice(
                (
                    replace(event, previous_token=_vague(event.previous_token)),
                    replace(event, new_token=_vague(event.new_token)),
                    replace(event, previous_token=None),
                    replace(event, new_token=None),
                )
            )
        if self._hits(Fault.UNTIMED, 15):
            event = replace(event, time=self.lot.choice((None, UnreadableTime("soon"))))
        return event

    def _swap(self, rows: list[Row]) -> None:
        """Turn around neighbours of one shown second."""
        if Fault.SWAPPED not in self.chosen:
            return
        for place in range(len(rows) - 1):
            first, second = (self._second(rows[at]) for at in (place, place + 1))
            if first == second and rows[place] != rows[place + 1] and chance(self.lot, 50):
                self.had_effect.add(Fault.SWAPPED)
                rows[place], rows[place + 1] = rows[place + 1], rows[place]

    def _second(self, row: Row) -> int:
        return self.history.happenings[row.number or 0].time // SECOND

    def _reading(self, rows: int) -> tuple[Extent, int]:
        pages = -(-rows // self.page_size)
        if self._hits(Fault.DENIED, 20):
            return Extent.DENIED, 0
        if self._hits(Fault.NOT_READ, 25):
            return Extent.NOT, 0
        if pages > 1 and self._hits(Fault.FIRST_PAGES, 60):
            return Extent.PARTLY, self.lot.randint(1, pages - 1)
        return Extent.WHOLE, max(pages, 1)


def summary(history: History, participant_id: str, moment: int) -> ParticipantSummary:
    """The row of ListParticipants at a moment, microseconds."""
    life = history.lives[participant_id]
    joined = [stay.span.begin for stay in life.stays if stay.span.begin <= moment]
    is_source = any(span.begin <= moment for own in life.replicating.values() for span in own)
    client = history.clients.get(participant_id)
    kind = "REPLICA" if life.is_replica else "SOURCE" if is_source else "NONE"
    return ParticipantSummary(
        participant_id,
        life.user_id,
        "CONNECTED" if history.is_connected(participant_id, moment) else "DISCONNECTED",
        from_microseconds(min(joined) // SECOND * SECOND) if joined else None,
        published=any(span.begin <= moment for span in life.publishing),
        recording_state="DISABLED",
        replication_type=kind,
        source_stage_arn=SOURCE.stage_arn if life.is_replica else None,
        source_session_id=SOURCE.session_id if life.is_replica else None,
        redundant_ingest=client is not None and client.is_redundant,
        ingest_configuration_arn=None if client is None else client.ingest_arn,
    )


def facts(history: History, row: ParticipantSummary) -> Participant:
    """What GetParticipant says beside the row of the list."""
    client = history.client_of(row.participant_id)
    return Participant(
        row,
        os_name=client.os_name,
        os_version=client.os_version,
        browser_name=client.browser_name,
        browser_version=client.browser_version,
        sdk_version=client.sdk_version,
        protocol=client.protocol,
    )


def _vague(token: ParticipantToken | None) -> ParticipantToken | None:
    return None if token is None else replace(token, capabilities=None)
