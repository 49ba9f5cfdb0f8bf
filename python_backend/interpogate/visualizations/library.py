"""The blocks of an `Interpogate`: added from Python, drawn into the notebook's picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import nn

from interpogate.graph.graph import Graph
from interpogate.protocol import messages as m
from interpogate.trace.keeping import Keeper, RunTensors, TensorMemory, Watch
from interpogate.trace.modules import ModelModules
from interpogate.trace.rerun import RandomState, repeat, same_calls
from interpogate.visualizations.lookup import watches_of_blocks
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.pictures import picture
from interpogate.visualizations.problems import NotKept, OptionInvalid
from interpogate.visualizations.registry import kind_named
from interpogate.visualizations.store import BlockStore

MODEL_ID = "saved"
PIXELS = 128
"""Resolution of a panel in a picture that cannot ask for more."""
_MAXIMUM_INPUT_BYTES = 1 << 24
_RUN = 1

Keys = int | str | Sequence[int | str]


@dataclass(frozen=True)
class DrawnBlocks:
    """Blocks and what they show, by number."""

    blocks: m.Blocks
    pictures: Mapping[int, m.BlockPicture]


class LibraryBlocks:
    """Adds and removes blocks, and keeps what they need of the next run."""

    def __init__(self) -> None:
        self._store = BlockStore()
        self._memory = TensorMemory()

    @property
    def store(self) -> BlockStore:
        """The blocks themselves, for a page that shows the same ones."""
        return self._store

    def add(self, graph: Graph, path: str, block: m.Block) -> int:
        """Add a block at a module path or node id; returns its number.

        Raises `PathNotFound` (a `ValueError`) with the nearest names, `OptionInvalid`.
        """
        return self._store.put(block_at(graph, path, block)).block_id

    def remove(self, block_id: int) -> None:
        """Take a block away. Raises `BlockNotFound`."""
        self._store.remove(block_id)

    def keeper(self, graph: Graph, live: tuple[nn.Module, ...]) -> Keeper | None:
        """What keeps the tensors of a run that begins now; None if there is no block."""
        blocks = self._store.blocks
        if not blocks:
            return None
        watches = watches_of_blocks(Observed(graph, live, None), blocks)
        return Keeper(self._memory, self._memory.begin(_RUN), watches=watches)

    def drawn(self, observed: Observed) -> DrawnBlocks:
        """Every block as it stands in a picture that nobody can ask again."""
        blocks = self._store.blocks
        request = m.ReadBlock(model_id=MODEL_ID, block_id=0, width=PIXELS, height=PIXELS)
        pictures = {block.block_id: picture(observed, block, request) for block in blocks}
        return DrawnBlocks(m.Blocks(model_id=MODEL_ID, blocks=blocks), pictures)


@dataclass(frozen=True)
class Repetition:
    """A run that can be carried out again: what went in, and torch's random state before it."""

    modules: ModelModules
    inputs: dict[str, Any]
    random: RandomState = field(default_factory=RandomState)

    def of(self, graph: Graph) -> _Rerun | None:
        """What repeats it; None if the inputs were too large to be kept."""
        return _Rerun(self, graph) if self.inputs else None


def repeatable(modules: ModelModules, inputs: dict[str, Any], random: RandomState) -> Repetition:
    """A run with its inputs if they are small, else without them."""
    tensors = [value for value in inputs.values() if isinstance(value, torch.Tensor)]
    byte_count = sum(tensor.numel() * tensor.element_size() for tensor in tensors)
    kept = {name: _alone(value) for name, value in inputs.items()}
    return Repetition(modules, kept if byte_count <= _MAXIMUM_INPUT_BYTES else {}, random)


def _alone(value: Any) -> Any:
    return value.detach() if isinstance(value, torch.Tensor) else value


@dataclass(frozen=True)
class _Rerun:
    run: Repetition
    graph: Graph

    def __call__(self, watches: frozenset[Watch], *, eager: bool = False) -> RunTensors:
        """See `observed.Rerun`."""
        memory, tensors = TensorMemory(), RunTensors()
        again = repeat(
            self.run.modules,
            self.run.inputs,
            Keeper(memory, tensors, watches=watches, only_watched=True),
            random=self.run.random,
            eager=eager,
        )
        if not same_calls(again, self.graph.recording):
            raise NotKept("A second run on the same inputs took another way.")
        return tensors


def block_of(  # noqa: PLR0913 (each says one thing about the block)
    kind: str,
    *,
    output: Keys | None,
    taken: Keys | None,
    parameter: str | None,
    roles: Sequence[m.DimensionRole],
    indices: Sequence[int],
    options: Mapping[str, str],
    call: int,
) -> m.Block:
    """A block as a call from Python describes it. Raises `OptionInvalid` for two values."""
    given = {"output": output, "input": taken, "parameter": parameter}
    named = [(side, keys) for side, keys in given.items() if keys is not None]
    if len(named) > 1:
        raise OptionInvalid("A block is of one value: give output, input or parameter.")
    side, keys = named[0] if named else ("output", kind_named(kind).fallback or ())
    return m.Block(
        block_id=0,
        node="",
        value=m.ValueReference(side=_side(side), keys=_keys(keys)),
        kind=kind,
        roles=tuple(roles),
        indices=tuple(indices),
        options=tuple((name, str(value)) for name, value in options.items()),
        call=call,
    )


def _side(side: str) -> m.ValueSide:
    sides: dict[str, m.ValueSide] = {"input": "input", "parameter": "parameter"}
    return sides.get(side, "output")


def _keys(keys: Keys) -> tuple[str, ...]:
    return (str(keys),) if isinstance(keys, (int, str)) else tuple(str(key) for key in keys)


def block_at(graph: Graph, path: str, block: m.Block) -> m.Block:
    """The block at the node of a path. Raises `PathNotFound`."""
    for view in (graph.view("essential"), graph.view("all")):
        if path in view.nodes:
            return replace(block, node=path)
    return replace(block, node=graph.tree.at(path).path)
