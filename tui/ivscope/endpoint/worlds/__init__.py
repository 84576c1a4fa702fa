"""The made-up stages and sessions that the endpoint serves."""
