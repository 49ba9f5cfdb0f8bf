"""What torch lets nobody watch is joined with its arguments, or is named: never silence."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from flow_models import Between, into, pairs, reached, watched

Way = Callable[[torch.Tensor], Any]
X = torch.randn(2, 4)


@torch.jit.script
def scripted(x: torch.Tensor) -> torch.Tensor:
    return x * torch.sigmoid(1.702 * x)


@torch.library.custom_op("interpogate_tests::double", mutates_args=("out",))
def double(out: torch.Tensor, x: torch.Tensor) -> None:
    out.copy_(x * 2)


class OverNumpy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(np.sin(x.detach().numpy()))

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return gradients


class Subclass(torch.Tensor):
    pass


def by_operator(x: torch.Tensor) -> torch.Tensor:
    out = torch.zeros(2, 4)
    double(out, x)
    return out


def by_packet(x: torch.Tensor) -> torch.Tensor:
    out = torch.zeros(2, 4)
    torch.ops.interpogate_tests.double(out, x)
    return out


def by_set(x: torch.Tensor) -> torch.Tensor:
    return torch.as_tensor(torch.zeros(2, 4).set_(x))  # type: ignore[call-overload]


def by_parameter(x: torch.Tensor) -> torch.Tensor:
    return nn.Parameter(x.detach())


def by_subclass(x: torch.Tensor) -> torch.Tensor:
    return (x.as_subclass(Subclass) * 2).as_subclass(torch.Tensor)


def by_nesting(x: torch.Tensor) -> torch.Tensor:
    return torch.nested.nested_tensor([x, x]).to_padded_tensor(0.0)[0]


def by_shared_memory(x: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(x.numpy())


JOINED: dict[str, Way] = {
    "a scripted function": scripted,
    "a traced function": torch.jit.trace(lambda t: t * 2, torch.randn(2, 4)),  # type: ignore[no-untyped-call]
    "an operator that writes": by_operator,
    "a packet of operators that write": by_packet,
    "vmap": torch.vmap(lambda t: t * 2),
    "grad": torch.func.grad(lambda t: (t**2).sum()),
    "jvp": lambda x: torch.func.jvp(torch.sin, (x,), (x,))[1],
    "vjp": lambda x: torch.func.vjp(torch.sin, x)[0],
    "Parameter": by_parameter,
    "Variable": torch.autograd.Variable,
    "a subclass": by_subclass,
    "a nested tensor": by_nesting,
    "an autograd function over NumPy": OverNumpy.apply,
    "set_": by_set,
    "dlpack": torch.utils.dlpack.from_dlpack,
    "NumPy's view of its memory": by_shared_memory,
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("way", JOINED)
def test_the_result_of_what_is_not_seen_comes_from_its_arguments(way: str) -> None:
    assert "b" in reached(pairs(watched(Between(JOINED[way]), X)), "a")


def in_thread(x: torch.Tensor) -> torch.Tensor:
    found: list[torch.Tensor] = []
    thread = threading.Thread(target=lambda: found.append(torch.tanh(x)))
    thread.start()
    thread.join()
    return found[0]


def unwatched(x: torch.Tensor) -> torch.Tensor:
    with torch._C.DisableTorchFunction():
        return torch.tanh(x)


NOT_SEEN: dict[str, Way] = {
    "NumPy": lambda x: torch.from_numpy(np.tanh(x.numpy())),
    "another thread": in_thread,
    "torch functions off": unwatched,
}


@pytest.mark.parametrize("way", NOT_SEEN)
def test_where_even_the_arguments_are_not_known_a_node_and_a_note_say_so(way: str) -> None:
    interp = watched(Between(NOT_SEEN[way]), X)
    (source,) = into(interp, "b")
    assert source.startswith("unseen:origin not seen")
    assert interp.run is not None
    assert any("was not seen" in note for note in interp.run.notes)
    assert into(interp, "a") == {"input:x"}


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("item", lambda x: torch.ones(2, 4) * x.max().item()),
        ("tolist", lambda x: torch.tensor(x.tolist())),
        ("__float__", lambda x: torch.ones(2, 4) * float(x.max())),
    ],
)
def test_values_that_become_numbers_of_python_are_a_node_and_a_note(name: str, way: Way) -> None:
    interp = watched(Between(way), X)
    left = [one for one in interp.graph.recording.operations if one.kind == "leaving"]
    assert [one.name for one in left] == [name.strip("_")]
    assert interp.run is not None
    assert any(f"left torch by {name.strip('_')}()" in note for note in interp.run.notes)


def test_a_length_that_becomes_a_number_is_worth_no_word() -> None:
    interp = watched(Between(lambda x: x[: int(x.argmax().item()) + 1]), X)
    assert interp.run is not None
    assert not interp.run.notes


def test_constants_of_modules_globals_and_closures_are_no_unseen_origins() -> None:
    closed = torch.ones(4)

    class Holding(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Linear(4, 4)
            self.tables = {"scale": [torch.ones(4)]}

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.as_tensor(self.a(x) * self.tables["scale"][0] + closed + GLOBAL)

    interp = watched(Holding(), X)
    assert not [one for one in interp.graph.recording.operations if one.kind == "unseen"]
    assert interp.run is not None
    assert not interp.run.notes


GLOBAL = torch.ones(4)


def test_a_constant_that_an_operation_returns_as_it_is_ties_nothing_together() -> None:
    class Tables(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(2))
            self.table = torch.ones(4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for layer in self.layers:
                x = layer(x) * self.table.to(torch.float32)
            return x

    level = watched(Tables(), X).graph.view("all").levels["."]
    ways = {(source, target) for source, target, *_ in level.edges}
    assert not [one for one in ways if "to#0" in one[0] and "mul#1" in one[1]]


def test_a_module_of_which_nothing_reaches_a_result_keeps_its_edge_and_says_so() -> None:
    class Aside(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b, self.c = (nn.Linear(4, 4) for _ in range(3))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            h = self.a(x)
            self.loss = self.b(h).var()
            return torch.as_tensor(self.c(h))

    interp = watched(Aside(), X)
    assert ("a", "b") in pairs(interp)
    assert "reached no result" in interp.graph.modules["b"].note
    assert interp.graph.modules["a"].note == ""


def test_a_generator_is_said_to_run_later() -> None:
    class Later(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Linear(4, 4)

        def forward(self, x: torch.Tensor) -> Any:
            yield self.a(x)

    interp = watched(Later(), X)
    assert interp.run is not None
    assert any("returned a generator" in note for note in interp.run.notes)
    assert "later" in interp.graph.modules["a"].note


def _patched() -> list[Any]:
    owners = (torch.autograd.function._SingleLevelFunction, torch.Tensor, torch.utils, torch.nested)
    return [dict(vars(owner)) for owner in owners]


def test_nothing_stays_patched_after_a_run() -> None:
    before = _patched()
    watched(Between(scripted), X)
    assert before == _patched()
    with pytest.raises(RuntimeError):
        watched(Between(lambda x: x.view(3, 3)), X)
    assert before == _patched()
