"""Measures what a run costs on the wire.

`python scripts/bench_runs.py` prints JSON. The bytes are of every message that a page gets for one
run of a model of the size of GPT-2 on 128 tokens: state, events, the levels that it shows, the
inspector, the strip and the table of next tokens. Called by `npm run bench`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from interpogate.worker.service import Service

TOKENS = 128
_MODEL = '''"""GPT-2 with random weights and a tokenizer of its size."""
from types import SimpleNamespace
import torch
from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel
from interpogate.demo import demo_directory

torch.set_num_threads(1)

def model():
    tokenizer = AutoTokenizer.from_pretrained(str(demo_directory()))
    return SimpleNamespace(model=GPT2LMHeadModel(GPT2Config()), tokenizer=tokenizer)
'''


class Page:
    """What a page asks of a worker, and how many bytes it is told."""

    def __init__(self, source: str, folder: Path | None = None) -> None:
        self._service = Service(self._take)
        self._reply: Any = None
        self.byte_length = 0
        self.by_method: dict[str, int] = {}
        place = str(folder) if folder else None
        self.ask("model/load", source=source, folder=place)
        self.work()

    def _take(self, text: str) -> None:
        message = json.loads(text)
        name = message.get("method", "replies")
        self.by_method[name] = self.by_method.get(name, 0) + len(text.encode())
        self.byte_length += len(text.encode())
        if "id" in message:
            self._reply = message["result"]

    def ask(self, method: str, **params: Any) -> Any:
        """The result of a request."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method}
        full = {**request, "params": {"modelId": "model-1", **params}}
        self._service.receive(json.dumps(full))
        return self._reply

    def work(self) -> None:
        """Do what is queued for the main thread."""
        while not self._service._jobs.empty():
            self._service._jobs.get()()

    def run(self, text: str) -> dict[str, Any]:
        """One run, and everything that the page reads when it is over."""
        state: dict[str, Any] = self.ask("run/start", text=text)
        self.work()
        self.ask("graph/read", containers=[".", "transformer"])
        self.ask("node/inspect", node="transformer.wte")
        reference = {"runId": state["runId"]}
        tokens = self.ask("run/read", **reference, first=2**30)["state"]["tokens"]["ids"]
        self.ask("prediction/strip", **reference)
        self.ask("prediction/read", **reference, position=len(tokens) - 1, count=10)
        return {"tokens": len(tokens)}


def measure_bytes() -> dict[str, Any]:
    """Bytes of one run on 128 tokens."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "gpt2_sized.py").write_text(_MODEL, "utf-8")
        page = Page("gpt2_sized.py:model", Path(folder))
        page.byte_length, page.by_method = 0, {}
        found = page.run(" Anna" * TOKENS)
    return {**found, "bytes": page.byte_length, "byMethod": page.by_method}


def main() -> None:
    """Print one object."""
    sys.stdout.write(json.dumps({"wire": measure_bytes()}) + "\n")


if __name__ == "__main__":
    main()
