"""Measure ivscope on this machine and print one table.

    python -m benchmarks [GROUP ...]

Nothing here passes or fails: other work on the machine moves absolute figures, so most rows are
ratios to a yardstick that was measured in the same run, in turns.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping

from benchmarks import (
    big_lists,
    bytes_sent,
    calls_made,
    finding,
    key_bytes,
    printing,
    scanning,
    starting,
)
from benchmarks.result import Result, print_table

GROUPS: Mapping[str, Callable[[], Iterator[Result]]] = {
    "start": starting.start,
    "quit": starting.leave,
    "keys": big_lists.keys,
    "views": big_lists.views,
    "append": big_lists.append,
    "memory": big_lists.memory,
    "busy": big_lists.busy,
    "find": finding.find,
    "bytes": bytes_sent.bytes_sent,
    "key_bytes": key_bytes.key_bytes,
    "calls": calls_made.calls,
    "decode": calls_made.decode,
    "scan": scanning.scan,
    "print": printing.printing,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure ivscope beside its yardsticks."
    )
    parser.add_argument(
        "groups", nargs="*", metavar="GROUP", help=f"{', '.join(GROUPS)} (default: all)"
    )
    wanted = parser.parse_args().groups or list(GROUPS)
    unknown = [name for name in wanted if name not in GROUPS]
    if unknown:
        parser.error(f"no group {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    results: list[Result] = []
    for name in wanted:
        began = time.monotonic()
        results += GROUPS[name]()
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    print_table(results)


if __name__ == "__main__":
    main()
