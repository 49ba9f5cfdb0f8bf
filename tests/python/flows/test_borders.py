"""What comes in and goes out: names of arguments and results, parts called one by one."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn

from flow_models import Between, pairs, reached, watched
from interpogate import Interpogate

X = torch.randn(2, 4)


def names(interp: Interpogate, kind: str) -> list[str]:
    return [one.name for one in interp.graph.operations if one.kind == kind]


def test_arguments_without_names_of_their_own_and_results_in_a_tuple_can_be_read() -> None:
    class Star(nn.Module):
        def forward(self, *parts: torch.Tensor) -> Any:
            return parts[0] + parts[1], [parts[0] * 2]

    interp = watched(Star(), X, X + 1)
    assert names(interp, "input") == ["parts.0", "parts.1"]
    assert names(interp, "output") == ["output.0", "output.1.0"]


def test_a_first_parameter_of_any_name_is_the_module() -> None:
    class This(nn.Module):
        def forward(this, hidden: torch.Tensor) -> torch.Tensor:  # noqa: N805 (the point)
            return hidden * 2

    interp = watched(This(), X)
    assert names(interp, "input") == ["hidden"]
    assert interp.run is not None
    assert interp.run.calls[0].inputs[0].key == "hidden"


def test_a_function_put_in_the_place_of_forward_keeps_all_its_names() -> None:
    model = nn.Linear(4, 4)
    model.forward = lambda first: first * 2  # type: ignore[method-assign, assignment]
    assert names(watched(model, X), "input") == ["first"]


class Box:
    def __init__(self, held: torch.Tensor) -> None:
        self.held = [held]


def test_a_tensor_inside_an_object_goes_by_the_name_of_the_object() -> None:
    class Opening(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Linear(4, 4)

        def forward(self, box: Box) -> Box:
            return Box(self.a(box.held[0]))

    found = pairs(watched(Opening(), Box(X)))
    assert ("input:box", "a") in found
    assert ("a", "output:") in found


class Part(nn.Module):
    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.layer = nn.Linear(width, out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.as_tensor(self.layer(x).relu())


class Speech(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = Part(4, 8), Part(8, 2)

    def infer(self, tokens: torch.Tensor) -> torch.Tensor:
        return torch.as_tensor(self.decoder(self.encoder(tokens) * 2))


def test_parts_that_another_method_calls_are_joined_and_have_one_input() -> None:
    model = Speech()
    interp = Interpogate(model)
    with interp.watch():
        model.infer(X)
    found = pairs(interp)
    assert "decoder.layer" in reached(found, "encoder.layer")
    assert [source for source, _ in found if source.startswith("input")] == ["input:x"]
    assert "output:" in reached(found, "decoder.layer")
    assert "output:" not in {target for source, target in found if source.startswith("encoder")}


def test_two_inputs_of_one_name_are_two() -> None:
    model = Speech()
    interp, other = Interpogate(model), torch.randn(2, 8)
    with interp.watch():
        model.encoder(X)
        model.decoder(other)
    found = pairs(interp)
    (first,) = [source for source, target in found if target == "encoder.layer"]
    (second,) = [source for source, target in found if target == "decoder.layer"]
    assert first != second
    assert len([one for _, one in found if one.startswith("output")]) == 2


def test_what_is_done_before_a_model_is_called_is_no_part_of_it() -> None:
    model = Between(torch.relu)
    interp = Interpogate(model)
    with interp.watch():
        model(X * 2 + 1)
    assert names(interp, "input") == ["x"]
    assert not [one for one in interp.graph.operations if one.name in ("mul", "add")]


def test_a_hook_that_replaces_values_is_said() -> None:
    interp = Interpogate(Between(torch.relu))
    with interp.hook() as hook:
        hook.post("a", lambda module, args, output: output * 0)
        interp.forward(X)
    assert interp.run is not None
    assert [note for note in interp.run.notes if note.startswith("A hook on a replaced")]


def test_a_hook_that_only_looks_leaves_no_note() -> None:
    interp = Interpogate(Between(torch.relu))
    seen: list[int] = []
    with interp.hook() as hook:
        hook.post("a", lambda module, args, output: seen.append(1))
        interp.forward(X)
    assert seen
    assert interp.run is not None
    assert not interp.run.notes


def test_one_part_of_a_sharded_model_says_so() -> None:
    class Mesh:
        def get_rank(self) -> int:
            return 0

        def size(self) -> int:
            return 2

    class Part(nn.Parameter):
        placements = ("Shard(0)",)
        device_mesh = Mesh()

    model = nn.Linear(4, 4)
    model.weight = Part(torch.randn(4, 4))
    interp = watched(model, X)
    assert interp.run is not None
    assert any("tensor-parallel model (1 of 2)" in note for note in interp.run.notes)


def test_layers_of_other_pipeline_processes_are_counted() -> None:
    class PipelineIdentityLayer(nn.Identity):
        pass

    interp = watched(nn.Sequential(PipelineIdentityLayer(), nn.Linear(4, 4)), X)
    assert interp.run is not None
    assert any(note.startswith("1 of the modules") for note in interp.run.notes)


def test_tensors_can_be_swapped_while_they_are_watched() -> None:
    class Swapping(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            first, second = self.a(x).detach(), torch.zeros(2, 4)
            torch.utils.swap_tensors(first, second)  # type: ignore[no-untyped-call]
            return torch.as_tensor(self.b(second))

    assert "b" in reached(pairs(watched(Swapping(), X)), "a")


def test_models_nested_as_deeply_as_runs_unwatched_run_watched() -> None:
    model: nn.Module = nn.Linear(4, 4)
    for _ in range(200):
        model = nn.Sequential(model)
    expected = model(X)
    assert torch.equal(Interpogate(model).forward(X), expected)


def test_a_copy_watches_a_copy_of_the_model() -> None:
    interp = watched(Between(torch.relu), X)
    other = copy.deepcopy(interp)
    assert other.model is not interp.model
    other.forward(X)
    assert other.run is not None
