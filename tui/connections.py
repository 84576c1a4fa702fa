"""How to connect: to AWS, or to a world of our own over real HTTP."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.provider.source import Source

DEMO_KEY = "DEMO"
"""Access key id and secret for the loopback endpoint, which only wants a signature to be there."""


def to_aws(
    profile: str | None, region: str | None, stage_arn: str | None, endpoint_url: str | None
) -> Callable[[], "Source"]:
    """Connect to AWS, or to another endpoint. The result blocks."""

    def connect() -> "Source":
        from tui.sources.aws import AwsOptions, AwsSource  # noqa: PLC0415 - after the first frame

        return AwsSource.connect(AwsOptions(profile, region, stage_arn, endpoint_url))

    return connect


def to_world(name: str) -> Callable[[], "Source"]:
    """Start the loopback endpoint with a world and connect to it. The result blocks.

    Connecting again, after a failure, uses the endpoint that runs already.
    """
    urls: list[tuple[str, str]] = []

    def connect() -> "Source":
        from tui.endpoint.server import Endpoint  # noqa: PLC0415 - loads after the first frame
        from tui.endpoint.worlds.catalog import open_world  # noqa: PLC0415 - same
        from tui.sources.aws import AwsOptions, AwsSource  # noqa: PLC0415 - same

        if not urls:
            world = open_world(name, lambda: datetime.now(UTC))
            urls.append((Endpoint(world).start().url, world.region))
        url, region = urls[0]
        options = AwsOptions(
            region=region, endpoint_url=url, access_key=DEMO_KEY, secret_key=DEMO_KEY
        )
        return AwsSource.connect(options)

    return connect
