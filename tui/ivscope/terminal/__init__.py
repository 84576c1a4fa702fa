"""What the terminal can do: its settings before the toolkit loads, ways to its clipboard."""
