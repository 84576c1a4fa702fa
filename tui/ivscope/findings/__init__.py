"""Rules that look for causes in what was read, each with the events it rests on."""
