"""Limits of the service, each number once: explanations and findings take them from here.

All are from the service quotas page of the IVS Real-Time user guide as it stood in November 2026,
and hold per account and Region. What is adjustable has its default here: an account can have more.
"""

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
