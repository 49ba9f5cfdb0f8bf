"""A progress bar for what takes over a second, if tqdm is installed; else nothing.

In a terminal it is text, in a notebook a widget, in a log nothing. Used by `interpogate.py`.
"""

from __future__ import annotations

import sys
from time import perf_counter_ns
from typing import Any

_DELAY_NS = 1_000_000_000
_INTERVAL_NS = 100_000_000


class Progress:
    """Counts modules that have run; hears of them as the recorder's listener."""

    def __init__(self, total: int, what: str = "forward") -> None:
        self._total = total
        self._what = what
        self._done = 0
        self._shown = 0
        self._next_ns = perf_counter_ns() + _DELAY_NS
        self._bar: Any = None

    def started(self, module: int, time_ns: int) -> None:
        """A module begins."""

    def finished(self, module: int, time_ns: int) -> None:  # noqa: ARG002
        """A module has run; the bar moves ten times a second at most."""
        self._done += 1
        if time_ns >= self._next_ns:
            self._next_ns = time_ns + _INTERVAL_NS
            self._show()

    def failed(self, module: int, time_ns: int) -> None:
        """A module raised."""

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()

    def _show(self) -> None:
        if self._bar is None:
            self._bar = _bar(self._what, self._total)
        if self._bar is not None:
            self._bar.total = self._total if self._done <= self._total else None
            self._bar.update(self._done - self._shown)
            self._shown = self._done


def _bar(what: str, total: int) -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    # Notebooks have no terminal, but show the widget.
    disable = False if "ipykernel" in sys.modules else None
    return tqdm(total=total, desc=what, unit=" modules", leave=False, disable=disable)
