"""Text that leaves the program: copies, command lines, saved files."""
