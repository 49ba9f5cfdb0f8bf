"""Why the initial trace of a model shows less than all, in words for the user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from interpogate.errors import ExamplesFailed, InputsInvalid, InterpogateError, TokenizerFailed
from interpogate.graph.graph import Graph
from interpogate.model.examples import EXAMPLES_HINT
from interpogate.model.inputs import example_candidates, shapes_of
from interpogate.model.load import LoadedModel
from interpogate.presentation.failures import failure_problem
from interpogate.protocol import messages as m
from interpogate.trace.exchange import is_lazy
from interpogate.trace.opening import FirstLook
from interpogate.trace.source import failure_source

GUESS_HINT = f"These inputs were a guess. {EXAMPLES_HINT}"
_LONGEST_SHAPES = 200


def candidates_of(loaded: LoadedModel) -> tuple[Sequence[dict[str, Any]], m.Problem | None]:
    """Inputs to try, or why there are none."""
    try:
        return tuple(example_candidates(loaded)), None
    except (ExamplesFailed, TokenizerFailed, InputsInvalid) as error:
        return (), _examples_problem(str(error), error.own_hint, error.file, error.line)
    except InterpogateError:
        raise
    except BaseException as error:  # noqa: BLE001 (the user's tokenizer or model)
        place, reason = failure_source(error.__traceback__), " ".join(str(error).split())[:300]
        sentence = f"No inputs could be made: {type(error).__name__}: {reason}"
        file, line = (place.file, place.line) if place else (None, 0)
        return (), _examples_problem(sentence, "Write inputs that fit and run.", file, line)


def _examples_problem(message: str, hint: str, file: str | None, line: int) -> m.Problem:
    return m.Problem(
        code="trace.failed",
        message=message,
        hint=hint,
        action="openFile" if file else "none",
        file=file,
        line=line or None,
    )


def trace_problem(graph: Graph, loaded: LoadedModel, look: FirstLook) -> m.Problem:
    """Why the initial trace did not return."""
    if is_lazy(loaded.model):
        return m.Problem(
            code="trace.lazy",
            message="This model gets its shapes in its first forward pass, so nothing was run yet.",
            hint="Write inputs that fit and run.",
        )
    hint = GUESS_HINT if is_guess(loaded) else "Write inputs that fit and run."
    shown = failure_problem(graph)
    if shown is None:
        return m.Problem(
            code="trace.noInputs",
            message="No inputs could be guessed for this model, so its data flow is not known.",
            hint=hint,
        )
    message = shown.message.replace(
        "The forward pass failed", f"The trace on {_inputs_named(loaded, look)} failed", 1
    )
    return replace(shown, code="trace.failed", message=message, hint=hint)


def is_guess(loaded: LoadedModel) -> bool:
    """Whether nothing of the user's says what the model takes."""
    return loaded.examples is None and loaded.tokenizer is None


def _inputs_named(loaded: LoadedModel, look: FirstLook) -> str:
    if loaded.examples is not None:
        return "your example_inputs"
    if loaded.tokenizer is not None:
        return "an example text"
    shapes = ", ".join(map(str, shapes_of(look.inputs)))
    return f"guessed inputs ({shapes[:_LONGEST_SHAPES]})" if shapes else "guessed inputs"
