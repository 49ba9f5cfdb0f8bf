"""Kills the worker of a model at chosen moments, while somebody types; measures the return."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from editor_driver import EditorDriver, ErrorReply
from process_marks import ProcessMark
from waiting import PATIENCE_S, wait_until

MOMENTS = ("idle", "asked", "loading", "tracing", "running", "reloading")
MODEL = "model-1"
_AGAIN = ("worker.stopped", "model.notReady")
_NET = """import os
import time

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 8)
        self.second = nn.Linear(8, 2)

    def forward(self, x):
        while os.path.exists("slow"):
            time.sleep(0.01)
        return self.second(self.first(x).relu())


def example_inputs():
    return {"x": torch.zeros(1, 4)}
"""
_TYPED = 'from net import Net\n\ninterp = Interpogate(Net())\ninterp.node("")\n'
_CURSOR = {"line": 3, "character": 13}


class Typist:
    """Asks for completion all the time, whatever becomes of the worker."""

    def __init__(self, editor: EditorDriver) -> None:
        self.waits_s: list[float] = []
        self.refused: list[str] = []
        self._editor = editor
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._type)
        item = {"uri": "file:///typed.py", "languageId": "python", "version": 1, "text": _TYPED}
        editor.notify("textDocument/didOpen", {"textDocument": item})
        wait_until(lambda: self._labels() == {"first", "second"}, "the modules to be offered")

    def begin(self) -> None:
        """Type from now on, in a thread."""
        self._thread.start()

    def end(self) -> None:
        """Type no more."""
        self._stop.set()
        self._thread.join(PATIENCE_S)

    def story(self) -> str:
        """One line for a person."""
        worst = max(self.waits_s)
        count = len(self.waits_s)
        return f"{count} completions meanwhile, all right, {worst * 1000:.0f} ms at worst"

    def _type(self) -> None:
        while not self._stop.wait(0.05):
            began = time.monotonic()
            try:
                labels = self._labels()
            except (ErrorReply, AssertionError) as error:
                self.refused.append(str(error)[:200])
                return
            self.waits_s.append(time.monotonic() - began)
            if labels != {"first", "second"}:
                self.refused.append(f"offered {sorted(labels)}")

    def _labels(self) -> set[str]:
        params = {"textDocument": {"uri": "file:///typed.py"}, "position": _CURSOR}
        reply = self._editor.wait_reply(self._editor.send("textDocument/completion", params))
        items = reply["items"] if isinstance(reply, dict) else reply or ()
        return {item["label"] for item in items}


class Killed:
    """A model whose worker is killed again and again."""

    def __init__(
        self, editor: EditorDriver, mark: ProcessMark, folder: Path, chance: random.Random
    ) -> None:
        self.editor, self.mark, self.chance = editor, mark, chance
        self.file, self.slow = folder / "net.py", folder / "slow"
        self.beyond_s: list[float] = []
        self.by_hand: Counter[str] = Counter()
        self._old: list[int] = []
        self.worst = ""
        self.file.write_text(_NET, "utf-8")
        began = time.monotonic()
        editor.open_until("net.py:Net", "ready", "failed", folder=str(folder))
        self.loading_s = [time.monotonic() - began]
        editor.call("session/prefer", reloadOnChange=True)
        self.levels = self._read()
        self._first: tuple[int, int] | None = None

    def at(self, moment: str) -> None:
        """Kill at a moment of this kind, and wait until all can be asked again."""
        pending = getattr(self, f"_until_{moment}")()
        before, state = self.editor.event_count, self._state()
        self._kill(*self._victims(moment))
        killed = time.monotonic()
        self.slow.unlink(missing_ok=True)
        self._wait_back(moment, state["graphVersion"], before, killed)
        codes = {self._code_of_reply(identifier) for identifier in pending or ()}
        assert codes <= {"", *_AGAIN}, codes
        self._first = self._first or self._threads_and_files()

    def story(self) -> str:
        """One line for a person."""
        count, mean = len(self.beyond_s), sum(self.beyond_s) / len(self.beyond_s)
        return (
            f"{count} kills: beyond loading {max(self.beyond_s):.2f} s at worst ({self.worst}),"
            f" {mean:.2f} s on average; loading takes {min(self.loading_s):.2f} to"
            f" {max(self.loading_s):.2f} s; by Restart: {dict(self.by_hand)}"
        )

    def assert_nothing_gathers(self) -> None:
        """The editor process has no more threads and open files than after the first kill."""
        assert self._first is not None
        (threads, files), now = self._first, self._threads_and_files()
        assert now[0] <= threads + 8, f"{threads} threads became {now[0]}"  # those of the pool
        assert now[1] <= files + 2, f"{files} open files became {now[1]}"

    def _until_idle(self) -> None:
        time.sleep(self.chance.random())

    def _until_asked(self) -> list[int]:
        params = {"modelId": MODEL, "node": "first"}
        return [self.editor.send("interpogate/node/inspect", params) for _ in range(20)]

    def _until_loading(self) -> None:
        before = self.editor.event_count
        self.editor.call("model/restart", modelId=MODEL)
        self.editor.wait_phase(MODEL, "loading", after=before)
        time.sleep(self.chance.random() * 0.8 * min(self.loading_s))

    def _until_tracing(self) -> None:
        before = self.editor.event_count
        self.editor.call("model/restart", modelId=MODEL)
        self.editor.wait_phase(MODEL, "tracing", after=before)

    def _until_running(self) -> None:
        self.slow.touch()
        self.editor.call("run/start", modelId=MODEL, inputs="x = float32[1, 4]")
        time.sleep(self.chance.random() * 0.5)

    def _until_reloading(self) -> None:
        before = self.editor.event_count
        self._old = self._workers()
        self.file.write_text(f"{_NET}\n# {self.chance.random()}\n", "utf-8")
        self.editor.wait_event(
            "model/changed", lambda state: bool(state["reloading"]), after=before
        )
        time.sleep(self.chance.random() * 0.8 * min(self.loading_s))

    def _victims(self, moment: str) -> list[int]:
        workers = self._workers()
        if moment != "reloading":
            return workers
        new = [worker for worker in workers if worker not in self._old]
        return self.chance.choice([self._old, new or workers, workers])

    def _kill(self, *workers: int) -> None:
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker, 9)

    def _workers(self) -> list[int]:
        return [pid for pid in self.mark.living() if pid != self.editor.process.pid]

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.editor.call("model/read", modelId=MODEL)
        return state

    def _wait_back(self, moment: str, version: int, before: int, killed: float) -> None:
        """Loading is what lies between the word that it begins and the word that it is done."""
        wait_until(lambda: self._is_back(moment, version), f"the return after a kill: {moment}")
        back = time.monotonic()
        busy = self.editor.times("model/changed", _is_loading, after=before)
        ready = self.editor.times("model/changed", _is_ready, after=before)[-1]
        began = next((at for at in busy if at >= killed), killed)
        beyond = began - killed + back - ready
        self.worst = moment if beyond >= max(self.beyond_s, default=0) else self.worst
        self.beyond_s.append(beyond)
        self.loading_s.append(ready - began)

    def _is_back(self, moment: str, version: int) -> bool:
        """Whether the page has the new graph and the details of what is selected."""
        state = self._state()
        if (state["problem"] or {}).get("action") == "restart":
            self.by_hand[moment] += 1
            self.editor.call("model/restart", modelId=MODEL)
            return False
        if not _is_ready(state) or state["graphVersion"] <= version:
            return False
        try:
            details = self.editor.call("node/inspect", modelId=MODEL, node="first")
        except ErrorReply as error:
            if error.problem["code"] not in _AGAIN:
                raise
            return False
        assert details["path"] == "first"
        assert self._read() == self.levels
        return True

    def _read(self) -> str:
        """The graph as the page draws it, but for its version."""
        reply = self.editor.call("graph/read", modelId=MODEL, containers=["."])
        return json.dumps(reply["levels"], sort_keys=True)

    def _code_of_reply(self, identifier: int) -> str:
        try:
            self.editor.wait_reply(identifier)
        except ErrorReply as error:
            return str(error.problem["code"])
        return ""

    def _threads_and_files(self) -> tuple[int, int]:
        process = Path("/proc") / str(self.editor.process.pid)
        return _count(process / "task"), _count(process / "fd")


def _count(folder: Path) -> int:
    return sum(1 for _ in folder.iterdir())


def _is_loading(state: dict[str, Any]) -> bool:
    return state["phase"] in ("starting", "loading", "tracing") or bool(state["reloading"])


def _is_ready(state: dict[str, Any]) -> bool:
    return state["phase"] == "ready" and not state["reloading"] and not state["problem"]
