"""The list of all commands and their keys, where one can search them."""
