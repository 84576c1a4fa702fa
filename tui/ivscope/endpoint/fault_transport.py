"""Faults of the connection: cut, reset, garbled and slow answers."""

from ivscope.endpoint.answers import Answer
from ivscope.endpoint.exchange import Exchange
from ivscope.endpoint.fault_answers import half

LONGEST = 60.0
"""Seconds that a slow fault lasts at most: botocore's default read timeout."""

TRICKLE_STEP = 0.5
"""Seconds between two pieces of a trickling body: shorter than any read timeout."""

TRICKLE_PIECES = 75
"""Pieces of a trickling body; with `TRICKLE_STEP` the whole takes 37 seconds."""

LATE = 0.4
"""Seconds of the late answer: long enough to see a list in its reading state."""


def cut_short(exchange: Exchange) -> None:
    """End the connection in the middle of the body that Content-Length promised."""
    answer = exchange.ordinary()
    exchange.write(exchange.head(answer) + half(answer.body))
    exchange.end()


def reset_before_answer(exchange: Exchange) -> None:
    """Reset the connection without a byte of an answer."""
    exchange.reset()


def reset_in_body(exchange: Exchange) -> None:
    """Reset the connection in the middle of the body."""
    answer = exchange.ordinary()
    exchange.write(exchange.head(answer) + half(answer.body))
    # A reset at once could overtake the bytes before it.
    exchange.pause(0.05)
    exchange.reset()


def close_at_once(exchange: Exchange) -> None:
    """End the connection without a byte of an answer."""
    exchange.end()


def bad_status_line(exchange: Exchange) -> None:
    """Speak another protocol."""
    exchange.write(b"SSH-2.0-OpenSSH_9.9\r\n")
    exchange.end()


def cut_chunks(exchange: Exchange) -> None:
    """Promise chunks, and end the connection in the first one."""
    answer = exchange.ordinary()
    chunked = (*answer.headers, ("Transfer-Encoding", "chunked"))
    size = f"{len(answer.body):x}\r\n".encode()
    head = exchange.head(Answer(answer.status, b"", chunked))
    exchange.write(head + size + half(answer.body))
    exchange.end()


def slow_head(exchange: Exchange) -> None:
    """Say nothing for `LONGEST` seconds, then answer."""
    if exchange.pause(LONGEST):
        exchange.send(exchange.ordinary())
    else:
        exchange.end()


def slow_body(exchange: Exchange) -> None:
    """Trickle the body: every piece comes before a read timeout, the end does not."""
    answer = exchange.ordinary()
    exchange.write(exchange.head(answer))
    size = -(-len(answer.body) // TRICKLE_PIECES)
    for start in range(0, len(answer.body), size):
        exchange.write(answer.body[start : start + size])
        if not exchange.pause(TRICKLE_STEP):
            exchange.end()
            return


def late(exchange: Exchange) -> None:
    """Answer truthfully after `LATE` seconds."""
    if exchange.pause(LATE):
        exchange.send(exchange.ordinary())
    else:
        exchange.end()
