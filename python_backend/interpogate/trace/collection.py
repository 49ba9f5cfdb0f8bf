"""Many small objects made at once without Python's collector in between.

None of them is in a cycle, yet their number makes the collector pass over all that torch and
transformers have loaded, which can take longer than the work. Called by `recorder.py` and by the
notebook's documents; nothing of the user's runs inside.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """The collector is off inside the block, and after it as it was."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
