"""A worker as an operating-system process: how it is started, ended, and what its end means.

Knows no messages, only bytes. Called by `worker_client.py`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Any, cast

from interpogate.transport.process import kill_descendants

_END_S = 1.0
_STDIN, _STDOUT = 0, 1

START_SCRIPT = Path(__file__).resolve().parents[2] / "start_worker.py"
_BUNDLED_SCRIPT = Path(__file__).resolve().parents[3] / "start_worker.py"

OnBytes = Callable[[bytes], None]


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
    """The command that starts a worker in this very interpreter, and shows where it crashes."""
    script = START_SCRIPT if START_SCRIPT.exists() else _BUNDLED_SCRIPT
    return [sys.executable, "-X", "faulthandler", str(script)]


class WorkerProcess(asyncio.SubprocessProtocol):
    """A process that leads its own group.

    Its end is taken from the operating system, not from its pipes: user code may have started
    something that holds them.
    """

    def __init__(self, *, on_wire: OnBytes, on_output: OnBytes) -> None:
        loop = asyncio.get_running_loop()
        self._on_bytes = {_STDOUT: on_wire, 2: on_output}
        self._exited: asyncio.Future[None] = loop.create_future()
        self._wire_closed: asyncio.Future[None] = loop.create_future()

    @classmethod
    async def start(
        cls, command: Sequence[str], *, folder: str | None, on_wire: OnBytes, on_output: OnBytes
    ) -> WorkerProcess:
        """Start it in a folder, or in the home folder. Raises `OSError` if there is no way."""
        _, process = await asyncio.get_running_loop().subprocess_exec(
            lambda: cls(on_wire=on_wire, on_output=on_output),
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            cwd=folder or Path.home(),
            **_own_group(),
        )
        return process

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what the event loop made (called by it, as the following ones)."""
        self._transport = cast("asyncio.SubprocessTransport", transport)
        self._stdin = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(_STDIN))
        self.pid = self._transport.get_pid()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Hand on what the process wrote."""
        self._on_bytes[fd](data)

    def pipe_connection_lost(self, fd: int, _error: Exception | None) -> None:
        """Nothing more comes over the wire."""
        if fd == _STDOUT and not self._wire_closed.done():
            self._wire_closed.set_result(None)

    def process_exited(self) -> None:
        """The process has ended, whoever still holds its pipes."""
        if not self._exited.done():
            self._exited.set_result(None)

    @property
    def unread_bytes(self) -> int:
        """How much it was sent that it has not read."""
        return self._stdin.get_write_buffer_size()

    def write(self, data: bytes) -> None:
        """Send bytes to its standard input."""
        self._stdin.write(data)

    async def wait(self) -> WorkerExit:
        """Wait for its end, take all that it has sent before, and end what it left behind."""
        waiting: set[asyncio.Future[None]] = {self._exited, self._wire_closed}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({self._exited}, timeout=_END_S)  # its exit code is worth a moment
        self._kill_group()
        await asyncio.wait(waiting, timeout=_END_S)
        returncode = self._transport.get_returncode()
        self._transport.close()
        return WorkerExit(returncode=returncode)

    async def end(self) -> None:
        """Close its standard input, and kill its group if it has not ended a second later."""
        self._stdin.close()
        await asyncio.wait({self._exited}, timeout=_END_S)
        self._kill_group()

    def _kill_group(self) -> None:
        if sys.platform != "win32":
            if not self._exited.done():
                kill_descendants(self.pid)
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        elif not self._exited.done():
            self._transport.kill()


def _own_group() -> dict[str, Any]:
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        return {"creationflags": flags}
    return {"start_new_session": True}
