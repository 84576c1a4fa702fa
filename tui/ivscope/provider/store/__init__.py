"""What was read: event logs, lists, single facts, and how a list that is read again is merged."""
