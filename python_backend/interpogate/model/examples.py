"""Example inputs that a user's file or model brings, in all the forms people write them.

A tensor, a tuple or list of arguments, a dict of them by name, or a function that returns one of
these; `example_inputs`, or Lightning's `example_input_array`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

import torch
from torch import nn

from interpogate.errors import ExamplesFailed, InputsInvalid
from interpogate.trace.call_arguments import positional_names, takes_names
from interpogate.trace.source import failure_source

NAMES = ("example_inputs", "example_input_array")
EXAMPLES_HINT = (
    "Give the file or the model example_inputs: a tensor, a tuple of arguments, a dict of them "
    "by name, or a function that returns one of these."
)


def written_examples(*owners: Any) -> Any:
    """What the first of the owners has that has any; None if there is nothing."""
    found = (_read(owner, name) for owner in owners for name in NAMES)
    return next((value for value in found if value is not None), None)


def _read(owner: Any, name: str) -> Any:
    try:
        return getattr(owner, name, None)
    except BaseException as error:  # noqa: BLE001 (the user's code)
        is_there = inspect.getattr_static(owner, name, None) is not None
        return _raising(error) if is_there else None  # else an odd `__getattr__` raised


def _raising(error: BaseException) -> Callable[[], NoReturn]:
    def examples() -> NoReturn:
        raise error

    return examples


def given_inputs(model: nn.Module, examples: Any) -> Iterator[dict[str, Any]]:
    """The ways to read what the user gave, the likeliest first.

    Raises `ExamplesFailed` where the user's function does, `InputsInvalid` for too many values.
    """
    given = _evaluated(examples)
    if isinstance(given, Mapping) and takes_names(model, given):
        yield dict(given)
    elif isinstance(given, (tuple, list)):
        yield from _positional(model, given)
    else:
        yield _named(model, (given,))


def _evaluated(examples: Any) -> Any:
    if isinstance(examples, (torch.Tensor, nn.Module)) or not callable(examples):
        return examples
    try:
        return examples()
    except BaseException as error:
        place, reason = failure_source(error.__traceback__), " ".join(str(error).split())[:300]
        raise ExamplesFailed(
            f"example_inputs failed: {type(error).__name__}: {reason}",
            file=place.file if place else None,
            line=place.line if place else 0,
        ) from error


def _positional(model: nn.Module, given: tuple[Any, ...] | list[Any]) -> Iterator[dict[str, Any]]:
    """A list may be the arguments or one argument; a tuple is the arguments."""
    fits = len(positional_names(model, len(given))) == len(given)
    if fits or isinstance(given, tuple):
        yield _named(model, tuple(given))
    if isinstance(given, list) and positional_names(model, 1):
        yield _named(model, (given,))


def _named(model: nn.Module, values: tuple[Any, ...]) -> dict[str, Any]:
    names = positional_names(model, len(values))
    if len(names) < len(values):
        raise InputsInvalid(
            f"example_inputs has {len(values)} values, forward takes {len(names)}.",
            hint="One argument that is itself a tuple is written ((a, b),).",
        )
    return dict(zip(names, values, strict=True))
