"""A graph together with what is needed to tell about it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from interpogate.graph.graph import Graph
from interpogate.model.inputs import InputShape


@dataclass(frozen=True)
class Subject:
    """What is presented: a graph, the live modules, and the inputs it was observed with."""

    graph: Graph
    live: tuple[nn.Module, ...]
    """By module index."""
    token_count: int
    """Tokens of the observed input; 0 if that was no text."""
    text: str | None
    """The text of the observed input, or one to start with; None for models that take none."""
    inputs: tuple[InputShape, ...]
    """The observed tensors, without values."""
    vocabulary_size: int
    """Whole numbers among random inputs stay below it."""
