"""The main screen: pickers, event list and detail, with their commands."""
