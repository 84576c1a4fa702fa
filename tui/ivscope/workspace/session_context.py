"""Facts of a whole session for the rules of findings, from what its scan has read."""

from ivscope.domain.stages import Participant, ParticipantScope, SessionScope
from ivscope.findings.known_facts import SessionFacts
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.workspace.reaches import Reaches


def session_facts(provider: StageDataProvider, session: SessionScope) -> SessionFacts:
    """Return what a scan has read so far; call it anew for each look. Reads nothing.

    Its log is that of the timeline of everybody, so positions are the same in both.
    """
    scan = provider.scan(session)
    reach = Reaches(provider).in_scan(scan)
    all_listed = scan.log.participants_complete
    rows = scan.participants.items

    def participant(participant_id: str) -> Participant | None:
        scope = ParticipantScope(session.stage_arn, session.session_id, participant_id)
        return provider.store.participant(scope)

    return SessionFacts(
        scope=session,
        log=scan.log.log,
        participants=rows[: len(rows)],
        all_listed=all_listed,
        is_read=scan.log.is_read,
        reach=reach,
        participant=participant,
        scan_calls=lambda: scan.calls_left,
    )
