"""Runs a model as the worker does and hands back what blocks are drawn from."""

from __future__ import annotations

import base64
from typing import Any

import torch
from torch import nn

from interpogate.graph.graph import Graph
from interpogate.protocol import messages as m
from interpogate.trace.keeping import Keeper, RunTensors, TensorMemory, Watch
from interpogate.trace.modules import declared_modules
from interpogate.trace.recorder import Recorder
from interpogate.trace.rerun import RandomState, repeat
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.pictures import picture

DTYPES = {"float32": torch.float32, "uint8": torch.uint8, "int32": torch.int32}


def observe(
    model: nn.Module,
    *,
    watches: frozenset[Watch] = frozenset(),
    tokenizer: Any = None,
    memory: TensorMemory | None = None,
    **inputs: Any,
) -> Observed:
    """One forward pass, watched and kept."""
    modules, memory = declared_modules(model), memory or TensorMemory()
    keeper = Keeper(memory, memory.begin(1), watches=watches)
    random, recorder = RandomState(), Recorder(modules, keeper=keeper)
    with torch.no_grad(), recorder.watching():
        model(**inputs)
    assert recorder.internal_errors == 0

    def rerun(wanted: frozenset[Watch], *, eager: bool = False) -> RunTensors:
        tensors = RunTensors()
        again = Keeper(TensorMemory(), tensors, watches=wanted, only_watched=True)
        repeat(modules, inputs, again, random=random, eager=eager)
        return tensors

    ids = inputs.get("input_ids")
    return Observed(
        Graph(modules.tree, recorder.recording(), "run", 1),
        modules.live,
        keeper.run,
        inputs=inputs,
        token_ids=tuple(ids[0].tolist()) if ids is not None else (),
        tokenizer=tokenizer,
        rerun=rerun,
    )


def block(node: str, kind: str, *keys: str, **more: Any) -> m.Block:
    """A block of a node's output, or of another side of it."""
    value = m.ValueReference(side=more.pop("side", "output"), keys=keys)
    options = tuple(more.pop("options", {}).items())
    fields = {"block_id": 0, "roles": (), "options": options, **more}
    return m.Block(node=node, value=value, kind=kind, **fields)


def read(observed: Observed, wanted: m.Block, **request: Any) -> m.BlockPicture:
    """What a block shows."""
    fields = {"width": 2000, "height": 2000, **request}
    return picture(observed, wanted, m.ReadBlock(model_id="", block_id=0, **fields))


def shown(observed: Observed, wanted: m.Block, **request: Any) -> m.BlockPicture:
    """What a block shows, which must be something."""
    found = read(observed, wanted, **request)
    assert found.problem is None, found.problem
    return found


def numbers(found: m.BlockPicture, name: str = "values") -> torch.Tensor:
    """An array of a picture as a page reads it."""
    (array,) = (one for one in found.arrays if one.name == name)
    values = _tensor(array.data, DTYPES[array.dtype]).reshape(array.shape)
    if not array.lows:
        return values
    lows, highs = (_tensor(text, torch.float32) for text in (array.lows, array.highs))
    rows = array.shape[:-1]
    codes, low, high = values.float(), lows.reshape(*rows, 1), highs.reshape(*rows, 1)
    plain = low + codes / 252 * (high - low)
    for code, meaning in ((253, -torch.inf), (254, torch.inf), (255, torch.nan)):
        plain = plain.masked_fill(values == code, meaning)
    return plain


def _tensor(text: str, dtype: torch.dtype) -> torch.Tensor:
    return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=dtype)
