"""Files that the page sent for later runs: bytes by name, bounded, never a path of this machine.

Called by the worker. What the bytes mean is for `input_lines.py`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from math import ceil

from interpogate.errors import InputNotUploaded, UploadRefused

_MEBIBYTE = 1024 * 1024
MAXIMUM_BYTES = 64 * _MEBIBYTE
_MAXIMUM_PART_BYTES = _MEBIBYTE
_MAXIMUM_NAME = 200


class Uploads:
    """Whole files by name; of those that are on their way the last one. The oldest go first."""

    def __init__(self, capacity: int = MAXIMUM_BYTES) -> None:
        self._capacity = capacity
        self._files: dict[str, bytes] = {}
        self._coming: tuple[str, int, bytearray] = ("", 0, bytearray())

    @property
    def byte_length(self) -> int:
        """Bytes held in all."""
        return sum(map(len, self._files.values())) + len(self._coming[2])

    def add(
        self, name: str, offset: int, size: int, data: str, describe: Callable[[bytes], str]
    ) -> tuple[int, str]:
        """Take a part; bytes so far, and of a whole file what `describe` says of it.

        Raises `UploadRefused`, as `describe` does for a file that is no use; nothing stays of it.
        """
        _check_name(name)
        part = _decoded(data)
        if size < 0:
            raise UploadRefused(f"{name} cannot have {size} bytes.")
        if size > self._capacity:
            raise UploadRefused(
                f"{name} has {ceil(size / _MEBIBYTE)} MiB; files of at most "
                f"{self._capacity // _MEBIBYTE} MiB can be given."
            )
        if offset == 0:
            self._coming = (name, size, bytearray())
        coming, expected, received = self._coming
        if (coming, expected, len(received)) != (name, size, offset):
            self._coming = ("", 0, bytearray())
            raise UploadRefused(f"The parts of {name} came in disorder.", hint="Choose it again.")
        if offset + len(part) > size:
            self._coming = ("", 0, bytearray())
            raise UploadRefused(f"{name} is longer than was said.", hint="Choose it again.")
        received.extend(part)
        if len(received) < size:
            return len(received), ""
        self._coming = ("", 0, bytearray())
        return size, self._keep(name, bytes(received), describe)

    def read(self, name: str) -> bytes:
        """The bytes of a file. Raises `InputNotUploaded`."""
        try:
            return self._files[name]
        except KeyError:
            raise InputNotUploaded(f"This worker was not given the file {name[:80]!r}.") from None

    def _keep(self, name: str, data: bytes, describe: Callable[[bytes], str]) -> str:
        description = describe(data)
        self._files.pop(name, None)
        while self._files and self.byte_length + len(data) > self._capacity:
            del self._files[next(iter(self._files))]
        self._files[name] = data
        return description


def _check_name(name: str) -> None:
    is_plain = name.isprintable() and not any(sign in name for sign in '/\\"')
    if not name or name in (".", "..") or len(name) > _MAXIMUM_NAME or not is_plain:
        raise UploadRefused(
            "The name of the file cannot be taken.",
            hint="Give the file a short name without folders, quotes and control characters.",
        )


def _decoded(data: str) -> bytes:
    if len(data) > _MAXIMUM_PART_BYTES * 4 // 3 + 4:
        raise UploadRefused("A part of the file is over 1 MB.")
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise UploadRefused("A part of the file is no base64.") from None
