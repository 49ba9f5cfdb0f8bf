"""A progress bar for what takes over a second, if tqdm is installed; else nothing.

In a terminal it is text, in a notebook a widget (text where there are no widgets), in a log
nothing. Used by `interpogate.py` for forward passes and by `notebook` for pictures.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable, Iterator
from time import perf_counter_ns
from types import TracebackType
from typing import Any, TypeVar

Item = TypeVar("Item")

_DELAY_NS = 1_000_000_000
_INTERVAL_NS = 100_000_000
_SURELY_LONG = 10_000
"""So many steps take over a second on any machine: the bar is there from the beginning."""


class Progress:
    """Counts what is done; hears of modules that have run as the recorder's listener."""

    def __init__(self, total: int, what: str = "forward", unit: str = "modules") -> None:
        self._total = total
        self._what = what
        self._unit = unit
        self._done = 0
        self._shown = 0
        self._next_ns = perf_counter_ns() + _DELAY_NS
        self._bar: Any = None

    def started(self, module: int, time_ns: int) -> None:
        """A module begins."""

    def finished(self, module: int, time_ns: int) -> None:  # noqa: ARG002
        """A module has run."""
        self._count(time_ns)

    def failed(self, module: int, time_ns: int) -> None:
        """A module raised."""

    def expect(self, total: int) -> None:
        """Say how many there are, now that it is known."""
        self._total = total

    def over(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items, each counted when the next one is asked for."""
        for item in items:
            yield item
            self._count(perf_counter_ns())

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()

    def _count(self, time_ns: int) -> None:
        """The bar moves ten times a second at most."""
        self._done += 1
        if time_ns >= self._next_ns:
            self._next_ns = time_ns + _INTERVAL_NS
            self._show()

    def _show(self) -> None:
        if self._bar is None:
            self._bar = _bar(self._what, self._total, self._unit)
        if self._bar is not None:
            self._bar.total = self._total if self._done <= self._total else None
            self._bar.update(self._done - self._shown)
            self._shown = self._done

    def __enter__(self) -> Progress:  # noqa: PYI034 (Self needs Python 3.11)
        if self._total >= _SURELY_LONG:
            self._show()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _bar(what: str, total: int, unit: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # without ipywidgets it warns, and shows text
            from tqdm.auto import tqdm
    except ImportError:
        return None
    # Notebooks have no terminal, but show the widget; who sets tqdm's own variable wants none.
    disable = bool(os.environ.get("TQDM_DISABLE")) if "ipykernel" in sys.modules else None
    return tqdm(total=total, desc=what, unit=f" {unit}", leave=False, disable=disable)
