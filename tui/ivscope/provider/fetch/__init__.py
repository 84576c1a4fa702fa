"""Reads from a source at a fair rate: one page, a whole list, a whole session, or what is new."""
