"""The screen with two participants side by side."""
