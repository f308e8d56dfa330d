"""Files that come to be whole or not at all, and of which nobody loses another's.

A new file is written under a passing name in its own folder, and takes its name when it is
finished. A process that is ended before leaves at most the passing file behind.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["new_file", "sweep", "take_name"]

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_ABANDONED = 3600.0


@contextlib.contextmanager
def new_file(name: Path) -> Iterator[Path]:
    """Give a passing name for a file that ``take_name`` then finishes; it is gone afterwards."""
    passing = name.with_name(f".{name.name}.{secrets.token_hex(4)}.new")
    try:
        yield passing
    finally:
        with contextlib.suppress(OSError):
            passing.unlink(missing_ok=True)


def take_name(passing: Path, name: Path) -> bool:
    """Give a finished file its name; False when there is one of that name already.

    Raises:
        OSError: when the folder takes no new name.
    """
    try:
        if os.name == "nt":
            passing.rename(name)  # refuses a name that is taken
        else:
            _link(passing, name)
    except FileExistsError:
        return False
    _keep_name(name.parent)
    return True


def _link(passing: Path, name: Path) -> None:
    try:
        os.link(passing, name)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # Only who makes the name may put the file there; to rename alone would not ask.
        os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        passing.replace(name)


def _keep_name(folder: Path) -> None:
    """Have the folder itself written, so that the name is still there after a power cut."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep(name: Path) -> None:
    """Remove the passing files that processes left which were ended."""
    with contextlib.suppress(OSError):
        finished = name.exists()
        for left in name.parent.glob(f".{name.name}.????????.new*"):
            with contextlib.suppress(OSError):
                abandoned = time.time() - left.stat().st_mtime > _ABANDONED
                if abandoned or (finished and left.samefile(name)):
                    left.unlink()
