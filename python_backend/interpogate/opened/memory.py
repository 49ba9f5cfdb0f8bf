"""Whether there is room to load a model a second time beside a worker that has it. Linux only.

Called by `opened_model.py`; where nothing can be learned there is room.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

_MARGIN = 1.2


def has_room_for_another(pid: int) -> bool:
    """Whether as much memory as a process holds now is free once more."""
    held, free = held_bytes(pid), free_bytes()
    return held is None or free is None or free >= held * _MARGIN


def held_bytes(pid: int) -> int | None:
    """Memory that only this process holds, as the kernel counts it; None if unknown."""
    with suppress(OSError, ValueError, IndexError):
        resident, shared = Path(f"/proc/{pid}/statm").read_text("ascii").split()[1:3]
        return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")
    return None


def free_bytes() -> int | None:
    """Memory that programs can have without swapping, in this container; None if unknown."""
    found = [bytes_ for bytes_ in (_of_machine(), _of_container()) if bytes_ is not None]
    return min(found, default=None)


def _of_machine() -> int | None:
    with suppress(OSError):
        line = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text("ascii"))
        return int(line[1]) * 1024 if line else None
    return None


def _of_container() -> int | None:
    with suppress(OSError, ValueError):
        folder = Path("/sys/fs/cgroup")
        limit = (folder / "memory.max").read_text("ascii").strip()
        used = (folder / "memory.current").read_text("ascii").strip()
        text = (folder / "memory.stat").read_text("ascii")
        cache = re.search(r"^inactive_file (\d+)$", text, re.MULTILINE)
        return int(limit) - int(used) + (int(cache[1]) if cache else 0)
    return None
