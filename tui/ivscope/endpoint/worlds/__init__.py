"""The stages and sessions that the endpoint serves: made up, or those of a case file."""
