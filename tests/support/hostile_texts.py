"""The strings of the hostile corpus, by name."""

import json
from pathlib import Path

_CORPUS = json.loads((Path(__file__).parent / "hostile_corpus.json").read_bytes())

HOSTILE_TEXTS = {
    name: case["value"] * (case.get("repeat") or 1) for name, case in _CORPUS["cases"].items()
}
"""Each repeated as often as the corpus says."""
