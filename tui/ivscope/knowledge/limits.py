"""Limits of the service and its Regions, each once: explanations and findings take them from here.

All limits are from the service quotas page of the IVS Real-Time user guide as it stood in November
2026, and hold per account and Region. What is adjustable has its default here: an account can have
more.
"""

import re
from typing import Final

from ivscope.knowledge.explanation import GUIDE, REFERENCE, Limit

QUOTAS_PAGE: Final = f"{GUIDE}/service-quotas.html"
"""Says of each quota whether it is adjustable."""

CALLS_PER_SECOND: Final = 5
"""Calls of each operation; shared with the customer's own services. Not adjustable."""

PUBLISHER_LIMIT: Final = 12
"""Publishers on one stage. Not adjustable."""

LASTING_SECONDS: Final = 24 * 3600
"""The longest that one can publish or subscribe in one go. Not adjustable. How exactly the service
keeps to it is not documented."""

MAX_MBPS: Final = "8.5 Mbps"
"""The most that one participant publishes, and that it downloads. Neither is adjustable."""

MAX_RESOLUTION: Final = "720p"
"""The largest picture that can be published. Not adjustable."""

_LASTING = f"{LASTING_SECONDS // 3600} h"

PUBLISHERS: Final = Limit(
    f"{PUBLISHER_LIMIT} publishers per stage", is_raisable=False, page=QUOTAS_PAGE
)
SUBSCRIBERS: Final = Limit("10,000 subscribers per stage", is_raisable=True, page=QUOTAS_PAGE)
CONCURRENT_PUBLISHERS: Final = Limit(
    "1,000 publishers at once per account and Region", is_raisable=True, page=QUOTAS_PAGE
)
"""Enforced since 2025-07-23, as CONCURRENT_SUBSCRIPTIONS is."""
CONCURRENT_SUBSCRIPTIONS: Final = Limit(
    "20,000 subscriptions at once per account and Region", is_raisable=True, page=QUOTAS_PAGE
)
"""A subscription is one participant receiving one publisher."""
PUBLISH_BITRATE: Final = Limit(
    f"{MAX_MBPS} of publishing per participant", is_raisable=False, page=QUOTAS_PAGE
)
DOWNLOAD_BITRATE: Final = Limit(
    f"{MAX_MBPS} of download per participant, all publishers together",
    is_raisable=False,
    page=QUOTAS_PAGE,
)
PUBLISH_RESOLUTION: Final = Limit(
    f"{MAX_RESOLUTION} of publishing", is_raisable=False, page=QUOTAS_PAGE
)
PUBLISH_DURATION: Final = Limit(
    f"{_LASTING} of publishing without a break", is_raisable=False, page=QUOTAS_PAGE
)
SUBSCRIBE_DURATION: Final = Limit(
    f"{_LASTING} of subscribing to a stage without a break", is_raisable=False, page=QUOTAS_PAGE
)
REPLICATIONS: Final = Limit(
    "5 replications at once per participant", is_raisable=False, page=QUOTAS_PAGE
)

_TOKEN_PAGE = f"{REFERENCE}/API_CreateParticipantToken.html"

TOKEN_ATTRIBUTES: Final = Limit("attributes 1 KB in total", is_raisable=None, page=_TOKEN_PAGE)
TOKEN_USER_ID: Final = Limit("user id 128 characters", is_raisable=None, page=_TOKEN_PAGE)

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

_FORM = r"[a-z]{2,}(-[a-z]+)+-\d+"
"""How AWS names its Regions so far: us-east-1, us-gov-west-1."""


def region_complaint(name: str) -> str | None:
    """What is wrong with the name of a Region; None where it can be one.

    A name of the usual form passes though it is not in `REGIONS`: AWS adds Regions.
    """
    if re.fullmatch(_FORM, name):
        return None
    from difflib import get_close_matches  # noqa: PLC0415 - only for what is wrong

    nearest = get_close_matches(name.lower(), REGIONS, 1)
    meant = f", perhaps {nearest[0]}" if nearest else ""
    return f"'{name}' is no AWS Region{meant}; IVS Real-Time is in {REGION_LIST}"
