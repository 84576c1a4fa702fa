"""Lanes of all participants and plots over one time."""
