"""Which runs a worker has under way, so that none is left running for ever when the worker ends.

Called by `opened_model.py` with run states as they travelled.
"""

from __future__ import annotations

from typing import Any


class RunLedger:
    """Runs by number; numbers grow from worker to worker."""

    def __init__(self) -> None:
        self.last_id = 0
        self._running: dict[int, dict[str, Any]] = {}
        self._last_ended = 0

    def note(self, run: dict[str, Any]) -> None:
        """Take a run's new state, from an event or a reply, which may come in either order."""
        identifier = run["runId"]
        self.expect(identifier)
        if run["phase"] != "running":
            self._running.pop(identifier, None)
            self._last_ended = max(self._last_ended, identifier)
        elif identifier > self._last_ended:
            self._running[identifier] = run

    @property
    def is_running(self) -> bool:
        """Whether a run is under way."""
        return bool(self._running)

    def running(self, identifier: Any) -> dict[str, Any] | None:
        """The last state of a run that is under way."""
        return self._running.get(identifier)

    def expect(self, identifier: int) -> None:
        """Runs up to this number exist."""
        self.last_id = max(self.last_id, identifier)

    def end_all(self, *, phase: str, problem: dict[str, Any] | None) -> list[dict[str, Any]]:
        """The final states of the runs that were under way."""
        ended = [{**run, "phase": phase, "problem": problem} for run in self._running.values()]
        for run in ended:
            self.note(run)
        return ended
