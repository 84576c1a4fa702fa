"""Makes an AwsSource for a loopback endpoint."""

from typing import Any

from ivscope.sources.aws import AwsOptions, AwsSource
from ivscope.sources.recording import Recording
from support.small_world import REGION


def aws_source(
    url: str,
    *,
    region: str = REGION,
    recording: Recording | None = None,
    **options: Any,
) -> AwsSource:
    """A source with dummy keys, which does not look at any AWS configuration."""
    return AwsSource.connect(
        AwsOptions(region=region, endpoint_url=url, access_key="a", secret_key="b", **options),  # noqa: S106 - dummy
        recording,
    )
