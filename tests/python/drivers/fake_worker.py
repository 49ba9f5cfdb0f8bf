"""A worker without torch that behaves, or misbehaves, as the model's source says.

Standard library only. Sources are words joined by `+`, such as `ready+stubborn`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from typing import Any

Json = dict[str, Any]

_writing = threading.Lock()
_LEVEL = {"container": ".", "ids": ["a"]}


class FakeWorker:
    """Answers requests one after the other."""

    def __init__(self) -> None:
        self.model: Json = {}
        self.behaviour: set[str] = set()

    def serve(self) -> None:
        for line in sys.stdin:
            request = json.loads(line)
            name = "on_" + request["method"].replace("/", "_")
            getattr(self, name, self.unknown)(request["id"], request["params"])

    def unknown(self, identifier: int, _params: Json) -> None:
        fail(identifier, -32601, "Method not found", {})

    def on_session_hello(self, identifier: int, _params: Json) -> None:
        version = 2 if os.environ.get("FAKE_WORKER") == "other version" else 1
        if os.environ.get("FAKE_WORKER") == "dies at once":
            os._exit(4)
        reply(identifier, {"protocolVersion": version})

    def on_model_load(self, identifier: int, params: Json) -> None:
        self.model = params
        self.behaviour = set(params["source"].split("+"))
        if "beating" in self.behaviour:
            threading.Thread(target=beat, daemon=True).start()
        self.change("loading", graph_version=0)
        if "dies" in self.behaviour:
            sys.stderr.write("farewell of a worker\n")
            os._exit(3)
        if "wrong" in self.behaviour:
            problem = {"code": "source.invalid", "message": "No.", "hint": "", "action": "openFile"}
            fail(identifier, -32000, "No.", problem)
            return
        if "hanging" in self.behaviour:
            threading.Event().wait()
        self.settle()
        reply(identifier, {})

    def settle(self) -> None:
        if "stubborn" in self.behaviour:  # does not end when its standard input does
            threading.Thread(target=threading.Event().wait).start()
        if "parent" in self.behaviour:
            child = subprocess.Popen(["sleep", "600"])
            sys.stderr.write(f"child {child.pid}\n")
        self.change("ready", graph_version=self.model["firstGraphVersion"])

    def change(self, phase: str, *, graph_version: int) -> None:
        state = {"modelId": self.model["modelId"], "source": "x", "phase": phase, "message": ""}
        notify("model/changed", {**state, "graphVersion": graph_version, "pid": os.getpid()})

    def on_graph_read(self, identifier: int, params: Json) -> None:
        levels = [{**_LEVEL, "container": name} for name in params["containers"]]
        version = self.model["firstGraphVersion"]
        reply(identifier, {"graphVersion": version, "levels": levels})

    def on_text_tokenize(self, identifier: int, params: Json) -> None:
        """Echo what came, to show that it came unchanged."""
        reply(identifier, {"echo": params, "load": self.model, "pid": os.getpid()})

    def on_node_inspect(self, identifier: int, params: Json) -> None:
        size = int(params["node"])
        reply(identifier, {"text": "x" * size})

    def on_module_table(self, identifier: int, params: Json) -> None:
        columns = ("names", "parents", "kinds", "parameterCounts", "otherPaths", "otherModules")
        part: Json = {name: [] for name in (*columns, "kindRows", "classes")}
        reply(identifier, {"total": 0, "first": params["first"], **part})

    def on_module_shapes(self, identifier: int, params: Json) -> None:
        part: Json = {name: [] for name in ("modules", "counts", "inputs", "outputs", "texts")}
        version = self.model["firstGraphVersion"]
        head = {"graphVersion": version, "origin": "none", "runId": 0, "total": 0, "following": 0}
        reply(identifier, {**head, **part})

    def on_module_children(self, identifier: int, _params: Json) -> None:
        problem = {"code": "path.notFound", "message": "No such path.", "hint": "h", "extra": [1]}
        fail(identifier, -32001, "No such path.", problem)

    def on_graph_locate(self, identifier: int, params: Json) -> None:
        """Misbehave in the way that the path names, then answer."""
        if params["path"] == "garbage":
            garbage()
            for method in ("model/changed", "run/changed", "run/started", "window/showMessage"):
                notify(method, {"strange": True})
        if params["path"] == "prints":
            sys.stderr.write("printed by user code\n")
            sys.stderr.flush()
        if params["path"] == "twice":
            reply(identifier, {"node": "first", "containers": []})
        if params["path"] != "never":
            reply(identifier, {"node": "a", "containers": ["."]})

    def on_hook_write(self, _identifier: int, params: Json) -> None:
        """End in the way that the node names."""
        if params["node"] == "exit":
            os._exit(7)
        os.kill(os.getpid(), getattr(signal, params["node"]))

    def on_run_start(self, identifier: int, params: Json) -> None:
        if params["text"] == "SIGKILL":  # what it was to prepare has ended it
            os.kill(os.getpid(), signal.SIGKILL)
        state = {"modelId": params["modelId"], "runId": self.model["firstRunId"]}
        state |= {"phase": "running", "durationMs": 0.0, "eventCount": 0}
        notify("run/changed", state)
        reply(identifier, state)
        if params["text"] == "finish":
            notify("run/changed", {**state, "phase": "finished"})


def beat() -> None:
    """Say that the process lives, much more often than a real worker does."""
    while True:
        notify("worker/alive", {})
        threading.Event().wait(0.01)


def garbage() -> None:
    sys.stdout.write("no json\n[1]\n\n{}\n" + '{"id":[1]}\n{"id":99}\n' + "\udcff\n")
    sys.stdout.write("y" * 5_000_000 + "\n")


def reply(identifier: int, result: Any) -> None:
    write({"id": identifier, "result": result})


def fail(identifier: int, code: int, message: str, problem: Json) -> None:
    write({"id": identifier, "error": {"code": code, "message": message, "data": problem}})


def notify(method: str, params: Json) -> None:
    write({"method": method, "params": params})


def write(message: Json) -> None:
    with _writing:
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="surrogateescape")  # type: ignore[union-attr]
    FakeWorker().serve()
