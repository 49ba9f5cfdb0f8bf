"""Measures completion and hover in a model of 100,000 modules, from request to reply.

`python scripts/bench_language.py` prints JSON: milliseconds of the real server with a real worker,
median and worst of many rounds, for names deep in the model and for a list of 50,000. Called
by `npm run bench`.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

START_EDITOR = Path(__file__).resolve().parents[1] / "python_backend" / "start_editor.py"
ROUNDS = 200
PATIENCE_S = 300.0
MODEL = """
import torch
from torch import nn

class Stage(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(8)
        self.layers = nn.ModuleList(nn.Identity() for _ in range(997))

class Large(nn.Module):
    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleList(Stage() for _ in range(50))
        self.flat = nn.ModuleList(nn.Identity() for _ in range(50_046))

    def forward(self, x):
        return self.stages[0].norm(x)

def example_inputs():
    return {"x": torch.zeros(1, 8)}
"""
TYPED = {
    "completionMs": 'interp.node("stages.31.layers.9',
    "listCompletionMs": 'interp.node("flat.499',
    "hoverMs": 'interp.node("stages.31.layers.901',
}

Json = dict[str, Any]


class Server:
    """The editor process, and nothing else in between."""

    def __init__(self) -> None:
        command = [sys.executable, str(START_EDITOR)]
        self._process = subprocess.Popen(  # noqa: S603 (our own script)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._count = 0
        self.phase = ""

    def ask(self, method: str, params: Json | None) -> Any:
        """The result of a request."""
        self._count += 1
        self.send({"id": self._count, "method": method, "params": params})
        while (message := self._read()).get("id") != self._count or "method" in message:
            if message.get("method") == "interpogate/model/changed":
                self.phase = message["params"]["phase"]
        return message.get("result")

    def send(self, message: Json) -> None:
        """Send a message of any kind."""
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stdin: Any = self._process.stdin
        stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        stdin.flush()

    def _read(self) -> Json:
        stdout: Any = self._process.stdout
        length = 0
        while (line := stdout.readline()) != b"\r\n":
            if not line:
                raise EOFError("the editor process ended")
            if line.startswith(b"Content-Length:"):
                length = int(line.split(b":")[1])
        message: Json = json.loads(stdout.read(length))
        return message

    def end(self) -> None:
        """Shut it down in an orderly way."""
        self.ask("shutdown", None)
        self.send({"method": "exit", "params": None})
        self._process.wait(10)


def main() -> None:
    """Print one object."""
    server = Server()
    try:
        with tempfile.TemporaryDirectory() as folder:
            figures = measure(server, Path(folder))
    finally:
        server.end()
    sys.stdout.write(json.dumps(figures) + "\n")


def measure(server: Server, folder: Path) -> dict[str, float]:
    """Milliseconds by name; `Worst` behind those of the slowest round."""
    modules = open_model(server, folder)
    uris = {name: open_document(server, folder, name, text) for name, text in TYPED.items()}
    wait_for_table(server, uris["completionMs"])
    times: dict[str, list[float]] = {name: [] for name in TYPED}
    for _ in range(ROUNDS):
        for name, uri in uris.items():
            times[name].append(time_of(server, name, uri))
    figures: dict[str, float] = {"modules": modules}
    for name, own in times.items():
        figures[name] = round(statistics.median(own), 2)
        figures[f"{name}Worst"] = round(max(own), 2)
    return figures


def open_model(server: Server, folder: Path) -> int:
    """Open the large model; gives the number of its modules."""
    (folder / "large.py").write_text(MODEL)
    capabilities: Json = {}
    server.ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
    asked = {"source": "large.py:Large", "folder": str(folder)}
    model_id = server.ask("interpogate/model/open", asked)["modelId"]
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        state = server.ask("interpogate/model/read", {"modelId": model_id})
        if state["phase"] in {"ready", "failed"}:
            return int(state["summary"]["moduleCount"])
        time.sleep(0.1)
    raise TimeoutError("the model was not loaded")


def open_document(server: Server, folder: Path, name: str, text: str) -> str:
    """A document that ends in an open string; gives its address."""
    uri = (folder / f"{name}.py").as_uri()
    item = {"uri": uri, "languageId": "python", "version": 1, "text": f"interp = 1\n{text}"}
    server.send({"method": "textDocument/didOpen", "params": {"textDocument": item}})
    return uri


def wait_for_table(server: Server, uri: str) -> None:
    """The table of modules is read behind the model's back."""
    deadline = time.monotonic() + PATIENCE_S
    while not server.ask("textDocument/completion", place(uri, "completionMs")):
        if time.monotonic() > deadline:
            raise TimeoutError("the table of modules was not read")
        time.sleep(0.1)


def place(uri: str, name: str) -> Json:
    """The end of the document."""
    position = {"line": 1, "character": len(TYPED[name])}
    return {"textDocument": {"uri": uri}, "position": position}


def time_of(server: Server, name: str, uri: str) -> float:
    """Milliseconds of one request that must have an answer."""
    method = "textDocument/hover" if name == "hoverMs" else "textDocument/completion"
    began = time.perf_counter()
    answer = server.ask(method, place(uri, name))
    took = (time.perf_counter() - began) * 1000
    if not answer:
        raise ValueError(f"{name}: no answer")
    return took


if __name__ == "__main__":
    main()
