"""Worlds: the data that the loopback endpoint serves."""
