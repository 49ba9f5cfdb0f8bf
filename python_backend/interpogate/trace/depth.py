"""Room for the frames that watching adds: what runs unwatched must not hit the recursion limit."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

# A module call has three frames of torch and the user's, and at most two more when it is watched.
_FACTOR = 2
_lock = Lock()
_depths: list[int] = []


@contextmanager
def deeper() -> Iterator[None]:
    """Raise the limit inside the block; blocks in several threads may overlap."""
    with _lock:
        if not _depths:
            _depths.append(sys.getrecursionlimit())
            sys.setrecursionlimit(_FACTOR * _depths[0])
        _depths.append(0)
    try:
        yield
    finally:
        with _lock:
            _depths.pop()
            if len(_depths) == 1:
                sys.setrecursionlimit(_depths.pop())
