"""A worker as an operating-system process: how it is started, ended, and what its end means.

Knows no messages. Called by `worker_client.py`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_END_OF_STDIN_S = 1.0

START_SCRIPT = Path(__file__).resolve().parents[2] / "start_worker.py"
_BUNDLED_SCRIPT = Path(__file__).resolve().parents[3] / "start_worker.py"


@dataclass(frozen=True, kw_only=True)
class WorkerExit:
    """How a worker ended."""

    returncode: int | None
    """As the operating system gave it; None if it could not be learned."""

    @property
    def words(self) -> str:
        """One sentence for the user."""
        if self.returncode is None or self.returncode == 0:
            return "The model's worker ended."
        if self.returncode > 0:
            return f"The model's worker ended with exit code {self.returncode}."
        name = _signal_name(-self.returncode)
        verb = "was killed" if name in {"SIGKILL", "SIGTERM"} else "crashed"
        return f"The model's worker {verb} ({name})."


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def worker_command() -> list[str]:
    """The command that starts a worker in this very interpreter."""
    script = START_SCRIPT if START_SCRIPT.exists() else _BUNDLED_SCRIPT
    return [sys.executable, str(script)]


async def launch(command: Sequence[str], *, folder: str | None) -> Process:
    """Start a process that leads its own group. Raises `OSError` if there is no way."""
    return await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=folder or Path.home(), **_own_group()
    )


def _own_group() -> dict[str, Any]:
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        return {"creationflags": flags}
    return {"start_new_session": True}


async def end(process: Process) -> None:
    """Close the process's standard input; kill its group if it has not ended a second later."""
    if process.stdin is not None:
        process.stdin.close()
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(process.wait(), _END_OF_STDIN_S)
    kill_group(process)
    await exit_of(process)


async def exit_of(process: Process) -> WorkerExit:
    """Wait for the end of a process that is ending or has been killed.

    Bounded, since some Python versions wait for its pipes too, which a runaway grandchild may hold.
    """
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(process.wait(), _END_OF_STDIN_S)
    return WorkerExit(returncode=process.returncode)


def kill_group(process: Process) -> None:
    """Kill the process, if it lives, and what user code has started in its group."""
    if sys.platform == "win32":
        if process.returncode is None:
            process.kill()
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
