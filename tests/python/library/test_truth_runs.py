"""The truth list, first half: what is called, how often, with what, and how it may end."""

from __future__ import annotations

import copy
import io
import pickle
import threading
from typing import Any, NoReturn

import networks
import oddities
import pytest
import torch
from torch import nn

from interpogate import Interpogate
from interpogate.graph.values import text_of
from interpogate.run import ModuleCall, Run


def ran(interp: Interpogate, *args: Any, **kwargs: Any) -> Run:
    interp.forward(*args, **kwargs)
    assert interp.run is not None
    return interp.run


def calls(run: Run, path: str) -> list[ModuleCall]:
    return [call for call in run.calls if call.path == path]


def test_a_module_called_n_times_is_one_node_with_n_numbered_calls() -> None:
    interp = Interpogate(networks.Recurrent())
    run = ran(interp, torch.ones(1, 4, 6))
    assert [call.number for call in calls(run, "cell")] == [0, 1, 2, 3]
    assert interp.graph.modules["cell"].call_count == 4


def test_one_instance_under_two_names_is_one_node_with_both() -> None:
    interp = Interpogate(networks.TiedWeights())
    run = ran(interp, torch.tensor([[1, 2]]))
    assert len(calls(run, "norm")) == 2
    assert not calls(run, "same_norm")
    assert interp.node("same_norm") is interp.node("norm")


def test_lists_dicts_and_parameter_lists_say_what_they_hold() -> None:
    interp = Interpogate(oddities.Lists())
    run = ran(interp, torch.ones(1, 4))
    assert text_of(run.calls[0].outputs) == "{a: float32[1, 2], b: float32[1, 3]}"
    modules = interp.graph.modules
    assert "holds modules" in modules["layers"].note
    assert "holds modules" in modules["heads"].note
    assert "weights were used" in modules["scales"].note
    assert not modules["heads.b"].note


def test_a_layer_whose_forward_is_called_directly_is_used_inside_its_parent() -> None:
    interp = Interpogate(oddities.CallsForward())
    ran(interp, torch.ones(1, 4))
    node = interp.graph.modules["layer"]
    assert node.call_count == 0
    assert node.note == "Not called itself: its weights were used inside its parent."


def test_a_weight_in_a_function_is_used_inside_its_parent() -> None:
    interp = Interpogate(networks.FunctionalUse())
    ran(interp, torch.ones(1, 4))
    assert "used inside its parent" in interp.graph.modules["layer"].note
    assert interp.graph.modules["unused"].note == "Did not run in this forward pass."


def test_a_call_with_keywords_only_names_them() -> None:
    run = ran(Interpogate(networks.NestedOutput()), x=torch.ones(1, 4), scale=3.0)
    assert [value.key for value in run.calls[0].inputs] == ["x", "scale"]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (lambda y: None, "None"),
        (lambda y: {"y": y}, "{y: float32[1, 4]}"),
        (lambda y: networks.Pair(y, [y]), "Pair(mean: float32[1, 4], parts: [float32[1, 4]])"),
        (lambda y: (y, [{"deep": (y,)}]), "(float32[1, 4], [{deep: (float32[1, 4],)}])"),
        (lambda y: y.shape, "(1, 4)"),
        (lambda y: object(), "object"),
    ],
)
def test_outputs_of_any_kind_are_described(result: Any, expected: str) -> None:
    run = ran(Interpogate(oddities.Returns(result)), torch.ones(1, 4))
    assert text_of(run.calls[0].outputs).replace("Size(", "(") == expected


def test_an_output_of_transformers_is_described_by_field() -> None:
    outputs = pytest.importorskip("transformers.modeling_outputs")
    model = oddities.Returns(lambda y: outputs.BaseModelOutput(last_hidden_state=y))
    run = ran(Interpogate(model), torch.ones(1, 4))
    assert text_of(run.calls[0].outputs) == ("BaseModelOutput(last_hidden_state: float32[1, 4])")


def test_a_generator_is_returned_unread_and_runs_unwatched() -> None:
    interp = Interpogate(oddities.Streams())
    items = interp.forward(torch.ones(2, 4))
    assert interp.run is not None
    assert text_of(interp.run.calls[0].outputs) == "generator"
    note = "Did not run before the model returned; what runs later is not recorded."
    assert interp.graph.modules["layer"].note == note
    assert len(list(items)) == 2


def test_a_value_that_cannot_be_looked_into_disturbs_nothing() -> None:
    class Hostile(dict[str, Any]):
        def items(self) -> NoReturn:
            raise ValueError("do not look")

    model = nn.Sequential(oddities.Returns(lambda y: Hostile(y=y)), nn.Identity())
    run = ran(Interpogate(model), torch.ones(1, 4))
    assert [call.path for call in run.calls] == [".", "0", "0.layer", "1"]
    assert not [call for call in run.calls if call.error]


def test_changes_in_place_are_in_the_data_flow_also_through_a_view() -> None:
    interp = Interpogate(oddities.InPlace())
    model, x = interp.model, torch.randn(2, 4)
    with torch.no_grad():
        assert torch.equal(interp.forward(x), model(x))
    into = {e.source for e in interp.graph.edges if e.target == "second"}
    assert into == {".::call:setitem#0"}
    names = [operation.name for operation in interp.graph.operations]
    assert {"relu_", "mul_", "setitem"} <= set(names)


def test_a_forward_that_raises_keeps_what_ran() -> None:
    interp = Interpogate(networks.FailsMidway())
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        interp.forward(torch.ones(1, 4))
    run = interp.run
    assert run is not None
    assert run.error is not None
    assert (run.error.type_name, run.error.path) == ("RuntimeError", "second")
    assert [bool(call.error) for call in run.calls] == [True, False, True]
    assert run.operations[-1].failed


