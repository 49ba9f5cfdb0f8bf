"""Drives a real `interpogate serve`, and a page's end of its WebSocket."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from waiting import PATIENCE_S, wait_until

Json = dict[str, Any]
_URL = re.compile(r"(http://\S+)/#token=(\S+)")


class ServeProcess(AbstractContextManager["ServeProcess"]):
    """One server process; what it prints is kept."""

    def __init__(
        self,
        *arguments: str,
        environment: dict[str, str],
        folder: Path | None = None,
        flags: tuple[str, ...] = ("--no-browser",),
    ) -> None:
        command = [sys.executable, "-m", "interpogate", "serve", *flags, *arguments]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            env=environment,
            cwd=folder,
        )
        self.printed = ""
        self.log = ""
        self._readers = [
            threading.Thread(target=self._read_output),
            threading.Thread(target=self._read_log),
        ]
        for reader in self._readers:
            reader.start()

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.end()

    @property
    def url(self) -> str:
        """The whole address that was printed, once it is."""
        return self._address().group(0)

    @property
    def token(self) -> str:
        return self._address().group(2)

    @property
    def origin(self) -> str:
        return self._address().group(1)

    def page(self) -> PageClient:
        """Another tab."""
        return PageClient(self.origin, self.token)

    def end(self, number: int = signal.SIGINT) -> int:
        """Ctrl-C, or another signal; gives the exit code."""
        self.process.send_signal(number)
        return self.wait_end()

    def wait_end(self) -> int:
        """Wait for the end of the process and give its exit code."""
        code = self.process.wait(PATIENCE_S)
        for reader in self._readers:
            reader.join(PATIENCE_S)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return code

    def _address(self) -> re.Match[str]:
        wait_until(lambda: self._found() is not None or self._ended(), "the printed address")
        found = self._found()
        assert found is not None, self.log
        return found

    def _found(self) -> re.Match[str] | None:
        return _URL.search(self.printed)

    def _ended(self) -> bool:
        return self.process.poll() is not None

    def _read_output(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed += line.decode()

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log += line.decode("utf-8", "replace")


class PageClient(AbstractContextManager["PageClient"]):
    """One tab, which asks one thing after the other."""

    def __init__(self, origin: str, token: str) -> None:
        self._connection = connect(
            f"{origin.replace('http', 'ws', 1)}/socket",
            origin=Origin(origin),
            subprotocols=[Subprotocol("interpogate"), Subprotocol(token)],
            max_size=1 << 23,
            proxy=None,
        )
        self._socket = self._connection.__enter__()
        self._identifier = 0
        self.events: list[tuple[str, Json]] = []

    def __exit__(self, *_: object) -> None:
        self._connection.__exit__(None, None, None)

    def reply(self, method: str, **params: Any) -> Json:
        """A request's whole reply."""
        self._identifier += 1
        message = {"jsonrpc": "2.0", "id": self._identifier, "method": method, "params": params}
        self._socket.send(json.dumps(message))
        while True:
            answer = self._receive(PATIENCE_S)
            if answer.get("id") == self._identifier:
                return answer

    def call(self, method: str, **params: Any) -> Any:
        """A request's result."""
        answer = self.reply(method, **params)
        assert "result" in answer, answer
        return answer["result"]

    def problem(self, method: str, **params: Any) -> Json:
        """The problem of a request that must fail."""
        answer = self.reply(method, **params)
        assert "error" in answer, answer
        problem: Json = answer["error"].get("data") or answer["error"]
        return problem

    def wait_event(
        self, name: str, condition: Callable[[Json], bool] = lambda _: True, *, after: int = 0
    ) -> Json:
        """The first event of this name that meets the condition, after so many that have come."""
        end = time.monotonic() + PATIENCE_S
        while True:
            for method, params in self.events[after:]:
                if method == name and condition(params):
                    return params
            self._receive(end - time.monotonic())

    def open_model(self) -> Json:
        """The shown model once it is ready, or has failed."""
        model_id = self.call("page/ready")["modelId"]
        state: Json = self.call("model/read", modelId=model_id)
        if state["phase"] not in ("ready", "failed"):
            state = self.wait_event("model/changed", lambda s: s["phase"] in ("ready", "failed"))
        return state

    def run(self, model_id: str, **what: Any) -> Json:
        """The end of a run that this page starts."""
        mark = len(self.events)
        run_id = self.call("run/start", modelId=model_id, **what)["runId"]
        return self.wait_run(run_id, after=mark)

    def wait_run(self, run_id: int, *, after: int = 0) -> Json:
        """A run's end."""
        return self.wait_event(
            "run/changed",
            lambda run: run["runId"] == run_id and run["phase"] != "running",
            after=after,
        )

    def _receive(self, patience_s: float) -> Json:
        message: Json = json.loads(self._socket.recv(timeout=max(patience_s, 0)))
        if "method" in message:
            self.events.append((message["method"], message["params"]))
        return message
