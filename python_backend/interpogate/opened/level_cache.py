"""The last levels of a graph that were read, so that it stays there when the worker is gone.

Called by `opened_model.py` with JSON values as they travelled; only one graph version is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_MOST_LEVELS = 1_000


class LevelCache:
    """Levels by container and detail, of the newest graph version that was read."""

    def __init__(self) -> None:
        self.version = 0
        self._levels: dict[tuple[str, str], dict[str, Any]] = {}

    def keep(self, detail: str, reply: dict[str, Any]) -> None:
        """Remember the reply to a `graph/read`."""
        if reply["graphVersion"] < self.version:
            return
        if reply["graphVersion"] > self.version:
            self._levels.clear()
            self.version = reply["graphVersion"]
        for level in reply["levels"]:
            self._levels[level["container"], detail] = level
        while len(self._levels) > _MOST_LEVELS:
            del self._levels[next(iter(self._levels))]

    def read(self, containers: Iterable[str], detail: str) -> dict[str, Any]:
        """The reply to a `graph/read`, without the levels that were never read."""
        kept = [self._levels.get((container, detail)) for container in containers]
        return {"graphVersion": self.version, "levels": [level for level in kept if level]}
