"""Which rules speak about a whole session."""

from tui.findings.bursts import bursts
from tui.findings.finding import Finding
from tui.findings.seats import quota_against_seats
from tui.findings.session_clients import matching_faults, sdk_versions
from tui.findings.session_known import SessionKnown
from tui.findings.shared_users import shared_users
from tui.findings.swept import sweep_of
from tui.findings.unreachable import unreachable_publishers

_RULES = (
    bursts,
    quota_against_seats,
    unreachable_publishers,
    shared_users,
    matching_faults,
    sdk_versions,
)
"""In the order in which they are read."""


def session_findings(known: SessionKnown) -> tuple[Finding, ...]:
    """What the events of all participants read so far say together.

    Looks at every event: a session of a million takes a worker, not the UI thread. References
    are to the log of the session.
    """
    swept = sweep_of(known)
    return tuple(finding for rule in _RULES for finding in rule(swept))
