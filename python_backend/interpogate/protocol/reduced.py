"""States that are too large for a wire, without what makes them so; they say what they lack.

The end of a run, or of a load, must arrive whatever text the user gave.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from interpogate.errors import shortened
from interpogate.protocol.messages import ModelState, ModelSummary, Problem, RunState

RUN_NOTE = "The text, inputs and tokens of this run are too large to be shown."
_LONG = 100_000
"""Characters of a text that is left out: half of one would be run as if it were whole."""


def reduced(message: Any) -> Any:
    """The message without its bulk; the message itself if it has none to spare."""
    if isinstance(message, RunState):
        return reduced_run(message)
    return _reduced_model(message) if isinstance(message, ModelState) else message


def reduced_run(state: RunState) -> RunState:
    """Without text, inputs and tokens; the note says so."""
    note = " ".join(filter(None, (RUN_NOTE, shortened(state.note))))
    return replace(state, text=None, inputs=None, tokens=None, generated_text="", note=note)


def _reduced_model(state: ModelState) -> ModelState:
    """Without long examples, and without what a reload changed."""
    return replace(
        state,
        source=shortened(state.source),
        message=shortened(state.message),
        problem=state.problem or _examples_too_large(),
        summary=state.summary and _reduced_summary(state.summary),
        last_text=None,
        last_inputs=None,
        difference=None,
    )


def _reduced_summary(summary: ModelSummary) -> ModelSummary:
    return replace(
        summary,
        title=shortened(summary.title),
        class_name=shortened(summary.class_name),
        example_text="" if len(summary.example_text) > _LONG else summary.example_text,
        example_inputs="" if len(summary.example_inputs) > _LONG else summary.example_inputs,
    )


def _examples_too_large() -> Problem:
    return Problem(
        code="message.tooLarge",
        message="The model's example text or inputs are too large to be shown.",
        hint="Write inputs that are shorter, such as `x = float32[1, 3, 32, 32]`.",
    )
