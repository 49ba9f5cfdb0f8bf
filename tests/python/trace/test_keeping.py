"""Tensors of runs are kept within a budget, as they were, and watching changes nothing."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
import torch
from torch import nn

from interpogate.trace.keeping import Keeper, Kept, RunTensors, TensorMemory, Watch
from interpogate.trace.modules import declared_modules
from interpogate.trace.recorder import Recorder
from interpogate.trace.rerun import Interrupted, RandomState, Stop, eager_attention, repeat

MEGABYTE = 1 << 20


class Chain(nn.Module):
    """Layers whose outputs take one megabyte each for an input of 256 rows."""

    def __init__(self, *, count: int = 4, in_place: bool = False) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(1024, 1024) for _ in range(count)])
        self.in_place = in_place

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = layer(x)
            x = x.relu_() if self.in_place else x.relu()
        return x


X = torch.randn(256, 1024)


def _run(
    model: nn.Module, memory: TensorMemory, run_id: int = 1, **options: Any
) -> tuple[RunTensors, torch.Tensor]:
    modules = declared_modules(model)
    keeper = Keeper(memory, memory.begin(run_id), **options)
    recorder = Recorder(modules, keeper=keeper)
    with torch.no_grad(), recorder.watching():
        output: torch.Tensor = model(X)
    assert recorder.internal_errors == 0
    return keeper.run, output


def _outputs(run: RunTensors) -> list[Kept]:
    return [own[()] for (_, side), own in sorted(run.values.items()) if side == "output" if own]


def test_what_modules_took_and_returned_is_kept_by_reference() -> None:
    memory = TensorMemory()
    run, output = _run(Chain(), memory)
    assert len(_outputs(run)) == 5
    assert _outputs(run)[0].tensor is output
    assert memory.byte_count == 9 * MEGABYTE  # X, four layers, and the relu after each


def test_a_value_changed_in_place_afterwards_is_noticed() -> None:
    run, _ = _run(Chain(in_place=True), TensorMemory())
    assert [kept.is_changed for kept in _outputs(run)] == [False, True, True, True, True]


def test_a_watched_value_is_kept_as_it_was() -> None:
    model = Chain(in_place=True)
    first = declared_modules(model).tree.at("layers.0").index
    run, _ = _run(model, TensorMemory(), watches=[Watch(first, "output")])
    (kept,) = (one for one in _outputs(run) if one.version is None)
    with torch.no_grad():
        assert torch.equal(kept.tensor, model.layers[0](X))
    assert not kept.is_changed


def test_the_oldest_run_goes_first() -> None:
    memory = TensorMemory(20 * MEGABYTE)
    for number in (1, 2, 3):
        _run(Chain(), memory, number)
    assert memory.of(1) is None
    assert memory.of(2) is not None
    assert memory.of(3) is not None
    assert memory.byte_count <= memory.budget


def test_a_run_larger_than_the_budget_keeps_what_fits_and_says_so() -> None:
    memory = TensorMemory(4 * MEGABYTE)
    run, _ = _run(Chain(), memory)
    assert run.is_full
    assert 0 < memory.byte_count <= memory.budget


def test_what_is_watched_has_precedence() -> None:
    memory, model = TensorMemory(4 * MEGABYTE), Chain()
    last = declared_modules(model).tree.at("layers.3").index
    run, _ = _run(model, memory, watches=[Watch(last, "output")])
    copies = [one for one in _outputs(run) if one.version is None]
    assert len(copies) == 1
    assert memory.byte_count <= memory.budget


def test_without_a_budget_nothing_is_kept() -> None:
    memory = TensorMemory(0)
    run, _ = _run(Chain(), memory)
    assert not any(run.values.values())


def test_one_storage_counts_once() -> None:
    class Views(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.same = nn.ModuleList([nn.Identity() for _ in range(50)])

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for layer in self.same:
                x = layer(x.T)
            return x

    memory = TensorMemory()
    _run(Views(), memory)
    assert memory.byte_count == MEGABYTE


def test_a_kept_run_is_what_an_unwatched_one_is_bit_by_bit() -> None:
    for in_place in (True, False):
        model = Chain(in_place=in_place)
        watches = [Watch(n, what) for n in range(6) for what in ("input", "output")]
        _, output = _run(model, TensorMemory(), watches=watches)
        with torch.no_grad():
            assert torch.equal(output, model(X))
        hooks = [one for m in model.modules() for one in m._forward_hooks.values()]
        assert hooks == []


def test_gradients_flow_as_if_nobody_kept_anything() -> None:
    model, memory = Chain(), TensorMemory()
    recorder = Recorder(declared_modules(model), keeper=Keeper(memory, memory.begin(1)))
    with recorder.watching():
        output = model(X)
    output.sum().backward()
    watched = [p.grad for p in model.parameters() if p.grad is not None]
    model.zero_grad()
    model(X).sum().backward()
    plain = [p.grad for p in model.parameters() if p.grad is not None]
    assert len(watched) == len(plain)
    assert all(torch.equal(*pair) for pair in zip(watched, plain, strict=True))
    kept = [own for values in memory.begin(2).values.values() for own in values.values()]
    assert all(one.tensor.grad_fn is None for one in kept)


def test_a_thousand_runs_leave_no_more_than_the_last_ones() -> None:
    memory, model = TensorMemory(3 * MEGABYTE), nn.Sequential(nn.Linear(64, 64), nn.ReLU())
    modules, x = declared_modules(model), torch.randn(256, 64)

    def run(number: int) -> weakref.ref[RunTensors]:
        keeper = Keeper(memory, memory.begin(number), watches=[Watch(1, "output")])
        with torch.no_grad(), Recorder(modules, keeper=keeper).watching():
            model(x)
        return weakref.ref(keeper.run)

    def tensors() -> int:
        gc.collect()
        return sum(isinstance(one, torch.Tensor) for one in gc.get_objects())

    for number in range(50):
        run(number)
    before = tensors()
    kept = [run(number) for number in range(50, 1050)]
    assert tensors() <= before
    assert sum(one() is not None for one in kept) < 30
    assert memory.byte_count <= memory.budget


def test_a_second_run_gets_what_was_asked_for_and_changes_no_state() -> None:
    model = nn.Sequential(nn.Dropout(0.5), nn.BatchNorm1d(1024), nn.Linear(1024, 8)).train()
    memory, modules = TensorMemory(), declared_modules(model)
    random = RandomState()
    with torch.no_grad():
        model(X)
    after, means = torch.get_rng_state(), model[1].running_mean
    assert isinstance(means, torch.Tensor)
    before = means.clone()
    torch.set_rng_state(random.cpu)
    with torch.no_grad():
        expected = nn.functional.dropout(X, 0.5)
    torch.set_rng_state(after)
    keeper = Keeper(memory, memory.begin(1), watches=[Watch(1, "output")], only_watched=True)
    recording = repeat(modules, {"input": X}, keeper, random=random)
    assert len(recording.calls) == 4
    assert [key for key, own in keeper.run.values.items() if own] == [(1, "output")]
    assert torch.equal(keeper.run.values[1, "output"][()].tensor, expected)
    assert torch.equal(torch.get_rng_state(), after)
    assert torch.equal(means, before)


def test_a_second_run_stops_when_the_model_is_wanted() -> None:
    model, memory, stop = Chain(), TensorMemory(), Stop()
    stop.wanted.set()
    keeper = Keeper(memory, memory.begin(1), only_watched=True)
    with pytest.raises(Interrupted):
        repeat(declared_modules(model), {"x": X}, keeper, random=RandomState(), stop=stop)
    assert not [one for m in model.modules() for one in m._forward_pre_hooks.values()]


def test_the_kernel_of_attention_is_put_back_whatever_happens() -> None:
    class Configured(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.config = type("Config", (), {"_attn_implementation_internal": "sdpa"})()

    model = Configured()
    seen = []

    def fail() -> None:
        with eager_attention(model):
            seen.append(model.config._attn_implementation_internal)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert seen == ["eager"]
    assert model.config._attn_implementation_internal == "sdpa"
