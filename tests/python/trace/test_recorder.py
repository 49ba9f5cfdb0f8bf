"""A watched forward pass: the same result, the whole truth, nothing left behind."""

from __future__ import annotations

import gc
import weakref

import networks
import pytest
import torch
from torch import nn

from interpogate.graph.recording import Recording
from interpogate.graph.values import text_of
from interpogate.trace.modules import declared_modules
from interpogate.trace.recorder import Recorder

pytestmark = pytest.mark.usefixtures("nothing_stays_on_modules")


def record(model: nn.Module, *args: object, **kwargs: object) -> Recording:
    recorder = Recorder(declared_modules(model))
    with recorder.watching():
        model(*args, **kwargs)
    return recorder.recording()


def test_the_result_is_bit_identical_to_an_unwatched_call() -> None:
    model, x = networks.Residual(), torch.randn(3, 8)
    recorder = Recorder(declared_modules(model))
    with recorder.watching():
        watched = model(x)
    assert torch.equal(watched, model(x))


def test_calls_are_numbered_and_nested() -> None:
    recording = record(networks.Recurrent(), torch.ones(1, 4, 6))
    cells = recording.calls_of(1)
    assert [call.number for call in cells] == [0, 1, 2, 3]
    assert {recording.calls[call.parent].module for call in cells} == {0}


def test_arguments_are_named_and_outputs_are_described() -> None:
    call = record(networks.NestedOutput(), torch.ones(2, 4), scale=2.0).calls[0]
    assert [(value.key, value.kind) for value in call.inputs] == [
        ("x", "tensor"),
        ("scale", "scalar"),
    ]
    assert text_of(call.outputs) == ("Pair(mean: float32[], parts: [float32[2, 4], float32[2, 4]])")
    assert call.positional == 1


def test_names_and_keys_that_are_no_plain_text_are_told_apart() -> None:
    class Odd(nn.Module):
        def forward(self, x: torch.Tensor, **more: torch.Tensor) -> dict[object, torch.Tensor]:
            return {1: x + more["²"], "1": x, torch.tensor(5): x * 2}

    modules = declared_modules(Odd())
    recorder = Recorder(modules)
    with recorder.watching():
        modules.live[0](torch.ones(2), **{"²": torch.ones(2)})
    (call,) = recorder.recording().calls
    assert [value.key for value in call.inputs] == ["x", "²"]
    assert [value.key for value in call.outputs if value.depth] == ["1", "1 (2)", "tensor"]
    assert recorder.internal_errors == 0


def test_hooks_are_removed_when_forward_raises() -> None:
    model = networks.FailsMidway()
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        record(model, torch.ones(1, 4))
    assert not model.first._forward_hooks


def test_a_failure_names_operation_line_and_calls_that_did_not_return() -> None:
    recorder = Recorder(declared_modules(networks.FailsMidway()))
    with pytest.raises(RuntimeError), recorder.watching():
        recorder._modules.live[0](torch.ones(1, 4))
    recording = recorder.recording()
    failure = recording.failure
    assert failure is not None
    assert recording.operations[failure.operation].name == "linear"
    assert recording.calls[failure.call].module == 2
    assert failure.source is not None
    assert failure.source.file.endswith("networks.py")
    assert [call.failed for call in recording.calls] == [True, False, True]


def test_hooks_are_removed_when_a_listener_stops_the_run() -> None:
    class Stopped(BaseException):
        pass

    class Stopper:
        def started(self, module: int, time_ns: int) -> None:
            if module == 2:
                raise Stopped

        def finished(self, module: int, time_ns: int) -> None: ...

        def failed(self, module: int, time_ns: int) -> None: ...

    model = networks.Residual()
    recorder = Recorder(declared_modules(model), listener=Stopper())
    with pytest.raises(Stopped), recorder.watching():
        model(torch.ones(1, 8))


def test_the_users_own_hooks_stay() -> None:
    model = networks.Residual()
    seen: list[int] = []
    handle = model.head.register_forward_hook(lambda *_: seen.append(1))
    record(model, torch.ones(1, 8))
    model(torch.ones(1, 8))
    handle.remove()
    assert len(seen) == 2


def test_no_tensor_is_kept_alive() -> None:
    model = networks.Residual()
    kept: list[weakref.ref[torch.Tensor]] = []
    handle = model.blocks.register_forward_hook(lambda *_: None)
    handle.remove()
    handle = model.head.register_forward_pre_hook(lambda _, args: kept.append(weakref.ref(args[0])))
    recorder = Recorder(declared_modules(model))
    with recorder.watching(), torch.no_grad():
        model(torch.ones(1, 8))
    handle.remove()
    gc.collect()
    assert kept
    assert kept[0]() is None


def test_an_exception_being_handled_outside_is_no_failure_of_the_model() -> None:
    try:
        int("no number")
    except ValueError:
        recording = record(networks.Residual(), torch.ones(1, 8))
    assert not [call for call in recording.calls if call.failed]
    assert recording.results


def test_a_shape_trace_needs_no_data_flow() -> None:
    model = networks.Residual()
    recorder = Recorder(declared_modules(model), dataflow=False)
    with recorder.watching():
        model(torch.ones(1, 8))
    recording = recorder.recording()
    assert len(recording.calls) == 8
    assert not recording.operations
