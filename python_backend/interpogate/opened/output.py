"""What workers print, on its way to the output channel: whole lines, cut, and bounded in rate.

User code may print without end; the log must stay readable and the event loop free. What was left
out is counted, and its last lines are kept for the log entry about the worker's end.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from interpogate.transport.lines import LineBuffer

_LINE_LENGTH = 2_000
_LINES_A_SECOND = 200
_KEPT_LINES = 20
_LONGEST_LINE_BYTES = 64 * 1024


class OutputRelay:
    """Takes chunks of standard error, gives lines to a sink."""

    def __init__(
        self, sink: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sink = sink
        self._clock = clock
        self._buffer = LineBuffer(
            maximum_bytes=_LONGEST_LINE_BYTES,
            on_skipped=lambda length: self._relay(f"[a line of {length} bytes left out]"),
        )
        self._second = clock()
        self._passed = 0
        self._left_out = 0
        self._tail: deque[str] = deque(maxlen=_KEPT_LINES)

    def feed(self, chunk: bytes) -> None:
        """Take what the worker wrote."""
        for line in self._buffer.feed(chunk):
            self._relay(line.decode("utf-8", "replace").rstrip()[:_LINE_LENGTH])

    def finish(self) -> None:
        """Give the unfinished line and the last lines among those left out."""
        self.feed(b"\n")
        self._report(last_lines=True)

    def _relay(self, line: str) -> None:
        if not line:
            return
        if self._clock() - self._second >= 1:
            self._report(last_lines=False)
            self._second, self._passed = self._clock(), 0
        if self._passed < _LINES_A_SECOND:
            self._passed += 1
            self._sink(line)
        else:
            self._left_out += 1
            self._tail.append(line)

    def _report(self, *, last_lines: bool) -> None:
        if self._left_out:
            self._sink(f"[{self._left_out} lines left out]")
        if last_lines:
            for line in self._tail:
                self._sink(line)
        self._left_out = 0
        self._tail.clear()
