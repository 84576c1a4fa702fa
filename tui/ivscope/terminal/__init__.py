"""What the terminal can do: settings before the toolkit loads, clipboard routes."""
