"""Stores the texts typed in prompts from one run to the next."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from ivscope.settings.files import alone_in, make_private_folder, read_whole, save_private

FILE_NAME = "prompts.json"
"""In the state folder."""

MOST_TEXTS = 100
"""Texts stored for each kind of prompt."""

_MOST_BYTES = 5_000_000
"""Bytes of the file: far more than all texts that are stored."""

LONGEST_TEXT = 2000
"""Characters. Longer texts were pasted for a single use, so they are not stored."""

# As text they are compiled by the first search: not before something is on screen.
_SECRETS: Final = (
    (r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?", "<token>"),  # signed, as of a participant
    (r"\b(?:sk|rt)_[\w-]{16,}", "<stream key>"),
    (r"(?<=://)[^/@\s]*:[^/@\s]*@", ""),  # user and password in an address
    (r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}", "<key id>"),
    (r"(?i)\b\w*(?:secret_?access_?key|session_?token)\W{1,5}\S{16,}", "<key>"),
)
"""What lets others in, and what to write in its place. Long enough not to hit what a person looks
for: a name such as sk_rates."""


def is_secret(text: str) -> bool:
    """Whether a text holds what lets others in, so that it is neither stored nor offered again."""
    return any(re.search(pattern, text) for pattern, _ in _SECRETS)


def without_secrets(text: str) -> str:
    """The text with a word in place of each secret, for files and the clipboard."""
    for pattern, instead in _SECRETS:
        text = re.sub(pattern, instead, text)
    return text


def load(path: Path) -> dict[str, list[str]]:
    """Texts by title of the prompt, oldest first; empty if the file is missing or broken."""
    try:
        kept = json.loads(read_whole(path, _MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {
        title: _last([text for text in texts if isinstance(text, str) and _may_be_kept(text)])
        for title, texts in kept.items()
        if isinstance(texts, list)
    }


def save(path: Path, texts: Mapping[str, Sequence[str]]) -> str:
    """Store the texts, after those that another ivscope has stored meanwhile.

    Returns:
        Why they cannot be stored, such as "No space left on device"; empty when they are. What was
        stored before is there as it was.
    """
    try:
        make_private_folder(path.parent)
        with alone_in(path.parent):
            kept = load(path)
            for title, own in texts.items():
                others = [text for text in kept.get(title, []) if text not in own]
                kept[title] = _last([*others, *(text for text in own if len(text) <= LONGEST_TEXT)])
            save_private(path, (json.dumps(kept).encode(),))
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def _may_be_kept(text: str) -> bool:
    return text.isprintable() and not is_secret(text)


def _last(texts: list[str]) -> list[str]:
    return texts[-MOST_TEXTS:]
