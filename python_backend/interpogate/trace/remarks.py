"""What a recording cannot hold: parts of the model that are elsewhere, work that comes later."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from interpogate.trace.modules import ModelModules

_PLAIN = (torch.Tensor, nn.Parameter)
_SHARDED = (
    "This is one part of a tensor-parallel model ({} of {}): inside sharded modules, shapes and "
    "values are those of this part alone."
)
_ELSEWHERE = (
    "{} of the modules live in other processes of a pipeline: here they pass on what they get."
)
_LATER = "The model returned a {}: what it runs when that is consumed is no part of this recording."
_LOST = (
    "{} observations were lost to a fault inside Interpogate: the log has its place, please "
    "report it."
)


def model_remarks(modules: ModelModules) -> Iterator[str]:
    """What of the model is not in this process."""
    mesh = next(filter(None, (_mesh(one) for one in _odd_parameters(modules))), None)
    if mesh is not None:
        yield _SHARDED.format(mesh[0] + 1, mesh[1])
    count = sum(type(one).__name__ == "PipelineIdentityLayer" for one in modules.live)
    if count:
        yield _ELSEWHERE.format(count)


def is_unfinished(output: Any) -> bool:
    """Whether a value runs code when it is consumed."""
    return inspect.isgenerator(output) or inspect.isasyncgen(output) or inspect.iscoroutine(output)


def later_remark(output: Any) -> str:
    """What to say of such a value."""
    return _LATER.format(type(output).__name__.replace("_", " "))


def lost_remark(count: int) -> str:
    """What to say of observations that failed."""
    return _LOST.format(count)


def _odd_parameters(modules: ModelModules) -> Iterator[torch.Tensor]:
    for module in modules.live:
        for tensor in module._parameters.values():
            if tensor is not None and type(tensor) not in _PLAIN:
                yield tensor


def _mesh(tensor: Any) -> tuple[int, int] | None:
    """Rank and number of the parts that a tensor is one of."""
    placements = getattr(tensor, "placements", ())
    mesh = getattr(tensor, "device_mesh", None)
    is_sharded = any(type(one).__name__ != "Replicate" for one in placements)
    if mesh is None or not is_sharded or mesh.size() < 2:  # noqa: PLR2004 (one part is the whole)
        return None
    return mesh.get_rank(), mesh.size()
