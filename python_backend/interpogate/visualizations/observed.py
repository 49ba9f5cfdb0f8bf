"""What is known of a model and one run of it: the ground that every block is drawn from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import torch
from torch import nn

from interpogate.graph.graph import Graph
from interpogate.model.inputs import vocabulary_size
from interpogate.model.tokens import TokenList, token_list
from interpogate.trace.keeping import RunTensors, Watch
from interpogate.trace.members import attribute


class Rerun(Protocol):
    """Runs the model again on the same inputs, unseen, and keeps only what is asked for."""

    def __call__(self, watches: frozenset[Watch], /, *, eager: bool = False) -> RunTensors:
        """With `eager` transformers' attention runs in its plain kernel. Raises `NotKept`."""


@dataclass(frozen=True)
class Observed:
    """A model, the graph of one run and the tensors that were kept of it."""

    graph: Graph
    live: tuple[nn.Module, ...]
    """By module index."""
    tensors: RunTensors | None
    """None if nothing of the run is there any more, or nothing ran."""
    inputs: dict[str, Any] = field(default_factory=dict)
    """Arguments of the run."""
    token_ids: tuple[int, ...] = ()
    """Tokens of the text, if it was one."""
    tokenizer: Any = None
    rerun: Rerun | None = None
    """None if the inputs are not known any more."""

    @cached_property
    def tokens(self) -> TokenList | None:
        """The tokens of the text."""
        if self.tokenizer is None or not self.token_ids:
            return None
        return token_list(self.tokenizer, self.token_ids)

    @cached_property
    def sequences(self) -> tuple[Sequence, ...]:
        """Texts among the inputs, the main one first."""
        found: dict[int, Sequence] = {}
        if len(self.token_ids) > 1:
            size = len(self.token_ids)
            found[size] = Sequence("tokens", size, self.tokens.texts if self.tokens else ())
        for name, value in self.inputs.items():
            if name.endswith("input_ids") and isinstance(value, torch.Tensor) and value.dim() > 1:
                size = int(value.shape[-1])
                if size > 1:
                    found.setdefault(size, Sequence("tokens", size, self._texts(value)))
        return tuple(found.values())

    @cached_property
    def head_counts(self) -> frozenset[int]:
        """How many attention heads the model's layers have."""
        names = ("num_attention_heads", "num_heads", "n_head", "num_key_value_heads", "nhead")
        configs = [attribute(module, "config") for module in self.live[:1]]
        found = (attribute(one, name) for one in (*configs, *self.live) for name in names)
        return frozenset(count for count in found if isinstance(count, int) and count > 1)

    @cached_property
    def vocabulary_size(self) -> int:
        """Entries of the vocabulary, or of the first table."""
        return vocabulary_size(self.live[0])

    @cached_property
    def batch_size(self) -> int:
        """First size of the first tensor among the inputs."""
        tensors = (value for value in self.inputs.values() if isinstance(value, torch.Tensor))
        return next((int(tensor.shape[0]) for tensor in tensors if tensor.dim() > 1), 1)

    @cached_property
    def image_size(self) -> tuple[int, int] | None:
        """Height and width of the first image among the inputs, `(batch, channels, h, w)`."""
        tensors = (value for value in self.inputs.values() if isinstance(value, torch.Tensor))
        shapes = (tensor.shape for tensor in tensors if tensor.is_floating_point())
        return next(((int(s[2]), int(s[3])) for s in shapes if len(s) == 4), None)  # noqa: PLR2004

    def _texts(self, ids: torch.Tensor) -> tuple[str, ...]:
        if self.tokenizer is None or ids.is_meta:
            return ()
        return token_list(self.tokenizer, ids[0].tolist()).texts


@dataclass(frozen=True)
class Sequence:
    """A text that went in."""

    name: str
    size: int
    labels: tuple[str, ...]
    """A text for each token; may be empty."""
