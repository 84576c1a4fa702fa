"""Files of the user: reads regular ones only, writes such as only their owner can read."""

import errno
import fcntl
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

_TRIES = 200
_PAUSE = 0.005
"""Seconds between tries to be alone in a folder. Saving a small file takes less than one of them;
a program that was stopped in the middle of it must not hold up the keys of another."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def state_folder(environ: Mapping[str, str]) -> Path:
    """The folder for state between runs: below XDG_STATE_HOME, else ~/.local/state.

    Without a home it is a folder of the user's own among the temporary files.
    """
    state = environ.get("XDG_STATE_HOME", "")
    if Path(state).is_absolute():  # XDG: a relative path is to be ignored
        return Path(state) / "ivscope"
    home = environ.get("HOME", "")
    if Path(home).is_absolute():
        return Path(home) / ".local" / "state" / "ivscope"
    return Path(tempfile.gettempdir()) / f"ivscope-{os.getuid()}"


def read_whole(path: Path, most: int) -> bytes:
    """Read a regular file.

    Args:
        path: The file.
        most: Bytes that it may have.

    Raises:
        OSError: It cannot be read, is no regular file, or is longer.
    """
    if not path.is_file():
        path.stat()  # says so when there is nothing
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is longer than {most:,} bytes", str(path))
    return content


def make_private_folder(path: Path) -> None:
    """Make a folder with mode 0700, whatever the umask is; one that is there stays as it is.

    Folders above it that are not there are made in the same way.

    Raises:
        OSError: It cannot be made, or is someone else's.
    """
    if not path.exists():
        if not path.parent.exists():
            make_private_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)
    # Among temporary files the folder could be another user's trap.
    if path.lstat().st_uid != os.getuid():
        raise PermissionError(errno.EPERM, "the folder belongs to someone else", str(path))


def close_to_others(folder: Path) -> None:
    """Give a folder of ours mode 0700 if others could look into it, or write there.

    One that is not there, is someone else's or has no modes stays as it is.
    """
    with suppress(OSError):
        if folder.lstat().st_mode & _OTHERS and not folder.is_symlink():
            folder.chmod(0o700)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """While inside, another ivscope that wants to be alone in the folder waits.

    For a second at most. Where a file system has no locks nobody waits.

    Raises:
        OSError: The folder cannot be opened.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        for _ in range(_TRIES):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                Event().wait(_PAUSE)
                continue
            except OSError:
                pass
            break
        yield
    finally:
        os.close(handle)


def save_private(path: Path, content: Iterable[bytes]) -> None:
    """Write a file of our own as `save_file` does; its folder is made with mode 0700.

    Raises:
        OSError: The folder or the file cannot be written, or the folder is someone else's.
    """
    make_private_folder(path.parent)
    save_file(path, content)


def save_file(path: Path, content: Iterable[bytes]) -> None:
    """Write a file that a person has named with mode 0600, whole or not at all.

    Args:
        path: The file, replaced if it is there. Its folder can be shared, and must be there.
        content: Parts of the content. An exception while iterating is raised and leaves no file.

    Raises:
        OSError: It cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            with suppress(OSError):  # some file systems have no modes
                os.fchmod(handle, 0o600)  # a umask can take even its owner's
            file.writelines(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
