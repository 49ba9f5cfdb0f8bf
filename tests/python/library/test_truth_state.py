"""The truth list: results bit for bit, the state of model and process, memory, and no values."""

from __future__ import annotations

import gc
from typing import Any

import networks
import oddities
import pytest
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from interpogate import Interpogate
from interpogate.errors import NoPrediction
from interpogate.trace.modules import declared_modules


def noisy() -> oddities.Noisy:
    torch.manual_seed(1)
    return oddities.Noisy()


@pytest.mark.parametrize("is_training", [True, False])
def test_mode_randomness_and_buffers_go_as_in_an_unwatched_call(*, is_training: bool) -> None:
    x = torch.randn(6, 4)
    results = []
    for watch in (False, True):
        model = noisy().train(is_training)
        torch.manual_seed(7)
        output = Interpogate(model).forward(x) if watch else model(x)
        results.append((output, torch.rand(3), *model.state_dict().values()))
        assert model.training is is_training
    assert all(torch.equal(a, b) for a, b in zip(*results, strict=True))


@pytest.mark.parametrize("enter", [torch.no_grad, torch.enable_grad, torch.inference_mode])
def test_the_gradient_mode_is_the_callers(enter: Any) -> None:
    model, x = networks.Residual(), torch.ones(1, 8)
    with enter():
        was = torch.is_grad_enabled()
        watched, plain = Interpogate(model).forward(x), model(x)
        assert torch.is_grad_enabled() is was
    assert torch.equal(watched, plain)
    assert watched.requires_grad is plain.requires_grad


def test_gradients_are_those_of_an_unwatched_call() -> None:
    model, x = networks.Residual(), torch.ones(1, 8)
    gradients = []
    for call in (model, Interpogate(model).forward):
        model.zero_grad()
        call(x).sum().backward()
        gradients.append([p.grad.clone() for p in model.parameters() if p.grad is not None])
    assert all(torch.equal(a, b) for a, b in zip(*gradients, strict=True))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_other_precisions_stay(dtype: torch.dtype) -> None:
    model, x = networks.Residual().to(dtype), torch.ones(1, 8, dtype=dtype)
    interp = Interpogate(model)
    assert torch.equal(interp.forward(x), model(x))
    assert {edge.tensor.dtype for edge in interp.graph.edges} == {str(dtype)[6:]}


def test_nan_and_infinity_pass_through() -> None:
    model = nn.Sequential(nn.Identity(), nn.ReLU())
    x = torch.tensor([float("nan"), float("inf"), -float("inf")])
    watched, plain = Interpogate(model).forward(x), model(x)
    assert torch.equal(watched.view(torch.int32), plain.view(torch.int32))


def test_a_thousand_captures_leave_nothing_behind() -> None:
    model = networks.Residual()
    interp, x = Interpogate(model), torch.ones(1, 8)

    def counts() -> tuple[int, int]:
        gc.collect()
        objects = gc.get_objects()
        return len(objects), sum(isinstance(one, torch.Tensor) for one in objects)

    with torch.no_grad():
        for _ in range(20):
            interp.forward(x)
        before = counts()
        for _ in range(1000):
            interp.forward(x)
    after = counts()
    assert after[1] == before[1]
    assert after[0] - before[0] < 200
    assert not [m for m in model.modules() if m._forward_hooks or m._forward_pre_hooks]
    assert interp.run is not None
    assert interp.run.number == 1020


def test_a_model_on_meta_tells_shapes_and_has_no_values() -> None:
    transformers = pytest.importorskip("transformers")
    config = transformers.GPT2Config(n_layer=1, n_embd=16, n_head=2, vocab_size=50)
    with torch.device("meta"):
        model = transformers.GPT2LMHeadModel(config).eval()
        interp = Interpogate(model, lambda text: text)
        output = interp.forward(input_ids=torch.ones(1, 5, dtype=torch.long))
    assert output.logits.is_meta
    assert interp.run is not None
    assert interp.run.calls[-1].outputs[0].tensor is not None
    assert interp.run.calls[-1].outputs[0].tensor.device == "meta"
    assert interp.run.tokens is None
    with pytest.raises(NoPrediction, match="no values"):
        interp.run.top_tokens(0)


def test_fake_tensors_tell_shapes() -> None:
    with FakeTensorMode():
        interp = Interpogate(networks.Residual())
        interp.forward(torch.ones(3, 8))
        assert interp.run is not None
    assert interp.run.calls[0].outputs[0].tensor is not None
    assert interp.run.calls[0].outputs[0].tensor.shape == (3, 3)
    assert ("head", ".::output:") in {(e.source, e.target) for e in interp.graph.edges}


@pytest.mark.parametrize("with_mask", [True, False])
def test_torchs_fused_transformer_stays_fused_and_says_so(*, with_mask: bool) -> None:
    model, x = oddities.encoder(), torch.randn(2, 5, 16)
    mask = torch.tensor([[False] * 5, [False] * 3 + [True] * 2]) if with_mask else None
    interp = Interpogate(model)
    with torch.no_grad():
        watched = interp.forward(x, src_key_padding_mask=mask)
        assert torch.equal(watched, model(x, src_key_padding_mask=mask))
    assert interp.run is not None
    assert [c.path for c in interp.run.calls] == [".", "layers.0", "layers.1"]
    assert "fused kernel" in interp.run.notes[0]
    assert "fused kernel" in interp.graph.modules["layers.0.linear1"].note
    assert "set_fastpath_enabled(False)" in interp.run.notes[0]
    assert interp.graph.edges


def test_with_gradients_torchs_transformer_is_watched_inside() -> None:
    model, x = oddities.encoder(), torch.randn(2, 5, 16)
    interp = Interpogate(model)
    assert torch.equal(interp.forward(x), model(x))
    assert interp.run is not None
    assert not interp.run.notes
    assert interp.graph.modules["layers.0.linear1"].call_count == 1


def test_attention_by_itself_keeps_its_fused_way() -> None:
    model, x = nn.MultiheadAttention(16, 4, batch_first=True).eval(), torch.randn(2, 5, 16)
    with torch.no_grad():
        watched = Interpogate(model).forward(x, x, x)
        plain = model(x, x, x)
    assert all(torch.equal(a, b) for a, b in zip(watched, plain, strict=True))


def test_twenty_thousand_modules_are_declared_in_time_that_grows_with_their_number() -> None:
    from time import process_time

    def seconds(blocks: int) -> float:
        model = nn.Sequential(
            *(nn.Sequential(nn.ReLU(), nn.Tanh(), nn.ReLU(), nn.Tanh()) for _ in range(blocks))
        )
        began = process_time()
        modules = declared_modules(model)
        from interpogate.graph.graph import Graph

        Graph(modules.tree).view("essential")
        return process_time() - began

    small = min(seconds(400) for _ in range(3))
    assert seconds(4000) < 30 * small
