"""What ties a child process to its parent: a group of its own, and no life after the parent.

`end_with_parent` is called first thing by the worker's main. Knows neither messages nor torch.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Lead an own process group and, on Linux, be killed when the parent dies.

    Elsewhere the end of standard input is the only sign (see `end_group`). On Linux too it covers
    a parent that died before this call.
    """
    if sys.platform == "win32":
        return
    parent = os.getppid()
    if os.getpgrp() != os.getpid():
        os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died between the two calls, unnoticed by prctl
        end_group()


def kill_descendants(pid: int) -> None:
    """On Linux, kill what a process has started, whatever session that is in; not the process."""
    for child in _descendants(pid):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(child, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    if sys.platform != "linux":
        return []
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            children.setdefault(_parent(entry.path), []).append(int(entry.name))
    found = [pid]
    for known in found:
        found += children.get(known, ())
    return found[1:]


def _parent(folder: str) -> int:
    """Source: proc_pid_stat(5); the name of the program may hold any letters, even brackets."""
    try:
        with Path(folder, "stat").open("rb") as stream:
            return int(stream.read().rpartition(b")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def end_group() -> NoReturn:
    """End this process at once, with everything that user code has started from it."""
    kill_descendants(os.getpid())
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(0)
