"""Facts of a whole session, as the rules of findings look at what its sweep has read."""

from ivscope.domain.stages import Participant, ParticipantScope, SessionScope
from ivscope.findings.session_context import SessionFacts
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.workspace.reaches import Reaches


def session_facts(provider: StageDataProvider, session: SessionScope) -> SessionFacts:
    """What a sweep has read so far; make it anew for each look. Reads nothing.

    Its log is that of the timeline of everybody, so a position in it is a position there.
    """
    sweep = provider.scan(session)
    reach = Reaches(provider).in_sweep(sweep)
    all_listed = sweep.log.participants_complete
    rows = sweep.participants.items

    def participant(participant_id: str) -> Participant | None:
        scope = ParticipantScope(session.stage_arn, session.session_id, participant_id)
        return provider.store.participant(scope)

    return SessionFacts(
        scope=session,
        log=sweep.log.log,
        participants=rows[: len(rows)],
        all_listed=all_listed,
        is_read=sweep.log.is_read,
        reach=reach,
        participant=participant,
        scan_calls=lambda: sweep.calls_left,
    )
