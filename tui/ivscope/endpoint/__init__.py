"""A service on this machine that answers like ivs-realtime, over HTTP, with invented data."""
