"""python -m ivscope."""

from ivscope.cli.main import run

run()
