"""The screen that sums up a session or a participant."""
