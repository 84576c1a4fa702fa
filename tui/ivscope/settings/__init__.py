"""The one table of commands and keys, the configuration, files that only the user can read."""
