"""Where IVS Real-Time has endpoints, and which name of a Region was probably meant."""

import re
from difflib import get_close_matches
from typing import Final

REGIONS: Final = (
    "us-east-1",
    "us-west-2",
    "ap-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "eu-central-1",
    "eu-west-1",
)
"""Where IVS Real-Time has endpoints (AWS General Reference, Amazon IVS endpoints)."""

REGION_LIST: Final = ", ".join(REGIONS)
"""`REGIONS` as words of a sentence."""

_FORM = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
"""How AWS names its Regions so far: us-east-1, us-gov-west-1."""


def region_complaint(name: str) -> str | None:
    """What is wrong with the name of a Region; None where it can be one.

    A name of the usual form passes though it is not in `REGIONS`: AWS adds Regions.
    """
    if _FORM.fullmatch(name):
        return None
    nearest = get_close_matches(name.lower(), REGIONS, 1)
    meant = f", perhaps {nearest[0]}" if nearest else ""
    return f"'{name}' is no AWS Region{meant}; IVS Real-Time is in {REGION_LIST}"
