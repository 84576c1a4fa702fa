"""Files of the user: reads regular ones only, writes such as only their owner can read."""

import errno
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path


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
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is longer than {most:,} bytes", str(path))
    return content


def make_private_folder(path: Path) -> None:
    """Make a folder with mode 0700, whatever the umask is or what mode it had.

    Folders above it that are not there are made in the same way.

    Raises:
        OSError: It cannot be made, or is someone else's.
    """
    if not path.exists():
        if not path.parent.exists():
            make_private_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
    # Among temporary files the folder could be another user's trap.
    if path.lstat().st_uid != os.getuid():
        raise PermissionError(errno.EPERM, "the folder belongs to someone else", str(path))


def save_private(path: Path, content: Iterable[bytes]) -> None:
    """Write a file with mode 0600, whole or not at all; its folder is made with mode 0700.

    Args:
        path: The file, replaced if it is there.
        content: Parts of the content. An exception while iterating is raised and leaves no file.

    Raises:
        OSError: The folder or the file cannot be written, or the folder is someone else's.
    """
    make_private_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
