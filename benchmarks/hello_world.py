"""What starting and quitting are compared with: the smallest Textual app, alone or with AWS.

    python -m benchmarks.hello_world [ENDPOINT_URL]

With a URL, boto3 is imported behind the first frame and the first stage takes the place of the
greeting: the least that any explorer has to do before its first row.
"""

import sys
from collections.abc import Iterator
from threading import Thread

from textual.app import App
from textual.widget import Widget
from textual.widgets import Static


class HelloWorld(App[None]):
    """An app that shows one line of text."""

    def __init__(self, url: str | None = None) -> None:
        super().__init__()
        self._url = url

    def compose(self) -> Iterator[Widget]:
        """Make the line."""
        yield Static("Hello, world")

    def on_mount(self) -> None:
        """Ask for the row once the greeting is on screen."""
        if self._url is not None:
            self.call_after_refresh(Thread(target=self._ask, args=(self._url,), daemon=True).start)

    def _ask(self, url: str) -> None:
        from ivscope.domain.calls import STAGES  # noqa: PLC0415 - behind the first frame
        from ivscope.sources.aws import AwsOptions, AwsSource  # noqa: PLC0415 - behind the first frame

        options = AwsOptions(
            region="us-west-2",
            endpoint_url=url,
            access_key="a",
            secret_key="b",  # noqa: S106 - dummy
        )
        name = AwsSource.connect(options).read_page(STAGES, None).items[0].name or ""
        self.call_from_thread(self.query_one(Static).update, name)


if __name__ == "__main__":
    HelloWorld(*sys.argv[1:]).run(mouse=False)
