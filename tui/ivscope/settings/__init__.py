"""Commands and their keys, configuration, private files, prompt history."""
