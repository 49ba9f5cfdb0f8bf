"""Reads from two workers what a reload changed. Called by `opened_model.py`.

A model without an answer, or with very many modules, is loaded anew all the same: there is then
just nothing to tell about it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from interpogate.opened.changes import Modules, difference, modules_of
from interpogate.opened.problems import RequestFailed
from interpogate.opened.worker_life import WorkerLife
from interpogate.protocol.codec import MalformedMessage, decode
from interpogate.protocol.messages import ModelDifference, ModuleShapes, ModuleTable

_MOST_MODULES = 50_000
_PATIENCE_S = 5.0

Part = TypeVar("Part", ModuleTable, ModuleShapes)
logger = logging.getLogger(__name__)


class Comparison:
    """The modules before a reload, kept until those after it are known."""

    def __init__(self) -> None:
        self._before: Modules | None = None

    async def read_before(self, life: WorkerLife) -> None:
        """Keep what the worker that will be replaced says of its modules."""
        self._before = await _read(life)

    async def with_after(self, life: WorkerLife, *, graph_version: int) -> ModelDifference:
        """What the worker that took over has otherwise; nothing, if one of the two is not known."""
        after = await _read(life)
        if self._before is None or after is None:
            return difference({}, {}, graph_version=graph_version)
        return await asyncio.to_thread(difference, self._before, after, graph_version=graph_version)


async def _read(life: WorkerLife) -> Modules | None:
    try:
        return await asyncio.wait_for(_all_modules(life), _PATIENCE_S)
    except (RequestFailed, MalformedMessage, asyncio.TimeoutError) as error:
        logger.warning("what a reload changed is not known (%s)", type(error).__name__)
        return None


async def _all_modules(life: WorkerLife) -> Modules | None:
    tables = await _parts(life, "module/table", ModuleTable, _after_table)
    if not tables or tables[0].total > _MOST_MODULES:
        return None
    shapes = await _parts(life, "source/shapes", ModuleShapes, _after_shapes)
    return await asyncio.to_thread(modules_of, tables, shapes)


async def _parts(
    life: WorkerLife, method: str, kind: type[Part], following: Callable[[Any], int]
) -> list[Part]:
    parts: list[Part] = []
    first, total = 0, 1
    while first < min(total, _MOST_MODULES):
        reply = await life.request(method, {"modelId": life.model_id, "first": first})
        part = await asyncio.to_thread(decode, reply, kind)
        parts.append(part)
        first, total = max(following(part), first + 1), part.total
    return parts


def _after_table(part: ModuleTable) -> int:
    return part.first + len(part.names)


def _after_shapes(part: ModuleShapes) -> int:
    return part.following
