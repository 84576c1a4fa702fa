"""Groups: how many of those with one SDK, browser, system, provider or protocol failed."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from tui.domain.session_summary import Group, GroupRow
from tui.domain.stages import Participant
from tui.query.drills import Drills


@dataclass(frozen=True, slots=True)
class Failing:
    """Who has error events, and how a filter names participants."""

    names: frozenset[str]
    drills: Drills


def _versioned(name: str | None, version: str | None) -> str | None:
    return " ".join(part for part in (name, version) if part) or None


def _sdk(one: Participant) -> str | None:
    # SDKs of different systems number their versions apart.
    where = "browser" if one.browser_name else one.os_name
    return f"{one.sdk_version} ({where})" if one.sdk_version and where else one.sdk_version or None


_LABELS: Final[tuple[tuple[str, Callable[[Participant], str | None]], ...]] = (
    ("SDK", _sdk),
    ("Browser", lambda one: _versioned(one.browser_name, one.browser_version)),
    ("System", lambda one: _versioned(one.os_name, one.os_version)),
    ("Provider", lambda one: one.isp_name or None),
    ("Protocol", lambda one: one.protocol or None),
)


def groups_of(
    read: Iterable[str], listed: int, facts: Mapping[str, Participant], failing: Failing
) -> tuple[Group, ...]:
    """One group for each fact. Who is not read does not count: nobody knows whether it failed.

    Args:
        read: Participants whose events are read to the end.
        listed: How many are listed.
        facts: Answers of GetParticipant, by id.
        failing: Who has error events.
    """
    known = [(name, facts[name]) for name in read if name in facts]
    failing_known = sum(name in failing.names for name, _ in known)
    groups: list[Group] = []
    for label, value_of in _LABELS:
        total: Counter[str | None] = Counter()
        failed: dict[str | None, list[str]] = {}
        for name, one in known:
            value = value_of(one)
            total[value] += 1
            if name in failing.names:
                failed.setdefault(value, []).append(name)
        rows = [
            GroupRow(value, len(failed.get(value, ())), count, _drill(failing, failed.get(value)))
            for value, count in total.items()
        ]
        rows.sort(key=lambda row: (-row.failing, -row.total, row.value or ""))
        groups.append(
            Group(label, len(known), listed, failing_known, len(failing.names), tuple(rows))
        )
    return tuple(groups)


def _drill(failing: Failing, names: list[str] | None) -> str | None:
    drill = failing.drills.any_of(names or ())
    return None if drill is None else f"{drill} error:yes"
