"""What rows in milliseconds stand beside: how fast this machine runs Python just now."""

import time
from statistics import median

from benchmarks.result import amount

_ADDITIONS = 200_000
_TIMES = 5


def additions() -> str:
    """Time a plain loop, for the column of yardsticks."""
    taken = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        total = 0
        for number in range(_ADDITIONS):
            total += number
        taken.append((time.perf_counter() - began) * 1e3)
    return f"a million additions {amount(median(taken) * 1e6 / _ADDITIONS, 'ms')}"
