"""What a run of the provider read, for the next one; a recording without a file."""

from ivscope.domain.failures import FailureKind, ProviderFailure


class Memory:
    """Pages of a `SessionSource` by call, with the time at which they were asked for."""

    def __init__(self, now):
        self.now = now
        """The present; tests move it."""
        self.held = {}

    def watch(self, source):
        """The source, with everything that it answers remembered."""
        return _Watched(self, source)

    def reading(self):
        """A reading of what is remembered."""
        return _Reading(self)


class _Watched:
    profile, region, endpoint_url = "session", "eu-central-1", ""

    def __init__(self, memory, source):
        self._memory = memory
        self._source = source

    def list_participants(self, *call):
        return self._keep("list_participants", *call)

    def list_events(self, *call):
        return self._keep("list_events", *call)

    def get_session(self, session):
        return self._source.get_session(session)

    def _keep(self, method, *call):
        asked_at = self._memory.now
        page = getattr(self._source, method)(*call)
        self._memory.held[method, *call] = page, asked_at
        return page


class _Reading:
    def __init__(self, memory):
        self._memory = memory
        self.asked_at = None

    def list_participants(self, *call):
        return self._look_up("list_participants", *call)

    def list_events(self, *call):
        return self._look_up("list_events", *call)

    def _look_up(self, *call):
        if call not in self._memory.held:
            raise ProviderFailure(FailureKind.NOT_RECORDED, "not recorded", "", retryable=False)
        page, self.asked_at = self._memory.held[call]
        return page
