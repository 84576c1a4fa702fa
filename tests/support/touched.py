"""What a run of the demo writes and whom it contacts, as strace saw it.

`PYTHONPATH=tui:tests python -m support.touched` prints the list.
"""

import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from support.terminal import IVSCOPE, Terminal, settings

HAS_STRACE = shutil.which("strace") is not None

PRODUCT = str(Path(__file__).parents[2] / "tui")

_CALLS = (
    "open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,"
    "truncate,connect,sendto,bind,execve"
)
_WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|^(?:creat|mkdir|rename|link|symlink|truncate)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ADDRESS = re.compile(
    r"(?:inet_addr\(|inet_pton\(AF_INET6, )\"([^\"]*)\"|sun_path=@?\"([^\"]*)\"|nl_family"
)


@dataclass(frozen=True, slots=True)
class Touched:
    """Of one run, each once and in order."""

    written: list[str]
    """Files and folders opened for writing, made or renamed; absolute."""
    contacted: list[str]
    """Addresses connected to or listened on, and paths of sockets."""
    started: list[str]
    """Programs."""
    exit_code: int


def touched(folder: Path) -> Touched:
    """Open the demo, go to events, search, save and copy them with a recording, and quit.

    Args:
        folder: Gets `home`, which is HOME, and `desk`, the working folder.
    """
    home, work, trace = folder / "home", folder / "desk", folder / "trace"
    home.mkdir()
    work.mkdir()
    kept = settings(HOME=str(home), PYTHONPATH=PRODUCT, PYTHONDONTWRITEBYTECODE="1")
    environ = {name: kept[name] for name in kept.keys() - {"XDG_STATE_HOME", "XDG_CONFIG_HOME"}}
    traced = ("strace", "-f", "-qq", "-e", f"trace={_CALLS}", "-o", str(trace))
    record = ("--record", str(work / "show.ivscope"))
    go = ("sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", str(work))
    with Terminal((*traced, *go, *IVSCOPE, "--demo", *record), environ=environ) as terminal:
        terminal.until("fri-night-rival", 60).press("enter").until("sessions, all read", 60)
        terminal.press("j", "enter").until("participants, all read", 60).press("enter")
        terminal.until("events, all read", 60).press("/", "quota", "enter").until_quiet()
        terminal.press("W").until("saved ", 30).press("y", "i").until("participant id: ", 30)
        terminal.press("ctrl+q")
        code = terminal.exit_code(30)
    return _read(trace.read_text("utf-8", "replace"), work, code)


def _read(trace: str, work: Path, exit_code: int) -> Touched:
    written: dict[str, None] = {}
    contacted: dict[str, None] = {}
    started: dict[str, None] = {}
    for line in trace.splitlines():
        call = line.partition(" ")[2].strip()
        name = call.partition("(")[0]
        if name in {"connect", "sendto", "bind"}:
            address = _ADDRESS.search(call)
            if address is not None:
                contacted[address[1] or address[2] or address[0]] = None
        elif " = -1 " not in call and name == "execve":
            started[_QUOTED.findall(call)[0]] = None
        elif " = -1 " not in call and _WRITES.search(call):
            written |= dict.fromkeys(str(work / path) for path in _QUOTED.findall(call))
    return Touched(list(written), list(contacted), list(started), exit_code)


def main() -> None:
    """Print the list of a run."""
    with tempfile.TemporaryDirectory() as name:
        found = touched(Path(name))
        lines = [f"written {path.removeprefix(name)}" for path in found.written]
        lines += [f"contacted {address}" for address in found.contacted]
        lines += [f"started {program}" for program in found.started]
        sys.stdout.write("\n".join((*lines, f"exit code {found.exit_code}\n")))


if __name__ == "__main__":
    main()
