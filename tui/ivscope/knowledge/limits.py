"""Limits of the service that several places need. Each number once."""

PUBLISHER_LIMIT = 12
"""Publishers per stage, which cannot be raised (IVS user guide for real-time: service quotas)."""

LASTING_SECONDS = 24 * 3600
"""Longest publishing or subscribing (same page)."""
