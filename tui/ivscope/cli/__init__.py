"""The command line: sub-commands, exit codes, and the wiring of everything else."""
