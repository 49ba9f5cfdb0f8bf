"""Every direct flow between leaf modules is shown and none invented: the zoo, and a few types.

`python scripts/oracle_run.py` examines many more.
"""

from __future__ import annotations

import pytest
import torch
from zoo.animals import ZOO, animal

from coverage_cases import transformers_case
from interpogate import Interpogate
from oracle.tensors import same, tensors_in
from oracle.verdict import verdict

TYPES = (
    "bert", "clip", "cohere", "detr", "flava", "gemma2", "gpt2", "idefics3_vision", "llama",
    "mamba", "mixtral", "segformer", "t5", "vit", "whisper",
)  # fmt: skip


@pytest.mark.parametrize("name", ZOO)
def test_an_animal_of_the_zoo_is_shown_as_it_ran(name: str) -> None:
    model, args, kwargs = animal(name)
    found = verdict(model, *args, **kwargs)
    assert found.problem == ""
    assert found.differences == []
    assert found.flows > 5
    assert len(found.unconfirmed) <= found.flows // 5


@pytest.mark.parametrize("name", ZOO)
def test_an_animal_of_the_zoo_computes_the_same_watched_and_unwatched(name: str) -> None:
    outputs = []
    for watched in (False, True):
        model, args, kwargs = animal(name)
        torch.manual_seed(0)
        with torch.no_grad():
            call = Interpogate(model).forward if watched else model
            outputs.append(call(*args, **kwargs))
    plain, seen = (tensors_in(output) for output in outputs)
    assert plain.keys() == seen.keys()
    assert all(same(tensor, seen[key]) for key, tensor in plain.items())


@pytest.mark.parametrize("name", TYPES)
def test_a_type_of_transformers_is_shown_as_it_ran(name: str) -> None:
    pytest.importorskip("transformers")
    case = transformers_case(name)
    found = verdict(case.model, *case.args, **case.kwargs)
    assert found.problem == ""
    assert found.differences == []
    assert found.flows
