"""Summaries of logs that tests make: counted at once, where the program counts in slices."""

from collections.abc import Callable, Mapping

from ivscope.analysis.listed_participants import ListedParticipants
from ivscope.analysis.session_summary import Summary
from ivscope.analysis.summary import SummaryBuilder
from ivscope.domain.stages import Participant, ParticipantSummary
from ivscope.provider.store.event_log import EventLog


def summarise(
    log: EventLog,
    *,
    people: Mapping[str, ParticipantSummary],
    facts: Mapping[str, Participant],
    is_read: Callable[[str], bool],
    all_listed: bool,
) -> Summary:
    """Count a log at once.

    Args:
        log: The log.
        people: Everybody listed, by id.
        facts: Answers of GetParticipant, by id.
        is_read: Whether the events of a participant are read to the end.
        all_listed: Whether `people` is complete.
    """
    builder = SummaryBuilder(log)
    while builder.advance(1):
        pass
    return builder.summary(
        people=ListedParticipants(people.values()),
        facts=facts,
        read=filter(is_read, people),
        all_listed=all_listed,
    )
