"""The one shared data provider: feeds, call pace and reading threads."""
