"""What is in the files that a model was loaded from, as fingerprints, and whether it is whole.

Reads files; knows nothing of watching or workers. Called by `following.py` in a thread.
"""

# ruff: noqa: PTH110, PTH116, PTH118, PTH119, PTH120, PTH123
# `os.path` keeps links and names as they are, and is quick where many files are looked at.

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import sys
import time
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from interpogate.protocol.messages import Problem

_READ_BYTES = 4 * 1024 * 1024
_COARSE_NS = 2_000_000_000

Fingerprint = str
MISSING: Fingerprint = "missing"
EMPTY: Fingerprint = "empty"

_Signature = tuple[int, int, int, int]


@dataclass(frozen=True)
class _Reading:
    signature: _Signature
    read_ns: int
    fingerprint: Fingerprint


class Contents:
    """Fingerprints of files. A file is read again only where it may have changed."""

    def __init__(self) -> None:
        self._known: dict[str, _Reading] = {}

    def read(self, files: Iterable[str]) -> dict[str, Fingerprint]:
        """The fingerprint of each file, equal only for equal content."""
        found = {file: self._fingerprint(file) for file in files}
        self._known = {file: known for file, known in self._known.items() if file in found}
        return found

    def _fingerprint(self, file: str) -> Fingerprint:
        try:
            signature = _signature(os.stat(file))
            known = self._known.get(file)
            if known is None or not _still_holds(known, signature):
                known = _Reading(signature, time.time_ns(), _read(file, signature))
                self._known[file] = known
        except OSError:
            return MISSING
        return known.fingerprint


def _signature(status: os.stat_result) -> _Signature:
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _still_holds(known: _Reading, signature: _Signature) -> bool:
    """File systems count time in steps: what was read within the step may have changed since."""
    return known.signature == signature and known.read_ns - signature[3] > _COARSE_NS


def _read(file: str, signature: _Signature) -> Fingerprint:
    size = signature[1]
    if size > _READ_BYTES:  # weights: their content is not read to be compared
        return f"large {signature}"
    with open(file, "rb") as stream:
        content = stream.read()
    return hashlib.sha256(content).hexdigest() if content else EMPTY


def changed_since(file: str, moment_ns: int) -> bool:
    """Whether a file was written, replaced or moved here after a moment of the wall clock.

    A time that lies ahead, as of a server whose clock is fast, says nothing.
    """
    try:
        status = os.stat(file)
    except OSError:
        return True
    changed_ns = status.st_mtime_ns if sys.platform == "win32" else status.st_ctime_ns
    return moment_ns < changed_ns <= time.time_ns()


def is_being_written(file: str) -> bool:
    """Whether a process has the file open for writing; False where that cannot be learned.

    Linux gives a read lease on a file only while nobody can write to it; it is given back at once.
    Source: fcntl(2), "Leases".
    """
    if sys.platform != "linux":
        return False
    import fcntl

    with contextlib.suppress(OSError):
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            # A writer that comes now sends a signal; the usual one would end the process.
            fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
    return False


def git_is_busy(files: Iterable[str]) -> bool:
    """Whether git is changing the working tree that one of the files is in, as in a checkout."""
    folders = {os.path.dirname(os.path.realpath(file)) for file in files}
    return any(_is_locked(folder) for folder in folders)


def _is_locked(folder: str) -> bool:
    while not os.path.exists(os.path.join(folder, ".git")):
        folder, before = os.path.dirname(folder), folder
        if folder == before:
            return False
    return os.path.exists(os.path.join(folder, ".git", "index.lock"))


def broken_file(
    files: Mapping[str, Fingerprint], loaded: Mapping[str, Fingerprint]
) -> Problem | None:
    """The first of the Python files that changed which Python cannot parse."""
    for file, fingerprint in files.items():
        if file.endswith(".py") and fingerprint not in (MISSING, loaded.get(file)):
            problem = _syntax_problem(file)
            if problem is not None:
                return problem
    return None


def _syntax_problem(file: str) -> Problem | None:
    try:
        with open(file, "rb") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a warning would carry the user's line into the log
            compile(stream.read(), file, "exec", dont_inherit=True)
    except SyntaxError as error:
        return _broken(file, error.lineno or 1, error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        return _broken(file, 1, str(error) or type(error).__name__)
    except OSError:
        return None
    return None


def _broken(file: str, line: int, reason: str) -> Problem:
    return Problem(
        code="reload.broken",
        message=f"{os.path.basename(file)} has a syntax error in line {line}: {reason}.",
        hint="The graph shows the model as it was before; save the file again once it is right.",
        action="openFile",
        file=file,
        line=line,
    )
