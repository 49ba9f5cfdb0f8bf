"""`interp.graph` and `interp.run`, read as a researcher reads them."""

from __future__ import annotations

import networks
import oddities
import pytest
import torch
from torch import nn

from interpogate import Interpogate
from interpogate.errors import NoPrediction, NoTokenizer
from interpogate.model.load import load_model
from interpogate.model.sources import parse_source


@pytest.fixture(scope="module")
def demo() -> Interpogate:
    from pathlib import Path

    loaded = load_model(parse_source("demo", Path.cwd()), Path.cwd(), trust_remote_code=False)
    return Interpogate(loaded.model, loaded.tokenizer)


def test_before_a_run_there_are_modules_and_no_data_flow() -> None:
    interp = Interpogate(networks.Residual())
    assert interp.run is None
    assert list(interp.graph.modules)[:3] == [".", "blocks", "blocks.0"]
    assert not interp.graph.operations
    assert not interp.graph.edges


def test_a_module_tells_its_class_its_width_its_parameters_and_its_source() -> None:
    node = Interpogate(networks.Residual()).graph.modules["blocks.1.linear"]
    assert (node.name, node.class_name, node.in_features, node.out_features) == (
        "linear",
        "Linear",
        8,
        8,
    )
    assert [(p.name, p.shape, p.dtype) for p in node.parameters] == [
        ("weight", (8, 8), "float32"),
        ("bias", (8,), "float32"),
    ]
    assert node.source_file is not None
    assert node.source_file.endswith("linear.py")
    assert node.source_line


def test_convolutions_and_embeddings_have_widths_too() -> None:
    modules = Interpogate(nn.Sequential(nn.Conv2d(3, 6, 1), nn.Embedding(9, 4))).graph.modules
    assert [(m.in_features, m.out_features) for m in modules.values()] == [
        (None, None),
        (3, 6),
        (9, 4),
    ]


def test_a_module_is_found_by_any_of_its_names_and_listed_once() -> None:
    modules = Interpogate(networks.TiedWeights()).graph.modules
    assert modules["same_norm"].path == "norm"
    assert modules["norm"].other_names == ("same_norm",)
    assert "same_norm" not in list(modules)
    assert len(modules) == 4
    assert "nothing" not in modules
    assert modules.get("nothing") is None
    with pytest.raises(ValueError, match="Did you mean 'norm'"):
        modules["nrm"]


def test_edges_join_closed_modules_and_operations_across_all_borders() -> None:
    interp = Interpogate(networks.Residual())
    interp.forward(torch.ones(2, 8))
    graph = interp.graph
    add = next(o for o in graph.operations if o.name == "add" and o.path == "blocks.0")
    pairs = {(edge.source, edge.target) for edge in graph.edges}
    assert (add.id, "blocks.1.norm") in pairs
    assert ("blocks.0.norm", "blocks.0.linear") in pairs
    assert (".::input:x", add.id) in pairs
    assert ("head", ".::output:") in pairs
    assert {edge.tensor.shape for edge in graph.edges} == {(2, 8), (2, 3)}
    ends = {end for pair in pairs for end in pair}
    assert ends <= set(graph.modules) | {operation.id for operation in graph.operations}


def test_a_run_lists_calls_with_structures_and_operations_with_their_lines() -> None:
    interp = Interpogate(networks.Residual())
    interp.forward(torch.ones(2, 8))
    run = interp.run
    assert run is not None
    assert run.number == 1
    call = next(call for call in run.calls if call.path == "blocks.1.linear")
    assert (call.number, call.parent, call.error) == (0, "blocks.1", None)
    assert call.outputs[0].tensor is not None
    assert call.outputs[0].tensor.shape == (2, 8)
    assert 0 < call.duration_ms <= run.duration_ms
    relu = next(operation for operation in run.operations if operation.name == "relu")
    assert relu.source is not None
    assert relu.source.file.endswith("networks.py")


def test_tokens_and_the_likeliest_next_ones(demo: Interpogate) -> None:
    text = "Once there was a boy named"
    output = demo.forward_text(text)
    assert demo.run is not None
    assert demo.run.tokens is not None
    assert "".join(token.text for token in demo.run.tokens) == text
    top = demo.run.top_tokens(-1, 3)
    assert [token.id for token in top] == output.logits[0, -1].topk(3).indices.tolist()
    assert 0 < top[1].probability <= top[0].probability < 1
    assert top == demo.run.top_tokens(len(demo.run.tokens) - 1, 3)


def test_forward_with_token_ids_knows_the_tokens_too(demo: Interpogate) -> None:
    demo.forward(input_ids=torch.tensor([[5, 6, 7]]))
    assert demo.run is not None
    assert demo.run.tokens is not None
    assert [token.id for token in demo.run.tokens] == [5, 6, 7]


def test_next_tokens_are_refused_where_there_are_none(demo: Interpogate) -> None:
    demo.forward_text("Hello")
    assert demo.run is not None
    with pytest.raises(NoPrediction, match="no position 99"):
        demo.run.top_tokens(99)
    other = Interpogate(networks.Residual())
    other.forward(torch.ones(1, 8))
    assert other.run is not None
    assert other.run.tokens is None
    with pytest.raises(NoPrediction, match="no next tokens"):
        other.run.top_tokens(0)
    nameless = Interpogate(demo.model)
    nameless.forward(input_ids=torch.tensor([[5, 6, 7]]))
    assert nameless.run is not None
    with pytest.raises(NoTokenizer):
        nameless.run.top_tokens(0)


def test_logits_that_were_changed_after_the_run_are_not_told_as_the_runs(demo: Interpogate) -> None:
    with torch.no_grad():
        demo.forward_text("Hello").logits.zero_()
    assert demo.run is not None
    with pytest.raises(NoPrediction, match="changed in place"):
        demo.run.top_tokens(0)


def test_an_operation_that_runs_in_every_step_is_one_node() -> None:
    model = oddities.Generates()
    interp = Interpogate(model)
    with interp.watch(), torch.no_grad():
        model.generate(torch.ones(1, 4), 3)
    tanh = next(o for o in interp.graph.operations if o.name == "tanh")
    assert tanh.call_count == 3
