"""The truth list: hooks of the user and of other libraries beside ours."""

from __future__ import annotations

from typing import Any, NoReturn, cast

import networks
import oddities
import pytest
import torch
from torch import nn

from interpogate import Interpogate

X = torch.ones(2, 8)


def test_modules_that_a_hook_calls_are_no_part_of_the_run() -> None:
    interp = Interpogate(networks.Residual())
    norm, head = interp.node("blocks.0.norm"), interp.node("head")
    lens: list[torch.Tensor] = []

    def post_hook(module: Any, args: Any, output: torch.Tensor) -> None:
        lens.append(head(norm(output) * 2))

    with interp.hook() as hook:
        hook.post("blocks.0", post_hook)
        hook.post("blocks.1", post_hook)
        interp.forward(X)
    bare = Interpogate(interp.model)
    bare.forward(X)
    assert [tuple(one.shape) for one in lens] == [(2, 3), (2, 3)]
    assert interp.run is not None
    assert bare.run is not None
    assert [c.path for c in interp.run.calls] == [c.path for c in bare.run.calls]
    assert interp.graph.edges == bare.graph.edges


def test_what_a_post_hook_puts_in_place_of_an_output_is_shown_from_there_on() -> None:
    interp = Interpogate(networks.Residual())
    with interp.hook() as hook:
        hook.post("blocks.0", lambda module, args, output: output[:1] * 0)
        interp.forward(X)
    assert interp.run is not None
    shapes = {c.path: c.outputs[0].tensor.shape for c in interp.run.calls if c.outputs[0].tensor}
    assert (shapes["blocks.0.linear"], shapes["blocks.0"], shapes["head"]) == (
        (2, 8),
        (1, 8),
        (1, 3),
    )
    hooked = next(o for o in interp.graph.operations if o.name == "hook")
    assert hooked.path == "blocks.0"
    pairs = {(e.source, e.target) for e in interp.graph.edges}
    assert (hooked.id, "blocks.1.norm") in pairs
    assert any("add" in source for source, target in pairs if target == hooked.id)


def test_what_a_pre_hook_puts_in_place_of_an_input_is_what_the_module_took() -> None:
    interp = Interpogate(networks.Residual())
    with interp.hook() as hook:
        hook.pre("head", lambda module, args: (args[0][:1] + 1,))
        interp.forward(X)
    assert interp.run is not None
    head = next(c for c in interp.run.calls if c.path == "head")
    assert head.inputs[0].tensor is not None
    assert head.inputs[0].tensor.shape == (1, 8)
    hooked = next(o.id for o in interp.graph.operations if o.name == "hook")
    assert (hooked, "head") in {(e.source, e.target) for e in interp.graph.edges}


def test_an_output_changed_in_place_by_a_hook_goes_through_the_hook_and_the_run_says_so() -> None:
    interp = Interpogate(networks.Residual())

    def post_hook(module: Any, args: Any, output: torch.Tensor) -> None:
        output.zero_()

    with torch.no_grad(), interp.hook() as hook:
        hook.post("blocks.1", post_hook)
        interp.forward(X)
    hooked = next(o for o in interp.graph.operations if o.name == "hook")
    assert hooked.outputs[0].shape == X.shape
    pairs = {(edge.source, edge.target) for edge in interp.graph.edges}
    assert any(source.startswith("blocks.1") for source, target in pairs if target == hooked.id)
    assert interp.run is not None
    assert [note for note in interp.run.notes if note.startswith("A hook on blocks.1 replaced")]


@pytest.mark.parametrize("kind", ["pre", "post"])
def test_what_a_hook_raises_comes_as_it_is_and_the_module_is_marked(kind: str) -> None:
    def raising(*_: Any) -> NoReturn:
        raise RuntimeError("from the hook")

    interp = Interpogate(networks.Residual())
    with pytest.raises(RuntimeError, match="from the hook") as caught, interp.hook() as hook:  # noqa: PT012 (the block is the point)
        getattr(hook, kind)("blocks.1", raising)
        interp.forward(X)
    assert type(caught.value) is RuntimeError
    assert interp.run is not None
    assert interp.run.error is not None
    assert interp.run.error.path == "blocks.1"
    errors = {call.path: bool(call.error) for call in interp.run.calls}
    assert (errors["blocks.0"], errors["blocks.1"], errors["."]) == (False, True, True)


