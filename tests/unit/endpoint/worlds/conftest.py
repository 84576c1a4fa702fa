from datetime import UTC, datetime, timedelta

import pytest

from ivscope.endpoint.worlds.catalog import open_world

EPOCH = datetime(2026, 11, 24, 14, 3, 7, 123456, tzinfo=UTC)


class Clock:
    """A clock that is moved by hand."""

    def __init__(self, now=EPOCH):
        self.now = now

    def __call__(self):
        return self.now

    def advance(self, seconds):
        self.now += timedelta(seconds=seconds)


class Opened:
    """A world with its clock, and walks over everything in it."""

    def __init__(self, name, epoch=EPOCH):
        self.clock = Clock(epoch)
        self.world = open_world(name, self.clock)

    def stage(self, name):
        (stage,) = (stage for stage in self.world.stages() if stage["name"] == name)
        return stage["arn"]

    def sessions(self):
        """Every (stage ARN, session id)."""
        for stage in self.world.stages():
            for session in self.world.sessions(stage["arn"]):
                yield stage["arn"], session["sessionId"]

    def events_of(self, arn, session):
        """Participant id to events, of a whole session, those that are in the list only."""
        return {
            row["participantId"]: list(self.world.events(arn, session, row["participantId"]))
            for row in self.world.participants(arn, session)
        }

    def everything(self):
        """All answers as plain values."""
        stages = list(self.world.stages())
        answers = [stages]
        answers.extend(list(self.world.sessions(stage["arn"])) for stage in stages)
        for arn, session in self.sessions():
            answers.append(list(self.world.participants(arn, session)))
            answers.append(self.events_of(arn, session))
        return answers


@pytest.fixture(scope="module")
def incident():
    return Opened("incident")


@pytest.fixture(scope="module")
def quiet():
    return Opened("quiet")


@pytest.fixture(scope="module")
def huge():
    return Opened("huge")


@pytest.fixture
def opened():
    """Opens a world of its own for a test that moves the clock."""
    return Opened
