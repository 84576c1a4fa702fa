"""EventList: rate limiter, scheduler, fetcher, reading all, following, sweeping."""
