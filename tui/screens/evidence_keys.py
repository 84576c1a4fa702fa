"""Keys of evidence, as the detail names them."""

from collections.abc import Mapping

from tui.key_names import first_key
from tui.presentation.finding_lines import EvidenceKeys

SWEEP_KEY = "i"
"""Sweeps the session."""


def evidence_keys(keys: Mapping[str, str]) -> EvidenceKeys:
    """Keys of the commands about evidence.

    Args:
        keys: Keys in force by command id; empty for none.
    """
    following, fetching = keys["evidence.next"], keys["evidence.fetch"]
    return EvidenceKeys(
        next=first_key(following) if following else "",
        fetch=first_key(fetching) if fetching else "",
        sweep=SWEEP_KEY,
    )
