"""Two participants side by side."""
