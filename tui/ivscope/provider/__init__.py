"""The one shared data provider: what was read, and the only way to read more."""
