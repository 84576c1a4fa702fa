"""Command line: sub-commands, exit codes, and wiring of everything else."""
