"""How a worker's state becomes the model's. Pure. Called by `opened_model.py`."""

from __future__ import annotations

from dataclasses import replace

from interpogate.opened.last_inputs import LastInputs
from interpogate.protocol.messages import ModelState


def succeeding(own: ModelState, told: ModelState, last: LastInputs) -> ModelState:
    """What a worker told, under the model's own name; the graph before stays until there is one."""
    if not told.graph_version:
        told = replace(
            told,
            graph_version=own.graph_version,
            origin=own.origin,
            shown_run_id=own.shown_run_id,
            summary=told.summary or own.summary,
        )
    return replace(
        told,
        model_id=own.model_id,
        source=own.source,
        last_text=last.text,
        last_inputs=last.inputs,
    )
