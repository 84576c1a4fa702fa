"""Text of several lines made safe at the last door, whoever put it together."""

from tui.presentation.safe import safe


def safe_lines(text: str) -> str:
    r"""The lines, each safe to draw; line feeds stay, and escapes that are there stay as they are.

    For text built from parts that are safe already: `safe` would double the backslash of every
    `\u202e` that it or JSON wrote, and escape the dotted circle that it put under a mark.
    """
    return "\n".join("\\".join(map(_safe_inside, line.split("\\"))) for line in text.split("\n"))


def _safe_inside(part: str) -> str:
    """Safe as the inside of a text: nothing is done for a mark in front."""
    return safe(f".{part}")[1:]
