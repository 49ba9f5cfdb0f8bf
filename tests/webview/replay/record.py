"""Records what a real worker answers about a model, for tests of the page without Python.

`python tests/webview/replay/record.py demo tests/webview/replay/demo.recording`. Paths of this
machine are taken out. Called by hand after a change of the protocol or of the demo model.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
BACKEND = ROOT / "python_backend"
MODEL_ID = "m1"


class Worker:
    """A worker process and the line to it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "interpogate.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=BACKEND,
        )
        self.number = 0
        self.notifications: list[dict[str, Any]] = []

    def read(self) -> dict[str, Any]:
        """The next message."""
        assert self.process.stdout
        message: dict[str, Any] = json.loads(self.process.stdout.readline())
        return message

    def request(self, method: str, **params: object) -> Any:
        """Send a request and wait for its reply; notifications are kept."""
        assert self.process.stdin
        self.number += 1
        message = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        while (reply := self.read()).get("id") != self.number:
            self.notifications.append(reply)
        return reply["result"]

    def wait(self, method: str, phases: tuple[str, ...]) -> dict[str, Any]:
        """The first notification of a method that tells one of the phases."""
        while True:
            message = self.notifications.pop(0) if self.notifications else self.read()
            if message.get("method") == method and message["params"]["phase"] in phases:
                params: dict[str, Any] = message["params"]
                return params

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def read_levels(worker: Worker, detail: str) -> dict[str, Any]:
    """Every level of the graph by container."""
    levels: dict[str, Any] = {}
    queue = ["."]
    while queue:
        answer = worker.request("graph/read", modelId=MODEL_ID, containers=queue, detail=detail)
        queue = []
        for level in answer["levels"]:
            levels[level["container"]] = level
            pairs = zip(level["ids"], level["expandable"], strict=True)
            queue += [node for node, expandable in pairs if expandable and node not in levels]
    return levels


def record_run(worker: Worker, text: str | None) -> dict[str, Any]:
    """One run on the example text: its events, tokens and predictions."""
    state = worker.request("run/start", modelId=MODEL_ID, text=text, inputs=None)
    ended = worker.wait("run/changed", ("finished", "failed"))
    reference = {"modelId": MODEL_ID, "runId": state["runId"]}
    events = worker.request("run/read", **reference, first=0)["events"]
    tokens = ended["tokens"]
    count = len(tokens["ids"]) if tokens and ended["predictsTokens"] else 0
    predictions = [
        worker.request("prediction/read", **reference, position=position, count=10)
        for position in range(count)
    ]
    columns = {key: events[key] for key in ("kinds", "modules", "timesUs")}
    return {"tokens": tokens, "events": columns, "predictions": predictions}


def record_nodes(worker: Worker, levels: dict[str, Any]) -> dict[str, Any]:
    """Details of all nodes and the places of all modules."""
    nodes = [node for level in levels.values() for node in level["ids"]]
    paths = {
        path
        for level in levels.values()
        for path, kind in zip(level["paths"], level["kinds"], strict=True)
        if kind == "module"
    }
    details = {node: worker.request("node/inspect", modelId=MODEL_ID, node=node) for node in nodes}
    locations = {
        path: worker.request("graph/locate", modelId=MODEL_ID, path=path) for path in sorted(paths)
    }
    return {"details": details, "locations": locations}


def without_machine(text: str) -> str:
    """Absolute paths without what belongs to this machine alone."""
    text = re.sub(r'"[^"]*/site-packages/', '"/site-packages/', text)
    return text.replace(str(ROOT), "/project")


def record(source: str) -> dict[str, Any]:
    """Everything the page may ask about a model."""
    worker = Worker()
    worker.request("model/load", modelId=MODEL_ID, source=source)
    model = worker.wait("model/changed", ("ready", "failed"))
    host = {"kind": "vscode", "canInsert": True, "trusted": True, "modelId": MODEL_ID}
    levels = read_levels(worker, "all")
    nodes = record_nodes(worker, levels)
    essential = read_levels(worker, "essential")
    text = model["summary"]["exampleText"] if model["summary"]["takesText"] else None
    run = record_run(worker, text)
    worker.close()
    return {
        "host": host,
        "model": model,
        "levels": essential,
        "allLevels": levels,
        **nodes,
        **run,
    }


def main() -> None:
    """Record a source into a file."""
    source, target = sys.argv[1:]
    text = json.dumps(record(source), ensure_ascii=False, separators=(",", ":"))
    Path(target).write_text(without_machine(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
