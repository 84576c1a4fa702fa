"""What part of a log is shown and where things are in it. Pure; screens are the only users."""
