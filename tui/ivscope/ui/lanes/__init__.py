"""The screen with everybody's stay as a line over time, and plots below it."""
