"""JSON documents in a text: alone, in lines, back to back, or behind the head of a log line."""

import json
import re
from collections.abc import Iterator

_JSON_BEGIN = re.compile(r"[\[{]")

_MOST_MISSES = 50
"""Places in a row at which JSON is looked for in vain: a text of braces would take for ever."""

_MOST_WASTED = 20_000_000
"""Characters read in vain, some of them again and again: a fifth of a second."""

_DEEP = 10_000
"""Characters that count as read in vain where JSON nests too deeply."""


def documents(text: str) -> Iterator[object]:
    """Every JSON object and list in a text, in the order of the text. Never raises.

    What is no JSON, or nests too deeply to be read, is passed over.
    """
    decoder, at, misses, wasted = json.JSONDecoder(), 0, 0, 0
    while misses < _MOST_MISSES and wasted < _MOST_WASTED:
        begin = _JSON_BEGIN.search(text, at)
        if begin is None:
            return
        try:
            document, at = decoder.raw_decode(text, begin.start())
        except RecursionError:
            wasted += _DEEP
            at = begin.end()
            misses += 1
        except ValueError as error:
            told = error.pos if isinstance(error, json.JSONDecodeError) else at + _DEEP
            wasted += max(1, told - begin.start())
            at = begin.end()
            misses += 1
        else:
            misses = 0
            yield document
