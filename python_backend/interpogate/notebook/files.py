"""Writes a file as a whole or not at all: on a full disk the earlier picture is still there."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Replace what is at `path`, through a file beside it. Raises `OSError`.

    What is not a regular file, such as a pipe, is written to directly; so is a file in a folder
    where no other may be made.
    """
    target = Path(os.path.realpath(path))
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):
        target.write_bytes(content)
        return
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
    except PermissionError:
        if mode is None:
            raise
        target.write_bytes(content)
        return
    _replace(target, descriptor, name, content, _permissions(mode))


def _replace(target: Path, descriptor: int, name: str, content: bytes, permissions: int) -> None:
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(permissions)
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _permissions(mode: int | None) -> int:
    """Those of the earlier file, else what a new file gets."""
    if mode is not None:
        return stat.S_IMODE(mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
