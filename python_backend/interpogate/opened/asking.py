"""A request to the worker that answers for a model, and what may be said about its silence.

Decides nothing about workers. Called by `opened_model.py`.
"""

from __future__ import annotations

from typing import Any

from interpogate.opened import problems
from interpogate.opened.kept import Kept
from interpogate.opened.worker_life import WorkerLife
from interpogate.protocol.messages import ModelState, Problem

BEFORE_READY = ("starting", "loading", "tracing")


async def asked(worker: WorkerLife, kept: Kept, method: str, params: Any) -> Any:
    """The worker's reply. Cancelling a run waits for no worker: it may be what is stuck."""
    if method == "run/cancel":
        running = kept.runs.running(params.get("runId"))
        if running is not None:
            worker.post(method, params)
            return running
    reply = await worker.request(method, params)
    kept.replied(method, params, reply)
    return reply


def unresponsive(own: ModelState, worker: WorkerLife | None) -> Problem | None:
    """That the worker should respond and does not: a load may hold the interpreter's lock."""
    is_stuck = worker is not None and worker.is_silent and own.phase == "ready"
    return problems.worker_unresponsive() if is_stuck else None


def long_load(own: ModelState, successor: WorkerLife | None) -> Problem | None:
    """That a load has been taking long, while there is one."""
    loading = successor.state if successor is not None else own
    is_loading = successor is not None or own.phase in BEFORE_READY
    step = "" if loading is None else loading.message
    return problems.load_is_long(step) if is_loading else None
