"""What starting and quitting are compared with: the smallest Textual app, alone or with AWS.

    python -m benchmarks.hello_world [ENDPOINT_URL]

With a URL, boto3 as everybody uses it is imported behind the first frame, and the first stage takes
the place of the greeting: what anybody would write first.
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
        import boto3  # noqa: PLC0415 - behind the first frame

        client = boto3.client("ivs-realtime", region_name="us-west-2", endpoint_url=url)
        name = client.list_stages(maxResults=100)["stages"][0]["name"]
        self.call_from_thread(self.query_one(Static).update, name)


if __name__ == "__main__":
    HelloWorld(*sys.argv[1:]).run(mouse=False)
