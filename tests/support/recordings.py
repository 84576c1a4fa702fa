"""Recordings of a world, made over real HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ivscope.domain import calls
from ivscope.domain.calls import Item, ListCall
from ivscope.domain.failures import ProviderFailure
from ivscope.domain.pages import Cursor
from ivscope.domain.stages import ParticipantFilter, ParticipantScope, SessionScope
from ivscope.sources.aws import AwsSource
from ivscope.sources.recorded import RecordedLists, RecordedSource
from ivscope.sources.recording import Recording
from support.aws_sources import aws_source

FILTERS = (
    None,
    ParticipantFilter("filterByUserId", "host-1"),
    ParticipantFilter("filterByPublished", True),
    ParticipantFilter("filterByState", "DISCONNECTED"),
    ParticipantFilter("filterByRecordingState", "FAILED"),
)


@contextmanager
def recorded(path: Path, url: str) -> Iterator[RecordedSource]:
    """A source over a recording of everything that the endpoint serves."""
    recording = Recording.open(path, label="tests", create=True)
    try:
        _read_all(aws_source(url, recording=recording))
        assert recording.failure is None
        yield RecordedSource(RecordedLists(recording))
    finally:
        recording.close()


def requests_of(recording: Recording) -> list[str]:
    """All requests that it holds, that answered last at the end."""
    return [
        text
        for (text,) in recording._read(
            "SELECT text FROM requests JOIN answers ON request = requests.id "
            "GROUP BY requests.id ORDER BY max(answers.id)"
        )
    ]


def _rows(source: AwsSource, call: ListCall[Item]) -> list[Item]:
    """All rows of a list, as far as it can be read."""
    rows: list[Item] = []
    cursor: Cursor | None = None
    with suppress(ProviderFailure):
        while True:
            page = source.read_page(call, cursor)
            rows += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
    return rows


def _read_all(source: AwsSource) -> None:
    for stage in _rows(source, calls.STAGES):
        with suppress(ProviderFailure):
            source.read_fact(calls.stage(stage.arn))
        _rows(source, calls.ingest_configurations(stage.arn))
        for session in _rows(source, calls.sessions(stage.arn)):
            scope = SessionScope(stage.arn, session.session_id)
            with suppress(ProviderFailure):
                source.read_fact(calls.session(scope))
            people = [_rows(source, calls.participants(scope, narrowed)) for narrowed in FILTERS]
            for person in people[0]:
                own = ParticipantScope(stage.arn, session.session_id, person.participant_id)
                with suppress(ProviderFailure):
                    source.read_fact(calls.participant(own))
                _rows(source, calls.events(own))
                _rows(source, calls.replicas(stage.arn, person.participant_id))
