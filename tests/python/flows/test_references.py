"""One tensor object with several names: the name in the code says which is meant."""

from __future__ import annotations

import sys

import pytest
import torch
from torch import nn

from flow_models import into, pairs, watched

X = torch.randn(2, 4)

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="Python has positions of expressions since 3.11"
)


class Cast(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.to(torch.float32)


class Skipping(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


class Shortcut(nn.Module):
    """The result of `given` has a name of its own."""

    def __init__(self, given: nn.Module) -> None:
        super().__init__()
        self.a, self.c, self.b = (nn.Linear(4, 4) for _ in range(3))
        self.given = given

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.a(x)
        shortcut = self.given(h)
        return torch.as_tensor(self.b(self.c(h) + shortcut))


@pytest.mark.parametrize(
    "given",
    [
        nn.Identity(),
        nn.Dropout(0.1),
        Cast(),
        Skipping(),
        nn.Sequential(nn.Identity(), nn.Dropout()),
    ],
    ids=lambda given: type(given).__name__,
)
def test_a_module_that_returns_what_it_was_given_makes_nothing_for_others(given: nn.Module) -> None:
    interp = watched(Shortcut(given), X)
    assert into(interp, "c") == {"a"}
    added = into(interp, "call:add#0")
    assert "c" in added
    assert len(added) == 2
    assert "a" not in added


def test_a_result_that_nobody_uses_changes_nothing() -> None:
    class Ignored(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.c = nn.Linear(4, 4), nn.Linear(4, 4)
            self.probe = nn.Identity()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            h = self.a(x)
            self.probe(h)
            return torch.as_tensor(self.c(h))

    assert into(watched(Ignored(), X), "c") == {"a"}


def test_a_name_that_is_bound_again_means_the_newer_tensor() -> None:
    class Chain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.c = nn.Linear(4, 4), nn.Linear(4, 4)
            self.drop = nn.Dropout()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            h = self.a(x)
            h = self.drop(h)
            return torch.as_tensor(self.c(h))

    assert into(watched(Chain(), X), "c") == {"drop"}


def test_a_residual_that_was_named_before_comes_from_the_maker_in_every_round() -> None:
    class Rounds(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Linear(4, 4)
            self.drops = nn.ModuleList(nn.Dropout() for _ in range(2))
            self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(2))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.first(x)
            for drop, layer in zip(self.drops, self.layers, strict=True):
                residual = x
                x = drop(x)
                x = layer(x) + residual
            return x

    interp = watched(Rounds(), X)
    assert into(interp, "layers.0") == {"drops.0"}
    assert into(interp, "call:add#0") == {"layers.0", "first"}
    assert into(interp, "call:add#1") == {"layers.1", "call:add#0"}


def test_the_direct_result_of_a_nested_call_is_meant_where_it_stands() -> None:
    class Nested(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.c = nn.Linear(4, 4), nn.Linear(4, 4)
            self.drop = nn.Dropout()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            h = self.a(x)
            return torch.as_tensor(self.c(self.drop(h)) + h)

    interp = watched(Nested(), X)
    assert into(interp, "c") == {"drop"}
    assert into(interp, "call:add#0") == {"c", "a"}


def test_an_operation_without_effect_in_a_norm_keeps_the_residual_out_of_it() -> None:
    class Norm(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(4))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = x.to(torch.float32)
            return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True)) * self.weight

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm, self.mlp = Norm(), nn.Linear(4, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.as_tensor(x + self.mlp(self.norm(x)))

    level = watched(nn.Sequential(nn.Linear(4, 4), Block()), X).graph.view("all").levels["1"]
    assert {source for source, target, *_ in level.edges if "add" in target} == {
        "1::input#0",
        "1.mlp",
    }


class Two(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return torch.as_tensor(self.a(x) + self.b(y))


class Around(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.two = Two()

    def forward(self, ids: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return torch.as_tensor(self.two(y=labels, x=ids))


def test_one_tensor_given_as_two_arguments_is_both_of_them() -> None:
    assert {("input:x", "a"), ("input:y", "b")} <= pairs(watched(Two(), X, X))
    assert {("input:x", "a"), ("input:y", "b")} <= pairs(watched(Two(), x=X, y=X))


def test_two_arguments_stay_apart_on_the_way_down() -> None:
    found = pairs(watched(Around(), X, X))
    assert {("input:ids", "two.a"), ("input:labels", "two.b")} <= found
    assert ("input:ids", "two.b") not in found


def test_attention_of_a_tensor_with_itself_has_three_inputs() -> None:
    attention = nn.MultiheadAttention(4, 2, batch_first=False)
    x = torch.randn(3, 1, 4)
    names = [o.name for o in watched(attention, x, x, x).graph.operations if o.kind == "input"]
    assert names == ["query", "key", "value"]
