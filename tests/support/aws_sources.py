"""AwsSource for a loopback endpoint."""

from ivscope.sources.aws import AwsOptions, AwsSource
from support.small_world import REGION


def aws_source(url, *, region=REGION, recording=None, **options):
    """A source with dummy keys, which does not look at any AWS configuration."""
    return AwsSource.connect(
        AwsOptions(region=region, endpoint_url=url, access_key="a", secret_key="b", **options),  # noqa: S106 - dummy
        recording,
    )
