"""Connecting anew again and again, as with credentials that have run out, holds on to nothing."""

import gc
from pathlib import Path

import pytest

from ivscope.domain.failures import FailureKind
from ivscope.endpoint.server import Endpoint
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.sources.aws import ReadOnlyClient
from support.aws_sources import aws_source
from support.faulty_urls import faulty_url
from support.small_world import STAGE_ARN, SmallWorld
from support.waiting import wait_for

OPEN_FILES = Path("/proc/self/fd")

TIMES = 100


@pytest.fixture
def expired():
    """A provider whose calls are all refused since the credentials have run out."""
    with Endpoint(SmallWorld()) as endpoint:
        url = faulty_url(endpoint, "expiredtoken")
        provider = StageDataProvider(
            lambda: aws_source(url), rate_limiter=RateLimiter(demand=1000, background=1000)
        )
        yield provider
        provider.close()


def fail(provider, number):
    """Each failure stays where the answer would be."""
    fact = provider.stage(f"{STAGE_ARN}{number}")
    provider.read(fact)
    wait_for(lambda: fact.status.failure is not None)
    assert fact.status.failure.kind is FailureKind.EXPIRED


def open_files():
    return sum(1 for _ in OPEN_FILES.iterdir())


def clients():
    return sum(isinstance(one, ReadOnlyClient) for one in gc.get_objects())


@pytest.mark.skipif(not OPEN_FILES.exists(), reason="this system does not list open files")
def test_a_hundred_fresh_sessions_leave_no_file_and_no_client(expired):
    """Files are closed at once and not when the garbage collector comes by."""
    fail(expired, 0)
    gc.collect()
    files, held = open_files(), clients()
    gc.disable()
    try:
        for number in range(1, TIMES + 1):
            fail(expired, number)
        assert open_files() <= files + 2
    finally:
        gc.enable()
    gc.collect()
    assert clients() <= held + 1
