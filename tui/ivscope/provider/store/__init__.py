"""What was read: event logs, feeds, facts, merging, the order label."""
