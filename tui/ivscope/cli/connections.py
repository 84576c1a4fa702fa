"""Where pages come from: AWS, a world of our own over real HTTP, or a recording."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ivscope.domain.clock import SYSTEM_CLOCK, Clock, utc_now
from ivscope.domain.failures import UnusableFileError

if TYPE_CHECKING:
    from ivscope.domain.stages import SessionScope
    from ivscope.provider.store.source import RecordedReading, Source
    from ivscope.sources.recording import Recording

DEMO_KEY = "DEMO"
"""Access key id and secret for the loopback endpoint, which only wants a signature to be there."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What the explorer reads from."""

    connect: "Callable[[], Source] | None"
    """Makes the source, and blocks; None where only a recording is read."""
    label: str
    """What the header begins with."""
    recording: "Recording | None" = None
    clock: Clock = SYSTEM_CLOCK
    """Its present, of a recording that is read alone, is when it was recorded last."""
    session: "SessionScope | None" = None
    """Of such a recording: what was looked at last."""

    @property
    def recorded(self) -> "Callable[[], RecordedReading] | None":
        """Makes a reading of the recording, if there is one."""
        recording = self.recording
        if recording is None:
            return None

        def reading() -> "RecordedReading":
            from ivscope.provider.store.source import RecordedReading  # noqa: PLC0415 - same
            from ivscope.sources.recorded import RecordedSource  # noqa: PLC0415 - after the first frame

            source = RecordedSource(recording)
            return RecordedReading(source, lambda: source.asked_at)

        return reading


def to_aws(
    profile: str | None,
    region: str | None,
    stage_arn: str | None,
    endpoint_url: str | None,
    record: str | None = None,
) -> Reached:
    """AWS, or another endpoint.

    Args:
        profile: As AWS tools take it, and so are the next ones; None for what is configured.
        region: The Region.
        stage_arn: Gives the Region when none is chosen.
        endpoint_url: Where calls go.
        record: File to record in; None for none.

    Raises:
        UnusableFileError: It cannot be one.
    """
    recording = None if record is None else _open(record, "AWS", create=True)

    def connect() -> "Source":
        from ivscope.sources.aws import AwsOptions, AwsSource  # noqa: PLC0415 - after the first frame

        options = AwsOptions(profile, region, stage_arn, endpoint_url)
        return AwsSource.connect(options, recording)

    label = profile or os.environ.get("AWS_PROFILE") or "default"
    return Reached(connect, label, recording)


def to_world(name: str, record: str | None = None) -> Reached:
    """The loopback endpoint with a world; connecting starts it.

    Connecting again, after a failure, uses the endpoint that runs already. A world is of its
    day, and so is its recording. Arguments and errors are as for AWS.
    """
    label = f"demo {name}"
    recording = None
    if record is not None:
        recording = _open(record, f"{label} of {utc_now():%Y-%m-%d}", create=True)
    urls: list[tuple[str, str]] = []

    def connect() -> "Source":
        from ivscope.endpoint.server import Endpoint  # noqa: PLC0415 - loads after the first frame
        from ivscope.endpoint.worlds.catalog import open_world  # noqa: PLC0415 - same
        from ivscope.sources.aws import AwsOptions, AwsSource  # noqa: PLC0415 - same

        if not urls:
            world = open_world(name, utc_now)
            urls.append((Endpoint(world).start().url, world.region))
        url, region = urls[0]
        options = AwsOptions(
            region=region, endpoint_url=url, access_key=DEMO_KEY, secret_key=DEMO_KEY
        )
        return AwsSource.connect(options, recording)

    return Reached(connect, label, recording)


def to_recording(file: str) -> Reached:
    """What a recording holds, and nothing else.

    Raises:
        UnusableFileError: The file is none.
    """
    from ivscope.sources.recorded import last_session  # noqa: PLC0415 - only for recordings

    recording = _open(file, None, create=False)
    recorded_at = recording.last_asked_at
    if recorded_at is None:
        recording.close()
        raise UnusableFileError(f"{file} holds nothing yet: nothing was read while it was open")
    return Reached(
        None,
        f"recording {recording.path.name}",
        recording,
        clock=replace(SYSTEM_CLOCK, now=lambda: recorded_at),
        session=last_session(recording),
    )


def _open(file: str, label: str | None, *, create: bool) -> "Recording":
    from ivscope.sources.recording import Recording  # noqa: PLC0415 - only for recordings

    return Recording.open(Path(file), label=label, create=create)
