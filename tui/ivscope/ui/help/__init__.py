"""The help: every command and its keys."""
