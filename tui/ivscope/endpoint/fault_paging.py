"""Faults of paging: every answer is well formed, and a naive reader loops, stops or loses rows.

Get operations have no pages and are answered as usual.
"""

from ivscope.endpoint.answers import success, validation_error
from ivscope.endpoint.exchange import Exchange
from ivscope.endpoint.world import Members

_AFTER_EMPTY = "after-empty_"
"""Marks tokens of a list that had its empty page."""

_LAST = "last-page"
"""The token of an empty last page."""


def repeated_token(exchange: Exchange) -> None:
    """Once a token was handed out, hand out the same one forever."""
    asked = _token(exchange)
    members = exchange.members(_asking(exchange, None) if asked == _LAST else None)
    if _is_list(members):
        members["nextToken"] = asked or members.get("nextToken") or _LAST
    exchange.send(success(members))


def empty_token(exchange: Exchange) -> None:
    """Let the last page have an empty token instead of none."""
    members = exchange.members()
    if _is_list(members):
        members.setdefault("nextToken", "")
    exchange.send(success(members))


def empty_page_in_the_middle(exchange: Exchange) -> None:
    """Let the second page have no items but a token; all items come."""
    asked = _token(exchange)
    if asked is None:
        members = exchange.members()
    elif asked.startswith(_AFTER_EMPTY):
        members = exchange.members(_asking(exchange, asked.removeprefix(_AFTER_EMPTY)))
        if "nextToken" in members:
            members["nextToken"] = _AFTER_EMPTY + members["nextToken"]
    else:
        members = _without_items(exchange.members())
        members["nextToken"] = _AFTER_EMPTY + asked
    exchange.send(success(members))


def empty_last_page(exchange: Exchange) -> None:
    """Let one page without items and without a token follow the last items."""
    if _token(exchange) == _LAST:
        members = _without_items(exchange.members(_asking(exchange, None)))
    else:
        members = exchange.members()
        if _is_list(members):
            members.setdefault("nextToken", _LAST)
    exchange.send(success(members))


def stale_token(exchange: Exchange) -> None:
    """Refuse every token, as a service that forgot it."""
    if _token(exchange) is not None:
        raise validation_error("nextToken: expired")
    exchange.send(exchange.ordinary())


def _token(exchange: Exchange) -> str | None:
    token = exchange.request.parameters.get("nextToken")
    return token if isinstance(token, str) and token else None


def _asking(exchange: Exchange, token: str | None) -> Members:
    """The parameters of the request with another token."""
    return {**exchange.request.parameters, "nextToken": token}


def _is_list(members: Members) -> bool:
    return any(isinstance(value, list) for value in members.values())


def _without_items(members: Members) -> Members:
    """The answer with its list emptied and its token removed."""
    return {name: [] for name, value in members.items() if isinstance(value, list)}
