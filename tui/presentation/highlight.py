"""Highlight: the parts of a line that a search looks for."""

from tui.presentation.lines import Line, Role, Span


def highlight(line: Line, needle: str) -> Line:
    """The line with every occurrence of the needle in the role HIT; case does not count.

    An occurrence that runs over two spans is not marked.
    """
    folded = needle.casefold()
    if not folded:
        return line
    spans: list[Span] = []
    for span in line:
        spans += _marked(span, folded)
    return tuple(spans)


def _marked(span: Span, needle: str) -> list[Span]:
    text = span.text.casefold()
    if len(text) != len(span.text) or needle not in text:  # folding may change the length
        return [span]
    parts: list[Span] = []
    start = 0
    while (found := text.find(needle, start)) >= 0:
        if found > start:
            parts.append(Span(span.text[start:found], span.role))
        parts.append(Span(span.text[found : found + len(needle)], Role.HIT))
        start = found + len(needle)
    if start < len(span.text):
        parts.append(Span(span.text[start:], span.role))
    return parts
