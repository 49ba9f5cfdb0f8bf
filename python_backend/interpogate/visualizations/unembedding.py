"""Finds what a model makes its logits with: the final norm and the unembedding after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from interpogate.errors import PathNotFound
from interpogate.graph.graph import Graph
from interpogate.graph.recording import Call
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.problems import NothingToSee, OptionInvalid
from interpogate.visualizations.residual import main_stack

NONE = "none"
_TABLES = (nn.Embedding,)


@dataclass(frozen=True)
class Unembedding:
    """From a residual stream to logits."""

    norm: nn.Module | None
    matrix: nn.Module
    """A layer, or a table of embeddings whose transpose is used."""
    norm_path: str
    matrix_path: str
    is_guess: bool = False
    """Whether the model has no head, so that its input embedding takes the place of one."""

    @property
    def vocabulary(self) -> int:
        """Entries of the logits."""
        return int(next(self.matrix.parameters()).shape[0])

    @property
    def width(self) -> int:
        """Features that it takes; 0 if that is not known."""
        names = ("in_features", "embedding_dim", "nx")
        found = (getattr(self.matrix, name, None) for name in names)
        return next((size for size in found if isinstance(size, int)), 0)

    def logits(self, stream: torch.Tensor) -> torch.Tensor:
        """Logits `(positions, vocabulary)` of a stream `(positions, features)`, float32."""
        weight = next(self.matrix.parameters())
        with torch.no_grad():
            taken = stream.to(device=weight.device, dtype=weight.dtype)
            try:
                return self._applied(taken, weight).float().cpu()
            except RuntimeError as error:
                raise NothingToSee(
                    f"{self.matrix_path} does not take a stream of {stream.shape[-1]} features.",
                    hint="Name another norm or unembedding in the block's settings.",
                ) from error

    def _applied(self, taken: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        taken = taken if self.norm is None else self.norm.forward(taken)
        if isinstance(self.matrix, _TABLES):
            return taken @ weight.T
        found: torch.Tensor = self.matrix.forward(taken)
        return found


def find_unembedding(observed: Observed, norm: str, matrix: str) -> Unembedding:
    """Norm and unembedding as named, or found; `none` leaves the norm out.

    Raises `OptionInvalid` for names that do not exist, `NothingToSee` if nothing is found.
    """
    head = _named(observed, matrix) if matrix else _found_head(observed)
    index = head if head >= 0 else _input_table(observed)
    norm_index = -1
    if norm != NONE:
        norm_index = _named(observed, norm) if norm else _found_norm(observed, index)
    module = observed.live[norm_index] if norm_index >= 0 else None
    paths = _path(observed, norm_index), _path(observed, index)
    return Unembedding(module, observed.live[index], *paths, is_guess=head < 0)


def _path(observed: Observed, index: int) -> str:
    return observed.graph.tree.modules[index].path if index >= 0 else ""


def _named(observed: Observed, path: str) -> int:
    try:
        return observed.graph.tree.at(path).index
    except PathNotFound as error:
        raise OptionInvalid(str(error)) from error


def _found_head(observed: Observed) -> int:
    """What the model calls its output embeddings, else the last layer onto the vocabulary.

    -1 if there is none.
    """
    index_of = {id(module): index for index, module in enumerate(observed.live)}
    own = index_of.get(id(_output_embeddings(observed.live[0])), -1)
    if own >= 0:
        return own
    size = observed.vocabulary_size
    layers = [c for c in observed.graph.recording.calls if _is_onto(observed.live[c.module], size)]
    return layers[-1].module if layers else -1


def _input_table(observed: Observed) -> int:
    """The table of input embeddings, which a model without a head is given one of."""
    tables = [n for n, one in enumerate(observed.live) if isinstance(one, _TABLES)]
    size = observed.vocabulary_size
    fitting = [n for n in tables if getattr(observed.live[n], "num_embeddings", 0) == size]
    if not fitting:
        raise NothingToSee(
            "The model has no unembedding that could be found.",
            hint="Name it in the block's setting, such as lm_head.",
        )
    return fitting[0]


def _output_embeddings(model: Any) -> Any:
    try:
        return model.get_output_embeddings()
    except (AttributeError, NotImplementedError):
        return None


def _is_onto(module: nn.Module, size: int) -> bool:
    return isinstance(module, nn.Linear) and module.out_features == size


def _found_norm(observed: Observed, matrix: int) -> int:
    """The last norm that ran before the unembedding and outside all blocks; -1 if none did."""
    graph = observed.graph
    stack = main_stack(graph)
    if not stack:
        return -1
    last = graph.recording.calls_of(stack[-1])[-1].order
    calls = graph.recording.calls_of(matrix)
    end = calls[-1].order if calls and calls[-1].order > last else float("inf")
    between = [c for c in graph.recording.calls if last < c.order < end]
    norms = [c for c in between if _is_norm(graph, c) and not _is_inside(graph, stack, c.module)]
    return norms[-1].module if norms else -1


def _is_norm(graph: Graph, call: Call) -> bool:
    return "norm" in graph.tree.modules[call.module].class_name.lower()


def _is_inside(graph: Graph, stack: tuple[int, ...], module: int) -> bool:
    return any(block <= module <= graph.tree.modules[block].last for block in stack)