def test_a_hook_that_stops_the_run_with_a_class_of_its_own_is_let_through() -> None:
    class EnoughSeen(Exception):
        pass

    def stop(*_: Any) -> NoReturn:
        raise EnoughSeen

    interp = Interpogate(networks.Residual())
    with pytest.raises(EnoughSeen), interp.hook() as hook:  # noqa: PT012 (the block is the point)
        hook.post("blocks.0", stop)
        interp.forward(X)


def test_a_hook_may_run_the_model_again() -> None:
    interp = Interpogate(networks.Residual())
    inner: list[int] = []

    def again(module: Any, args: Any, output: Any) -> None:
        if not inner:
            inner.append(1)
            interp.forward(torch.ones(5, 8))

    with interp.hook() as hook:
        hook.post("blocks.0", again)
        interp.forward(X)
    assert interp.run is not None
    assert len(interp.run.calls) == 8
    root = interp.run.calls[0].inputs[0].tensor
    assert root is not None
    assert root.shape == (2, 8)


def test_hooks_of_other_libraries_stay_where_they_were_and_in_their_order() -> None:
    model = networks.Residual()
    seen: list[str] = []
    for name in ("first", "second"):
        model.head.register_forward_hook(lambda *_, name=name: seen.append(name))
    before = list(model.head._forward_hooks)
    Interpogate(model).forward(X)
    assert list(model.head._forward_hooks) == before
    assert seen == ["first", "second"]


def test_hidden_states_that_transformers_collects_by_hooks_are_all_there() -> None:
    transformers = pytest.importorskip("transformers")
    config = transformers.LlamaConfig(
        hidden_size=16, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2,
        vocab_size=20,
    )  # fmt: skip
    model = transformers.LlamaModel(config).eval()
    ids = torch.tensor([[1, 2, 3]])
    plain = model(ids, output_hidden_states=True).hidden_states
    interp = Interpogate(model)
    watched = interp.forward(ids, output_hidden_states=True).hidden_states
    assert len(watched) == len(plain) == 3
    assert all(torch.equal(a, b) for a, b in zip(watched, plain, strict=True))
    assert interp.graph.modules["layers.1"].call_count == 1


def test_clear_removes_the_hooks_before_the_block_ends() -> None:
    interp = Interpogate(networks.Residual())
    seen: list[int] = []
    with interp.hook() as hook:
        hook.pre("head", lambda module, args: seen.append(1))
        hook.clear()
        interp.forward(X)
    assert not seen


def test_gradients_reach_backward_hooks_and_the_flow_is_unbroken() -> None:
    model = networks.Residual()
    seen: list[torch.Size] = []
    handle = model.blocks[0].register_full_backward_hook(
        lambda _, __, gradients: seen.append(cast("Any", gradients)[0].shape)
    )
    interp = Interpogate(model)
    interp.forward(X.clone().requires_grad_()).sum().backward()
    handle.remove()
    assert seen == [torch.Size([2, 8])]
    targets = {(e.source, e.target) for e in interp.graph.edges}
    assert any(source.endswith("input:x") and "norm" in target for source, target in targets)
    assert any("blocks.0::" in source and target == "blocks.1.norm" for source, target in targets)


def test_a_module_may_be_replaced_between_runs() -> None:
    model = oddities.Scripted()
    interp = Interpogate(model)
    interp.forward(torch.ones(1, 4))
    model.layers.append(nn.Linear(4, 2))
    interp.forward(torch.ones(1, 4))
    assert interp.graph.modules["layers.2"].call_count == 1