def test_an_interrupted_forward_keeps_what_ran() -> None:
    def interrupt(module: Any, args: Any) -> NoReturn:
        raise KeyboardInterrupt

    model = networks.Residual()
    interp = Interpogate(model)
    handle = interp.node("blocks.1.linear").register_forward_pre_hook(interrupt)
    with pytest.raises(KeyboardInterrupt):
        interp.forward(torch.ones(1, 8))
    handle.remove()
    run = interp.run
    assert run is not None
    assert run.error is not None
    assert run.error.type_name == "KeyboardInterrupt"
    assert calls(run, "blocks.0")[0].error is None
    assert calls(run, "blocks.1")[0].error
    assert not [m for m in model.modules() if m._forward_hooks or m._forward_pre_hooks]


def test_an_error_that_the_model_handles_is_no_failure_of_the_run() -> None:
    run = ran(Interpogate(oddities.Handles()), torch.ones(1, 4))
    assert run.error is None
    assert "mat1 and mat2" in (calls(run, "broken")[0].error or "")
    assert calls(run, "other")[0].error is None
    assert not [operation for operation in run.operations[-1:] if operation.failed]


def test_generation_is_a_run_of_numbered_steps_with_the_flow_between_them() -> None:
    model = oddities.Generates()
    interp = Interpogate(model)
    with interp.watch(), torch.no_grad():
        model.generate(torch.ones(1, 4), 3)
    run = interp.run
    assert run is not None
    assert [call.number for call in calls(run, ".")] == [0, 1, 2]
    assert [call.number for call in calls(run, "layer")] == [0, 1, 2]
    inputs = [one for one in interp.graph.recording.operations if one.kind == "input"]
    assert [one.name for one in inputs] == ["x"]
    tanh = next(o.id for o in interp.graph.operations if o.name == "tanh")
    assert (tanh, "layer") in {(e.source, e.target) for e in interp.graph.edges}


def test_generation_of_a_transformers_model_numbers_its_steps() -> None:
    transformers = pytest.importorskip("transformers")
    config = transformers.GPT2Config(n_layer=1, n_embd=16, n_head=2, vocab_size=50)
    model = transformers.GPT2LMHeadModel(config).eval()
    interp, ids = Interpogate(model), torch.tensor([[1, 2, 3]])
    plain = model.generate(ids, max_new_tokens=4, do_sample=False, pad_token_id=0)
    with interp.watch():
        watched = model.generate(ids, max_new_tokens=4, do_sample=False, pad_token_id=0)
    assert torch.equal(plain, watched)
    assert interp.run is not None
    assert [call.number for call in calls(interp.run, ".")] == [0, 1, 2, 3]
    taken = [call.inputs[0].tensor for call in calls(interp.run, "transformer.h.0")]
    assert [one.shape[1] for one in taken if one] == [3, 1, 1, 1]
    assert interp.graph.edges


def test_only_the_thread_that_runs_the_model_is_recorded() -> None:
    model, x = oddities.Threads(), torch.ones(1, 4)
    interp = Interpogate(model)
    run = ran(interp, x)
    assert [call.path for call in run.calls] == [".", "here"]
    assert torch.equal(interp.forward(x), model(x))


def test_two_threads_may_watch_one_model_at_once() -> None:
    model = networks.Residual()
    interps = [Interpogate(model) for _ in range(2)]
    barrier = threading.Barrier(2, timeout=30)

    def work(interp: Interpogate, rows: int) -> None:
        barrier.wait()
        for _ in range(20):
            interp.forward(torch.ones(rows, 8))

    threads = [threading.Thread(target=work, args=(i, n + 1)) for n, i in enumerate(interps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for rows, interp in enumerate(interps, 1):
        assert interp.run is not None
        assert len(interp.run.calls) == 8
        assert {c.outputs[0].tensor.shape[0] for c in interp.run.calls if c.outputs[0].tensor} == {
            rows
        }


@pytest.mark.parametrize("use_reentrant", [True, False])
def test_checkpointing_records_the_forward_pass_once(*, use_reentrant: bool) -> None:
    model = oddities.Checkpointed(use_reentrant=use_reentrant)
    interp = Interpogate(model)
    with interp.watch():
        model(torch.ones(2, 4, requires_grad=True)).sum().backward()
    assert interp.run is not None
    called = [call.path for call in interp.run.calls]
    assert called == [".", "before", "block", "block.0", "block.1"]
    assert model.before.weight.grad is not None
    pairs = {(e.source, e.target) for e in interp.graph.edges}
    assert ("before", "block.0") in pairs
    assert any(source == "block.1" and "add" in target for source, target in pairs)


def test_a_model_can_be_copied_and_saved_right_after_a_run() -> None:
    model = networks.Residual()
    interp, x = Interpogate(model), torch.ones(1, 8)
    output = interp.forward(x)
    assert torch.equal(copy.deepcopy(model)(x), output)
    assert torch.equal(pickle.loads(pickle.dumps(model))(x), output)  # noqa: S301 (made here)


def interrupted(interp: Interpogate, x: torch.Tensor) -> None:
    with interp.watch():
        interp.node("blocks.0")(x)
        raise KeyboardInterrupt


def test_a_model_can_be_saved_and_loaded_after_a_failed_and_an_unfinished_run() -> None:
    model, x = networks.Residual(), torch.ones(1, 8)
    interp = Interpogate(model)
    with pytest.raises(RuntimeError):
        interp.forward(torch.ones(1, 5))
    with pytest.raises(KeyboardInterrupt):
        interrupted(interp, x)
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    loaded = torch.load(file, weights_only=False)
    assert torch.equal(loaded(x), model(x))
    assert Interpogate(copy.deepcopy(model)).forward(x).shape == (1, 3)
