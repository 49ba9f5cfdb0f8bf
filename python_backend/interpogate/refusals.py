"""The library's own errors: what a call was given wrongly, and what a forward pass raised.

Each is also of the built-in type that one would expect, with the user's exception as its cause.
Used by `interpogate.py` and `hooks.py`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from torch import nn

from interpogate.errors import InputsInvalid, InterpogateError
from interpogate.graph.graph import Graph
from interpogate.presentation.failures import failure_problem, is_misfit

_BUILTIN: tuple[type[Exception], ...] = (
    ArithmeticError, AssertionError, AttributeError, IndexError, KeyError, NotImplementedError,
    RuntimeError, TypeError, ValueError, ZeroDivisionError,
)  # fmt: skip
_MAXIMUM_NAMES = 12


class NotAModule(InterpogateError, TypeError):
    """Also a `TypeError`."""

    code = "model.notAModule"
    hint = "Pass the model itself, such as pipe.model for a transformers pipeline."


class NotATokenizer(InterpogateError, TypeError):
    """Also a `TypeError`."""

    code = "inputs.notATokenizer"
    hint = "Pass the tokenizer object that belongs to the model, such as pipe.tokenizer."


class NotACallback(InterpogateError, TypeError):
    """Also a `TypeError`."""

    code = "hook.notACallback"
    hint = "Pass a function: hook.post(path, post_hook) with def post_hook(module, args, output)."


class RunFailed(InterpogateError):
    """The model raised; that exception is the cause, and `interp.run` shows how far it came."""

    code = "run.failed"
    hint = "interp.run and interp.graph show every call up to there."

    def __str__(self) -> str:
        return str(self.args[0])


_RUN_FAILED: dict[type[Exception], type[Exception]] = {
    kind: type("RunFailed", (RunFailed, kind), {}) for kind in _BUILTIN
}


def run_failed(error: Exception, graph: Graph, model: nn.Module) -> Exception:
    """Our error for what a model raised; the exception itself if it is of a class of the user's."""
    failure, problem = graph.recording.failure, failure_problem(graph)
    if failure is None or problem is None or failure.in_hook or type(error) not in _RUN_FAILED:
        return error
    place = f" ({failure.source.file}, line {failure.source.line})" if failure.source else ""
    does_not_fit = not _began(graph) and is_misfit(failure, model)
    hint = f"forward takes: {_arguments(model)}." if does_not_fit else None
    make: Callable[..., Exception] = _RUN_FAILED[type(error)]
    return make(f"{problem.message}{place}", hint=hint)


def vocabulary_mismatch(highest: int, entries: int) -> InputsInvalid:
    """The error for a tokenizer of another model."""
    return InputsInvalid(
        f"The tokenizer gives token id {highest}, the model's vocabulary has {entries} entries.",
        hint="Pass the tokenizer that belongs to the model.",
    )


def _began(graph: Graph) -> bool:
    return any(operation.kind == "call" for operation in graph.recording.operations)


def _arguments(model: Any) -> str:
    try:
        names = list(inspect.signature(model.forward).parameters)
    except (TypeError, ValueError):
        return "unknown arguments"
    more = ", …" if len(names) > _MAXIMUM_NAMES else ""
    return ", ".join(names[:_MAXIMUM_NAMES]) + more
