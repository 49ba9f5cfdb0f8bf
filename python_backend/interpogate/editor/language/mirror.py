"""Keeps the table of modules and the shapes of each open model, read from its worker in parts.

What was read stays when the worker is gone; a new graph is read beside the old one and takes its
place when it is whole. Called by `mirrors.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from interpogate.editor.language.module_table import ModuleTable, Shapes
from interpogate.opened.problems import RequestFailed

Json = dict[str, Any]
Ask = Callable[[str, Json], Awaitable[Any]]

_LOADING = frozenset({"starting", "loading", "tracing"})

logger = logging.getLogger(__name__)


class Mirror:
    """One open model."""

    def __init__(self, ask: Ask, changed: Callable[[Mirror], None]) -> None:
        self._ask = ask
        self._changed = changed
        self.state: Json = {}
        """The model's `ModelState` as it travelled."""
        self.table: ModuleTable | None = None
        self.shapes = Shapes()
        self._wanted = 0
        self._reading: asyncio.Task[None] | None = None

    @property
    def model_id(self) -> str:
        """Name of the open model."""
        return str(self.state["modelId"])

    @property
    def is_loading(self) -> bool:
        """Whether the modules may be others in a moment."""
        return self.state["phase"] in _LOADING or self._reading is not None

    def note(self, state: Json) -> None:
        """The model's state changed; a new graph is read."""
        was_loading = bool(self.state) and self.is_loading
        self.state = state
        version = state["graphVersion"]
        if version and version != self._wanted and state["phase"] == "ready":
            self.close()
            self._wanted = version
            self._reading = asyncio.get_running_loop().create_task(self._read(version))
        elif was_loading and not self.is_loading:
            self._changed(self)

    def close(self) -> None:
        """Stop reading."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    async def _read(self, version: int) -> None:
        try:
            if self._needs_table():
                self.table = await self._read_table(version)
            self.shapes = await self._read_shapes()
        except RequestFailed:
            logger.info("%s: the table of modules cannot be read now", self.model_id)
            if self._wanted == version:
                self._wanted = 0
        except Exception:
            logger.exception("%s: the table of modules cannot be read", self.model_id)
        if self._wanted in {version, 0}:
            self._reading = None
            self._changed(self)

    def _needs_table(self) -> bool:
        """A run shows the same modules again, unless lazy ones came to be."""
        summary = self.state.get("summary") or {}
        is_same = self.table is not None and self.table.total == summary.get("moduleCount")
        return self.state["origin"] != "run" or not is_same

    async def _read_table(self, version: int) -> ModuleTable:
        table = ModuleTable(version)
        while not table.is_complete:
            before = len(table)
            wanted = {"modelId": self.model_id, "first": before}
            table.add(await self._ask("module/table", wanted))
            if len(table) == before and not table.is_complete:
                raise ValueError("a part of the table of modules is empty")
        return table

    async def _read_shapes(self) -> Shapes:
        shapes = Shapes()
        while not shapes.is_complete:
            before = shapes.following
            wanted = {"modelId": self.model_id, "first": before}
            shapes.add(await self._ask("module/shapes", wanted))
            if shapes.following == before and not shapes.is_complete:
                raise ValueError("a part of the shapes is empty")
        return shapes
