"""Moves a loaded model to the device and precision that the user asked for.

Called by the worker and by the command line, right after loading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.utils._pytree import tree_map

from interpogate.errors import LoadFailed
from interpogate.model.load import LoadedModel
from interpogate.trace.members import all_parameters, move


def placed(
    loaded: LoadedModel,
    *,
    device: str | None = None,
    dtype: str | None = None,
    text: str | None = None,
) -> LoadedModel:
    """The model on `device`, its floating-point numbers as `dtype`, beginning with `text`.

    None leaves things as they are. Raises `LoadFailed` for what this torch or machine lacks.
    """
    if device is not None:
        _move(loaded, device)
    if dtype is not None:
        _convert(loaded, dtype)
    if loaded.examples is not None and (device or dtype):
        loaded = replace(loaded, examples=partial(_fitting, loaded.examples, loaded.model))
    return loaded if text is None else replace(loaded, sample_text=text)


def _fitting(given: Any, model: nn.Module) -> Any:
    """The examples of the user's file where the model is now, and as precise."""
    values = given() if callable(given) else given
    example = next(all_parameters(model), None)
    if example is None:
        return values
    if isinstance(values, Mapping):
        values = dict(values)
    return tree_map(lambda value: _like(value, example), values)


def _like(value: Any, example: torch.Tensor) -> Any:
    if not isinstance(value, torch.Tensor):
        return value
    is_number = value.is_floating_point() and example.is_floating_point()
    return value.to(example.device, example.dtype if is_number else value.dtype)


def _move(loaded: LoadedModel, device: str) -> None:
    try:
        move(loaded.model, torch.device(device))
    except (RuntimeError, AssertionError, NotImplementedError, TypeError) as error:
        raise LoadFailed(
            f"The model cannot be put on {device}: {_first_sentence(error)}",
            hint="Name a device that this torch and this machine have, such as cpu.",
        ) from error


def _convert(loaded: LoadedModel, dtype: str) -> None:
    wanted = getattr(torch, dtype, None)
    if not isinstance(wanted, torch.dtype):
        raise LoadFailed(f"torch has no dtype {dtype}.", hint="Such as float32 or bfloat16.")
    try:
        move(loaded.model, wanted)
    except (RuntimeError, TypeError, ValueError) as error:
        raise LoadFailed(
            f"The model cannot become {dtype}: {_first_sentence(error)}",
            hint="Leave --dtype out for quantized models.",
        ) from error


def _first_sentence(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text[:200] or type(error).__name__
