"""The summary of a session or of one participant."""
