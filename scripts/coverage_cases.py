"""The cases of the coverage figure: every model type of transformers, every module of torch.

A case is built here, in a process of its own that may be killed; `coverage_check.py` looks at it.
Called by `coverage_run.py` and by the tests, which take a sample.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from time import process_time
from typing import Any, cast

import torch
from torch import nn

from coverage_configs import ARGUMENTS, CLASSES, METHODS, finished
from coverage_inputs import input_sets, with_places
from coverage_shrink import shrunk
from coverage_special import special_inputs
from coverage_written import WRITTEN

_MAXIMUM_PARAMETERS = 130_000_000
_MAXIMUM_OF_FEW = 300_000_000
_MESSAGE = 160
_PATIENCE_S = 25

Constructor = Callable[[Any], nn.Module]


@dataclass(frozen=True)
class Case:
    """A model with inputs that it takes."""

    name: str
    model: nn.Module
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    size: str = ""
    """How the configuration was made."""


class NoCase(Exception):
    """Nothing could be built or run, watched or not; the message says why."""


class _TooLarge(Exception):
    """More than should be built here."""


def transformers_names() -> list[str]:
    """Every key of `MODEL_MAPPING`."""
    from transformers.models.auto.modeling_auto import MODEL_MAPPING_NAMES

    return sorted(MODEL_MAPPING_NAMES)


def torch_names() -> list[str]:
    """Every class of torch's own `module_db`."""
    return sorted({info.name for info in _module_infos()})


def transformers_case(name: str) -> Case:
    """A tiny model of one type. Raises `NoCase` with the first reason met."""
    reasons: list[str] = []
    ends = process_time() + _PATIENCE_S

    for size, config in _configurations(name, reasons):
        if process_time() > ends:
            break
        try:
            model = _built(name, finished(name, config))
        except Exception as error:  # noqa: BLE001 (any reason counts)
            reasons.append(f"cannot be built: {_short(error)}")
            continue
        inputs = _fitting(name, model, reasons)
        if inputs is not None:
            return Case(name, model, (), inputs, size)
    raise NoCase(reasons[0] if reasons else "no configuration")


def torch_cases(name: str) -> Iterator[Case]:
    """One case for each of torch's own samples of a class."""
    for info in (info for info in _module_infos() if info.name == name):
        samples = info.module_inputs_func(
            info, device="cpu", dtype=torch.float32, requires_grad=False, training=False
        )
        for sample in samples:
            made, given = sample.constructor_input, sample.forward_input
            if given is not None:
                model = info.module_cls(*made.args, **made.kwargs).to(torch.float32).eval()
                yield Case(name, model, tuple(given.args), dict(given.kwargs), sample.desc)


def _module_infos() -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.testing._internal.common_modules import module_db
    return list(module_db)


def _configurations(name: str, reasons: list[str]) -> Iterator[tuple[str, Any]]:
    from transformers import AutoConfig

    def make() -> Any:
        return AutoConfig.for_model(name, **WRITTEN.get(name, {}), **ARGUMENTS.get(name, {}))

    try:
        yield from [("written", make())] if name in WRITTEN else shrunk(make)
    except Exception as error:  # noqa: BLE001 (any reason counts)
        reasons.append(f"no configuration: {_short(error)}")


def _maximum(name: str) -> int:
    """Types of which no smaller one can be made are worth more memory."""
    is_one = name.startswith(("vibevoice", "gemma3n", "csm"))
    return _MAXIMUM_OF_FEW if is_one else _MAXIMUM_PARAMETERS


def _built(name: str, config: Any) -> nn.Module:
    make = _constructor(name)
    with torch.device("meta"):
        size = sum(p.numel() for p in make(config).parameters())
    if size > _maximum(name):
        raise _TooLarge(f"{size / 1e6:.0f} million parameters")
    torch.manual_seed(0)
    model = make(config).eval()
    return _Called(model, METHODS[name]) if name in METHODS else model


def _constructor(name: str) -> Constructor:
    from transformers import AutoModel

    if name not in CLASSES:
        found: Any = AutoModel
        return cast("Constructor", found.from_config)
    module, _, own = CLASSES[name].rpartition(".")
    named = getattr(import_module(f"transformers.models.{module}"), own)
    return cast("Constructor", named._from_config)


class _Called(nn.Module):
    """A model without a forward of its own: another method in its place."""

    def __init__(self, model: Any, method: str) -> None:
        super().__init__()
        self.model, self.config = model, model.config
        self._method = method

    def forward(self, **inputs: Any) -> Any:
        return getattr(self.model, self._method)(**inputs)


def _fitting(name: str, model: nn.Module, reasons: list[str]) -> dict[str, Any] | None:
    first = ""
    try:
        own = special_inputs(name, model)
        for inputs in input_sets(model) if own is None else (own,):
            refusal = _refusal(model, inputs)
            if not refusal:
                return inputs
            first = first or refusal
            placed = with_places(model.config, inputs, refusal)
            if placed is not None and not _refusal(model, placed):
                return placed
    except Exception as error:  # noqa: BLE001 (any reason counts)
        first = first or _short(error)
    reasons.append(f"no inputs fit: {first}")
    return None


def _refusal(model: nn.Module, inputs: dict[str, Any]) -> str:
    try:
        with torch.no_grad():
            model(**copy.deepcopy(inputs))  # a session remembers what it was used for
    except Exception as error:  # noqa: BLE001 (any reason counts)
        return _short(error) or type(error).__name__
    return ""


def _short(error: BaseException) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= _MESSAGE else f"{text[: _MESSAGE - 1]}…"
