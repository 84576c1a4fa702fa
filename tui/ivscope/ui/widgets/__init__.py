"""Widgets that several screens use: they draw rows and lines, and fetch nothing."""
