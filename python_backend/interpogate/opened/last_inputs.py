"""What was run last with each source, so that it is there again when that model is opened again.

Kept in memory only, never written anywhere. Called by `models.py` and `opened_model.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_MOST_SOURCES = 100


@dataclass
class LastInputs:
    """Text and inputs of the last run; None before there was one."""

    text: str | None = None
    inputs: str | None = None

    def note(self, run: dict[str, Any]) -> None:
        """Take over what a run was given, from its state as it travelled."""
        if run.get("text") is not None or run.get("inputs") is not None:
            self.text, self.inputs = run.get("text"), run.get("inputs")


class InputMemory:
    """Last inputs by source and folder; the sources opened longest ago go first."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str | None], LastInputs] = {}

    def of(self, source: str, folder: str | None) -> LastInputs:
        """What is remembered, or a place for it."""
        found = self._known.pop((source, folder), None) or LastInputs()
        self._known[source, folder] = found
        while len(self._known) > _MOST_SOURCES:
            del self._known[next(iter(self._known))]
        return found
