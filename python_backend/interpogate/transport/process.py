"""What ties a child process to its parent: a group of its own, and no life after the parent.

Called first thing by the worker's main. Knows neither messages nor torch.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
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


def end_group() -> NoReturn:
    """End this process at once, with every child that user code has started in its group."""
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(0)
