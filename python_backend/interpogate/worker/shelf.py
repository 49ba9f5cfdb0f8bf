"""The last runs of a session, bounded in number and in memory.

Called by `session.py`.
"""

from __future__ import annotations

from interpogate.worker.runs import Run

KEPT_RUNS = 20
KEPT_BYTES = 512 * 1024 * 1024


def make_room(runs: dict[int, Run], shown: int, *, capacity: int = KEPT_BYTES) -> None:
    """Forget the oldest runs, and let the oldest's logits and inputs go while they are too large.

    The run that the graph shows is not forgotten.
    """
    old = [number for number in sorted(runs)[:-KEPT_RUNS] if number != shown]
    for number in old:
        del runs[number]
    held = sum(run.byte_length for run in runs.values())
    for number in sorted(runs):
        run = runs[number]
        if held <= capacity or run.phase == "running":
            return
        held -= run.byte_length
        run.slim()
