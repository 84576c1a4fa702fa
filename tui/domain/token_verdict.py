"""The verdict of a token comparison: one line that says what changed."""

from collections.abc import Iterator, Sequence

from tui.domain.durations import round_duration
from tui.domain.token_rows import Change, ExpirationChange, Presence, TokenField, TokenRow


def difference(rows: Sequence[TokenRow], expiration: ExpirationChange) -> str:
    """Say what changed, capabilities first: "gained PUBLISH; expires 1 h later".

    Holds text from outside when a capability is unknown.
    """
    changed = [row for row in rows if row.change is not Change.SAME]
    parts = [] if changed else ["no difference"]
    for verb, change in (("gained", Change.ADDED), ("lost", Change.REMOVED)):
        names = [
            row.key
            for row in changed
            if row.field is TokenField.CAPABILITIES and row.key is not None and row.change is change
        ]
        if names:
            parts.append(f"{verb} {', '.join(names)}")
    parts += _bare_sets(changed)
    for change in (Change.CHANGED, Change.ADDED, Change.REMOVED):
        count = sum(
            row.field is TokenField.ATTRIBUTES and row.key is not None and row.change is change
            for row in changed
        )
        if count:
            parts.append(f"{count} {'attribute' if count == 1 else 'attributes'} {change}")
    parts += [f"user id {row.change}" for row in changed if row.field is TokenField.USER_ID]
    parts += [_moved(row, expiration) for row in changed if row.field is TokenField.EXPIRATION]
    if expiration.left_after is not None and expiration.left_after <= 0:
        parts.append("new token was already over")
    return "; ".join(parts)


def _bare_sets(changed: Sequence[TokenRow]) -> Iterator[str]:
    """Sets that went from absent to empty or back: no member says so."""
    for row in changed:
        is_set = row.field in (TokenField.CAPABILITIES, TokenField.ATTRIBUTES) and row.key is None
        if is_set and {row.before.presence, row.after.presence} == {
            Presence.ABSENT,
            Presence.EMPTY,
        }:
            yield f"{row.field} {row.after.presence}, before {row.before.presence}"


def _moved(row: TokenRow, expiration: ExpirationChange) -> str:
    if expiration.delta is None:
        return f"expiration {row.change}"
    direction = "later" if expiration.delta > 0 else "earlier"
    return f"expires {round_duration(expiration.delta)} {direction}"
