"""Stops Python code that calls no module: the exception is raised in the thread that runs it.

Only inside the block that asks for it, and only between two steps of Python code; what is under way
in torch itself comes to its end first. Called by `forward.py`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, get_ident


class Interruption:
    """One block of code that another thread may stop."""

    def __init__(self, reason: type[BaseException]) -> None:
        self._reason = reason
        self._lock = Lock()
        self._thread = 0

    @contextmanager
    def possible(self) -> Iterator[None]:
        """The block may be left by the exception at any place; afterwards nothing of it comes."""
        with self._lock:
            self._thread = get_ident()
        try:
            yield
        finally:
            with self._lock:
                self._thread = 0

    def raise_inside(self) -> bool:
        """Raise the exception, once, in the thread that is in the block; False if none is."""
        with self._lock:
            if not self._thread:
                return False
            # Forgotten at once: the exception may come while the block lets go of it.
            thread, self._thread = ctypes.c_ulong(self._thread), 0
            raised = ctypes.py_object(self._reason)
            return bool(ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, raised) == 1)
