"""Checks one case: the same result, nothing left behind, every module accounted for, true flows.

Modules that an unwatched call runs are found by torch's global hook, which this project does not
use, and compared with those that were recorded. The direct flows between leaf modules are found by
perturbing what they give (`oracle/`).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook

from coverage_cases import Case
from interpogate import Interpogate
from interpogate.trace.forwards import argument_names
from interpogate.trace.modules import declared_modules
from interpogate.trace.opening import first_look
from interpogate.trace.values import tensors_of
from oracle.verdict import Verdict, verdict


def problems(case: Case) -> list[str]:
    """What is wrong with a watched call; empty if nothing is."""
    model = case.model
    called: set[int] = set()
    plain = _ran(case, lambda *a, **k: _unwatched(model, called, a, k))
    hooks = _hook_ids(model)  # lazy modules take off their own in the first call
    interp = Interpogate(model)
    watched = _ran(case, interp.forward)
    found = [] if _same(plain, watched) else ["not bit-identical"]
    if _hook_ids(model) != hooks or any("forward" in vars(m) for m in model.modules()):
        found.append("hooks were left")
    if _internal_errors(interp):
        found.append(f"{_internal_errors(interp)} errors inside the recorder")
    return found + _untold(interp, called) + _undrawn(interp)


def examined_flows(case: Case) -> Verdict:
    """The case's direct flows, compared with what is shown."""
    args, kwargs = copy.deepcopy((case.args, case.kwargs))
    return verdict(case.model, *args, **kwargs)


def fake_refusal(case: Case) -> str:
    """Why a trace on fake tensors was not possible; empty if it was."""
    names = argument_names(case.model)
    positional = dict(zip(names, case.args, strict=False))
    modules = declared_modules(case.model)
    from unittest.mock import patch

    # Only the first of its two ways is looked at here: no real forward pass in its place.
    with patch("interpogate.trace.opening._MAXIMUM_REAL_PARAMETERS", -1):
        look = first_look(modules, [{**positional, **case.kwargs}])
    if look.succeeded and look.origin == "fake":
        return ""
    failure = look.recording.failure
    return " ".join(f"{failure.type_name}: {failure.message}".split())[:160] if failure else "?"


def _ran(case: Case, call: Callable[..., Any]) -> Any:
    args, kwargs = copy.deepcopy((case.args, case.kwargs))
    state = copy.deepcopy(case.model.state_dict()) if _has_buffers(case.model) else None
    torch.manual_seed(0)
    with torch.no_grad():
        output = call(*args, **kwargs)
    if state is not None:
        with suppress(Exception):
            case.model.load_state_dict(state)
    return output


def _has_buffers(model: nn.Module) -> bool:
    return next(model.buffers(), None) is not None


def _unwatched(model: nn.Module, called: set[int], args: Any, kwargs: Any) -> Any:
    def note(module: nn.Module, _: Any) -> None:
        called.add(id(module))

    fused = any(isinstance(m, nn.TransformerEncoderLayer) for m in model.modules())
    handle = None if fused else register_module_forward_pre_hook(note)
    try:
        return model(*args, **kwargs)
    finally:
        if handle is not None:
            handle.remove()


def _hook_ids(model: nn.Module) -> list[tuple[int, ...]]:
    return [(*m._forward_pre_hooks, *m._forward_hooks) for m in model.modules()]


def _same(one: Any, other: Any) -> bool:
    left, right = list(tensors_of(one)), list(tensors_of(other))
    if [key for key, _ in left] != [key for key, _ in right]:
        return False
    return all(_equal(a, b) for (_, a), (_, b) in zip(left, right, strict=True))


def _equal(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Bit by bit: NaN equals NaN."""
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    if one.is_nested or one.is_sparse or one.is_quantized:
        return bool(torch.equal(one.to_dense(), other.to_dense()))
    return torch.equal(_bytes(one), _bytes(other))


def _bytes(tensor: torch.Tensor) -> torch.Tensor:
    plain = tensor.detach().clone(memory_format=torch.contiguous_format)
    return plain.reshape(-1).view(torch.uint8)


def _internal_errors(interp: Interpogate) -> int:
    recorder = interp._last._recorder
    return recorder.lost_observations if recorder is not None else 0


def _untold(interp: Interpogate, called: set[int]) -> list[str]:
    live = {node.path: interp.node(node.path) for node in interp.graph.modules.values()}
    found = []
    for path, module in live.items():
        node = interp.graph.modules[path]
        if id(module) in called and not node.call_count and not node.note.startswith("It ran"):
            found.append(f"{path} ran and was not recorded")
        if not node.call_count and not node.note:
            found.append(f"{path} has neither data nor a reason")
    return found[:3]


def _undrawn(interp: Interpogate) -> list[str]:
    graph = interp.graph
    returned = graph.recording.results
    if not returned:
        return []
    return [] if graph.operations and graph.edges else ["no data flow"]
