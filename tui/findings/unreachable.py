"""Publishers that several participants failed to subscribe to."""

from collections import defaultdict
from collections.abc import Iterator

from tui.domain import events
from tui.findings.finding import Certainty, Finding, Outside, Text
from tui.findings.swept import MANY, Swept

MOST_PUBLISHERS = 20
"""So many are told, those with the most participants first."""


def unreachable_publishers(swept: Swept) -> Iterator[Finding]:
    """Group SUBSCRIBE_ERROR by publisher."""
    by_remote: defaultdict[str, list[int]] = defaultdict(list)
    for at in swept.errors:
        remote = swept.log.remote(at)
        if remote and swept.log.name(at) == events.SUBSCRIBE_ERROR:
            by_remote[remote].append(at)
    found = []
    for remote, positions in by_remote.items():
        whose = swept.whose(positions)
        if swept.persons(whose) >= MANY:
            found.append((len(whose), remote, positions))
    for count, remote, positions in sorted(found, key=lambda one: -one[0])[:MOST_PUBLISHERS]:
        text: Text = (
            f"{count:,} participants failed to subscribe to ",
            Outside(remote),
            *swept.from_to(positions),
            ".",
        )
        unknown = swept.partial or ("whether the publisher or the subscribers are the reason",)
        yield Finding(text, Certainty.SHOWN, swept.refs(positions), unknown, swept.rest)
