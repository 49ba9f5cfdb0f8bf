"""Finds every process that a test has caused, however far it has drifted from its parent.

A mark in the environment is inherited by children and survives a new session and a new parent.
"""

from __future__ import annotations

import os
import signal
import uuid
from contextlib import suppress
from pathlib import Path

from waiting import wait_until

_NAME = "INTERPOGATE_TEST_MARK"
_PROCESSES = Path("/proc")


class ProcessMark:
    """One test's mark."""

    def __init__(self) -> None:
        self._value = uuid.uuid4().hex

    @property
    def environment(self) -> dict[str, str]:
        """The environment for processes that shall be found."""
        return {**os.environ, _NAME: self._value}

    def living(self) -> list[int]:
        """Process ids of the marked processes that have not ended."""
        if not _PROCESSES.is_dir():  # macOS, Windows: nothing can be found, nothing is claimed
            return []
        numbers = [int(entry.name) for entry in _PROCESSES.iterdir() if entry.name.isdigit()]
        return [number for number in numbers if self._lives(number)]

    def assert_none_left(self) -> None:
        """Wait until all have ended; end those that do not and fail."""
        try:
            wait_until(lambda: not self.living(), "all processes end")
        finally:
            for number in self.living():
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)

    def _lives(self, number: int) -> bool:
        folder = _PROCESSES / str(number)
        try:
            marked = f"{_NAME}={self._value}".encode() in (folder / "environ").read_bytes()
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        return marked and state != "Z"
