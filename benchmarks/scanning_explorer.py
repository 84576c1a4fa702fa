"""The real explorer on a loopback endpoint, with more calls a second than AWS would allow.

python -m benchmarks.scanning_explorer URL REGION STAGE SESSION CALLS_PER_SECOND
"""

import os
import sys

from ivscope.settings.configuration import Configuration
from ivscope.terminal.settings import toolkit_settings

os.environ.update(toolkit_settings(os.environ))  # read by Textual's import

# The imports below follow the settings.
from ivscope.sources.aws import AwsOptions, AwsSource
from ivscope.ui.app import IvscopeApp
from ivscope.ui.driver import QuickDriver
from ivscope.workspace.launch import Launch
from ivscope.workspace.place import Place


def main(url: str, region: str, stage: str, session: str, calls: int) -> None:
    options = AwsOptions(region=region, endpoint_url=url, access_key="a", secret_key="b")  # noqa: S106 - dummy
    app = IvscopeApp(
        lambda: AwsSource.connect(options),
        Launch(label="benchmark", start=lambda: Place(stage, session)),
        Configuration(background_calls=calls),
        driver_class=QuickDriver,
    )
    app.run(mouse=False)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]))
