"""Texts entered in prompts, remembered from one run to the next."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ivscope.settings.files import save_private

FILE_NAME = "prompts.json"
"""In the state folder."""

MOST_TEXTS = 100
"""Texts remembered of each kind of prompt."""

LONGEST_TEXT = 2000
"""Characters. What is longer was pasted for once: it stays out of the file."""


def load(path: Path) -> dict[str, list[str]]:
    """Texts by title of the prompt, oldest first; none from a file that is not there or broken."""
    try:
        kept = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {
        title: _last([text for text in texts if isinstance(text, str) and text.isprintable()])
        for title, texts in kept.items()
        if isinstance(texts, list)
    }


def save(path: Path, texts: Mapping[str, Sequence[str]]) -> None:
    """Write the texts, after those that another ivscope has saved meanwhile.

    A file that cannot be written is no reason to disturb anyone: the texts stay in the prompts
    until the program ends.
    """
    kept = load(path)
    for title, own in texts.items():
        others = [text for text in kept.get(title, []) if text not in own]
        kept[title] = _last([*others, *(text for text in own if len(text) <= LONGEST_TEXT)])
    with suppress(OSError):
        save_private(path, (json.dumps(kept).encode(),))


def _last(texts: list[str]) -> list[str]:
    return texts[-MOST_TEXTS:]
