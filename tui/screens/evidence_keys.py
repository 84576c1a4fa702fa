"""Keys of evidence, as the detail names them."""

from collections.abc import Mapping

from tui.key_names import first_key
from tui.presentation.finding_lines import EvidenceKeys


def evidence_keys(keys: Mapping[str, str]) -> EvidenceKeys:
    """Keys of the commands about evidence.

    Args:
        keys: Keys in force by command id; empty for none.
    """
    following, fetching, sweeping = (
        first_key(keys[id_]) if keys[id_] else ""
        for id_ in ("evidence.next", "evidence.fetch", "go.timeline")
    )
    return EvidenceKeys(following, fetching, sweeping)
