"""Measure ivscope on this machine and print one table.

    python -m benchmarks [--markdown] [GROUP ...]

Nothing here passes or fails: other work on the machine moves absolute figures, so most rows are
ratios to a yardstick that was measured in the same run, in turns. A row over its bar says so. With
`--markdown` the table comes as `benchmarks/README.md` has it, with the machine and the command.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping

from benchmarks import (
    big_lists,
    bytes_sent,
    calls_made,
    events_in_memory,
    finding,
    following,
    key_bytes,
    pace,
    peers,
    printing,
    recordings,
    scanning,
    slow_lines,
    starting,
)
from benchmarks.result import Result, print_markdown, print_table

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
    "big": scanning.big,
    "print": printing.printing,
    "recordings": recordings.recordings,
    "follow": following.follow,
    "pace": pace.pace,
    "two": pace.two_of_us,
    "process": events_in_memory.in_process,
    "slow": slow_lines.slow,
    "peers": peers.peers,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure ivscope beside its yardsticks."
    )
    parser.add_argument(
        "groups", nargs="*", metavar="GROUP", help=f"{', '.join(GROUPS)} (default: all)"
    )
    parser.add_argument(
        "--markdown", action="store_true", help="print the table for benchmarks/README.md"
    )
    options = parser.parse_args()
    wanted: list[str] = options.groups or list(GROUPS)
    unknown = [name for name in wanted if name not in GROUPS]
    if unknown:
        parser.error(f"no group {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    results: list[Result] = []
    failed: list[str] = []
    for name in wanted:
        began = time.monotonic()
        try:
            results.extend(GROUPS[name]())
            told = ""
        except Exception as error:  # noqa: BLE001 - the rows of the others are not lost for it
            traceback.print_exception(error)
            failed.append(name)
            told = ", broken off"
        print(f"{name}: {time.monotonic() - began:.0f} s{told}", file=sys.stderr)
    if options.markdown:
        print_markdown(results, " ".join(("python -m benchmarks --markdown", *options.groups)))
    else:
        print_table(results)
    if failed:
        sys.exit(f"broken off: {', '.join(failed)}")


if __name__ == "__main__":
    main()
