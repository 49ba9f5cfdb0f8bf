"""What is kept of the workers' answers; a table stands for the workers."""

from __future__ import annotations

import asyncio
from typing import Any

from interpogate.editor.shapes.observations import Observations

_FILES = 200


class Answering:
    """Counts how often each file is asked for."""

    def __init__(self) -> None:
        self.models = self
        self.asked: list[str] = []

    async def forward(self, _method: str, params: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(params["file"])
        return {"digest": "text", "graphVersion": 1, "calls": []}


def test_each_of_many_files_is_asked_for_once() -> None:
    language: Any = Answering()
    known, state = Observations(), {"modelId": "model-1", "graphVersion": 1}
    files = [f"file_{number}.py" for number in range(_FILES)]

    async def read_all() -> None:
        for file in [*files, *files]:
            await known.read(language, state, file)

    asyncio.run(read_all())
    assert language.asked == files
