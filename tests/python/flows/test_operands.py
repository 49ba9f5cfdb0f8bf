"""Operands that lend a shape or a type give no values; results take from their own operands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from flow_models import Beside, into, pairs, reached, watched

Way = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
X = torch.randn(3, 4)

ONLY_A_SHAPE: dict[str, Way] = {
    "type_as": lambda y, other: y.type_as(other),
    "view_as": lambda y, other: y.flatten().view_as(other),
    "reshape_as": lambda y, other: y.flatten().reshape_as(other),
    "expand_as": lambda y, other: y[:1].expand_as(other),
    "to": lambda y, other: y.to(other),
    "zeros_like": lambda y, other: y + torch.zeros_like(other),
    "full_like": lambda y, other: y + torch.full_like(other, 2.0),
    "rand_like": lambda y, other: y + torch.rand_like(input=other),
    "empty_like": lambda y, other: y + torch.empty_like(other).zero_(),
    "new_zeros": lambda y, other: y + other.new_zeros(4),
    "new_full": lambda y, other: y + other.new_full((4,), 2.0),
    "new_tensor": lambda y, other: y + other.new_tensor([1.0]),
    "a size": lambda y, other: y.reshape(other.shape[0], -1),
    "broadcast_tensors": lambda y, other: torch.broadcast_tensors(y, other)[0],  # type: ignore[no-untyped-call]
    "meshgrid": lambda y, other: torch.meshgrid(y[0], other[0], indexing="ij")[0],
    "atleast_1d": lambda y, other: torch.atleast_1d(y, other)[0],  # type: ignore[no-untyped-call]
    "overwritten by copy_": lambda y, other: other.copy_(y),
    "overwritten by [:]": lambda y, other: _set(other, slice(None), y),
    "overwritten by [...]": lambda y, other: _set(other, ..., y),
    "overwritten by out": lambda y, other: torch.mul(y, 2, out=other),
    "zero_": lambda y, other: y + other.zero_(),
    "aten": lambda y, other: y + torch.ops.aten.zeros_like.default(other),
    "foreach": lambda y, other: torch._foreach_add([y, other], 1.0)[0],
}

VALUES: dict[str, Way] = {
    "where": lambda y, other: torch.where(y > 0, y, other),
    "full_like of a value": lambda y, other: torch.full_like(y, 0.0) + other,
    "index": lambda y, other: y[other.argmax(0)],
    "a part overwritten": lambda y, other: _set(other, slice(1, None), y[1:]),
    "masked_fill": lambda y, other: y.masked_fill(other > 0, 0.0),
    "addition in place": lambda y, other: y.add_(other),
}


def _set(tensor: torch.Tensor, index: object, value: torch.Tensor) -> torch.Tensor:
    tensor[index] = value  # type: ignore[index]
    return tensor


@pytest.mark.parametrize("way", ONLY_A_SHAPE)
def test_what_lends_only_its_shape_or_is_overwritten_gives_no_values(way: str) -> None:
    found = pairs(watched(Beside(ONLY_A_SHAPE[way]), X))
    assert "b" in reached(found, "c")
    assert "b" not in reached(found, "a")


@pytest.mark.parametrize("way", VALUES)
def test_what_gives_values_flows(way: str) -> None:
    found = pairs(watched(Beside(VALUES[way]), X))
    assert "b" in reached(found, "a")


def test_the_number_that_fills_a_tensor_is_data() -> None:
    def way(y: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        number: Any = other.sum()
        return torch.full_like(y, number)

    found = pairs(watched(Beside(way), X))
    assert "b" in reached(found, "a")
    assert "b" not in reached(found, "c")


def test_the_lengths_of_packed_sequences_go_around_the_recurrent_module() -> None:
    class Packed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed, self.lstm = nn.Embedding(9, 4), nn.LSTM(4, 4, batch_first=True)
            self.head = nn.Linear(4, 2)

        def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
            packed = nn.utils.rnn.pack_padded_sequence(
                self.embed(ids), lengths, batch_first=True, enforce_sorted=False
            )
            found, _ = self.lstm(packed)
            padded, _ = nn.utils.rnn.pad_packed_sequence(found, batch_first=True)
            return torch.as_tensor(self.head(padded))

    interp = watched(Packed(), torch.ones(2, 3, dtype=torch.int64), torch.tensor([2, 3]))
    found = pairs(interp)
    assert "lstm" in reached(found, "embed")
    assert "embed" not in into(interp, "head")
    sources = {source for source, _ in found}
    assert not {name for name in into(interp, "head") if "embed" in name}
    assert "lstm" in sources
