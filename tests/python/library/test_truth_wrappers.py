"""The truth list: what stands between the user and the model, from torch and other libraries."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from typing import Any, cast

import networks
import oddities
import pytest
import torch
from torch import distributed, nn
from torch.nn.utils import parametrizations, parametrize

from interpogate import Interpogate
from interpogate.trace.modules import declared_modules
from interpogate.trace.recorder import Recorder

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def paths(interp: Interpogate) -> list[str]:
    assert interp.run is not None
    return [call.path for call in interp.run.calls]


def test_of_a_compiled_model_the_eager_original_is_traced_and_it_says_so() -> None:
    model, x = networks.Residual(), torch.ones(1, 8)
    interp = Interpogate(cast("nn.Module", torch.compile(model)))
    assert torch.equal(interp.forward(x), model(x))
    assert paths(interp)[:3] == [".", "blocks.0", "blocks.0.norm"]
    assert interp.node("blocks.0") is model.blocks[0]
    assert interp.run is not None
    assert interp.run.notes[0].startswith("Compiled parts ran as they were written")


def test_compiled_parts_of_a_model_are_traced_too() -> None:
    model, x = networks.Residual(), torch.ones(1, 8)
    model.blocks[0].compile()
    model.blocks[1] = torch.compile(model.blocks[1])  # type: ignore[assignment]
    interp = Interpogate(model)
    interp.forward(x)
    assert interp.graph.modules["blocks.0.linear"].call_count == 1
    assert interp.graph.modules["blocks.1._orig_mod.linear"].call_count == 1
    assert interp.run is not None
    assert len(interp.run.notes) == 1


@pytest.fixture
def _quiet_script() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.usefixtures("_quiet_script")
def test_a_scripted_model_has_a_static_tree_and_one_line_on_its_limit() -> None:
    model, x = torch.jit.script(oddities.Scripted()), torch.ones(1, 4)
    interp = Interpogate(model)
    assert torch.equal(interp.forward(x), model(x))
    assert list(interp.graph.modules) == [".", "layers", "layers.0", "layers.1"]
    assert interp.graph.modules["layers.0"].parameters[0].shape == (4, 4)
    assert paths(interp) == ["."]
    assert interp.run is not None
    assert interp.run.notes == (interp.graph.modules["layers.0"].note,)
    assert "takes no hooks" in interp.run.notes[0]


@pytest.mark.usefixtures("_quiet_script")
def test_a_scripted_part_is_one_unit_in_the_data_flow() -> None:
    part = torch.jit.trace(  # type: ignore[no-untyped-call]
        oddities.Scripted(), torch.ones(1, 4)
    )
    interp = Interpogate(nn.Sequential(nn.Linear(4, 4), part, nn.Linear(4, 4)))
    interp.forward(torch.ones(1, 4))
    assert paths(interp) == [".", "0", "1", "2"]
    assert len(interp.graph.edges) == 4


def test_parametrized_weights_are_computed_inside_the_module_that_uses_them() -> None:
    model = nn.Sequential(parametrizations.weight_norm(nn.Linear(4, 4)), nn.ReLU())
    x = torch.ones(1, 4)
    interp = Interpogate(model)
    assert torch.equal(interp.forward(x), model(x))
    assert parametrize.is_parametrized(model[0])
    node = interp.graph.modules["0"]
    assert (node.class_name, node.in_features) == ("ParametrizedLinear", 4)
    assert "0.parametrizations.weight.0" in paths(interp)
    parameters = interp.graph.modules["0.parametrizations.weight"].parameters
    assert [p.name for p in parameters] == ["original0", "original1"]


def test_weight_norm_by_a_hook_of_the_old_kind_works() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = nn.Sequential(nn.utils.weight_norm(nn.Linear(4, 4)), nn.ReLU())
    interp, x = Interpogate(model), torch.ones(1, 4)
    assert torch.equal(interp.forward(x), model(x))
    assert paths(interp) == [".", "0", "1"]
    assert ("0", "1") in {(e.source, e.target) for e in interp.graph.edges}


def test_lazy_layers_have_their_shapes_after_the_first_run() -> None:
    interp = Interpogate(nn.Sequential(nn.LazyLinear(3), nn.ReLU()))
    assert interp.graph.modules["0"].class_name == "LazyLinear"
    interp.forward(torch.ones(2, 5))
    node = interp.graph.modules["0"]
    assert (node.class_name, node.in_features, node.parameter_count) == ("Linear", 5, 18)
    assert node.call_count == 1
    assert interp.graph.edges


def test_data_parallel_without_devices_calls_the_module() -> None:
    interp = Interpogate(nn.DataParallel(networks.Residual()))
    interp.forward(torch.ones(2, 8))
    assert paths(interp)[:2] == [".", "module"]


def test_replicas_that_run_in_other_threads_are_left_alone() -> None:
    """As `DataParallel` does with several devices: replicas share the hooks of the module."""
    model = networks.Residual()
    recorder = Recorder(declared_modules(model))
    failures: list[BaseException] = []

    def work() -> None:
        replica = model.head._replicate_for_data_parallel()  # type: ignore[no-untyped-call]
        replica.weight, replica.bias = model.head.weight, model.head.bias
        try:
            replica(torch.ones(1, 8))
        except BaseException as error:  # noqa: BLE001 (looked at below)
            failures.append(error)

    with recorder.watching():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        model(torch.ones(1, 8))
    assert not failures
    assert len(recorder.recording().calls) == 8


@pytest.fixture
def _group() -> Iterator[None]:
    store = distributed.HashStore()  # type: ignore[attr-defined]
    distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
    yield
    distributed.destroy_process_group()


@pytest.mark.skipif(not distributed.is_available(), reason="torch without distributed")
@pytest.mark.usefixtures("_group")
def test_a_distributed_wrapper_is_a_module_around_the_model() -> None:
    model = networks.Residual()
    interp = Interpogate(nn.parallel.DistributedDataParallel(model))
    output = interp.forward(torch.ones(2, 8))
    output.sum().backward()
    assert paths(interp)[:2] == [".", "module"]
    assert model.head.weight.grad is not None


def test_quantized_layers_tell_their_logical_size_and_no_packed_bytes() -> None:
    if not torch.backends.quantized.supported_engines:
        pytest.skip("torch without quantized kernels")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = torch.ao.quantization.quantize_dynamic(  # type: ignore[no-untyped-call]
            nn.Sequential(nn.Linear(6, 3), nn.ReLU()), {nn.Linear}, dtype=torch.qint8
        )
        x = torch.ones(2, 6)
        interp = Interpogate(model)
        assert torch.equal(interp.forward(x), model(x))
    node = interp.graph.modules["0"]
    assert (node.in_features, node.out_features) == (6, 3)
    assert [(p.name, p.shape, p.dtype) for p in node.parameters] == [
        ("weight", (3, 6), "qint8"),
        ("bias", (3,), "float32"),
    ]
    assert node.parameter_count == 21
    assert node.call_count == 1


def test_accelerates_hooks_and_offloaded_weights_go_as_before() -> None:
    accelerate = pytest.importorskip("accelerate")
    model, x = networks.Residual(), torch.ones(1, 8)
    expected = model(x)
    accelerate.cpu_offload(model, execution_device=torch.device("cpu"))
    forwards = [vars(module).get("forward") for module in model.modules()]
    interp = Interpogate(model)
    assert torch.equal(interp.forward(x), expected)
    assert [vars(module).get("forward") for module in model.modules()] == forwards
    assert interp.graph.modules["head"].call_count == 1
    assert interp.graph.modules["head"].parameters[0].shape == (3, 8)
    assert {p.device.type for p in model.parameters()} == {"meta"}


def test_a_custom_autograd_function_is_in_the_data_flow() -> None:
    class Twice(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, x: torch.Tensor) -> torch.Tensor:
            return x * 2

        @staticmethod
        def backward(context: Any, gradient: torch.Tensor) -> torch.Tensor:
            return gradient * 2

    class Doubles(nn.Module):
        def forward(self, x: torch.Tensor) -> Any:
            return Twice.apply(x)  # type: ignore[no-untyped-call]

    interp = Interpogate(nn.Sequential(nn.Linear(4, 4), Doubles(), nn.Linear(4, 4)))
    interp.forward(torch.ones(1, 4))
    pairs = {(e.source, e.target) for e in interp.graph.edges}
    assert any(source == "0" for source, _ in pairs)
    assert any(source.startswith("1::") and target == "2" for source, target in pairs)
