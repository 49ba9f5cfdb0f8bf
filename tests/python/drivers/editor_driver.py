"""Drives a real editor process over its standard descriptors, as VS Code does."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from waiting import PATIENCE_S

ROOT = Path(__file__).resolve().parents[3]
START_EDITOR = ROOT / "python_backend" / "start_editor.py"
FAKE_WORKER = Path(__file__).with_name("fake_worker.py")
_WITH_FAKE_WORKER = Path(__file__).with_name("editor_with_fake_worker.py")

Json = dict[str, Any]


class ErrorReply(Exception):
    """The editor process answered with an error."""

    def __init__(self, error: Json) -> None:
        super().__init__(error["message"])
        self.error = error
        self.problem: Json = error.get("data") or {}


class EditorDriver:
    """One editor process and everything that it has sent."""

    def __init__(
        self, command: list[str], *, environment: dict[str, str], folder: Path | None = None
    ) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=folder,
        )
        self.log = ""
        self._identifier = 0
        self._replies: dict[Any, Json] = {}
        self._events: list[tuple[str, Json]] = []
        self._times: list[float] = []
        self._sending = threading.Lock()
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._read), threading.Thread(target=self._listen)]
        for thread in self._threads:
            thread.start()

    @classmethod
    def start(cls, *, environment: dict[str, str], folder: Path | None = None) -> EditorDriver:
        """The editor process with the real worker."""
        return cls([sys.executable, str(START_EDITOR)], environment=environment, folder=folder)

    @classmethod
    def with_fake_worker(cls, *, environment: dict[str, str]) -> EditorDriver:
        """The editor process with a worker that misbehaves as its source says."""
        return cls([sys.executable, str(_WITH_FAKE_WORKER)], environment=environment)

    def initialize(self) -> Json:
        """The handshake of the language server protocol."""
        params: Json = {"processId": None, "rootUri": None, "capabilities": {}}
        result: Json = self.wait_reply(self.send("initialize", params))
        self.notify("initialized", {})
        return result

    def call(self, method: str, **params: Any) -> Any:
        """The result of one of our methods. Raises `ErrorReply`."""
        return self.wait_reply(self.send(f"interpogate/{method}", params))

    def problem_of(self, method: str, **params: Any) -> Json:
        """The problem that a call which must fail is answered with."""
        try:
            result = self.call(method, **params)
        except ErrorReply as error:
            return error.problem
        raise AssertionError(f"{method} answered {str(result)[:200]}")

    def open(self, source: str, **more: Any) -> str:
        """Open a model and give its id."""
        return str(self.call("model/open", source=source, **more)["modelId"])

    def open_until(self, source: str, *phases: str, **more: Any) -> Json:
        """Open a model and give its first state in one of the phases."""
        return self.wait_phase(self.open(source, **more), *phases)

    def wait_phase(self, model_id: str, *phases: str, after: int = 0) -> Json:
        """The first state of a model in one of the phases, among the events after so many."""
        return self.wait_event(
            "model/changed",
            lambda state: state["modelId"] == model_id and state["phase"] in phases,
            after=after,
        )

    def send(self, method: str, params: Any) -> int:
        """Send a request and give its id."""
        with self._sending:
            self._identifier += 1
            identifier = self._identifier
            self._write({"id": identifier, "method": method, "params": params})
        return identifier

    def notify(self, method: str, params: Any) -> None:
        """Send a notification."""
        with self._sending:
            self._write({"method": method, "params": params})

    def wait_reply(self, identifier: int) -> Any:
        """The result of the request with this id. Raises `ErrorReply`."""
        self._wait(lambda: identifier in self._replies, f"the reply to request {identifier}")
        reply = self._replies[identifier]
        if "error" in reply:
            raise ErrorReply(reply["error"])
        return reply["result"]

    def wait_raw(self, identifier: Any) -> Json:
        """The whole reply with this id, which may be any JSON value."""
        self._wait(lambda: identifier in self._replies, f"the reply to {identifier!r}")
        return self._replies[identifier]

    def wait_event(
        self, name: str, condition: Callable[[Json], bool] = lambda _: True, *, after: int = 0
    ) -> Json:
        """The first event of this name that meets the condition, among those after so many."""
        self._wait(lambda: self._found(name, condition, after) is not None, f"event {name}")
        found = self._found(name, condition, after)
        assert found is not None
        return found

    def events(self, name: str) -> list[Json]:
        """Everything of this name so far."""
        with self._changed:
            return [params for method, params in self._events if method == f"interpogate/{name}"]

    def times(self, name: str, condition: Callable[[Json], bool], *, after: int) -> list[float]:
        """When such events came, among those after so many; of the monotonic clock."""
        with self._changed:
            found = zip(self._events[after:], self._times[after:], strict=True)
            mark = f"interpogate/{name}"
            return [at for (method, params), at in found if method == mark and condition(params)]

    @property
    def event_count(self) -> int:
        """How many notifications of all kinds have come, as a mark for `after`."""
        with self._changed:
            return len(self._events)

    @property
    def output(self) -> str:
        """What the editor process has shown in the output channel."""
        with self._changed:
            shown = [p["message"] for method, p in self._events if method == "window/logMessage"]
        return "\n".join(shown)

    def wait_output(self, text: str) -> None:
        """Wait until the output channel shows a text."""
        self._wait(lambda: text in self._shown(), f"{text!r} in the output channel")

    def leave(self) -> int:
        """Shutdown and exit, as a client should; gives the exit code."""
        self.wait_reply(self.send("shutdown", None))
        self.notify("exit", None)
        return self.wait_end()

    def close_stdin(self) -> int:
        """Go away without a word; gives the exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.wait_end()

    def wait_end(self) -> int:
        """Wait for the end of the process and give its exit code."""
        code = self.process.wait(PATIENCE_S)
        for thread in self._threads:
            thread.join(PATIENCE_S)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return code

    def discard(self) -> None:
        """End the process if the test has not; its workers then end by its hand."""
        if self.process.stdin is not None and not self.process.stdin.closed:
            self.close_stdin()

    def _shown(self) -> str:
        return "\n".join(p["message"] for m, p in self._events if m == "window/logMessage")

    def _found(self, name: str, condition: Callable[[Json], bool], after: int) -> Json | None:
        for method, params in self._events[after:]:
            if method == f"interpogate/{name}" and condition(params):
                return params
        return None

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        with self._changed:
            while not condition():
                if not self._changed.wait(min(1.0, deadline - time.monotonic())):
                    ended = self.process.poll() is not None
                    if ended or time.monotonic() > deadline:
                        raise AssertionError(f"waited in vain for {what}\n{self._story()}")

    def _story(self) -> str:
        events = "\n".join(f"{method} {str(params)[:300]}" for method, params in self._events)
        return f"exit code {self.process.poll()}\n{self.log[-3000:]}\n{events[-4000:]}"

    def _write(self, message: Json) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _read(self) -> None:
        while (message := self._read_message()) is not None:
            with self._changed:
                if "method" in message:
                    self._events.append((message["method"], message.get("params") or {}))
                    self._times.append(time.monotonic())
                else:
                    assert message["id"] not in self._replies, "two replies to one request"
                    self._replies[message["id"]] = message
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def _read_message(self) -> Json | None:
        assert self.process.stdout is not None
        length = 0
        while line := self.process.stdout.readline():
            if line.startswith(b"Content-Length:"):
                length = int(line.split(b":")[1])
            if line == b"\r\n":
                message: Json = json.loads(self.process.stdout.read(length))
                return message
        return None

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log += line.decode("utf-8", "replace")
