"""From a save to the new graph, on a file that makes the demo model; writes JSON.

Called by `npm run bench`. The page's own share (levels, layout, painting) is measured apart.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from interpogate.opened.models import Models
from interpogate.opened.worker_client import OnEvent, WorkerClient
from interpogate.opened.worker_process import worker_command

_ROUNDS = 5
_MODEL = """from transformers import AutoModelForCausalLM

from interpogate.demo import demo_directory


def net():
    model = AutoModelForCausalLM.from_pretrained(demo_directory())
    model.lm_head.out_features = {number}
    return model
"""


class Bench:
    """The open models of one process, and the moments of a reload."""

    def __init__(self) -> None:
        self.moments: dict[str, float] = {}
        self.state: dict[str, Any] = {}
        self.models = Models(emit=self._emit, launch=self._launch)

    async def until(self, graph_version: int) -> None:
        """Wait for a newer graph than this."""
        while self.state.get("graphVersion", 0) <= graph_version or self.state["reloading"]:
            if self.state.get("phase") == "failed":
                raise SystemExit(str(self.state["problem"]))
            await asyncio.sleep(0.001)

    def _emit(self, method: str, params: dict[str, Any]) -> None:
        if method == "model/changed":
            self.state = params
            if params["reloading"]:
                self._note("noticed")

    async def _launch(
        self, _model_id: str, *, folder: str | None, on_event: OnEvent
    ) -> WorkerClient:
        def receive(method: str, params: dict[str, Any]) -> None:
            if method == "model/changed":
                self._note(f"{params['phase']} {params['message']}")
            on_event(method, params)

        return await WorkerClient.start(
            worker_command(), folder=folder, on_event=receive, on_output=lambda _line: None
        )

    def _note(self, what: str) -> None:
        self.moments.setdefault(what, time.perf_counter())

    async def reload(self, file: Path, number: int) -> dict[str, float]:
        """Save the file and give the milliseconds of each step."""
        before = self.state["graphVersion"]
        self.moments.clear()
        await asyncio.to_thread(file.write_text, _MODEL.format(number=number), "utf-8")
        began = time.perf_counter()
        await self.until(before)
        at = self.moments
        steps = {
            "noticing": (began, at["noticed"]),
            "process": (at["noticed"], at["loading Importing torch…"]),
            "imports": (at["loading Importing torch…"], at["loading Loading the model…"]),
            "loading": (at["loading Loading the model…"], at["tracing Tracing the data flow…"]),
            "tracing": (at["tracing Tracing the data flow…"], at["ready "]),
            "comparing": (at["ready "], time.perf_counter()),
            "all": (began, time.perf_counter()),
        }
        return {name: (end - start) * 1000 for name, (start, end) in steps.items()}


async def _measure(folder: Path) -> dict[str, float]:
    file = folder / "net.py"
    await asyncio.to_thread(file.write_text, _MODEL.format(number=0), "utf-8")
    bench = Bench()
    try:
        opening = {"source": "net.py:net", "folder": str(folder)}
        await bench.models.answer("model/open", opening)
        await bench.until(0)
        await asyncio.sleep(0.5)  # a person looks at the graph before they save again
        rounds = [await bench.reload(file, number) for number in range(1, _ROUNDS + 1)]
    finally:
        await bench.models.close_all()
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        json.dump(asyncio.run(_measure(Path(place))), sys.stdout)
