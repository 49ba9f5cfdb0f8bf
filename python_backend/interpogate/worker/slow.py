"""Requests that may take long: they are answered on a thread of their own, one after another.

Reading a block can mean a second run of the model; cancelling a run must not wait for that. Called
by `__main__.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from queue import Queue
from threading import Thread

SLOW = frozenset({"block/read", "block/cell", "block/offer", "node/statistics"})
_METHOD = re.compile(r'"method":\s*"([a-z/]+)"')
_BEGINNING = 200


class SlowRequests:
    """Takes slow requests off the reader's thread."""

    def __init__(self, receive: Callable[[str], None]) -> None:
        self._receive = receive
        self._lines: Queue[str] = Queue()
        Thread(target=self._work, name="slow-requests", daemon=True).start()

    def receive(self, line: str) -> None:
        """Answer a request, at once or as soon as those before it are answered."""
        if is_slow(line):
            self._lines.put(line)
        else:
            self._receive(line)

    def _work(self) -> None:
        while True:
            self._receive(self._lines.get())


def is_slow(line: str) -> bool:
    """Whether a request is one of those; the method stands before its parameters."""
    found = _METHOD.search(line[:_BEGINNING])
    return found is not None and found.group(1) in SLOW
