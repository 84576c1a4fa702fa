"""Rules that look for causes of errors in what was read, each with the events it rests on."""
