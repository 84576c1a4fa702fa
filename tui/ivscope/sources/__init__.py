"""Places that pages come from."""
