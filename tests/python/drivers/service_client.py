"""A client of one worker's answers, in this process; the test does the main thread's jobs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from interpogate.protocol import messages as m
from interpogate.protocol.codec import decode
from interpogate.transport.bound import bounded
from interpogate.worker.service import Service

MODELS = Path(__file__).parents[2] / "models"


class Client:
    """Sends requests to a service of its own and keeps what it says."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.service = Service(lambda text: self.sent.append(json.loads(bounded(text))))
        self._number = 0

    def ask(self, method: str, **params: Any) -> Any:
        reply = self.reply(method, **params)
        assert "error" not in reply, reply
        return reply["result"]

    def refusal(self, method: str, **params: Any) -> m.Problem:
        return decode(self.reply(method, **params)["error"]["data"], m.Problem)

    def reply(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        request = {"jsonrpc": "2.0", "id": self._number, "method": method}
        self.service.receive(json.dumps({**request, "params": {"modelId": "model-1", **params}}))
        found = [message for message in self.sent if message.get("id") == self._number]
        assert len(found) == 1
        return found[0]

    def work(self) -> None:
        """Do what is queued for the main thread."""
        while not self.service._jobs.empty():
            self.service._jobs.get()()

    def open(self, source: str, folder: Path = MODELS) -> m.ModelState:
        self.ask("model/load", source=source, folder=str(folder))
        self.work()
        return self.state

    @property
    def state(self) -> m.ModelState:
        return decode(self.events("model/changed")[-1], m.ModelState)

    @property
    def run(self) -> m.RunState:
        return decode(self.events("run/changed")[-1], m.RunState)

    def events(self, method: str) -> list[Any]:
        return [message["params"] for message in self.sent if message.get("method") == method]

    def level(self, container: str = ".") -> m.Level:
        levels = self.ask("graph/read", containers=[container])["levels"]
        return decode(levels[0], m.Level)


def opened(source: str) -> Client:
    """A client of a model of `tests/models/networks.py`."""
    client = Client()
    client.open(f"networks.py:{source}")
    return client
