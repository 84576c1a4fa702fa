"""Text that leaves the program: copies, command lines of the AWS CLI, saved files."""
